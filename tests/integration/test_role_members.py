# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles with many members, from two hosts and in two plays: how many requests they cost, and what a run reports."""

from __future__ import annotations

from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.sshd import RemoteHost

ROLE = "beyondidentity.management.role"
HOSTS = "host[1:2] ansible_connection=local\n"
NAMES = [f"member-{number}" for number in range(1, 61)]


def test_sixty_members_cost_few_requests_and_both_states_are_reported(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """One host creates the role; all later tasks find each member by the username that they read with the members.

    After a write, the members are read once more, to see whether the service stored them.
    """
    ids = tenant.seed(identities=60, identity={"traits": {"username": "member-{n}"}})["identities"]
    everyone = {"display_name": "Readers", "scopes": ["realms:read"], "members": {"identities": NAMES}}
    fewer = {**everyone, "members": {"identities": NAMES[:59]}, "members_mode": "exact"}
    run = run_playbook(
        [play(task("Create", ROLE, everyone), hosts="all"), play(task("Shrink", ROLE, fewer), hosts="all")],
        inventory=HOSTS,
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    (created,) = [result.result for result in run.of("Create") if result.result["changed"]]
    assert created["before"] is None and created["after"] == created["role"]
    assert created["after"]["members"]["identities"] == sorted(ids)
    assert [len(tenant.read_journal(operation=name)) for name in ("ListIdentities", "GetIdentity")] == [1, 0]
    assert [len(tenant.read_journal(operation=name)) for name in ("AddRoleMembers", "DeleteRoleMembers")] == [1, 1]
    assert len(tenant.read_journal(operation="ListRoleMembers")) == 3 + 2, (
        "for each task that found the role; after each write"
    )
    (shrunk,) = [result.result for result in run.of("Shrink") if result.result["changed"]]
    assert shrunk["before"]["members"]["identities"] == sorted(ids)
    assert shrunk["after"]["members"]["identities"] == sorted(ids[:59])
    assert sum(result.result["requests"] for result in run.results) == len(tenant.read_journal())


def test_delegated_tasks_set_lists_by_their_modes_and_report_both_states(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, core: str
) -> None:
    """On the controller and on a remote host, which shares nothing with the run."""
    ids = tenant.seed(identities=60, identity={"traits": {"username": "member-{n}"}})["identities"]
    options: list[dict[str, Any]] = [
        {"scopes": ["realms:read"], "members": {"identities": NAMES}},
        {"scopes": ["roles:read"], "scopes_mode": "at_least", "members": {"identities": NAMES[:1]}},
        {"scopes": ["roles:read"], "members": {"identities": NAMES[1:]}, "members_mode": "exact"},
    ]
    places = {"here": "localhost", "there": remote_host.name}
    tasks = [
        task(f"{place} {number}", ROLE, {"display_name": place, **given}, delegate_to=host)
        for place, host in places.items()
        for number, given in enumerate(options)
    ]
    run = run_playbook(
        play(*tasks), inventory=remote_host.inventory(), extra_vars=tenant.variables, core=core
    ).succeeded()
    for place in places:
        created, added, replaced = (run.task(f"{place} {number}").result for number in range(len(options)))
        assert created["before"] is None and created["after"] == created["role"] == added["before"]
        assert added["after"]["scopes"] == ["realms:read", "roles:read"] and added["after"] == replaced["before"]
        assert added["after"]["members"]["identities"] == sorted(ids)
        assert replaced["after"]["scopes"] == ["roles:read"]
        assert replaced["after"]["members"]["identities"] == sorted(ids[1:])
    counts = {
        name: len(tenant.read_journal(operation=name)) for name in ("ListIdentities", "GetIdentity", "AddRoleMembers")
    }
    assert counts == {"ListIdentities": 2, "GetIdentity": 0, "AddRoleMembers": 2}, "one for each creation"
    assert sum(result.result["requests"] for result in run.results) == len(tenant.read_journal())


@pytest.mark.parametrize("delegation", [{}, {"delegate_to": "localhost"}], ids=["not delegated", "delegated"])
def test_a_common_name_for_a_mode_gets_a_hint(
    delegation: dict[str, str], run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    options = {"scopes_append": "scopes_mode", "members_purge": "members_mode"}
    tasks = [task(name, ROLE, {"display_name": "Readers", name: True}, **delegation) for name in options]
    run = run_playbook(play(*tasks), extra_vars=tenant.variables, core=core).succeeded()
    for name, meant in options.items():
        assert f"Did you mean {meant} instead of {name}?" in run.task(name).result["msg"]
    assert tenant.read_journal() == []
