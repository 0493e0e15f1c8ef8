# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role person: from nothing to an invitation, what it refuses, suspension and removal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import host_name, local_hosts, play, rescued
from tests.support.sign_in_application import SignInApplication
from tests.unit.people import create_person, list_credentials, list_jobs, list_states

MODULE = "beyondidentity.management."
PAT = {
    "username": "pat",
    "display_name": "Pat Smith",
    "primary_email_address": "pat@example.com",
    "traits": {"given_name": "Pat"},
    "role": "Realm readers",
    "operations": ["ListRealms"],
    "groups": ["Night shift"],
    "delivery_method": "email",
    "authenticator_config": "Passkeys",
}
SETUP = [
    {
        "name": "Create the authenticator configuration",
        f"{MODULE}authenticator_config": {
            "display_name": "Passkeys",
            "type": "hosted_web",
            "authentication_methods": ["webauthn_passkey"],
            "trusted_origins": [],
        },
    },
    {"name": "Create the group", f"{MODULE}group": {"display_name": "Night shift"}},
]
SHOW = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ beyondidentity_person }}"}}


def include(**variables: Any) -> dict[str, Any]:
    """Return a task that includes the role."""
    named = {f"person_{name}": value for name, value in variables.items() if value is not None}
    return {"name": "Use the role", "ansible.builtin.include_role": {"name": f"{MODULE}person"}, "vars": named}


def list_writes(tenant: Tenant) -> list[str]:
    """Return the operations that can write and were carried out, without token requests."""
    entries = [entry for entry in tenant.journal() if entry["method"] not in ("GET", "HEAD")]
    return [entry["operation"] for entry in entries if entry["operation"] != "token" and entry["status"] < 400]


def list_changed(run: PlaybookRun) -> list[str]:
    """Return the tasks that changed something."""
    return [result.task.rpartition(" : ")[2] for result in run.results if result.status == "changed" and not result.is_item]


