# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules' own logic, in process against the emulator. Playbooks are for the integration tests."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    application_info,
    resource_server_info,
    token,
)
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok

BUILTIN = "Beyond Identity Management API"


@pytest.mark.parametrize(
    "given",
    [
        {"scopes": ["realms:read realms:create"]},
        {"operations": ["CreateRealm", "ListRealms"]},
        {"scopes": ["realms:create"], "operations": ["ListRealms"]},
    ],
)
def test_token(given: dict[str, Any], tenant: Any) -> None:
    store = MemoryStore()
    result = run_ok(token, tenant, store, **given)
    got = result["token"]
    assert got["scopes"] == ["realms:create", "realms:read"]
    assert (got["token_type"], got["api_url"], got["tenant_id"]) == ("Bearer", tenant.api_url, tenant.tenant_id)
    assert (got["realm_id"], got["application_id"]) == (tenant.realm_id, tenant.application_id)
    assert 3590 <= got["expires_in"] <= 3600
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", got["expires_at"])
    assert got["id"] == tenant.journal(operation="token")[0]["issued_token_id"]
    assert (result["cached"], result["changed"]) == (False, False)
    assert run_ok(token, tenant, store, **given)["cached"] is True
    assert run_ok(token, tenant, store, **given, fresh=True)["cached"] is False


def test_a_token_is_got_in_check_mode_too(tenant: Any) -> None:
    assert run_ok(token, tenant, check_mode=True, operations=["CreateRealm"])["token"]["scopes"] == ["realms:create"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scopes": []}, "scopes and operations name no scope"),
        ({"scopes": [" , "]}, "scopes and operations name no scope"),
        ({"operations": ["ListResourceTypes"]}, "name no scope"),
        ({"operations": ["CreateRealmm"]}, "Did you mean CreateRealm"),
        ({"operations": [""], "scopes": ["realms:read"]}, "The name of an operation is empty"),
        ({"scopes": ["a"], "access_token": "t0ken"}, "access_token is given"),
        ({"scopes": ['"']}, "is no scope"),
        ({"scopes": ["realms:read"], "client_secret": None}, "client_secret is missing"),
    ],
)
def test_token_refuses(given: dict[str, Any], said: str, tenant: Any) -> None:
    assert said in run_failed(token, tenant, **given)
    assert tenant.journal() == []


def test_less_than_was_asked_for_is_an_error_or_a_warning(tenant: Any, warnings: list[str]) -> None:
    tenant.settings(grant_only=["realms:read"])
    given = {"scopes": ["realms:read", "realms:create"]}
    assert "did not grant realms:create" in run_failed(token, tenant, **given)
    assert run_ok(token, tenant, **given, require_scopes=False, warn=warnings.append)["token"]["scopes"] == [
        "realms:read"
    ]
    assert warnings == ["The service did not grant realms:create."]


def test_a_token_of_unknown_lifetime(tenant: Any) -> None:
    tenant.settings(token_answer={"expires_in": None})
    got = run_ok(token, tenant, scopes=["realms:read"])["token"]
    assert (got["expires_in"], got["expires_at"]) == (None, None)


APP = {"display_name": "Factory", "resource_server": BUILTIN, "allowed_scopes": ["realms:read"]}


def test_application_from_nothing_to_nothing(tenant: Any) -> None:
    predicted = run_ok(application, tenant, check_mode=True, **APP)
    assert predicted["changed"] and predicted["client_id"] is None and predicted["issuer"] is None
    assert list_writes(tenant) == []
    made = run_ok(application, tenant, **APP, return_secret=True)
    assert made["changed"] and made["client_secret"] and not has_secret(made["application"])
    assert (
        made["issuer"]
        == f"{tenant.emulator.url}/v1/tenants/{tenant.tenant_id}/realms/{tenant.realm_id}/applications/{made['application']['id']}"
    )
    again = run_ok(application, tenant, **APP)
    assert not again["changed"] and "client_secret" not in again and again["client_id"] == made["client_id"]
    for check_mode in (True, False):
        changed = run_ok(
            application,
            tenant,
            check_mode=check_mode,
            **{**APP, "allowed_scopes": ["realms:create"], "token_expires_after": 60},
        )
        assert changed["changed"]
        assert changed["application"]["protocol_config"]["allowed_scopes"] == ["realms:create"]
        assert changed["diff"]["before"]["protocol_config"]["allowed_scopes"] == ["realms:read"]
    by_id = {"id": made["application"]["id"], "state": "absent"}
    assert run_ok(application, tenant, check_mode=True, **by_id)["changed"]
    assert run_ok(application, tenant, **by_id)["application"] is None
    assert not run_ok(application, tenant, **by_id)["changed"]
    assert list_writes(tenant) == ["CreateApplication", "UpdateApplication", "DeleteApplication"]


