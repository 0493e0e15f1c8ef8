# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, groups and roles from scratch: a user is granted the scopes of their roles and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play
from tests.support.remote import with_journal
from tests.support.sign_in_application import REDIRECT
from tests.support.sshd import RemoteHost

OURS = "beyondidentity.management"
APPLICATION = {name: f"{{{{ application.{name} }}}}" for name in ("issuer", "client_id", "client_secret")}
REQUESTED = ["realms:read", "realms:create", "applications:read"]


def our_task(name: str, module: str, **arguments: Any) -> dict[str, Any]:
    """Return a task of one of our modules."""
    return {"name": name, f"{OURS}.{module}": arguments}


def sign_in_tasks(result: str, *, require_scopes: bool = True) -> list[dict[str, Any]]:
    """Return the tasks of a sign-in: the request, the browser, the exchange; the token is registered under this name."""
    return [
        {
            **our_task("Request", "authorize", scopes=REQUESTED, redirect_uri=REDIRECT, **APPLICATION),
            "register": "request",
        },
        {
            "name": "Open the address",
            "ansible.builtin.uri": {
                "url": "{{ request.authorization.url }}",
                "follow_redirects": "none",
                "status_code": 302,
            },
            "register": "browser",
            "no_log": True,
        },
        {
            **our_task(
                "Exchange",
                "token",
                grant_type="authorization_code",
                authorization="{{ request.authorization }}",
                redirect_response="{{ browser.location }}",
                require_scopes=require_scopes,
                **APPLICATION,
            ),
            "register": result,
            "ignore_errors": require_scopes,
        },
    ]


SETUP = [
    {
        **our_task(
            "Create an identity",
            "api",
            operation="CreateIdentity",
            body={
                "identity": {
                    "display_name": "Pat Smith",
                    "traits": {"type": "traits_v0", "username": "pat", "primary_email_address": "pat@example.com"},
                }
            },
        ),
        "register": "pat",
    },
    {
        **our_task(
            "Create a group",
            "api",
            operation="CreateGroup",
            body={"group": {"display_name": "Night shift", "description": "On-call operators"}},
        ),
        "register": "night",
    },
    our_task(
        "Add the identity to the group",
        "api",
        operation="AddGroupMembers",
        parameters={"group_id": "{{ night.response.id }}"},
        body={"identity_ids": ["{{ pat.response.id }}"]},
    ),
    {
        **our_task(
            "Create a role",
            "role",
            display_name="Realm readers",
            scopes=["realms:read"],
            members={"identities": ["pat"]},
        ),
        "register": "readers",
    },
    our_task(
        "Create an authenticator configuration",
        "authenticator_config",
        display_name="Hosted sign-in",
        type="hosted_web",
        authentication_methods=["webauthn_passkey"],
    ),
    {
        **our_task(
            "Create an application for sign-ins",
            "application",
            display_name="Realm reader",
            protocol="oidc",
            grant_types=["authorization_code"],
            pkce="s256",
            resource_server="beyondidentity",
            allowed_scopes=REQUESTED,
            authenticator_config="Hosted sign-in",
            redirect_uris=[REDIRECT],
            return_secret=True,
        ),
        "register": "application",
    },
]
# The collection does not know which user is at the browser; the emulator does.
CHOOSE_USER = {
    "name": "Let Pat be at the browser",
    "ansible.builtin.uri": {
        "url": "{{ control }}/settings",
        "method": "PATCH",
        "body_format": "json",
        "body": {"identity_roles": True, "identity": {"id": "{{ pat.response.id }}"}},
    },
}
USE_TOKEN = [
    our_task("Read realms as the user", "realm_info", access_token="{{ first.token.access_token }}"),
    {
        **our_task(
            "Create a realm as the user",
            "realm",
            display_name="Forbidden",
            access_token="{{ first.token.access_token }}",
        ),
        "ignore_errors": True,
    },
]
ADD_ROLE = our_task(
    "Let the group create realms",
    "role",
    display_name="Realm makers",
    scopes=["realms:create"],
    members={"groups": ["Night shift"]},
)
REMOVE_ROLE = our_task("Remove the role of the group", "role", display_name="Realm makers", state="absent")
REMOVE_MEMBERS = our_task(
    "Remove all members",
    "role",
    id="{{ readers.role.id }}",
    members={"identities": [], "groups": []},
    members_mode="exact",
)
SHOW = {
    "name": "Show",
    "ansible.builtin.debug": {
        "msg": {
            name: f"{{{{ {name}.token.scopes | difference(['openid']) | sort }}}}"
            for name in ("first", "third", "fourth", "fifth")
        }
    },
}


