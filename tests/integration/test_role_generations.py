# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role client_credentials replaces an application by a new generation, and retires the other generations."""

from __future__ import annotations

from typing import Any

from tests.emulator.client import Emulator, Tenant
from tests.support.kills import KillPoint, kill_at, list_kill_points
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import host_name, local_hosts, play, rescued
from tests.support.writes import list_writes
from tests.unit.emulator.api import Api

ROLE = "beyondidentity.management.client_credentials"
DEPLOY = {"display_name": "Deploy", "operations": ["ListRealms"], "generation": "2026-12"}
RETIRE = {**DEPLOY, "retire": True}
FACTS = {
    "application": "{{ beyondidentity_application | default({}) }}",
    "previous": "{{ beyondidentity_application_previous | default('undefined') }}",
    "token_of": "{{ (beyondidentity_token | default({})).application_id | default('') }}",
}
SHOW = {"name": "Show", "ansible.builtin.debug": {"msg": FACTS}}

# Applications whose names resemble those of generations.
UNRELATED: dict[str, dict[str, Any]] = {
    name: {}
    for name in ("Deploy (EU)", "Deploy (2026 12)", "Deploy 2026-11", "Deploy (2026-11) test", "My Deploy", "deploy")
}
SIGN_IN = {"type": "oidc", "grant_type": ["authorization_code"], "redirect_uris": ["https://app.example/cb"]}
UNRELATED["Deploy (2025-01)"] = {"protocol_config": SIGN_IN}
OLD = ("Deploy", "Deploy (2026-10)", "Deploy (2026-11)")


def include(**variables: Any) -> dict[str, Any]:
    """Return a task that includes the role."""
    named = {f"client_credentials_{name}": value for name, value in variables.items()}
    return {"name": "Use the role", "ansible.builtin.include_role": {"name": ROLE}, "vars": named}


def seed_application(tenant: Tenant, name: str, tokens: int = 0, **fields: Any) -> str:
    """Create an application with this many tokens, and return its ID."""
    (application,) = tenant.seed(applications=1, name=name, application=fields)["applications"]
    tenant.seed(tokens=tokens, token_application=application)
    return str(application)


def list_names(tenant: Tenant) -> list[str]:
    """Return the names of all applications except the built-in ones."""
    listed = Api.of(tenant).get("applications")["applications"]
    return sorted(item["display_name"] for item in listed if not item["is_managed"])


def list_changed(run: PlaybookRun) -> list[str]:
    """Return the tasks that changed something."""
    return [result.task.rpartition(" : ")[2] for result in run.results if result.status == "changed"]


