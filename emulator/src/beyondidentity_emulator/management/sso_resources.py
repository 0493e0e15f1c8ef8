# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The applications, authenticator configurations and identity providers that belong to SSO configurations."""

from __future__ import annotations

from typing import Any

from ..model import identifiers
from ..model.state import Record
from .application_fields import build_client_protocol
from .identity_providers import PROVIDERS, TYPE, add_provider, replace_provider
from .object_hooks import (
    detach_authenticator_config,
    detach_resource_server,
    remove_withdrawn_scopes,
    revoke_application_tokens,
)
from .operation_call import Call
from .saml_fields import SAML, SAML_DEFAULTS
from .sso_payloads import TYPES

OWNED = {
    "application_id": "applications",
    "authenticator_config_id": "authenticator_configs",
    "resource_server_id": "resource_servers",
    "identity_provider_id": PROVIDERS,
}
"""The collections of a configuration's own objects, by the fields of its payload that have their IDs."""
DETACH = {
    "applications": revoke_application_tokens,
    "authenticator_configs": detach_authenticator_config,
    "resource_servers": detach_resource_server,
}
"""What becomes of the other objects if an object of a collection is deleted."""
SCIM_SCOPES = tuple(f"scim:{kind}:{action}" for kind in ("users", "groups") for action in ("create", "read", "update"))


def create_resources(call: Call, name: str, payload: Record) -> Record:
    """Create the objects of a new configuration; return the payload with their IDs and endpoints."""
    kind = TYPES[payload["type"]]
    shown = {**payload}
    if kind.protocol:
        shown.update(_create_application(call, name, payload, kind.protocol))
    if kind.has_provider:
        shown.update(_create_provider(call, name, payload))
    if "icon" in kind.fields:
        shown["application_tile_id"] = identifiers.generate_object_id()
    if "inbound_scim" in payload:
        shown["inbound_scim"] = _create_scim_application(call, name)
    return shown


def update_resources(call: Call, name: str, current: Record, payload: Record) -> Record:
    """Change the objects of a changed configuration; return the payload with their IDs and endpoints."""
    shown = {**payload}
    protocol_type = TYPES[payload["type"]].protocol
    application = call.realm.objects["applications"].get(payload.get("application_id", ""))
    if application is not None:
        protocol = _build_protocol(payload, protocol_type, application["protocol_config"])
        application = _change(call, "applications", application, display_name=name, protocol_config=protocol)
        shown.pop("client_secret", None)
        shown.update(_show_application(call, application, payload["type"]))
    server = call.realm.objects["resource_servers"].get(payload.get("resource_server_id", ""))
    if server is not None:
        server = _change(call, "resource_servers", server, display_name=name, scopes=list(payload.get("scopes", [])))
        remove_withdrawn_scopes(call.tenant, call.realm, server)
    authenticator = call.realm.objects["authenticator_configs"].get(payload.get("authenticator_config_id", ""))
    if authenticator is not None:
        config = _build_authenticator(payload)
        _change(call, "authenticator_configs", authenticator, display_name=name, config=config)
    provider = call.realm.objects[PROVIDERS].get(payload.get("identity_provider_id", ""))
    if provider is not None:
        protocol = {**provider["protocol_config"], **_build_provider_protocol(payload)}
        replace_provider(call.realm, provider, display_name=name, protocol_config=protocol)
    if "inbound_scim" in payload:
        shown["inbound_scim"] = current.get("inbound_scim") or _create_scim_application(call, name)
    return shown


def delete_resources(call: Call, payload: Record) -> None:
    """Delete the objects of a deleted configuration."""
    owned = [(collection, payload.get(field)) for field, collection in OWNED.items()]
    owned.append(("applications", payload.get("inbound_scim", {}).get("application_id")))
    for collection, identifier in owned:
        record = call.realm.objects[collection].pop(identifier or "", None)
        if record is not None:
            if collection in DETACH:
                DETACH[collection](call.tenant, call.realm, record)
            call.tenant.changes.add_deleted((call.realm.id, collection), record["id"], record)


def _create_application(call: Call, name: str, payload: Record, protocol_type: str) -> Record:
    authenticator = _add(call, "authenticator_configs", display_name=name, config=_build_authenticator(payload))
    shown: Record = {"authenticator_config_id": authenticator["id"]}
    application: Record = {"display_name": name, "is_managed": False, "authenticator_config_id": authenticator["id"]}
    if protocol_type == "oidc":
        scopes = payload.get("scopes", [])
        server = _add(
            call,
            "resource_servers",
            display_name=name,
            is_managed=False,
            identifier=identifiers.generate_object_id(),
            scopes=list(scopes),
        )
        application["resource_server_id"] = shown["resource_server_id"] = server["id"]
        protocol = build_client_protocol("oidc", ["authorization_code"], scopes)
    else:
        protocol = {"type": "saml", **SAML_DEFAULTS}
    protocol = _build_protocol(payload, protocol_type, protocol)
    application = _add(call, "applications", **application, protocol_config=protocol)
    shown["application_id"] = application["id"]
    shown.update(_show_application(call, application, payload["type"]))
    return shown


