# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""External identity providers, with OpenID Connect."""

from __future__ import annotations

import re
from typing import Any

from ..model import identifiers
from ..model.state import Realm, Record
from ..web.errors import Violations
from .fields import text as required_text
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_body, read_document
from .shapes import Field, list_of, one_of, read_fields, text

PROVIDERS = "identity_providers"
TYPE = "oidc_idp"
PKCE = ("disabled", "plain", "s256")
ATTRIBUTES = ("id", "email", "username", "external_id")
PROTOCOL = {
    "type": Field(one_of(TYPE), required=True),
    "client_id": Field(text, required=True),
    "client_secret": Field(text, required=True),
    "token_scopes": Field(list_of(text), required=True),
    "identity_attribute": Field(one_of(*ATTRIBUTES), required=True),
    "pkce": Field(one_of(*PKCE), required=True),
    "jwks_url": Field(text, required=True),
    "token_url": Field(text, required=True),
    "authorize_url": Field(text, required=True),
    "identifying_claim_name": Field(text, required=True),
}


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "createIdentityProvider": create_provider,
        "listIdentityProviders": lambda call: call.build_page(PROVIDERS, call.realm.objects[PROVIDERS], SMALL_PAGES),
        "getIdentityProvider": find_provider,
        "updateIdentityProvider": update_provider,
        "deleteIdentityProvider": delete_provider,
    }


def find_provider(call: Call) -> Record:
    """Return the identity provider that the path names."""
    return call.find_in(PROVIDERS, "IdentityProvider", "identity_provider_id")


def create_provider(call: Call) -> Record:
    """Create an identity provider. The response has the documented protocol configuration, and the new object."""
    given = read_document()
    violations = Violations()
    name = required_text(given, None, "display_name", violations)
    protocol = _read_protocol(given.get("protocol_config"), None, violations)
    violations.raise_if_any()
    record = add_provider(call, name, protocol)
    return {**record["protocol_config"], **record}


def add_provider(call: Call, name: str, protocol: Record) -> Record:
    """Add an identity provider to the realm."""
    identifier = identifiers.generate_object_id()
    redirect_url = f"{call.world.base_url}/v1/tenants/{call.tenant.id}/realms/{call.realm.id}/callback"
    record = {
        "id": identifier,
        "tenant_id": call.tenant.id,
        "realm_id": call.realm.id,
        "display_name": name,
        "protocol_config": {**protocol, "redirect_url": redirect_url},
    }
    call.realm.objects[PROVIDERS][identifier] = record
    call.tenant.changes.add_created(identifier)
    return record


def update_provider(call: Call) -> Record:
    """Change an identity provider's name, or fields of its protocol configuration."""
    current = find_provider(call)
    given = read_body("identity_provider")
    violations = Violations("identity_provider")
    name = required_text(given, current, "display_name", violations)
    protocol = current["protocol_config"]
    if "protocol_config" in given:
        protocol = {**protocol, **_read_protocol(given["protocol_config"], protocol, violations)}
    violations.raise_if_any()
    return replace_provider(call.realm, current, display_name=name, protocol_config=protocol)


def replace_provider(realm: Realm, current: Record, **fields: Any) -> Record:
    """Change fields of an identity provider."""
    record = {**current, **fields}
    realm.objects[PROVIDERS][record["id"]] = record
    return record


def delete_provider(call: Call) -> None:
    """Delete an identity provider."""
    del call.realm.objects[PROVIDERS][find_provider(call)["id"]]


def _read_protocol(given: Any, current: Record | None, violations: Violations) -> Record:
    """Return a protocol configuration. The vendor's client documents names such as `clientId`, too."""
    if not isinstance(given, dict):
        violations.add("protocol_config", "must be an object")
        return {}
    spelled = {re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower(): value for name, value in given.items()}
    inner = Violations(".".join(part for part in (violations.prefix, "protocol_config") if part))
    protocol = read_fields(spelled, PROTOCOL, current, inner)
    violations.found += inner.found
    return protocol
