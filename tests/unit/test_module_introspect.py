# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module introspect, in process against the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import introspect, revoke, token
from tests.support.desk import Desk
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, sign_in_user

NOBODY = {"client_id": None, "client_secret": None}


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_active_token(check_mode: bool, tenant: Any) -> None:
    made = run_ok(token, tenant, scopes=READ)["token"]
    known = run_ok(introspect, tenant, token=made["access_token"], check_mode=check_mode)
    assert (known["changed"], known["requests"]) == (False, 1)
    claims = known["introspection"]
    assert (claims["active"], claims["jti"], claims["scope"]) == (True, made["id"], "realms:read")
    assert made["access_token"] not in json.dumps(known)


def test_a_referential_token_and_a_refresh_token(tenant: Any) -> None:
    (value,) = tenant.seed(tokens=1)["token_values"]
    assert run_ok(introspect, tenant, token=value)["introspection"]["scope"] == "realms:read"
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    desk = Desk.of(tenant)
    refresh_token = sign_in_user(desk).refresh_token
    assert run_ok(introspect, desk, token=refresh_token)["introspection"]["active"]


def test_one_that_is_not_active_is_no_failure(tenant: Any) -> None:
    value = tenant.mint("realms:read")
    tenant.revoke_tokens()
    for inactive in (value, "unknown"):
        assert run_ok(introspect, tenant, token=inactive)["introspection"] == {"active": False}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_clients_own_credentials_come_first(method: str, tenant: Any) -> None:
    run_ok(introspect, tenant, token="unknown", client_auth_method=method)
    assert [entry["operation"] for entry in tenant.journal()] == ["introspect"]


def test_with_a_given_token(tenant: Any) -> None:
    value, able = tenant.mint("realms:read"), tenant.mint("tokens:introspect")
    known = run_ok(introspect, tenant, token=value, access_token=able, **NOBODY)
    assert known["introspection"]["active"]
    assert tenant.journal(operation="introspect")[0]["headers"]["Authorization"].startswith("Bearer")


def test_a_given_token_that_may_not(tenant: Any) -> None:
    value, unable = tenant.mint("realms:read"), tenant.mint("realms:read")
    result = call_module(introspect, tenant, token=value, access_token=unable, **NOBODY)
    assert result["failed"] and result["status"] == 403
    assert value not in json.dumps(result) and unable not in json.dumps(result)


def test_a_persons_sign_in_may_ask_for_a_public_application(tenant: Any) -> None:
    desk = Desk.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect"])
    store = MemoryStore()
    asked = desk.answered("tokens:introspect")
    mine = run_ok(token, desk, store, **asked)["token"]
    known = run_ok(introspect, desk, store, token=mine["access_token"], grant_type="authorization_code")
    assert known["introspection"]["active"]


def test_a_persons_token_that_is_not_known_any_more_is_refreshed(tenant: Any) -> None:
    tenant.settings(refresh_tokens="fixed", refresh_lifetime=600)
    desk = Desk.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect"])
    store = MemoryStore()
    mine = run_ok(token, desk, store, **desk.answered("tokens:introspect"))["token"]
    run_ok(revoke, tenant, id=mine["id"], application=desk.application_id)
    known = run_ok(introspect, desk, store, token=mine["access_token"], grant_type="authorization_code")
    assert known["introspection"] == {"active": False}


def test_nobody_to_ask_as(tenant: Any) -> None:
    assert "client_id is missing" in run_failed(introspect, tenant, token="t0ken", **NOBODY)
    assert tenant.journal() == []


@pytest.mark.parametrize("value", ["", "s3cr t", "s3cr\nt", "é"])
def test_what_is_no_token(value: str, tenant: Any) -> None:
    message = run_failed(introspect, tenant, token=value)
    assert "token is not 1 to 16384 printable ASCII characters" in message and "s3cr" not in message
    assert tenant.journal() == []


@pytest.mark.parametrize("answer", [{}, {"active": None}, {"active": "true"}, {"active": 1}])
def test_an_answer_that_says_nothing(answer: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="introspect", json=answer)
    assert "does not say whether the token is active" in run_failed(introspect, tenant, token="t0ken")


def test_a_token_that_a_server_echoes_is_not_printed(tenant: Any) -> None:
    tenant.fault(operation="introspect", status=400, json={"error": "x", "error_description": "no s3cret-t0ken"})
    assert "s3cret" not in run_failed(introspect, tenant, token="s3cret-t0ken")
