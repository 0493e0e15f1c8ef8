# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications: from the module's options to the API's object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError, StateError
from .._oauth.redirect_uri import validate_redirect_uris
from .._oauth.scopes import parse_managed_scopes
from .._text import join_names, sanitize_for_display
from .application_validation import validate_application, validate_auth_method
from .client import ManagementClient
from .field_limits import list_choices
from .list_modes import combine, refuse_empty_list
from .references import find_reference_id, list_reference_operations, read_reference
from .resource_lookup import describe_resource, validate_resource
from .resource_server import get_offered_scopes, validate_offered_scopes
from .resource_types import APPLICATION, AUTHENTICATOR_CONFIG, RESOURCE_SERVER, Resource

PROTOCOLS = tuple(list_choices("application", "protocol"))

# The options that can change an existing application, beside its name. A protocol never changes.
MANAGED_OPTIONS = (
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
_TOKEN_DEFAULTS = {"expires_after": 86400, "token_signing_algorithm": "RS256", "subject_field": "id"}


@dataclass(frozen=True)
class ApplicationOptions:
    """The module's options; `None` for each that is not managed."""

    state: str
    display_name: str | None
    protocol: str | None
    confidentiality: str | None
    pkce: str | None
    grant_types: list[str] | None
    token_endpoint_auth_method: str | None
    resource_server: str | None
    allowed_scopes: list[str] | None
    scopes_mode: str
    redirect_uris: list[str] | None
    authenticator_config: str | None
    token_format: str | None
    token_expires_after: int | None
    token_subject_field: str | None
    return_secret: bool

    @property
    def managed(self) -> dict[str, Any]:
        """The options that can change an existing application, by name."""
        return {name: getattr(self, name) for name in MANAGED_OPTIONS}

    def refuse_empty_lists(self) -> None:
        """Raise `OptionError` if the list of scopes is empty, and its mode is not to remove anything."""
        refuse_empty_list("allowed_scopes", self.allowed_scopes, "scopes_mode", self.scopes_mode)


def list_operations(options: ApplicationOptions) -> list[str]:
    """Return the operations that building the object may need, beside those on applications."""
    if options.state == "absent":
        return []
    operations: list[str] = []
    if options.resource_server:
        is_read = bool(options.allowed_scopes)
        operations += list_reference_operations(RESOURCE_SERVER, options.resource_server, is_read=is_read)
    elif options.allowed_scopes:
        operations.append(RESOURCE_SERVER.get_operation)
    if options.authenticator_config:
        operations += list_reference_operations(AUTHENTICATOR_CONFIG, options.authenticator_config)
    return operations


class ApplicationBuilder:
    """Builds the managed fields of an application. A new application gets defaults; an omitted option is not managed."""

    def __init__(self, options: ApplicationOptions, client: ManagementClient) -> None:
        self.options = options
        self.client = client

    def build(self, existing: Resource | None) -> Resource:
        """Return the managed fields, validated together with those of the existing application."""
        options = self.options
        present: Mapping[str, Any] = (existing or {}).get("protocol_config") or {}
        if existing is not None:
            self._validate_protocol_change(existing)
        server = self._find_resource_server(existing)
        body: Resource = {"display_name": options.display_name} if options.display_name else {}
        if options.resource_server is not None:
            body["resource_server_id"] = server["id"] if server else ""
        if options.authenticator_config is not None:
            wanted = options.authenticator_config
            body["authenticator_config_id"] = wanted and find_reference_id(AUTHENTICATOR_CONFIG, self.client, wanted)
        config = self._build_config(present, server)
        if existing is None:
            config = {**_build_defaults(options.protocol or "oauth2", config.get("grant_type")), **config}
            body["protocol_config"] = config
        elif config:
            body["protocol_config"] = {"type": present.get("type"), **config}
        complete = {**present, **config}
        if existing is not None and server is not None and _is_read(server):
            _refuse_remaining_scopes(existing, {**body, "protocol_config": complete}, server)
        validate_auth_method(options.token_endpoint_auth_method, complete.get("confidentiality"))
        validate_application(complete, {**(existing or {}), **body}, has_resource_server=server is not None)
        return body

    def _build_config(self, present: Mapping[str, Any], server: Resource | None) -> Resource:
        """Return the fields of the protocol configuration that the options set."""
        options = self.options
        given = {
            "confidentiality": options.confidentiality,
            "pkce": options.pkce,
            "token_format": options.token_format,
            "grant_type": None if options.grant_types is None else sorted(set(options.grant_types)),
            "redirect_uris": None if options.redirect_uris is None else validate_redirect_uris(options.redirect_uris),
            "allowed_scopes": self._build_allowed_scopes(present, server),
            "token_configuration": self._build_token_configuration(present),
        }
        return {name: value for name, value in given.items() if value is not None}

    def _build_token_configuration(self, present: Mapping[str, Any]) -> Resource | None:
        options = self.options
        fields = {"expires_after": options.token_expires_after, "subject_field": options.token_subject_field}
        given = {name: value for name, value in fields.items() if value is not None}
        return {**_TOKEN_DEFAULTS, **(present.get("token_configuration") or {}), **given} if given else None

    def _build_allowed_scopes(self, present: Mapping[str, Any], server: Resource | None) -> list[str] | None:
        if self.options.allowed_scopes is None:
            return None
        scopes = parse_managed_scopes(self.options.allowed_scopes, "allowed_scopes")
        if "openid" in scopes:
            raise OptionError(
                "allowed_scopes must not contain 'openid'.",
                "Remove it: a sign-in requests openid, and the application does not list it.",
            )
        if scopes and server is None:
            raise OptionError(
                "allowed_scopes needs a resource_server.",
                "For the Management API, set resource_server: Beyond Identity Management API.",
            )
        if server and scopes:
            validate_offered_scopes(server, scopes)
        return combine(scopes, present.get("allowed_scopes"), self.options.scopes_mode)

    def _validate_protocol_change(self, existing: Resource) -> None:
        validate_protocol(existing)
        protocol = existing["protocol_config"]["type"]
        if self.options.protocol not in (None, protocol):
            raise StateError(
                f"Cannot change the protocol of the {describe_resource(APPLICATION, existing)} from {protocol} to "
                f"{self.options.protocol}.",
                "Remove the application first, or use another display_name.",
            )

    def _find_resource_server(self, existing: Resource | None) -> Resource | None:
        """Return the application's wanted or present resource server, if the options depend on it; only its ID if no scopes do.

        An ID needs no right to read resource servers. Then the service checks the application's present scopes.
        """
        wanted = self.options.resource_server
        if wanted and self.options.allowed_scopes:
            return read_reference(RESOURCE_SERVER, self.client, wanted)
        if wanted:
            id = find_reference_id(RESOURCE_SERVER, self.client, wanted)
            is_other = existing is not None and existing.get("resource_server_id") != id
            if is_other and RESOURCE_SERVER.get_operation in self.client.operations:
                return read_reference(RESOURCE_SERVER, self.client, wanted)
            return {"id": id}
        present = (existing or {}).get("resource_server_id")
        if wanted is None and self.options.allowed_scopes and present:
            server = self.client.call(RESOURCE_SERVER.get_operation, {RESOURCE_SERVER.id_parameter: present})
            return validate_resource(RESOURCE_SERVER, server)
        return None


def _is_read(server: Resource) -> bool:
    return server.keys() != {"id"}


def _refuse_remaining_scopes(existing: Resource, wanted: Resource, server: Resource) -> None:
    """Raise `StateError` for a change after which the application has scopes that its resource server does not offer.

    The service would refuse the change. Without a change, such scopes can remain: the server offered them before.
    """
    present, scopes = existing["protocol_config"], wanted["protocol_config"].get("allowed_scopes") or []
    has_other_server = server["id"] != existing.get("resource_server_id")
    remaining = sorted(set(scopes) - set(get_offered_scopes(server)))
    if remaining and (has_other_server or set(scopes) != set(present.get("allowed_scopes") or [])):
        raise StateError(
            f"The {describe_resource(APPLICATION, existing)} has allowed_scopes that the "
            f"{describe_resource(RESOURCE_SERVER, server)} does not offer: {join_names(remaining)}.",
            "To remove them, set allowed_scopes, and omit scopes_mode or set it to exact.",
        )


def validate_protocol(found: Resource) -> None:
    """Raise `StateError` for an application of another protocol, such as SAML: the module neither changes nor removes it."""
    protocol = (found.get("protocol_config") or {}).get("type")
    if protocol not in PROTOCOLS:
        raise StateError(
            f"The {describe_resource(APPLICATION, found)} has the protocol '{sanitize_for_display(protocol, 40)}'.",
            f"This module manages {join_names(PROTOCOLS)} applications only. Use the module api, or name another application.",
        )


def _build_defaults(protocol: str, grant_type: list[str] | None) -> Resource:
    """Return a new application's protocol configuration, for the fields that no option sets."""
    grants = grant_type or (["client_credentials"] if protocol == "oauth2" else ["authorization_code"])
    return {
        "type": protocol,
        "confidentiality": "confidential",
        "pkce": "s256" if "authorization_code" in grants else "disabled",
        "grant_type": grants,
        "allowed_scopes": [],
        "redirect_uris": [],
        "token_configuration": dict(_TOKEN_DEFAULTS),
        "token_format": "self_contained",
    }
