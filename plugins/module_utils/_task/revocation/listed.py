# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of tokens that the Management API lists: one of them, or all."""

from __future__ import annotations

from ..._errors import BeyondIdentityError, ResponseError, StateError
from ..._management.client import REVOKE_OPERATION, ManagementClient
from ..._management.issued_tokens import IssuedTokenOptions, IssuedTokens, match_tokens
from ..._management.references import look_again
from ..._management.resource_types import Resource
from ..context import ModuleResult, TaskContext
from ..progress import Progress
from .revoker import Revoker


def revoke_listed(task: TaskContext, *, with_replacement: bool) -> ModuleResult:
    """Revoke the tokens that the options select. The token that the requests are sent with is revoked last.

    Args:
        with_replacement: also revoke the token that the task requested because its first one was refused.
    """
    options = task.read(IssuedTokenOptions)
    purpose = task.build_lock_purpose("a revocation of tokens", "several hosts can revoke the same tokens")
    with task.lock("tokens", str(options.application or task.connection.application_id), purpose=purpose):
        client = task.build_client(*options.list_operations(task.connection), REVOKE_OPERATION)
        issued, listed = look_again(client, lambda: _list_tokens(options, client))
        tokens = sorted(listed, key=issued.is_in_use)
        # The task's own token did not exist before the task, so its revocation is not a change.
        own = [token for token in tokens[-1:] if issued.is_issued_for_task(token)]
        wanted = tokens[: len(tokens) - len(own)]
        revoked = [token["id"] for token in wanted]
        if task.check_mode:
            for token in wanted:
                issued.revoke(token)  # only predicts it
        else:
            revoked = _revoke_all(task, issued, wanted, own, with_replacement=with_replacement)
    return {"changed": bool(revoked), "revoked": revoked}


def _list_tokens(options: IssuedTokenOptions, client: ManagementClient) -> tuple[IssuedTokens, list[Resource]]:
    issued = IssuedTokens(options, client)
    return issued, list(issued.list_tokens())


def _revoke_all(
    task: TaskContext, issued: IssuedTokens, wanted: list[Resource], own: list[Resource], *, with_replacement: bool
) -> list[str]:
    """Revoke the tokens, and return the IDs of the selected tokens that still existed."""
    revoked: list[str] = []
    removed: list[Resource] = []
    progress = Progress(len(wanted), "Tokens revoked:", task.tell)
    try:
        for token in wanted:
            if revoke_if_active(issued, token):
                revoked.append(token["id"])
            removed.append(token)
            progress.advance()
        for token in own:
            revoke_if_active(issued, token)
            removed.append(token)
        if with_replacement:
            _revoke_replacement(task, issued, [*wanted, *own])
    except BeyondIdentityError as error:
        message = f"{len(revoked)} of {len(wanted)} tokens were revoked, then: {error.message}"
        raise StateError(
            message, "Run again to revoke the remaining tokens.", **error.details, revoked=revoked
        ) from None
    finally:
        if removed:
            task.stores.forget(match_tokens(removed))
    return revoked


def _revoke_replacement(task: TaskContext, issued: IssuedTokens, listed: list[Resource]) -> None:
    """Revoke the token that the task requested after its first one was refused: the listing does not have it."""
    used = issued.client.token
    if issued.is_own_application and used and not used.cached and not match_tokens(listed)(used.value):
        Revoker(task, used.value).revoke(used.value)
        task.stores.forget(used.value.__eq__)


def revoke_if_active(issued: IssuedTokens, token: Resource) -> bool:
    """Revoke a token by its ID, and return whether it still existed."""
    try:
        issued.revoke(token)
    except ResponseError as error:
        if error.status != 404:  # another process revoked the token, or it expired
            raise
        return False
    return True
