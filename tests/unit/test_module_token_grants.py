# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module token by an authorization response, a stored sign-in and a refresh token, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import MASK, has_secret
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.modules import application_info, token
from tests.support.sign_in_application import REDIRECT, SignInApplication
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, complete_sign_in, make_request, sign_in_user

BY_CODE = {"grant_type": "authorization_code"}
BY_REFRESH = {"grant_type": "refresh_token"}


@pytest.fixture(params=["confidential", "public"])
def app(request: pytest.FixtureRequest, tenant: Any) -> SignInApplication:
    tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    return SignInApplication.of(tenant, public=request.param == "public")


def list_grants(app: SignInApplication) -> list[str]:
    """Return the grant of each token request for the application that users sign in to."""
    return [
        entry["grant"] for entry in app.tenant.read_journal(operation="token") if app.application_id in entry["path"]
    ]


def make_response_options(app: SignInApplication, scopes: list[str] | None = None) -> dict[str, Any]:
    """Return the options that exchange the code of a user who signs in."""
    return {**BY_CODE, "authorization": complete_sign_in(make_request(app, scopes))[0].to_dict()}


def test_a_code_is_exchanged_and_its_token_stored_and_reused(app: SignInApplication) -> None:
    store = MemoryStore()
    issued = run_ok(token, app, store, **make_response_options(app))
    result = issued["token"]
    assert result["scopes"] == ["openid", "realms:read"] and not issued["cached"] and not issued["changed"]
    assert {"access_token", "refresh_token", "id_token"} <= set(result) and has_secret(issued)
    assert (result["application_id"], result["tenant_id"]) == (app.application_id, app.tenant.tenant_id)
    again = run_ok(token, app, store, **BY_CODE, scopes=READ)
    assert again["cached"] and again["requests"] == 0
    assert again["token"]["access_token"] == result["access_token"] and "id_token" not in again["token"]
    assert list_grants(app) == ["authorization_code"]


def test_a_pasted_redirect_response_is_exchanged(app: SignInApplication) -> None:
    request = make_request(app)
    url = complete_sign_in(request)[1]
    issued = run_ok(token, app, **BY_CODE, authorization={"authorization": request.to_dict()}, redirect_response=url)
    assert issued["token"]["scopes"] == ["openid", "realms:read"]


def test_an_authorization_without_its_grant_type_is_not_exchanged(app: SignInApplication) -> None:
    given = {**make_response_options(app), "grant_type": "client_credentials"}
    assert "scopes and operations are empty" in run_failed(token, app, **given)
    assert list_grants(app) == []


def test_with_token_cache_user_the_sign_in_outlives_the_run(app: SignInApplication) -> None:
    run, user = MemoryStore(), MemoryStore()
    run_ok(
        token,
        app,
        TokenStores(run, user),
        **make_response_options(app, [*READ, "applications:read"]),
        token_cache="user",
    )
    assert [key[0] for key in user.keys] == ["sign-in"] and [key[0] for key in run.keys] == ["code"]
    later = TokenStores(MemoryStore(), user)
    assert run_ok(token, app, later, **BY_CODE, scopes=READ)["cached"]
    listed = run_ok(application_info, app, later, **BY_CODE)
    assert listed["applications"] and list_grants(app) == ["authorization_code"]


def test_with_token_cache_none_nothing_is_stored(app: SignInApplication) -> None:
    run, user = MemoryStore(), MemoryStore()
    run_ok(token, app, TokenStores(run, user), **make_response_options(app), token_cache="none")
    assert not run.entries and not user.entries


def test_without_a_stored_sign_in_the_error_says_how_to_sign_in(app: SignInApplication) -> None:
    result = call_module(token, app, **BY_CODE, scopes=READ)
    assert result["failed"] and result["sign_in_required"] is True
    assert "No sign-in is stored" in result["msg"] and "beyondidentity.management.login" in result["msg"]
    assert "scopes and operations are empty" in run_failed(token, app, **BY_CODE)
    assert list_grants(app) == []


def test_fresh_refreshes_a_stored_sign_in(app: SignInApplication) -> None:
    store = MemoryStore()
    first = run_ok(token, app, store, **make_response_options(app))["token"]
    second = run_ok(token, app, store, **BY_CODE, scopes=READ, fresh=True)
    assert not second["cached"] and second["token"]["refresh_token"] != first["refresh_token"]
    assert run_ok(token, app, store, **BY_CODE, scopes=READ)["token"] == second["token"]
    assert list_grants(app) == ["authorization_code", "refresh_token"]


