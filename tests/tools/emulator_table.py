# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the reference of the emulator's settings, faults and outages: `python -m tests.tools.emulator_table > docs/emulator-settings.md`."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import sys
from typing import Any

from beyondidentity_emulator.model.behaviours import DIFFERENCES
from beyondidentity_emulator.model.checked_fields import describe, list_hints
from beyondidentity_emulator.model.faults import COUNTERS, Fault
from beyondidentity_emulator.model.outages import OUTAGES
from beyondidentity_emulator.model.settings import Settings

HEAD = """# Settings of the emulator

The emulator behaves like the service. Outages, settings and faults make it behave otherwise. Choose by what should change:

- an **outage**, if you want to know what a playbook does if the service has a known problem. See [Rehearse an outage](outages.md).
- a **setting**, if the whole tenant should behave otherwise until you change the setting again.
- a **fault**, if some requests should get another response.

Each tenant has its own outages, settings and faults. In the paths, `first` is the tenant that the emulator starts with.
In Python, `beyondidentity_emulator.client` has a method for each request.

| to | request | in Python |
|---|---|---|
| start an outage | `POST /_emulator/tenants/first/outages` with `{"name": "rate-limit"}` | `tenant.start_outage("rate-limit")` |
| list the outages that were started | `GET /_emulator/tenants/first/outages` | `tenant.list_outages()` |
| stop an outage | `DELETE /_emulator/tenants/first/outages/rate-limit` | `tenant.stop_outage("rate-limit")` |
| change settings | `PATCH /_emulator/tenants/first/settings` with `{"rate_limit": 5}` | `tenant.change_settings(rate_limit=5)` |
| add a fault | `POST /_emulator/faults` with `{"operation": "CreateGroup", "status": 503}` | `tenant.add_fault(operation="CreateGroup", status=503)` |
| list faults | `GET /_emulator/faults` | `tenant.list_faults()` |
| remove all faults | `DELETE /_emulator/faults` | `tenant.clear_faults()` |
| remove all faults, and reset settings and outages | `POST /_emulator/reset` | `emulator.reset()` |

A fault without `tenant` affects all tenants. The emulator refuses an unknown name, and a value that is not allowed, with the status 400.
The message names the setting or the field, and the values that are allowed.
"""
OUTAGE_HEAD = """
## Outages

| outage | what the service does | settings | faults |
|---|---|---|---|
"""
BEHAVIOR_HEAD = """
## Behaviors

The published description of the service and its vendor's own clients contradict each other. By default, the emulator behaves as these clients expect.
With `--as-documented`, or with the setting `behaviour` of one tenant, it behaves as described. A setting that you change yourself keeps its value.

| setting | by default | as documented | seen in |
|---|---|---|---|
"""
SETTING_HEAD = """
## Settings

The defaults are the behavior of the service, without rate limits and delays. Where the published description of the service and the vendor's
own clients differ, the default is as those clients expect it.

| setting | value | default | effect |
|---|---|---|---|
"""
FAULT_HEAD = """
## Faults

Some fields select requests, and others set the effect. The first fault that matches a request applies.

A fault with `status`, `redirect`, `body`, `json`, `shape` or `size` replaces the operation. Otherwise, the operation runs, and the fault changes or
delays its response. `drop` alone prevents the operation. With `carry_out`, the operation runs in both cases.

| field | value | default | meaning |
|---|---|---|---|
"""


def build_page() -> str:
    """Return the page."""
    outages = "".join(
        _build_row(f"`{name}`", outage.sentence, _to_code(outage.settings), " ".join(map(_to_code, outage.faults)))
        for name, outage in OUTAGES.items()
    )
    settings = _build_rows(Settings, vars(Settings()))
    behaviors = "".join(
        _build_row(f"`{one.setting}`", f"`{json.dumps(one.vendor)}`", f"`{json.dumps(one.documented)}`", one.source)
        for one in DIFFERENCES
    )
    faults = _build_rows(Fault, dataclasses.asdict(Fault()))
    return f"{HEAD}{OUTAGE_HEAD}{outages}{BEHAVIOR_HEAD}{behaviors}{SETTING_HEAD}{settings}{FAULT_HEAD}{faults}"


def read_docstrings(table: type) -> dict[str, str]:
    """Return the text below each field of a dataclass, on one line."""
    (definition,) = ast.parse(inspect.getsource(table)).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for field, text in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            assert isinstance(field.target, ast.Name)
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found


def _build_rows(table: type, defaults: dict[str, Any]) -> str:
    texts = read_docstrings(table)
    return "".join(
        _build_row(f"`{name}`", describe(hint), _show_default(name, defaults[name]), texts[name])
        for name, hint in list_hints(table).items()
        if name not in COUNTERS
    )


def _show_default(name: str, value: Any) -> str:
    """Return a default as JSON; the default user has a new ID in each tenant."""
    if name == "identity":
        value = {**value, "id": "..."}
    return f"`{json.dumps(value)}`"


def _to_code(values: dict[str, Any]) -> str:
    return f"`{json.dumps(values)}`" if values else ""


def _build_row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(build_page())
