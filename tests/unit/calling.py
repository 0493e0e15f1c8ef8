# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call modules in process."""

from __future__ import annotations

from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils.task import Task, perform
from ansible_collections.beyondidentity.management.plugins.module_utils.tokens import Stores
from tests.unit.building import tenant_options
from tests.unit.memory import MemoryStore


def call(
    module: Any,
    tenant: Any,
    store: Any = None,
    check_mode: bool = False,
    listener: Any = None,
    warn: Any = None,
    tell: Any = None,
    **given: Any,
) -> dict[str, Any]:
    """Run a module with a tenant's options and its own defaults; ``store`` is the run's, or all that there are."""
    params = {
        **tenant_options(tenant),
        **{name: option.get("default") for name, option in module.SPEC.options.items()},
        **given,
    }
    stores = store if isinstance(store, Stores) else Stores(run=store or MemoryStore())
    task = Task(
        params,
        check_mode=check_mode,
        stores=stores,
        listen=listener,
        environ={},
        warn=warn or (lambda message: None),
        tell=tell or (lambda message: None),
    )
    return perform(task, module.run)


def good(*arguments: Any, **given: Any) -> dict[str, Any]:
    """Return a result that is no failure."""
    result = call(*arguments, **given)
    assert not result.get("failed"), result["msg"]
    return result


def failed(*arguments: Any, **given: Any) -> str:
    """Return the message of a failure."""
    result = call(*arguments, **given)
    assert result.get("failed")
    return str(result["msg"])


def written(tenant: Any) -> list[str]:
    """Return the writing operations that were called."""
    return [
        entry["operation"] for entry in tenant.journal() if entry["method"] != "GET" and entry["operation"] != "token"
    ]
