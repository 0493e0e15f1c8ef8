# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of the stored sign-ins with the authenticating application. All are removed from the stores."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..._errors import BeyondIdentityError
from ..._oauth.missing_sign_in import describe_absence
from ..._oauth.sign_in_entries import list_applications
from ..._oauth.stored_sign_ins import SignInStore
from ..._oauth.token import Token
from ..._oauth.token_sources import TokenRequest
from ..context import ModuleResult, TaskContext
from .revoker import DELETE_SCOPE, Revoker
from .sign_in_tokens import SignInToken, list_sign_in_tokens, report_remaining

_ADVICE = (
    "To be able to revoke the next sign-in, set login_revocable: true for the playbook beyondidentity.management.login, or "
    "authorization_code_revocable: true for the role authorization_code."
)


def revoke_sign_ins(task: TaskContext) -> ModuleResult:
    """Remove all sign-ins with the application from all stores, whatever `token_cache` is, and revoke their tokens."""
    remaining: list[dict[str, Any]] = []
    sign_ins = SignInStore(task.server, task.stores.list_for_sign_ins("user"))
    if task.check_mode:
        tokens = sign_ins.list_all()
        revoked = [token.id for token in tokens if token.id]
    else:
        with suppress(BeyondIdentityError):  # without a fresh token, the client's own credentials may suffice
            sign_ins.get(TokenRequest((DELETE_SCOPE,)))
        tokens = sign_ins.remove_all()
        revoked, remaining = _revoke_all(task, tokens)
    if not tokens:
        _warn_of_others(task, sign_ins)
    return {"changed": bool(tokens), "revoked": revoked, "remaining": remaining}


def _revoke_all(task: TaskContext, sign_ins: list[Token]) -> tuple[list[str], list[dict[str, Any]]]:
    """Revoke all tokens, the authorizing token last; return the IDs of the revoked tokens, and the other tokens."""
    # If several tokens can authorize, use the token that expires last.
    deleters = [token for token in sign_ins if DELETE_SCOPE in token.scopes]
    deleter = max(deleters, key=lambda token: token.issued_at + (token.lifetime or 0), default=None)
    revoker = Revoker(task, deleter.access_token if deleter else None, advice="")
    revoked: list[str] = []
    remaining: dict[str, list[SignInToken]] = {}
    for token in _put_last(list_sign_in_tokens(sign_ins), deleter):
        reason = revoker.try_to_revoke(token.value)
        if not reason:
            task.stores.forget(token.value.__eq__)
            revoked += [token.id] if token.id else []
        elif not token.is_over:
            remaining.setdefault(reason, []).append(token)
    application_id = task.connection.require("application_id")
    return revoked, report_remaining(task, application_id, remaining, "" if deleter else _ADVICE)


def _put_last(tokens: list[SignInToken], deleter: Token | None) -> list[SignInToken]:
    """Move the authorizing token to the end, after its refresh token, whose revocation can end both."""
    last = (deleter.refresh_token, deleter.access_token) if deleter else ()
    return sorted(tokens, key=lambda token: last.index(token.value) if token.value in last else -1)


def _warn_of_others(task: TaskContext, sign_ins: SignInStore) -> None:
    """Warn if nothing is revoked because the sign-ins are with other applications."""
    others = list_applications(sign_ins.stores)
    if others:
        task.warn(
            f"Nothing is revoked. {describe_absence(task.connection, others)} To revoke the sign-ins of one "
            "application, set application to its ID. For the playbook beyondidentity.management.logout, set logout_application."
        )
