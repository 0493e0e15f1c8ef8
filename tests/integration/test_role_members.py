# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles with many members, from two hosts and in two plays: how many requests they cost, and what a run reports."""

from __future__ import annotations

import pytest

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task

ROLE = "beyondidentity.management.role"
HOSTS = "host[1:2] ansible_connection=local\n"
NAMES = [f"member-{number}" for number in range(1, 61)]


def test_sixty_members_cost_few_requests_and_both_states_are_reported(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """One host creates the role; all later tasks find each member by the username that they read with the members."""
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
    assert [len(tenant.journal(operation=name)) for name in ("ListIdentities", "GetIdentity")] == [1, 0]
    assert [len(tenant.journal(operation=name)) for name in ("AddRoleMembers", "DeleteRoleMembers")] == [1, 1]
    assert len(tenant.journal(operation="ListRoleMembers")) == 3, "one for each task that found the role"
    (shrunk,) = [result.result for result in run.of("Shrink") if result.result["changed"]]
    assert shrunk["before"]["members"]["identities"] == sorted(ids)
    assert shrunk["after"]["members"]["identities"] == sorted(ids[:59])


@pytest.mark.parametrize("delegation", [{}, {"delegate_to": "localhost"}], ids=["not delegated", "delegated"])
def test_a_common_name_for_a_mode_gets_a_hint(
    delegation: dict[str, str], run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    options = {"scopes_append": "scopes_mode", "members_purge": "members_mode"}
    tasks = [task(name, ROLE, {"display_name": "Readers", name: True}, **delegation) for name in options]
    run = run_playbook(play(*tasks), extra_vars=tenant.variables, core=core).succeeded()
    for name, meant in options.items():
        assert f"Instead of {name}, did you mean {meant}?" in run.task(name).result["msg"]
    assert tenant.journal() == []
