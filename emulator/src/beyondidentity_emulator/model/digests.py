# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests that stand for credentials, codes and tokens in the journal.

A digest is an HMAC with a random key of the process, which nothing reveals: a short secret, such as one that a seed
sets, cannot be guessed from a journal that a user kept. `POST /_emulator/digest` returns the digest of a value, so
that tests can compare while the emulator runs.

A value is replaced if its name says that it is secret, wherever it stands, and whatever its name if it is, or
contains, a secret that the emulator issued or was given. Secrets shorter than SHORTEST are replaced only by name:
elsewhere they would be found in ordinary words. `state`, `nonce` and an S256 `code_challenge` stay readable: none of
them is a credential. A challenge of the method `plain` is the verifier itself, and is replaced.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, unquote_plus, urlsplit

SHORTEST = 8
DEEPEST = 64
LONGEST_FLAG = 30
MOST_CLEAN = 10_000
SECRET_NAMES = frozenset(
    (
        "accesstoken",
        "actortoken",
        "apikey",
        "assertion",
        "authorization",
        "clientassertion",
        "code",
        "codeverifier",
        "cookie",
        "credentialbindinglink",
        "idtoken",
        "idtokenhint",
        "oktatoken",
        "proxyauthorization",
        "refreshtoken",
        "subjecttoken",
        "token",
        "xapikey",
        "xapitoken",
        "xauthtoken",
    )
)
SECRET_WORDS = ("secret", "password", "passphrase")
SCHEMES = ("basic", "bearer", "digest", "dpop", "negotiate")
UNRESERVED = re.compile(r"[\w.~-]+", re.ASCII)
DIGEST = re.compile(r"sha256:[0-9a-f]{32}")
PLAIN_NAME = re.compile(r"[\w.$:\[\]-]{1,64}", re.ASCII)
NAMED_IN_TEXT = re.compile(r"""((?:^|[?&;#{,\s])"?([\w-]{1,40})"?\s*(?:=|(?<=")\s*:)\s*"?)([^\s&;#"]+)""")
"""A name and its value in a URL, a form or JSON that is itself a value."""
NAMED_IN_JSON = re.compile(rb'"([\w-]{1,60})"\s*:\s*("(?:[^"\\]|\\.)+")')


