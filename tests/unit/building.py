# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to make what most tests need."""

from __future__ import annotations

import base64
import json
import os
import signal
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils.connection import Connection, connection
from ansible_collections.beyondidentity.management.plugins.module_utils.management import Management
from ansible_collections.beyondidentity.management.plugins.module_utils.options import CONNECTION
from ansible_collections.beyondidentity.management.plugins.module_utils.task import Task, wire
from ansible_collections.beyondidentity.management.plugins.module_utils.tokens import Stores, TokenSource, TokenStore
from ansible_collections.beyondidentity.management.plugins.module_utils.transport import Transport

US_ISSUER = "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1"


def options(**given: Any) -> dict[str, Any]:
    """Return all connection options: the defaults, and what is given."""
    return {**{option.name: option.default for option in CONNECTION}, **given}


def tenant_options(tenant: Any, **given: Any) -> dict[str, Any]:
    """Return the connection options of a tenant's built-in application."""
    own = {name.removeprefix("beyondidentity_"): value for name, value in tenant.variables.items()}
    return options(**{**own, **given})


def connected(**given: Any) -> Connection:
    """Return a connection with these options, in the US region where they say nothing else."""
    return connection(options(**given))


def transport(environ: Mapping[str, str] | None = None, **given: Any) -> Transport:
    """Return a transport that sees no environment but this."""
    return Transport(wire(options(**given)), environ or {})


def task_of(tenant: Any, store: TokenStore | None = None, check_mode: bool = False, **given: Any) -> Task:
    """Return a call with a tenant's options and this store for the run."""
    return Task(tenant_options(tenant, **given), check_mode=check_mode, stores=Stores(run=store), environ={})


def token_source(tenant: Any, store: TokenStore | None = None, **given: Any) -> TokenSource:
    """Return a source of a tenant's tokens."""
    return task_of(tenant, store, **given).tokens


def management(
    tenant: Any, *operations: str, store: TokenStore | None = None, reading_only: bool = False, **given: Any
) -> Management:
    """Return the Management API of a tenant."""
    return task_of(tenant, store, reading_only, **given).management(*operations)


def jwt(claims: Any) -> str:
    """Return a self-contained token with these claims; nobody signed it."""

    def part(value: Any) -> str:
        return (
            base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode())
            .rstrip(b"=")
            .decode()
        )

    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2lnbmF0dXJl"


def in_child(work: Callable[[], Any]) -> int:
    """Fork and start some work in the child; return its process id. The child's exit code is 0 where the work returned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads beside a fork: ansible-core forks so, too
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
    """Wait for a child."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
