# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which results Ansible must not print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible.errors import AnsibleError

from ..module_utils._masking import find_secrets, has_secret, is_secret_key, mask_secrets
from .plain_types import to_plain_types

# Keys that loop items often have for something else, such as a country code. Their values decide.
_AMBIGUOUS_KEYS = frozenset({"authorization", "code", "proxy", "redirect_response", "token"})

# The form of a random token or code: a long word of the characters of RFC 6750 section 2.1, without blanks.
_LONG_WORD = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
_HEADER = re.compile(r"(?:basic|bearer)\s+\S", re.IGNORECASE)
_CHARACTER_CLASSES = tuple(re.compile(characters) for characters in ("[a-z]", "[A-Z]", "[0-9]"))
_MINIMUM_CLASSES = 2  # a word such as quarterly-report-of-sales has one


def must_censor(result: Mapping[str, Any], task_vars: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether a result carries a secret, or the loop item that Ansible prints with it."""
    is_confidential = result.get("confidential") is True
    return is_confidential or has_secret(dict(result)) or _has_secret_item(task_vars, arguments)


def _has_secret_item(task_vars: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether the loop item has a secret under a secret key, or a secret of the task itself."""
    try:
        item = to_plain_types(task_vars.get(task_vars.get("ansible_loop_var") or "item"))
    except AnsibleError:  # the item cannot be decrypted
        return True
    return _contains_secret(item) or bool(mask_secrets(item, _find_own_secrets(arguments)) != item)


def _find_own_secrets(arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the secrets among a task's arguments. Inside a dictionary, such as a request body, ambiguous keys name none."""
    for name, value in arguments.items():
        yield from find_secrets(_remove_ambiguous(value) if isinstance(value, (dict, list)) else {name: value})


def _remove_ambiguous(value: Any) -> Any:
    """Return the same value without the values of ambiguous keys that are not secrets, at any depth."""
    if isinstance(value, dict):
        return {
            key: _remove_ambiguous(item)
            for key, item in value.items()
            if key not in _AMBIGUOUS_KEYS or isinstance(item, dict) or _contains_secret({key: item})
        }
    return [_remove_ambiguous(item) for item in value] if isinstance(value, list) else value


def _contains_secret(value: Any) -> bool:
    """Whether a loop item has a secret, at any depth. An ambiguous key has one only if the value has the form of a secret."""
    if isinstance(value, dict):
        return any(_is_secret(key, item) or _contains_secret(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_contains_secret, value))


def _is_secret(key: str, value: Any) -> bool:
    """Whether a text or number under a key is a secret, alone or in a list."""
    values = [one for one in (value if isinstance(value, list) else [value]) if not isinstance(one, (dict, list))]
    if key in _AMBIGUOUS_KEYS:
        return any(_has_secret_form(key, one) for one in values if isinstance(one, str))
    return is_secret_key(key) and has_secret({key: values})


def _has_secret_form(key: str, text: str) -> bool:
    """Whether a text under an ambiguous key is a token, a code, a URL with a code, or a proxy URL with user information."""
    if key == "proxy":
        return _has_user_information(text)
    is_header = key == "authorization" and _HEADER.match(text) is not None
    has_code = key == "redirect_response" and has_secret({key: text})
    return is_header or has_code or any(map(_is_random, text.split()))


def _is_random(word: str) -> bool:
    """Whether a word has the form of a token or code."""
    classes = sum(1 for characters in _CHARACTER_CLASSES if characters.search(word))
    return _LONG_WORD.fullmatch(word) is not None and classes >= _MINIMUM_CLASSES


def _has_user_information(url: str) -> bool:
    """Whether a URL has a user name. Proxy URLs need no scheme."""
    try:
        return "@" in urlsplit(url if "://" in url else f"http://{url}").netloc
    except ValueError:
        return True
