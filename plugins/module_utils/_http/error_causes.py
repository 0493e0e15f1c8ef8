# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed request was about, and what is inside an error of requests, urllib3 or a socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """A request, as messages about its failure describe it.

    Attributes:
        action: what the request does.
        origin: the server's scheme, host and port.
        timeout: the seconds that the request could take.
        proxy: the origin of the proxy, if any.
        has_client_certificate: whether `client_cert` is set.
    """

    action: str
    origin: str
    timeout: int
    proxy: str = ""
    has_client_certificate: bool = False


def list_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those inside it: requests and urllib3 wrap errors as `reason`, as an argument, or as the context."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        yield cause
        seen.append(cause)
        inside = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
        cause = next((item for item in inside if isinstance(item, BaseException)), None)


def find_meaning(text: str, meanings: tuple[tuple[str, str], ...]) -> str:
    """Return the meaning of the first part that a text contains, or an empty text."""
    return next((meaning for part, meaning in meanings if part in text), "")
