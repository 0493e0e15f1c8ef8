# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an application must look like: the module's options as the API's object, checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .errors import OptionError, StateError
from .management import Management
from .resource import APPLICATION, AUTHENTICATOR_CONFIG, RESOURCE_SERVER, Object, checked, described, pick
from .resource_server import check_offered, find_server
from .text import listed, managed_scopes, one_line

PROTOCOLS = ("oauth2", "oidc")

# the options that may change an application that is there, beside its name; its protocol never changes
MANAGED = (
    "confidentiality",
    "pkce",
    "grant_types",
    "resource_server",
    "allowed_scopes",
    "redirect_uris",
    "authenticator_config",
    "token_format",
    "token_expires_after",
    "token_subject_field",
)
_TOKEN_FIELDS = {"token_expires_after": "expires_after", "token_subject_field": "subject_field"}
_TOKEN_DEFAULTS = {"expires_after": 86400, "token_signing_algorithm": "RS256", "subject_field": "id"}


def operations(params: Mapping[str, Any]) -> list[str]:
    """The operations that building the object may need, beside those on applications."""
    needed: list[str] = []
    if params["state"] == "absent":
        return needed
    if params["resource_server"]:
        needed.append(RESOURCE_SERVER.list)
    elif params["allowed_scopes"]:
        needed.append(RESOURCE_SERVER.get)
    if params["authenticator_config"]:
        needed.append(AUTHENTICATOR_CONFIG.list)
    return needed


class ApplicationBody:
    """Builds the object from the module's options. An omitted option is unmanaged; a new object gets defaults."""

    def __init__(self, params: Mapping[str, Any], management: Management) -> None:
        self.params = params
        self.management = management

    def __call__(self, existing: Object | None) -> Object:
        """The managed fields of the object."""
        params = self.params
        there: Mapping[str, Any] = (existing or {}).get("protocol_config") or {}
        self._check_protocol(existing, there)
        body: Object = {}
        if params["display_name"]:
            body["display_name"] = params["display_name"]
        server = self._resource_server(existing)
        if params["resource_server"] is not None:
            body["resource_server_id"] = server["id"] if server else ""
        if params["authenticator_config"] is not None:
            body["authenticator_config_id"] = self._authenticator_config()
        config = self._given(there, server)
        if existing is None:
            config = {**self._defaults(config), **config}
            body["protocol_config"] = config
        elif config:
            body["protocol_config"] = {"type": there.get("type"), **config}
        complete = {**there, **config}
        check_auth_method(params["token_endpoint_auth_method"], complete.get("confidentiality"))
        _check(complete, {**(existing or {}), **body}, server)
        return body

    def _given(self, there: Mapping[str, Any], server: Object | None) -> Object:
        params = self.params
        config: Object = {}
        for name in ("confidentiality", "pkce", "token_format"):
            if params[name] is not None:
                config[name] = params[name]
        if params["grant_types"] is not None:
            config["grant_type"] = sorted(set(params["grant_types"]))
        if params["redirect_uris"] is not None:
            config["redirect_uris"] = _redirect_uris(params["redirect_uris"])
        if params["allowed_scopes"] is not None:
            config["allowed_scopes"] = self._allowed_scopes(there, server)
        tokens = {field: params[name] for name, field in _TOKEN_FIELDS.items() if params[name] is not None}
        if tokens:
            config["token_configuration"] = {**_TOKEN_DEFAULTS, **(there.get("token_configuration") or {}), **tokens}
        return config

    def _defaults(self, given: Mapping[str, Any]) -> Object:
        """What a new application gets where nothing is said."""
        protocol = self.params["protocol"] or "oauth2"
        grant_type = given.get("grant_type") or (
            ["client_credentials"] if protocol == "oauth2" else ["authorization_code"]
        )
        return {
            "type": protocol,
            "confidentiality": "confidential",
            "pkce": "s256" if "authorization_code" in grant_type else "disabled",
            "grant_type": grant_type,
            "allowed_scopes": [],
            "redirect_uris": [],
            "token_configuration": dict(_TOKEN_DEFAULTS),
            "token_format": "self_contained",
        }

    def _check_protocol(self, existing: Object | None, there: Mapping[str, Any]) -> None:
        if existing is None:
            return
        check_protocol(existing)
        if self.params["protocol"] not in (None, there["type"]):
            raise StateError(
                f"The {described(APPLICATION, existing)} has the protocol {there['type']}, "
                f"which can't be changed to {self.params['protocol']}.",
                "Remove the application first, or use another display_name.",
            )

    def _resource_server(self, existing: Object | None) -> Object | None:
        """The resource server that the application has or shall have, where the options depend on it."""
        wanted = self.params["resource_server"]
        if wanted:
            return find_server(self.management, wanted)
        if wanted is None and self.params["allowed_scopes"] and existing and existing.get("resource_server_id"):
            return checked(
                RESOURCE_SERVER,
                self.management.call(RESOURCE_SERVER.get, {"resource_server_id": existing["resource_server_id"]}),
            )
        return None

    def _authenticator_config(self) -> str:
        wanted = self.params["authenticator_config"]
        if not wanted:
            return ""
        configs = self.management.all(AUTHENTICATOR_CONFIG.list, AUTHENTICATOR_CONFIG.collection)
        return pick(AUTHENTICATOR_CONFIG, configs, wanted, ("id", "display_name"))["id"]

    def _allowed_scopes(self, there: Mapping[str, Any], server: Object | None) -> list[str]:
        scopes = managed_scopes(self.params["allowed_scopes"], "allowed_scopes")
        if "openid" in scopes:
            raise OptionError(
                "allowed_scopes must not hold 'openid'.",
                "It is asked for when signing in, and never put into the application.",
            )
        if scopes and server is None:
            raise OptionError(
                "allowed_scopes needs a resource_server.",
                "For the Management API: resource_server: Beyond Identity Management API.",
            )
        if server:
            check_offered(server, scopes)
        if self.params["scopes_mode"] == "at_least":
            scopes = sorted({*scopes, *(there.get("allowed_scopes") or ())})
        return scopes


