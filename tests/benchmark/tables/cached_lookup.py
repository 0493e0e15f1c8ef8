# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluations of the lookup `token` while its token is cached, compared with the lookup `env`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.benchmark.alternation import alternate
from tests.benchmark.bench import Bench, Run
from tests.benchmark.report import Goal, Rounds, Spread, Table
from tests.support.plays import TOKEN

TITLE = "evaluations of a cached token"

OURS, ENV = "lookup token", "lookup env"
LOOKUPS = {ENV: "lookup('env', 'HOME')", OURS: f"lookup('{TOKEN}', 'realms:read')"}
TEMPLATE, LOOP, TASKS = "one template", "one loop", "tasks, each in a process of its own"

Costs = dict[tuple[str, str], float]


def measure(bench: Bench) -> Table:
    """Measure all places in each round, in one playbook."""
    count, times = bench.size(1000, 3), bench.size(4, 1)
    # Each of these tasks starts a process, so fewer of them are enough, and 1,000 would take minutes.
    counts = {TEMPLATE: count, LOOP: count, TASKS: bench.size(100, 3)}

    def measure_round(number: int) -> Costs:
        tenant = bench.emulator.create_tenant()
        run = bench.run(bench.play(*_build_tasks(counts, times, number), vars=tenant.variables))
        return {
            **_read_costs(run, counts, times),
            (OURS, "requests"): float(len(tenant.read_journal(operation="token"))),
        }

    rounds = bench.repeat(measure_round)
    return Table(
        ["place", "evaluations", "lookup", "ms each", "ms over env"],
        [row for place in counts for row in _build_rows(rounds, place, counts[place])],
        [
            f"All evaluations of a round: {rounds.cost((OURS, 'requests')).show(0)} token request.",
            "env costs what any lookup costs. A task includes the start of its worker process, which imports the lookup.",
        ],
        [Goal(f"Milliseconds over env, {place}", _in_ms(rounds, place), 0.5, digits=3) for place in counts],
    )


def _in_ms(rounds: Rounds, place: str) -> Spread:
    return rounds.spread(lambda values: (values[place, OURS] - values[place, ENV]) * 1000)


def _build_tasks(counts: dict[str, int], times: int, number: int) -> Iterator[dict[str, Any]]:
    """Yield a task that puts the token into the cache and one that uses `env`, then the measured tasks."""
    for name, lookup in LOOKUPS.items():
        yield _debug(f"warm up {name}", f"{{{{ {lookup} | length }}}}")
    for name in alternate(list(LOOKUPS), times, number):
        repeated = f"{{% for n in range({counts[TEMPLATE]}) %}}{{{{ {LOOKUPS[name]} | length }}}} {{% endfor %}}"
        yield _debug(f"{TEMPLATE} {name}", f"Lengths {repeated}")
    for name in alternate(list(LOOKUPS), times, number):
        loop = {"loop": f"{{{{ range({counts[LOOP]}) | list }}}}"}
        yield _debug(f"{LOOP} {name}", f"{{{{ {LOOKUPS[name]} | length }}}}", **loop)
    for name in alternate(list(LOOKUPS), counts[TASKS], number):
        yield _debug(f"{TASKS} {name}", f"{{{{ {LOOKUPS[name]} | length }}}}")


def _debug(name: str, message: str, **keywords: Any) -> dict[str, Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": message}, **keywords}


def _read_costs(run: Run, counts: dict[str, int], times: int) -> Costs:
    repeats = {TEMPLATE: times, LOOP: times, TASKS: 1}
    return {
        (place, name): run.seconds_of(f"{place} {name}") / counts[place] / repeats[place]
        for place in repeats
        for name in LOOKUPS
    }


def _build_rows(rounds: Rounds, place: str, count: int) -> Iterator[list[str]]:
    for name in LOOKUPS:
        over = _in_ms(rounds, place).show(3) if name == OURS else "0"
        yield [place, f"{count:,}", name, rounds.cost((place, name)).show(3, 1000), over]
