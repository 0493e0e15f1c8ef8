# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Possible reasons why a server refused a client: mistakes that the credentials themselves show.

The server only responds that it does not accept the client. None of these is an error before the refusal: no rule forbids such
credentials.
"""

from __future__ import annotations

from .connection import Connection
from .token_errors import CLIENT_HINT

_IDS = {"application_id": "application", "auth_realm_id": "realm", "tenant_id": "tenant"}
_QUOTES = "\"'"


def hint_on_refused_client(connection: Connection) -> str:
    """Return advice for refused credentials: the mistake if it is found, otherwise the values to compare."""
    return _find_mistake(connection) or CLIENT_HINT


def _find_mistake(connection: Connection) -> str:
    client_id, client_secret = connection.client_id or "", connection.client_secret or ""
    for name, value in (("client_secret", client_secret), ("client_id", client_id)):
        if value != value.strip():
            return f"{name} begins or ends with a blank. Remove the blank."
        if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
            return f"{name} is in quotation marks. Remove the quotation marks."
    if client_id and client_id == client_secret:
        return "client_secret is equal to client_id. Set client_secret to the application's client secret."
    for name, noun in _IDS.items():
        if client_id and client_id == getattr(connection, name):
            return f"client_id is the ID of the {noun}. Set it to the application's client ID, which is another value."
    return ""
