# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values are secrets, and how results and messages look without them."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from ._errors import BeyondIdentityError

MASK = "********"

# Keys of results, request bodies and options whose values are secrets, at any depth.
SECRET_KEYS = frozenset(
    {
        "access_token",
        "client_key_password",
        "client_secret",
        "code",
        "code_verifier",
        "credential_binding_link",
        "id_token",
        "okta_token",
        "proxy",
        "refresh_token",
        "token",
    }
)

# Names that a later version of the API may use for secrets.
_SECRET_NAME = re.compile(r"(?:secret|password|passphrase|private_?key)", re.IGNORECASE)

_USER_INFORMATION = re.compile("[@\uff20\ufe6b]")  # also characters that look like an @, in a URL that is not valid

_MINIMUM_LENGTH = 4  # masking a shorter value would garble messages and protect nothing

# Not the secrets themselves, but the texts that stand for them, so that no call computes these again.
_known_forms: ContextVar[set[str]] = ContextVar("beyondidentity_known_forms")


@functools.lru_cache(maxsize=1024)
def is_secret_key(name: str) -> bool:
    """Whether a value under this key is a secret."""
    return name in SECRET_KEYS or _SECRET_NAME.search(name) is not None


def has_secret(value: Any) -> bool:
    """Whether a result has a non-empty value under a secret key, at any depth."""
    return any(True for _secret in find_secrets(value))


def find_secrets(value: Any) -> Iterator[str]:
    """Yield each non-empty text or number under a secret key, alone or in a list, at any depth.

    `redirect_response` gives its authorization codes. `proxy` gives the URL, its password and its Basic credentials, if it
    has user information: otherwise messages name the proxy.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "redirect_response" and isinstance(item, str):
                yield from _find_codes(item)
            elif key == "proxy" and isinstance(item, str):
                yield from _find_proxy_secrets(item)
            elif is_secret_key(key):
                yield from (str(one) for one in (item if isinstance(item, list) else [item]) if _has_content(one))
            yield from find_secrets(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from find_secrets(item)


def _has_content(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and bool(value)


def _find_codes(url: str) -> list[str]:
    """Return the authorization codes in a redirect URL."""
    try:
        return [value for name, value in parse_qsl(urlsplit(url).query) if name == "code"]
    except ValueError:
        return []


def _find_proxy_secrets(url: str) -> list[str]:
    """Return a proxy URL with user information, its password as it is written and decoded, and the Basic credentials of it.

    A malformed URL is a secret as a whole.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        is_public = _USER_INFORMATION.search(url) is None and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return [url]
    if is_public:
        return []
    if not parts.password:
        return [url]
    user, password = unquote(parts.username or ""), unquote(parts.password)
    return [url, *dict.fromkeys((parts.password, password)), encode_basic_credentials(user, password)]


def encode_basic_credentials(user: str, password: str) -> str:
    """Return the credentials that HTTP Basic sends (RFC 7617). Like requests, uses Latin-1."""
    return base64.b64encode(f"{user}:{password}".encode("latin-1", "replace")).decode("ascii")


def remove_secrets(value: Any) -> Any:
    """Return the same value without its secret keys, at any depth."""
    if isinstance(value, dict):
        return {
            key: remove_secrets(item)
            for key, item in value.items()
            if isinstance(item, (bool, dict)) or not is_secret_key(key)
        }
    return [remove_secrets(item) for item in value] if isinstance(value, (list, tuple)) else value


@contextmanager
def secret_scope() -> Iterator[None]:
    """Forget the secrets of `remember_secrets` at the end of a call: one task's secret must not garble another task's messages."""
    outer = _known_forms.set(set(_known_forms.get(())))
    try:
        yield
    finally:
        _known_forms.reset(outer)


def remember_secrets(values: Iterable[str]) -> None:
    """Mask these values in each text that this call shows from now on. A value of fewer than 4 characters is ignored."""
    known = _known_forms.get(None)
    if known is None:
        known = set()
        _known_forms.set(known)
    known.update(_list_forms(values))


def mask_known_secrets(value: Any) -> Any:
    """Return the same value with each remembered secret masked, as `mask_secrets` does it."""
    return _mask_forms(value, _known_forms.get(()))


def mask_secrets(value: Any, secrets: Iterable[str], *, skip_key: Callable[[str], bool] = lambda key: False) -> Any:
    """Return the same value with these secrets masked in all texts and keys, at any depth, in each form that they are sent in.

    Only whole secrets of 4 or more characters are masked, so mask a text before it is cut.
    Values under keys for which `skip_key` is true stay as they are.
    """
    return _mask_forms(value, _list_forms(secrets), skip_key)


def _mask_forms(value: Any, forms: Collection[str], skip_key: Callable[[str], bool] = lambda key: False) -> Any:
    ordered = sorted(forms, key=len, reverse=True)  # the longest first, because one secret may contain another

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            for form in ordered:
                value = value.replace(form, MASK)
            return value
        if isinstance(value, dict):
            return {mask(key): item if skip_key(key) else mask(item) for key, item in value.items()}
        return [mask(item) for item in value] if isinstance(value, (list, tuple)) else value

    return mask(value)


def _list_forms(secrets: Iterable[str]) -> set[str]:
    """Return all texts to mask, in no order."""
    return {form for secret in secrets if len(secret) >= _MINIMUM_LENGTH for form in _list_sent_forms(secret)}


@functools.lru_cache(maxsize=64)
def _list_sent_forms(secret: str) -> frozenset[str]:
    """Return a secret as it is, as a form and a URL encode it, in JSON, and as AnsiballZ sends it to a remote host.

    AnsiballZ (ansible-core 2.16 to 2.21) sends the parameters as JSON in a Python literal. `repr` of a JSON text that has
    a double quote always has single quotes outside, so a secret looks the same whatever the other parameters are.
    """
    in_json = {json.dumps(secret, ensure_ascii=escape) for escape in (True, False)}
    forms = {
        secret,
        quote_plus(secret, errors="replace"),
        quote(secret, safe="", errors="replace"),
        *(text[1:-1] for text in in_json),
        *(repr(text)[2:-2] for text in in_json),
    }
    return frozenset(forms)


def to_failed_result(error: BeyondIdentityError) -> dict[str, Any]:
    """Return an error as a failed module result: readable, and without any known secret."""
    return {"failed": True, "changed": False, **mask_known_secrets({"msg": error.message, **error.details})}
