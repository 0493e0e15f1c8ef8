# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint."""

from __future__ import annotations

import time

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.unit.emulator.api import Api, build_application

GRANT = {"grant_type": "client_credentials", "scope": "realms:read"}


def request_token(tenant, form=None, auth=True, issuer=None, **options):
    if auth is True:
        auth = (tenant.client_id, tenant.client_secret)
    options.setdefault("data", GRANT if form is None else form)
    return requests.post(f"{issuer or tenant.issuer}/token", auth=auth or None, timeout=60, **options)


def assert_refused(response, status, error):
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert (response.headers.get("WWW-Authenticate") is not None) == (status == 401)


def build_issuer(tenant, application_id, realm_id=None):
    return f"{tenant.api_url}/v1/tenants/{tenant.tenant_id}/realms/{realm_id or tenant.realm_id}/applications/{application_id}"


def test_token_response_and_claims(tenant):
    before = int(time.time())
    form = {**GRANT, "scope": "realms:read realms:create", "expiration_time": "600", "custom_claims": '{"team": "ops"}'}
    response = request_token(tenant, form)
    body = response.json()
    assert {name: body[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "realms:read realms:create",
    }
    assert response.headers["Cache-Control"] == "no-store"

    discovery = requests.get(f"{tenant.issuer}/.well-known/openid-configuration", timeout=60).json()
    keys = KeySet.import_key_set(requests.get(discovery["jwks_uri"], timeout=60).json())
    token = jwt.decode(body["access_token"], keys, algorithms=["RS256"])
    assert set(token.header) >= {"alg", "kid", "jku"}
    assert token.header["jku"] == discovery["jwks_uri"]
    assert before <= token.claims["iat"] == token.claims["nbf"] == token.claims["exp"] - 600
    listed = Api.of(tenant).get(f"applications/{tenant.application_id}/tokens")["tokens"]
    assert token.claims["jti"] in [entry["id"] for entry in listed]
    path = f"tenants/{tenant.tenant_id}/realms/{tenant.realm_id}/applications/{tenant.application_id}"
    expected = {
        "iss": tenant.issuer,
        "aud": ["beyondidentity"],
        "scope": "realms:read realms:create",
        "azp": path,
        "bi_t": tenant.tenant_id,
        "bi_r": "*",
        "bi_p": path,
        "sub": tenant.client_id,
        "bi_custom": {"team": "ops"},
    }
    assert {name: token.claims[name] for name in expected} == expected


def test_discovery_names_the_endpoints(tenant):
    discovery = requests.get(f"{tenant.issuer}/.well-known/openid-configuration", timeout=60).json()
    assert discovery["issuer"] == tenant.issuer
    assert discovery["token_endpoint"] == f"{tenant.issuer}/token"
    assert discovery["revocation_endpoint"] == f"{tenant.issuer}/revoke"
    assert discovery["introspection_endpoint"] == f"{tenant.realm_url}/introspect"
    assert discovery["request_uri_parameter_supported"] is False, "without it, clients assume true"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "realms:read"}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": " "}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "realms:read pets:read"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "openid"}, "invalid_scope"),
        ({"grant_type": "password", "scope": "realms:read"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
        *[
            ({**GRANT, "scope": scope}, "invalid_scope")
            for scope in (
                " realms:read",
                "realms:read ",
                "realms:read  realms:create",
                "realms:read\t",
                'realms:read "',
            )
        ],
        ({**GRANT, "grant_type": ""}, "invalid_request"),
        ({**GRANT, "expiration_time": "0"}, "invalid_request"),
        ({**GRANT, "expiration_time": "-5"}, "invalid_request"),
        ({**GRANT, "expiration_time": "1h"}, "invalid_request"),
        ({**GRANT, "custom_claims": "{"}, "invalid_request"),
        ({**GRANT, "custom_claims": "[1]"}, "invalid_request"),
        ([*GRANT.items(), ("scope", "realms:create")], "invalid_request"),
    ],
)
def test_invalid_token_request_is_refused(tenant, form, error):
    assert_refused(request_token(tenant, form), 400, error)


