# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets are in a result, and how a result looks without them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from .errors import BeyondIdentityError
from .options import is_secret

MASK = "********"

_PIECE = 10  # as much of a long secret is hidden, too


def carries_secret(value: Any) -> bool:
    """Whether a result holds a non-empty value under a secret key, at any depth."""
    return any(True for _secret in secret_values(value))


def secret_values(value: Any) -> Iterator[str]:
    """All texts and numbers under secret keys, alone or in a list, at any depth; the empty ones aside."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "redirect_response" and isinstance(item, str):
                yield from _codes(item)
            elif is_secret(key):
                yield from (str(one) for one in (item if isinstance(item, list) else [item]) if _is_filled(one))
            yield from secret_values(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from secret_values(item)


def _is_filled(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and bool(value)


def _codes(url: str) -> list[str]:
    """The codes in the address that a browser was sent to."""
    try:
        return [value for name, value in parse_qsl(urlsplit(url).query) if name == "code"]
    except ValueError:
        return []


def without_secrets(value: Any) -> Any:
    """The same value without its secret keys, at any depth."""
    if isinstance(value, dict):
        return {
            key: without_secrets(item)
            for key, item in value.items()
            if isinstance(item, (bool, dict)) or not is_secret(key)
        }
    return [without_secrets(item) for item in value] if isinstance(value, (list, tuple)) else value


def failure(error: BeyondIdentityError, secrets: Iterable[str]) -> dict[str, Any]:
    """A failed result, readable, and free of these secrets even where a server echoed one."""
    return {"failed": True, "changed": False, **masked({"msg": error.message, **error.details}, secrets)}


def masked(value: Any, secrets: Iterable[str], *, aside: Callable[[str], bool] = lambda key: False) -> Any:
    """The same value with these secrets masked in its texts and keys, at any depth, in whichever form they were sent.

    What stands under keys that are ``aside`` stays as it is.
    """
    # what is too short to be a secret would only garble the text; the longest first, in case one holds another
    hidden = sorted({form for secret in secrets if len(secret) >= 4 for form in _forms(secret)}, key=len, reverse=True)

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            for secret in hidden:
                value = _hidden(value, secret)
            return value
        if isinstance(value, dict):
            return {clean(key): item if aside(key) else clean(item) for key, item in value.items()}
        return [clean(item) for item in value] if isinstance(value, (list, tuple)) else value

    return clean(value)


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, in a form, and in JSON."""
    in_json = (json.dumps(secret, ensure_ascii=escaped)[1:-1] for escaped in (True, False))
    return (secret, quote_plus(secret), *in_json)


def _hidden(text: str, secret: str) -> str:
    """A text without a secret, and without what is left of it where it was cut off or quoted in part."""
    text = text.replace(secret, MASK)
    for start in range(0, len(secret) - _PIECE + 1 if len(secret) >= 2 * _PIECE else 0, _PIECE):
        while (left := text.find(secret[start : start + _PIECE])) >= 0:
            first, last, right = start, start + _PIECE, left + _PIECE
            while first and left and secret[first - 1] == text[left - 1]:
                first, left = first - 1, left - 1
            while last < len(secret) and right < len(text) and secret[last] == text[right]:
                last, right = last + 1, right + 1
            text = text[:left] + MASK + text[right:]
    return text
