# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module revoke by ID, and for all tokens of an application or a principal, in process against the emulator."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.modules import revoke, token
from tests.support.sign_in_application import SCOPES, SignInApplication
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, complete_sign_in, make_request

REALM_ADMIN = ["tokens:read", "tokens:delete"]
PRINCIPAL = {"principal_type": "identity", "principal_id": "e372db224c06e850"}


def list_active(tenant: Any) -> list[str]:
    """Return the IDs of the built-in application's tokens, without the token that this request is sent with."""
    token = tenant.request_token("tokens:read")
    listing = tenant.emulator.session.get(
        f"{tenant.realm_url}/applications/{tenant.application_id}/tokens",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ).json()
    own = tenant.read_journal(operation="token")[-1]["issued_token_id"]
    return sorted(item["id"] for item in listing["tokens"] if item["id"] != own)


def list_revocations(tenant: Any) -> list[str]:
    """Return the ID of each token whose revocation was requested."""
    return [entry["path"].rpartition("/")[2] for entry in tenant.read_journal(operation="RevokeToken")]


def test_a_token_is_revoked_by_its_id_once(tenant: Any) -> None:
    store = MemoryStore()
    issued = run_ok(token, tenant, store, scopes=READ)["token"]
    for check_mode in (True, False):
        result = run_ok(revoke, tenant, store, check_mode=check_mode, id=issued["id"])
        assert (result["changed"], result["revoked"]) == (True, [issued["id"]])
        assert (issued["id"] in list_active(tenant)) is check_mode
    assert not run_ok(token, tenant, store, scopes=READ)["cached"], "a revoked token is not reused"
    for check_mode in (True, False):
        again = run_ok(revoke, tenant, store, check_mode=check_mode, id=issued["id"])
        assert (again["changed"], again["revoked"]) == (False, [])
    assert list_revocations(tenant) == [issued["id"]]


def test_check_mode_requests_the_reading_scope_only(tenant: Any) -> None:
    run_ok(revoke, tenant, check_mode=True, all="application")
    assert [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")] == ["tokens:read"]


@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
@pytest.mark.parametrize("cache", ["run", "user", "none"])
def test_all_tokens_of_an_application_are_revoked_once(cache: str, token_format: str, tenant: Any) -> None:
    tokens = tenant.seed(tokens=3, token_format=token_format)["tokens"]
    stores = TokenStores(MemoryStore(), MemoryStore())
    predicted = run_ok(revoke, tenant, stores, check_mode=True, all="application", token_cache=cache)
    result = run_ok(revoke, tenant, stores, all="application", token_cache=cache)
    assert result["changed"] and set(tokens) <= set(result["revoked"])
    assert set(tokens) == set(predicted["revoked"]), "the task's own token is not a change"
    again = run_ok(revoke, tenant, stores, all="application", token_cache=cache)
    assert (again["changed"], again["revoked"]) == (False, [])
    assert list_active(tenant) == []


def test_the_token_in_use_is_revoked_last(tenant: Any) -> None:
    store = MemoryStore()
    stored = run_ok(token, tenant, store, scopes=REALM_ADMIN)["token"]
    tenant.seed(tokens=5)
    result = run_ok(revoke, tenant, store, all="application")
    assert len(result["revoked"]) == 6 and result["revoked"][-1] == stored["id"], (
        "the token existed before, so its revocation is a change"
    )
    assert list_revocations(tenant) == result["revoked"]
    assert len(tenant.read_journal(operation="token")) == 1


@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
def test_a_given_token_is_revoked_last(token_format: str, tenant: Any) -> None:
    given = tenant.seed(tokens=1, token_scopes=REALM_ADMIN, token_format=token_format)
    tenant.seed(tokens=5)
    options = {"access_token": given["token_values"][0], "client_id": None, "client_secret": None}
    result = run_ok(revoke, tenant, all="application", **options)
    assert result["revoked"][-1:] == given["tokens"] and len(result["revoked"]) == 6
    assert tenant.read_journal(operation="token") == [] and list_active(tenant) == []


def test_a_self_contained_token_is_enough_to_know_the_application(tenant: Any) -> None:
    """Its issuer has the tenant, realm and application. It is trusted because the user set the host in auth_url."""
    tokens = tenant.seed(tokens=2)["tokens"]
    nothing = dict.fromkeys(("issuer", "client_id", "client_secret"))
    own = tenant.request_token(*REALM_ADMIN)
    result = run_ok(revoke, tenant, all="application", access_token=own, auth_url=tenant.api_url, **nothing)
    assert set(tokens) < set(result["revoked"])
    assert list_active(tenant) == []


def test_only_the_tokens_of_the_selected_application_are_revoked(tenant: Any) -> None:
    (other,) = tenant.seed(applications=1, name="Other")["applications"]
    tokens = sorted(tenant.seed(tokens=2, token_application=other)["tokens"])
    own = tenant.seed(tokens=2)["tokens"]
    assert run_ok(revoke, tenant, all="application", application=other, check_mode=True)["revoked"] != []
    assert sorted(run_ok(revoke, tenant, all="application", application="Other")["revoked"]) == tokens
    assert not run_ok(revoke, tenant, all="application", application=other)["changed"]
    assert set(own) < set(list_active(tenant)) and tenant.read_journal(operation="revoke") == []


def test_an_application_of_the_managed_realm_is_found_by_id_and_name(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    (other,) = tenant.seed(applications=1, name="Other", realm_id=realm)["applications"]
    tokens = sorted(tenant.seed(tokens=2, token_application=other)["tokens"])
    for name in (other, "Other"):
        result = run_ok(revoke, tenant, all="application", application=name, realm_id=realm, check_mode=True)
        assert sorted(result["revoked"]) == tokens
    assert "no application 'Other'" in run_failed(revoke, tenant, all="application", application="Other")
    assert run_ok(revoke, tenant, id=tokens[0], application=other, realm_id=realm)["revoked"] == [tokens[0]]


def test_only_the_tokens_of_the_principal_are_revoked(tenant: Any) -> None:
    tokens = sorted(tenant.seed(tokens=2, **PRINCIPAL)["tokens"])
    others = tenant.seed(tokens=2)["tokens"]
    result = run_ok(revoke, tenant, all="principal", **PRINCIPAL)
    assert sorted(result["revoked"]) == tokens and set(others) < set(list_active(tenant))
    assert not run_ok(revoke, tenant, all="principal", **PRINCIPAL)["changed"]


@pytest.mark.parametrize("how", [{"all": "application"}, {"id": "t1"}, {"token": "t0ken"}, {"all": "sign_ins"}])
@pytest.mark.parametrize("name", PRINCIPAL)
def test_a_principal_without_all_principal_is_refused(name: str, how: dict[str, Any], tenant: Any) -> None:
    tenant.seed(tokens=1)
    assert f"{name} has no effect without all: principal" in run_failed(
        revoke, tenant, **how, **{name: PRINCIPAL[name]}
    )
    assert tenant.read_journal() == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"id": ""}, "id must not be empty"),
        ({"id": "../x"}, "'../x' is not a valid ID"),
        ({"all": "application", "application": ""}, "application must not be empty"),
        ({"all": "principal", **PRINCIPAL, "principal_id": ""}, "principal_id must not be empty"),
        ({"all": "sign_ins", "application": ""}, "application must not be empty"),
    ],
)
def test_an_invalid_selection_is_refused_before_any_request(given: dict[str, Any], message: str, tenant: Any) -> None:
    assert message in run_failed(revoke, tenant, **given)
    assert tenant.read_journal() == []