def test_a_user_is_granted_the_scopes_of_their_roles_only(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """One playbook creates an identity, a role with that member, and an application, to which the user signs in."""
    control = f"{tenant.emulator.url}/_emulator/tenants/{tenant.tenant_id}"
    run = run_playbook(
        play(
            *SETUP,
            CHOOSE_USER,
            *sign_in_tasks("first", require_scopes=False),
            *USE_TOKEN,
            *sign_in_tasks("second"),
            ADD_ROLE,
            *sign_in_tasks("third", require_scopes=False),
            REMOVE_ROLE,
            *sign_in_tasks("fourth", require_scopes=False),
            REMOVE_MEMBERS,
            *sign_in_tasks("fifth", require_scopes=False),
            SHOW,
        ),
        inventory={"all": {"hosts": {"localhost": {"ansible_connection": "local", **tenant.variables}}}},
        extra_vars={"control": control},
    ).succeeded()
    assert run.task("Show").result["msg"] == {
        "first": ["realms:read"],
        "third": ["realms:create", "realms:read"],
        "fourth": ["realms:read"],
        "fifth": [],
    }
    assert run.task("Read realms as the user").done
    assert "CreateRealm needs the scopes realms:create" in run.task("Create a realm as the user").result["msg"]
    (refused,) = [result for result in run.of("Exchange") if result.status == "ignored"]
    assert "did not grant applications:read, realms:create" in refused.result["msg"]
    assert tenant.read_journal(operation="CreateRealm", status=200) == []


def test_fifty_hosts_create_one_role(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """They run the same task without run_once: one host creates the role, 49 find it unchanged."""
    tenant.seed(identities=1, identity={"traits": {"username": "pat"}})
    wanted = {"scopes": ["realms:read", "realms:create"], "members": {"identities": ["pat"]}}
    create = our_task("Create", "role", display_name="Wanted by all", **wanted)
    remove = our_task("Remove", "role", display_name="Wanted by all", state="absent")
    run = run_playbook(
        play(create, remove, hosts="all"),
        inventory="host[1:50] ansible_connection=local\n",
        args=["-f", "25"],
        extra_vars=tenant.variables,
    ).succeeded()
    for name in ("Create", "Remove"):
        assert sorted(result.status for result in run.of(name)) == ["changed"] + ["ok"] * 49
    assert len({result.result["role"]["id"] for result in run.of("Create")}) == 1
    writing = ("CreateRole", "AddRoleScopes", "AddRoleMembers", "DeleteRoleScopes", "DeleteRoleMembers", "DeleteRole")
    assert [len(tenant.read_journal(operation=operation)) for operation in writing] == [1] * 6
    assert len(tenant.read_journal(grant="client_credentials")) == 2, "one with each state's scopes"


def test_a_delegated_role_task_gets_its_nested_options(
    run_playbook: PlaybookRunner, remote_host: RemoteHost, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """On a remote host as on the controller."""
    ids = tenant.seed(identities=1, identity={"traits": {"username": "pat"}}, groups=1)
    wanted = {"display_name": "From afar", "scopes": ["realms:read"], "members": {"identities": ["pat"]}}
    there = {"delegate_to": remote_host.name}
    tasks = [
        {**our_task("Create", "role", **wanted), **there},
        {**our_task("Again", "role", **wanted, members_mode="exact"), **there},
        {**our_task("Change", "role", display_name="From afar", members={"groups": ids["groups"]}), **there},
        {**our_task("Read", "role_info", display_name="From afar"), **there},
        {**our_task("Remove", "role", display_name="From afar", state="absent"), **there},
    ]
    inventory = with_journal(remote_host, core, tmp_path)
    run = run_playbook(play(*tasks), inventory=inventory, extra_vars=tenant.variables, core=core).succeeded()
    statuses = {name: run.task(name).status for name in ("Create", "Again", "Change", "Read", "Remove")}
    assert statuses == {"Create": "changed", "Again": "ok", "Change": "changed", "Read": "ok", "Remove": "changed"}
    assert run.task("Change").result["role"]["members"] == {"identities": ids["identities"], "groups": ids["groups"]}
