# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the roles in forms that a module would accept: lists as text, and omit."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.collection import ROOT
from tests.support.playbook import PlaybookRunner
from tests.support.plays import local_hosts, play

ROLES = ("authorization_code", "client_credentials", "person")
GIVE_UP = {"name": "Go on", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}


def include(role: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return a block that includes a role, and shows the message if it fails."""
    named = {f"{role}_{name}": value for name, value in variables.items()}
    name = f"beyondidentity.management.{role}"
    task = {"name": "Use the role", "ansible.builtin.include_role": {"name": name}, "vars": named}
    return {"block": [task], "rescue": [GIVE_UP]}


def read_options(role: str) -> dict[str, Any]:
    """Return the role's variables as its argument specification describes them, without their prefix."""
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return {name.removeprefix(f"{role}_"): option for name, option in options.items()}


# Each list variable of the roles, with two items.
LISTS: dict[str, dict[str, list[str]]] = {
    "authorization_code": {
        "scopes": ["realms:read", "groups:read"],
        "operations": ["ListIdentities", "GetTenant"],
        "redirect_uris": ["http://127.0.0.1:8400/callback", "https://app.example/callback"],
        "authentication_methods": ["webauthn_passkey", "software_passkey"],
        "trusted_origins": ["https://app.example", "https://other.example"],
        "grant_types": ["authorization_code", "authorization_code"],
    },
    "client_credentials": {
        "scopes": ["realms:read", "groups:read"],
        "operations": ["ListIdentities", "GetTenant"],
        "grant_types": ["client_credentials", "client_credentials"],
    },
    "person": {
        "scopes": ["realms:read", "groups:read"],
        "operations": ["ListIdentities", "GetTenant"],
        "groups": ["Night shift", "Day shift"],
        "applications": ["Sign-in 1", "Sign-in 2"],
    },
}
# What a role needs beside the lists.
NEEDED = {
    "authorization_code": {"display_name": "App", "method": "paste"},
    "client_credentials": {"display_name": "App"},
    "person": {"username": "pat", "role": "Readers"},
}
SEPARATORS = {"comma": ",", "comma and blank": ", "}


@pytest.mark.parametrize("role", ROLES)
def test_the_table_has_all_list_variables_of_the_role(role: str) -> None:
    assert {name for name, option in read_options(role).items() if option["type"] == "list"} == set(LISTS[role])


@pytest.mark.parametrize("role", ROLES)
def test_a_list_can_be_text_with_commas(run_playbook: PlaybookRunner, emulator: Emulator, role: str, core: str) -> None:
    """The role writes the same objects, and requests the same, as with the list."""
    given: dict[str, dict[str, Any]] = {"list": LISTS[role]}
    for title, separator in SEPARATORS.items():
        given[title.replace(" ", "-")] = {name: separator.join(items) for name, items in LISTS[role].items()}
    tenants = {host: emulator.create_tenant() for host in given}
    show = {
        "name": "Show the redirect URI",
        "ansible.builtin.debug": {"msg": "{{ authorization_code_request.authorization.redirect_uri }}"},
        "when": role == "authorization_code",
    }
    for tenant in tenants.values():
        for name in LISTS["person"]["groups"]:
            tenant.seed(groups=1, group={"display_name": name})
    plays = [play(include(role, {**NEEDED[role], **variables}), show, hosts=host) for host, variables in given.items()]
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    written = {host: list_written(tenant) for host, tenant in tenants.items()}
    assert len(written["list"]) == {"authorization_code": 2, "client_credentials": 1, "person": 6}[role]
    assert [host for host in given if written[host] != written["list"]] == []
    if role == "authorization_code":
        used = {run.task("Show the redirect URI", host).result["msg"] for host in given}
        assert used == {LISTS[role]["redirect_uris"][0]}


def list_written(tenant: Tenant) -> list[Any]:
    """Return the bodies of all creations, without IDs."""
    bodies = [entry["json"] for entry in tenant.read_journal(method="POST") if entry["operation"] != "token"]
    return [drop_ids(body) for body in bodies]


def drop_ids(value: Any) -> Any:
    """Return JSON without the members whose names end in `_id` or `_ids`."""
    if isinstance(value, dict):
        return {name: drop_ids(item) for name, item in value.items() if not name.endswith(("_id", "_ids"))}
    return value


EMPTY = {
    "redirect_uris": "redirect_uris has an empty item",
    "grant_types": "grant_type",
    "authentication_methods": "must be one of",
    "operations": "The name of an operation is empty",
}


def test_an_empty_text_is_no_empty_list(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """An empty list could remove what the application has."""
    tenants = {name.replace("_", "-"): emulator.create_tenant() for name in EMPTY}
    plays = [
        play(
            include("authorization_code", {"display_name": "App", "scopes": ["realms:read"], name: ""}),
            hosts=name.replace("_", "-"),
        )
        for name in EMPTY
    ]
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    run = run_playbook(plays, inventory=inventory).succeeded()
    for name, words in EMPTY.items():
        host = name.replace("_", "-")
        assert words in str(run.task("Go on", host).result["msg"])
        assert tenants[host].read_journal(operation="CreateApplication") == []


OMIT = "{{ nobody_set_this | default(omit) }}"
WANTED: dict[str, dict[str, Any]] = {
    "authorization_code": {"operations": ["ListRealms"]},
    "client_credentials": {"operations": ["ListRealms"]},
    "person": {"username": "pat"},
}
# Ansible-core 2.16 validates types before the role begins, and has its own message for omit. So has any core for a
# variable that is required.
UNTYPED = {
    role: [
        name
        for name, option in read_options(role).items()
        if option["type"] in ("str", "list") and "choices" not in option and not option.get("required")
    ]
    for role in ROLES
}


@pytest.mark.parametrize("role", ROLES)
def test_omit_in_a_variable_is_named(run_playbook: PlaybookRunner, tenant: Tenant, role: str, core: str) -> None:
    """Also inside a list. Nothing is sent."""
    given = {name: {name: OMIT} for name in UNTYPED[role]}
    given["item"] = {"scopes": ["realms:read", OMIT]}
    hosts = {title: title.replace("_", "-") for title in given}
    plays = [
        play(include(role, {**WANTED[role], **variables}), hosts=hosts[title]) for title, variables in given.items()
    ]
    inventory = local_hosts({host: tenant.variables for host in hosts.values()})
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    for title, variables in given.items():
        (name,) = variables
        message = run.task("Go on", hosts[title]).result["msg"]
        assert f"{role}_{name}: the value is omit, which is not valid for a variable of a role." in message, title
    assert tenant.read_journal() == []


def test_a_redirect_uri_that_is_not_registered_is_refused_before_the_sign_in(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """The service would tell the browser only. No URL is shown."""
    variables = {
        "display_name": "App",
        "operations": ["ListRealms"],
        "redirect_uris": ["http://127.0.0.1:8400/callback", "https://app.example/cb"],
        "redirect_uri": "http://127.0.0.1:8401/callback",
        "method": "paste",
    }
    for number, more in enumerate(({}, {"redirect_uri": "http://127.0.0.1:0/callback"})):
        run = run_playbook(
            play(include("authorization_code", {**variables, **more})), extra_vars=tenant.variables, core=core
        ).succeeded()
        message = run.task("Go on").result["msg"]
        if number:
            assert "No address was pasted" in message, "a free port is not known yet"
            continue
        assert (
            "The redirect URI 'http://127.0.0.1:8401/callback' is not registered for the application 'App'" in message
        )
        assert "Registered: http://127.0.0.1:8400/callback, https://app.example/cb. Add yours" in message
        assert "/authorize?" not in run.output
