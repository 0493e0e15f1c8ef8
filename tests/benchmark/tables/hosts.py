# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token for each of many hosts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, bare_task, token_request, uri_task
from tests.benchmark.bench import Bench, Run
from tests.benchmark.report import Goal, Rounds, Table
from tests.support.plays import TOKEN, local_hosts

TITLE = "a token for each of many hosts, with 10 forks"

FORKS = 10
DEBUG, OURS, URI, ONCE = "debug", "token", "uri", "uri, run_once"
KINDS = (DEBUG, BARE, OURS, ONCE)
# Each use has a scope of its own: the requests are counted by it, and a second token task can't use the first one's token.
SCOPES = ("realms:read", "groups:read", "roles:read", "identities:read")
URI_SCOPE, ONCE_SCOPE, BARE_SCOPE = "applications:read", "resource-servers:read", "tenants:read"


def measure(bench: Bench) -> Table:
    """Measure both numbers of hosts in each round."""
    sizes = (bench.size(50, 3), bench.size(300, 5))
    uri_hosts, times = bench.size(50, 2), bench.size(3, 1)

    def measure_round(number: int) -> dict[tuple[int, str, str], float]:
        values: dict[tuple[int, str, str], float] = {}
        for hosts in sizes:
            tenant = bench.emulator.create_tenant()
            run = _run(bench, tenant, hosts, uri_hosts, list(alternate(KINDS, times, number)))
            for kind in KINDS:
                values[hosts, kind, "seconds"] = run.seconds_of(kind) / times
            values[hosts, URI, "seconds"] = run.seconds_of(URI) * hosts / min(hosts, uri_hosts)
            values |= {(hosts, *key): value for key, value in _count_requests(tenant, times).items()}
            values[hosts, URI, "requests"] *= hosts / min(hosts, uri_hosts)
        return values

    rounds = bench.repeat(measure_round)
    return Table(
        ["hosts", "task", "requests", "s", "x debug", "x floor", "share of uri"],
        [row for hosts in sizes for row in _build_rows(rounds, hosts)],
        [
            "Floor: a debug message on each host and one token request by bare requests.",
            f"uri runs on at most {uri_hosts} hosts; its seconds and requests are scaled up. Requests are counted by the"
            " server.",
        ],
        [
            Goal(
                f"Tokens for {hosts} hosts, share of uri",
                rounds.ratio((hosts, OURS, "seconds"), (hosts, URI, "seconds")),
                0.1,
                digits=3,
            )
            for hosts in sizes
        ]
        + [
            Goal(f"Token requests for {hosts} hosts", rounds.cost((hosts, OURS, "requests")), 1, digits=0)
            for hosts in sizes
        ],
    )


def _run(bench: Bench, tenant: Tenant, hosts: int, uri_hosts: int, kinds: list[str]) -> Run:
    scopes = iter(SCOPES)
    fixed = {
        DEBUG: {"name": DEBUG, "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}},
        BARE: bare_task(bench.folder, [token_request(tenant, BARE_SCOPE)], run_once=True),
        ONCE: uri_task(ONCE, token_request(tenant, ONCE_SCOPE), run_once=True),
    }
    tasks = [fixed.get(kind) or {"name": OURS, TOKEN: {"scopes": next(scopes)}} for kind in kinds]
    warm_up = {"name": "warm up", "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}}
    names = [f"host-{number}" for number in range(1, hosts + 1)]
    inventory = local_hosts({name: {} for name in names})
    few = ",".join(names[:uri_hosts])
    plays = [
        bench.play(warm_up, *tasks, hosts="all", vars=tenant.variables),
        bench.play(uri_task(URI, token_request(tenant, URI_SCOPE)), hosts=few),
    ]
    return bench.run(*plays, inventory=inventory, forks=FORKS)


def _count_requests(tenant: Tenant, times: int) -> dict[tuple[str, str], float]:
    """Return the token requests of each task, as the server counted them."""
    sent = [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")]
    counts = {
        OURS: sum(sent.count(scope) for scope in SCOPES) / times,
        URI: float(sent.count(URI_SCOPE)),
        ONCE: sent.count(ONCE_SCOPE) / times,
        BARE: sent.count(BARE_SCOPE) / times,
        DEBUG: 0.0,
    }
    return {(kind, "requests"): count for kind, count in counts.items()}


def _build_rows(rounds: Rounds, hosts: int) -> Iterator[list[str]]:
    debug, bare, uri = ((hosts, kind, "seconds") for kind in (DEBUG, BARE, URI))
    for kind in (*KINDS[:3], URI, ONCE):
        own: Any = (hosts, kind, "seconds")
        yield [
            str(hosts),
            kind,
            rounds.cost((hosts, kind, "requests")).show(0),
            rounds.cost(own).show(3),
            rounds.ratio(own, debug).show(3),
            rounds.ratio(own, debug, bare).show(3),
            rounds.ratio(own, uri).show(3),
        ]
