# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the application module's options to the API's object, and the rules that are checked before anything is written."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.application import (
    ApplicationBuilder,
    ApplicationOptions,
    list_operations,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.application_validation import (
    validate_auth_method,
)
from ansible_collections.beyondidentity.management.plugins.modules.application import SPEC
from tests.unit.builders import make_client

OPERATIONS = ("ListResourceServers", "GetResourceServer", "ListAuthenticatorConfigs")
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


def make_options(**given: Any) -> ApplicationOptions:
    """Return the module's options: the defaults, a name, and the given values."""
    defaults = {item.name: SPEC.options[item.name].get("default") for item in fields(ApplicationOptions)}
    return ApplicationOptions(**{**defaults, "display_name": "App", **given})


def build(existing: dict[str, Any] | None = None, client: Any = None, **given: Any) -> dict[str, Any]:
    return ApplicationBuilder(make_options(**given), client).build(existing)


def make_existing(**config: Any) -> dict[str, Any]:
    return {"id": "1", "display_name": "App", "resource_server_id": "rs", "protocol_config": {**NEW, **config}}


def test_a_new_application_has_defaults() -> None:
    assert build() == {"display_name": "App", "protocol_config": NEW}


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
def test_an_option_replaces_the_default(given: dict[str, Any], config: dict[str, Any]) -> None:
    assert build(**given)["protocol_config"] == {**NEW, **config}


def test_an_omitted_option_is_not_managed() -> None:
    assert build(make_existing()) == {"display_name": "App"}
    assert build(make_existing(), display_name=None) == {}


@pytest.mark.parametrize(
    ("given", "config"),
    [
        ({"redirect_uris": []}, {"redirect_uris": []}),
        ({"allowed_scopes": []}, {"allowed_scopes": []}),
        ({"pkce": "s256"}, {"pkce": "s256"}),
        (
            {"token_subject_field": "email"},
            {"token_configuration": {**TOKENS, "expires_after": 60, "subject_field": "email"}},
        ),
    ],
)
def test_an_update_has_only_what_the_options_set(given: dict[str, Any], config: dict[str, Any]) -> None:
    existing = make_existing(token_configuration={"expires_after": 60, "subject_field": "id"})
    assert build(existing, **given) == {"display_name": "App", "protocol_config": {"type": "oauth2", **config}}


NO_SECRET = "A public application has no secret, so it cannot use the client_credentials grant"
NO_PKCE = "A public application must use PKCE"
NO_SERVER = "An application without a resource server cannot have allowed_scopes"
NOT_CONFIDENTIAL = "token_endpoint_auth_method 'none' is not possible with confidentiality 'confidential'"


