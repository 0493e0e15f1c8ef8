# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings for authentication and connections, from the options, without a request."""

from __future__ import annotations

from typing import Any

from ..._connection_options import PINNED_REALM_VARIABLE
from ..._errors import OptionError
from ..._http.certificates import find_authorities
from ..._http.proxy import select_proxies
from ..._http.urls import get_origin
from ..._oauth.connection import Connection
from ..._oauth.regions import find_region
from ..context import TaskContext

_NO_CHECK, _LIBRARY = "validate_certs", "requests"  # what decides on authorities if no option or variable names them


def describe_settings(task: TaskContext) -> dict[str, Any]:
    """Return the effective settings, without secrets; raise `OptionError` for the first option that is missing or wrong."""
    connection = task.connection
    _require_settings(connection)
    _refuse_other_realm(task, connection)
    return {
        "issuer": connection.issuer if connection.application_id else None,
        "region": find_region(connection.auth_url),
        "auth_url": connection.auth_url,
        "api_url": connection.api_url,
        "tenant_id": connection.tenant_id,
        "auth_realm_id": connection.auth_realm_id,
        "application_id": connection.application_id,
        "realm_id": connection.realm_id,
        "client_id": connection.client_id,
        "client_auth_method": connection.client_auth_method,
        "credential_type": connection.credential_type,
        "sources": [{"source": source, "options": names} for source, names in task.option_sources.items()],
        "proxy": _find_proxy(task, connection),
        **_describe_authorities(task),
    }


def _require_settings(connection: Connection) -> None:
    """Raise `OptionError` for the first setting that requests need and that is missing. Nobody needs an application for a token."""
    if connection.credential_type == "access_token":
        connection.require("tenant_id")
    else:
        for name in ("tenant_id", "auth_realm_id", "application_id", "client_id"):
            connection.require(name)
        if connection.client_auth_method != "none":
            connection.require("client_secret")
    connection.require("api_url")


def _refuse_other_realm(task: TaskContext, connection: Connection) -> None:
    pinned_id = task.pinned_realm_id
    if pinned_id is not None and connection.realm_id != pinned_id:
        raise OptionError(
            f"{PINNED_REALM_VARIABLE} limits this run to the realm {pinned_id}, but the managed realm is {connection.realm_id}.",
            f"Set realm_id to {pinned_id}, or run without {PINNED_REALM_VARIABLE}.",
        )


def _find_proxy(task: TaskContext, connection: Connection) -> str | None:
    """Return scheme, host and port of the proxy. Its user name and password are secrets."""
    settings = task.session.settings
    urls = (url for url in (connection.auth_url, connection.api_url) if url)
    proxies = (select_proxies(url, settings, task.environ).get("https") for url in urls)
    return next((get_origin(proxy) for proxy in proxies if proxy), None)


def _describe_authorities(task: TaskContext) -> dict[str, Any]:
    """Return the file or folder of the trusted authorities, and the option, variable or library that names it."""
    settings = task.session.settings
    if not settings.validate_certs:
        return {"ca_path": None, "ca_source": _NO_CHECK}
    path, name = find_authorities(settings, task.environ)
    return {"ca_path": path, "ca_source": name or _LIBRARY}
