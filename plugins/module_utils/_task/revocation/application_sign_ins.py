# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of the stored sign-ins with another application, by an administrator's credentials.

The tokens are found in the Management API's list and revoked by ID. No stored token is sent, because the connection of
the sign-in is unknown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..._errors import BeyondIdentityError, OptionError
from ..._management.client import REVOKE_OPERATION
from ..._management.issued_tokens import IssuedTokenOptions, IssuedTokens, match_tokens
from ..._management.resource_types import Resource
from ..._masking import mask_known_secrets
from ..._oauth.sign_in_entries import list_applications
from ..._oauth.token import Token
from ..context import ModuleResult, TaskContext
from .listed import revoke_if_active
from .sign_in_tokens import SignInToken, list_sign_in_tokens, report_remaining


def revoke_application_sign_ins(task: TaskContext) -> ModuleResult:
    """Remove all sign-ins with the `application` from all stores, and revoke their tokens."""
    options = task.read(IssuedTokenOptions)
    client = task.build_client(*options.list_operations(task.connection), REVOKE_OPERATION)
    issued = IssuedTokens(options, client)
    purpose = task.build_lock_purpose("a revocation of tokens", "several hosts can revoke the same tokens")
    with task.lock("tokens", issued.application_id, purpose=purpose):
        sign_ins = _find_sign_ins(task, issued)
        tokens = list_sign_in_tokens(sign_ins)
        revoked = [token.id for token in tokens if token.id]
        remaining: list[dict[str, Any]] = []
        if tokens and not task.check_mode:
            task.stores.forget({token.value for token in tokens}.__contains__)
            revoked, left = _revoke_all(issued, tokens)
            remaining = report_remaining(task, issued.application_id, left)
    return {"changed": bool(tokens), "revoked": revoked, "remaining": remaining}


def _find_sign_ins(task: TaskContext, issued: IssuedTokens) -> list[Token]:
    """Return the application's stored sign-ins; raise `OptionError` if the application is in another realm."""
    realm_id = issued.path_parameters["realm_id"]
    found: list[Token] = []
    for parts, tokens in list_applications(task.stores.list_for_sign_ins("user")).items():
        if (parts.tenant_id, parts.application_id) != (task.connection.tenant_id, issued.application_id):
            continue
        if parts.auth_realm_id != realm_id:
            raise OptionError(
                f"The application {parts.application_id} of the stored sign-in is in the realm {parts.auth_realm_id}, but "
                f"the task manages the realm {realm_id}.",
                f"Set realm_id: {parts.auth_realm_id}. The sign-in is still stored.",
            )
        found += tokens
    return found


def _revoke_all(issued: IssuedTokens, tokens: list[SignInToken]) -> tuple[list[str], dict[str, list[SignInToken]]]:
    """Revoke the tokens that are active; return the IDs of the revoked tokens, and the other tokens by the reason.

    After an error, no other request is sent: the API would refuse it too, or does not respond.
    """
    revoked: list[str] = []
    remaining: dict[str, list[SignInToken]] = {}
    reason = ""
    listed: list[Resource] = []
    try:
        listed = list(issued.list_tokens())
    except BeyondIdentityError as error:
        reason = mask_known_secrets(error.message)
    for token in tokens:
        found = next((item for item in listed if match_tokens([item])(token.value)), None)
        if found and not reason:
            try:
                revoked += [found["id"]] if revoke_if_active(issued, found) else []
            except BeyondIdentityError as error:
                reason = mask_known_secrets(error.message)
        if reason and (found or not listed) and not token.is_over:
            remaining.setdefault(reason, []).append(_complete(token, found) if found else token)
    return revoked, remaining


def _complete(token: SignInToken, listed: Resource) -> SignInToken:
    """Return a token with the ID and the end of its life as the API lists them."""
    expires = listed.get("expires")
    return replace(token, id=listed["id"], expires=float(expires) if isinstance(expires, int) else token.expires)