@pytest.mark.parametrize(
    "options",
    [
        {"json": GRANT, "data": None},
        {"params": GRANT, "data": {}},
        {"params": {"scope": "realms:create"}},
    ],
    ids=["json", "query", "query-and-form"],
)
def test_parameters_must_be_in_a_form(tenant, options):
    assert_refused(request_token(tenant, **options), 400, "invalid_request")


def test_secret_can_be_in_the_body(tenant):
    form = {**GRANT, "client_id": tenant.client_id, "client_secret": tenant.client_secret}
    assert request_token(tenant, form, auth=False).status_code == 200


def test_two_authentication_methods_are_refused(tenant):
    assert_refused(
        request_token(tenant, {**GRANT, "client_id": tenant.client_id, "client_secret": tenant.client_secret}),
        400,
        "invalid_request",
    )


@pytest.mark.parametrize(
    "how", ["none", "wrong secret", "wrong id", "foreign", "garbage", "in the body", "id only", "other id in the body"]
)
def test_client_must_authenticate(emulator, tenant, how):
    other = emulator.create_tenant()
    own_id = {"client_id": tenant.client_id}
    response = {
        "none": lambda: request_token(tenant, auth=False),
        "wrong secret": lambda: request_token(tenant, auth=(tenant.client_id, "x")),
        "wrong id": lambda: request_token(tenant, auth=("x", tenant.client_secret)),
        "foreign": lambda: request_token(tenant, auth=(other.client_id, other.client_secret)),
        "garbage": lambda: request_token(tenant, auth=False, headers={"Authorization": "Basic ???"}),
        "in the body": lambda: request_token(tenant, {**GRANT, **own_id, "client_secret": "x"}, auth=False),
        "id only": lambda: request_token(tenant, {**GRANT, **own_id}, auth=False),
        "other id in the body": lambda: request_token(tenant, {**GRANT, "client_id": other.client_id}),
    }[how]()
    assert_refused(response, 401, "invalid_client")
    assert tenant.read_journal(operation="token")[-1]["application_id"] is None


def test_id_and_secret_are_form_encoded_in_the_header(tenant):
    secret = "s p+%:ä/="
    [application_id] = tenant.seed(
        applications=1, application={"protocol_config": {"client_id": "i:d +", "client_secret": secret}}
    )["applications"]
    issuer = build_issuer(tenant, application_id)
    assert request_token(tenant, issuer=issuer, auth=("i%3Ad+%2B", "s+p%2B%25%3A%C3%A4%2F%3D")).status_code == 200
    assert_refused(request_token(tenant, issuer=issuer, auth=(b"i:d +", secret.encode())), 401, "invalid_client")


def test_unknown_tenant_realm_or_application_is_not_found(tenant):
    for issuer in (
        build_issuer(tenant, "x"),
        build_issuer(tenant, tenant.application_id, "x"),
        tenant.issuer.replace(tenant.tenant_id, "0001ffffffffffff"),
    ):
        assert request_token(tenant, issuer=issuer).status_code == 404


