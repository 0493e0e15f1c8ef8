# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in as an identity whose roles limit the granted scopes."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, read_json
from tests.unit.emulator.test_authorization_code import App, assert_refused, read_redirect
from tests.unit.emulator.test_identities import build_identity

ASKED = "openid realms:read realms:create"


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


@pytest.fixture
def person(tenant, api):
    """Return the identity that signs in."""
    created = api.post("identities", build_identity())
    tenant.change_settings(identity={"id": created["id"]}, identity_roles=True)
    return created


@pytest.fixture
def role(tenant, api):
    """Return the path of a role that may read realms."""
    roles = f"resource-servers/{tenant.resource_server_id}/roles"
    path = f"{roles}/{api.post(roles, {'role': {'display_name': 'Reader'}})['id']}"
    api.post(f"{path}:addScopes", {"scopes": ["realms:read"]})
    return path


def request_scope(app):
    return read_json(app.exchange(app.code(scope=ASKED)))["scope"]


def test_user_without_roles_gets_only_openid(tenant, person):
    assert request_scope(App.of(tenant)) == "openid"
    oauth2_app = App.of(tenant, type="oauth2")
    assert read_json(oauth2_app.exchange(oauth2_app.code(scope="realms:read")))["scope"] == ""


def test_user_gets_scopes_of_direct_and_group_roles(tenant, api, person, role):
    app = App.of(tenant)
    api.post(f"{role}:addMembers", {"identity_ids": [person["id"]]})
    assert request_scope(app) == "openid realms:read"
    roles = role.rpartition("/")[0]
    second = f"{roles}/{api.post(roles, {'role': {'display_name': 'Maker'}})['id']}"
    api.post(f"{second}:addScopes", {"scopes": ["realms:create", "realms:delete"]})
    [group] = tenant.seed(groups=1)["groups"]
    api.post(f"{second}:addMembers", {"group_ids": [group]})
    assert request_scope(app) == "openid realms:read"
    api.post(f"groups/{group}:addMembers", {"identity_ids": [person["id"]]})
    assert request_scope(app) == ASKED
    tenant.change_settings(identity_scopes=["realms:create"])
    assert request_scope(app) == "openid realms:create"


def test_roles_of_another_resource_server_do_not_count(tenant, api, person):
    given = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": ["realms:read"]}
    server = api.post("resource-servers", {"resource_server": given})
    roles = f"resource-servers/{server['id']}/roles"
    path = f"{roles}/{api.post(roles, {'role': {'display_name': 'Reader'}})['id']}"
    api.post(f"{path}:addScopes", {"scopes": ["realms:read"]})
    api.post(f"{path}:addMembers", {"identity_ids": [person["id"]]})
    assert request_scope(App.of(tenant)) == "openid"


@pytest.mark.parametrize("why", ["unknown", "suspended", "of another realm"])
def test_unknown_or_suspended_identity_cannot_sign_in(tenant, api, person, why):
    app = App.of(tenant)
    if why == "unknown":
        api.delete(f"identities/{person['id']}")
    elif why == "suspended":
        api.patch(f"identities/{person['id']}", {"identity": {"status": "suspended"}})
    else:
        [realm_id] = tenant.seed(realms=1)["realms"]
        [other] = tenant.seed(identities=1, realm_id=realm_id)["identities"]
        tenant.change_settings(identity={"id": other})
    assert read_redirect(app.authorize())["error"] == "access_denied"


@pytest.mark.parametrize(("field", "expected"), [("id", None), ("username", "pat"), ("email", "pat@example.com")])
def test_subject_is_a_field_of_the_identity(tenant, api, person, field, expected):
    app = App.of(tenant, token_configuration={"expires_after": 60, "subject_field": field})
    response = read_json(app.exchange(app.code(scope=ASKED)))
    checked = Api(tenant, tenant.request_token("tokens:introspect")).call(
        "POST", "introspect", data={"token": response["access_token"]}
    )
    claims = checked.json()
    assert claims["sub"] == (expected or person["id"])
    assert claims["bi_p"].rpartition("/")[2] == person["id"]


def test_refresh_applies_the_current_roles(tenant, api, person, role):
    tenant.change_settings(refresh_tokens="fixed", refresh_lifetime=36000)
    app = App.of(tenant)
    api.post(f"{role}:addMembers", {"identity_ids": [person["id"]]})
    token = read_json(app.exchange(app.code(scope=ASKED)))["refresh_token"]
    assert read_json(app.refresh(token))["scope"] == "openid realms:read"
    api.post(f"{role}:deleteMembers", {"identity_ids": [person["id"]]})
    assert read_json(app.refresh(token))["scope"] == "openid"
    api.delete(f"identities/{person['id']}")
    assert_refused(app.refresh(token))
