# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module token by a person's answer, by a kept sign-in and by a refresh token, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import MASK, has_secret
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.modules import application_info, token
from tests.support.desk import REDIRECT, Desk
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, complete_sign_in, make_request, sign_in_user

BY_CODE = {"grant_type": "authorization_code"}
BY_REFRESH = {"grant_type": "refresh_token"}


@pytest.fixture(params=["confidential", "public"])
def desk(request: pytest.FixtureRequest, tenant: Any) -> Desk:
    tenant.settings(refresh_tokens="rotating", **REFRESHED)
    return Desk.of(tenant, public=request.param == "public")


def asked(desk: Desk) -> list[str]:
    """The grants of the requests for tokens that people's application made."""
    return [entry["grant"] for entry in desk.tenant.journal(operation="token") if desk.application_id in entry["path"]]


def answer(desk: Desk, scopes: list[str] | None = None) -> dict[str, Any]:
    return {**BY_CODE, "authorization": complete_sign_in(make_request(desk, scopes))[0].to_dict()}


def test_an_answer_is_exchanged_kept_and_used_again(desk: Desk) -> None:
    store = MemoryStore()
    made = run_ok(token, desk, store, **answer(desk))
    got = made["token"]
    assert got["scopes"] == ["openid", "realms:read"] and not made["cached"] and not made["changed"]
    assert {"access_token", "refresh_token", "id_token"} <= set(got) and has_secret(made)
    assert (got["application_id"], got["tenant_id"]) == (desk.application_id, desk.tenant.tenant_id)
    again = run_ok(token, desk, store, **BY_CODE, scopes=READ)
    assert again["cached"] and again["requests"] == 0
    assert again["token"]["access_token"] == got["access_token"] and "id_token" not in again["token"]
    assert asked(desk) == ["authorization_code"]


def test_a_pasted_answer(desk: Desk) -> None:
    request = make_request(desk)
    address = complete_sign_in(request)[1]
    made = run_ok(token, desk, **BY_CODE, authorization={"authorization": request.to_dict()}, redirect_response=address)
    assert made["token"]["scopes"] == ["openid", "realms:read"]


def test_the_grant_of_an_answer_must_be_named(desk: Desk) -> None:
    given = {**answer(desk), "grant_type": "client_credentials"}
    assert "name no scope" in run_failed(token, desk, **given)
    assert asked(desk) == []


def test_it_is_kept_for_the_user_where_that_is_wished(desk: Desk) -> None:
    run, user = MemoryStore(), MemoryStore()
    run_ok(token, desk, TokenStores(run, user), **answer(desk, [*READ, "applications:read"]), token_cache="user")
    assert [key[0] for key in user.keys] == ["sign-in"] and [key[0] for key in run.keys] == ["answer"]
    later = TokenStores(MemoryStore(), user)
    assert run_ok(token, desk, later, **BY_CODE, scopes=READ)["cached"]
    listed = run_ok(application_info, desk, later, **BY_CODE)
    assert listed["applications"] and asked(desk) == ["authorization_code"]


def test_it_is_kept_nowhere_where_that_is_wished(desk: Desk) -> None:
    run, user = MemoryStore(), MemoryStore()
    run_ok(token, desk, TokenStores(run, user), **answer(desk), token_cache="none")
    assert not run.entries and not user.entries


def test_without_a_sign_in_it_says_what_to_do(desk: Desk) -> None:
    result = call_module(token, desk, **BY_CODE, scopes=READ)
    assert result["failed"] and result["sign_in_required"] is True
    assert "Nobody is signed in" in result["msg"] and "beyondidentity.management.login" in result["msg"]
    assert "name no scope" in run_failed(token, desk, **BY_CODE)
    assert asked(desk) == []


def test_a_kept_one_is_refreshed(desk: Desk) -> None:
    store = MemoryStore()
    first = run_ok(token, desk, store, **answer(desk))["token"]
    second = run_ok(token, desk, store, **BY_CODE, scopes=READ, fresh=True)
    assert not second["cached"] and second["token"]["refresh_token"] != first["refresh_token"]
    assert run_ok(token, desk, store, **BY_CODE, scopes=READ)["token"] == second["token"]
    assert asked(desk) == ["authorization_code", "refresh_token"]


def test_what_the_store_gave_is_hidden_where_a_server_echoes_it(desk: Desk) -> None:
    store = MemoryStore()
    secret = run_ok(token, desk, store, **answer(desk))["token"]["refresh_token"]
    desk.tenant.fault(grant="refresh_token", status=400, json={"error": "x", "error_description": f"no {secret}"})
    message = run_failed(token, desk, store, **BY_CODE, scopes=READ, fresh=True)
    assert secret not in message and MASK in message


def test_a_401_refreshes_once(desk: Desk) -> None:
    store = MemoryStore()
    run_ok(token, desk, store, **answer(desk, ["applications:read"]))
    desk.tenant.fault(operation="ListApplications", expire_token=True, times=1)
    assert run_ok(application_info, desk, store, **BY_CODE)["applications"]
    assert asked(desk) == ["authorization_code", "refresh_token"]


@pytest.mark.parametrize("scopes", [None, READ])
def test_a_refresh_token_of_ones_own(scopes: list[str] | None, desk: Desk) -> None:
    store = MemoryStore()
    old = sign_in_user(desk).refresh_token
    made = run_ok(token, desk, store, **BY_REFRESH, refresh_token=old, scopes=scopes)
    assert made["token"]["refresh_token"] != old and "id_token" not in made["token"]
    assert made["token"]["scopes"] == (scopes or ["openid", "realms:read"])
    assert run_ok(token, desk, store, **BY_CODE, scopes=READ)["cached"], "it is kept"
    message = run_failed(token, desk, **BY_REFRESH, refresh_token=old)
    assert "invalid_grant" in message and "sign in again" in message and str(old) not in message


def test_a_refresh_token_does_not_give_more(desk: Desk) -> None:
    old = sign_in_user(desk).refresh_token
    message = run_failed(token, desk, **BY_REFRESH, refresh_token=old, scopes=["realms:create"])
    assert "invalid_scope" in message and "realms:create" in message


def test_less_than_was_asked_for_is_an_error_or_a_warning(desk: Desk, warnings: list[str]) -> None:
    desk.tenant.settings(identity_scopes=["realms:read"])
    wanted = ["realms:read", "realms:create"]
    store = MemoryStore()
    message = run_failed(token, desk, store, **answer(desk, wanted))
    assert "did not grant realms:create" in message and "a role of the person who signs in" in message
    assert run_ok(token, desk, store, **BY_CODE, scopes=READ)["cached"], "what was granted is kept"
    less = run_ok(token, desk, **answer(desk, wanted), require_scopes=False, warn=warnings.append)
    assert less["token"]["scopes"] == ["openid", "realms:read"]
    assert warnings == ["The service did not grant realms:create."]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "s3cret"}, "redirect_uri is missing"),
        ({"redirect_response": f"{REDIRECT}?code=s3cret-c0de&state=x", "redirect_uri": REDIRECT}, "can't be checked"),
        ({"authorization": {"code": "s3cret"}}, "authorization lacks state"),
        ({"authorization": {"authorization": {}}}, "authorization lacks state"),
        ({"access_token": "t0ken", "code": "c"}, "access_token is given"),
    ],
)
def test_refusals_before_anything_is_sent(given: dict[str, Any], said: str, desk: Desk) -> None:
    message = run_failed(token, desk, **BY_CODE, **given)
    assert said in message and "s3cret" not in message
    assert asked(desk) == []
