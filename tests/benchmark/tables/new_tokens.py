# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New tokens in a loop: the cost of each call, in loops of several lengths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, bare_task, token_request, uri_task
from tests.benchmark.bench import LOOP_DEBUG, Bench, Run
from tests.benchmark.report import Goal, Rounds, Table
from tests.support.plays import TOKEN

TITLE = "new tokens in a loop"

SCOPE = "realms:read"
DEBUG, OURS, URI = "debug", "token", "uri"
KINDS = (DEBUG, BARE, OURS, URI)
ONE = "one item: "

Costs = dict[tuple[int, str, str], float]
"""Seconds by the length of the loop, the kind, and `call` or `further`."""


def measure(bench: Bench) -> Table:
    """Measure all lengths in each round."""
    # How often a round repeats loops of a length: short loops are measured badly by one.
    repeats = {2: 1, 3: 1} if bench.quick else {10: 6, 200: 4, 10_000: 1}
    by_uri = bench.size(10, 2)
    counts = {items: {**dict.fromkeys(KINDS, items), URI: by_uri} for items in repeats}

    def measure_round(number: int) -> Costs:
        values: Costs = {}
        for items, times in repeats.items():
            tenant = bench.emulator.create_tenant()
            tasks = list(_build_tasks(bench, tenant, counts[items], times, number))
            run = bench.run(bench.play(*tasks, vars=tenant.variables))
            tenant.clear_journal()
            values |= {(items, *key): value for key, value in _read_costs(run, counts[items], times).items()}
        return values

    rounds = bench.repeat(measure_round)
    first, *_between, last = repeats
    flat = rounds.ratio((last, OURS, "further"), (first, OURS, "further"))
    return Table(
        ["items", "loop", "ms per call", "x debug", "x floor", "uri costs", "ms per further call"],
        [row for items in repeats for row in _build_rows(rounds, items)],
        [
            "Floor: a debug message and the same request by bare requests. Bare requests take the time of the server and of"
            " the library.",
            "A call: the time of the whole task, divided by its items. A further call: without the time of a task with one"
            " item, which starts a worker process and opens a connection.",
            f"uri has {by_uri} items per loop.",
            f"A further token in a loop of {last:,} costs {flat.show()} x one in a loop of {first:,}.",
        ],
        list(_compare(rounds, list(repeats))),
    )


def _build_tasks(
    bench: Bench, tenant: Tenant, counts: dict[str, int], times: int, number: int
) -> Iterator[dict[str, Any]]:
    """Yield the loops, each after one with a single item. The first of these only warms up."""
    for kind in KINDS:
        yield _build_loop(bench, tenant, kind, f"warm up {kind}", 1)
    for kind in alternate(KINDS, times, number):
        yield _build_loop(bench, tenant, kind, ONE + kind, 1)
        yield _build_loop(bench, tenant, kind, kind, counts[kind])


def _build_loop(bench: Bench, tenant: Tenant, kind: str, name: str, items: int) -> dict[str, Any]:
    if kind == BARE:
        return bare_task(bench.folder, [token_request(tenant, SCOPE, items)], name)
    loop = {"loop": f"{{{{ range({items}) | list }}}}"}
    if kind == URI:
        return uri_task(name, token_request(tenant, SCOPE), **loop)
    if kind == OURS:
        return {"name": name, TOKEN: {"scopes": SCOPE, "token_cache": "none"}, **loop}
    return {"name": name, **LOOP_DEBUG, **loop}


def _read_costs(run: Run, counts: dict[str, int], times: int) -> dict[tuple[str, str], float]:
    """Return the seconds per call and per further call of each kind."""
    costs = {}
    for kind in KINDS:
        whole, one, count = run.seconds_of(kind), run.seconds_of(ONE + kind), counts[kind]
        costs[kind, "call"] = whole / times / count
        costs[kind, "further"] = (whole - one) / times / (count - 1)
    return costs


def _build_rows(rounds: Rounds, items: int) -> Iterator[list[str]]:
    debug, bare, uri = (items, DEBUG, "call"), (items, BARE, "call"), (items, URI, "call")
    for kind in KINDS:
        own = (items, kind, "call")
        yield [
            f"{items:,}",
            kind,
            rounds.cost(own).show(2, 1000),
            rounds.ratio(own, debug).show(),
            rounds.ratio(own, debug, bare).show(),
            f"{rounds.ratio(uri, own).show(1)} x it",
            rounds.cost((items, kind, "further")).show(2, 1000),
        ]


def _compare(rounds: Rounds, lengths: list[int]) -> Iterator[Goal]:
    for items in lengths[1:]:
        token, debug = (items, OURS, "call"), (items, DEBUG, "call")
        count = f"{items:,} items"
        yield Goal(f"A new token, x floor, {count}", rounds.ratio(token, debug, (items, BARE, "call")), 1.2)
        yield Goal(f"A new token, x debug, {count}", rounds.ratio(token, debug), 1.5)
        yield Goal(f"uri, x a new token, {count}", rounds.ratio((items, URI, "call"), token), 40, True, 1)
