# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module revoke by id, and for all of an application or a principal, in process against the emulator."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.modules import revoke, token
from tests.support.desk import SCOPES, Desk
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, complete_sign_in, make_request

REALM_ADMIN = ["tokens:read", "tokens:delete"]
PRINCIPAL = {"principal_type": "identity", "principal_id": "e372db224c06e850"}


def active(tenant: Any) -> list[str]:
    """The ids of the built-in application's tokens, asked for with one that counts as none of them."""
    token = tenant.mint("tokens:read")
    answer = tenant.emulator.session.get(
        f"{tenant.realm_url}/applications/{tenant.application_id}/tokens",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ).json()
    asking = tenant.journal(operation="token")[-1]["issued_token_id"]
    return sorted(item["id"] for item in answer["tokens"] if item["id"] != asking)


def revocations(tenant: Any) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in tenant.journal(operation="RevokeToken")]


def test_one_by_its_id(tenant: Any) -> None:
    store = MemoryStore()
    made = run_ok(token, tenant, store, scopes=READ)["token"]
    for check_mode in (True, False):
        done = run_ok(revoke, tenant, store, check_mode=check_mode, id=made["id"])
        assert (done["changed"], done["revoked"]) == (True, [made["id"]])
        assert (made["id"] in active(tenant)) is check_mode
    assert not run_ok(token, tenant, store, scopes=READ)["cached"], "nobody gets what was revoked"
    for check_mode in (True, False):
        again = run_ok(revoke, tenant, store, check_mode=check_mode, id=made["id"])
        assert (again["changed"], again["revoked"]) == (False, [])
    assert revocations(tenant) == [made["id"]]


def test_in_check_mode_only_reading_is_asked_for(tenant: Any) -> None:
    run_ok(revoke, tenant, check_mode=True, all="application")
    assert [entry["form"]["scope"] for entry in tenant.journal(operation="token")] == ["tokens:read"]


@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
@pytest.mark.parametrize("cache", ["run", "user", "none"])
def test_all_of_an_application_are_revoked_once(cache: str, token_format: str, tenant: Any) -> None:
    tokens = tenant.seed(tokens=3, token_format=token_format)["tokens"]
    stores = TokenStores(MemoryStore(), MemoryStore())
    predicted = run_ok(revoke, tenant, stores, check_mode=True, all="application", token_cache=cache)
    done = run_ok(revoke, tenant, stores, all="application", token_cache=cache)
    assert done["changed"] and set(tokens) <= set(done["revoked"])
    assert set(tokens) == set(predicted["revoked"]), "what it asks with itself is no change"
    again = run_ok(revoke, tenant, stores, all="application", token_cache=cache)
    assert (again["changed"], again["revoked"]) == (False, [])
    assert active(tenant) == []


def test_the_token_in_use_goes_last(tenant: Any) -> None:
    store = MemoryStore()
    kept = run_ok(token, tenant, store, scopes=REALM_ADMIN)["token"]
    tenant.seed(tokens=5)
    done = run_ok(revoke, tenant, store, all="application")
    assert len(done["revoked"]) == 6 and done["revoked"][-1] == kept["id"], "it was there before, so that it counts"
    assert revocations(tenant) == done["revoked"]
    assert len(tenant.journal(operation="token")) == 1


@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
def test_a_given_one_goes_last_too(token_format: str, tenant: Any) -> None:
    wanted = {"token_scopes": REALM_ADMIN, "token_format": token_format}
    given = tenant.seed(tokens=1, **wanted)
    tenant.seed(tokens=5)
    options = {"access_token": given["token_values"][0], "client_id": None, "client_secret": None}
    done = run_ok(revoke, tenant, all="application", **options)
    assert done["revoked"][-1:] == given["tokens"] and len(done["revoked"]) == 6
    assert tenant.journal(operation="token") == [] and active(tenant) == []


def test_with_nothing_but_a_self_contained_token(tenant: Any) -> None:
    """It tells tenant, realm and application; its issuer is known because the user named the host, too."""
    tokens = tenant.seed(tokens=2)["tokens"]
    nothing = dict.fromkeys(("issuer", "client_id", "client_secret"))
    mine = tenant.mint(*REALM_ADMIN)
    done = run_ok(revoke, tenant, all="application", access_token=mine, auth_url=tenant.api_url, **nothing)
    assert set(tokens) < set(done["revoked"])
    assert active(tenant) == []


