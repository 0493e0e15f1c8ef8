# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role client_credentials replaces an application by a new generation, and retires the other generations."""

from __future__ import annotations

import datetime
from typing import Any

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.kills import SECONDS, KillPoint, kill_at, list_kill_points
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
    assert facts["token_of"] == facts["application"]["id"]
    assert facts["token_of"] not in old.values()
    previous = facts["previous"]
    assert (previous["id"], previous["display_name"]) == (old["Deploy (2026-11)"], "Deploy (2026-11)")
    assert previous["issuer"] == tenant.issuer.replace(tenant.application_id, previous["id"])
    assert previous["client_id"] == previous["protocol_config"]["client_id"]
    assert "client_secret" not in str(previous).replace("client_secret_basic", "")
    requests = [len(tenant.read_journal())]

    tenant.clear_journal()
    again = run_playbook(create, **how).succeeded()
    assert list_changed(again) == [] and list_writes(tenant) == []
    assert again.task("Show").result["msg"] == facts
    requests.append(len(tenant.read_journal()))

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
    requests.append(len(tenant.read_journal()))

    tenant.clear_journal()
    again = run_playbook(retire, **how).succeeded()
    assert list_changed(again) == [] and list_writes(tenant) == []
    requests.append(len(tenant.read_journal()))
    assert requests == [8, 7, 32, 7], "create, repeat, retire three with two tokens each, repeat"


def prepare_replacement(emulator: Emulator, *names: str) -> Tenant:
    """Return a tenant with these applications, each with a token, and with an application that is none of them."""
    tenant = emulator.create_tenant()
    for name in names:
        seed_application(tenant, name, tokens=1)
    seed_application(tenant, "Deploy (EU)", tokens=1)
    tenant.clear_journal()
    return tenant


def kill_at_each_request(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str, task: dict[str, Any], *names: str
) -> dict[KillPoint, Tenant]:
    """Kill a run before and after each of its requests, each on a tenant of its own, and run it again.

    With the newest core only at requests that write, because the requests do not depend on the core.
    """
    whole = prepare_replacement(emulator, *names)
    run_playbook(play(task), extra_vars=whole.variables, core=core).succeeded()
    points = list_kill_points(whole.read_journal(), only_writes=core == "newest")
    tenants = {point: prepare_replacement(emulator, *names) for point in points}
    kill_at(run_playbook, tenants, task, core=core)
    inventory = local_hosts({point.host: tenant.variables for point, tenant in tenants.items()})
    again = play(task, hosts="all")
    run_playbook(again, inventory=inventory, args=["-f", "10"], core=core, timeout=SECONDS).succeeded()
    return tenants