def _show_application(call: Call, application: Record, kind: str) -> Record:
    """Return the fields of a payload that follow from its application."""
    issuer = call.world.issuer(call.tenant.id, call.realm.id, application["id"])
    if kind == "generic_saml":
        return {"idp_initiated_url": f"{issuer}/saml/idp", "sp_initiated_url": f"{issuer}/saml/sso"}
    if kind == "ws_fed":
        urls = {"idp_sso_url": "sso", "idp_issuer_url": "issuer", "metadata_url": "metadata"}
        return {name: f"{issuer}/wsfed/{path}" for name, path in urls.items()}
    protocol = application["protocol_config"]
    methods = ["none"] if protocol["confidentiality"] == "public" else ["client_secret_basic", "client_secret_post"]
    shown = {
        "client_id": protocol["client_id"],
        "oidc_configuration": {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": None,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": methods,
        },
    }
    return {**shown, "client_secret": protocol["client_secret"]} if "client_secret" in protocol else shown


def _build_protocol(payload: Record, protocol_type: str, current: Record) -> Record:
    """Return the protocol configuration of a payload's application: what both have in common is the payload's."""
    if protocol_type == "saml":
        return {**current, **{name: value for name, value in payload.items() if name in SAML}}
    names = ("redirect_uris", "confidentiality", "pkce")
    protocol = {**current, **{name: payload[name] for name in names if name in payload}}
    protocol["allowed_scopes"] = list(payload.get("scopes", []))
    if protocol["confidentiality"] == "public":
        protocol["token_endpoint_auth_method"] = "none"
        protocol.pop("client_secret", None)
    elif "client_secret" not in protocol:
        protocol["token_endpoint_auth_method"] = "client_secret_basic"
        protocol["client_secret"] = identifiers.generate_client_secret()
    return protocol


def _build_authenticator(payload: Record) -> Record:
    origins = list(payload.get("trusted_origins", []))
    return {"type": "hosted_web", "authentication_methods": [{"type": "webauthn_passkey"}], "trusted_origins": origins}


def _create_provider(call: Call, name: str, payload: Record) -> Record:
    provider = add_provider(call, name, _build_provider_protocol(payload))
    shown = {"identity_provider_id": provider["id"], "redirect_uri": provider["protocol_config"]["redirect_url"]}
    if "okta_domain" in payload:
        base = f"https://{payload['okta_domain']}/oauth2/v1"
        shown.update(
            authorization_endpoint=f"{base}/authorize", token_endpoint=f"{base}/token", jwks_endpoint=f"{base}/keys"
        )
    return shown


def _build_provider_protocol(payload: Record) -> Record:
    domain = f"https://{payload.get('okta_domain', '')}/oauth2/v1"
    return {
        "type": TYPE,
        "client_id": payload["client_id"],
        "client_secret": payload.get("client_secret") or "",
        "token_scopes": payload.get("id_token_scopes", ["openid"]),
        "identity_attribute": payload["identity_attribute"],
        "pkce": payload["pkce"],
        "jwks_url": payload.get("jwks_endpoint") or f"{domain}/keys",
        "token_url": payload.get("token_endpoint") or f"{domain}/token",
        "authorize_url": payload.get("authorization_endpoint") or f"{domain}/authorize",
        "identifying_claim_name": payload["identifying_claim_name"],
    }


def _create_scim_application(call: Call, name: str) -> Record:
    """Create the application with which another service provisions users."""
    server = next(one for one in call.realm.objects["resource_servers"].values() if one["is_managed"])
    protocol = build_client_protocol("oauth2", ["client_credentials"], SCIM_SCOPES)
    application = _add(
        call,
        "applications",
        display_name=f"{name} SCIM",
        is_managed=False,
        resource_server_id=server["id"],
        protocol_config=protocol,
    )
    realm_url = f"{call.world.base_url}/v1/tenants/{call.tenant.id}/realms/{call.realm.id}"
    return {
        "application_id": application["id"],
        "client_id": protocol["client_id"],
        "client_secret": protocol["client_secret"],
        "scim_url": f"{realm_url}/scim/v2",
        "token_endpoint": f"{call.world.issuer(call.tenant.id, call.realm.id, application['id'])}/token",
    }


def _change(call: Call, collection: str, current: Record, **fields: Any) -> Record:
    record = {**current, **fields}
    call.realm.objects[collection][record["id"]] = record
    call.tenant.changes.add_changed(record["id"], current)
    return record


def _add(call: Call, collection: str, **fields: Any) -> Record:
    record: Record = {
        "id": identifiers.generate_object_id(),
        "realm_id": call.realm.id,
        "tenant_id": call.tenant.id,
        **fields,
    }
    call.realm.objects[collection][record["id"]] = record
    call.tenant.changes.add_created(record["id"])
    return record
