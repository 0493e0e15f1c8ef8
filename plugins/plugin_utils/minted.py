# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run minted: told as it happens, and kept where the callback that revokes it finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.utils.display import Display

from ..module_utils.errors import BeyondIdentityError
from ..module_utils.issued import Token
from ..module_utils.options import CONNECTION
from ..module_utils.task import Task
from ..module_utils.text import listed, one_line
from .files import HAS_CRYPTOGRAPHY
from .store import run_store

display = Display()

# what Transport reads of the environment
_ENVIRONMENT = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class _Recorder:
    """Switched on in the main process, before its workers are forked."""

    is_on = False


def record_minted() -> None:
    """Keep what is minted from now on."""
    _Recorder.is_on = HAS_CRYPTOGRAPHY


def announce(task: Task, token: Token) -> None:
    """Tell of a new token at -v: by its id, scopes, lifetime and application, never by its value."""
    lifetime = "an unknown time" if token.lifetime is None else f"{token.lifetime} s"
    display.v(
        f"Minted the token {described(token)} of the application {task.connection.application_id} "
        f"for {lifetime} with the scopes: {listed(token.scopes, 200)}."
    )
    if _Recorder.is_on:
        options = {option.name: task.params[option.name] for option in CONNECTION}
        environ = {name: value for name, value in (task.environ or {}).items() if name in _ENVIRONMENT}
        entry = {"minted": {"options": options, "environ": environ, "token": token.to_dict()}}
        run_store(display.warning).put(["minted", token.access_token], entry)


def announce_all(task: Task, entries: Any) -> None:
    """The same for what a delegated module minted elsewhere."""
    for entry in entries if isinstance(entries, list) else ():
        try:
            token = Token.from_dict(entry)
        except (BeyondIdentityError, KeyError, TypeError, ValueError):
            continue
        announce(task, token)


def described(token: Token) -> str:
    """A token for a message."""
    return one_line(token.id, 80) if token.id else "without a known id"


def minted() -> list[tuple[Mapping[str, Any], Mapping[str, str], Token]]:
    """The connection options, the environment and the token of all that was minted and kept."""
    found = []
    for entry in run_store(display.warning).entries():
        kept = entry.get("minted")
        if isinstance(kept, Mapping):
            found.append((kept["options"], kept["environ"], Token.from_dict(kept["token"])))
    return found
