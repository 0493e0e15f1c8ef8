# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook token_life, with tokens of both formats."""

from __future__ import annotations

from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner

PLAYBOOK = "beyondidentity.management.token_life"
SCOPES = ["tokens:read", "tokens:delete"]


def _application(tenant: Tenant, token_format: str) -> dict[str, Any]:
    """Return the variables of an application that issues tokens of a format."""
    own = {"protocol_config": {"token_format": token_format, "allowed_scopes": SCOPES}}
    made = tenant.seed(applications=1, application=own)["applications"][0]
    answer = tenant.emulator.session.get(
        f"{tenant.realm_url}/applications/{made}",
        headers={"Authorization": f"Bearer {tenant.request_token('applications:read')}"},
    )
    config = answer.json()["protocol_config"]
    return {
        **tenant.variables,
        "beyondidentity_issuer": tenant.issuer.replace(tenant.application_id, made),
        "beyondidentity_client_id": config["client_id"],
        "beyondidentity_client_secret": config["client_secret"],
    }


@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
def test_a_token_is_active_until_it_is_revoked(run_playbook: PlaybookRunner, tenant: Tenant, token_format: str) -> None:
    """It is listed as long as it is active."""
    run = run_playbook(PLAYBOOK, extra_vars=_application(tenant, token_format)).succeeded()
    told = run.task("Show the life of the token").result["msg"]
    assert "was issued with the scopes tokens:read" in told and "is inactive now" in told
    active, inactive = run.task("Introspect the token"), run.task("Introspect the revoked token")
    assert active.result["introspection"]["active"] and inactive.result["introspection"] == {"active": False}
    assert len(run.task("Find the token in the list of the application").result["tokens"]) == 1
    assert run.task("Revoke the token").result["revoked"] == [active.result["introspection"]["jti"]]
    assert run.task("Search for the revoked token in the list").result["tokens"] == []
