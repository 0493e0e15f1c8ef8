# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/troubleshooting.md lists each message of the source, with what to do."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tools.message_remedies import PASSED_ON, REMEDIES
from tests.tools.messages import (
    SIGN_IN,
    Message,
    has_instruction,
    has_text,
    list_messages,
    read_files,
    read_source,
    read_tasks,
)
from tests.tools.messages_table import PAGE, build_page, find_advice, find_subjects

MESSAGES = list_messages()
_FILE = "plugins/x.py"


def test_the_page_has_the_messages_of_the_source() -> None:
    """If this fails, run `python -m tests.tools.messages_table`."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == build_page(page)
    assert len(MESSAGES) > 250, "the collector lost messages"


def test_each_message_says_what_to_do() -> None:
    """Otherwise, give the message a hint, or add advice to tests/tools/message_remedies.py."""
    own = [message for message in MESSAGES if message.advice]
    assert [f"{message.file}: {message.text}" for message in MESSAGES if not find_advice(message)] == []
    assert [f"{message.file}: {message.text}" for message in own if not has_instruction(find_advice(message))] == []


def test_the_table_of_advice_has_no_stale_message() -> None:
    assert set(REMEDIES) - {message.text for message in MESSAGES if not message.advice} == set()


@pytest.mark.parametrize(
    "advice", ["Set name.", "It is old: remove it.", "The run ends. Run again.", "Wait, or end it."]
)
def test_advice_with_an_instruction_is_accepted(advice: str) -> None:
    assert has_instruction(advice)


@pytest.mark.parametrize("advice", ["It has: a, b.", "OpenSSL accepts at most 1,023 bytes.", "Known names: a."])
def test_advice_without_an_instruction_is_noticed(advice: str) -> None:
    assert not has_instruction(advice)


def test_each_file_has_one_subject() -> None:
    files = {message.file for message in MESSAGES}
    assert {file: find_subjects(file) for file in files if len(find_subjects(file)) != 1} == {}


def test_a_new_message_that_cannot_be_read_is_noticed() -> None:
    """Write its text into the call, or count the call in PASSED_ON if it passes on a text from elsewhere."""
    assert Counter(message.file for message in read_files() if not has_text(message)) == PASSED_ON


# Source, and the messages in it with their advice.
SOURCES = {
    "text and advice": ('raise OptionError("No name.", "Set name.")', [("No name.", "Set name.")]),
    "f-string": ('raise OptionError(f"{name} is {value!r}.")', [("... is ...", "")]),
    "constant": ('HINT = "Set it."\nraise StateError("It is missing.", HINT)', [("It is missing.", "Set it.")]),
    "choice of texts": (
        "raise StateError(f\"The realm {'is' if sure else 'may be'} old.\")",
        [("The realm is old.", ""), ("The realm may be old.", "")],
    ),
    "optional advice": ('raise StateError("It failed.", "Wait." if slow else "")', [("It failed.", "Wait.")]),
    "advice in the message": ('raise StateError("It failed. Run again.")', [("It failed.", "Run again.")]),
    "sign-in": ('raise SignInRequiredError("No sign-in is stored.")', [("No sign-in is stored.", SIGN_IN)]),
    "function that builds the error": (
        'def build(fault): return OptionError(f"The file {fault}.")\ndef f():\n    raise build("is empty")\n    raise build("is old")',
        [("The file is empty.", ""), ("The file is old.", "")],
    ),
    "function that builds the advice": (
        'def advise(slow) -> str:\n    if slow:\n        return "Wait."\n    return "Run again."\nraise StateError("It failed.", advise(x))',
        [("It failed.", "Run again. Or: Wait.")],
    ),
    "error of the standard library": ('raise ValueError("not for users")', []),
}


@pytest.mark.parametrize("case", SOURCES)
def test_a_message_of_the_source_is_read(case: str) -> None:
    source, expected = SOURCES[case]
    assert [(message.text, message.advice) for message in read_source(source, _FILE)] == expected


def test_a_warning_is_read() -> None:
    assert list(read_source('display.warning("Nothing is stored.")', _FILE)) == [
        Message(_FILE, "Nothing is stored.", is_warning=True)
    ]


def test_the_failure_of_a_role_is_read() -> None:
    task = '- ansible.builtin.assert:\n    that: x\n    fail_msg: "{{ name }} is missing. Set it."\n'
    assert list(read_tasks(task, "roles/x")) == [Message("roles/x", "... is missing.", "Set it.")]
