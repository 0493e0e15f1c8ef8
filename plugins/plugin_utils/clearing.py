# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revokes what a run minted, at its end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.utils.display import Display

from ..module_utils.errors import BeyondIdentityError, TransportError
from ..module_utils.issued import Token
from ..module_utils.masking import masked
from ..module_utils.revocation import DELETE, Revocation
from ..module_utils.task import Task
from ..module_utils.text import listed
from .files import texts
from .minted import described, minted
from .store import stores

display = Display()


def clear() -> None:
    """Revoke all that this run minted and that nobody asked to keep beyond it; say how many, and which were not."""
    revoked = 0
    for task, tokens in _by_credential():
        revoked += _Clearing(task).revoke(tokens)
    if revoked:
        display.display(f"Revoked {revoked} {'token' if revoked == 1 else 'tokens'} that this run minted.", stderr=True)


class _Clearing:
    """Revokes tokens that were minted with one credential. A token that authenticates the others goes last."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.late: list[Token] = []
        task.minted = lambda minting, token: self.late.append(token)

    def revoke(self, tokens: list[Token]) -> int:
        """Revoke what can be revoked, and return how many that were."""
        able = next((token for token in tokens if DELETE in token.scopes), None)
        revocation = Revocation(self.task)
        revoked = 0
        left = sorted(tokens, key=lambda token: token is able)
        while left:
            token = left.pop(0)
            try:
                for value in (token.refresh_token, token.access_token):
                    if value:
                        revocation.revoke(value, able.access_token if able else None)
                revoked += token not in self.late
            except BeyondIdentityError as error:
                unreachable = isinstance(error, TransportError)
                names = [described(item) for item in ([token, *left] if unreachable else [token])]
                said = masked(error.message, self.task.secrets())
                display.warning(f"Not revoked, and good until it expires: {listed(names, 200)}. {said}")
                if unreachable:
                    break  # the others would only wait for the same
            if not left and self.late and token not in self.late:
                able, left = self.late[-1], list(self.late)
        return revoked


def _by_credential() -> list[tuple[Task, list[Token]]]:
    """What was minted with each credential and is still good."""
    groups: dict[str, tuple[Task, list[Token]]] = {}
    for options, environ, token in minted():
        alive = token.lifetime is None or time.time() < token.issued_at + token.lifetime or token.refresh_token
        if alive and token.access_token not in _kept(options):
            task = Task({**options, "token_cache": "none"}, environ=environ, warn=display.warning)
            key = repr(sorted((name, str(value)) for name, value in options.items() if name != "expiration_time"))
            groups.setdefault(key, (task, []))[1].append(token)
    return list(groups.values())


def _kept(options: Mapping[str, Any]) -> set[str]:
    """What the user's cache holds, which was to be kept beyond the run."""
    user = stores(options, display.warning).user
    return {text for entry in user.entries() for text in texts(entry)} if user else set()