def test_a_run_that_was_killed_creates_one_application(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """Before and after each request. Nothing else changes."""
    tenants = kill_at_each_request(run_playbook, emulator, core, include(**DEPLOY), "Deploy (2026-11)")
    assert len(tenants) == {"oldest": 2 * 8, "newest": 2}[core]
    for point, tenant in tenants.items():
        assert list_names(tenant) == ["Deploy (2026-11)", "Deploy (2026-12)", "Deploy (EU)"], point
        assert list_writes(tenant) == ["CreateApplication"], point


def test_a_run_that_was_killed_retires_each_generation_once(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """No generation is removed before its tokens are revoked, and the wanted one stays.

    One generation, before and after each request; with the newest core two, at requests that write.
    """
    old = {"oldest": ("Deploy",), "newest": ("Deploy", "Deploy (2026-11)")}[core]
    tenants = kill_at_each_request(run_playbook, emulator, core, include(**RETIRE), *old, "Deploy (2026-12)")
    assert len(tenants) == {"oldest": 2 * 15, "newest": 2 * 4}[core]
    for point, tenant in tenants.items():
        assert list_names(tenant) == ["Deploy (2026-12)", "Deploy (EU)"], point
        removals = [entry["operation"] for entry in tenant.read_journal(method="DELETE", status=200)]
        assert removals == ["RevokeToken", "DeleteApplication"] * len(old), point


# Variables that are refused before anything is sent, and words of the message.
INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "retire without a generation": ({"display_name": "Deploy", "retire": True}, "needs client_credentials_generation."),
    "no name": ({"generation": "2026-12"}, "needs client_credentials_display_name"),
    "ID": ({"generation": "2026-12", "application_id": "a1"}, "cannot be used with client_credentials_application_id"),
    "number": ({**DEPLOY, "generation": 2026}, "must be text, but YAML reads 2026 without quotes"),
    "number with an underscore": ({**DEPLOY, "generation": 202612}, "must be text, but YAML reads 202612"),
    "date": ({**DEPLOY, "generation": datetime.date(2026, 12, 1)}, "must be text, but YAML reads 2026-12-01"),
    "empty": ({**DEPLOY, "generation": ""}, "Set it to a text such as"),
    "word": ({**DEPLOY, "generation": "EU"}, "'EU' is not a valid client_credentials_generation."),
    "blank": ({**DEPLOY, "generation": "2026 12"}, "a digit, then at most"),
    "line feed": ({**DEPLOY, "generation": "2026-12\n"}, "a digit, then at most"),
    "too long": ({**DEPLOY, "generation": "2" * 41}, "a digit, then at most"),
    "removal": ({**RETIRE, "state": "absent"}, "needs client_credentials_state 'present'"),
}


def test_variables_that_do_not_fit_are_refused(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Each with a message of its own, and before anything is sent."""
    plays = [
        play(rescued(include(**{"operations": ["ListRealms"], **variables})), hosts=host_name(case))
        for case, (variables, _words) in INVALID.items()
    ]
    inventory = local_hosts({host_name(case): tenant.variables for case in INVALID})
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    said = {result.host: str(result.result["msg"]) for result in run.results if result.status == "failed"}
    assert [case for case, (_variables, words) in INVALID.items() if words not in said[host_name(case)]] == []
    assert tenant.read_journal() == []


ADMINISTRATOR = ["applications:read", "applications:update", "applications:delete", "resource-servers:read"]


def authenticate_as(tenant: Tenant, name: str) -> dict[str, str]:
    """Return the variables of an application of this name that can manage applications."""
    own = {"client_id": "own-client", "client_secret": "own-secret-0123456789", "allowed_scopes": ADMINISTRATOR}
    application = seed_application(tenant, name, protocol_config=own)
    return {
        **tenant.variables,
        "beyondidentity_issuer": tenant.issuer.replace(tenant.application_id, application),
        "beyondidentity_client_id": own["client_id"],
        "beyondidentity_client_secret": own["client_secret"],
    }


# What the role does not retire: the variables, and words of the message. Each case has a tenant of its own.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "mistyped generation": (
        {**RETIRE, "generation": "2062-12"},
        "The application 'Deploy (2062-12)' does not exist, so 'Deploy', ID ",
    ),
    "own application": (RETIRE, "The task authenticates with this application"),
    "same name": (RETIRE, "2 applications are named 'Deploy (2026-12)': "),
    "refused secret": (RETIRE, "invalid_client"),
    "fewer scopes": (RETIRE, "realms:read"),
}


def test_nothing_is_retired_in_doubt(run_playbook: PlaybookRunner, emulator: Emulator, core: str) -> None:
    """The role refuses before it revokes or removes anything, also in check mode."""
    tenants = {case: emulator.create_tenant() for case in REFUSED}
    variables: dict[str, dict[str, Any]] = {}
    for case, tenant in tenants.items():
        seed_application(tenant, "Deploy", tokens=1)
        wanted = seed_application(tenant, "Deploy (2026-12)")
        variables[host_name(case)] = {**tenant.variables}
        if case == "own application":
            variables[host_name(case)] = authenticate_as(tenant, "Deploy (2026-11)")
        elif case == "same name":
            seed_application(tenant, "Deploy (2026-12)")
        elif case == "refused secret":
            tenant.add_fault(operation="token", path=wanted, status=401, shape="oauth", error="invalid_client")
        elif case == "fewer scopes":
            tenant.add_fault(operation="token", path=wanted, merge={"scope": "groups:read"})
        tenant.clear_journal()
    plays = [play(rescued(include(**given)), hosts=host_name(case)) for case, (given, _words) in REFUSED.items()]
    for args in (["--check"], []):
        run = run_playbook(plays, inventory=local_hosts(variables), args=args, core=core).succeeded()
        said = {result.host: str(result.result) for result in run.results if result.status == "failed"}
        assert [case for case, (_given, words) in REFUSED.items() if words not in said[host_name(case)]] == []
        assert [case for case, tenant in tenants.items() if list_writes(tenant)] == []


def test_an_administrator_application_can_replace_itself(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """It creates the new generation. Then that one retires it."""
    scopes = [*ADMINISTRATOR, "applications:create", "tokens:read", "tokens:delete"]
    own = {"display_name": "Administrator", "scopes": scopes, "return_secret": True}
    old = include(**own, generation="1")
    new = include(**own, generation="2")
    as_fact = {
        f"beyondidentity_{name}": f"{{{{ beyondidentity_application.{name} }}}}"
        for name in ("issuer", "client_id", "client_secret")
    }
    tasks = (old, {**new, "vars": {**new["vars"], **as_fact}})
    run_playbook(play(*tasks), inventory=local_hosts({"localhost": tenant.variables})).succeeded()
    assert list_names(tenant) == ["Administrator (1)", "Administrator (2)"]
    retire = include(**own, generation="2", retire=True)
    tasks = (new, {**retire, "vars": {**retire["vars"], **as_fact}}, SHOW)
    run = run_playbook(play(*tasks), inventory=local_hosts({"localhost": tenant.variables})).succeeded()
    assert list_names(tenant) == ["Administrator (2)"]
    assert run.task("Show").result["msg"]["previous"] == {}


def test_check_mode_runs_through_on_an_empty_tenant(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """It predicts the generations, and that the last task retires those before."""
    first, second, retire = (include(**{**DEPLOY, "generation": name}) for name in ("2026-11", "2026-12", "2026-12"))
    retire["vars"]["client_credentials_retire"] = True
    tasks = (
        {**include(**RETIRE), "vars": {**retire["vars"], "client_credentials_display_name": "Other"}},
        {**SHOW, "name": "Show the only one"},
        first,
        second,
        {**SHOW, "name": "Show both"},
        retire,
        SHOW,
    )
    run = run_playbook(play(*tasks), args=["--check"], extra_vars=tenant.variables, core=core).succeeded()
    only, both, after = (run.task(name).result["msg"] for name in ("Show the only one", "Show both", "Show"))
    assert only["application"]["predicted"] is True and only["previous"] == {}
    assert both["previous"]["predicted"] is True and both["previous"]["display_name"] == "Deploy (2026-11)"
    assert both["previous"]["issuer"].endswith(both["previous"]["id"])
    assert after["previous"] == {} and after["application"]["display_name"] == "Deploy (2026-12)"
    removal = ["Revoke the application's tokens", "Remove the application"]
    assert list_changed(run) == ["Manage the application"] * 3 + removal
    assert list_writes(tenant) == []


def test_fifty_hosts_create_one_application(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    inventory = "host[1:50] ansible_connection=local\n"
    run = run_playbook(
        play(include(**DEPLOY), hosts="all"), inventory=inventory, args=["-f", "25"], extra_vars=tenant.variables
    ).succeeded()
    assert sorted(result.status for result in run.of("Manage the application")) == ["changed"] + ["ok"] * 49
    assert list_writes(tenant) == ["CreateApplication"]


def test_ten_hosts_retire_a_generation_once(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    for name in ("Deploy", "Deploy (2026-11)", "Deploy (2026-12)"):
        seed_application(tenant, name, tokens=2)
    tenant.clear_journal()
    inventory = "host[1:10] ansible_connection=local\n"
    tasks = play(include(**RETIRE), hosts="all")
    run = run_playbook(tasks, inventory=inventory, args=["-f", "10"], extra_vars=tenant.variables).succeeded()
    assert list_changed(run).count("Remove the application") == 2
    assert len(tenant.read_journal(operation="DeleteApplication", status=200)) == 2
    assert len(tenant.read_journal(operation="RevokeToken", status=200)) == 4
    assert list_names(tenant) == ["Deploy (2026-12)"]


def test_one_generation_can_be_removed(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The others stay. Without a generation, the role removes the application that has none."""
    for name in OLD:
        seed_application(tenant, name, tokens=1)
    for given, removed in (({"generation": "2026-10"}, "Deploy (2026-10)"), ({}, "Deploy")):
        tenant.clear_journal()
        absent = include(display_name="Deploy", state="absent", **given)
        run_playbook(play(absent), extra_vars=tenant.variables).succeeded()
        assert list_writes(tenant) == ["RevokeToken", "DeleteApplication"]
        assert removed not in list_names(tenant)
    assert list_names(tenant) == ["Deploy (2026-11)"]


def test_names_are_texts_and_not_patterns(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Also with characters that mean something in patterns and templates. The service can collapse blanks."""
    for name in ("A+B [x]", "A+B  [x]  (1)", "AAB x (1)", "A+B [x] (1) ", "A+B [x]s (1)"):
        seed_application(tenant, name)
    own = {"display_name": "A+B  [x]", "operations": ["ListRealms"], "generation": "2.0"}
    seed_application(tenant, "A+B [x] (2.0)")
    run_playbook(play(include(**own, retire=True)), extra_vars=tenant.variables, core=core).succeeded()
    assert list_names(tenant) == ["A+B [x] (2.0)", "A+B [x]s (1)", "AAB x (1)"]


def test_an_earlier_fact_of_another_application_does_not_stay(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    seed_application(tenant, "Deploy")
    shows = [{**SHOW, "name": name} for name in ("Show the first", "Show the second", "Show the third")]
    other = include(display_name="Other", operations=["ListRealms"])
    own = include(operations=["ListRealms"])
    tasks = play(include(**DEPLOY), shows[0], other, shows[1], include(**DEPLOY), own, shows[2])
    run = run_playbook(tasks, extra_vars=tenant.variables).succeeded()
    previous = [run.task(show["name"]).result["msg"]["previous"] for show in shows]
    assert [item.get("display_name") for item in previous] == ["Deploy", None, None]
