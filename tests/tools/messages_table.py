# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/troubleshooting.md from the source: `python -m tests.tools.messages_table`."""

from __future__ import annotations

from fnmatch import fnmatch

from tests.tools.message_remedies import REMEDIES, SUBJECTS
from tests.tools.messages import Message, begins_with_instruction, list_messages
from tests.tools.paths import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
BEGIN = "<!-- From here, the page is generated: python -m tests.tools.messages_table -->\n"
_INSTRUCTION = "Do what the message says."


def find_subjects(file: str) -> list[str]:
    """Return the headings of a file's messages. There must be exactly one."""
    return [subject for subject, patterns in SUBJECTS.items() if any(fnmatch(file, pattern) for pattern in patterns)]


def find_advice(message: Message) -> str:
    """Return what to do: the message's own advice, otherwise that of the checked-in table; empty if both have none."""
    instruction = _INSTRUCTION if begins_with_instruction(message.text) else ""
    return message.advice or REMEDIES.get(message.text, "") or instruction


def build_tables(messages: list[Message]) -> str:
    """Return a heading and a table for each subject, with each message once."""
    page = []
    for subject in SUBJECTS:
        rows = {
            (message.text, message.is_warning): _build_row(message)
            for message in messages
            if subject in find_subjects(message.file)
        }
        page.append(f"\n## {subject}\n\n| message | what to do |\n|---|---|\n")
        page.extend(rows[key] for key in sorted(rows, key=lambda key: key[0].lower().lstrip(". :'")))
    return "".join(page)


def _build_row(message: Message) -> str:
    kind = "warning: " if message.is_warning else ""
    advice = _escape(find_advice(message)).replace("*", r"\*")
    return f"| {kind}`{_escape(message.text)}` | {advice} |\n"


def _escape(text: str) -> str:
    return text.replace("|", r"\|")


def build_page(current: str) -> str:
    """Return the page with its written part as it is, and the tables of the source."""
    return current.partition(BEGIN)[0] + BEGIN + build_tables(list_messages())


if __name__ == "__main__":
    PAGE.write_text(build_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
