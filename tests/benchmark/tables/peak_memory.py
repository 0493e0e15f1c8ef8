# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The peak memory of ansible-playbook."""

from __future__ import annotations

from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, bare_task, token_request, uri_task
from tests.benchmark.bench import LOOP_DEBUG, Bench
from tests.benchmark.report import Goal, Spread, Table
from tests.support.plays import TOKEN

TITLE = "peak memory"

SCOPE = "realms:read"
DEBUG, NEW, CACHED, LOOKUP, URI = "debug", "token, new for each item", "token, cached", "lookup token, cached", "uri"
APPLICATIONS, PAGES = "application, created", "api, all pages of identities"
KINDS = (DEBUG, BARE, NEW, CACHED, LOOKUP, APPLICATIONS, PAGES, URI)
OURS = (NEW, CACHED, LOOKUP, APPLICATIONS)
URI_ITEMS = 20


def measure(bench: Bench) -> Table:
    """Measure each kind in a process of its own, once per round."""
    items, applications, identities = bench.size(500, 2), bench.size(1000, 10), bench.size(10_000, 20)
    tenant = bench.emulator.create_tenant()
    tenant.seed(identities=identities, applications=applications)

    def measure_round(number: int) -> dict[tuple[str, str], float]:
        values: dict[tuple[str, str], float] = {}
        for kind in alternate(KINDS, 1, number):
            task = {**_build_task(bench, tenant, kind, items, number), "name": kind}
            run = bench.run(bench.play(task, vars=tenant.variables), with_tree=True)
            values |= {(kind, "largest"): run.largest_mb, (kind, "tree"): run.tree_mb}
        return values

    rounds = bench.repeat(measure_round)

    def over(kind: str, what: str) -> Spread:
        return rounds.difference((kind, what), (DEBUG, what))

    rows = [
        [
            kind,
            *(
                cell
                for what in ("largest", "tree")
                for cell in (rounds.cost((kind, what)).show(0), over(kind, what).show(1))
            ),
        ]
        for kind in KINDS
    ]
    return Table(
        ["task", "largest process, MB", "its MB over debug", "all processes, MB", "their MB over debug"],
        rows,
        [
            f"Loops of {items} items (uri: {min(items, URI_ITEMS)}), each in an ansible-playbook of its own. The realm has"
            f" {applications:,} applications and {identities:,} identities.",
            "Largest process: the largest resident size of any one process, as the kernel counts it (ru_maxrss).",
            "All processes: the largest sum over ansible-playbook and its workers and modules at one moment, sampled every"
            " 0.1 s; memory that processes share counts once (PSS).",
        ],
        [
            Goal(f"MB over debug, {measured}, {kind}", over(kind, what), 25, digits=1)
            for what, measured in (("largest", "largest process"), ("tree", "all processes"))
            for kind in OURS
        ],
    )


def _build_task(bench: Bench, tenant: Tenant, kind: str, items: int, number: int) -> dict[str, Any]:
    loop = {"loop": f"{{{{ range({items}) | list }}}}"}
    message = {"msg": f"{{{{ lookup('{TOKEN}', '{SCOPE}') | length }}}}"}
    application = {
        "display_name": f"Measured {number}.{{{{ item }}}}",
        "resource_server": tenant.resource_server_id,
        "allowed_scopes": [SCOPE],
    }
    if kind == BARE:
        return bare_task(bench.folder, [token_request(tenant, SCOPE, items)])
    if kind == URI:
        return uri_task(URI, token_request(tenant, SCOPE), loop=f"{{{{ range({min(items, URI_ITEMS)}) | list }}}}")
    if kind == PAGES:
        return {"beyondidentity.management.api": {"operation": "ListIdentities", "all_pages": True}}
    tasks: dict[str, dict[str, Any]] = {
        DEBUG: LOOP_DEBUG,
        NEW: {TOKEN: {"scopes": SCOPE, "token_cache": "none"}},
        CACHED: {TOKEN: {"scopes": SCOPE}},
        LOOKUP: {"ansible.builtin.debug": message},
        APPLICATIONS: {"beyondidentity.management.application": application},
    }
    return {**tasks[kind], **loop}
