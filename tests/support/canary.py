# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that must not be found anywhere, in all forms in which they could appear."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from tests.support.recorder import RecordedRequest

# Any 20 characters of a random text hold an aligned piece of this length; words in base64 have at most that length.
PIECE = 10

_IN_ANSWERS = re.compile(rb'"(access_token|client_secret|id_token|refresh_token)"\s*:\s*"((?:[^"\\]|\\.)+)"')
_LINK = re.compile(rb'"credential_binding_link"\s*:\s*"([^"\\]+[?&]token=([^"\\&]+))"')
_WORD = re.compile(rb"[A-Za-z0-9._~-]{43,}")
_RUN = re.compile(rb"[A-Za-z0-9_-]{%d,}" % PIECE)


@dataclass(frozen=True)
class Needle:
    """One form of a secret. `group` says where the secret came from, to exempt what the user put there."""

    name: str
    group: str
    form: bytes


class Canaries:
    """Secrets, including those issued during a run, and a search for them."""

    def __init__(self) -> None:
        self._needles: dict[bytes, Needle] = {}
        # Thousands: looked up by what is in the data, for looking for each in all data would take minutes.
        self._pieces: dict[int, dict[bytes, Needle]] = {PIECE: {}, 2 * PIECE: {}}
        self._lock = threading.Lock()
        self._minted: set[str] = set()
        self._digests: set[bytes] = set()

    def add(self, name: str, secret: str, group: str = "given") -> str:
        """Add a secret with all its encodings; return it."""
        plain = {
            secret,
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            repr(secret)[1:-1],
        }
        encoded = {base64.b64encode(form.encode()).decode() for form in (secret, quote_plus(secret))}
        self._add(name, group, {*plain, *encoded})
        return secret

    def add_token(self, name: str, token: str, start: int = 0) -> str:
        """Add a token or header, in pieces from a place on; return it."""
        words, rest = _pieces(token[start:])
        self._add(name, "claims", words)
        self._add(name, "made", rest)
        with self._lock:
            self._minted.add(hashlib.sha256(token.encode()).hexdigest())
        return token

    def add_verifier(self, challenge: str) -> None:
        """Add a code verifier of which only the challenge is known."""
        self._digests.add(base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4)))

    def listen(self, seen: RecordedRequest, answer: bytes) -> None:
        """Add the secrets of an exchange, before the client has them."""
        scheme, _blank, credentials = seen.authorization.partition(" ")
        if credentials:
            self.add_token("Authorization header", credentials, _find_secret(scheme, credentials))
        for key, value in _IN_ANSWERS.findall(answer):
            secret = json.loads(b'"' + value + b'"')
            if secret.encode() not in self._needles:
                self.add_token(f"{key.decode()} in an answer", secret)

        for link, token in _LINK.findall(answer):
            self.add_token("token of a link", token.decode())
            with self._lock:
                self._minted.add(hashlib.sha256(link).hexdigest())

    def knows(self, digest: str) -> bool:
        """Return whether this is the SHA-256 of a token or secret that was sent or received."""
        return digest in self._minted

    def list_names(self) -> set[str]:
        """Return the names of all secrets."""
        with self._lock:
            known = [self._needles, *self._pieces.values()]
            return {needle.name for needles in known for needle in needles.values()}

    def leaks(self, data: bytes, exempt: Iterable[str] = ()) -> list[str]:
        """Return the names of the secrets in some data."""
        with self._lock:
            needles = list(self._needles.values())
        groups = set(exempt)
        found = {needle.name for needle in needles if needle.group not in groups and needle.form in data}
        found |= {needle.name for needle in self._found_pieces(data) if needle.group not in groups}
        if self._digests:
            words = {word for match in _WORD.findall(data) for word in (match, match[:43])}
            if any(hashlib.sha256(word).digest() in self._digests for word in words):
                found.add("code_verifier")
        return sorted(found)

    def leaking_lines(self, text: str) -> list[str]:
        """Return the lines that contain a secret, with its name."""
        if not self.leaks(text.encode()):
            return []
        lines = ((line, self.leaks(line.encode())) for line in text.splitlines())
        return [f"{', '.join(names)}: {line[:1500]}" for line, names in lines if names]

    def _found_pieces(self, data: bytes) -> Iterator[Needle]:
        """Yield the pieces of tokens in some data."""
        for run in _RUN.findall(data):
            for length, pieces in self._pieces.items():
                for at in range(len(run) - length + 1):
                    if needle := pieces.get(run[at : at + length]):
                        yield needle

    def _add(self, name: str, group: str, forms: Iterable[str]) -> None:
        with self._lock:
            for form in forms:
                needle = Needle(name, group, form.encode())
                known = self._pieces.get(len(form), self._needles) if _RUN.fullmatch(needle.form) else self._needles
                known.setdefault(needle.form, needle)


def _find_secret(scheme: str, credentials: str) -> int:
    """Return where the secret begins in the value of a header: the client ID before it is in tokens, too."""
    if scheme.lower() != "basic":
        return 0
    try:
        identifier = base64.b64decode(credentials).partition(b":")[0]
    except ValueError:
        return 0
    return -(-(len(identifier) + 1) // 3) * 4


def _pieces(token: str) -> tuple[set[str], set[str]]:
    """Return pieces that find any long part of a token: of a JWT's claims, which are words in base64, and of the rest."""
    words, _dot, rest = token.rpartition(".") if token.count(".") == 2 else ("", "", token)
    return (
        {words[at : at + 2 * PIECE] for at in range(2 * PIECE, len(words) - 2 * PIECE + 1, PIECE)},
        {rest[at : at + PIECE] for at in range(0, len(rest) - PIECE + 1, PIECE)},
    )