def test_a_stored_refresh_token_that_a_server_echoes_is_masked(app: SignInApplication) -> None:
    store = MemoryStore()
    secret = run_ok(token, app, store, **make_response_options(app))["token"]["refresh_token"]
    app.tenant.add_fault(grant="refresh_token", status=400, json={"error": "x", "error_description": f"no {secret}"})
    message = run_failed(token, app, store, **BY_CODE, scopes=READ, fresh=True)
    assert secret not in message and MASK in message


def test_a_401_refreshes_a_stored_sign_in_once(app: SignInApplication) -> None:
    store = MemoryStore()
    run_ok(token, app, store, **make_response_options(app, ["applications:read"]))
    app.tenant.add_fault(operation="ListApplications", expire_token=True, times=1)
    assert run_ok(application_info, app, store, **BY_CODE)["applications"]
    assert list_grants(app) == ["authorization_code", "refresh_token"]


@pytest.mark.parametrize("scopes", [None, READ])
def test_a_given_refresh_token_is_used_and_its_successor_stored(
    scopes: list[str] | None, app: SignInApplication
) -> None:
    store = MemoryStore()
    old = sign_in_user(app).refresh_token
    issued = run_ok(token, app, store, **BY_REFRESH, refresh_token=old, scopes=scopes)
    assert issued["token"]["refresh_token"] != old and "id_token" not in issued["token"]
    assert issued["token"]["scopes"] == (scopes or ["openid", "realms:read"])
    assert run_ok(token, app, store, **BY_CODE, scopes=READ)["cached"], "the new token is stored"
    message = run_failed(token, app, **BY_REFRESH, refresh_token=old)
    assert "invalid_grant" in message and "sign in again" in message.lower() and str(old) not in message


@pytest.mark.parametrize("refresh_token", ["", None])
def test_an_empty_refresh_token_is_refused_and_no_other_grant_is_used(
    refresh_token: str | None, app: SignInApplication
) -> None:
    message = run_failed(token, app, **BY_REFRESH, refresh_token=refresh_token, scopes=READ)
    assert message.startswith("refresh_token is empty.")
    assert list_grants(app) == []


def test_a_refresh_token_cannot_get_more_scopes_than_the_sign_in(app: SignInApplication) -> None:
    old = sign_in_user(app).refresh_token
    message = run_failed(token, app, **BY_REFRESH, refresh_token=old, scopes=["realms:create"])
    assert "invalid_scope" in message and "realms:create" in message


def test_a_scope_that_was_not_granted_is_an_error_or_a_warning(app: SignInApplication, warnings: list[str]) -> None:
    app.tenant.change_settings(identity_scopes=["realms:read"])
    requested = ["realms:read", "realms:create"]
    store = MemoryStore()
    message = run_failed(token, app, store, **make_response_options(app, requested))
    assert "did not grant realms:create" in message and "role of the signed-in user" in message
    assert run_ok(token, app, store, **BY_CODE, scopes=READ)["cached"], "the granted scopes are stored"
    reduced = run_ok(token, app, **make_response_options(app, requested), require_scopes=False, warn=warnings.append)
    assert reduced["token"]["scopes"] == ["openid", "realms:read"]
    assert warnings == ["The service did not grant realms:create."]


def test_given_scopes_are_required_of_the_token_for_a_code(app: SignInApplication) -> None:
    message = run_failed(token, app, **make_response_options(app, READ), scopes=["realms:create"])
    assert "did not grant realms:create" in message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"code": "s3cret"}, "redirect_uri is missing"),
        ({"redirect_response": f"{REDIRECT}?code=s3cret-c0de&state=x", "redirect_uri": REDIRECT}, "to check the state"),
        ({"authorization": {"code": "s3cret"}}, "authorization lacks state"),
        ({"authorization": {"authorization": {}}}, "authorization lacks state"),
        ({"access_token": "t0ken", "code": "c"}, "access_token is set"),
    ],
)
def test_invalid_options_are_refused_before_any_request(
    given: dict[str, Any], expected: str, app: SignInApplication
) -> None:
    message = run_failed(token, app, **BY_CODE, **given)
    assert expected in message and "s3cret" not in message
    assert list_grants(app) == []
