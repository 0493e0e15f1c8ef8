# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role person: from nothing to an invitation, what it refuses, suspension and removal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import host_name, local_hosts, play, rescued
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to, refuse_request
from tests.unit.emulator.api import Api
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
    entries = [entry for entry in tenant.read_journal() if entry["method"] not in ("GET", "HEAD")]
    return [entry["operation"] for entry in entries if entry["operation"] != "token" and entry["status"] < 400]


def list_changed(run: PlaybookRun) -> list[str]:
    """Return the tasks that changed something."""
    return [
        result.task.rpartition(" : ")[2] for result in run.results if result.status == "changed" and not result.is_item
    ]


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
    assert [mail["to"] for mail in tenant.read_outbox()] == ["pat@example.com"]
    tenant.clear_journal()
    again = run_playbook(play(include(**PAT), SHOW), extra_vars=tenant.variables, core=core).succeeded()
    assert list_changed(again) == [] and list_writes(tenant) == []
    assert len(tenant.read_journal()) == 18, "7 of them for tokens, each with the scopes of one task"
    assert again.task("Show").result["msg"]["invitation"] == person["invitation"]
    assert len(tenant.read_outbox()) == 1


def test_check_mode_predicts_a_person_on_an_empty_tenant(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """It predicts the removal in the same run, writes nothing and sends no mail."""
    tasks = [*SETUP, include(**PAT), SHOW, include(username="pat", state="absent")]
    run = run_playbook(play(*tasks), args=["--check", "--diff"], extra_vars=tenant.variables, core=core).succeeded()
    person = run.task("Show").result["msg"]
    assert person["predicted"] is True and person["identity"]["id"].startswith("check-mode-identity-")
    assert person["invitation"]["state"] == "LINK_SENT"
    assert [run.task(name).status for name in ("Manage the role", "Invite the person", "Delete the identity")] == [
        "changed"
    ] * 3
    assert list_writes(tenant) == [] and tenant.read_outbox() == []


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
    for name in (
        "Manage the role",
        "Manage the identity",
        "Add the person to the role",
        "Invite the person",
    ):
        assert sorted(result.status for result in run.of(name)) == ["changed"] + ["ok"] * 49, name
    assert list_writes(tenant) == [
        "CreateRole",
        "AddRoleScopes",
        "CreateIdentity",
        "AddRoleMembers",
        "AddGroupMembers",
        "CreateCredentialBindingJob",
    ]
    assert len(tenant.read_outbox()) == 1


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
    assert failed.task.endswith("Manage the role") and "differ from the option scopes." in failed.result["msg"]
    assert list_writes(tenant) == ["CreateRole", "AddRoleScopes", "CreateIdentity", "AddRoleMembers"]


def create_role(tenant: Tenant, *scopes: str, members: tuple[str, ...] = ()) -> None:
    """Create the role Realm readers with these scopes."""
    api, path = Api.of(tenant), f"resource-servers/{tenant.resource_server_id}/roles"
    role = api.post(path, {"role": {"display_name": "Realm readers"}})
    if scopes:
        api.post(f"{path}/{role['id']}:addScopes", {"scopes": list(scopes)})
    if members:
        api.post(f"{path}/{role['id']}:addMembers", {"identity_ids": list(members)})


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
        "The role lacks realms:read. The role also has groups:read.",
        lambda tenant: create_role(tenant, "groups:read"),
    ),
    "more scopes": (
        {},
        "The role also has groups:read.",
        lambda tenant: create_role(tenant, "groups:read", "realms:read"),
    ),
    "no scopes, but a member": (
        {},
        "The role lacks realms:read.",
        lambda tenant: create_role(tenant, members=(create_person(tenant, "kim"),)),
    ),
    "new address": (
        {"primary_email_address": "other@example.com"},
        "The run would change the primary e-mail address of pat",
        create_person,
    ),
}


