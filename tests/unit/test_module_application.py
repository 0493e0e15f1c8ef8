# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules application, application_info and resource_server_info, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import is_predicted
from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    application_info,
    resource_server,
    resource_server_info,
)
from tests.unit.module_calls import list_writes, run_failed, run_ok

BUILTIN = "Beyond Identity Management API"
APP = {"display_name": "Factory", "resource_server": BUILTIN, "allowed_scopes": ["realms:read"]}


def test_an_application_is_created_updated_and_deleted_and_each_step_is_idempotent(tenant: Any) -> None:
    predicted = run_ok(application, tenant, check_mode=True, **APP)
    assert predicted["changed"] and is_predicted(predicted["client_id"])
    assert list_writes(tenant) == []
    created = run_ok(application, tenant, **APP, return_secret=True)
    assert created["changed"] and created["client_secret"] and not has_secret(created["application"])
    assert created["before"] is None and created["after"] == created["application"]
    assert (
        created["issuer"]
        == f"{tenant.emulator.url}/v1/tenants/{tenant.tenant_id}/realms/{tenant.realm_id}/applications/{created['application']['id']}"
    )
    again = run_ok(application, tenant, **APP)
    assert not again["changed"] and "client_secret" not in again and again["client_id"] == created["client_id"]
    for check_mode in (True, False):
        changed = run_ok(
            application,
            tenant,
            check_mode=check_mode,
            **{**APP, "allowed_scopes": ["realms:create"], "token_expires_after": 60},
        )
        assert changed["changed"]
        assert changed["application"]["protocol_config"]["allowed_scopes"] == ["realms:create"]
        assert changed["diff"]["before"] == changed["before"] == created["application"]
        assert changed["diff"]["after"] == changed["after"] == changed["application"]
    by_id = {"id": created["application"]["id"], "state": "absent"}
    assert run_ok(application, tenant, check_mode=True, **by_id)["changed"]
    assert run_ok(application, tenant, **by_id)["application"] is None
    assert not run_ok(application, tenant, **by_id)["changed"]
    assert list_writes(tenant) == ["CreateApplication", "UpdateApplication", "DeleteApplication"]


def test_an_application_is_renamed_by_its_id(tenant: Any) -> None:
    created = run_ok(application, tenant, **APP)["application"]
    renamed = run_ok(application, tenant, id=created["id"], display_name="Other")
    assert renamed["application"]["display_name"] == "Other" and renamed["application"]["protocol_config"][
        "allowed_scopes"
    ] == ["realms:read"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"display_name": BUILTIN, "pkce": "s256"}, "Cannot change protocol_config"),
        ({"display_name": BUILTIN, "state": "absent"}, "is managed by Beyond Identity"),
        ({"id": "nowhere"}, "No application has the ID nowhere"),
        ({"id": "a/b"}, "'a/b' is not a valid ID"),
        ({"display_name": "Twin"}, "2 applications are named 'Twin'"),
        ({"display_name": ""}, "Set id, display_name or both"),
    ],
)
def test_invalid_options_of_an_application_are_refused_before_any_write(
    given: dict[str, Any], message: str, tenant: Any
) -> None:
    tenant.seed(applications=2, name="Twin")
    assert message in run_failed(application, tenant, **given)
    assert list_writes(tenant) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_empty_list_of_scopes_that_would_remove_nothing_is_an_error(check_mode: bool, tenant: Any) -> None:
    given = {"display_name": "Factory", "allowed_scopes": [], "scopes_mode": "at_least"}
    message = run_failed(application, tenant, check_mode=check_mode, **given)
    assert "allowed_scopes is an empty list" in message and "set scopes_mode: exact" in message
    assert tenant.read_journal() == []
    assert not run_ok(application, tenant, **given, state="absent")["changed"]


