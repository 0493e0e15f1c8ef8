# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization code grant with PKCE, and refresh tokens."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.unit.emulator.api import Api, build_application, read_json

REDIRECT = "http://127.0.0.1:8080/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class App:
    """An application with the authorization code grant."""

    tenant: Any
    record: dict[str, Any]

    @classmethod
    def of(cls, tenant, **protocol):
        api = Api.of(tenant)
        [authenticator] = api.get("authenticator-configs")["authenticator_configs"]
        code = {
            "type": "oidc",
            "grant_type": ["authorization_code"],
            "redirect_uris": [REDIRECT],
            "pkce": "s256",
            "allowed_scopes": ["realms:read", "realms:create"],
        }
        body = build_application(
            resource_server_id=tenant.resource_server_id,
            authenticator_config_id=authenticator["id"],
            protocol={**code, **protocol},
        )
        return cls(tenant, api.post("applications", body))

    @property
    def issuer(self):
        return f"{self.tenant.realm_url}/applications/{self.record['id']}"

    @property
    def protocol(self):
        return self.record["protocol_config"]

    def authorize(self, **changes):
        query = {
            "response_type": "code",
            "client_id": self.protocol["client_id"],
            "redirect_uri": REDIRECT,
            "scope": "openid realms:read",
            "state": "s t",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        query = {name: value for name, value in {**query, **changes}.items() if value is not None}
        return requests.get(f"{self.issuer}/authorize", params=query, allow_redirects=False, timeout=60)

    def code(self, **changes):
        return read_redirect(self.authorize(**changes))["code"]

    def token(self, **form):
        values = {"client_id": self.protocol["client_id"], **form}
        auth = (
            (self.protocol["client_id"], self.protocol["client_secret"]) if "client_secret" in self.protocol else None
        )
        return requests.post(
            f"{self.issuer}/token", data={name: value for name, value in values.items() if value}, auth=auth, timeout=60
        )

    def exchange(self, code, **changes):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return self.token(**{**form, **changes})

    def refresh(self, token, **changes):
        return self.token(grant_type="refresh_token", refresh_token=token, **changes)


def read_redirect(response):
    """Return the parameters of a redirect back to the application."""
    assert response.status_code == 302, response.text
    target = urlsplit(response.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == REDIRECT
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def assert_refused(response, error="invalid_grant"):
    assert (response.status_code, response.json()["error"]) == (400, error)


@pytest.mark.parametrize("confidentiality", ["confidential", "public"])
def test_code_is_exchanged_for_tokens(tenant, confidentiality):
    app = App.of(tenant, confidentiality=confidentiality)
    back = read_redirect(app.authorize())
    assert back["state"] == "s t"
    response = read_json(app.exchange(back["code"], custom_claims='{"a": 1}', expiration_time="60"))
    assert (response["scope"], response["expires_in"], response["token_type"]) == ("openid realms:read", 60, "Bearer")
    assert "refresh_token" not in response
    keys = KeySet.import_key_set(requests.get(f"{app.issuer}/.well-known/jwks.json", timeout=60).json())
    identity = tenant.change_settings()["identity"]
    id_token = jwt.decode(response["id_token"], keys, algorithms=["RS256"]).claims
    assert (id_token["iss"], id_token["aud"], id_token["sub"], id_token["nonce"]) == (
        app.issuer,
        app.protocol["client_id"],
        identity["id"],
        "n",
    )
    access = jwt.decode(response["access_token"], keys, algorithms=["RS256"]).claims
    assert access["aud"] == [app.protocol["client_id"], "beyondidentity"]
    assert access["bi_p"] == f"tenants/{tenant.tenant_id}/realms/{tenant.realm_id}/identities/{identity['id']}"
    assert access["bi_custom"] == {"a": 1}
    assert Api(tenant, response["access_token"]).get("/realms")["total_size"] == 1
    path = f"applications/{app.record['id']}/tokens"
    assert (
        Api.of(tenant).get(path, params={"principal_type": "identity", "principal_id": identity["id"]})["total_size"]
        == 1
    )


def test_subject_field_sets_the_sub_claim(tenant):
    app = App.of(tenant, token_configuration={"expires_after": 60, "subject_field": "email"})
    token = read_json(app.exchange(app.code()))["access_token"]
    claims = requests.post(
        f"{tenant.realm_url}/introspect",
        data={"token": token},
        auth=(tenant.client_id, tenant.client_secret),
        timeout=60,
    ).json()
    assert claims["sub"] == "pat@example.com"


def test_second_use_of_a_code_revokes_its_token(tenant):
    app = App.of(tenant)
    code = app.code()
    token = read_json(app.exchange(code))["access_token"]
    assert_refused(app.exchange(code))
    assert Api(tenant, token).call("GET", "/realms").status_code == 403


def test_expired_code_is_refused(tenant):
    app = App.of(tenant)
    tenant.change_settings(code_lifetime=0)
    assert_refused(app.exchange(app.code()))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "x"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": VERIFIER + "\n"}, "invalid_request"),
    ],
)
def test_invalid_exchange_is_refused_and_keeps_the_code_valid(tenant, changes, error):
    app = App.of(tenant)
    code = app.code()
    assert_refused(app.exchange(**{"code": code, **changes}), error)
    assert app.exchange(code).status_code == 200