class Digests:
    """The key, and the secrets that are known."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[str, set[str]] = {}
        """Known secrets by their last characters: the beginnings of all JWTs are equal."""
        self._clean: set[str] = set()
        """Texts without any of the known secrets: most headers and paths are those of many requests."""

    def digest(self, value: str) -> str:
        """Return the digest that replaces a secret."""
        found = hmac.new(self._key, value.encode(errors="surrogatepass"), "sha256")
        return f"sha256:{found.hexdigest()[:32]}"

    def learn(self, value: str) -> None:
        """Remember a secret, so that it is replaced wherever it occurs."""
        if len(value) < SHORTEST or value in self._known.get(value[-SHORTEST:], ()) or DIGEST.fullmatch(value):
            return
        forms = {value}
        if not UNRESERVED.fullmatch(value):
            forms |= {quote(value, safe="", errors="replace"), quote_plus(value, errors="replace")}
        for form in forms:
            if len(form) >= SHORTEST:
                self._known.setdefault(form[-SHORTEST:], set()).add(form)
                self._clean.clear()

    def learn_from_url(self, url: str) -> None:
        """Remember the code or token in a URL."""
        if "=" in url:
            parts = urlsplit(url)
            for name, values in parse_qs(f"{parts.query}&{parts.fragment}").items():
                if is_secret(name):
                    for value in values:
                        self.learn(value)

    def learn_from_json(self, body: bytes) -> None:
        """Remember the secrets in a JSON text. A `code` is not one of them: it is the name of errors, too."""
        for name, literal in NAMED_IN_JSON.findall(body):
            key = name.decode("ascii", "replace")
            if key not in ("code", "link") and not is_secret(key):
                continue
            try:
                value = json.loads(literal)
            except ValueError:
                continue
            if "://" in value:
                self.learn_from_url(value)
            elif key not in ("code", "link"):
                self.learn(value)

    def mask_request(self, values: dict[str, Any], named: set[str]) -> dict[str, Any]:
        """Return the values of a journal entry with digests instead of secrets; add those with secret names to `named`."""
        masked = {
            **values,
            "headers": {name: self._mask_header(name, value, named) for name, value in values["headers"].items()},
            **{part: self._mask_parameters(values[part], named) for part in ("query", "form")},
            "json": self._mask_named(values["json"], named),
        }
        texts = sorted((value for value in named if len(value) >= SHORTEST), key=len, reverse=True)
        return {name: self._replace_texts(self.mask(value), texts) for name, value in masked.items()}

    def _replace_texts(self, value: Any, texts: list[str]) -> Any:
        """Return a value with digests instead of the secrets that the same request has under a secret name."""
        if not texts:
            return value
        if isinstance(value, str):
            for text in texts:
                if text in value:
                    value = value.replace(text, self.digest(text))
            return value
        if isinstance(value, dict):
            return {self._replace_texts(name, texts): self._replace_texts(item, texts) for name, item in value.items()}
        return [self._replace_texts(item, texts) for item in value] if isinstance(value, list) else value

    def mask(self, value: Any, depth: int = 0) -> Any:
        """Return a value with digests instead of the known secrets in it."""
        if isinstance(value, str):
            return self._mask_text(value)
        if isinstance(value, dict):
            if depth > DEEPEST:
                return {}
            return {self.mask(name): self.mask(item, depth + 1) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [] if depth > DEEPEST else [self.mask(item, depth + 1) for item in value]
        return value

    def _mask_text(self, text: str) -> str:
        if not self._known or len(text) < SHORTEST or text in self._clean:
            return text
        ends = self._known.keys() & {text[start : start + SHORTEST] for start in range(len(text) - SHORTEST + 1)}
        found = [secret for end in ends for secret in list(self._known[end]) if secret in text]
        if not found and len(self._clean) < MOST_CLEAN:
            self._clean.add(text)
        for secret in sorted(found, key=len, reverse=True):
            text = text.replace(secret, self.digest(secret))
        return text

    def _mask_header(self, name: str, value: str, named: set[str]) -> str:
        if name.lower() in ("authorization", "proxy-authorization"):
            return self._mask_authorization(value, named)
        if is_secret(name):
            return self._replace(value, named)
        return self._mask_named_in_text(value, named)

    def _mask_authorization(self, value: str, named: set[str]) -> str:
        scheme, blank, credentials = value.partition(" ")
        if scheme.lower() not in SCHEMES:
            return self._replace(value, named)
        if not credentials.strip():
            return scheme
        if scheme.lower() == "basic":
            try:
                text = base64.b64decode(credentials, validate=True).decode()
            except (binascii.Error, ValueError):
                text = ""
            client_id, colon, secret = text.partition(":")
            if colon:
                named.add(credentials)
                return f"{scheme}{blank}{unquote_plus(client_id)}:{self._replace(unquote_plus(secret), named)}"
        return f"{scheme}{blank}{self._replace(credentials, named)}"

    def _mask_parameters(self, parameters: dict[str, str], named: set[str]) -> dict[str, str]:
        masked = {}
        for name, value in parameters.items():
            is_verifier = name == "code_challenge" and parameters.get("code_challenge_method") != "S256"
            if is_secret(name) or is_verifier:
                shown = self._replace(value, named)
            else:
                shown = self._mask_named_in_text(value, named)
            # A body of another type, sent as a form, arrives as one long name without a value.
            is_name = PLAIN_NAME.fullmatch(name) and (value or len(name) <= LONGEST_FLAG)
            masked[name if is_name else self.digest(name)] = shown
        return masked

    def _mask_named(self, value: Any, named: set[str], depth: int = 0, secret: bool = False) -> Any:
        """Replace the values of secret names in JSON, at any depth; what is nested deeper than DEEPEST is left out."""
        if isinstance(value, (dict, list)) and depth > DEEPEST:
            return type(value)()
        if isinstance(value, dict):
            return {
                name: self._mask_named(item, named, depth + 1, secret or is_secret(name))
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self._mask_named(item, named, depth + 1, secret) for item in value]
        if secret and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return self._replace(str(value), named)
        return self._mask_named_in_text(value, named) if isinstance(value, str) else value

    def _mask_named_in_text(self, text: str, named: set[str]) -> str:
        if "=" not in text and ":" not in text:
            return text

        def replace(match: re.Match[str]) -> str:
            return match[1] + self._replace(match[3], named) if is_secret(match[2]) else match[0]

        return NAMED_IN_TEXT.sub(replace, text)

    def _replace(self, value: str, named: set[str]) -> str:
        if not value:
            return value
        named.add(value)
        return self.digest(value)


def is_secret(name: str) -> bool:
    """Return whether a parameter, field or header of this name holds a secret."""
    plain = name.lower().replace("_", "").replace("-", "")
    return plain in SECRET_NAMES or any(word in plain for word in SECRET_WORDS)
