# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorization in the Management API."""

from __future__ import annotations

import re

import pytest

from beyondidentity_emulator.management.catalogue import OPERATIONS, SCOPES
from tests.unit.emulator.api import Api, build_application, read_json


def build_path(operation, realm_id="x"):
    """Return an operation's path below the tenant's URL, with unknown IDs."""
    path = operation.path.removeprefix("/v1/tenants/{tenant_id}").replace("{realm_id}", realm_id)
    return re.sub(r"{\w+}", "x", path)


@pytest.fixture(scope="module")
def shared(emulator):
    return emulator.create_tenant(undeployed_operations=[])


def read_status_and_code(response):
    """Return an error's status and code, in SCIM's format or the other."""
    body = response.json()
    return response.status_code, body.get("scimType") or body.get("code")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_needs_a_token(shared, operation):
    path = build_path(operation, shared.realm_id)
    unauthorized = Api(shared, "unknown")
    for response in (unauthorized.call(operation.method, path), unauthorized.call(operation.method, path, headers={})):
        assert read_status_and_code(response) == (401, "unauthorized")


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if "{realm_id}" in one.path], ids=lambda operation: operation.name
)
def test_unknown_realm_is_not_found(shared, operation):
    response = Api.of(shared).call(operation.method, build_path(operation))
    assert response.status_code == 404
    if operation.is_scim:
        assert response.json()["detail"] == "Resource x not found."
        return
    assert response.json()["details"][0] == {
        "type": "ResourceInfo",
        "resource_type": "Realm",
        "id": "x",
        "description": "realm not found",
    }


def test_token_of_another_tenant_is_forbidden(emulator, tenant):
    response = Api(tenant, emulator.create_tenant().request_token("realms:read")).call("GET", "/realms")
    assert response.status_code == 403


def test_token_of_another_realm_is_valid_only_in_that_realm(emulator, tenant):
    admin = Api.of(tenant)
    realm = admin.post("/realms", {"realm": {"display_name": "Other"}})
    path = f"/realms/{realm['id']}"
    [server] = admin.get(f"{path}/resource-servers")["resource_servers"]
    body = build_application(resource_server_id=server["id"], protocol={"allowed_scopes": list(SCOPES)})
    created = admin.post(f"{path}/applications", body)
    response = admin.session.post(
        f"{tenant.url}{path}/applications/{created['id']}/token",
        data={"grant_type": "client_credentials", "scope": " ".join(SCOPES)},
        auth=(created["protocol_config"]["client_id"], created["protocol_config"]["client_secret"]),
        timeout=60,
    )
    own = Api(tenant, read_json(response)["access_token"])
    assert own.get(path)["id"] == realm["id"]
    assert own.get(f"{path}/applications")["total_size"] == 1
    assert own.call("GET", f"/realms/{tenant.realm_id}").status_code == 403
    assert own.call("GET", "/realms").status_code == 403
    assert own.call("GET", "").status_code == 403


def test_token_for_another_audience_is_refused(tenant):
    api = Api.of(tenant)
    server = {
        "resource_server": {"display_name": "Pets", "identifier": "https://pets.example", "scopes": ["realms:read"]}
    }
    own = api.post("resource-servers", server)
    created = api.post(
        "applications", build_application(resource_server_id=own["id"], protocol={"allowed_scopes": ["realms:read"]})
    )
    response = api.session.post(
        f"{tenant.realm_url}/applications/{created['id']}/token",
        data={"grant_type": "client_credentials", "scope": "realms:read"},
        auth=(created["protocol_config"]["client_id"], created["protocol_config"]["client_secret"]),
        timeout=60,
    )
    assert Api(tenant, read_json(response)["access_token"]).call("GET", "/realms").status_code == 401


@pytest.mark.parametrize("status", [403, 401])
@pytest.mark.parametrize("end", ["revoked", "expired", "application deleted"])
def test_revoked_or_expired_token_is_refused(tenant, end, status):
    assert tenant.change_settings()["revoked_token_status"] == 403
    tenant.change_settings(revoked_token_status=status)
    token = None
    if end == "revoked":
        token = tenant.request_token("realms:read")
        assert tenant.revoke_tokens() == 1
    elif end == "expired":
        tenant.change_settings(early_expiry=0)
        token = tenant.request_token("realms:read")
    else:
        api = Api.of(tenant)
        body = build_application(
            resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]}
        )
        created = api.post("applications", body)
        response = api.session.post(
            f"{tenant.realm_url}/applications/{created['id']}/token",
            data={"grant_type": "client_credentials", "scope": "realms:read"},
            auth=(created["protocol_config"]["client_id"], created["protocol_config"]["client_secret"]),
            timeout=60,
        )
        token = read_json(response)["access_token"]
        assert Api(tenant, token).call("GET", "/realms").status_code == 200
        api.delete(f"applications/{created['id']}")
    code = {401: "unauthorized", 403: "forbidden"}[status]
    assert read_status_and_code(Api(tenant, token).call("GET", "/realms")) == (status, code)


def test_unknown_path_and_method_are_refused(tenant):
    api = Api.of(tenant)
    for path in ("/realm", "/realms/", f"//realms/{tenant.realm_id}", f"/realms/{tenant.realm_id}/pets"):
        response = api.call("GET", path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert api.call("PUT", "/realms").json()["code"] == "method_not_allowed"


def test_rate_limit_is_counted_and_enforced(tenant):
    api = Api.of(tenant)
    tenant.change_settings(rate_limit=3, rate_window=30)
    responses = [api.call("GET", "", headers={"Authorization": f"Bearer {api.token}"}) for _round in range(3)]
    assert [response.headers["RateLimit-Remaining"] for response in responses] == ["2", "1", "0"]
    assert {response.status_code for response in responses} == {200}
    api.checked = False
    refused = api.call("GET", "")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert refused.headers["RateLimit-Limit"] == "3"
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert int(refused.headers["RateLimit-Reset"]) >= 1
    tenant.change_settings(rate_limit=None)
    assert "RateLimit-Limit" not in api.call("GET", "").headers
