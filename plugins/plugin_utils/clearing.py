# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revokes what a run minted, at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from ansible.utils.display import Display

from ..module_utils.issued import Token
from ..module_utils.progress import Progress
from ..module_utils.revocation import DELETE, Revocation
from ..module_utils.task import Task
from ..module_utils.text import listed
from ..module_utils.transport import Wire
from .files import TokenFiles, texts
from .minted import Minted, announce, minted
from .store import stores

display = Display()

# The run is over and somebody waits: for a server that asks for patience, but not for one that is silent.
_TIMEOUT, _RETRIES = 10, 1
_NAMED = 100  # as many tokens are named in a warning, and the others counted


def clear() -> None:
    """Revoke all that this run minted and that nobody asked to keep beyond it; say how many, and which were not."""
    _Clearing(_unwanted(minted())).run()


def _unwanted(tokens: list[Minted]) -> list[Minted]:
    """Those that are still good, but for what is in the user's cache."""
    users = (stores(token.options, display.warning).user for token in tokens)
    user = next((store for store in users if isinstance(store, TokenFiles)), None)
    kept = {text for entry in user.entries() for text in texts(entry)} if user else set()
    return [token for token in tokens if not token.is_expired and token.value not in kept]


def _by_credential(tokens: Iterable[Minted]) -> list[tuple[Task, list[Minted]]]:
    """What was minted with each credential, and a call with that credential."""
    groups: dict[Any, tuple[Task, list[Minted]]] = {}
    for token in tokens:
        options = {
            **token.options,
            "grant_type": "client_credentials",  # whatever it was: a further sign-in is nothing to ask for now
            "token_cache": "none",
            "timeout": min(token.options["timeout"], _TIMEOUT),
            "retries": min(token.options["retries"], _RETRIES),
        }
        task = Task(options, environ=token.environ)
        client = task.connection
        who = (client.issuer, client.client_id, client.client_secret, client.client_auth_method, client.access_token)
        way = (*(options[item.name] for item in fields(Wire)), *sorted(token.environ.items()))
        groups.setdefault((who, way), (task, []))[1].append(token)
    return list(groups.values())


class _Clearing:
    """Revokes tokens, and keeps account of those that are not."""

    def __init__(self, tokens: list[Minted]) -> None:
        self.tokens = tokens
        self.left = {token.value: token.name for token in tokens}
        self.revoked = 0
        self.failures: dict[str, list[str]] = {}  # the names by the reason
        self.silent: dict[str, str] = {}  # servers, and why nothing more is sent there
        self.progress = Progress(len(tokens), "Tokens of this run seen to:", _say)

    def run(self) -> None:
        """Revoke all, and say what came of it, also where somebody does not wait for the end."""
        try:
            for task, tokens in _by_credential(self.tokens):
                self._revoke_all(task, tokens)
        except (KeyboardInterrupt, SystemExit):
            self.failures["This was interrupted."] = list(self.left.values())
        if self.revoked:
            _say(f"Revoked {self.revoked} {'token' if self.revoked == 1 else 'tokens'} that this run minted.")
        for why, names in self.failures.items():
            end = "it expires" if len(names) == 1 else "they expire"
            display.warning(f"Not revoked, and good until {end}: {_counted(names)}. {why}")

    def _revoke_all(self, task: Task, tokens: list[Minted]) -> None:
        """Revoke what was minted with one credential. What authenticates the others goes last."""
        own: list[Token] = []

        def note(task: Task, token: Token) -> None:
            announce(task, token)
            self.left[token.access_token] = token.name
            own.append(token)

        task.minted = note
        able = next((token for token in tokens if DELETE in token.scopes), None)
        revocation = Revocation(task, able.value if able else None, self.silent)
        for minted_token in sorted(tokens, key=lambda token: token is able):
            self.revoked += self._revoke(revocation, minted_token.value)
            self.progress.step()
        for token in own:
            self._revoke(revocation, token.access_token)

    def _revoke(self, revocation: Revocation, value: str) -> bool:
        """Whether a token is revoked now."""
        why, name = revocation.attempt(value), self.left.pop(value)
        if why:
            self.failures.setdefault(why, []).append(name)
        return not why


def _counted(names: list[str]) -> str:
    """Names for a message; those that several have with their number."""
    return listed((name if count == 1 else f"{count} {name}" for name, count in Counter(names).items()), _NAMED)


def _say(text: str) -> None:
    display.display(text, stderr=True)