def test_a_token_that_another_process_revokes_first_is_not_an_error(tenant: Any) -> None:
    tokens = tenant.seed(tokens=4)["tokens"]
    store = MemoryStore()
    removed = run_ok(token, tenant, store, scopes=READ)["token"]
    for token_id in (tokens[1], removed["id"]):
        tenant.add_fault(operation="RevokeToken", path=f"/{token_id}$", status=404)
    result = run_ok(revoke, tenant, store, all="application")
    assert sorted(result["revoked"]) == sorted({*tokens, removed["id"]} - {tokens[1], removed["id"]})
    assert not run_ok(token, tenant, store, scopes=READ)["cached"], "a removed token is not reused either"


def test_a_token_that_is_already_removed_is_removed_from_the_store_without_a_change(tenant: Any) -> None:
    store = MemoryStore()
    issued = run_ok(token, tenant, store, scopes=READ)["token"]
    tenant.add_fault(operation="RevokeToken", status=404)
    result = run_ok(revoke, tenant, store, id=issued["id"])
    assert (result["changed"], result["revoked"]) == (False, [])
    assert not run_ok(token, tenant, store, scopes=READ)["cached"]


FAULTS = {
    "403": ({"status": 403}, "RevokeToken needs the scopes tokens:delete"),
    "500": ({"status": 500}, "HTTP 500"),
    "timeout": ({"delay": 20}, "within 1 second"),
    "no response": ({"drop": "reset"}, "the connection to"),
}


