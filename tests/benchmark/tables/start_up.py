# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The start of ansible-playbook with one task of ours."""

from __future__ import annotations

from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, bare_task, token_request, uri_task
from tests.benchmark.bench import Bench
from tests.benchmark.report import Goal, Table
from tests.support.plays import TOKEN

TITLE = "the start of ansible-playbook with one task"

SCOPE = "realms:read"
DEBUG, OURS, LOOKUP, URI = "debug", "token", "lookup token", "uri"
KINDS = (DEBUG, OURS, BARE, LOOKUP, URI)


def measure(bench: Bench) -> Table:
    """Measure whole processes, each kind several times per round."""
    times = bench.size(4, 1)

    def measure_round(number: int) -> dict[str, float]:
        tenant = bench.emulator.create_tenant()
        values = dict.fromkeys(KINDS, 0.0)
        for kind in alternate(KINDS, times, number):
            task = _build_task(bench, tenant, kind)
            values[kind] += bench.run(bench.play(task, vars=tenant.variables)).seconds / times
        return values

    tenant = bench.emulator.create_tenant()
    for kind in (
        () if bench.quick else (DEBUG, OURS)
    ):  # Python compiles what it has not compiled yet, and the disk's cache is filled
        bench.run(bench.play(_build_task(bench, tenant, kind), vars=tenant.variables))
    rounds = bench.repeat(measure_round)
    rows = [
        [
            kind,
            rounds.cost(kind).show(3),
            rounds.difference(kind, DEBUG).show(3),
            rounds.difference(kind, BARE).show(3),
            rounds.ratio(kind, DEBUG).show(),
        ]
        for kind in KINDS
    ]
    return Table(
        ["task", "s", "s over debug", "s over bare requests", "x debug"],
        rows,
        [
            "The seconds are those of the whole process, from its start to its end.",
            "Bare requests: an action plugin that imports requests, and sends two requests. It is the limit.",
        ],
        [Goal("Seconds of a token over debug", rounds.difference(OURS, DEBUG), 0.15, digits=3)],
    )


def _build_task(bench: Bench, tenant: Tenant, kind: str) -> dict[str, Any]:
    tasks: dict[str, dict[str, Any]] = {
        DEBUG: {"ansible.builtin.debug": {"msg": "Hello"}},
        OURS: {TOKEN: {"scopes": SCOPE}},
        LOOKUP: {"ansible.builtin.debug": {"msg": f"{{{{ lookup('{TOKEN}', '{SCOPE}') | length }}}}"}},
        URI: uri_task(URI, token_request(tenant, SCOPE)),
        BARE: bare_task(bench.folder, [token_request(tenant, SCOPE)]),
    }
    return {"name": kind, **tasks[kind]}
