# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluations of the lookup `token` while its token is cached, compared with the lookup `env`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.benchmark.alternation import alternate
from tests.benchmark.bench import Bench, Run
from tests.benchmark.report import Goal, Rounds, Table
from tests.support.plays import TOKEN

TITLE = "evaluations of a cached token"

OURS, ENV = "lookup token", "lookup env"
LOOKUPS = {ENV: "lookup('env', 'HOME')", OURS: f"lookup('{TOKEN}', 'realms:read')"}
TEMPLATE, LOOP, TASKS = "one template", "one loop", "tasks, each in a process of its own"
TIMES = 4


def measure(bench: Bench) -> Table:
    """Measure all places in each round, in one playbook."""
    count, times = bench.size(1000, 3), bench.size(TIMES, 1)

    def measure_round(number: int) -> dict[tuple[str, str], float]:
        tenant = bench.emulator.tenant()
        run = bench.run(bench.play(*_build_tasks(count, times, number), vars=tenant.variables))
        return {**_read_costs(run, count, times), (OURS, "requests"): float(len(tenant.journal(operation="token")))}

    rounds = bench.repeat(measure_round)
    return Table(
        ["place", "evaluations", "lookup", "ms each", "ms over env"],
        [row for place in (TEMPLATE, LOOP, TASKS) for row in _build_rows(rounds, place, count)],
        [
            f"All evaluations of a round: {rounds.cost((OURS, 'requests')).show(0)} token request.",
            "env costs what any lookup costs. A task includes the start of its worker process.",
        ],
        [
            Goal(f"Milliseconds over env, {place}", _in_ms(rounds, place), 0.5, digits=3)
            for place in (TEMPLATE, LOOP, TASKS)
        ],
    )


def _in_ms(rounds: Rounds, place: str) -> Any:
    return rounds.spread(lambda values: (values[place, OURS] - values[place, ENV]) * 1000)


def _build_tasks(count: int, times: int, number: int) -> Iterator[dict[str, Any]]:
    """Yield a task that puts the token into the cache and one that uses `env`, then the measured tasks."""
    for name, lookup in LOOKUPS.items():
        yield _debug(f"warm up {name}", f"{{{{ {lookup} | length }}}}")
    for name in alternate(list(LOOKUPS), times, number):
        repeated = f"{{% for n in range({count}) %}}{{{{ {LOOKUPS[name]} | length }}}} {{% endfor %}}"
        yield _debug(f"{TEMPLATE} {name}", f"Lengths {repeated}")
    for name in alternate(list(LOOKUPS), times, number):
        loop = {"loop": f"{{{{ range({count}) | list }}}}"}
        yield _debug(f"{LOOP} {name}", f"{{{{ {LOOKUPS[name]} | length }}}}", **loop)
    for name in alternate(list(LOOKUPS), count, number):
        yield _debug(f"{TASKS} {name}", f"{{{{ {LOOKUPS[name]} | length }}}}")


def _debug(name: str, message: str, **keywords: Any) -> dict[str, Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": message}, **keywords}


def _read_costs(run: Run, count: int, times: int) -> dict[tuple[str, str], float]:
    repeats = {TEMPLATE: times, LOOP: times, TASKS: 1}
    return {
        (place, name): run.seconds_of(f"{place} {name}") / count / repeats[place]
        for place in repeats
        for name in LOOKUPS
    }


def _build_rows(rounds: Rounds, place: str, count: int) -> Iterator[list[str]]:
    for name in LOOKUPS:
        over = _in_ms(rounds, place).show(3) if name == OURS else "0"
        yield [place, f"{count:,}", name, rounds.cost((place, name)).show(3, 1000), over]
