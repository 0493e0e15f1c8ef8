# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application authenticates, at which hosts, and which realm is managed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from .._connection_options import DEFAULT_LIFETIME
from .._errors import OptionError
from .._http.urls import get_origin, validate_base_url
from .._ids import validate_id
from .._text import sanitize_for_display
from .issuer import IssuerParts, build_issuer, is_issuer, parse_issuer
from .jwt_claims import read_unverified_claims
from .regions import REGIONS, find_region

_APPLICATION_IDS = ("tenant_id", "auth_realm_id", "application_id")
_IDS = (*_APPLICATION_IDS, "realm_id")
_URLS = ("auth_url", "api_url")
_DEFAULTED = ("client_auth_method", "grant_type", "expiration_time", "min_validity")


@dataclass(frozen=True)
class ConnectionOptions:
    """The connection options for the authenticating application and the servers, as the user set them; `None` for each that is not set."""

    issuer: str | None = None
    region: str | None = None
    auth_url: str | None = None
    api_url: str | None = None
    tenant_id: str | None = None
    auth_realm_id: str | None = None
    application_id: str | None = None
    realm_id: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    client_auth_method: str | None = None
    grant_type: str | None = None
    expiration_time: int | None = None
    min_validity: int | None = None


@dataclass(frozen=True)
class Connection:
    """The connection options, validated and completed. IDs and URLs have the form that a path needs."""

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
    min_validity: int | None = None

    @property
    def issuer(self) -> str:
        """The authenticating application's issuer."""
        return build_issuer(
            self.auth_url, self.require("tenant_id"), self.require("auth_realm_id"), self.require("application_id")
        )

    @property
    def credential_type(self) -> str:
        """What requests are authorized by: `access_token` if the user set one, otherwise a `grant_type`."""
        return "access_token" if self.access_token else self.grant_type

    def require(self, name: str, reason: str = "") -> str:
        """Return an option's value; raise an `OptionError` that says how to set it, and `reason` if given."""
        value: str | None = getattr(self, name)
        if value:
            return value
        if name in _APPLICATION_IDS and not any(getattr(self, part) for part in _APPLICATION_IDS):
            name = "issuer"  # one URL that has all three IDs
        raise OptionError(f"{name} is missing{reason}.", self._hint_on_missing(name))

    def _hint_on_missing(self, name: str) -> str:
        if name == "api_url":
            return (
                f"The authorization server {get_origin(self.auth_url)} is in none of Beyond Identity's regions. "
                "Set api_url to the URL of the Management API."
            )
        hint = (
            f"Set the option, the variable beyondidentity_{name}, or the environment variable "
            f"BEYONDIDENTITY_{name.upper()}."
        )
        if name == "issuer":
            return (
                f"{hint} Set client_id and client_secret with it. To find the values, open Apps in the Admin Console and select "
                "the application. Its tab External Protocol shows the client ID, the client secret, and the URL of the token "
                "endpoint, which is the issuer."
            )
        if name in ("client_id", "client_secret"):
            return f"{hint} In the Admin Console, the application's tab External Protocol shows it."
        if name in _IDS:
            return f"{hint} Or set issuer, the application's URL in the Admin Console, which contains all IDs."
        return hint


@lru_cache(maxsize=16)  # each call of a loop has the same options
def build_connection(options: ConnectionOptions) -> Connection:
    """Validate and complete the connection options.

    If there is an issuer, it decides, and an option that contradicts it is an error. Otherwise a self-contained
    `access_token` supplies what is not set, if its issuer is on a regional host or on the host that the user set.

    Raises:
        OptionError: an option is malformed, or two options contradict each other.
    """
    _validate(options)
    options = _normalize(options)
    if options.issuer:
        options = _apply_issuer(options, parse_issuer(options.issuer))
    elif options.access_token:
        options = _apply_token(options, options.access_token)
    auth_url, api_url = _complete_hosts(options)
    return Connection(
        auth_url=auth_url,
        api_url=api_url,
        tenant_id=options.tenant_id,
        auth_realm_id=options.auth_realm_id,
        application_id=options.application_id,
        realm_id=options.realm_id or options.auth_realm_id,
        client_id=options.client_id,
        client_secret=options.client_secret,
        access_token=options.access_token,
        **{name: value for name in _DEFAULTED if (value := getattr(options, name)) is not None},
    )


