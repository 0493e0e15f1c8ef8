# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of tokens that the Management API lists: one of them, or all."""

from __future__ import annotations

import time

from .errors import BeyondIdentityError, OptionError, ResponseError, StateError
from .inventory import REVOKE, Inventory, matcher
from .resource import Object
from .task import Result, Task
from .text import listed

_STEP = 100  # tokens, or
_PAUSE = 5.0  # seconds from one word on how far it is to the next


def revoke_listed(task: Task) -> Result:
    """Revoke the tokens that the options name. The one that the requests are sent with goes last."""
    params = task.params
    given = [name for name in ("principal_type", "principal_id") if params[name] is not None]
    if given and params["all"] != "principal":
        raise OptionError(f"{listed(given)} does not go without all: principal.", "It would not narrow anything down.")
    subject = str(params["application"] or task.connection.application_id)
    with task.lock("tokens", subject):
        inventory = Inventory(task, REVOKE)
        tokens = sorted(inventory.tokens(), key=inventory.is_in_use)
        # what the task got for itself was not there before, and so is no change
        counted = [token["id"] for token in tokens if not inventory.is_own(token)]
        if not task.check_mode:
            gone = _revoke_all(task, inventory, tokens)
            counted = [token_id for token_id in counted if token_id in gone]
    return {"changed": bool(counted), "revoked": counted}


def _revoke_all(task: Task, inventory: Inventory, tokens: list[Object]) -> set[str]:
    """Revoke them, and return the ids of those that were still there."""
    gone: list[Object] = []
    said = time.monotonic()
    try:
        for number, token in enumerate(tokens, start=1):
            if _revoked(inventory, token):
                gone.append(token)
            if number % _STEP == 0 or time.monotonic() - said > _PAUSE:
                said = time.monotonic()
                task.tell(f"Revoked {number} of {len(tokens)} tokens.")
    except BeyondIdentityError as error:
        message = f"Revoked {len(gone)} of {len(tokens)} tokens. Then: {error.message}"
        raise StateError(message, **error.details, revoked=[token["id"] for token in gone]) from None
    finally:
        if gone:
            _forget(task, gone)
    return {token["id"] for token in gone}


def _revoked(inventory: Inventory, token: Object) -> bool:
    try:
        inventory.revoke(token)
    except ResponseError as error:
        if error.status != 404:  # somebody else was faster, or it expired
            raise
        return False
    return True


def _forget(task: Task, gone: list[Object]) -> None:
    """So that nobody gets them from a store any more."""
    is_gone = matcher(gone)
    if task.connection.client_id:
        for token in task.sign_ins.kept():
            if is_gone(token.access_token) or is_gone(token.refresh_token or ""):
                task.sign_ins.drop(token.access_token)
    task.stores.forget(is_gone)
