# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of tokens that the Management API lists: one of them, or all."""

from __future__ import annotations

from .errors import BeyondIdentityError, ResponseError, StateError
from .inventory import REVOKE, Inventory, matcher
from .progress import Progress
from .resource import Object
from .revocation import Revocation
from .task import Result, Task


def revoke_listed(task: Task) -> Result:
    """Revoke the tokens that the options name. The one that the requests are sent with goes last."""
    with task.lock("tokens", str(task.params["application"] or task.connection.application_id)):
        inventory = Inventory(task, REVOKE)
        tokens = sorted(inventory.tokens(), key=inventory.is_in_use)
        # what the task got for itself was not there before, and so is no change
        own = [token for token in tokens[-1:] if inventory.is_own(token)]
        wanted = tokens[: len(tokens) - len(own)]
        revoked = [token["id"] for token in wanted]
        if not task.check_mode:
            revoked = _revoke_all(task, inventory, wanted, own)
    return {"changed": bool(revoked), "revoked": revoked}


def _revoke_all(task: Task, inventory: Inventory, wanted: list[Object], own: list[Object]) -> list[str]:
    """Revoke them, and return the ids of those wanted that were still there."""
    revoked: list[str] = []
    gone: list[Object] = []
    progress = Progress(len(wanted), "Tokens revoked:", task.tell)
    try:
        for token in wanted:
            if _revoke(inventory, token):
                revoked.append(token["id"])
            gone.append(token)
            progress.step()
        for token in own:
            _revoke(inventory, token)
            gone.append(token)
        if task.params["all"] == "application":
            _revoke_replacement(task, inventory, [*wanted, *own])
    except BeyondIdentityError as error:
        message = f"{len(revoked)} of {len(wanted)} tokens were revoked, then: {error.message}"
        raise StateError(message, **error.details, revoked=revoked) from None
    finally:
        if gone:
            task.stores.forget(matcher(gone))  # so that nobody gets them from there any more
    return revoked


def _revoke_replacement(task: Task, inventory: Inventory, listed: list[Object]) -> None:
    """Revoke what the task got on the way, where the token that it began with was refused: it is in no list."""
    bearer = inventory.management.bearer
    if inventory.is_ours and bearer and not bearer.cached and not matcher(listed)(bearer.token.access_token):
        value = bearer.token.access_token
        Revocation(task, value).revoke(value)
        task.stores.forget(value.__eq__)


def _revoke(inventory: Inventory, token: Object) -> bool:
    """Whether it was still there to be revoked."""
    try:
        inventory.revoke(token)
    except ResponseError as error:
        if error.status != 404:  # somebody else was faster, or it expired
            raise
        return False
    return True
