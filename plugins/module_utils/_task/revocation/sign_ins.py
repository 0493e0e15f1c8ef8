# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of stored sign-ins. All are removed from the stores. Tokens that cannot be revoked are named in a warning."""

from __future__ import annotations

from contextlib import suppress

from ..._errors import BeyondIdentityError
from ..._oauth.stored_sign_ins import SignInStore
from ..._oauth.token import Token
from ..._oauth.token_sources import TokenRequest
from ..context import ModuleResult, TaskContext
from .revoker import DELETE_SCOPE, Revoker


def revoke_sign_ins(task: TaskContext) -> ModuleResult:
    """Remove all sign-ins with the application from all stores, whatever `token_cache` is, and revoke their tokens."""
    sign_ins = SignInStore(task.server, task.stores.list_for_sign_ins("user"))
    if task.check_mode:
        tokens = sign_ins.list_all()
        revoked = [token.id for token in tokens]
    else:
        with suppress(BeyondIdentityError):  # without a fresh token, the client's own credentials may suffice
            sign_ins.get(TokenRequest((DELETE_SCOPE,)))
        tokens = sign_ins.remove_all()
        revoked = _revoke_all(task, tokens)
    return {"changed": bool(tokens), "revoked": [token_id for token_id in revoked if token_id]}


def _revoke_all(task: TaskContext, tokens: list[Token]) -> list[str | None]:
    """Revoke all tokens, the one that authorizes the others last; return the IDs of the revoked ones."""
    # Of several tokens that can authorize, use the one that expires last.
    deleters = [token for token in tokens if DELETE_SCOPE in token.scopes]
    deleter = max(deleters, key=lambda token: token.issued_at + (token.lifetime or 0), default=None)
    revoker = Revoker(task, deleter.access_token if deleter else None)
    return [token.id for token in sorted(tokens, key=lambda token: token is deleter) if _revoke(revoker, token)]


def _revoke(revoker: Revoker, token: Token) -> bool:
    """Revoke both tokens of a sign-in. The refresh token is first, because new access tokens could be requested with it."""
    task = revoker.task
    remaining: dict[str, list[str]] = {}
    for name, value in (("refresh token", token.refresh_token), ("access token", token.access_token)):
        reason = revoker.try_to_revoke(value) if value else ""
        if reason:
            remaining.setdefault(reason, []).append(name)
        elif value:
            task.stores.forget(value.__eq__)
    for reason, names in remaining.items():
        task.warn(
            f"The sign-in {token.display_name} is removed from the stores, but not revoked: its {' and its '.join(names)}. "
            f"{reason}"
        )
    return not remaining
