# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module introspect, in process against the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import introspect, revoke, token
from tests.support.sign_in_application import SignInApplication
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, sign_in_user

NO_CREDENTIALS = {"client_id": None, "client_secret": None}


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_active_token_has_its_claims(check_mode: bool, tenant: Any) -> None:
    issued = run_ok(token, tenant, scopes=READ)["token"]
    result = run_ok(introspect, tenant, token=issued["access_token"], check_mode=check_mode)
    assert (result["changed"], result["requests"]) == (False, 1)
    claims = result["introspection"]
    assert (claims["active"], claims["jti"], claims["scope"]) == (True, issued["id"], "realms:read")
    assert issued["access_token"] not in json.dumps(result)


def test_a_referential_token_and_a_refresh_token_can_be_introspected(tenant: Any) -> None:
    (value,) = tenant.seed(tokens=1)["token_values"]
    assert run_ok(introspect, tenant, token=value)["introspection"]["scope"] == "realms:read"
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(tenant)
    refresh_token = sign_in_user(app).refresh_token
    assert run_ok(introspect, app, token=refresh_token)["introspection"]["active"]


def test_an_inactive_token_is_not_an_error(tenant: Any) -> None:
    value = tenant.request_token("realms:read")
    tenant.revoke_tokens()
    for inactive in (value, "unknown"):
        assert run_ok(introspect, tenant, token=inactive)["introspection"] == {"active": False}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_client_authenticates_with_its_own_credentials(method: str, tenant: Any) -> None:
    run_ok(introspect, tenant, token="unknown", client_auth_method=method)
    assert [entry["operation"] for entry in tenant.read_journal()] == ["introspect"]


def test_a_given_token_authorizes_an_introspection(tenant: Any) -> None:
    value, introspector = tenant.request_token("realms:read"), tenant.request_token("tokens:introspect")
    result = run_ok(introspect, tenant, token=value, access_token=introspector, **NO_CREDENTIALS)
    assert result["introspection"]["active"]
    assert tenant.read_journal(operation="introspect")[0]["headers"]["Authorization"].startswith("Bearer")


def test_a_given_token_without_the_scope_is_refused(tenant: Any) -> None:
    value, reader = tenant.request_token("realms:read"), tenant.request_token("realms:read")
    result = call_module(introspect, tenant, token=value, access_token=reader, **NO_CREDENTIALS)
    assert result["failed"] and result["status"] == 403
    assert value not in json.dumps(result) and reader not in json.dumps(result)


def test_a_stored_sign_in_authorizes_the_introspection_of_a_public_client(tenant: Any) -> None:
    app = SignInApplication.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect"])
    store = MemoryStore()
    own = run_ok(token, app, store, **app.options_after_sign_in("tokens:introspect"))["token"]
    result = run_ok(introspect, app, store, token=own["access_token"], grant_type="authorization_code")
    assert result["introspection"]["active"]


def test_a_revoked_token_of_a_sign_in_is_refreshed(tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="fixed", refresh_lifetime=600)
    app = SignInApplication.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect"])
    store = MemoryStore()
    own = run_ok(token, app, store, **app.options_after_sign_in("tokens:introspect"))["token"]
    run_ok(revoke, tenant, id=own["id"], application=app.application_id)
    result = run_ok(introspect, app, store, token=own["access_token"], grant_type="authorization_code")
    assert result["introspection"] == {"active": False}


def test_without_credentials_and_token_the_client_id_is_missing(tenant: Any) -> None:
    assert "client_id is missing" in run_failed(introspect, tenant, token="t0ken", **NO_CREDENTIALS)
    assert tenant.read_journal() == []


@pytest.mark.parametrize("value", ["", "s3cr t", "s3cr\nt", "é"])
def test_a_malformed_token_is_refused_before_any_request(value: str, tenant: Any) -> None:
    message = run_failed(introspect, tenant, token=value)
    assert "16384 printable ASCII characters" in message and "s3cr" not in message
    assert tenant.read_journal() == []


@pytest.mark.parametrize("response", [{}, {"active": None}, {"active": "true"}, {"active": 1}])
def test_a_response_without_a_boolean_active_is_malformed(response: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="introspect", json=response)
    assert "does not say whether the token is active" in run_failed(introspect, tenant, token="t0ken")


def test_a_token_that_a_server_echoes_is_masked(tenant: Any) -> None:
    tenant.add_fault(operation="introspect", status=400, json={"error": "x", "error_description": "no s3cret-t0ken"})
    assert "s3cret" not in run_failed(introspect, tenant, token="s3cret-t0ken")
