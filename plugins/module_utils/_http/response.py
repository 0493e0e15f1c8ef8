# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A complete HTTP response, and how its body is read within limits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._errors import OTHER_SERVER_HINT, MalformedResponseError
from .._json_objects import parse_json_object
from .._text import sanitize_for_display
from . import libraries

BODY_LIMIT = 10 * 1024 * 1024  # bytes, after decompression

_CHUNK = 65536  # bytes


@dataclass(frozen=True)
class Response:
    """A complete response, of any status."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self, action: str) -> dict[str, Any]:
        """Return the body as a JSON object; raise `MalformedResponseError` for any other body."""
        body = self._parsed
        if isinstance(body, str):
            kind = sanitize_for_display(self.headers.get("Content-Type", "no content type"), 80)
            raise MalformedResponseError(
                f"{action}: the response (HTTP {self.status}, {kind}) {body}.",
                OTHER_SERVER_HINT,
            )
        return body

    def json_or_none(self) -> dict[str, Any] | None:
        """Return the body as a JSON object, or `None` for any other body."""
        return None if isinstance(self._parsed, str) else self._parsed

    @cached_property
    def _parsed(self) -> dict[str, Any] | str:
        """The body as a JSON object, or what is wrong with it."""
        return parse_json_object(self.content)


def read_body(response: Any, action: str, deadline: float) -> bytes:
    """Read the body of a streamed requests response until a monotonic deadline, at most `BODY_LIMIT` bytes."""
    if "," in response.headers.get("Content-Encoding", ""):  # urllib3 before 2.6 expands all layers of a chunk at once
        raise MalformedResponseError(f"{action}: the response is compressed more than once.", OTHER_SERVER_HINT)
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > BODY_LIMIT:
            raise MalformedResponseError(
                f"{action}: the response is larger than {BODY_LIMIT // 1024 // 1024} MiB.",
                OTHER_SERVER_HINT,
            )
        if time.monotonic() > deadline:
            raise libraries.requests.Timeout
    return bytes(content)
