# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No request of the authorization server or of the control endpoints makes the emulator fail."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beyondidentity_emulator.client import Tenant
from tests.unit.emulator.properties.checks import Service, check_response
from tests.unit.emulator.properties.requests import Endpoint, Header, requests
from tests.unit.emulator.properties.values import RAW_BODIES, any_json, mutated, odd_text, odd_value, written

FORM = b"application/x-www-form-urlencoded"
REALM = "/v1/tenants/{tenant_id}/realms/{realm_id}"
APPLICATION = REALM + "/applications/{application_id}"
JOB = REALM + "/identities/{identity_id}/credential-binding-jobs/{credential_binding_job_id}:invokeAuthenticator"
REDIRECT = "http://127.0.0.1:1/cb"
SIGN_IN = {
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "openid",
    "state": "x",
    "nonce": "y",
    "code_challenge": "x" * 43,
    "code_challenge_method": "S256",
    "prompt": "none",
    "max_age": "0",
    "response_mode": "query",
    "request": "",
}
STATUSES = {200, 302, 303, 400, 401, 403, 404, 405, 410, 413, 415}


@pytest.fixture(scope="module")
def shared(service: Service) -> Tenant:
    """Return a tenant with an application for each grant; refresh tokens are issued."""
    return service.emulator.create_tenant(refresh_tokens="rotating", refresh_lifetime=3600)


@pytest.fixture(scope="module")
def application(shared: Tenant) -> dict[str, Any]:
    """Return the IDs and credentials of an application with all grants."""
    protocol = {
        "type": "oidc",
        "client_id": "client",
        "client_secret": "secret",
        "grant_type": ["authorization_code", "client_credentials"],
        "redirect_uris": [REDIRECT],
        "confidentiality": "confidential",
        "pkce": "s256",
    }
    fields = {"protocol_config": protocol, "authenticator_config_id": "any"}
    ids = shared.seed(applications=1, application=fields, identities=1, credential_binding_jobs=1)
    return {
        "tenant_id": shared.tenant_id,
        "realm_id": shared.realm_id,
        "application_id": ids["applications"][0],
        "identity_id": ids["identities"][0],
        "credential_binding_job_id": ids["credential_binding_jobs"][0],
    }


def forms(fields: dict[str, list[str]]) -> st.SearchStrategy[bytes]:
    """Return forms with correct and odd fields, and what is no form."""
    values = {name: st.sampled_from(allowed) if allowed else odd_text for name, allowed in fields.items()}
    pairs = st.fixed_dictionaries({}, optional={name: value | odd_text for name, value in values.items()})
    correct = st.fixed_dictionaries(values)
    return st.one_of(
        correct.map(lambda form: encode_form(list(form.items()))),
        pairs.map(lambda form: encode_form(list(form.items()))),
        st.lists(st.tuples(st.sampled_from(sorted(fields)), odd_text), max_size=5).map(encode_form),
        st.sampled_from(RAW_BODIES),
    )


def encode_form(pairs: list[tuple[str, str]]) -> bytes:
    """Return a form."""
    encoded = [(quote(part.encode("utf-8", "surrogatepass"), safe="") for part in pair) for pair in pairs]
    return "&".join("=".join(pair) for pair in encoded).encode()


def list_endpoints(tenant: Tenant, token: str) -> dict[str, Endpoint]:
    """Return what correct requests of the endpoints have."""
    basic: Header = (b"Authorization", b"Basic " + base64.b64encode(b"client:secret"))
    bearer: Header = (b"Authorization", b"Bearer " + token.encode())
    grants = ["client_credentials", "authorization_code", "refresh_token"]
    token_form = {
        "grant_type": grants,
        "scope": ["openid"],
        "expiration_time": ["60", "9" * 6000, "1e3"],
        "custom_claims": ['{"a": 1}', "[" * 3000, '{"a": NaN}', '{"a": "\\ud800"}', '{"exp": "x", "scope": []}'],
    }
    exchange = {
        "grant_type": grants,
        "code": [],
        "refresh_token": [token],
        "redirect_uri": [REDIRECT],
        "code_verifier": ["x" * 43],
    }
    one_token = {"token": [token], "token_type_hint": ["access_token", "refresh_token", "x"]}
    client = {"client_id": ["client"], "client_secret": ["secret"]}
    names = tuple(SIGN_IN)
    query = tuple({**SIGN_IN, "client_id": "client"}.items())
    job = Endpoint("GET", JOB, query=("token",), required_query=(("token", "x"),))
    return {
        "token": Endpoint("POST", APPLICATION + "/token", (basic,), content_type=FORM, body=forms(token_form)),
        "token_by_post": Endpoint(
            "POST", APPLICATION + "/token", (), content_type=FORM, body=forms({**token_form, **client})
        ),
        "token_exchange": Endpoint("POST", APPLICATION + "/token", (basic,), content_type=FORM, body=forms(exchange)),
        "revoke": Endpoint("POST", APPLICATION + "/revoke", (bearer,), content_type=FORM, body=forms(one_token)),
        "introspect": Endpoint("POST", REALM + "/introspect", (bearer,), content_type=FORM, body=forms(one_token)),
        "introspect_as_client": Endpoint(
            "POST", REALM + "/introspect", (basic,), content_type=FORM, body=forms(one_token)
        ),
        "authorize": Endpoint("GET", APPLICATION + "/authorize", query=names, required_query=query),
        "authorize_by_form": Endpoint(
            "POST", APPLICATION + "/authorize", (), names, query, FORM, forms({"decision": ["approve", "deny"]})
        ),
        "discovery": Endpoint("GET", APPLICATION + "/.well-known/openid-configuration"),
        "jwks": Endpoint("GET", APPLICATION + "/.well-known/jwks.json"),
        "open_link": job,
        "bind": Endpoint("POST", JOB, query=("token",), required_query=(("token", "x"),), body=st.just(b"{}")),
    }


