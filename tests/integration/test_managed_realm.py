# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The managed realm of whole runs: by its name, by nothing that a host reports, and limited to one realm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.playbook import PlaybookRunner
from tests.support.plays import TOKEN, local_hosts, play, reporting_module, task
from tests.support.recorder import Recorder, forward_to
from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost

MODULE = "beyondidentity.management."
GROUP = "group/beyondidentity.management.all"
GROUPS = MODULE + "group_info"
NAME = "Customers"
PIN = "BEYONDIDENTITY_PINNED_REALM_ID"


@pytest.fixture
def realm_id(tenant: Any) -> str:
    """Return the ID of the realm with the name."""
    (id,) = tenant.seed(realms=1, realm_name=NAME)["realms"]
    tenant.clear_journal()
    return str(id)


@pytest.fixture
def recording_proxy(emulator: Any) -> Iterator[Recorder]:
    """Return a server between the collection and the emulator that records the requests and their sender."""
    with Recorder(forward_to(emulator.url)) as recorder:
        yield recorder


def _list_realms(tenant: Any, *operations: str) -> set[str]:
    """Return the IDs of the realms that these operations were sent to."""
    return {
        entry["path"].split("/")[5] for operation in operations for entry in tenant.read_journal(operation=operation)
    }


def test_hosts_tasks_and_plays_of_a_run_share_one_lookup(
    run_playbook: PlaybookRunner, tenant: Any, realm_id: str, core: str
) -> None:
    """Its token has the scope realms:read only, and no other token has it. Modules without the option ignore the name."""
    hosts = [f"host{number}" for number in range(4)]
    by_defaults = play(
        task("Groups", GROUPS),
        task("Application", MODULE + "application", {"display_name": "Feeder"}),
        task("Token", TOKEN, {"scopes": ["tokens:read"]}),
        task("API", MODULE + "api", {"operation": "ListGroups"}),
        hosts="all",
        module_defaults={GROUP: {"realm": NAME}},
    )
    by_variable = play(
        task("Identities", MODULE + "identity_info"),
        task("Introspect", MODULE + "introspect", {"token": "unknown"}),
        task("ID", GROUPS, {"realm_id": tenant.realm_id}),
        hosts="all",
        vars={"beyondidentity_realm": NAME},
    )
    run = run_playbook(
        [by_defaults, by_variable],
        inventory=local_hosts(dict.fromkeys(hosts, {})),
        env={**tenant.environment, "BEYONDIDENTITY_REALM": "Other"},
        args=["--forks", "4"],
        core=core,
    ).succeeded()
    for made in (*by_defaults["tasks"], *by_variable["tasks"]):
        assert all(run.task(made["name"], host).done for host in hosts), run.output
    assert len(tenant.read_journal(operation="ListRealms")) == 1
    assert _list_realms(tenant, "ListApplications", "CreateApplication", "ListIdentities") == {realm_id}
    assert _list_realms(tenant, "ListGroups") == {realm_id, tenant.realm_id}
    scopes = [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")]
    assert [scope for scope in scopes if "realms:read" in scope] == ["realms:read"]


def test_a_delegated_task_looks_the_realm_up_on_its_host(
    run_playbook: PlaybookRunner,
    tenant: Any,
    realm_id: str,
    recording_proxy: Recorder,
    remote_host: RemoteHost,
    tmp_path: Path,
    core: str,
) -> None:
    """The controller might not reach the service. The pinned realm of the controller counts on the host, too."""
    variables = {
        name: value.replace(tenant.emulator.url, recording_proxy.url) for name, value in tenant.variables.items()
    }
    there = {"delegate_to": remote_host.name}
    tasks = (
        task("by name", GROUPS, {"realm": NAME}, **there),
        task("both", GROUPS, {"realm": NAME, "realm_id": realm_id}, **there),
        task("pinned", GROUPS, {"realm_id": realm_id}, **there, environment={PIN: realm_id}),
    )
    refused = (
        task("two realms", GROUPS, {"realm": NAME, "realm_id": tenant.realm_id}, **there),
        task("other", GROUPS, {"realm_id": tenant.realm_id}, **there),
        task(
            "parameter",
            MODULE + "api",
            {"operation": "ListGroups", "parameters": {"realm_id": tenant.realm_id}},
            **there,
        ),
        task("replaced", GROUPS, {"realm_id": tenant.realm_id}, **there, environment={PIN: tenant.realm_id}),
        task("realm", MODULE + "realm", {"display_name": "New"}, **there),
    )
    inventory = with_journal(remote_host, core, tmp_path)
    run = run_playbook(
        play(*tasks, *refused, vars=variables), inventory=inventory, env={PIN: realm_id}, core=core
    ).succeeded()
    assert all(run.task(made["name"]).done for made in tasks), run.output
    for made in refused:
        assert not run.task(made["name"]).done, made["name"]
    assert all(PIN in run.task(made["name"]).result["msg"] for made in refused[1:]), run.output
    assert {seen.home for seen in recording_proxy.requests} == {str(remote_host.home)}
    assert _list_realms(tenant, "ListGroups") == {realm_id} and tenant.read_journal(operation="CreateRealm") == []


def _hide(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts that also replace the variables that hold facts."""
    return {**facts, "ansible_facts": {}, **{f"ansible_{name}": "x" for name in facts}}


def test_a_realm_that_a_managed_host_reports_is_ignored(
    run_playbook: PlaybookRunner, tenant: Any, realm_id: str, tmp_path: Path, core: str
) -> None:
    """With a warning. The weaker sources count instead."""
    facts = {"beyondidentity_realm": NAME, "beyondidentity_realm_id": realm_id}
    reporting_module(tmp_path / "library", "report_plain", facts)
    reporting_module(tmp_path / "library", "report_hiding", _hide(facts))
    plays = [play(task("Report", f"report_{form}"), task("Groups", GROUPS), hosts=form) for form in ("plain", "hiding")]
    env = {**tenant.environment, "ANSIBLE_LIBRARY": str(tmp_path / "library")}
    run = run_playbook(plays, inventory=local_hosts({"plain": {}, "hiding": {}}), env=env, core=core).succeeded()
    assert all(run.task("Groups", host).done for host in ("plain", "hiding")), run.output
    assert _list_realms(tenant, "ListGroups") == {tenant.realm_id} and tenant.read_journal(operation="ListRealms") == []
    for name in facts:
        assert f"{name} is ignored: a managed host reported it as a fact" in " ".join(run.output.split())


def test_a_pinned_run_manages_one_realm_only(
    run_playbook: PlaybookRunner, tenant: Any, realm_id: str, core: str
) -> None:
    """No variable, default or environment of a task loosens the limit."""
    allowed = (
        task("by ID", GROUPS, {"realm_id": realm_id}),
        task("by name", GROUPS, {"realm": NAME}),
        task("Token", TOKEN, {"scopes": ["groups:read"]}),
    )
    own = tenant.realm_id
    refused = (
        task("default", GROUPS),
        task("argument", GROUPS, {"realm_id": own}),
        task("defaults", GROUPS, module_defaults={GROUP: {"realm_id": own}}),
        task("variable", GROUPS, vars={"beyondidentity_realm_id": own, "beyondidentity_pinned_realm_id": own}),
        task("environment", GROUPS, environment={"BEYONDIDENTITY_REALM_ID": own}),
        task("pin", GROUPS, {"realm_id": own}, environment={PIN: own}),
        task("parameter", MODULE + "api", {"operation": "DeleteRealm", "parameters": {"realm_id": own}}),
        task("realm", MODULE + "realm", {"id": own, "state": "absent"}),
        task("check mode", MODULE + "realm", {"display_name": "New"}, check_mode=True),
    )
    run = run_playbook(
        play(*allowed, *refused), env={**tenant.environment, PIN: realm_id}, extra_vars={PIN: own}, core=core
    ).succeeded()
    assert all(run.task(made["name"]).done for made in allowed), run.output
    for made in refused:
        result = run.task(made["name"])
        assert not result.done and PIN in result.result["msg"], made["name"]
    addressed = {entry["path"].split("/")[5] for entry in tenant.read_journal() if entry["path"].count("/") > 4}
    operations = {entry["operation"] for entry in tenant.read_journal() if f"/realms/{own}" in entry["path"]}
    assert realm_id in addressed and operations == {"token"}
