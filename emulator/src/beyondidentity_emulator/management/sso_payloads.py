# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of an SSO configuration by its type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model.state import Record
from ..web.errors import Violations
from .identity_providers import ATTRIBUTES, PKCE
from .saml_fields import SAML, WS_FEDERATION
from .shapes import Field, Shape, any_object, flag, list_of, make_optional, one_of, read_fields, record_of, text

TILE: Shape = {"icon": Field(text), "is_tile_visible": Field(flag)}
INBOUND_SCIM: Shape = {"inbound_scim": Field(any_object)}
CLOUDS = ("global_azure", "azure_us_government", "microsoft_azure_vianet")
PROVIDER: Shape = {
    "client_id": Field(text, required=True),
    "client_secret": Field(text, nullable=True),
    "pkce": Field(one_of(*PKCE), default="s256"),
    "id_token_scopes": Field(list_of(text)),
    "identifying_claim_name": Field(text, required=True),
    "identity_attribute": Field(one_of(*ATTRIBUTES), required=True),
}
REGISTRATION: Shape = {
    "domain": Field(text),
    "okta_token": Field(text),
    "attribute_name": Field(text),
    "is_enabled": Field(flag),
}


@dataclass(frozen=True)
class PayloadType:
    """A type of SSO configurations: its fields, those of them that lists show, and what else the service creates for it."""

    fields: Shape
    listed: tuple[str, ...] = ()
    protocol: str = ""
    """The protocol of the configuration's application; empty: it has none."""
    has_provider: bool = False
    """Whether the configuration has an identity provider."""


TYPES: dict[str, PayloadType] = {
    "bookmark": PayloadType(
        {"login_link": Field(text, required=True), **TILE}, ("login_link", "icon", "is_tile_visible")
    ),
    "entra_id_external_auth_methods": PayloadType(
        {
            "redirect_uris": Field(list_of(text), required=True),
            "discover_endpoint": Field(one_of(*CLOUDS), required=True),
            **INBOUND_SCIM,
        },
        ("redirect_uris", "discover_endpoint"),
        protocol="oidc",
    ),
    "generic_oidc": PayloadType(
        {
            "redirect_uris": Field(list_of(text), required=True),
            "scopes": Field(list_of(text), required=True),
            "trusted_origins": Field(list_of(text), default=[]),
            "login_link": Field(text),
            **TILE,
            "confidentiality": Field(one_of("confidential", "public"), required=True),
            "pkce": Field(one_of(*PKCE), required=True),
            **INBOUND_SCIM,
        },
        ("redirect_uris", "login_link", "icon", "is_tile_visible"),
        protocol="oidc",
    ),
    "generic_oidc_idp": PayloadType(
        {
            **PROVIDER,
            "authorization_endpoint": Field(text, required=True, nullable=True),
            "token_endpoint": Field(text, required=True),
            "jwks_endpoint": Field(text, required=True),
        },
        has_provider=True,
    ),
    "generic_saml": PayloadType({**SAML, **TILE, **INBOUND_SCIM}, ("icon", "is_tile_visible"), protocol="saml"),
    "okta_idp": PayloadType(
        {**PROVIDER, "okta_domain": Field(text, required=True), **INBOUND_SCIM},
        has_provider=True,
    ),
    "okta_sso_bi_idp": PayloadType(
        {
            "pkce": Field(one_of(*PKCE), required=True),
            "okta_registration": Field(record_of(REGISTRATION), required=True),
            **INBOUND_SCIM,
        },
        protocol="oidc",
    ),
    "scim": PayloadType({"company_identifier": Field(text, required=True)}, ("company_identifier",)),
    "ws_fed": PayloadType({**WS_FEDERATION, **TILE, **INBOUND_SCIM}, ("icon", "is_tile_visible"), protocol="saml"),
}
OTHER_NAMES = {"saml": "generic_saml"}
"""The name of a type in requests if it differs from that in responses."""


def read_payload(given: Any, current: Record | None, violations: Violations) -> Record:
    """Return the payload of a request, with its type; that of a configuration can't be changed."""
    if not isinstance(given, dict):
        violations.add("", "must be an object")
        return {}
    name = given.get("type")
    name = OTHER_NAMES.get(name, name) if isinstance(name, str) else None
    if name is None or name not in TYPES:
        violations.add("type", f"must be one of {', '.join(TYPES)}")
        return {}
    if current is not None and current["type"] != name:
        violations.add("type", "can't be changed")
        return {}
    fields = TYPES[name].fields
    return {"type": name, **read_fields(given, make_optional(fields) if current else fields, current, violations)}


def summarize(payload: Record) -> Record:
    """Return a payload as lists show it."""
    listed = (*TYPES[payload["type"]].listed, "inbound_scim")
    return {"type": payload["type"], **{name: payload[name] for name in listed if name in payload}}
