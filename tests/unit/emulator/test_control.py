# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal, tenants, settings and seeds."""

from __future__ import annotations

import pytest
import requests

from beyondidentity_emulator.client import Emulator, EmulatorError
from tests.unit.emulator.api import Api, build_application


def test_journal_records_requests(tenant):
    api = Api.of(tenant, "realms:read", "realms:create")
    api.post("/realms", {"realm": {"display_name": "Pets"}})
    api.call("GET", "/realms", params={"page_size": "7"})
    token, create, listing = tenant.read_journal()
    assert [entry["operation"] for entry in (token, create, listing)] == ["token", "CreateRealm", "ListRealms"]
    assert token["grant"] == token["form"]["grant_type"] == "client_credentials"
    assert token["application_id"] == create["application_id"] == tenant.application_id
    assert create["token_id"] == token["issued_token_id"]
    assert create["token_scopes"] == ["realms:read", "realms:create"]
    assert create["json"] == {"realm": {"display_name": "Pets"}}
    assert create["headers"]["Authorization"] == f"Bearer {tenant.digest(api.token)}"
    assert listing["query"] == {"page_size": "7"}
    assert (listing["method"], listing["path"], listing["status"]) == (
        "GET",
        f"/v1/tenants/{tenant.tenant_id}/realms",
        200,
    )
    assert token["seq"] < create["seq"] < listing["seq"]
    assert token["time"] <= create["time"] <= listing["time"]


def test_journal_shows_reused_connections(tenant):
    one, other = Api.of(tenant), Api.of(tenant)
    tenant.clear_journal()
    for api in (one, one, other):
        api.get("/realms")
    ports = [entry["peer_port"] for entry in tenant.read_journal()]
    assert ports[0] == ports[1] != ports[2]


def test_journal_can_be_filtered_and_cleared(emulator, tenant):
    api = Api.of(tenant)
    api.call("GET", "/nowhere")
    api.get("/realms")
    assert (
        len(tenant.read_journal(operation="token"))
        == len(tenant.read_journal(method="POST"))
        == len(tenant.read_journal(grant="client_credentials"))
        == 1
    )
    [lost] = tenant.read_journal(status=404)
    assert lost["operation"] is None
    assert [entry["operation"] for entry in tenant.read_journal(path="/realms$")] == ["ListRealms"]
    assert [entry["operation"] for entry in tenant.read_journal(since=lost["seq"])] == ["ListRealms"]
    with pytest.raises(EmulatorError, match="unknown filter"):
        tenant.read_journal(verb="GET")
    other = emulator.create_tenant()
    other.request_token("realms:read")
    tenant.clear_journal()
    assert tenant.read_journal() == []
    assert len(other.read_journal()) == 1


def test_tenants_are_separate(emulator, tenant):
    other = emulator.create_tenant()
    assert len({tenant.tenant_id, other.tenant_id, tenant.client_id, other.client_id}) == 4
    Api.of(tenant).post("applications", build_application())
    assert Api.of(other).get("applications")["total_size"] == 1


def test_tenant_returns_variables_and_environment(tenant):
    assert tenant.variables == {
        "beyondidentity_issuer": tenant.issuer,
        "beyondidentity_api_url": tenant.api_url,
        "beyondidentity_client_id": tenant.client_id,
        "beyondidentity_client_secret": tenant.client_secret,
    }
    assert tenant.environment["BEYONDIDENTITY_ISSUER"] == tenant.issuer
    assert tenant.client_secret not in repr(tenant)


def test_settings_can_be_set_at_creation_and_later(emulator):
    tenant = emulator.create_tenant(token_lifetime=5)
    assert tenant.change_settings()["token_lifetime"] == 5
    assert tenant.change_settings(rate_limit=3)["rate_limit"] == 3
    with pytest.raises(EmulatorError, match="unknown settings"):
        tenant.change_settings(ratelimit=3)


def test_unknown_seed_field_is_refused(tenant):
    with pytest.raises(EmulatorError, match="unknown fields"):
        tenant.seed(apps=3)


def test_unknown_tenant_is_refused(emulator):
    with pytest.raises(EmulatorError, match="404"):
        emulator.call_control("PATCH", "tenants/x/settings", json={})


def test_reset_keeps_only_the_first_tenant():
    with Emulator.start() as emulator:
        tenant = emulator.create_tenant()
        tenant.add_fault(status=500)
        token = tenant.request_token
        emulator.reset()
        with pytest.raises(requests.HTTPError, match="404"):
            token("realms:read")
        assert [entry["status"] for entry in emulator.read_journal()] == [404]
        first = emulator.environment
        response = requests.post(
            f"{first['BEYONDIDENTITY_ISSUER']}/token",
            data={"grant_type": "client_credentials", "scope": "realms:read"},
            auth=(first["BEYONDIDENTITY_CLIENT_ID"], first["BEYONDIDENTITY_CLIENT_SECRET"]),
            timeout=60,
        )
        assert response.status_code == 200
