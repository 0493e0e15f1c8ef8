# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which refusals of the authorization server concern the scopes, and not the client."""

from __future__ import annotations

from ..._errors import ResponseError
from ..._oauth.token_errors import is_unknown_client

_SCOPE_CODES = ("invalid_scope", "insufficient_scope", "access_denied")
_OTHER_CODES = ("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type")


def is_refused_scope(error: ResponseError) -> bool:
    """Whether the server accepted the client, and refused the scopes.

    The service documents no errors of this endpoint, so a 400 or 403 without another code of RFC 6749 counts, too.
    """
    if is_unknown_client(error):
        return False
    return error.code in _SCOPE_CODES or (error.status in (400, 403) and error.code not in _OTHER_CODES)