@pytest.mark.parametrize(
    ("present", "given", "message"),
    [
        (None, {"confidentiality": "public"}, NO_SECRET),
        (None, {"confidentiality": "public", "pkce": "s256"}, NO_SECRET),
        (None, {"confidentiality": "public", "pkce": "disabled", "grant_types": ["authorization_code"]}, NO_PKCE),
        (None, {"allowed_scopes": ["a:read"]}, "allowed_scopes needs a resource_server"),
        (None, {"allowed_scopes": ["openid"], "resource_server": ""}, "must not contain 'openid'"),
        (None, {"allowed_scopes": ['a"b'], "resource_server": ""}, "is not a valid scope"),
        ({"pkce": "disabled", "grant_type": ["authorization_code"]}, {"confidentiality": "public"}, NO_PKCE),
        ({"grant_type": ["client_credentials"], "pkce": "s256"}, {"confidentiality": "public"}, NO_SECRET),
        (
            {"confidentiality": "public", "pkce": "s256", "grant_type": ["authorization_code"]},
            {"pkce": "disabled"},
            NO_PKCE,
        ),
        ({"allowed_scopes": ["a:read"]}, {"resource_server": ""}, NO_SERVER),
        (None, {"token_endpoint_auth_method": "none"}, NOT_CONFIDENTIAL),
        ({}, {"token_endpoint_auth_method": "none"}, NOT_CONFIDENTIAL),
        (
            None,
            {"confidentiality": "public", "protocol": "oidc", "token_endpoint_auth_method": "client_secret_post"},
            "'client_secret_post' is not possible with confidentiality 'public'",
        ),
        ({"type": "saml"}, {}, "has the protocol 'saml'. This module manages oauth2, oidc applications only"),
        ({"type": None}, {}, "has the protocol 'None'"),
        ({}, {"protocol": "oidc"}, "Cannot change the protocol of the application 'App' .* from oauth2 to oidc"),
    ],
)
def test_a_combination_that_the_service_refuses_is_an_error(
    present: dict[str, Any] | None, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(BeyondIdentityError, match=message):
        build(None if present is None else make_existing(**present), **given)


@pytest.mark.parametrize(
    ("method", "confidentiality"),
    [
        (None, "public"),
        ("none", "public"),
        ("client_secret_basic", "confidential"),
        ("client_secret_post", "confidential"),
    ],
)
def test_an_authentication_method_must_suit_the_confidentiality(method: str | None, confidentiality: str) -> None:
    given: dict[str, Any] = {"token_endpoint_auth_method": method, "confidentiality": confidentiality}
    assert build(**given, protocol="oidc")["protocol_config"]["confidentiality"] == confidentiality


@pytest.mark.parametrize(
    ("method", "confidentiality", "hint"),
    [
        ("none", "confidential", "Set it to client_secret_basic or client_secret_post."),
        ("client_secret_basic", "public", "Set it to none."),
        ("client_secret_post", "public", "Set it to none."),
    ],
)
def test_any_other_authentication_method_is_an_error(method: str, confidentiality: str, hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        validate_auth_method(method, confidentiality)


@pytest.mark.parametrize(
    ("given", "operations"),
    [
        ({}, []),
        ({"resource_server": "x"}, ["ListResourceServers", "GetResourceServer"]),
        ({"resource_server": "x", "allowed_scopes": ["a"]}, ["ListResourceServers", "GetResourceServer"]),
        ({"allowed_scopes": ["a"]}, ["GetResourceServer"]),
        ({"allowed_scopes": []}, []),
        ({"resource_server": ""}, []),
        ({"authenticator_config": "x"}, ["ListAuthenticatorConfigs", "GetAuthenticatorConfig"]),
        ({"authenticator_config": ""}, []),
        ({"resource_server": "x", "authenticator_config": "x", "state": "absent"}, []),
    ],
)
def test_only_operations_that_the_options_need_are_announced(given: dict[str, Any], operations: list[str]) -> None:
    assert list_operations(make_options(**given)) == operations


@pytest.mark.parametrize("server", ["Beyond Identity Management API", "beyondidentity", "id"])
def test_a_resource_server_is_found_by_name_identifier_or_id(server: str, tenant: Any) -> None:
    wanted = tenant.resource_server_id if server == "id" else server
    client = make_client(tenant, *OPERATIONS)
    built = build(client=client, resource_server=wanted, allowed_scopes=["realms:read realms:create"])
    assert built["resource_server_id"] == tenant.resource_server_id
    assert built["protocol_config"]["allowed_scopes"] == ["realms:create", "realms:read"]


def test_scopes_must_be_offered_by_the_resource_server(tenant: Any) -> None:
    given: dict[str, Any] = {"client": make_client(tenant, *OPERATIONS), "allowed_scopes": ["realms:read", "no:such"]}
    with pytest.raises(StateError, match=r"does not offer no:such. Use scopes that it offers: .*realms:read"):
        build(**given, resource_server="beyondidentity")


def test_an_unknown_scope_suggests_the_nearest(tenant: Any) -> None:
    given: dict[str, Any] = {"client": make_client(tenant, *OPERATIONS), "resource_server": "beyondidentity"}
    message = (
        "does not offer ListRealms, realm:read. ListRealms is an operation. Its scopes: realms:read. "
        r"Did you mean realms:read instead of realm:read\? Use scopes that it offers: "
    )
    with pytest.raises(StateError, match=message):
        build(**given, allowed_scopes=["realm:read", "ListRealms"])


def test_an_unknown_resource_server_is_an_error(tenant: Any) -> None:
    with pytest.raises(StateError, match=r"has no resource_server 'nowhere'.*Beyond Identity Management API"):
        build(client=make_client(tenant, *OPERATIONS), resource_server="nowhere")


@pytest.mark.parametrize(
    ("mode", "scopes"), [("exact", ["realms:read"]), ("at_least", ["realms:delete", "realms:read"])]
)
def test_present_scopes_stay_if_the_mode_is_at_least(mode: str, scopes: list[str], tenant: Any) -> None:
    existing = {**make_existing(allowed_scopes=["realms:delete"]), "resource_server_id": tenant.resource_server_id}
    client = make_client(tenant, *OPERATIONS)
    built = build(existing, client, allowed_scopes=["realms:read"], scopes_mode=mode)
    assert built["protocol_config"]["allowed_scopes"] == scopes
    assert [entry["operation"] for entry in tenant.read_journal()] == ["token", "GetResourceServer"]


def test_only_an_application_that_users_sign_in_to_can_have_an_authenticator_config(tenant: Any) -> None:
    config = {
        "type": "embedded",
        "invoke_url": "https://app.example/",
        "trusted_origins": [],
        "invocation_type": "manual",
        "authentication_methods": [],
    }
    created = make_client(tenant, "CreateAuthenticatorConfig").call(
        "CreateAuthenticatorConfig", body={"authenticator_config": {"display_name": "Own", "config": config}}
    )
    given: dict[str, Any] = {"client": make_client(tenant, *OPERATIONS), "authenticator_config": "Own"}
    assert build(**given, protocol="oidc")["authenticator_config_id"] == created["id"]
    with pytest.raises(OptionError, match="client_credentials grant cannot have an authenticator_config"):
        build(**given)
