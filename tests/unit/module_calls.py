# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules in process."""

from __future__ import annotations

from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_safely
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from tests.unit.builders import tenant_options
from tests.unit.memory_store import MemoryStore


def call_module(
    module: Any,
    tenant: Any,
    store: Any = None,
    check_mode: bool = False,
    is_check_run: bool = False,
    is_always_checked: bool = False,
    listener: Any = None,
    warn: Any = None,
    tell: Any = None,
    environ: Any = None,
    pinned_realm_id: str | None = None,
    sharing: Any = None,
    **given: Any,
) -> dict[str, Any]:
    """Run a module with a tenant's options and the module's defaults. `store` is the run's store, or all stores."""
    params = {
        **tenant_options(tenant),
        **{name: option.get("default") for name, option in module.SPEC.options.items()},
        **given,
    }
    stores = store if isinstance(store, TokenStores) else TokenStores(run=store or MemoryStore())
    task = TaskContext(
        params,
        sharing=sharing,
        check_mode=check_mode,
        is_check_run=is_check_run,
        is_always_checked=is_always_checked,
        stores=stores,
        open_sign_ins=open_sign_ins,
        listen=listener,
        environ=environ or {},
        pinned_realm_id=pinned_realm_id,
        warn=warn or (lambda message: None),
        tell=tell or (lambda message: None),
    )
    return run_safely(task, module.run)


def run_ok(*arguments: Any, **given: Any) -> dict[str, Any]:
    """Run a module that succeeds, and return its result."""
    result = call_module(*arguments, **given)
    assert not result.get("failed"), result["msg"]
    return result


def run_failed(*arguments: Any, **given: Any) -> str:
    """Run a module that fails, and return its message."""
    result = call_module(*arguments, **given)
    assert result.get("failed")
    return str(result["msg"])


def list_writes(tenant: Any) -> list[str]:
    """Return the writing operations that the tenant received."""
    return [
        entry["operation"]
        for entry in tenant.read_journal()
        if entry["method"] != "GET" and entry["operation"] != "token"
    ]
