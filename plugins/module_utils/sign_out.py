# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of people's sign-ins: they are forgotten, and their tokens revoked as far as that is possible."""

from __future__ import annotations

from contextlib import suppress

from .errors import BeyondIdentityError
from .issued import Token
from .revocation import DELETE, Revocation
from .sign_in import SignIns
from .task import Result, Task


def sign_out(task: Task) -> Result:
    """Forget all sign-ins with the application, wherever they are kept, and revoke what can be revoked of them."""
    sign_ins = SignIns(task.server, task.stores.sign_ins("user"))
    if task.check_mode:
        tokens = sign_ins.kept()
        revoked = [token.id for token in tokens]
    else:
        with suppress(BeyondIdentityError):  # where it can't be refreshed, the client's own credentials may do
            sign_ins.bearer([DELETE])
        tokens = sign_ins.forget()
        revoked = _revoked(task, tokens)
    return {"changed": bool(tokens), "revoked": [token_id for token_id in revoked if token_id]}


def _revoked(task: Task, tokens: list[Token]) -> list[str | None]:
    """Revoke all of them, that which authenticates the others last; return the ids of those that are."""
    may = [token for token in tokens if DELETE in token.scopes]
    able = max(may, key=lambda token: token.issued_at + (token.lifetime or 0), default=None)  # which is good the longest
    revocation = Revocation(task, able.access_token if able else None)
    return [token.id for token in sorted(tokens, key=lambda token: token is able) if _revoke(revocation, token)]


def _revoke(revocation: Revocation, token: Token) -> bool:
    """Revoke both tokens of a sign-in. The refresh token first: with it, whoever has it makes new access tokens."""
    task = revocation.task
    left: dict[str, list[str]] = {}
    for name, value in (("refresh token", token.refresh_token), ("access token", token.access_token)):
        why = revocation.attempt(value) if value else ""
        if why:
            left.setdefault(why, []).append(name)
        elif value:
            task.stores.forget(value.__eq__)
    for why, names in left.items():
        task.warn(f"The sign-in {token.name} is forgotten, but not revoked: its {' and its '.join(names)}. {why}")
    return not left
