# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON objects of servers and tokens. Content that other code cannot handle is refused here, once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

DEPTH_LIMIT = 100  # levels of objects and lists

_NO_OBJECT = "is not a JSON object"
_TOO_DEEP = f"is nested in more than {DEPTH_LIMIT} levels"


def parse_json_object(content: bytes) -> dict[str, Any] | str:
    """Return a JSON object, or what is wrong with the content, as the end of a sentence."""
    try:
        body = _DECODER.decode(_decode(content))
        if not isinstance(body, dict):
            return _NO_OBJECT
        if not is_valid_unicode(body):
            return "has text that is not valid Unicode"
    except OverflowError:
        return "has a number that is too large"
    except ValueError:
        return _NO_OBJECT
    except RecursionError:
        return _TOO_DEEP
    return _TOO_DEEP if _is_too_deep(body) else body


def is_valid_unicode(value: Any) -> bool:
    """Whether no text in a value has half of a character (a lone surrogate). JSON and YAML can escape it, UTF-8 cannot."""
    if isinstance(value, str):
        return value.isascii() or _can_encode(value)
    if isinstance(value, Mapping):
        return all(is_valid_unicode(key) and is_valid_unicode(item) for key, item in value.items())
    return all(map(is_valid_unicode, value)) if isinstance(value, (list, tuple)) else True


def _can_encode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse_float(text: str) -> float:
    """Return a number; raise `OverflowError` if it is too large, because a result with infinity is not JSON."""
    number = float(text)
    if not math.isfinite(number):
        raise OverflowError
    return number


def _refuse_constant(name: str) -> NoReturn:
    """Raise `ValueError` for NaN and infinity, which JSON does not have (RFC 8259 section 6)."""
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_float=_parse_float, parse_constant=_refuse_constant)


def _decode(content: bytes) -> str:
    """Return the text of JSON. Some gateways write their errors in ISO 8859-1."""
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
    return content.decode("iso-8859-1")


def _is_too_deep(body: Any) -> bool:
    """Whether a JSON value has more levels than `DEPTH_LIMIT`. Other code is recursive, in Ansible too."""
    level = [body]
    for _depth in range(DEPTH_LIMIT + 1):
        level = [
            item
            for value in level
            if isinstance(value, (dict, list))
            for item in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
