# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a client authenticates at the authorization server (RFC 6749 section 2.3.1)."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

from .connection import Connection


def authenticate_client(connection: Connection, form: dict[str, str], headers: dict[str, str]) -> None:
    """Add the client's authentication to a request's form or headers, by the connection's `client_auth_method`."""
    client_id = connection.require("client_id")
    if connection.client_auth_method == "none":
        form["client_id"] = client_id
    elif connection.client_auth_method == "client_secret_post":
        form.update(client_id=client_id, client_secret=connection.require("client_secret"))
    else:
        headers["Authorization"] = build_basic_authorization(connection)


def build_basic_authorization(connection: Connection) -> str:
    """Return the header for HTTP Basic. Client ID and secret are form-encoded first."""
    client_id, client_secret = connection.require("client_id"), connection.require("client_secret")
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")