def test_get_is_not_allowed(tenant):
    response = requests.get(f"{tenant.issuer}/token", timeout=60)
    assert (response.status_code, response.headers["Allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize(("charset", "status"), [("UTF-8", 200), ("utf-16", 400)])
def test_form_must_be_utf_8(tenant, charset, status):
    headers = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    assert request_token(tenant, headers=headers).status_code == status


def test_errors_are_not_cached(tenant):
    for errors in ("oauth", "management"):
        tenant.change_settings(token_errors=errors)
        response = request_token(tenant, auth=False)
        assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")


def test_who_is_not_the_client_learns_nothing_else(tenant):
    for form in ({"scope": "x"}, {"grant_type": "pets"}, {**GRANT, "expiration_time": "x"}):
        assert_refused(request_token(tenant, form, auth=(tenant.client_id, "x")), 401, "invalid_client")


@pytest.mark.parametrize(("requested", "lifetime"), [(None, 3600), ("60", 60), ("99999", 3600)])
def test_application_limits_the_lifetime(tenant, requested, lifetime):
    body = build_application(resource_server_id=tenant.resource_server_id, protocol={"allowed_scopes": ["realms:read"]})
    created = Api.of(tenant).post("applications", body)
    protocol = created["protocol_config"]
    form = GRANT if requested is None else {**GRANT, "expiration_time": requested}
    response = request_token(
        tenant,
        form,
        auth=(protocol["client_id"], protocol["client_secret"]),
        issuer=build_issuer(tenant, created["id"]),
    )
    assert response.json()["expires_in"] == lifetime


def test_referential_token_is_opaque_and_works(tenant):
    api = Api.of(tenant)
    protocol = {"allowed_scopes": ["realms:read"], "token_format": "referential"}
    created = api.post(
        "applications", build_application(resource_server_id=tenant.resource_server_id, protocol=protocol)
    )
    credentials = (created["protocol_config"]["client_id"], created["protocol_config"]["client_secret"])
    token = request_token(tenant, auth=credentials, issuer=build_issuer(tenant, created["id"])).json()["access_token"]
    assert token.startswith("eyJ") and token.count(".") == 4
    assert Api(tenant, token).get("/realms")["total_size"] == 1
    [listed] = api.get(f"applications/{created['id']}/tokens")["tokens"]
    assert listed["token_format"] == "referential"
    assert token.endswith(listed["token_suffix"])


def test_settings_change_the_response(tenant):
    tenant.change_settings(
        token_lifetime=7,
        grant_only=["realms:read"],
        token_answer={"token_type": None, "odd": "{{ 1 }}"},
        audience_list=True,
    )
    response = request_token(tenant, {**GRANT, "scope": "realms:create realms:read"}).json()
    assert (response["expires_in"], response["scope"], response["odd"]) == (7, "realms:read", "{{ 1 }}")
    assert "token_type" not in response
    assert requests.get(
        f"{tenant.url}/realms", headers={"Authorization": f"Bearer {response['access_token']}"}, timeout=60
    ).ok


def test_errors_can_have_the_management_format(tenant):
    tenant.change_settings(token_errors="management")
    response = request_token(tenant, auth=False)
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
    assert "error" not in response.json()
    response = request_token(tenant, {"scope": "realms:read"})
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("form", "scope"),
    [
        ("text", "realms:read realms:create"),
        ("comma", "realms:read,realms:create"),
        ("list", ["realms:read", "realms:create"]),
    ],
)
def test_scope_of_the_response_has_several_forms(tenant, form, scope):
    assert tenant.change_settings()["token_scope_format"] == "text"
    tenant.change_settings(token_scope_format=form)
    body = request_token(tenant, {**GRANT, "scope": "realms:read realms:create"}).json()
    assert body["scope"] == scope
    assert Api(tenant, body["access_token"]).get("/realms")["total_size"] == 1


def test_refusals_can_have_status_200(tenant):
    tenant.change_settings(token_error_status=200)
    response = request_token(tenant, auth=(tenant.client_id, "x"))
    assert_refused(response, 200, "invalid_client")
    assert request_token(tenant).json()["access_token"]
    tenant.change_settings(token_errors="management")
    response = request_token(tenant, auth=(tenant.client_id, "x"))
    assert (response.status_code, response.json()["code"]) == (200, "unauthorized")


@pytest.mark.parametrize(
    ("form", "expected"),
    [("client_id", "{client_id}"), ("path", "tenants/{tenant_id}/realms/{realm_id}/applications/{application_id}")],
)
def test_azp_of_access_tokens_has_several_forms(tenant, form, expected):
    tenant.change_settings(access_token_azp=form)
    claims = read_claims(tenant, request_token(tenant).json()["access_token"])
    assert claims["azp"] == expected.format(**vars(tenant))


def read_claims(tenant, token):
    """Return the claims of a token with a valid signature."""
    keys = KeySet.import_key_set(requests.get(f"{tenant.issuer}/.well-known/jwks.json", timeout=60).json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims
