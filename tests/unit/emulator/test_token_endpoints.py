# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Introspection and revocation."""

from __future__ import annotations

import pytest
import requests

from tests.unit.emulator.api import Api, build_application


def bearer(token):
    return {"headers": {"Authorization": f"Bearer {token}"}}


def basic(tenant):
    return {"auth": (tenant.client_id, tenant.client_secret)}


def introspect(tenant, token, realm_url=None, **options):
    return requests.post(f"{realm_url or tenant.realm_url}/introspect", data={"token": token}, timeout=60, **options)


def revoke(tenant, token, issuer=None, **options):
    return requests.post(f"{issuer or tenant.issuer}/revoke", data={"token": token}, timeout=60, **options)


def is_active(tenant, token):
    response = introspect(tenant, token, **basic(tenant)).json()
    return response["active"]


@pytest.mark.parametrize(
    "how", [basic, lambda tenant: bearer(tenant.request_token("tokens:introspect"))], ids=["basic", "bearer"]
)
def test_introspection_returns_the_claims(tenant, how):
    response = introspect(tenant, tenant.request_token("realms:read", custom_claims='{"a": 1}'), **how(tenant))
    assert response.status_code == 200
    claims = response.json()
    expected = {
        "active": True,
        "scope": "realms:read",
        "client_id": tenant.client_id,
        "iss": tenant.issuer,
        "bi_custom": {"a": 1},
    }
    assert {name: claims[name] for name in expected} == expected


@pytest.mark.parametrize("token", ["unknown", "revoked", "expired", "another tenant's"])
def test_introspection_of_an_invalid_token_is_inactive(emulator, tenant, token):
    if token == "revoked":
        token = tenant.request_token("realms:read")
        tenant.revoke_tokens()
    elif token == "expired":
        tenant.change_settings(token_lifetime=0)
        token = tenant.request_token("realms:read")
    elif token == "another tenant's":
        token = emulator.create_tenant().request_token("realms:read")
    response = introspect(tenant, token, **basic(tenant))
    assert (response.status_code, response.json()) == (200, {"active": False})


def test_introspection_needs_authentication(tenant):
    token = tenant.request_token("realms:read")
    assert introspect(tenant, token).status_code == 401
    assert introspect(tenant, token, auth=(tenant.client_id, "x")).status_code == 401
    assert introspect(tenant, token, **bearer("x")).status_code == 401
    assert introspect(tenant, token, **bearer(token)).status_code == 403
    assert (
        requests.post(f"{tenant.realm_url}/introspect", data={}, timeout=60, **basic(tenant)).json()["error"]
        == "invalid_request"
    )


@pytest.mark.parametrize("endpoint", ["{realm_url}/introspect", "{issuer}/revoke"])
def test_unknown_hint_is_ignored_and_an_empty_token_is_missing(tenant, endpoint):
    url = endpoint.format(realm_url=tenant.realm_url, issuer=tenant.issuer)
    form = {"token": tenant.request_token("realms:read"), "token_type_hint": "pets"}
    assert requests.post(url, data=form, timeout=60, **basic(tenant)).status_code == 200
    response = requests.post(url, data={"token": ""}, timeout=60, **basic(tenant))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_challenge_names_the_scheme_that_was_used(tenant):
    token = tenant.request_token("realms:read")
    for options, status, challenge in (
        ({"auth": (tenant.client_id, "x")}, 401, "Basic "),
        (bearer("x"), 401, 'Bearer error="invalid_token"'),
        (bearer(token), 403, 'Bearer error="insufficient_scope"'),
    ):
        for response in (introspect(tenant, token, **options), revoke(tenant, token, **options)):
            assert response.status_code == status
            assert response.headers["WWW-Authenticate"].startswith(challenge)
    form = {"token": token, "client_id": tenant.client_id, "client_secret": tenant.client_secret}
    response = requests.post(f"{tenant.issuer}/revoke", data=form, timeout=60, **bearer(token))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request"), "authentication in two ways"


def test_token_can_be_revoked_by_value(tenant):
    token = tenant.request_token("realms:read")
    response = revoke(tenant, token, **basic(tenant))
    assert (response.status_code, response.content) == (200, b"")
    assert not is_active(tenant, token)
    assert requests.get(f"{tenant.url}/realms", timeout=60, **bearer(token)).status_code == 403


@pytest.mark.parametrize("again", [True, False], ids=["revoked already", "unknown"])
def test_revocation_of_an_invalid_token_succeeds(tenant, again):
    token = tenant.request_token("realms:read") if again else "unknown"
    assert revoke(tenant, token, **basic(tenant)).status_code == 200
    assert revoke(tenant, token, **basic(tenant)).status_code == 200


