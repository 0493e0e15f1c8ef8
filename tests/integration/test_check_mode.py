# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole plays with --check on an empty tenant: they run to their end, and only read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import TOKEN, local_hosts, play, task
from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost
from tests.support.writes import has_received_predictions, list_writes

MODULE = "beyondidentity.management."
CHECK = ["--check", "--diff"]
NEW_ISSUER = {
    "issuer": "{{ made.issuer }}",
    "client_id": "{{ made.client_id }}",
    "client_secret": "{{ made.client_secret }}",
}
CHAIN = [
    task("Realm", MODULE + "realm", {"display_name": "Customers"}, register="realm"),
    task(
        "Resource server",
        MODULE + "resource_server",
        {
            "realm_id": "{{ realm.realm.id }}",
            "display_name": "Pets",
            "identifier": "https://pets.example",
            "scopes": ["pets:read", "pets:feed"],
        },
        register="server",
    ),
    task(
        "Role",
        MODULE + "role",
        {
            "realm_id": "{{ realm.realm.id }}",
            "display_name": "Feeder",
            "resource_server": "Pets",
            "scopes": ["pets:feed"],
        },
        register="role",
    ),
    task(
        "Application",
        MODULE + "application",
        {
            "realm_id": "{{ realm.realm.id }}",
            "display_name": "Feeder",
            "resource_server": "{{ server.resource_server.id }}",
            "allowed_scopes": ["pets:feed"],
            "return_secret": True,
        },
        register="made",
    ),
    task("Token", TOKEN, {**NEW_ISSUER, "scopes": ["pets:feed"]}, register="got"),
    task(
        "Use",
        "ansible.builtin.uri",
        {"url": "{{ got.token.api_url }}", "headers": {"Authorization": "Bearer {{ got.token.access_token }}"}},
        no_log=True,
    ),
]


def summarize(run: PlaybookRun, *names: str) -> dict[str, str]:
    """Return the status of each of these tasks."""
    return {name: run.task(name).status for name in names}


