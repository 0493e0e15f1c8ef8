# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields that a request can set on an application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..model import identifiers
from ..model.state import Realm, Record
from ..web.errors import Violations
from .fields import choice, is_absolute_uri, reference, string_list, text
from .saml_fields import SAML
from .shapes import read_fields

PROTOCOLS = ("oauth2", "oidc", "saml")
GRANTS = ("authorization_code", "client_credentials")


def build_application(realm: Realm, given: Record, current: Record | None, violations: Violations) -> Record:
    """Return an application's fields; replace all of `protocol_config` except the fields that only the service sets."""
    record: Record = {"display_name": text(given, current, "display_name", violations), "is_managed": False}
    for name, collection in (
        ("resource_server_id", "resource_servers"),
        ("authenticator_config_id", "authenticator_configs"),
    ):
        identifier = reference(given, current, name, realm.objects[collection], violations)
        if identifier is not None:
            record[name] = identifier
    if current is not None and "protocol_config" not in given:
        record["protocol_config"] = current["protocol_config"]
    else:
        inner = Violations(f"{violations.prefix}.protocol_config")
        record["protocol_config"] = _build_protocol(
            given.get("protocol_config"), (current or {}).get("protocol_config"), inner
        )
        violations.found += inner.found
    if not violations.found:
        _check_resource_server(realm, record, violations)
    return record


def build_client_protocol(protocol_type: str, grants: Iterable[str], scopes: Iterable[str]) -> Record:
    """Return the protocol configuration of a new confidential application."""
    return {
        "type": protocol_type,
        "allowed_scopes": list(scopes),
        "client_id": identifiers.generate_client_id(),
        "client_secret": identifiers.generate_client_secret(),
        "confidentiality": "confidential",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_type": list(grants),
        "redirect_uris": [],
        "token_configuration": {"expires_after": 86400, "token_signing_algorithm": "RS256", "subject_field": "id"},
        "pkce": "disabled",
        "token_format": "self_contained",
    }


def _build_protocol(given: Any, current: Record | None, violations: Violations) -> Record:
    if not isinstance(given, dict) or given.get("type") not in PROTOCOLS:
        violations.add("type", f"must be one of {', '.join(PROTOCOLS)}")
        return {}
    if current is not None and current["type"] != given["type"]:
        violations.add("type", "can't be changed")
    if given["type"] == "saml":
        return {"type": "saml", **read_fields(given, SAML, None, violations)}
    confidentiality = choice(given, "confidentiality", ("confidential", "public"), "confidential", violations)
    protocol: Record = {
        "type": given["type"],
        "allowed_scopes": string_list(given, "allowed_scopes", violations),
        "client_id": (current or {}).get("client_id") or identifiers.generate_client_id(),
    }
    if confidentiality == "confidential":
        protocol["client_secret"] = (current or {}).get("client_secret") or identifiers.generate_client_secret()
    protocol.update(
        confidentiality=confidentiality,
        token_endpoint_auth_method="client_secret_basic" if confidentiality == "confidential" else "none",
        grant_type=string_list(given, "grant_type", violations),
        redirect_uris=string_list(given, "redirect_uris", violations),
        token_configuration=_build_token_configuration(given.get("token_configuration"), violations),
        pkce=choice(given, "pkce", ("disabled", "plain", "s256"), "disabled", violations),
        token_format=choice(given, "token_format", ("self_contained", "referential"), "self_contained", violations),
    )
    _check_protocol(protocol, violations)
    return protocol


def _build_token_configuration(given: Any, violations: Violations) -> Record:
    if given is None:
        given = {"expires_after": 86400}
    if not isinstance(given, dict):
        violations.add("token_configuration", "must be an object")
        return {}
    expires_after = given.get("expires_after")
    if isinstance(expires_after, bool) or not isinstance(expires_after, int) or not 0 <= expires_after < 2**32:
        violations.add("token_configuration.expires_after", "is required, a whole number of seconds")
    inner = Violations(f"{violations.prefix}.token_configuration")
    configuration = {
        "expires_after": expires_after,
        "token_signing_algorithm": choice(given, "token_signing_algorithm", ("RS256",), "RS256", inner),
        "subject_field": choice(given, "subject_field", ("id", "email", "username"), "id", inner),
    }
    violations.found += inner.found
    return configuration


def _check_protocol(protocol: Record, violations: Violations) -> None:
    grants = protocol["grant_type"]
    if not grants or not set(grants).issubset(GRANTS):
        violations.add("grant_type", f"must name one or more of {', '.join(GRANTS)}")
    public = protocol["confidentiality"] == "public"
    if public and "client_credentials" in grants:
        violations.add("confidentiality", "must be confidential for the client_credentials grant")
    if public and protocol["pkce"] == "disabled":
        violations.add("pkce", "must be enabled for public applications")
    if "authorization_code" in grants and not protocol["redirect_uris"]:
        violations.add("redirect_uris", "must name one or more for the authorization_code grant")
    if not all(map(is_absolute_uri, protocol["redirect_uris"])):
        violations.add("redirect_uris", "must be absolute URIs without a fragment")


def _check_resource_server(realm: Realm, record: Record, violations: Violations) -> None:
    protocol = record["protocol_config"]
    if protocol["type"] == "saml":
        return
    server = realm.objects["resource_servers"].get(record.get("resource_server_id", ""))
    scopes = set(protocol["allowed_scopes"])
    if server is None and scopes:
        violations.add("protocol_config.allowed_scopes", "must be empty without a resource server")
    elif server is not None and not scopes.issubset(server["scopes"]):
        surplus = ", ".join(sorted(scopes - set(server["scopes"])))
        violations.add("protocol_config.allowed_scopes", f"not among the resource server's scopes: {surplus}")
    if "client_credentials" in protocol["grant_type"] and record.get("authenticator_config_id"):
        violations.add("authenticator_config_id", "must not be set for the client_credentials grant")
