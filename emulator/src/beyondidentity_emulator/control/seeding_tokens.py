# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creation of many tokens, as if an application had issued them."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from ..management.builtin_objects import find_managed_object
from ..management.token_claims import build_audience, build_azp, build_principal
from ..model import identifiers
from ..model.issued_tokens import IssuedToken
from ..model.state import MANAGEMENT_AUDIENCE, Realm, Record, Tenant, World

DEFAULT_SCOPES = ("realms:read",)
HEADER = {"alg": "RS256", "typ": "JWT", "kid": "seeded"}
SIGNATURE_LENGTH = 342


def seed_tokens(world: World, tenant: Tenant, wanted: dict[str, Any]) -> list[IssuedToken]:
    """Create `tokens` tokens.

    `token_application`: the id of the application that issued them (the built-in one), in any realm.
    `principal_type`, `principal_id`: the principal (default: the application). `token_scopes`, `token_lifetime` (seconds).
    `token_format`: `referential`, or `self_contained`; these can be used and decoded, but their signature is invalid.
    """
    count = wanted.get("tokens", 0)
    if not count:
        return []
    admin = tenant.realms[tenant.admin_realm_id]
    application_id = wanted.get("token_application") or find_managed_object(admin, "applications")["id"]
    realm = next((one for one in tenant.realms.values() if application_id in one.objects["applications"]), None)
    if realm is None or "client_id" not in realm.objects["applications"][application_id]["protocol_config"]:
        raise ValueError(f"no application {application_id} that has tokens")
    tokens = [
        _create_token(world, tenant, realm, realm.objects["applications"][application_id], wanted)
        for _n in range(count)
    ]
    for token in tokens:
        world.add_token(token)
    return tokens


def _create_token(
    world: World, tenant: Tenant, realm: Realm, application: Record, wanted: dict[str, Any]
) -> IssuedToken:
    moment = int(time.time())
    server = realm.objects["resource_servers"].get(application.get("resource_server_id", ""))
    all_realms = realm.id == tenant.admin_realm_id
    audience = server["identifier"] if server else MANAGEMENT_AUDIENCE
    user_id = wanted.get("principal_id") if wanted.get("principal_type") == "identity" else None
    claims = {
        "iss": world.issuer(tenant.id, realm.id, application["id"]),
        "sub": user_id,
        "aud": build_audience(tenant.settings, audience, application["protocol_config"]["client_id"], bool(user_id)),
        "iat": moment,
        "nbf": moment,
        "exp": moment + wanted.get("token_lifetime", 86400),
        "jti": identifiers.generate_token_id(),
        "scope": " ".join(wanted.get("token_scopes", DEFAULT_SCOPES)),
        **build_azp(tenant.settings.access_token_azp, tenant, realm.id, application),
        "bi_t": tenant.id,
        "bi_r": "*" if all_realms else realm.id,
        **build_principal(tenant, realm.id, application, user_id),
    }
    token_format = wanted.get("token_format", "referential")
    return IssuedToken(
        id=claims["jti"],
        value=_build_unsigned_jwt(claims)
        if token_format == "self_contained"
        else identifiers.generate_opaque_token(tenant.settings.opaque_tokens),
        tenant_id=tenant.id,
        realm_id=realm.id,
        application_id=application["id"],
        client_id=application["protocol_config"]["client_id"],
        scopes=tuple(wanted.get("token_scopes", DEFAULT_SCOPES)),
        audience=audience,
        token_format=token_format,
        issued_at=moment,
        expires=claims["exp"],
        principal_type=wanted.get("principal_type", "application"),
        principal_id=str(wanted.get("principal_id") or application["id"]),
        all_realms=all_realms,
        claims=claims,
    )


def _build_unsigned_jwt(claims: dict[str, Any]) -> str:
    """Return a JWT with a random signature of the right length; a real one takes a millisecond."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (HEADER, claims))
    return f"{'.'.join(parts)}.{identifiers.generate_alphanumeric(SIGNATURE_LENGTH)}"
