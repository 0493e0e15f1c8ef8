# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that runs on another host, over ssh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, bare_task, token_request, uri_task
from tests.benchmark.bench import LOOP_DEBUG, Bench
from tests.benchmark.report import Table
from tests.support.plays import TOKEN
from tests.support.sshd import RemoteHost, remote_host

TITLE = "new tokens, delegated to another host over ssh"

SCOPE = "realms:read"
DEBUG, PING, OURS, URI, PIPELINED = "debug", "ping there", "token there", "uri there", "uri there, with pipelining"
KINDS = (DEBUG, BARE, PING, OURS, URI, PIPELINED)


def measure(bench: Bench) -> Table:
    """Measure short loops, several times per round."""
    items, times = bench.size(10, 2), bench.size(3, 1)
    with remote_host(bench.folder / "remote") as host:
        places = {"ansible_remote_tmp": f"{host.home}/.ansible/tmp"}
        inventory: dict[str, Any] = host.inventory()
        inventory["all"]["hosts"][host.name] = {**host.variables, **places}

        def measure_round(number: int) -> dict[str, float]:
            tenant = bench.emulator.create_tenant()
            tasks = _build_tasks(bench, tenant, host, items, times, number)
            run = bench.run(bench.play(*tasks, vars=tenant.variables), inventory=inventory)
            return {kind: run.seconds_of(kind) / times / items for kind in KINDS}

        rounds = bench.repeat(measure_round)
        connection = "ssh" if host.over_ssh else "a connection plugin of the tests, because there is no sshd"
    rows = [
        [
            kind,
            rounds.cost(kind).show(1, 1000),
            rounds.ratio(kind, DEBUG, BARE).show(1),
            rounds.ratio(kind, PING).show(),
            rounds.ratio(kind, URI).show(),
        ]
        for kind in KINDS
    ]
    return Table(
        ["task", "ms per call", "x floor", "x ping there", "x uri there"],
        rows,
        [
            f"Loops of {items} items; connection: {connection}, to this machine. Debug messages and bare requests stay on the"
            " controller.",
            "Ping is the limit of a module that runs on the host, with Ansible's default settings. Our module always uses"
            " pipelining.",
        ],
    )


def _build_tasks(
    bench: Bench, tenant: Tenant, host: RemoteHost, items: int, times: int, number: int
) -> Iterator[dict[str, Any]]:
    there = {"delegate_to": host.name}
    loop = {"loop": f"{{{{ range({items}) | list }}}}"}
    request = token_request(tenant, SCOPE)
    tasks = {
        DEBUG: {"name": DEBUG, **LOOP_DEBUG, **loop},
        BARE: bare_task(bench.folder, [token_request(tenant, SCOPE, items)]),
        PING: {"name": PING, "ansible.builtin.ping": {}, **there, **loop},
        OURS: {"name": OURS, TOKEN: {"scopes": SCOPE}, **there, **loop},
        URI: uri_task(URI, request, **there, **loop),
        PIPELINED: uri_task(PIPELINED, request, vars={"ansible_pipelining": True}, **there, **loop),
    }
    yield {"name": "warm up", "ansible.builtin.ping": {}, **there}  # opens the connection, which ssh keeps
    for kind in alternate(KINDS, times, number):
        yield tasks[kind]