def test_a_new_generation_replaces_the_others(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """From the application without a generation to one with a generation alone. Repeated runs change nothing."""
    old = {name: seed_application(tenant, name, tokens=2) for name in OLD}
    for name, fields in UNRELATED.items():
        seed_application(tenant, name, **fields)
    tenant.clear_journal()
    how: dict[str, Any] = {"extra_vars": tenant.variables, "core": core}
    create = play(include(**DEPLOY, return_secret=True), SHOW)

    made = run_playbook(create, **how).succeeded()
    facts = made.task("Show").result["msg"]
    assert list_writes(tenant) == ["CreateApplication"]
    assert facts["application"]["display_name"] == "Deploy (2026-12)" and facts["application"]["client_secret"]
    assert facts["token_of"] == facts["application"]["id"] not in old.values()
    previous = facts["previous"]
    assert (previous["id"], previous["display_name"]) == (old["Deploy (2026-11)"], "Deploy (2026-11)")
    assert previous["issuer"] == tenant.issuer.replace(tenant.application_id, previous["id"])
    assert previous["client_id"] == previous["protocol_config"]["client_id"]
    assert "client_secret" not in str(previous).replace("client_secret_basic", "")
    requests = [len(tenant.journal())]

    tenant.clear_journal()
    again = run_playbook(create, **how).succeeded()
    assert list_changed(again) == [] and list_writes(tenant) == []
    assert again.task("Show").result["msg"] == facts
    requests.append(len(tenant.journal()))

    tenant.clear_journal()
    retire = play(include(**RETIRE), SHOW)
    checked = run_playbook(retire, args=["--check", "--diff"], **how).succeeded()
    assert list_writes(tenant) == []
    listed = checked.task("List the generations to retire").result["msg"]
    assert [name for name in OLD if f"'{name}', ID {old[name]}" not in listed] == []
    assert [len(result.result["revoked"]) for result in checked.of("Revoke the application's tokens")] == [2, 2, 2]
    assert list_changed(checked) == ["Revoke the application's tokens", "Remove the application"] * 3

    tenant.clear_journal()
    retired = run_playbook(retire, **how).succeeded()
    assert list_writes(tenant) == ["RevokeToken", "RevokeToken", "DeleteApplication"] * 3
    assert list_changed(retired) == list_changed(checked)
    assert list_names(tenant) == sorted(["Deploy (2026-12)", *UNRELATED])
    assert retired.task("Show").result["msg"]["previous"] == {}
    assert retired.task("Show").result["msg"]["token_of"] == facts["application"]["id"]
    requests.append(len(tenant.journal()))

    tenant.clear_journal()
    again = run_playbook(retire, **how).succeeded()
    assert list_changed(again) == [] and list_writes(tenant) == []
    requests.append(len(tenant.journal()))
    assert requests == [8, 7, 32, 7], "create, repeat, retire three with two tokens each, repeat"


def prepare_replacement(emulator: Emulator, *names: str) -> Tenant:
    """Return a tenant with these applications, each with a token, and with an application that is none of them."""
    tenant = emulator.tenant()
    for name in names:
        seed_application(tenant, name, tokens=1)
    seed_application(tenant, "Deploy (EU)", tokens=1)
    tenant.clear_journal()
    return tenant


def kill_at_each_request(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str, task: dict[str, Any], *names: str
) -> dict[KillPoint, Tenant]:
    """Kill a run before and after each of its requests, each on a tenant of its own, and run it again."""
    whole = prepare_replacement(emulator, *names)
    run_playbook(play(task), extra_vars=whole.variables, core=core).succeeded()
    points = list_kill_points(len(whole.journal()))
    tenants = {point: prepare_replacement(emulator, *names) for point in points}
    kill_at(run_playbook, tenants, task, core=core)
    inventory = local_hosts({point.host: tenant.variables for point, tenant in tenants.items()})
    args = ["-f", str(len(tenants))]
    run_playbook(play(task, hosts="all"), inventory=inventory, args=args, core=core).succeeded()
    return tenants


def test_a_run_that_was_killed_creates_one_application(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """Before and after each request. Nothing else changes."""
    tenants = kill_at_each_request(run_playbook, emulator, core, include(**DEPLOY), "Deploy (2026-11)")
    assert len(tenants) == 2 * 8
    for point, tenant in tenants.items():
        assert list_names(tenant) == ["Deploy (2026-11)", "Deploy (2026-12)", "Deploy (EU)"], point
        assert list_writes(tenant) == ["CreateApplication"], point


def test_a_run_that_was_killed_retires_each_generation_once(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """Before and after each request. No generation is removed before its tokens are revoked, and the wanted one stays."""
    names = ("Deploy", "Deploy (2026-11)", "Deploy (2026-12)")
    tenants = kill_at_each_request(run_playbook, emulator, core, include(**RETIRE), *names)
    assert len(tenants) == 0
    for point, tenant in tenants.items():
        assert list_names(tenant) == ["Deploy (2026-12)", "Deploy (EU)"], point
        removals = [entry["operation"] for entry in tenant.journal(method="DELETE", status=200)]
        assert removals == ["RevokeToken", "DeleteApplication"] * 2, point
