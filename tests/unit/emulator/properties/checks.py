# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every response of the emulator must be like."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from beyondidentity_emulator.client import Emulator
from tests.unit.emulator.properties.http_client import RawClient, RawRequest, RawResponse

LONG_RUN = int(os.environ.get("PROPERTY_CASES", "0"))
"""How many random cases of each endpoint to try; 0 for the same few in each run, from an environment variable."""
STEP = 8
Item = TypeVar("Item")


def select(items: Sequence[Item], number: int) -> Sequence[Item]:
    """Return all of some items in a long run, and otherwise a part of them that the number decides."""
    return items if LONG_RUN else items[number % STEP :: STEP]


@dataclass
class Service:
    """An emulator whose error output is read."""

    emulator: Emulator
    client: RawClient
    errors: Path

    @classmethod
    @contextmanager
    def start(cls, errors: Path) -> Iterator[Service]:
        """Start an emulator that writes its errors to a file."""
        with errors.open("wb") as file, _redirect_stderr(file.fileno()):
            emulator = Emulator.start()
        with emulator:
            yield cls(emulator, RawClient(emulator.url), errors)

    def send(self, request: RawRequest) -> RawResponse:
        """Send a request; fail if the emulator reports an error of its own."""
        try:
            response = self.client.send(request)
        except Exception as error:
            raise AssertionError(f"{request}: no response: {error!r}\n{self.read_errors()}") from error
        assert response.status < 500, f"{request}: {response}\n{self.read_errors()}"
        return response

    def read_errors(self) -> str:
        """Return the end of the emulator's error output."""
        return self.errors.read_text(encoding="utf-8", errors="replace")[-3000:]


@contextmanager
def _redirect_stderr(descriptor: int) -> Iterator[None]:
    """Let a process that is started meanwhile inherit another file as its standard error."""
    kept = os.dup(2)
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def check_response(response: RawResponse, request: RawRequest) -> None:
    """Fail unless a response is well-formed: JSON if it says so, and an error with a body that says what is wrong."""
    if request.method == b"HEAD":
        assert response.content == b""
        return
    if response.headers.get("content-type") == "application/json":
        assert isinstance(response.json, dict | list), response
    elif not response.is_protocol_error and response.status >= 400:
        assert not response.content, response