def test_what_is_refused_is_refused_before_anything_is_written(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    tenants = {host_name(case): emulator.create_tenant() for case in REFUSED}
    plays = []
    for case, (variables, _said, prepare) in REFUSED.items():
        host = host_name(case)
        tenants[host].seed(groups=1, group={"display_name": "Night shift"})
        if prepare:
            prepare(tenants[host])
            tenants[host].clear_journal()
        pat = {**PAT, "authenticator_config": "Hosted Web", **variables}
        plays.append(play(rescued(include(**pat)), hosts=host))
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    said = {result.host: str(result.result) for result in run.results if result.status == "failed"}
    for case, (_variables, words, _prepare) in REFUSED.items():
        assert words in said[host_name(case)], case
        assert list_writes(tenants[host_name(case)]) == [] and tenants[host_name(case)].read_outbox() == []


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
            tenants[host] = emulator.create_tenant()
            identity_id = create_person(tenants[host])
            tenants[host].seed(identity_id=identity_id, **seeded)
            status = {"status": "suspended"} if case == "suspension" else {}
            pat = {"username": "pat", "delivery_method": "email", "authenticator_config": "Hosted Web", **status}
            plays.append(play(include(**pat, reinvite=again), hosts=host))
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run_playbook(plays, inventory=inventory).succeeded()
    invited = {host: len(tenant.read_outbox()) == 1 for host, tenant in tenants.items()}
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
    tenants = {name: emulator.create_tenant() for name in ("enrolled", "invited", "returned", "earlier")}
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
    assert [mail for tenant in tenants.values() for mail in tenant.read_outbox()] == []


# The operations of a removal, in their order.
REMOVAL = [
    "UpdateIdentity",
    "SetCredentialBindingJobRevoked",
    "RevokeToken",
    "RevokeToken",
    "RevokeCredential",
    "DeleteGroupMembers",
    "DeleteRoleMembers",
    "DeleteIdentity",
]
STEPS = list(dict.fromkeys(REMOVAL))
# Which request is refused, and what the fact then has: kinds and expiry.
UNREVOKED = {
    "tokens": ("RevokeToken", {"invitations": 0, "tokens": 2, "unknown": []}),
    "invitations": ("SetCredentialBindingJobRevoked", {"invitations": 1, "tokens": 0, "unknown": []}),
    "listing": ("ListTokens", {"invitations": 0, "tokens": 0, "unknown": ["tokens of the application {}"]}),
}


def create_all(tenant: Tenant, **place: str) -> dict[str, str]:
    """Create Pat with an invitation, a passkey, two tokens, a group and a role; return the role's variables."""
    pat = {"display_name": "Pat", "traits": {"username": "pat"}}
    jobs = {} if place else {"credential_binding_jobs": 1}  # another realm has no authenticator configuration
    ids = tenant.seed(identities=1, identity=pat, credentials=1, applications=1, groups=1, **jobs, **place)
    application, identity = ids["applications"][0], ids["identities"][0]
    tenant.seed(tokens=2, token_application=application, principal_type="identity", principal_id=identity)
    if not place:
        create_role(tenant, "realms:read", members=(identity,))
        Api.of(tenant).post(f"groups/{ids['groups'][0]}:addMembers", {"identity_ids": [identity]})
    tenant.clear_journal()
    return {"username": "pat", "applications": application}


def test_each_step_of_a_removal_can_be_repeated(run_playbook: PlaybookRunner, emulator: Emulator, core: str) -> None:
    """The first run ends in the middle, the second one does the rest, the third one changes nothing."""
    tenants = {step.lower(): emulator.create_tenant() for step in STEPS}
    people = {host: create_all(tenant) for host, tenant in tenants.items()}
    for step, tenant in zip(STEPS, tenants.values(), strict=True):
        tenant.add_fault(operation=step, status=500)
    variables = {
        host: {**tenant.variables, "beyondidentity_retries": 0, "application": people[host]["applications"]}
        for host, tenant in tenants.items()
    }
    tasks = play(include(username="pat", applications="{{ application }}", state="absent"), SHOW, hosts="all")
    run = run_playbook(tasks, inventory=local_hosts(variables), core=core).failed()
    assert {result.host for result in run.results if result.status == "failed"} == set(tenants)
    for step, tenant in zip(STEPS, tenants.values(), strict=True):
        assert list_writes(tenant) == REMOVAL[: REMOVAL.index(step)]
        tenant.clear_faults()
    run = run_playbook(tasks, inventory=local_hosts(variables), core=core).succeeded()
    for host, tenant in tenants.items():
        assert list_writes(tenant) == REMOVAL
        assert run.task("Show", host).result["msg"]["remaining"] == {"invitations": [], "tokens": [], "unknown": []}
        assert len(Api.of(tenant).get("groups")["groups"]) == 1
        tenant.clear_journal()
    run = run_playbook(tasks, inventory=local_hosts(variables), core=core).succeeded()
    assert list_changed(run) == [] and [tenant for tenant in tenants.values() if list_writes(tenant)] == []


def _kill_at(run_playbook: PlaybookRunner, tenant: Tenant, place: str, **variables: Any) -> None:
    """Run the role until it sends a request to an address with this text, and kill it. The request has no effect."""
    asked, go_on = threading.Event(), threading.Event()
    forward = forward_to(tenant.emulator.url)

    def hold(seen: RecordedRequest) -> Response:
        if place not in seen.path:
            return forward(seen)
        asked.set()
        go_on.wait(60)
        return refuse_request(seen)

    with Recorder(hold) as service:
        own = {name: value.replace(tenant.emulator.url, service.url) for name, value in tenant.variables.items()}
        running = run_playbook.start(play(include(**variables)), extra_vars=own)
        try:
            assert asked.wait(120)
            running.signal_all(signal.SIGKILL)
        finally:
            go_on.set()
            running.finish()


@pytest.mark.parametrize("place", [":addScopes", ":addMembers", "/credential-binding-jobs"])
def test_a_creation_that_was_killed_can_be_repeated(run_playbook: PlaybookRunner, tenant: Tenant, place: str) -> None:
    """Also if the role has no scopes yet. One mail is sent."""
    tenant.seed(groups=1, group={"display_name": "Night shift"})
    pat = {**PAT, "authenticator_config": "Hosted Web"}
    _kill_at(run_playbook, tenant, place, **pat)
    run = run_playbook(play(include(**pat), SHOW), extra_vars=tenant.variables).succeeded()
    assert run.task("Show").result["msg"]["role"]["scopes"] == ["realms:read"]
    assert list_writes(tenant) == [
        "CreateRole",
        "AddRoleScopes",
        "CreateIdentity",
        "AddRoleMembers",
        "AddGroupMembers",
        "CreateCredentialBindingJob",
    ]
    assert len(tenant.read_outbox()) == 1


def test_a_removal_that_was_killed_can_be_repeated(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    pat = create_all(tenant)
    _kill_at(run_playbook, tenant, ":deleteMembers", **pat, state="absent")
    assert list_writes(tenant) == REMOVAL[:5]
    run_playbook(play(include(**pat, state="absent")), extra_vars=tenant.variables).succeeded()
    assert list_writes(tenant) == REMOVAL


def test_what_cannot_be_revoked_is_listed_with_its_expiry(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """The removal ends nevertheless: the application is not allowed to revoke, or the service does not accept such a token."""
    tenants = {host: emulator.create_tenant() for host in UNREVOKED}
    variables = {
        host: {**tenant.variables, "application": create_all(tenant)["applications"]}
        for host, tenant in tenants.items()
    }
    for host, (operation, _expected) in UNREVOKED.items():
        tenants[host].add_fault(operation=operation, status=403)
    tasks = play(include(username="pat", applications="{{ application }}", state="absent"), SHOW, hosts="all")
    run = run_playbook(tasks, inventory=local_hosts(variables), core=core).succeeded()
    for host, (operation, expected) in UNREVOKED.items():
        remaining = run.task("Show", host).result["msg"]["remaining"]
        named = [text.format(variables[host]["application"]) for text in expected["unknown"]]
        assert remaining["unknown"] == named
        assert (len(remaining["invitations"]), len(remaining["tokens"])) == (
            expected["invitations"],
            expected["tokens"],
        )
        warning = run.task("Warn about objects that were not revoked", host).result["msg"]
        for item in (*remaining["invitations"], *remaining["tokens"]):
            assert f"{item['id']} until {item.get('expire_time') or item.get('expires_time')}" in warning
        assert all(text in warning for text in named)
        assert list_writes(tenants[host]) == [name for name in REMOVAL if name not in (operation, *_after(operation))]


def _after(operation: str) -> list[str]:
    """Return the operations that are not carried out without this one."""
    return ["RevokeToken"] if operation == "ListTokens" else []


def test_a_suspended_person_keeps_passkeys_groups_and_roles(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """A second run changes nothing. The person stays suspended until `person_status` says otherwise."""
    pat = create_all(tenant)
    suspended = include(**pat, state="suspended")
    run_playbook(play(suspended), args=["--check"], extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == []
    run = run_playbook(play(suspended, SHOW), extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == REMOVAL[:4]
    assert run.task("Show").result["msg"]["identity"]["status"] == "suspended"
    assert list_states(list_credentials(tenant)) == ["ACTIVE"] and list_states(list_jobs(tenant)) == ["REVOKED"]
    tenant.clear_journal()
    plays = play(suspended, include(username="pat"), include(username="pat", status="active"), SHOW)
    run = run_playbook(plays, extra_vars=tenant.variables, core=core).succeeded()
    assert list_changed(run) == ["Manage the identity"] and list_writes(tenant) == ["UpdateIdentity"]
    assert run.task("Show").result["msg"]["identity"]["status"] == "active"


def test_a_person_of_a_managed_realm_loses_tokens_of_an_application_there(
    run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    (realm,) = tenant.seed(realms=1, realm_name="Customers")["realms"]
    pat = create_all(tenant, realm_id=realm)
    variables = {**tenant.variables, "beyondidentity_realm": "Customers"}
    run_playbook(play(include(**pat, state="absent")), extra_vars=variables).succeeded()
    kept = ("SetCredentialBindingJobRevoked", "DeleteGroupMembers", "DeleteRoleMembers")
    assert list_writes(tenant) == [name for name in REMOVAL if name not in kept]


def test_nobody_who_does_not_exist_is_suspended(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A misspelt username must not look like a suspension. A removal has nothing to do."""
    run = run_playbook(
        play(include(username="pat", state="absent"), include(username="pat", state="suspended")),
        extra_vars=tenant.variables,
    ).failed()
    assert "No identity has the username 'pat'." in run.task("Refuse a person who does not exist").result["msg"]
    assert list_writes(tenant) == []


@pytest.mark.parametrize("state", ["suspended", "absent"])
def test_the_signed_in_person_is_not_locked_out(run_playbook: PlaybookRunner, tenant: Tenant, state: str) -> None:
    """The role refuses before it revokes anything."""
    pat = create_all(tenant)
    scopes = ["identities:read", "identities:update", "identities:delete"]
    identity = create_person(tenant, "kim")
    token = {"principal_type": "identity", "principal_id": identity, "token_scopes": scopes}
    (value,) = tenant.seed(tokens=1, **token, token_format="self_contained")["token_values"]
    variables = {"beyondidentity_api_url": tenant.api_url, "beyondidentity_access_token": value}
    variables |= {"beyondidentity_tenant_id": tenant.tenant_id, "beyondidentity_realm_id": tenant.realm_id}
    run = run_playbook(play(include(**{**pat, "username": "kim"}, state=state)), extra_vars=variables).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert "The task authenticates as this identity" in failed.result["msg"] and list_writes(tenant) == []


def test_texts_of_the_service_are_not_templates(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Neither in the fact nor in warnings."""
    text = "{{ lookup('ansible.builtin.env', 'HOME') }}"
    pat = {"display_name": text, "traits": {"username": "pat", "nick_name": text}}
    tenant.seed(identities=1, identity=pat)
    tenant.seed(identity_id=create_person(tenant, "kim"), credential_binding_jobs=1)
    jobs = {"credential_binding_jobs": [{"id": "1", "state": "LINK_SENT", "expire_time": text}]}
    tenant.add_fault(operation="SetCredentialBindingJobRevoked", status=403)
    tenant.add_fault(operation="ListCredentialBindingJobs", json=jobs)
    tasks = [include(username="pat"), {**SHOW, "name": "Show first"}, include(username="kim", state="suspended"), SHOW]
    run = run_playbook(play(*tasks), extra_vars=tenant.variables, core=core).succeeded()
    first, person = run.task("Show first").result["msg"], run.task("Show").result["msg"]
    assert first["identity"]["display_name"] == first["identity"]["traits"]["nick_name"] == text
    assert person["remaining"]["invitations"][0]["expire_time"] == text
    assert f"invitation 1 until {text}" in run.task("Warn about objects that were not revoked").result["msg"]
