# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application authenticates, against which hosts, and which realm is managed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .claims import unverified_claims
from .errors import OptionError
from .options import DEFAULT_LIFETIME
from .text import identifier, one_line
from .urls import base_url, origin


@dataclass(frozen=True)
class Region:
    """The two hosts of a region of the service."""

    auth_url: str
    api_url: str


REGIONS = {
    "us": Region("https://auth-us.beyondidentity.com", "https://api-us.beyondidentity.com"),
    "eu": Region("https://auth-eu.beyondidentity.com", "https://api-eu.beyondidentity.com"),
    "fedramp": Region("https://auth.us1.beyondidentity-gov.com", "https://api.us1.beyondidentity-gov.com"),
}
_REGION_BY_ORIGIN = {url: name for name, region in REGIONS.items() for url in (region.auth_url, region.api_url)}
_ISSUER = re.compile(
    r"(?P<auth_url>https?://[^?#]+?)/v1/tenants/(?P<tenant_id>[^/]+)/realms/(?P<auth_realm_id>[^/]+)"
    r"/applications/(?P<application_id>[^/]+)(?P<endpoint>/authorize|/token|/revoke|/\.well-known/[a-z.-]+)?/?"
)
_ISSUER_PARTS = ("tenant_id", "auth_realm_id", "application_id")
_ISSUER_FORM = "https://auth-us.beyondidentity.com/v1/tenants/TENANT/realms/REALM/applications/APPLICATION"


@dataclass(frozen=True)
class Connection:
    """The connection options, checked and completed. Ids and URLs are as they stand in paths."""

    auth_url: str
    api_url: str | None
    tenant_id: str | None
    auth_realm_id: str | None
    application_id: str | None
    realm_id: str | None
    client_id: str | None
    client_secret: str | None = field(repr=False)
    access_token: str | None = field(repr=False)
    client_auth_method: str = "client_secret_basic"
    grant_type: str = "client_credentials"
    expiration_time: int = DEFAULT_LIFETIME

    @property
    def issuer(self) -> str:
        """The authenticating application's issuer."""
        return application_issuer(
            self.auth_url, self.need("tenant_id"), self.need("auth_realm_id"), self.need("application_id")
        )

    def need(self, name: str, why: str = "") -> str:
        """An option's value, or an error that says how to give it, and ``why`` where that is not plain."""
        value = getattr(self, name)
        if value:
            return value
        if name in _ISSUER_PARTS and not any(getattr(self, part) for part in _ISSUER_PARTS):
            name = "issuer"  # which is what people have at hand
        hint = f"Give it as the option, as the variable beyondidentity_{name} or as the environment variable BEYONDIDENTITY_{name.upper()}."
        if name == "issuer":
            hint += (
                " It is the application's URL as the Admin Console shows it; client_id and client_secret go with it."
            )
        elif name in (*_ISSUER_PARTS, "realm_id"):
            hint += " Or give issuer, the application's URL as the Admin Console shows it, which has all of them."
        elif name == "api_url":
            hint = f"The authorization server {origin(self.auth_url)} is none of Beyond Identity's regions, so api_url must say where the Management API is."
        raise OptionError(f"{name} is missing{why}.", hint)


def application_issuer(auth_url: str, tenant_id: str, realm_id: str, application_id: str) -> str:
    """The issuer of any application."""
    return f"{auth_url}/v1/tenants/{tenant_id}/realms/{realm_id}/applications/{application_id}"


def is_regional(url: str) -> bool:
    """Whether a URL is on one of the service's own hosts, by exact origin."""
    try:
        return origin(url) in _REGION_BY_ORIGIN
    except ValueError:
        return False


def parse_issuer(value: str) -> dict[str, str]:
    """The parts of an issuer, or of an endpoint's URL below it."""
    match = _ISSUER.fullmatch(value.strip())
    if not match:
        raise OptionError(
            f"issuer: '{one_line(value, 200)}' is no application's URL.",
            f"It looks like {_ISSUER_FORM}; the Admin Console shows it with the application's endpoints.",
        )
    parts = match.groupdict()
    parts.pop("endpoint")
    parts["auth_url"] = base_url(parts["auth_url"], "issuer")
    for name in ("tenant_id", "auth_realm_id", "application_id"):
        parts[name] = identifier(parts[name], f"issuer ({name})")
    return parts


def connection(options: Mapping[str, Any]) -> Connection:
    """Check and complete the connection options.

    The issuer decides where it is given; what contradicts it is an error. A self-contained
    ``access_token`` gives what is not given, on a host that is regional or given by the user.
    """
    given: dict[str, Any] = {name: options.get(name) for name in Connection.__dataclass_fields__}
    for name in ("auth_url", "api_url"):
        if given[name]:
            given[name] = base_url(given[name], name)
    for name in ("tenant_id", "auth_realm_id", "application_id", "realm_id"):
        if given[name] is not None:
            given[name] = identifier(given[name], name)

    for name in ("client_id", "client_secret"):
        if given[name] is not None and not given[name].isprintable():
            raise OptionError(
                f"{name} holds a line break or another control character.",
                "A file's last line break is often the reason: in a template, append | trim.",
            )
    if given["expiration_time"] is not None and given["expiration_time"] < 1:
        raise OptionError(f"expiration_time must be at least 1 second, not {given['expiration_time']}.")

    if options.get("issuer"):
        _take(given, parse_issuer(options["issuer"]), "issuer")
    elif given["access_token"]:
        _take_from_token(given, options.get("region"))

    region = options.get("region")
    if not given["auth_url"]:
        given["auth_url"] = REGIONS[region or "us"].auth_url
    named = _REGION_BY_ORIGIN.get(origin(given["auth_url"]))
    if region and named and region != named:
        raise OptionError(
            f"region is '{region}', but {origin(given['auth_url'])} is in region '{named}'.", "Remove one of the two."
        )
    if not given["api_url"] and named:
        given["api_url"] = REGIONS[named].api_url
    given["realm_id"] = given["realm_id"] or given["auth_realm_id"]
    return Connection(**{name: value for name, value in given.items() if value is not None or name not in _DEFAULTED})


_DEFAULTED = ("client_auth_method", "grant_type", "expiration_time")


def _take(given: dict[str, Any], parts: Mapping[str, str], source: str) -> None:
    """Fill in parts; what was given otherwise is a contradiction."""
    for name, value in parts.items():
        if given[name] not in (None, value) and not (name == "auth_url" and origin(given[name]) == origin(value)):
            raise OptionError(
                f"{name} is '{one_line(given[name], 200)}', but {source} says '{one_line(value, 200)}'.",
                "Remove one of the two.",
            )
        given[name] = value


def _take_from_token(given: dict[str, Any], region: str | None) -> None:
    """Fill in what a given self-contained token tells. Its issuer is not verified, so it may name no new host."""
    issuer = (unverified_claims(given["access_token"]) or {}).get("iss")
    match = _ISSUER.fullmatch(issuer) if isinstance(issuer, str) else None
    if not match:
        return
    parts = parse_issuer(match.group())
    trusted = given["auth_url"] or (REGIONS[region].auth_url if region else None)
    if not (is_regional(parts["auth_url"]) if trusted is None else origin(parts["auth_url"]) == origin(trusted)):
        return
    for name, value in parts.items():
        given[name] = given[name] or value