@pytest.mark.parametrize(("fault", "message"), FAULTS.values(), ids=FAULTS)
def test_a_failure_halfway_lists_the_revoked_tokens(fault: dict[str, Any], message: str, tenant: Any) -> None:
    store = MemoryStore()
    stored = [run_ok(token, tenant, store, scopes=[scope])["token"] for scope in ("realms:read", "realms:create")]
    tenant.seed(tokens=3)
    tenant.add_fault(operation="RevokeToken", skip=2, **fault)
    result = call_module(revoke, tenant, store, all="application", timeout=1, retries=0)
    assert result["failed"] and not result["changed"]
    assert result["msg"].startswith("2 of 5 tokens were revoked, then: RevokeToken at ") and message in result["msg"]
    assert len(result["revoked"]) == 2 and not set(result["revoked"]) & set(list_active(tenant))
    for issued, scope in zip(stored, ("realms:read", "realms:create"), strict=True):
        cached = run_ok(token, tenant, store, scopes=[scope])["cached"]
        assert cached is (issued["id"] not in result["revoked"]), (
            "exactly the revoked tokens are removed from the store"
        )
    tenant.clear_faults()
    assert len(run_ok(revoke, tenant, store, all="application")["revoked"]) >= 3
    assert list_active(tenant) == []


def test_a_failure_at_the_first_token_reports_its_status(tenant: Any) -> None:
    tenant.seed(tokens=3)
    tenant.add_fault(operation="RevokeToken", status=403)
    result = call_module(revoke, tenant, all="application")
    assert result["msg"].startswith("0 of 3 tokens were revoked, then: ") and result["status"] == 403


def test_a_token_that_expires_halfway_is_replaced(tenant: Any) -> None:
    tenant.change_settings(revoked_token_status=401)
    tokens = tenant.seed(tokens=4)["tokens"]
    tenant.add_fault(operation="RevokeToken", skip=1, times=1, expire_token=True)
    result = run_ok(revoke, tenant, all="application")
    assert set(tokens) <= set(result["revoked"])
    assert len(tenant.read_journal(operation="token")) == 2


def test_a_malformed_id_in_the_listing_stops_the_task_before_any_revocation(tenant: Any) -> None:
    tenant.add_fault(operation="ListTokens", json={"tokens": [{"id": "t1"}, {"id": "t2\x1b[2J"}]})
    message = run_failed(revoke, tenant, all="application")
    assert message.startswith("ListTokens:") and "which is not valid" in message and "Check api_url" in message
    assert list_revocations(tenant) == []


def test_progress_is_shown_at_each_hundredth_token(tenant: Any) -> None:
    tenant.seed(tokens=250)
    told: list[str] = []
    run_ok(revoke, tenant, all="application", tell=told.append)
    assert told == ["Tokens revoked: 100 of 250.", "Tokens revoked: 200 of 250."]


def test_a_revoked_token_of_a_sign_in_is_removed_from_the_store_and_no_other(tenant: Any) -> None:
    """The sign-in is with another application than the one that the task authenticates as."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(tenant, allowed_scopes=list(SCOPES))
    store = MemoryStore()
    by_code = {"grant_type": "authorization_code"}
    one, other = (
        run_ok(token, app, store, **by_code, authorization=complete_sign_in(make_request(app, [scope]))[0].to_dict())[
            "token"
        ]
        for scope in ("realms:read", "realms:create")
    )
    run_ok(revoke, tenant, store, id=one["id"], application=app.application_id)
    assert "sign_in_required" in call_module(token, app, store, **by_code, scopes=["realms:read"])
    assert run_ok(token, app, store, **by_code, scopes=["realms:create"])["cached"]
    result = run_ok(revoke, tenant, store, all="application", application=app.application_id)
    assert other["id"] in result["revoked"] and len(result["revoked"]) == 3, "the access token and both refresh tokens"
    assert "sign_in_required" in call_module(token, app, store, **by_code, scopes=["realms:create"])


def test_concurrent_hosts_revoke_each_token_once(tenant: Any) -> None:
    tokens = sorted(tenant.seed(tokens=20)["tokens"])
    store = MemoryStore()
    results: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda: results.append(run_ok(revoke, tenant, store, all="application")))
        for _n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(token_id for result in results for token_id in result["revoked"]) == tokens
    assert sorted(result["changed"] for result in results) == [False] * 7 + [True]
    assert list_active(tenant) == []


def test_the_replacement_of_the_tasks_own_token_is_revoked_too(tenant: Any) -> None:
    tenant.change_settings(revoked_token_status=401)
    store = MemoryStore()
    tenant.seed(tokens=4)
    tenant.add_fault(operation="RevokeToken", skip=1, times=1, expire_token=True)
    result = run_ok(revoke, tenant, store, all="application")
    assert len(result["revoked"]) == 4 and list_active(tenant) == []
    assert [entry for entry in store.entries.values() if "access_token" in entry] == []


def test_the_listing_is_read_only_up_to_the_page_with_the_id(tenant: Any) -> None:
    listed = {"tokens": [{"id": "t1"}, {"id": "t2"}], "next_page_token": "more"}
    tenant.add_fault(operation="ListTokens", json=listed)
    assert run_ok(revoke, tenant, check_mode=True, id="t2")["revoked"] == ["t2"]
    assert len(tenant.read_journal(operation="ListTokens")) == 1
