# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One listing per loop, in real runs: how many requests loops, hosts, attempts and delegated tasks cost."""

from __future__ import annotations

from pathlib import Path

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost

APPLICATION = "beyondidentity.management.application"
INFO = "beyondidentity.management.application_info"
HOSTS = "host[1:2] ansible_connection=local\n"


def count(tenant: Tenant) -> int:
    """Return how many pages of applications were listed."""
    return len(tenant.read_journal(operation="ListApplications"))


def test_500_names_among_1000_cost_ten_pages(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    tenant.seed(applications=999, name="Worker {n}")  # and the built-in one
    loop = task("Loop", APPLICATION, {"display_name": "Worker {{ item }}"}, loop="{{ range(1, 501) | list }}")
    run = run_playbook(play(loop), extra_vars=tenant.variables).succeeded()
    items = [result.result for result in run.of("Loop") if result.is_item]
    assert len(items) == 500 and not any(item["changed"] for item in items)
    assert count(tenant) == 10 and sum(item["requests"] for item in items) == 11, "and one for the token"


def test_loops_hosts_and_plays(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Two hosts create objects in a loop, and find them in a second play, which lists once again."""
    tenant.change_settings(page_size_maximum=5)
    tenant.seed(applications=14, name="Old {n}")  # 3 pages with the built-in one
    names = ["Old 3", "New 1", "New 2", "New 1", "Old 9"]
    plays = [
        play(task(name, APPLICATION, {"display_name": "{{ item }}"}, loop=names), hosts="all")
        for name in ("Create", "Find")
    ]
    run = run_playbook(plays, inventory=HOSTS, extra_vars=tenant.variables, core=core).succeeded()
    created = [result.result for result in run.of("Create") if result.is_item]
    assert sum(item["changed"] for item in created) == 2 == len(tenant.read_journal(operation="CreateApplication"))
    assert not any(result.result["changed"] for result in run.of("Find"))
    ids = {result.result["application"]["id"] for result in run.of("Find") if result.is_item}
    assert len(ids) == 4 == len({item["application"]["id"] for item in created})
    assert count(tenant) == 3 + 4, "17 objects are 4 pages"


def test_each_attempt_task_and_batch_reads_anew(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Items share their first attempt only, and a batch of hosts shares nothing with the batch before."""
    loop = {"loop": ["Missing", "Absent"]}
    wait = task(
        "Wait",
        INFO,
        {"display_name": "{{ item }}"},
        **loop,
        register="found",
        until="found.applications | length > 0",
        retries=2,
        delay=0,
    )
    read = task("Read", INFO, {"display_name": "{{ item }}"}, **loop)
    run = run_playbook(
        [play(wait, hosts="host1"), play(read, read, hosts="host1"), play(read, hosts="all", serial=1)],
        inventory=HOSTS,
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    assert len([result for result in (*run.of("Wait"), *run.of("Read")) if result.is_item]) == 2 + 4 + 4
    # Two items share their first of three attempts, two tasks list once, and so does each of two batches.
    assert count(tenant) == (1 + 2 * 2) + 2 + 2


def test_a_delegated_task_has_no_memory(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    there = {"delegate_to": remote_host.name}
    names = ["Beyond Identity Management API"] * 3
    loop = task("Loop", APPLICATION, {"display_name": "{{ item }}"}, loop=names, **there)
    run = run_playbook(
        play(loop), inventory=with_journal(remote_host, core, tmp_path), extra_vars=tenant.variables, core=core
    ).succeeded()
    assert len([result for result in run.of("Loop") if result.is_item and result.done]) == 3
    assert count(tenant) == 3


def test_a_handler_reads_anew_each_time(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    notify = {"ansible.builtin.debug": {"msg": "x"}, "changed_when": True, "notify": "Read"}
    flush = {"ansible.builtin.meta": "flush_handlers"}
    read = task("Read", INFO, {}, loop=["once", "again"])
    handled = play(notify, flush, notify, flush, handlers=[read])
    run = run_playbook(handled, extra_vars=tenant.variables, core=core).succeeded()
    assert len([result for result in run.of("Read") if result.is_item]) == 4
    assert count(tenant) == 2