def test_revocation_needs_authentication(tenant):
    token = tenant.request_token("realms:read")
    assert revoke(tenant, token).status_code == 401
    assert revoke(tenant, token, auth=(tenant.client_id, "x")).status_code == 401
    assert revoke(tenant, token, **bearer(token)).status_code == 403
    assert revoke(tenant, token, **bearer(tenant.request_token("tokens:delete"))).status_code == 200
    assert not is_active(tenant, token)


CODE = {
    "type": "oidc",
    "grant_type": ["authorization_code"],
    "redirect_uris": ["http://127.0.0.1/cb"],
    "pkce": "s256",
}


def create_application(tenant, **protocol):
    """Return an application's issuer, id and secret, and a token that it issued."""
    created = Api.of(tenant).post("applications", build_application(protocol={**CODE, **protocol}))
    found = created["protocol_config"]
    [token] = tenant.seed(tokens=1, token_application=created["id"])["token_values"]
    issuer = f"{tenant.realm_url}/applications/{created['id']}"
    return issuer, found["client_id"], found.get("client_secret", ""), token


def assert_refused(response):
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("confidentiality", ["confidential", "public"])
def test_oidc_application_can_revoke_only_with_a_bearer_token(tenant, confidentiality):
    issuer, client_id, secret, token = create_application(tenant, confidentiality=confidentiality)
    assert_refused(revoke(tenant, token, issuer, auth=(client_id, secret)))
    for form in ({"client_id": client_id}, {"client_id": client_id, "client_secret": secret}):
        assert_refused(requests.post(f"{issuer}/revoke", data={"token": token, **form}, timeout=60))
    assert is_active(tenant, token)
    assert revoke(tenant, token, issuer, **bearer(tenant.request_token("realms:read"))).status_code == 403
    assert revoke(tenant, token, issuer, **bearer(tenant.request_token("tokens:delete"))).status_code == 200
    assert not is_active(tenant, token)


def test_oauth2_application_can_revoke_its_own_tokens(tenant):
    issuer, client_id, secret, token = create_application(tenant, type="oauth2")
    foreign = tenant.request_token("realms:read")
    for how in ({"auth": (client_id, secret)}, bearer(tenant.request_token("tokens:delete"))):
        response = revoke(tenant, foreign, issuer, **how)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert is_active(tenant, foreign)
    assert revoke(tenant, token, issuer, auth=(client_id, secret)).status_code == 200
    assert not is_active(tenant, token)


def test_every_client_of_the_realm_can_introspect(tenant):
    _issuer, client_id, secret, token = create_application(tenant)
    assert introspect(tenant, token, auth=(client_id, secret)).json()["active"] is True
    assert introspect(tenant, tenant.request_token("realms:read"), auth=(client_id, secret)).json()["active"] is True
    [elsewhere] = tenant.seed(realms=1)["realms"]
    other = f"{tenant.url}/realms/{elsewhere}"
    assert_refused(introspect(tenant, token, other, auth=(client_id, secret)))
    assert introspect(tenant, token, other, **bearer(tenant.request_token("tokens:introspect"))).json() == {
        "active": False
    }


def test_token_can_be_revoked_by_id(tenant):
    api = Api.of(tenant)
    path = f"applications/{tenant.application_id}/tokens"
    known = {entry["id"] for entry in api.get(path)["tokens"]}
    token = tenant.request_token("realms:read")
    [identifier] = {entry["id"] for entry in api.get(path)["tokens"]} - known
    api.delete(f"{path}/{identifier}")
    assert not is_active(tenant, token)
    assert identifier not in {entry["id"] for entry in api.get(path)["tokens"]}
    assert api.call("DELETE", f"{path}/{identifier}").status_code == 404
    assert api.call("DELETE", f"applications/x/tokens/{identifier}").status_code == 404


def test_tokens_can_be_listed_by_principal(tenant):
    api = Api.of(tenant)
    path = f"applications/{tenant.application_id}/tokens"
    assert (
        api.get(path, params={"principal_type": "application", "principal_id": tenant.application_id})["total_size"]
        == 1
    )
    assert api.get(path, params={"principal_type": "identity", "principal_id": "x"})["tokens"] == []


def test_expired_tokens_are_not_listed(tenant):
    api = Api.of(tenant)
    path = f"applications/{tenant.application_id}/tokens"
    before = api.get(path)["total_size"]
    tenant.change_settings(token_lifetime=0)
    tenant.request_token("realms:read")
    assert api.get(path)["total_size"] == before


@pytest.mark.parametrize("status", [403, 401])
def test_revoked_bearer_token_is_refused(tenant, status):
    tenant.change_settings(revoked_token_status=status)
    token, old = tenant.request_token("realms:read"), tenant.request_token("tokens:delete", "tokens:introspect")
    assert revoke(tenant, old, **basic(tenant)).status_code == 200
    assert introspect(tenant, token, **bearer(old)).status_code == status
    assert revoke(tenant, token, **bearer(old)).status_code == status
    assert is_active(tenant, token)
