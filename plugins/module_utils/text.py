# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that others wrote, made fit to print; and scopes, made fit to send."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from .errors import OptionError

LIMIT = 500

# RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")


def one_line(value: Any, limit: int = LIMIT) -> str:
    """Server text as one harmless line: no control, escape, bidirectional or other invisible characters."""
    # Cc: control, Cf: format (bidirectional ones included), Cs: surrogates, Zl/Zp: line and paragraph ends
    visible = "".join(
        " " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
        for char in str(value)[: limit * 4]
    )
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def listed(values: Iterable[Any], limit: int = 40) -> str:
    """Names for a message, each harmless, in a stable order, the long tail counted."""
    names = sorted({one_line(value, 120) for value in values})
    tail = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + tail if names else "none"


def scope_list(value: str | Iterable[str] | None, option: str = "scopes") -> list[str]:
    """Scopes as a sorted list without repetitions, from a list or space-delimited text (RFC 6749 section 3.3)."""
    parts = [value] if isinstance(value, str) else list(value or ())
    scopes = sorted({scope for part in parts for scope in str(part).replace(",", " ").split()})
    for scope in scopes:
        if not _SCOPE.fullmatch(scope):
            raise OptionError(
                f"{option}: '{one_line(scope, 80)}' is no scope.",
                "A scope has printable ASCII characters only, without quotes and backslashes.",
            )
    return scopes


def is_identifier(value: Any) -> bool:
    """Whether a value is an id as the service's are, safe in a path and on a terminal: ``[A-Za-z0-9._-]+``, and no dots alone."""
    return isinstance(value, str) and bool(_IDENTIFIER.fullmatch(value)) and bool(value.strip("."))


def managed_scopes(values: Iterable[str], option: str) -> list[str]:
    """The same for a list that shall hold these scopes: only an empty list empties it, and no empty text."""
    listed_values = list(values)
    if not all(str(value).strip() for value in listed_values):
        raise OptionError(
            f"{option} holds an empty text.", f"To leave none, say {option}: []; to leave them alone, say nothing."
        )
    return scope_list(listed_values, option)


def identifier(value: Any, option: str) -> str:
    """An id that is safe in a path, or an error."""
    text = str(value)
    if not is_identifier(text):
        raise OptionError(
            f"{option}: '{one_line(text, 80)}' is no id.", "Ids have letters, digits, '.', '_' and '-' only."
        )
    return text


def plain(value: Any) -> Any:
    """The same value in Python's own types.

    Ansible hands out subclasses (vaulted, tagged, lazily templated values) that validators and
    serialisers stumble over, or that would carry their tags into a hash.
    """
    if value is None or isinstance(value, bool):
        return value
    if type(value).__name__ == "_OmitType":  # what `omit` is to plugins since ansible-core 2.19, without a public name
        return None
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str.__str__(str(value))  # inline-vaulted text decrypts itself here, into a subclass