def _validate(options: ConnectionOptions) -> None:
    for name in ("client_id", "client_secret"):
        value: str | None = getattr(options, name)
        if value is not None and not value.isprintable():
            raise OptionError(
                f"{name} contains a line break or another control character.",
                "If the value comes from a file, remove the last line break: append | trim in the template.",
            )
    if options.expiration_time is not None and options.expiration_time < 1:
        raise OptionError(
            f"expiration_time must be at least 1 second, not {options.expiration_time}.",
            "Set it to the number of seconds that your work takes.",
        )
    lifetime = options.expiration_time or DEFAULT_LIFETIME
    if options.min_validity is not None and not 0 <= options.min_validity < lifetime:
        raise OptionError(
            f"min_validity is {options.min_validity} seconds. It must be at least 0, and less than expiration_time, which is "
            f"{lifetime} seconds.",
            "Set expiration_time to more seconds, up to the application's own limit (token_expires_after), or reduce "
            "min_validity.",
        )


def _normalize(options: ConnectionOptions) -> ConnectionOptions:
    """Validate URLs and IDs, and give them the form that a path needs."""
    normalized: dict[str, Any] = {
        **{name: validate_base_url(value, name) for name in _URLS if (value := getattr(options, name))},
        **{name: validate_id(value, name) for name in _IDS if (value := getattr(options, name)) is not None},
    }
    return replace(options, **normalized)


def _apply_issuer(options: ConnectionOptions, parts: IssuerParts) -> ConnectionOptions:
    """Take the issuer's parts; raise `OptionError` if an option contradicts a part."""
    for name, value in asdict(parts).items():
        given: str | None = getattr(options, name)
        if given in (None, value) or (name == "auth_url" and get_origin(str(given)) == get_origin(value)):
            continue
        raise OptionError(
            f"{name} is '{sanitize_for_display(given, 200)}', but issuer says '{sanitize_for_display(value, 200)}'.",
            "Remove one of the two.",
        )
    return replace(options, **asdict(parts))


def _apply_token(options: ConnectionOptions, access_token: str) -> ConnectionOptions:
    """Use the claims of a self-contained token for options that are not set.

    The token's issuer is not verified, so it must be a regional host, or the host that the user set.
    """
    issuer = (read_unverified_claims(access_token) or {}).get("iss")
    if not isinstance(issuer, str) or not is_issuer(issuer):
        return options
    parts = parse_issuer(issuer)
    chosen = options.auth_url or (REGIONS[options.region].auth_url if options.region else None)
    is_trusted = (
        find_region(parts.auth_url) is not None if chosen is None else get_origin(parts.auth_url) == get_origin(chosen)
    )
    if not is_trusted:
        return options
    return replace(options, **{name: getattr(options, name) or value for name, value in asdict(parts).items()})


def _complete_hosts(options: ConnectionOptions) -> tuple[str, str | None]:
    """Return the URLs of the authorization server and of the Management API, which may be unknown."""
    auth_url = options.auth_url or REGIONS[options.region or "us"].auth_url
    _refuse_swapped_hosts(auth_url, options.api_url)
    region = find_region(auth_url)
    if options.region and region and options.region != region:
        raise OptionError(
            f"region is '{options.region}', but {get_origin(auth_url)} is in region '{region}'.",
            "Remove one of the two.",
        )
    return auth_url, options.api_url or (REGIONS[region].api_url if region else None)


def _refuse_swapped_hosts(auth_url: str, api_url: str | None) -> None:
    """Raise `OptionError` for a region's Management API in the place of its authorization server, or the reverse."""
    for region in REGIONS.values():
        if get_origin(auth_url) == region.api_url:
            raise OptionError(
                f"issuer or auth_url is on {region.api_url}, which is the Management API, not the authorization server.",
                f"Set it to a URL on {region.auth_url}.",
            )
        if api_url and get_origin(api_url) == region.auth_url:
            raise OptionError(
                f"api_url is on {region.auth_url}, which is the authorization server, not the Management API.",
                f"Set api_url to {region.api_url}, or remove it.",
            )
