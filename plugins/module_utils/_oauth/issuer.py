# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The issuer of an application: the URL below which its endpoints are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._errors import OptionError
from .._http.urls import hide_user_information, validate_base_url
from .._ids import validate_id

WRONG_ISSUER_HINT = (
    "Do not trust the response. Check that issuer names the application that the user signs in to, then sign in again. "
    "If it happens again, tell the administrator of the tenant."
)
_EXAMPLE = "https://auth-us.beyondidentity.com/v1/tenants/TENANT/realms/REALM/applications/APPLICATION"
_ISSUER = re.compile(
    r"(?P<auth_url>https?://[^?#]+?)/v1/tenants/(?P<tenant_id>[^/]+)/realms/(?P<auth_realm_id>[^/]+)"
    r"/applications/(?P<application_id>[^/]+)(?:/authorize|/token|/revoke|/\.well-known/[a-z.-]+)?/?"
)
_CONSOLE = re.compile(r"(?:https?://)?(?:admin|console)[^/]*\.beyondidentity[^/]*(?:/.*)?")


@dataclass(frozen=True)
class IssuerParts:
    """The parts of an issuer, under the names of the connection options that they set."""

    auth_url: str
    tenant_id: str
    auth_realm_id: str
    application_id: str


def build_issuer(auth_url: str, tenant_id: str, realm_id: str, application_id: str) -> str:
    """Return an application's issuer."""
    return f"{auth_url}/v1/tenants/{tenant_id}/realms/{realm_id}/applications/{application_id}"


def is_issuer(value: str) -> bool:
    """Whether a text has the form of an issuer or of an endpoint's URL below it."""
    return _ISSUER.fullmatch(value) is not None


def parse_issuer(value: str) -> IssuerParts:
    """Return the parts of an issuer, or of an endpoint's URL below it; raise `OptionError` for any other text."""
    match = _ISSUER.fullmatch(value.strip())
    if _CONSOLE.fullmatch(value.strip()):
        raise OptionError(
            f"issuer: '{hide_user_information(value)}' is a page of the Admin Console, not an application's URL.",
            "Open Apps there, select the application, and copy the URL of the token endpoint from the tab External Protocol.",
        )
    if not match:
        raise OptionError(
            f"issuer: '{hide_user_information(value)}' is not an application's URL.",
            f"Use the form {_EXAMPLE}. The Admin Console shows the URL with the application's endpoints.",
        )
    ids = {
        name: validate_id(match[name], f"issuer ({name})") for name in ("tenant_id", "auth_realm_id", "application_id")
    }
    return IssuerParts(auth_url=validate_base_url(match["auth_url"], "issuer"), **ids)