def test_a_person_is_created_and_invited_once(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The second run changes nothing and sends no mail."""
    first = run_playbook(play(*SETUP, include(**PAT), SHOW), extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == [
        "CreateAuthenticatorConfig",
        "CreateGroup",
        "CreateRole",
        "AddRoleScopes",
        "CreateIdentity",
        "AddRoleMembers",
        "AddGroupMembers",
        "CreateCredentialBindingJob",
    ]
    person = first.task("Show").result["msg"]
    assert person["identity"]["traits"]["primary_email_address"] == "pat@example.com"
    assert (person["role"]["scopes"], person["groups"][0]["display_name"]) == (["realms:read"], "Night shift")
    assert person["invitation"]["state"] == "LINK_SENT" and "credential_binding_link" not in person
    assert [mail["to"] for mail in tenant.outbox()] == ["pat@example.com"]
    tenant.clear_journal()
    again = run_playbook(play(*SETUP, include(**PAT), SHOW), extra_vars=tenant.variables, core=core).succeeded()
    assert list_changed(again) == [] and list_writes(tenant) == []
    assert again.task("Show").result["msg"]["invitation"] == person["invitation"]
    assert len(tenant.outbox()) == 1


def test_check_mode_predicts_a_person_on_an_empty_tenant(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """It predicts the removal in the same run, writes nothing and sends no mail."""
    tasks = [*SETUP, include(**PAT), SHOW, include(username="pat", state="absent")]
    run = run_playbook(play(*tasks), args=["--check", "--diff"], extra_vars=tenant.variables, core=core).succeeded()
    person = run.task("Show").result["msg"]
    assert person["predicted"] is True and person["identity"]["id"].startswith("check-mode-identity-")
    assert person["invitation"]["state"] == "LINK_SENT"
    assert [run.task(name).status for name in ("Make sure of the role", "Invite the person", "Delete the identity")] == [
        "changed"
    ] * 3
    assert list_writes(tenant) == [] and tenant.outbox() == []


def test_a_returned_link_is_only_in_the_fact_of_its_host(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Not in the output, a file, or the facts of another host. A later person who is refused does not leave it in the fact."""
    tenant.seed(groups=1, group={"display_name": "Night shift"})
    pat = {**PAT, "authenticator_config": "Hosted Web", "delivery_method": "return"}
    count = {"msg": "{{ beyondidentity_person.credential_binding_link | default('') | length > 0 }}"}
    tasks = [
        include(**pat),
        {"name": "Count", "ansible.builtin.debug": count},
        {
            "name": "Open the link",
            "ansible.builtin.uri": {
                "url": "{{ beyondidentity_person.credential_binding_link }}",
                "follow_redirects": "none",
                "status_code": [200, 302, 303],
            },
            "when": "beyondidentity_person.credential_binding_link is defined",
            "no_log": True,
        },
        rescued(include(**{**PAT, "username": "kim", "groups": ["Nobody"]})),
        {"name": "Count again", "ansible.builtin.debug": count},
    ]
    inventory = local_hosts({"one": tenant.variables, "two": tenant.variables})
    cache = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": "facts"}
    run = run_playbook(play(*tasks, hosts="all"), inventory=inventory, args=["-vvv", "--diff"], env=cache, core=core)
    run.succeeded()
    assert sorted(run.task("Count", host).result["msg"] for host in ("one", "two")) == [False, True]
    assert {run.task("Count again", host).result["msg"] for host in ("one", "two")} == {False}
    (job,) = list_jobs(tenant)
    assert job["state"] == "LINK_OPENED"
    kept = [path for path in run.folder.rglob("*") if path.is_file() and b"invokeAuthenticator" in path.read_bytes()]
    assert "invokeAuthenticator" not in run.output and kept == []


def test_fifty_hosts_create_one_person_and_send_one_mail(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """They include the role without run_once. Tokens and listings are shared."""
    tenant.seed(groups=1, group={"display_name": "Night shift"})
    run = run_playbook(
        play(include(**{**PAT, "authenticator_config": "Hosted Web"}), hosts="all"),
        inventory="host[1:50] ansible_connection=local\n",
        args=["-f", "25"],
        extra_vars=tenant.variables,
    ).succeeded()
    for name in ("Make sure of the role", "Make sure of the identity", "Add the person to the role", "Invite the person"):
        assert sorted(result.status for result in run.of(name)) == ["changed"] + ["ok"] * 49, name
    assert list_writes(tenant) == [
        "CreateRole",
        "AddRoleScopes",
        "CreateIdentity",
        "AddRoleMembers",
        "AddGroupMembers",
        "CreateCredentialBindingJob",
    ]
    assert len(tenant.outbox()) == 1


def test_two_hosts_that_want_different_scopes_do_not_widen_the_role(
    run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """Both find no role. One creates it, the other fails and writes nothing."""
    more = {"one": ["realms:read"], "two": ["realms:read", "groups:read"]}
    inventory = local_hosts(
        {host: {**tenant.variables, "wanted": scopes, "person_username": host} for host, scopes in more.items()}
    )
    task = include(role="Readers", scopes="{{ wanted }}")
    run = run_playbook(play(task, hosts="all"), inventory=inventory).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert failed.task.endswith("Make sure of the role") and "has other scopes than the task wants." in failed.result["msg"]
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes", "CreateIdentity", "AddRoleMembers"]


def _prepare_role(tenant: Tenant, *scopes: str) -> None:
    tenant.seed(roles=1, role={"display_name": "Realm readers", "scopes": list(scopes)})


def _prepare_person(tenant: Tenant) -> None:
    create_person(tenant)


# What the role refuses: variables beside PAT, words of the message, and what the tenant has before.
REFUSED: dict[str, tuple[dict[str, Any], str, Callable[[Tenant], Any] | None]] = {
    **{
        scope: ({"scopes": ["realms:read", scope]}, f"With {scope}, a person can gain more rights.", None)
        for scope in (
            "roles:create",
            "applications:read",
            "applications:update",
            "identities:create",
            "identities:update",
            "groups:update",
            "credential-binding-jobs:create",
            "resource-servers:update",
            "tokens:delete",
            "scim:users:create",
            "scim:groups:update",
        )
    },
    "privileged operation": ({"operations": ["UpdateRole"]}, "With roles:update, a person can gain more", None),
    "text with commas": ({"scopes": "realms:read,roles:update"}, "With roles:update, a person can", None),
    "item with blanks": ({"scopes": ["realms:read roles:update"]}, "With roles:update, a person can", None),
    "no role": ({"role": None}, "Set person_role to the name of a role", None),
    "no scopes": ({"operations": []}, "Set person_role to the name of a role", None),
    "no configuration": ({"authenticator_config": None}, "Set person_authenticator_config", None),
    "no address": ({"primary_email_address": None}, "pat has no primary e-mail address.", None),
    "missing group": ({"groups": ["Nobody"]}, "No group is named 'Nobody'.", None),
    "missing group by ID": ({"groups": ["0123456789abcdef"]}, "No group is named '0123456789abcdef'.", None),
    "other scopes": (
        {},
        "It lacks realms:read. It also has groups:read.",
        lambda tenant: _prepare_role(tenant, "groups:read"),
    ),
    "more scopes": (
        {},
        "It also has groups:read.",
        lambda tenant: _prepare_role(tenant, "groups:read", "realms:read"),
    ),
    "new address": (
        {"primary_email_address": "other@example.com"},
        "The run would change the primary e-mail address of pat",
        _prepare_person,
    ),
}


def test_what_is_refused_is_refused_before_anything_is_written(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    tenants = {host_name(case): emulator.tenant() for case in REFUSED}
    plays = []
    for case, (variables, _said, prepare) in REFUSED.items():
        host = host_name(case)
        tenants[host].seed(groups=1, group={"display_name": "Night shift"})
        if prepare:
            prepare(tenants[host])
        pat = {**PAT, "authenticator_config": "Hosted Web", **variables}
        plays.append(play(rescued(include(**pat)), hosts=host))
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    said = {result.host: str(result.result) for result in run.results if result.status == "failed"}
    for case, (_variables, words, _prepare) in REFUSED.items():
        assert words in said[host_name(case)], case
        assert list_writes(tenants[host_name(case)]) == [] and tenants[host_name(case)].outbox() == []


# Whether the role invites a person who has, or had, something; and if asked to invite again.
INVITED = {
    "nothing": ({}, True, True),
    "passkey": ({"credentials": 1}, False, True),
    "revoked passkey": ({"credentials": 1, "credential": {"state": "REVOKED"}}, False, True),
    "open invitation": ({"credential_binding_jobs": 1}, False, False),
    "expired invitation": (
        {"credential_binding_jobs": 1, "credential_binding_job": {"state": "EXPIRED"}},
        True,
        True,
    ),
    "suspension": ({}, False, False),
}


def test_only_a_person_who_never_had_a_passkey_is_invited(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """Unless `person_reinvite` asks for it. An open invitation is enough, and a suspended identity cannot bind a passkey."""
    tenants = {}
    plays = []
    for case, (seeded, *_expected) in INVITED.items():
        for again in (False, True):
            host = host_name(f"{case} {again}")
            tenants[host] = emulator.tenant()
            identity_id = create_person(tenants[host])
            tenants[host].seed(identity_id=identity_id, **seeded)
            status = {"status": "suspended"} if case == "suspension" else {}
            pat = {"username": "pat", "delivery_method": "email", "authenticator_config": "Hosted Web", **status}
            plays.append(play(include(**pat, reinvite=again), hosts=host))
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run_playbook(plays, inventory=inventory).succeeded()
    invited = {host: len(tenant.outbox()) == 1 for host, tenant in tenants.items()}
    assert invited == {
        host_name(f"{case} {again}"): expected[again]
        for case, (_seeded, *expected) in INVITED.items()
        for again in (False, True)
    }


ADDRESS = {"username": "pat", "primary_email_address": "new@example.com"}
INVITE = {"delivery_method": "email", "authenticator_config": "Hosted Web"}


def test_a_new_address_can_be_set_if_nobody_is_invited(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """The person has a passkey, an open invitation or gets the link another way. An earlier task counts as well."""
    seeded: dict[str, dict[str, Any]] = {"enrolled": {"credentials": 1}, "invited": {"credential_binding_jobs": 1}}
    tenants = {name: emulator.tenant() for name in ("enrolled", "invited", "returned", "earlier")}
    for name, tenant in tenants.items():
        tenant.seed(identity_id=create_person(tenant), **seeded.get(name, {}))
    returned = {**INVITE, "delivery_method": "return"}
    plays = [
        play(include(**ADDRESS, **INVITE), hosts="enrolled:invited"),
        play(include(**ADDRESS, **returned), hosts="returned"),
        play(include(**ADDRESS), include(**ADDRESS, **INVITE), hosts="earlier"),
    ]
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run = run_playbook(plays, inventory=inventory).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert failed.host == "earlier" and "This run changed the primary e-mail address" in failed.result["msg"]
    assert all("UpdateIdentity" in list_writes(tenant) for tenant in tenants.values())
    assert [mail for tenant in tenants.values() for mail in tenant.outbox()] == []


SUSPENSION = ["UpdateIdentity", "SetCredentialBindingJobRevoked", "RevokeToken", "RevokeToken"]
REMOVAL = [*SUSPENSION, "RevokeCredential", "DeleteGroupMembers", "DeleteRoleMembers", "DeleteIdentity"]


def create_all(tenant: Tenant) -> tuple[str, str]:
    """Create a person with an invitation, a passkey, two tokens, a group and a role; return the IDs of identity and application."""
    ids = tenant.seed(groups=1, group={"display_name": "Night shift"}, credentials=1, credential_binding_jobs=1)
    identity_id = create_person(tenant)
    return identity_id, ids["groups"][0]
