# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which refusals of the authorization server concern the scopes, and not the client."""

from __future__ import annotations

from ..._errors import ResponseError

# RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, and the codes of the Management API, which the endpoint may use.
_CODES = ("invalid_scope", "insufficient_scope", "access_denied", "bad_request", "forbidden")


def is_refused_scope(error: ResponseError) -> bool:
    """Whether the server accepted the client, and refused the scopes.

    The service documents no errors of its token endpoint. An error without a known code, such as the error of a gateway, does
    not show whether the client is valid.
    """
    return error.status in (400, 403) and error.code in _CODES
