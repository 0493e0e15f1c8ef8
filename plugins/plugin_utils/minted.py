# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run minted: told as it happens, and kept where the callback that revokes it finds it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible.utils.display import Display

from ..module_utils.errors import BeyondIdentityError
from ..module_utils.issued import Token
from ..module_utils.options import CONNECTION
from ..module_utils.task import Task
from ..module_utils.text import listed
from .files import HAS_CRYPTOGRAPHY
from .store import run_store

display = Display()

# what Transport reads of the environment
_ENVIRONMENT = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_MOST = 100  # tokens that a delegated task is believed to have minted


class _Recorder:
    """Switched on in the main process, before its workers are forked."""

    is_on = False


@dataclass(frozen=True)
class Minted:
    """A token's value, and what is needed to revoke it: the connection options and the environment that it was minted with."""

    value: str = field(repr=False)
    name: str
    scopes: tuple[str, ...]
    expires: float | None
    options: Mapping[str, Any] = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)

    @property
    def is_expired(self) -> bool:
        """Whether it is of no more use to anybody."""
        return self.expires is not None and time.time() >= self.expires


def record_minted() -> bool:
    """Keep what is minted from now on; false where that is impossible."""
    _Recorder.is_on = HAS_CRYPTOGRAPHY
    return _Recorder.is_on


def announce(task: Task, token: Token) -> None:
    """Tell of a new token at -v: by its id, scopes, lifetime and application, never by its value."""
    if display.verbosity or getattr(display, "log_verbosity", 0):  # a log may hear more, since ansible-core 2.17
        lifetime = "an unknown time" if token.lifetime is None else f"{token.lifetime} s"
        display.v(
            f"Minted the token {token.name} of the application {task.connection.application_id} "
            f"for {lifetime} with the scopes: {listed(token.scopes, 200)}."
        )
    if _Recorder.is_on:
        _record(task, token)


def announce_all(task: Task, entries: Any) -> None:
    """The same for what a delegated module minted elsewhere, where somebody may lie."""
    for entry in entries[:_MOST] if isinstance(entries, list) else ():
        with suppress(BeyondIdentityError, KeyError, TypeError, ValueError, OverflowError):
            token, client = Token.from_dict(entry), task.connection
            # that of a token endpoint, whose longer lifetimes nobody believes either
            if client.issuer and (token.lifetime or 0) <= client.expiration_time:
                announce(task, token)


def minted() -> list[Minted]:
    """All that was minted and kept, refresh tokens among it."""
    kept = (entry.get("minted") for entry in run_store(display.warning).entries())
    return [Minted(**{**entry, "scopes": tuple(entry["scopes"])}) for entry in kept if isinstance(entry, dict)]


def _record(task: Task, token: Token) -> None:
    """Keep each value by itself: one may be revoked or forgotten without the other."""
    options = {option.name: task.params[option.name] for option in CONNECTION}
    environ = {name: value for name, value in (task.environ or {}).items() if name in _ENVIRONMENT}
    expires = None if token.lifetime is None else token.issued_at + token.lifetime
    made = [Minted(token.access_token, token.name, token.scopes, expires, options, environ)]
    if token.refresh_token:
        made.append(Minted(token.refresh_token, f"{token.name} (refresh token)", (), None, options, environ))
    store = run_store(display.warning)
    for item in made:
        store.put(["minted", item.value], {"minted": asdict(item)})