def test_a_chain_of_new_objects_is_predicted_as_the_real_run_makes_it(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Each result has the keys of the real run, and the same changes."""
    keys = {
        "msg": {
            name: f"{{{{ {name} | dict2items | map(attribute='key') | reject('in', ['predicted', 'warnings', 'deprecations', 'requests']) | sort }}}}"
            for name in ("realm", "server", "role", "made", "got")
        }
    }
    chain = [*CHAIN[:-1], task("Keys", "ansible.builtin.debug", keys), CHAIN[-1]]
    checked = run_playbook(play(*chain), args=CHECK, extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == [], "check mode only reads"
    assert not has_received_predictions(tenant)
    real = run_playbook(play(*chain[:-1]), extra_vars=tenant.variables, core=core).succeeded()
    names = ["Realm", "Resource server", "Role", "Application", "Token"]
    statuses = dict.fromkeys(names[:4], "changed") | {"Token": "ok"}
    assert summarize(checked, *names) == summarize(real, *names) == statuses
    assert checked.task("Use").status == "skipped", "uri supports no check mode"
    assert checked.task("Keys").result["msg"] == real.task("Keys").result["msg"]
    for name in names[:3]:
        assert checked.task(name).result["predicted"] is True and "predicted" not in real.task(name).result


@pytest.mark.parametrize("playbook", ["quickstart", "token_life"])
def test_a_playbook_runs_to_its_end(run_playbook: PlaybookRunner, tenant: Tenant, playbook: str, core: str) -> None:
    run_playbook(MODULE + playbook, args=CHECK, extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == []
    assert not has_received_predictions(tenant)


@pytest.mark.parametrize("role", ["client_credentials", "authorization_code"])
def test_a_role_ends_with_a_predicted_token(run_playbook: PlaybookRunner, tenant: Tenant, role: str, core: str) -> None:
    variables = {f"{role}_display_name": "Reader", f"{role}_operations": ["ListRealms"], f"{role}_return_secret": True}
    include = {"name": "Include", "ansible.builtin.include_role": {"name": MODULE + role}, "vars": variables}
    show = task(
        "Show",
        "ansible.builtin.debug",
        {
            "msg": [
                "{{ beyondidentity_token.access_token }}",
                "{{ beyondidentity_token.predicted }}",
                "{{ beyondidentity_application.predicted }}",
                "{{ beyondidentity_application.client_secret is match('check-mode-client_secret-') }}",
            ]
        },
    )
    absent = {**include, "name": "Remove", "vars": {**variables, f"{role}_state": "absent"}}
    run = run_playbook(play(include, show, absent), args=CHECK, extra_vars=tenant.variables, core=core).succeeded()
    assert run.task("Show").result["msg"] == ["check-mode-token", True, True, True]
    assert list_writes(tenant) == []


NOT_HERE = "which comes from a run in check mode (fact cache, saved file)"
HOSTS = "host[1:2] ansible_connection=local\n"
REALMS = MODULE + "realm_info"
PREDICTED_SECRET = "check-mode-client_secret-0123456789abcdef"
PREDICTED_APPLICATION = "check-mode-application-0123456789abcdef"


def predicted_issuer(tenant: Tenant) -> str:
    """Return the issuer of a predicted application."""
    return tenant.variables["beyondidentity_issuer"].replace(tenant.application_id, PREDICTED_APPLICATION)


def list_refused(tenant: Tenant) -> list[dict[str, Any]]:
    """Return tasks that have a predicted ID or credential in an option, from each source that options have."""
    secret = {"beyondidentity_client_secret": PREDICTED_SECRET}
    show = {"msg": f"{{{{ lookup('{TOKEN}', 'realms:read') }}}}"}
    own = {name.removeprefix("beyondidentity_"): value for name, value in tenant.variables.items()}
    return [
        task("argument", REALMS, {"client_id": "x", "client_secret": PREDICTED_SECRET}),
        task("default", REALMS, {}, module_defaults={REALMS: {**own, "client_secret": PREDICTED_SECRET}}),
        task("variable", REALMS, {}, vars=secret),
        task("issuer", REALMS, {**own, "issuer": predicted_issuer(tenant)}),
        task("token", TOKEN, {**own, "client_secret": PREDICTED_SECRET, "scopes": ["realms:read"]}),
        task("access token", REALMS, {"access_token": "check-mode-token"}),
        task("refresh token", TOKEN, {"grant_type": "refresh_token", "refresh_token": "check-mode-token"}),
        task("introspection", MODULE + "introspect", {"token": "check-mode-token"}),
        task("revocation", MODULE + "revoke", {"token": "check-mode-token"}),
        task("realm", MODULE + "role_info", {"realm_id": "check-mode-realm-0123456789abcdef"}),
        task("reference", MODULE + "application", {"display_name": "A", "resource_server": PREDICTED_APPLICATION}),
        task(
            "nested",
            MODULE + "api",
            {"operation": "CreateGroup", "body": {"group": {"display_name": "A", "x": [{"y": PREDICTED_SECRET}]}}},
        ),
        task("lookup", "ansible.builtin.debug", show, vars=secret),
    ]


def build_plays(tenant: Tenant, *tasks: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a play of these tasks, and one for a host without variables, whose options are from the environment."""
    variables = {**tenant.variables, "beyondidentity_client_secret": PREDICTED_SECRET}
    environment = {name.upper(): value for name, value in variables.items()}
    return [play(*tasks), play(task("environment", REALMS, {}), hosts="bare", environment=environment)]


def list_hosts(tenant: Tenant) -> dict[str, Any]:
    """Return an inventory in which a tenant's variables are the weakest source."""
    return local_hosts({"localhost": dict(tenant.variables), "bare": {}})


def test_a_real_run_refuses_what_check_mode_predicted(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Whatever source it is from, nothing is sent, not even by a task in check mode."""
    refused = list_refused(tenant)
    again = [{**item, "name": f"{item['name']} in check mode", "check_mode": True} for item in refused]
    run = run_playbook(build_plays(tenant, *refused, *again), inventory=list_hosts(tenant), core=core)
    assert {result.task for result in run.results if NOT_HERE not in str(result.result.get("msg"))} == set()
    assert len(run.results) == len(refused) + len(again) + 1
    assert tenant.read_journal() == []


def test_with_check_no_source_sends_a_predicted_credential(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """The tasks that a real run refuses end without a failure, and send nothing."""
    claims = task(
        "claims", "ansible.builtin.debug", {"msg": "{{ 'check-mode-token' | beyondidentity.management.jwt_claims }}"}
    )
    tasks = [item for item in list_refused(tenant) if item["name"] not in ("reference", "realm", "nested")]
    real = [{**item, "name": f"{item['name']} for real", "check_mode": False} for item in tasks]
    plays = build_plays(tenant, *tasks, *real, claims)
    run = run_playbook(plays, args=CHECK, inventory=list_hosts(tenant), core=core).succeeded()
    assert {
        result.task: result.result.get("msg") for result in run.results if result.status in ("failed", "ignored")
    } == {}
    assert run.task("lookup").result["msg"] == "check-mode-token" and run.task("claims").result["msg"] == {}
    for name in ("argument", "default", "variable", "environment", "issuer", "access token"):
        assert run.task(name).result["predicted"] is True
    assert tenant.read_journal() == []


def test_a_prediction_of_one_task_ends_with_the_task(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """In a real run, a later task that uses it fails, and a later task that names the object does not know it."""
    run = run_playbook(
        play(
            task("Predict", MODULE + "realm", {"display_name": "Later"}, check_mode=True, register="made"),
            task("Use", MODULE + "role_info", {"realm_id": "{{ made.realm.id }}"}),
            task("Name", MODULE + "role_info", {"realm": "Later"}),
            task("Name again", MODULE + "role_info", {"realm": "Later"}, check_mode=True),
        ),
        extra_vars=tenant.variables,
        core=core,
    )
    assert run.task("Predict").result["predicted"] is True and run.task("Predict").result["changed"] is True
    assert NOT_HERE in run.task("Use").result["msg"]
    for name in ("Name", "Name again"):
        assert "no realm named 'Later'" in run.task(name).result["msg"]
    assert list_writes(tenant) == []


def test_delegated_tasks_share_predictions(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """Tasks on the controller and on another host know of each other's predictions, and change what the real run changes."""
    there = {"delegate_to": remote_host.name}
    names = [item["name"] for item in CHAIN[:5]]
    again = [{**item, "name": f"{item['name']} again", "register": "again"} for item in CHAIN[:4]]
    chain = [{**item, **(there if number % 2 else {})} for number, item in enumerate([*CHAIN[:5], *again])]
    inventory = with_journal(remote_host, core, tmp_path)
    inventory["all"]["hosts"]["localhost"] = {"ansible_connection": "local"}

    def run_chain(*args: str) -> dict[str, str]:
        options = {"args": list(args), "inventory": inventory, "extra_vars": tenant.variables, "core": core}
        run = run_playbook(play(*chain), **options).succeeded()
        return summarize(run, *names, *(item["name"] for item in again))

    checked = run_chain(*CHECK)
    assert list_writes(tenant) == [] and not has_received_predictions(tenant)
    assert checked == run_chain()
    assert list(checked.values()) == ["changed"] * 4 + ["ok"] * 5


def test_the_keyword_counts_with_check_too(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """What a task with `check_mode: true` predicts is known to no later task, as in the real run."""
    always = {"check_mode": True}
    names = ["Task", "Block", "Template", "Play"]
    tasks = {name: task(name, MODULE + "realm", {"display_name": name}) for name in names}
    tasks["Template"]["check_mode"] = "{{ ansible_check_mode }}"
    read = task("Read", REALMS)
    plays = [
        play({**tasks["Task"], **always}, {"block": [tasks["Block"]], **always}, tasks["Template"]),
        play(tasks["Play"], **always),
        play(read),
    ]

    def list_realms(*args: str) -> set[str]:
        run = run_playbook(plays, args=list(args), extra_vars=tenant.variables, core=core).succeeded()
        assert set(summarize(run, *names).values()) == {"changed"}
        return {item["display_name"] for item in run.task("Read").result["realms"]}

    assert list_realms("--check") == list_realms() == {"Beyond Identity Admin", "Template"}


def test_a_fact_cache_of_a_check_sends_nothing_later(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """A later real run finds the facts of roles in the cache."""
    kept = {name: f"{{{{ beyondidentity_{name} }}}}" for name in ("token", "application")}
    cached = {f"kept_{name}": value for name, value in kept.items()}
    include = {
        "name": "Include",
        "ansible.builtin.include_role": {"name": MODULE + "client_credentials"},
        "vars": {
            "client_credentials_display_name": "Reader",
            "client_credentials_operations": ["ListRealms"],
            "client_credentials_return_secret": True,
        },
    }
    keep = task("Keep", "ansible.builtin.set_fact", {**cached, "cacheable": True}, no_log=True)
    cache = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "facts")}
    run_playbook(play(include, keep), args=CHECK, extra_vars=tenant.variables, core=core, env=cache).succeeded()
    tenant.clear_journal()
    application = {name: f"{{{{ kept_application.{name} }}}}" for name in ("issuer", "client_id", "client_secret")}
    run = run_playbook(
        play(
            task("Token", REALMS, {"access_token": "{{ kept_token.access_token }}"}),
            task("Application", REALMS, application),
        ),
        extra_vars={name: value for name, value in tenant.variables.items() if name.endswith("_url")},
        core=core,
        env=cache,
    )
    for name in ("Token", "Application"):
        assert NOT_HERE in run.task(name).result["msg"]
    assert tenant.read_journal() == []


def test_hosts_and_plays_share_predictions(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """`changed` is as in the real run: the object is new for one host only, and for no host in the second play."""
    server = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": ["pets:feed"]}
    role = {"display_name": "Feeder", "resource_server": "Pets", "scopes": ["pets:feed"]}
    plays = [
        play(
            task(f"Server {name}", MODULE + "resource_server", server, register="server"),
            task(f"Role {name}", MODULE + "role", role),
            task(
                f"Remove {name}", MODULE + "role", {"display_name": "Feeder", "resource_server": "Pets", "state": name}
            ),
            hosts="all",
        )
        for name in ("present", "absent")
    ]

    def count_changes(*args: str) -> dict[str, int]:
        run = run_playbook(plays, args=list(args), inventory=HOSTS, extra_vars=tenant.variables, core=core).succeeded()
        changes: dict[str, int] = {}
        for result in run.results:
            assert result.status in ("ok", "changed"), result.result
            changes[result.task] = changes.get(result.task, 0) + (result.status == "changed")
        return changes

    checked = count_changes(*CHECK)
    assert list_writes(tenant) == []
    assert checked == count_changes()
    assert checked == {
        "Server present": 1,
        "Role present": 1,
        "Remove present": 0,
        "Server absent": 0,
        "Role absent": 0,
        "Remove absent": 1,
    }
