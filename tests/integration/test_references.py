# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names instead of IDs in real runs: how many lookups hosts, plays and delegated tasks cost."""

from __future__ import annotations

from pathlib import Path

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost

APPLICATION = "beyondidentity.management.application"
ROLE = "beyondidentity.management.role"
NAME = "Beyond Identity Management API"
HOSTS = "host[1:2] ansible_connection=local\n"
FEEDER = {"display_name": "Feeder {{ inventory_hostname }}", "resource_server": NAME}


def count(tenant: Tenant, operation: str) -> int:
    """Return how many requests of an operation the tenant received."""
    return len(tenant.read_journal(operation=operation))


def test_a_name_is_looked_up_once_for_hosts_and_plays(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    create = task("Create", APPLICATION, FEEDER)
    again = task("Again", APPLICATION, {**FEEDER, "display_name": "Other {{ inventory_hostname }}"})
    remove = task("Remove", APPLICATION, {"display_name": FEEDER["display_name"], "state": "absent"})
    run = run_playbook(
        [play(create, hosts="all"), play(again, remove, hosts="all")],
        inventory=HOSTS,
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    created = {result.host: result.result["application"] for result in run.of("Create")}
    others = [result.result["application"] for result in run.of("Again")]
    assert {item["resource_server_id"] for item in (*created.values(), *others)} == {tenant.resource_server_id}
    assert [count(tenant, name) for name in ("ListResourceServers", "GetResourceServer")] == [1, 0]
    assert {result.host: result.result["before"]["id"] for result in run.of("Remove")} == {
        host: item["id"] for host, item in created.items()
    }


def test_an_id_costs_no_lookup(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    by_id = {**FEEDER, "resource_server": tenant.resource_server_id}
    run_playbook(
        play(task("Create", APPLICATION, by_id), task("Role", ROLE, {**by_id, "display_name": "Readers"})),
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    assert [count(tenant, name) for name in ("ListResourceServers", "GetResourceServer")] == [0, 0]
    scopes = {scope.partition(":")[0] for entry in tenant.read_journal() for scope in entry["token_scopes"] or ()}
    assert scopes == {"applications", "roles"}


def test_a_delegated_task_looks_each_name_up(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    there = {"delegate_to": remote_host.name}
    tasks = [task(name, APPLICATION, {**FEEDER, "display_name": name}, **there) for name in ("One", "Two")]
    run_playbook(
        play(*tasks), inventory=with_journal(remote_host, core, tmp_path), extra_vars=tenant.variables, core=core
    ).succeeded()
    assert count(tenant, "ListResourceServers") == 2 == count(tenant, "CreateApplication")
