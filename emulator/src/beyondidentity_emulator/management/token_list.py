# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on an application's tokens."""

from __future__ import annotations

from flask import request

from ..model.issued_tokens import IssuedToken
from ..model.state import Record
from ..web.errors import not_found
from .object_type import LARGE_PAGES
from .operation_call import Call, Handler


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {"ListTokens": list_tokens, "RevokeToken": revoke_token}


def list_tokens(call: Call) -> Record:
    """List an application's valid tokens, or only those of a principal."""
    tokens = call.tenant.list_active_tokens(call.find("application")["id"])
    for name in ("principal_type", "principal_id"):
        wanted = request.args.get(name)
        if wanted is not None:
            tokens = [token for token in tokens if getattr(token, name) == wanted]
    return call.build_page("tokens", {token.id: token for token in tokens}, LARGE_PAGES, show=IssuedToken.to_list_entry)


def revoke_token(call: Call) -> None:
    """Revoke a token by its ID."""
    application_id = call.find("application")["id"]
    token = call.tenant.tokens.get(call.parameters["token_id"])
    if token is None or token.application_id != application_id or not token.is_active():
        raise not_found("Token", call.parameters["token_id"])
    token.revoked = True
