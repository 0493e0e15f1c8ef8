# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application module's options as the API's object, and the rules that are checked before anything is written."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.application import (
    ApplicationBody,
    list_operations,
    validate_auth_method,
)
from ansible_collections.beyondidentity.management.plugins.modules.application import SPEC
from tests.unit.builders import make_client

NEEDED = ("ListResourceServers", "GetResourceServer", "ListAuthenticatorConfigs")
TOKENS = {"expires_after": 86400, "token_signing_algorithm": "RS256", "subject_field": "id"}
NEW = {
    "type": "oauth2",
    "confidentiality": "confidential",
    "pkce": "disabled",
    "grant_type": ["client_credentials"],
    "allowed_scopes": [],
    "redirect_uris": [],
    "token_configuration": TOKENS,
    "token_format": "self_contained",
}


def params(**given: Any) -> dict[str, Any]:
    return {**{name: option.get("default") for name, option in SPEC.options.items()}, "display_name": "App", **given}


def body(existing: dict[str, Any] | None = None, api: Any = None, **given: Any) -> dict[str, Any]:
    return ApplicationBody(params(**given), api)(existing)


def existing(**config: Any) -> dict[str, Any]:
    return {"id": "1", "display_name": "App", "resource_server_id": "rs", "protocol_config": {**NEW, **config}}


def test_a_new_application_gets_defaults() -> None:
    assert body() == {"display_name": "App", "protocol_config": NEW}


@pytest.mark.parametrize(
    ("given", "config"),
    [
        ({"protocol": "oidc"}, {"type": "oidc", "grant_type": ["authorization_code"], "pkce": "s256"}),
        ({"grant_types": ["authorization_code"]}, {"grant_type": ["authorization_code"], "pkce": "s256"}),
        (
            {"grant_types": ["client_credentials", "authorization_code", "client_credentials"]},
            {"grant_type": ["authorization_code", "client_credentials"], "pkce": "s256"},
        ),
        (
            {"grant_types": ["authorization_code"], "pkce": "disabled"},
            {"grant_type": ["authorization_code"], "pkce": "disabled"},
        ),
        ({"token_expires_after": 60}, {"token_configuration": {**TOKENS, "expires_after": 60}}),
        ({"token_subject_field": "email"}, {"token_configuration": {**TOKENS, "subject_field": "email"}}),
        ({"token_format": "referential"}, {"token_format": "referential"}),
        (
            {"redirect_uris": ["https://b/", "https://a/", "https://b/"]},
            {"redirect_uris": ["https://b/", "https://a/"]},
        ),
        (
            {"confidentiality": "public", "protocol": "oidc"},
            {"confidentiality": "public", "type": "oidc", "grant_type": ["authorization_code"], "pkce": "s256"},
        ),
    ],
)
def test_what_is_said_replaces_defaults(given: dict[str, Any], config: dict[str, Any]) -> None:
    assert body(**given)["protocol_config"] == {**NEW, **config}


def test_an_omitted_option_is_not_managed() -> None:
    assert body(existing()) == {"display_name": "App"}
    assert body(existing(), display_name=None) == {}


@pytest.mark.parametrize(
    ("given", "config"),
    [
        ({"redirect_uris": []}, {"redirect_uris": []}),
        ({"allowed_scopes": []}, {"allowed_scopes": []}),
        ({"pkce": "s256"}, {"pkce": "s256"}),
        (
            {"token_subject_field": "email"},
            {
                "token_configuration": {
                    "expires_after": 60,
                    "token_signing_algorithm": "RS256",
                    "subject_field": "email",
                }
            },
        ),
    ],
)
def test_an_update_holds_what_is_said_only(given: dict[str, Any], config: dict[str, Any]) -> None:
    there = existing(token_configuration={"expires_after": 60, "subject_field": "id"})
    assert body(there, **given) == {"display_name": "App", "protocol_config": {"type": "oauth2", **config}}


@pytest.mark.parametrize(
    ("there", "given", "said"),
    [
        (None, {"confidentiality": "public"}, "can't use the client_credentials grant"),
        (None, {"confidentiality": "public", "pkce": "s256"}, "can't use the client_credentials grant"),
        (
            None,
            {"confidentiality": "public", "pkce": "disabled", "grant_types": ["authorization_code"]},
            "must have PKCE",
        ),
        (None, {"allowed_scopes": ["a:read"]}, "allowed_scopes needs a resource_server"),
        (None, {"allowed_scopes": ["openid"], "resource_server": ""}, "must not hold 'openid'"),
        (None, {"allowed_scopes": ['a"b'], "resource_server": ""}, "is no scope"),
        ({"pkce": "disabled", "grant_type": ["authorization_code"]}, {"confidentiality": "public"}, "must have PKCE"),
        (
            {"grant_type": ["client_credentials"], "pkce": "s256"},
            {"confidentiality": "public"},
            "can't use the client_credentials grant",
        ),
        (
            {"confidentiality": "public", "pkce": "s256", "grant_type": ["authorization_code"]},
            {"pkce": "disabled"},
            "must have PKCE",
        ),
        (
            {"allowed_scopes": ["a:read"]},
            {"resource_server": ""},
            "without a resource server may have no allowed_scopes",
        ),
        (None, {"token_endpoint_auth_method": "none"}, "'none' does not go with confidentiality 'confidential'"),
        ({}, {"token_endpoint_auth_method": "none"}, "'none' does not go with confidentiality 'confidential'"),
        (
            None,
            {"confidentiality": "public", "protocol": "oidc", "token_endpoint_auth_method": "client_secret_post"},
            "does not go with confidentiality 'public'",
        ),
        ({"type": "saml"}, {}, "has the protocol 'saml'. Only oauth2, oidc can be managed here"),
        ({"type": None}, {}, "has the protocol 'None'"),
        ({}, {"protocol": "oidc"}, "has the protocol oauth2, which can't be changed to oidc"),
    ],
)
def test_rules(there: dict[str, Any] | None, given: dict[str, Any], said: str) -> None:
    with pytest.raises(BeyondIdentityError, match=said):
        body(None if there is None else existing(**there), **given)