def test_code_of_another_application_is_refused(tenant):
    assert_refused(App.of(tenant).exchange(App.of(tenant).code()))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "realms:read"}, "invalid_scope"),
        ({"scope": "openid realms:delete"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_invalid_authorization_request_redirects_with_an_error(tenant, changes, error):
    back = read_redirect(App.of(tenant).authorize(**changes))
    assert (back["error"], back["state"]) == (error, "s t")
    assert "code" not in back


@pytest.mark.parametrize(
    "changes", [{"redirect_uri": REDIRECT + "?x"}, {"redirect_uri": None}, {"client_id": "x"}, {"client_id": None}]
)
def test_unknown_redirect_uri_or_client_gets_no_redirect(tenant, changes):
    response = App.of(tenant).authorize(**changes)
    assert response.status_code in (400, 401)
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("pkce", "method", "challenge"),
    [("plain", "plain", VERIFIER), ("disabled", "S256", CHALLENGE), ("disabled", None, None)],
)
def test_pkce_can_be_plain_or_disabled(tenant, pkce, method, challenge):
    app = App.of(tenant, pkce=pkce)
    code = app.code(code_challenge=challenge, code_challenge_method=method)
    if challenge:
        assert_refused(app.exchange(code, code_verifier="w" * 43))
    assert app.exchange(code, code_verifier=VERIFIER if challenge else None).status_code == 200


def test_sign_in_needs_an_authenticator(tenant):
    app = App.of(tenant)
    Api.of(tenant).patch(f"applications/{app.record['id']}", {"application": {"authenticator_config_id": None}})
    assert read_redirect(app.authorize())["error"] == "invalid_request"


def test_denied_sign_in_redirects_with_an_error(tenant):
    app = App.of(tenant)
    tenant.change_settings(sign_in="deny")
    assert read_redirect(app.authorize())["error"] == "access_denied"


@pytest.mark.parametrize(("decision", "key"), [("approve", "code"), ("deny", "error")])
def test_sign_in_page_approves_or_denies(tenant, decision, key):
    app = App.of(tenant)
    tenant.change_settings(sign_in="page", identity={"id": "1", "username": "<pat>"})
    page = app.authorize()
    assert page.status_code == 200
    assert "&lt;pat&gt;" in page.text
    back = read_redirect(requests.post(page.url, data={"decision": decision}, allow_redirects=False, timeout=60))
    assert key in back and back["state"] == "s t"


@pytest.mark.parametrize("decision", ["approve", "deny"])
@pytest.mark.parametrize("answer_iss", [None, "issuer", "https://evil.example/x?a=b&c"])
def test_authorization_response_contains_iss_if_configured(tenant, answer_iss, decision):
    app = App.of(tenant)
    tenant.change_settings(answer_iss=answer_iss, sign_in=decision)
    back = read_redirect(app.authorize())
    assert back.get("iss") == (app.issuer if answer_iss == "issuer" else answer_iss)
    assert ("code" if decision == "approve" else "error") in back and back["state"] == "s t"


def test_identity_scopes_limit_the_granted_scopes(tenant):
    app = App.of(tenant)
    tenant.change_settings(identity_scopes=["realms:read"])
    response = read_json(app.exchange(app.code(scope="openid realms:create realms:read")))
    assert response["scope"] == "openid realms:read"


def test_refresh_token_is_expired_by_default(tenant):
    app = App.of(tenant)
    tenant.change_settings(refresh_tokens="fixed")
    assert_refused(app.refresh(read_json(app.exchange(app.code()))["refresh_token"]))


def test_fixed_refresh_token_stays_valid_and_is_not_returned_again(tenant):
    app = App.of(tenant)
    tenant.change_settings(refresh_tokens="fixed", refresh_lifetime=3600)
    first = read_json(app.exchange(app.code()))
    for _round in range(2):
        response = read_json(app.refresh(first["refresh_token"]))
        assert "refresh_token" not in response
        assert Api(tenant, response["access_token"]).get("/realms")["total_size"] == 1
    assert_refused(app.refresh(first["refresh_token"], scope="realms:delete"), "invalid_scope")
    assert Api(tenant, first["refresh_token"]).call("GET", "/realms").status_code == 401
    types = [token["token_type"] for token in Api.of(tenant).get(f"applications/{app.record['id']}/tokens")["tokens"]]
    assert sorted(types) == ["access"] * 3 + ["refresh"]


def test_rotating_refresh_token_is_replaced(tenant):
    app = App.of(tenant)
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    first = read_json(app.exchange(app.code()))["refresh_token"]
    second = read_json(app.refresh(first, scope="openid"))["refresh_token"]
    third = read_json(app.refresh(second))
    assert third["refresh_token"] not in (first, second)
    assert third["scope"] == "openid realms:read", "a narrower scope is for one access token only"


@pytest.mark.parametrize("end", ["rotated refresh token", "used code", "revoked refresh token"])
def test_tokens_of_a_sign_in_end_together(tenant, end):
    """RFC 9700 section 4.14.2, RFC 6749 section 4.1.2 and RFC 7009 section 2.1."""
    app = App.of(tenant)
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    code = app.code()
    first = read_json(app.exchange(code))
    second = read_json(app.refresh(first["refresh_token"]))
    other = read_json(app.exchange(app.code()))
    if end == "rotated refresh token":
        assert_refused(app.refresh(first["refresh_token"]))
    elif end == "used code":
        assert_refused(app.exchange(code))
    else:
        form, headers = (
            {"token": second["refresh_token"]},
            {"Authorization": f"Bearer {tenant.request_token('tokens:delete')}"},
        )
        assert requests.post(f"{app.issuer}/revoke", data=form, headers=headers, timeout=60).status_code == 200
    for tokens in (first, second):
        assert Api(tenant, tokens["access_token"]).call("GET", "/realms").status_code == 403
    assert_refused(app.refresh(second["refresh_token"]))
    assert Api(tenant, other["access_token"]).get("/realms")["total_size"] == 1
    assert app.refresh(other["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "pets"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"response_mode": "fragment"}, "unsupported_response_mode"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://client.example/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"id_token_hint": "x"}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "openid  realms:read"}, "invalid_scope"),
        ({"scope": "openid "}, "invalid_scope"),
        ({"scope": "openid\trealms:read"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE + "\n"}, "invalid_request"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
    ],
)
def test_authorization_request_is_checked_before_the_page(tenant, changes, error):
    app = App.of(tenant)
    tenant.change_settings(sign_in="page", answer_iss="issuer")
    back = read_redirect(app.authorize(**changes))
    assert (back["error"], back["state"], back["iss"]) == (error, "s t", app.issuer)


def test_prompt_none_succeeds_without_a_page(tenant):
    assert "code" in read_redirect(App.of(tenant).authorize(prompt="none", max_age="0", display="page", claims="{}"))


def test_id_token_hint_must_name_the_user(tenant):
    app = App.of(tenant)
    hint = read_json(app.exchange(app.code()))["id_token"]
    assert "code" in read_redirect(app.authorize(id_token_hint=hint))
    assert read_redirect(App.of(tenant).authorize(id_token_hint=hint))["error"] == "invalid_request"
    tenant.change_settings(identity={"id": "another"})
    assert read_redirect(app.authorize(id_token_hint=hint))["error"] == "login_required"


def test_refresh_is_refused_if_disabled(tenant):
    app = App.of(tenant)
    assert_refused(app.refresh("x"), "unauthorized_client")


def test_code_application_cannot_use_client_credentials(tenant):
    assert_refused(App.of(tenant).token(grant_type="client_credentials", scope="realms:read"), "unauthorized_client")


def read_azp(app):
    """Return the `azp` claim of an application's ID token, or None."""
    keys = KeySet.import_key_set(requests.get(f"{app.issuer}/.well-known/jwks.json", timeout=60).json())
    token = read_json(app.exchange(app.code()))["id_token"]
    return jwt.decode(token, keys, algorithms=["RS256"]).claims.get("azp")


def test_azp_of_id_tokens_has_several_forms(tenant):
    app = App.of(tenant)
    assert read_azp(app) == app.protocol["client_id"]
    own = f"tenants/{tenant.tenant_id}/realms/{tenant.realm_id}/applications/{app.record['id']}"
    for form, expected in (("path", own), ("absent", None), ("someone else", "someone else")):
        tenant.change_settings(id_token_azp=form)
        assert read_azp(app) == expected
    tenant.change_settings(id_token_azp="foreign")
    foreign = read_azp(app)
    assert foreign.rpartition("/")[0] == own.rpartition("/")[0]
    assert foreign != own


def test_oauth2_application_may_be_refused_openid(tenant):
    app = App.of(tenant, type="oauth2")
    assert read_redirect(app.authorize())["error"] == "invalid_scope"
    response = read_json(app.exchange(app.code(scope="realms:read")))
    assert response["scope"] == "realms:read"
    assert "id_token" not in response
    tenant.change_settings(oauth2_openid="accept")
    assert "id_token" in read_json(app.exchange(app.code()))
    assert "id_token" not in read_json(app.exchange(app.code(scope="realms:read")))