def test_of_another_application(tenant: Any) -> None:
    (other,) = tenant.seed(applications=1, name="Other")["applications"]
    tokens = sorted(tenant.seed(tokens=2, token_application=other)["tokens"])
    mine = tenant.seed(tokens=2)["tokens"]
    assert run_ok(revoke, tenant, all="application", application=other, check_mode=True)["revoked"] != []
    assert sorted(run_ok(revoke, tenant, all="application", application="Other")["revoked"]) == tokens
    assert not run_ok(revoke, tenant, all="application", application=other)["changed"]
    assert set(mine) < set(active(tenant))


def test_of_an_application_in_the_managed_realm(tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    (other,) = tenant.seed(applications=1, name="Other", realm_id=realm)["applications"]
    tokens = sorted(tenant.seed(tokens=2, token_application=other)["tokens"])
    for name in (other, "Other"):
        done = run_ok(revoke, tenant, all="application", application=name, realm_id=realm, check_mode=True)
        assert sorted(done["revoked"]) == tokens
    assert "no application 'Other'" in run_failed(revoke, tenant, all="application", application="Other")
    assert run_ok(revoke, tenant, id=tokens[0], application=other, realm_id=realm)["revoked"] == [tokens[0]]


def test_all_of_a_principal(tenant: Any) -> None:
    tokens = sorted(tenant.seed(tokens=2, **PRINCIPAL)["tokens"])
    others = tenant.seed(tokens=2)["tokens"]
    done = run_ok(revoke, tenant, all="principal", **PRINCIPAL)
    assert sorted(done["revoked"]) == tokens and set(others) < set(active(tenant))
    assert not run_ok(revoke, tenant, all="principal", **PRINCIPAL)["changed"]


@pytest.mark.parametrize("how", [{"all": "application"}, {"id": "t1"}, {"token": "t0ken"}, {"all": "sign_ins"}])
@pytest.mark.parametrize("name", PRINCIPAL)
def test_a_principal_that_would_narrow_nothing_down(name: str, how: dict[str, Any], tenant: Any) -> None:
    tenant.seed(tokens=1)
    assert f"{name} goes with all: principal only" in run_failed(revoke, tenant, **how, **{name: PRINCIPAL[name]})
    assert tenant.journal() == []


@pytest.mark.parametrize(
    "given",
    [
        {"id": ""},
        {"id": "../x"},
        {"all": "application", "application": ""},
        {"all": "principal", **PRINCIPAL, "principal_id": ""},
        {"all": "principal", **PRINCIPAL, "principal_id": ".."},
        {"all": "sign_ins", "application": "x"},
    ],
)
def test_what_names_nothing_revokes_nothing(given: dict[str, Any], tenant: Any) -> None:
    run_failed(revoke, tenant, **given)
    assert tenant.journal() == []


def test_what_others_revoke_meanwhile_is_no_trouble(tenant: Any) -> None:
    tokens = tenant.seed(tokens=4)["tokens"]
    store = MemoryStore()
    gone = run_ok(token, tenant, store, scopes=READ)["token"]
    for token_id in (tokens[1], gone["id"]):
        tenant.fault(operation="RevokeToken", path=f"/{token_id}$", status=404)
    done = run_ok(revoke, tenant, store, all="application")
    assert sorted(done["revoked"]) == sorted({*tokens, gone["id"]} - {tokens[1], gone["id"]})
    assert not run_ok(token, tenant, store, scopes=READ)["cached"], "what is gone is not handed out either"


TROUBLE = {
    "403": ({"status": 403}, "RevokeToken needs the scopes tokens:delete"),
    "500": ({"status": 500}, "HTTP 500"),
    "timeout": ({"delay": 20}, "no complete answer within 1 seconds"),
    "no answer": ({"drop": "reset"}, "broke off"),
}


@pytest.mark.parametrize(("fault", "said"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_on_the_way_tells_what_is_revoked(fault: dict[str, Any], said: str, tenant: Any) -> None:
    store = MemoryStore()
    kept = [run_ok(token, tenant, store, scopes=[scope])["token"] for scope in ("realms:read", "realms:create")]
    tenant.seed(tokens=3)
    tenant.fault(operation="RevokeToken", skip=2, **fault)
    result = call_module(revoke, tenant, store, all="application", timeout=1, retries=0)
    assert result["failed"] and not result["changed"]
    assert result["msg"].startswith("2 of 5 tokens were revoked, then: RevokeToken at ") and said in result["msg"]
    assert len(result["revoked"]) == 2 and not set(result["revoked"]) & set(active(tenant))
    for made, scope in zip(kept, ("realms:read", "realms:create"), strict=True):
        cached = run_ok(token, tenant, store, scopes=[scope])["cached"]
        assert cached is (made["id"] not in result["revoked"]), "forgotten is what is revoked, and no more"
    tenant.clear_faults()
    assert len(run_ok(revoke, tenant, store, all="application")["revoked"]) >= 3
    assert active(tenant) == []


def test_the_first_that_can_not_be_revoked(tenant: Any) -> None:
    tenant.seed(tokens=3)
    tenant.fault(operation="RevokeToken", status=403)
    result = call_module(revoke, tenant, all="application")
    assert result["msg"].startswith("0 of 3 tokens were revoked, then: ") and result["status"] == 403


def test_a_token_that_expires_on_the_way_is_replaced(tenant: Any) -> None:
    tokens = tenant.seed(tokens=4)["tokens"]
    tenant.fault(operation="RevokeToken", skip=1, times=1, expire_token=True)
    done = run_ok(revoke, tenant, all="application")
    assert set(tokens) <= set(done["revoked"])
    assert len(tenant.journal(operation="token")) == 2


def test_an_id_that_can_not_be_used_stops_it_before_anything_is_revoked(tenant: Any) -> None:
    tenant.fault(operation="ListTokens", json={"tokens": [{"id": "t1"}, {"id": "t2\x1b[2J"}]})
    message = run_failed(revoke, tenant, all="application")
    assert message == "ListTokens: the answer holds a token without an id that can be used. Check api_url."
    assert revocations(tenant) == []


def test_progress_is_told(tenant: Any) -> None:
    tenant.seed(tokens=250)
    told: list[str] = []
    run_ok(revoke, tenant, all="application", tell=told.append)
    assert told == ["Tokens revoked: 100 of 250.", "Tokens revoked: 200 of 250."]


def test_a_sign_in_goes_with_its_application_and_others_stay(tenant: Any) -> None:
    """Whoever revokes by id what another application issued forgets that sign-in, and no other of it."""
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    desk = Desk.of(tenant, allowed_scopes=list(SCOPES))
    store = MemoryStore()
    by_code = {"grant_type": "authorization_code"}
    one, other = (
        run_ok(token, desk, store, **by_code, authorization=complete_sign_in(make_request(desk, [scope]))[0].to_dict())[
            "token"
        ]
        for scope in ("realms:read", "realms:create")
    )
    run_ok(revoke, tenant, store, id=one["id"], application=desk.application_id)
    assert "sign_in_required" in call_module(token, desk, store, **by_code, scopes=["realms:read"])
    assert run_ok(token, desk, store, **by_code, scopes=["realms:create"])["cached"]
    done = run_ok(revoke, tenant, store, all="application", application=desk.application_id)
    assert other["id"] in done["revoked"] and len(done["revoked"]) == 3, "with both refresh tokens"
    assert "sign_in_required" in call_module(token, desk, store, **by_code, scopes=["realms:create"])


def test_many_at_once_revoke_each_token_once(tenant: Any) -> None:
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
    assert active(tenant) == []


def test_a_token_that_replaces_another_on_the_way_goes_too(tenant: Any) -> None:
    store = MemoryStore()
    tenant.seed(tokens=4)
    tenant.fault(operation="RevokeToken", skip=1, times=1, expire_token=True)
    done = run_ok(revoke, tenant, store, all="application")
    assert len(done["revoked"]) == 4 and active(tenant) == []
    assert [entry for entry in store.entries.values() if "access_token" in entry] == []


def test_one_by_its_id_is_looked_for_no_further_than_it_is(tenant: Any) -> None:
    tokens = tenant.seed(tokens=250)["tokens"]
    pages = []
    for identifier in tokens:
        tenant.clear_journal()
        assert run_ok(revoke, tenant, id=identifier)["revoked"] == [identifier]
        pages.append(len(tenant.journal(operation="ListTokens")))
        if min(pages) < max(pages):
            return
    raise AssertionError(f"always {pages[0]} pages")