@pytest.mark.parametrize(
    "uri", ["https://host/cb", "http://127.0.0.1:8400/", "com.example.app:/cb", "https://host/cb?a=b"]
)
def test_redirect_uris(uri: str) -> None:
    assert body(redirect_uris=[uri])["protocol_config"]["redirect_uris"] == [uri]


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/cb",
        "host",
        "https://",
        "https://host/#f",
        "https://host/#",
        "https://ho st/",
        "https://[",
        "https://host/\n",
        "//host/cb",
    ],
)
def test_redirect_uris_that_are_none(uri: str) -> None:
    with pytest.raises(OptionError, match="is no absolute URI without fragment"):
        body(redirect_uris=["https://good/", uri])


@pytest.mark.parametrize(
    ("method", "confidentiality", "good"),
    [
        (None, "public", True),
        ("none", None, True),
        ("none", "public", True),
        ("client_secret_basic", "confidential", True),
        ("client_secret_post", "confidential", True),
        ("none", "confidential", False),
        ("client_secret_basic", "public", False),
        ("client_secret_post", "public", False),
    ],
)
def test_authentication_methods_go_with_confidentiality(
    method: str | None, confidentiality: str | None, good: bool
) -> None:
    try:
        validate_auth_method(method, confidentiality)
    except OptionError:
        assert not good
    else:
        assert good


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({}, []),
        ({"resource_server": "x"}, ["ListResourceServers"]),
        ({"resource_server": "x", "allowed_scopes": ["a"]}, ["ListResourceServers"]),
        ({"allowed_scopes": ["a"]}, ["GetResourceServer"]),
        ({"allowed_scopes": []}, []),
        ({"resource_server": ""}, []),
        ({"authenticator_config": "x"}, ["ListAuthenticatorConfigs"]),
        ({"authenticator_config": ""}, []),
    ],
)
def test_only_the_operations_that_may_be_needed(given: dict[str, Any], needed: list[str]) -> None:
    assert list_operations(params(**given)) == needed


@pytest.mark.parametrize("server", ["Beyond Identity Management API", "beyondidentity", "id"])
def test_a_resource_server_by_name_identifier_or_id(server: str, tenant: Any) -> None:
    wanted = tenant.resource_server_id if server == "id" else server
    made = body(api=make_client(tenant, *NEEDED), resource_server=wanted, allowed_scopes=["realms:read realms:create"])
    assert made["resource_server_id"] == tenant.resource_server_id
    assert made["protocol_config"]["allowed_scopes"] == ["realms:create", "realms:read"]


def test_scopes_that_are_not_offered(tenant: Any) -> None:
    with pytest.raises(StateError, match=r"does not offer no:such. It offers: .*realms:read"):
        body(
            api=make_client(tenant, *NEEDED),
            resource_server="beyondidentity",
            allowed_scopes=["realms:read", "no:such"],
        )
    with pytest.raises(StateError, match=r"There is no resource_server 'nowhere'.*Beyond Identity Management API"):
        body(api=make_client(tenant, *NEEDED), resource_server="nowhere")


@pytest.mark.parametrize(
    ("mode", "scopes"), [("exact", ["realms:read"]), ("at_least", ["realms:delete", "realms:read"])]
)
def test_scopes_are_exact_or_at_least(mode: str, scopes: list[str], tenant: Any) -> None:
    there = {**existing(allowed_scopes=["realms:delete"]), "resource_server_id": tenant.resource_server_id}
    made = body(there, make_client(tenant, *NEEDED), allowed_scopes=["realms:read"], scopes_mode=mode)
    assert made["protocol_config"]["allowed_scopes"] == scopes
    assert [entry["operation"] for entry in tenant.journal()] == ["token", "GetResourceServer"]


def test_an_authenticator_config_does_not_go_with_client_credentials(tenant: Any) -> None:
    made = make_client(tenant, "CreateAuthenticatorConfig", "ListAuthenticatorConfigs")
    config = {
        "type": "embedded",
        "invoke_url": "https://app.example/",
        "trusted_origins": [],
        "invocation_type": "manual",
        "authentication_methods": [],
    }
    created = made.call(
        "CreateAuthenticatorConfig", body={"authenticator_config": {"display_name": "Own", "config": config}}
    )
    given = {"api": make_client(tenant, *NEEDED), "authenticator_config": "Own"}
    assert body(**given, protocol="oidc")["authenticator_config_id"] == created["id"]
    with pytest.raises(OptionError, match="client_credentials grant can't have an authenticator_config"):
        body(**given)
