# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module token by client credentials, in process against the emulator."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import token
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok


@pytest.mark.parametrize(
    "given",
    [
        {"scopes": ["realms:read realms:create"]},
        {"operations": ["CreateRealm", "ListRealms"]},
        {"scopes": ["realms:create"], "operations": ["ListRealms"]},
    ],
)
def test_a_token_has_the_requested_scopes_and_is_reused(given: dict[str, Any], tenant: Any) -> None:
    store = MemoryStore()
    result = run_ok(token, tenant, store, **given)
    issued = result["token"]
    assert issued["scopes"] == ["realms:create", "realms:read"]
    assert (issued["token_type"], issued["api_url"], issued["tenant_id"]) == (
        "Bearer",
        tenant.api_url,
        tenant.tenant_id,
    )
    assert (issued["realm_id"], issued["application_id"]) == (tenant.realm_id, tenant.application_id)
    assert 3540 < issued["expires_in"] <= 3600
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", issued["expires_at"])
    assert issued["id"] == tenant.read_journal(operation="token")[0]["issued_token_id"]
    assert (result["cached"], result["changed"]) == (False, False)
    assert run_ok(token, tenant, store, **given)["cached"] is True
    assert run_ok(token, tenant, store, **given, fresh=True)["cached"] is False


def test_check_mode_requests_a_token_too(tenant: Any) -> None:
    assert run_ok(token, tenant, check_mode=True, operations=["CreateRealm"])["token"]["scopes"] == ["realms:create"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scopes": []}, "scopes and operations are empty"),
        ({"scopes": [" , "]}, "scopes and operations are empty"),
        ({"operations": ["ListResourceTypes"]}, "scopes and operations are empty"),
        ({"operations": ["CreateRealmm"]}, "Did you mean CreateRealm"),
        ({"operations": [""], "scopes": ["realms:read"]}, "operation is empty"),
        ({"scopes": ["a"], "access_token": "t0ken"}, "access_token is set"),
        ({"scopes": ['"']}, "is not a valid scope"),
        ({"scopes": ["realms:read"], "client_secret": None}, "client_secret is missing"),
    ],
)
def test_invalid_options_of_a_token_are_refused_before_any_request(
    given: dict[str, Any], message: str, tenant: Any
) -> None:
    assert message in run_failed(token, tenant, **given)
    assert tenant.read_journal() == []


def test_a_scope_that_was_not_granted_is_an_error_or_a_warning(tenant: Any, warnings: list[str]) -> None:
    tenant.change_settings(grant_only=["realms:read"])
    given = {"scopes": ["realms:read", "realms:create"]}
    assert "did not grant realms:create" in run_failed(token, tenant, **given)
    assert run_ok(token, tenant, **given, require_scopes=False, warn=warnings.append)["token"]["scopes"] == [
        "realms:read"
    ]
    assert warnings == ["The service did not grant realms:create."]


def test_a_token_of_unknown_lifetime_has_no_times(tenant: Any) -> None:
    tenant.change_settings(token_answer={"expires_in": None})
    issued = run_ok(token, tenant, scopes=["realms:read"])["token"]
    assert (issued["expires_in"], issued["expires_at"]) == (None, None)
