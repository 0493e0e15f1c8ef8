# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the code and the reasons of a refusal in any JSON object.

Authorization servers (RFC 6749 section 5.2), the Management API, SCIM (RFC 7644 section 3.12), problem details (RFC 9457)
and gateways name them differently, at different depths. The words in a name decide, not a list of shapes. Only texts under
names of reasons are read: other values can be secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .._text import drop_repetitions, sanitize_for_display

_MAXIMUM_VALUES = 2000  # of a body that are looked at
_MAXIMUM_FOUND = 100
_MAXIMUM_REASONS = 10

# The names of codes, the strongest first, without separators.
_CODES = tuple(
    map(re.compile, ("error", "code", "(?:error|err|fault|reason|status|sub)code", "scimtype", "(?:error|err)type"))
)

# The last words of the names of reasons, the strongest first.
_REASONS = (
    "description",
    "message",
    "messages",
    "msg",
    "summary",
    "title",
    "detail",
    "details",
    "reason",
    "text",
    "string",
    "phrase",
    "error",
    "errors",
    "err",
)
_PREFIXES = ("error", "err", "fault", "status")  # of words that are written together, such as faultstring

# The last words of the names of objects with more details of a refusal.
_EXPLANATIONS = (*_REASONS, "fault", "cause", "causes", "violations", "params", "problems", "extensions")
_GROUPS = ("error", "errors")  # objects whose names are subjects, and whose texts are reasons
_SUBJECTS = ("field", "property", "param", "pointer", "resourcetype")  # the subject of a reason in the same object

_STATUS = re.compile("[45][0-9]{2}")
_LOWEST_NUMBER = 1000  # smaller numbers repeat the status, or say only that something failed
_WORD = re.compile(r"[^\s:]{1,100}")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True)
class Refusal:
    """The first code, and the reasons that say something new. All are sanitized."""

    code: str
    reasons: list[str]

    def __str__(self) -> str:
        return ": ".join(part for part in (self.code, sanitize_for_display("; ".join(self.reasons))) if part)


@dataclass(frozen=True)
class _Found:
    text: str
    is_code: bool


def read_refusal(body: Mapping[str, Any]) -> Refusal:
    """Return the code and the reasons in a JSON object. Of a large body, only the beginning is read."""
    values = islice(_iter_object(body, ""), _MAXIMUM_VALUES)
    found = list(islice((item for item in values if item is not None and item.text), _MAXIMUM_FOUND))
    code = next((item.text for item in found if item.is_code), "")
    reasons = drop_repetitions((item.text for item in found if not item.is_code), said=code)
    return Refusal(code, reasons[:_MAXIMUM_REASONS])


def _iter_value(value: Any, name: str) -> Iterator[_Found | None]:
    """Yield the findings in a value, and `None` for each value without a finding, so the caller can stop.

    Args:
        name: what the value is called, or the list that it is in.
    """
    if isinstance(value, str) and _is_reason(name):
        yield _Found(sanitize_for_display(value), is_code=False)
    elif isinstance(value, list):
        yield None
        for item in value:
            yield from _iter_value(item, name)
    elif isinstance(value, Mapping):
        yield from _iter_object(value, name)
    else:
        yield None


def _iter_object(value: Mapping[str, Any], name: str) -> Iterator[_Found | None]:
    """Yield the findings of an object, then of the objects in it: of all that explain, or of any if the object itself has no finding."""
    yield None
    own = list(_read_texts(value, name))
    yield from own
    is_group = _get_last_word(name) in _GROUPS
    for key, item in value.items():
        if isinstance(item, (Mapping, list)):
            if _get_last_word(key) in _EXPLANATIONS:
                yield from _iter_value(item, key)
            elif is_group:
                yield from (_put_before(key, found) for found in _iter_value(item, "errors"))
            elif not own:
                yield from _iter_value(item, key)


def _read_texts(value: Mapping[str, Any], name: str) -> Iterator[_Found]:
    """Yield the codes and the reasons that an object has itself."""
    named = {_join_words(key): item for key, item in value.items()}
    codes = [_to_code(item) for pattern in _CODES for key, item in named.items() if pattern.fullmatch(key)]
    yield from (_Found(code, is_code=True) for code in codes if code)
    subject = _find_subject(named, name)
    texts = {key: item for key, item in value.items() if isinstance(item, str) and item and _is_reason(key)}
    for key in sorted(texts, key=lambda key: _REASONS.index(_get_last_word(key))):
        is_status = _STATUS.fullmatch(texts[key]) is not None
        if not is_status and not (_to_code(texts[key]) and _join_words(key) == "error"):
            yield _Found(_describe(subject, texts[key]), is_code=False)


def _to_code(value: Any) -> str:
    """Return a code. The status is no code, and a sentence is a reason."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:20] if _LOWEST_NUMBER <= value < 10**18 else ""
    text = sanitize_for_display(value) if isinstance(value, str) else ""
    return text if _WORD.fullmatch(text) and not _STATUS.fullmatch(text) else ""


def _put_before(subject: str, found: _Found | None) -> _Found | None:
    return found if found is None or found.is_code else _Found(_describe(subject, found.text), is_code=False)


def _describe(subject: str, text: str) -> str:
    subject, text = sanitize_for_display(subject, 200), sanitize_for_display(text)
    return f"{subject}: {text}" if subject and text else text


def _find_subject(named: Mapping[str, Any], name: str) -> str:
    """Return the subject of an object's reasons: a field, the path of a field, or an object."""
    source, place = named.get("source"), named.get("loc")
    if isinstance(source, Mapping):
        named = {**source, **named}
    if isinstance(place, list):
        return ".".join(str(part) for part in place[:10] if isinstance(part, (str, int)))
    names = (*_SUBJECTS, "name") if _get_last_word(name) == "params" else _SUBJECTS
    subject = next((text for key in names if isinstance(text := named.get(key), str) and text), "")
    if subject and subject == named.get("resourcetype") and isinstance(named.get("id"), str):
        return f"{subject} {named['id']}"
    return subject


def _is_reason(name: str) -> bool:
    return _get_last_word(name) in _REASONS


def _get_last_word(name: str) -> str:
    """Return the last word of a name in lower case: summary of errorSummary, error_summary, and errorsummary."""
    words = _WORDS.findall(name[-100:])
    word = words[-1].lower() if words else ""
    for prefix in _PREFIXES:
        if word not in _EXPLANATIONS and word.startswith(prefix):
            return word[len(prefix) :]
    return word


def _join_words(name: str) -> str:
    return "".join(_WORDS.findall(name[:100])).lower()
