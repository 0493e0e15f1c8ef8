# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that most unit tests need."""

from __future__ import annotations

import base64
import json
import os
import signal
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import CONNECTION_OPTIONS
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import HttpSession
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from ansible_collections.beyondidentity.management.plugins.module_utils._management.client import ManagementClient
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.connection import Connection
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
    TokenSource,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    LockPurpose,
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins

WORK = LockPurpose("work", duration=60)
US_ISSUER = "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1"


def connection_options(**given: Any) -> dict[str, Any]:
    """Return all connection options: the defaults, and the given values."""
    return {**{option.name: option.default for option in CONNECTION_OPTIONS}, **given}


def tenant_options(tenant: Any, **given: Any) -> dict[str, Any]:
    """Return the connection options of a tenant's built-in application."""
    own = {name.removeprefix("beyondidentity_"): value for name, value in tenant.variables.items()}
    return connection_options(**{**own, **given})


def make_connection(**given: Any) -> Connection:
    """Return a connection with these options, by default in the US region."""
    return TaskContext(connection_options(**given)).connection


def make_session(environ: Mapping[str, str] | None = None, **given: Any) -> HttpSession:
    """Return a session that sees only these environment variables."""
    settings = TaskContext(connection_options(**given)).read(HttpSettings)
    return HttpSession(settings, environ or {})


def make_task(tenant: Any, store: TokenStore | None = None, check_mode: bool = False, **given: Any) -> TaskContext:
    """Return a task context with a tenant's options, and this store as the run's."""
    return TaskContext(
        tenant_options(tenant, **given),
        check_mode=check_mode,
        stores=TokenStores(run=store),
        open_sign_ins=open_sign_ins,
        environ={},
    )


def make_token_source(tenant: Any, store: TokenStore | None = None, **given: Any) -> TokenSource:
    """Return a source of a tenant's tokens."""
    return make_task(tenant, store, **given).token_source


def get_token(source: TokenSource, *scopes: str, **request: Any) -> IssuedToken:
    """Return a source's token for these scopes. `request` sets further fields of the `TokenRequest`."""
    return source.get(TokenRequest(scopes, **request))


def make_client(
    tenant: Any, *operations: str, store: TokenStore | None = None, reading_only: bool = False, **given: Any
) -> ManagementClient:
    """Return a client of a tenant's Management API."""
    return make_task(tenant, store, reading_only, **given).build_client(*operations)


def make_jwt(claims: Any) -> str:
    """Return a self-contained token with these claims, without a valid signature."""

    def part(value: Any) -> str:
        return (
            base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode())
            .rstrip(b"=")
            .decode()
        )

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2lnbmF0dXJl"


def run_in_child(work: Callable[[], Any]) -> int:
    """Fork, and do some work in the child. Return its process ID. Its exit code is 0 if the work returned."""
    with warnings.catch_warnings():
        # Python warns of a fork while other threads run. ansible-core forks in the same way.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        return process
    code = 1
    try:
        signal.alarm(60)  # a child that hangs must not outlive the tests
        work()
        code = 0
    finally:
        os._exit(code)


def exit_code(process: int) -> int:
    """Wait for a child, and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
