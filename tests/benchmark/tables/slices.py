# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many runs at once, as AWX sends the slices of a job to the nodes of its mesh by ansible-runner."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bench import Bench
from tests.benchmark.report import Goal, Rounds, Spread, Table
from tests.support.plays import TOKEN, local_hosts

TITLE = "slices of a job, by `ansible-runner transmit | worker | process`, all at once"

DEBUG, OURS = "debug", "token"
KINDS = (DEBUG, OURS)
RATE_LIMIT, WINDOW = 30, 60
MANY_HOSTS = 100_000
NODES = 20
FORKS = 2
FIRST_LIFETIME = 1000
SECONDS = 3600
"""After these, a slice that has not ended is an error."""

Values = dict[tuple[int, str, str], float]


@dataclass(frozen=True)
class Slice:
    """One run of ansible-runner in three processes: what the controller sends, the node runs and the controller receives."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def prepare(cls, bench: Bench, folder: Path, play: dict[str, Any], hosts: int, variables: dict[str, str]) -> Slice:
        """Write what is sent."""
        _command, environment, _folder, _cwd = bench.runner.prepare([play], env=variables)
        for name in ("ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_CALLBACKS_ENABLED", "PLAYBOOK_RECORD"):
            environment.pop(name)
        inventory = local_hosts({f"host-{number}": {} for number in range(hosts)})
        for place, data in (
            ("project/play.yml", [play]),
            ("inventory/hosts.yml", inventory),
            ("env/envvars", variables),
        ):
            path = folder / "sent" / place
            path.parent.mkdir(parents=True)
            path.write_text(yaml.safe_dump(data), encoding="utf-8")
        for name in ("worked", "received"):
            (folder / name).mkdir()
        return cls(folder, environment)

    def start(self) -> None:
        """Start all three processes, connected by pipes."""
        program = [sys.executable, "-m", "ansible_runner"]
        commands: list[list[Any]] = [
            ["transmit", self.folder / "sent", "--playbook", "play.yml", "--ident", "job", "--forks", str(FORKS)],
            ["worker", "--private-data-dir", self.folder / "worked"],
            ["process", self.folder / "received", "--ident", "job"],
        ]
        with (self.folder / "log").open("wb") as log:
            for command in commands:
                before = self.processes[-1].stdout if self.processes else None
                process = subprocess.Popen(
                    [*program, *command],
                    env=self.environment,
                    cwd=self.folder,
                    stdin=before or subprocess.DEVNULL,
                    stdout=log if command is commands[-1] else subprocess.PIPE,
                    stderr=log,
                )
                if before:
                    before.close()  # so that the first one learns when the second one ends
                self.processes.append(process)

    def finish(self) -> int:
        """Wait for the end; return how many hosts finished without a failure."""
        codes = [process.wait(SECONDS) for process in self.processes]
        artifacts = self.folder / "received" / "artifacts" / "job"
        code = artifacts / "rc"
        if any(codes) or not code.exists() or code.read_text(encoding="utf-8") != "0":
            raise RuntimeError(f"the codes {codes}:\n{(self.folder / 'log').read_text(encoding='utf-8')[-4000:]}")
        return sum(_count_hosts(path) for path in (artifacts / "job_events").glob("*.json"))


def _count_hosts(path: Path) -> int:
    """Return how many hosts the statistics count without a failure; 0 if the event is another one."""
    event = json.loads(path.read_text(encoding="utf-8"))
    if event["event"] != "playbook_on_stats":
        return 0
    data = event["event_data"]
    return len(set(data["ok"]) - set(data["failures"]) - set(data["dark"]))


def measure(bench: Bench) -> Table:
    """Measure one slice and all slices, each with `debug` and with a token on every host."""
    hosts, slices = bench.size(500, 5), bench.size(20, 2)

    def measure_round(number: int) -> Values:
        values: Values = {}
        for count in (1, slices):
            for kind in alternate(KINDS, 1, number):
                values |= _run_slices(bench, kind, count, hosts)
        return values

    rounds = bench.repeat(measure_round)
    cores = os.cpu_count() or 1
    return Table(
        [
            "slices",
            "task on each host",
            "s",
            "CPU s per slice",
            "x debug",
            "hosts finished",
            "token requests",
            "most of a slice",
            "status 429",
        ],
        [row for count in (1, slices) for row in _build_rows(rounds, count)],
        [
            f"{hosts} hosts per slice, {FORKS} forks per slice, {cores} cores for all of it, with the emulator. It allows"
            f" {RATE_LIMIT} requests in {WINDOW} s.",
            "CPU s: of transmit, worker, ansible-playbook and process together.",
            f"From 1 to {slices} slices: {_grow(rounds, slices, 's').show(1)} x the seconds,"
            f" {_grow(rounds, slices, 'cpu').show()} x the CPU seconds per slice.",
            _extrapolate(rounds, slices, hosts, cores),
        ],
        [
            Goal(
                "Hosts that did not finish",
                rounds.spread(lambda v: slices * hosts - v[slices, OURS, "hosts"]),
                0,
                digits=0,
            ),
            Goal("Token requests per slice", rounds.spread(lambda v: v[slices, OURS, "tokens"] / slices), 1),
            Goal("Requests in vain (429)", rounds.cost((slices, OURS, "429")), 0, digits=0),
        ],
    )


def _run_slices(bench: Bench, kind: str, count: int, hosts: int) -> Values:
    """Run slices at once, against a tenant of their own."""
    tenant = bench.emulator.create_tenant(rate_limit=RATE_LIMIT, rate_window=WINDOW)
    folder = bench.folder / "slices"
    folder.mkdir()
    slices = []
    for number in range(count):
        own = folder / str(number)
        own.mkdir()
        play = bench.play(_build_task(kind), hosts="all")
        # The lifetime tells the server's journal which slice asked.
        variables = {**tenant.environment, "BEYONDIDENTITY_EXPIRATION_TIME": str(FIRST_LIFETIME + number)}
        slices.append(Slice.prepare(bench, own, play, hosts, variables))
    cpu, start = _read_cpu(), time.monotonic()
    for each in slices:
        each.start()
    finished = sum(each.finish() for each in slices)
    seconds = time.monotonic() - start
    values = {"s": seconds, "cpu": (_read_cpu() - cpu) / count, "hosts": float(finished), **_count_requests(tenant)}
    shutil.rmtree(folder)
    return {(count, kind, name): value for name, value in values.items()}


def _build_task(kind: str) -> dict[str, Any]:
    if kind == DEBUG:
        return {"name": DEBUG, "ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}}
    return {"name": OURS, TOKEN: {"scopes": "realms:read"}}


def _read_cpu() -> float:
    """Return the CPU seconds of all ended child processes and of those that they waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _count_requests(tenant: Tenant) -> dict[str, float]:
    sent = tenant.read_journal()
    per_slice = Counter(entry["form"].get("expiration_time") for entry in sent if entry["operation"] == "token")
    return {
        "tokens": float(per_slice.total()),
        "most": float(max(per_slice.values(), default=0)),
        "429": float(sum(entry["status"] == 429 for entry in sent)),
    }