@pytest.mark.parametrize(
    "given", [{"allowed_scopes": ["cats:read"], "scopes_mode": "at_least"}, {}], ids=["kept", "omitted"]
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_scopes_that_another_resource_server_does_not_offer_are_an_error(
    check_mode: bool, given: dict[str, Any], tenant: Any
) -> None:
    """The service refuses such a change, so check mode must not predict it."""
    for name in ("cats", "dogs"):
        run_ok(resource_server, tenant, display_name=name, identifier=name, scopes=[f"{name}:read"])
    run_ok(application, tenant, display_name="Factory", resource_server="dogs", allowed_scopes=["dogs:read"])
    tenant.clear_journal()
    moved = {"display_name": "Factory", "resource_server": "cats", "check_mode": check_mode}
    message = run_failed(application, tenant, **moved, **given)
    assert "has allowed_scopes that the resource_server 'cats'" in message and "does not offer: dogs:read." in message
    assert list_writes(tenant) == []
    run_ok(application, tenant, **moved, allowed_scopes=["cats:read"])


def test_a_scope_that_the_resource_server_no_longer_offers_can_stay(tenant: Any) -> None:
    run_ok(resource_server, tenant, display_name="dogs", identifier="dogs", scopes=["dogs:read", "dogs:walk"])
    given = {"display_name": "Factory", "resource_server": "dogs", "scopes_mode": "at_least"}
    run_ok(application, tenant, **given, allowed_scopes=["dogs:read", "dogs:walk"])
    run_ok(resource_server, tenant, display_name="dogs", scopes=["dogs:walk", "dogs:feed"])
    assert not run_ok(application, tenant, **given, allowed_scopes=["dogs:walk"])["changed"]
    assert "does not offer: dogs:read." in run_failed(application, tenant, **given, allowed_scopes=["dogs:feed"])


def test_several_applications_with_the_name_are_listed_by_their_ids(tenant: Any) -> None:
    for id in tenant.seed(applications=2, name="Twin")["applications"]:
        assert id in run_failed(application, tenant, display_name="Twin", state="absent")


def test_the_authenticating_application_cannot_be_removed(tenant: Any) -> None:
    created = run_ok(
        application,
        tenant,
        **{**APP, "allowed_scopes": ["applications:read", "applications:delete"]},
        return_secret=True,
    )
    own = {"issuer": created["issuer"], "client_id": created["client_id"], "client_secret": created["client_secret"]}
    assert "The task authenticates with this application" in run_failed(
        application, tenant, display_name="Factory", state="absent", **own
    )
    assert list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_removal_with_an_opaque_token_needs_application_id(check_mode: bool, tenant: Any) -> None:
    """The check precedes all requests. Without it, the task might remove the application that it authenticates as."""
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    place = {"tenant_id": tenant.tenant_id, "realm_id": tenant.realm_id}
    opaque = {"access_token": "0paque", **place, **bare}
    message = run_failed(application, tenant, check_mode=check_mode, id="a1", state="absent", **opaque)
    assert message.startswith("application_id is missing")
    assert tenant.read_journal() == []
    item = {"id": "a1", "display_name": "Factory", "protocol_config": {"type": "oauth2"}}
    tenant.add_fault(operation="GetApplication", json=item)
    tenant.add_fault(operation="DeleteApplication", json={})
    assert run_ok(application, tenant, check_mode=check_mode, id="a1", **opaque)["application"] == item
    own, other = ({**opaque, "application_id": id} for id in ("a1", "a2"))
    message = run_failed(application, tenant, check_mode=check_mode, id="a1", state="absent", **own)
    assert "The task authenticates with this application" in message
    assert list_writes(tenant) == []
    assert run_ok(application, tenant, check_mode=check_mode, id="a1", state="absent", **other)["changed"]


def test_an_application_that_another_process_removes_first_counts_as_removed(tenant: Any) -> None:
    run_ok(application, tenant, **APP)
    tenant.add_fault(operation="DeleteApplication", status=404)
    assert run_ok(application, tenant, display_name="Factory", state="absent")["changed"]


def test_a_refused_removal_is_an_error(tenant: Any) -> None:
    run_ok(application, tenant, **APP)
    tenant.add_fault(operation="DeleteApplication", status=403)
    assert "HTTP 403" in run_failed(application, tenant, display_name="Factory", state="absent")


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_token_has_only_the_scopes_of_the_operations(check_mode: bool, tenant: Any) -> None:
    run_ok(application, tenant, check_mode=check_mode, **APP)
    scopes = {"applications:read", "resource-servers:read"}
    if not check_mode:
        scopes |= {"applications:create", "applications:update"}
    assert {
        scope for entry in tenant.read_journal(operation="ListApplications") for scope in entry["token_scopes"]
    } == scopes


@pytest.mark.parametrize("module", [application_info, resource_server_info])
def test_the_built_in_object_is_found_by_name_and_id_without_secrets(module: Any, tenant: Any) -> None:
    kind = "applications" if module is application_info else "resource_servers"
    listed = run_ok(module, tenant)[kind]
    assert [item["display_name"] for item in listed] == [BUILTIN]
    assert not has_secret(listed)
    assert run_ok(module, tenant, display_name=BUILTIN)[kind] == listed
    assert run_ok(module, tenant, id=listed[0]["id"])[kind] == listed
    assert run_ok(module, tenant, display_name="nothing")[kind] == run_ok(module, tenant, id="nothing")[kind] == []


def test_applications_of_all_pages_and_protocols_are_listed(tenant: Any) -> None:
    tenant.seed(applications=120, name="Many {n}")
    tenant.seed(applications=1, name="Saml", application={"protocol_config": {"type": "saml"}})
    assert len(run_ok(application_info, tenant)["applications"]) == 122
    assert run_ok(application_info, tenant, display_name="Saml")["applications"][0]["protocol_config"]["type"] == "saml"