def test_renaming_by_id(tenant: Any) -> None:
    made = run_ok(application, tenant, **APP)["application"]
    renamed = run_ok(application, tenant, id=made["id"], display_name="Other")
    assert renamed["application"]["display_name"] == "Other" and renamed["application"]["protocol_config"][
        "allowed_scopes"
    ] == ["realms:read"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"display_name": BUILTIN, "pkce": "s256"},
            "is managed by Beyond Identity, and would have to be changed (protocol_config)",
        ),
        ({"display_name": BUILTIN, "state": "absent"}, "is managed by Beyond Identity, and would have to be deleted"),
        ({"id": "nowhere"}, "There is no application with the id nowhere"),
        ({"id": "a/b"}, "is no id"),
        ({"display_name": "Twin"}, "2 applications are named 'Twin'"),
        ({"display_name": ""}, "empty"),
    ],
)
def test_application_refuses_before_any_write(given: dict[str, Any], said: str, tenant: Any) -> None:
    tenant.seed(applications=2, name="Twin")
    assert said in run_failed(application, tenant, **given)
    assert list_writes(tenant) == []


def test_two_of_one_name_are_told_by_their_ids(tenant: Any) -> None:
    for id in tenant.seed(applications=2, name="Twin")["applications"]:
        assert id in run_failed(application, tenant, display_name="Twin", state="absent")


def test_one_does_not_remove_what_one_authenticates_with(tenant: Any) -> None:
    made = run_ok(
        application,
        tenant,
        **{**APP, "allowed_scopes": ["applications:read", "applications:delete"]},
        return_secret=True,
    )
    own = {"issuer": made["issuer"], "client_id": made["client_id"], "client_secret": made["client_secret"]}
    assert "the application that the task authenticates with" in run_failed(
        application, tenant, display_name="Factory", state="absent", **own
    )
    assert list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_with_a_given_token_that_tells_nothing_the_application_must_be_told(check_mode: bool, tenant: Any) -> None:
    """Before anything is sent; and not where nothing is removed."""
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    place = {"tenant_id": tenant.tenant_id, "realm_id": tenant.realm_id}
    opaque = {"access_token": "0paque", **place, **bare}
    said = run_failed(application, tenant, check_mode=check_mode, id="a1", state="absent", **opaque)
    assert "application_id is missing, so that nobody can tell whether this is the application that the task" in said
    assert tenant.journal() == []
    item = {"id": "a1", "display_name": "Factory", "protocol_config": {"type": "oauth2"}}
    tenant.fault(operation="GetApplication", json=item)
    tenant.fault(operation="DeleteApplication", json={})
    assert run_ok(application, tenant, check_mode=check_mode, id="a1", **opaque)["application"] == item
    own, other = ({**opaque, "application_id": id} for id in ("a1", "a2"))
    said = run_failed(application, tenant, check_mode=check_mode, id="a1", state="absent", **own)
    assert "the application that the task authenticates with" in said
    assert list_writes(tenant) == []
    assert run_ok(application, tenant, check_mode=check_mode, id="a1", state="absent", **other)["changed"]


def test_who_was_faster_to_remove_is_no_error(tenant: Any) -> None:
    run_ok(application, tenant, **APP)
    tenant.fault(operation="DeleteApplication", status=404)
    assert run_ok(application, tenant, display_name="Factory", state="absent")["changed"]


def test_any_other_refusal_to_remove_is_one(tenant: Any) -> None:
    run_ok(application, tenant, **APP)
    tenant.fault(operation="DeleteApplication", status=403)
    assert "HTTP 403" in run_failed(application, tenant, display_name="Factory", state="absent")


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_scopes_of_the_token_are_those_of_the_operations(check_mode: bool, tenant: Any) -> None:
    run_ok(application, tenant, check_mode=check_mode, **APP)
    scopes = {"applications:read", "resource-servers:read"}
    if not check_mode:
        scopes |= {"applications:create", "applications:update"}
    assert {
        scope for entry in tenant.journal(operation="ListApplications") for scope in entry["token_scopes"]
    } == scopes


@pytest.mark.parametrize("module", [application_info, resource_server_info])
def test_info(module: Any, tenant: Any) -> None:
    kind = "applications" if module is application_info else "resource_servers"
    everything = run_ok(module, tenant)[kind]
    assert [item["display_name"] for item in everything] == [BUILTIN]
    assert not has_secret(everything)
    assert run_ok(module, tenant, display_name=BUILTIN)[kind] == everything
    assert run_ok(module, tenant, id=everything[0]["id"])[kind] == everything
    assert run_ok(module, tenant, display_name="nothing")[kind] == run_ok(module, tenant, id="nothing")[kind] == []
    for empty in ({"id": ""}, {"display_name": ""}):
        assert "must not be empty" in run_failed(module, tenant, **empty)
    assert "is no id" in run_failed(module, tenant, id="a/b")
    tenant.fault(method="GET", status=403)
    assert "HTTP 403" in run_failed(module, tenant, id="x")


def test_info_beyond_a_page_and_of_any_protocol(tenant: Any) -> None:
    tenant.seed(applications=120, name="Many {n}")
    tenant.seed(applications=1, name="Saml", application={"protocol_config": {"type": "saml"}})
    assert len(run_ok(application_info, tenant)["applications"]) == 122
    assert run_ok(application_info, tenant, display_name="Saml")["applications"][0]["protocol_config"]["type"] == "saml"