def check_protocol(found: Object) -> None:
    """Applications of other protocols, such as SAML, are not changed, and not removed either."""
    protocol = (found.get("protocol_config") or {}).get("type")
    if protocol not in PROTOCOLS:
        raise StateError(
            f"The {described(APPLICATION, found)} has the protocol '{one_line(protocol, 40)}'.",
            f"Only {listed(PROTOCOLS)} can be managed here.",
        )


def _check(config: Mapping[str, Any], body: Mapping[str, Any], server: Object | None) -> None:
    """The service's own rules, told before anything is written."""
    grants = config.get("grant_type") or []
    public = config.get("confidentiality") == "public"
    if public and "client_credentials" in grants:
        raise OptionError(
            "A public application can't use the client_credentials grant, for it has no secret (RFC 6749 section 4.4).",
            "Set confidentiality: confidential, or grant_types: [authorization_code].",
        )
    if public and config.get("pkce") in (None, "disabled"):
        raise OptionError("A public application must have PKCE.", "Set pkce: s256.")
    if "client_credentials" in grants and body.get("authenticator_config_id"):
        raise OptionError(
            "An application with the client_credentials grant can't have an authenticator_config.",
            "Nobody signs in to it.",
        )
    if config.get("allowed_scopes") and server is None and not body.get("resource_server_id"):
        raise OptionError(
            "An application without a resource server may have no allowed_scopes.",
            "Set resource_server, or allowed_scopes: [].",
        )


def _redirect_uris(values: list[str]) -> list[str]:
    """Absolute URIs without fragment (RFC 6749 section 3.1.2), in the order given, once each."""
    for value in values:
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if (
            not parts.scheme
            or not (parts.netloc or parts.path)
            or "#" in value
            or any(char.isspace() for char in value)
        ):
            raise OptionError(
                f"redirect_uris: '{one_line(value, 200)}' is no absolute URI without fragment (RFC 6749 section 3.1.2)."
            )
    return list(dict.fromkeys(values))


def check_auth_method(method: str | None, confidentiality: str | None) -> None:
    """The service takes both secret methods from confidential applications, and none but ``none`` from public ones."""
    if method and confidentiality and (method == "none") != (confidentiality == "public"):
        allowed = "none" if confidentiality == "public" else "client_secret_basic and client_secret_post"
        raise OptionError(
            f"token_endpoint_auth_method '{method}' does not go with confidentiality '{confidentiality}'.",
            f"Its applications may use {allowed}.",
        )