def _build_rows(rounds: Rounds, count: int) -> Iterator[list[str]]:
    for kind in KINDS:
        yield [
            str(count),
            kind,
            rounds.cost((count, kind, "s")).show(1),
            rounds.cost((count, kind, "cpu")).show(1),
            rounds.ratio((count, kind, "s"), (count, DEBUG, "s")).show(),
            *(rounds.cost((count, kind, name)).show(0) for name in ("hosts", "tokens", "most", "429")),
        ]


def _grow(rounds: Rounds, slices: int, what: str) -> Spread:
    return rounds.ratio((slices, OURS, what), (1, OURS, what))


def _extrapolate(rounds: Rounds, slices: int, hosts: int, cores: int) -> str:
    """Return what the CPU time and the requests mean for very many hosts."""
    many = -(-MANY_HOSTS // hosts)
    cpu = rounds.cost((slices, OURS, "cpu")).median * many
    own = cpu - rounds.cost((slices, DEBUG, "cpu")).median * many
    requests = round(rounds.cost((slices, OURS, "tokens")).median / slices * many)
    windows = -(-requests // RATE_LIMIT)
    return (
        f"On paper, {MANY_HOSTS:,} hosts: {many:,} slices, {cpu / 3600:.1f} CPU hours, of which {max(own, 0) / 3600:.1f} are more than"
        f" with debug; {cpu / cores / NODES / 60:.0f} minutes on {NODES} nodes with {cores} cores each. {requests:,} token"
        f" requests, which fit into {windows:,} windows: start at most {RATE_LIMIT} slices in {WINDOW} s."
    )
