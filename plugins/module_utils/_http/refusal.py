# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the code and the reasons of a refusal in any JSON object.

Authorization servers (RFC 6749 section 5.2), the Management API, SCIM (RFC 7644 section 3.12), problem details (RFC 9457)
and gateways name them differently, at different depths. Only texts under names of reasons are read: other values can be
secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._text import drop_repetitions, sanitize_for_display

_MAXIMUM_REASONS = 10

# Names are compared without case, `_` and `-`.
_CODES = ("error", "code", "errorcode", "scimtype")
_REASONS = (
    "errordescription",
    "errormessage",
    "errorsummary",
    "message",
    "msg",
    "title",
    "detail",
    "details",
    "description",
    "reason",
    "error",
    "errors",
)
_SUBJECTS = ("field", "property", "param", "pointer", "resourcetype")  # what a reason beside it is about
_GROUPS = ("error", "errors")  # objects whose names are subjects, and whose texts are reasons
_STATUS = re.compile("[45][0-9]{2}")
_WORD = re.compile(r"[^\s:]{1,100}")


@dataclass(frozen=True)
class Refusal:
    """The first code, and the reasons that say something new. All are sanitized."""

    code: str
    reasons: list[str]


def read_refusal(body: Mapping[str, Any]) -> Refusal:
    """Return the code and the reasons in a JSON object."""
    code = next(_iter_codes(body), "")
    reasons = drop_repetitions((reason for reason in _iter_reasons(body) if reason), said=code)
    return Refusal(code, reasons[:_MAXIMUM_REASONS])


def _iter_codes(value: Any) -> Iterator[str]:
    """Yield the codes of an object, then those of the objects in it."""
    if isinstance(value, list):
        for item in value:
            yield from _iter_codes(item)
    if not isinstance(value, Mapping):
        return
    named = {_normalize(name): item for name, item in value.items()}
    yield from (code for name in _CODES if (code := _to_code(named.get(name))))
    for item in value.values():
        yield from _iter_codes(item)


def _to_code(value: Any) -> str:
    """Return a code. The status is no code, and a sentence is a reason."""
    text = sanitize_for_display(value) if isinstance(value, str) else ""
    return text if _WORD.fullmatch(text) and not _STATUS.fullmatch(text) else ""


def _iter_reasons(value: Any, name: str = "") -> Iterator[str]:
    """Yield the reasons of an object, then those of the objects in it. `name` is what the value is called."""
    if isinstance(value, str):
        yield sanitize_for_display(value)
    elif isinstance(value, list):
        for item in value:
            yield from _iter_reasons(item, name)
    elif isinstance(value, Mapping):
        yield from _iter_reasons_of_object(value, is_group=_normalize(name) in _GROUPS)


def _iter_reasons_of_object(value: Mapping[str, Any], *, is_group: bool) -> Iterator[str]:
    named = {_normalize(name): item for name, item in value.items()}
    subject = _describe_subject(named)
    texts = [sanitize_for_display(text) for name in _REASONS if isinstance(text := named.get(name), str) and text]
    texts = [text for text in texts if not _STATUS.fullmatch(text)]
    texts = [text for text in texts if not (_to_code(text) and text == _to_code(named.get("error")))]
    yield from (f"{subject}: {text}" if subject else text for text in texts)
    for name, item in value.items():
        if isinstance(item, (Mapping, list)):
            is_named = _normalize(name) in _REASONS
            reasons = _iter_reasons(_drop_texts(item) if not is_named and not is_group else item, name)
            is_subject = is_group and not is_named
            yield from (f"{sanitize_for_display(name, 80)}: {text}" if is_subject else text for text in reasons)


def _drop_texts(value: Any) -> Any:
    """Return a list without the texts that have no name."""
    return [_drop_texts(item) for item in value if not isinstance(item, str)] if isinstance(value, list) else value


def _describe_subject(named: Mapping[str, Any]) -> str:
    subject = next((text for name in _SUBJECTS if isinstance(text := named.get(name), str) and text), "")
    if subject and subject == named.get("resourcetype") and isinstance(named.get("id"), str):
        subject = f"{subject} {named['id']}"
    return sanitize_for_display(subject, 200)


def _normalize(name: Any) -> str:
    return re.sub("[_-]", "", str(name)).lower()