@pytest.mark.parametrize("name", sorted(list_endpoints(Tenant(*[""] * 9), "")))  # type: ignore[arg-type]
def test_no_request_of_the_authorization_server_makes_the_emulator_fail(
    service: Service, shared: Tenant, application: dict[str, str], name: str, cases: Any
) -> None:
    token = shared.request_token("realms:read", "tokens:introspect", "tokens:delete")
    endpoint = list_endpoints(shared, token)[name]

    @cases
    @given(data=st.data())
    def send_any(data: st.DataObject) -> None:
        sent = data.draw(requests(endpoint, application))
        response = service.send(sent.request)
        check_response(response, sent.request)
        assert response.is_protocol_error or response.status in STATUSES
        if sent.is_routed and name.startswith(("token", "revoke", "introspect")) and response.status in (400, 401):
            assert response.is_protocol_error or isinstance(response.json["error"], str)

    send_any()


SEED = {"applications": 1, "application": {"protocol_config": {"type": "oidc"}}, "realms": 1, "realm_name": "x {n}"}
SEED |= {"identities": 1, "identity": {"traits": {"username": "x"}}, "groups": 1, "group": {"description": "x"}}
SEED |= {"roles": 1, "role": {}, "credentials": 1, "credential": {}, "credential_binding_jobs": 1, "tokens": 1}
SEED |= {"token_scopes": ["x"], "token_lifetime": 5, "principal_id": "x", "token_format": "self_contained"}
SETTINGS = {"rate_limit": 5, "identity": {"id": "x"}, "normalized_fields": {"username": ["trim"]}, "paging": "offset"}
FAULT = {"tenant": "x", "path": "/x", "status": 503, "headers": {"x": "y"}, "times": 1, "skip": 1, "merge": {}}
CONTROL: dict[str, tuple[str, Any]] = {
    "tenants": ("POST", SETTINGS),
    "tenants/{tenant_id}/settings": ("PATCH", SETTINGS),
    "tenants/{tenant_id}/seed": ("POST", SEED),
    "tenants/{tenant_id}/revoke-tokens": ("POST", None),
    "tenants/{tenant_id}/outbox": ("GET", None),
    "journal": ("GET", None),
    "faults": ("POST", FAULT),
    "outages": ("GET", None),
    "tenants/{tenant_id}/outages": ("POST", {"name": "x"}),
}


@pytest.mark.parametrize("path", CONTROL)
def test_no_request_of_a_control_endpoint_makes_the_emulator_fail(service: Service, path: str, cases: Any) -> None:
    tenant = service.emulator.create_tenant()
    method, example = CONTROL[path]
    correct = st.just(example)
    body = written(st.one_of(correct, mutated(correct), mutated(correct), mutated(correct), any_json, odd_value))
    endpoint = Endpoint(
        method,
        f"/_emulator/{path}",
        query=("tenant", "method", "operation", "grant", "status", "path", "since"),
        body=None if example is None else body,
    )

    @cases
    @given(data=st.data())
    def send_any(data: st.DataObject) -> None:
        sent = data.draw(requests(endpoint, {"tenant_id": tenant.tenant_id}))
        response = service.send(sent.request)
        check_response(response, sent.request)
        assert response.is_protocol_error or response.status in {200, 204, 400, 403, 404, 405, 413}

    try:
        send_any()
    finally:
        service.emulator.call_control("DELETE", "faults")
