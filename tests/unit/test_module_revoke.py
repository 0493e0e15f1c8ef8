# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module revoke, in process against the emulator."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.modules import introspect, revoke, token
from tests.support.desk import SCOPES, Desk
from tests.unit.builders import make_task
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, complete_sign_in, make_request

BY_CODE = {"grant_type": "authorization_code"}
DELETE = "tokens:delete"


def desk_of(tenant: Any, public: bool = False) -> Desk:
    """An application of the protocol oidc, for which the service takes no client's credentials here."""
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    return Desk.of(tenant, public=public, allowed_scopes=[*SCOPES, DELETE])


def sign_in(desk: Desk, store: Any, *scopes: str, **given: Any) -> dict[str, Any]:
    asked = complete_sign_in(make_request(desk, list(scopes) or READ))[0].to_dict()
    made: dict[str, Any] = run_ok(token, desk, store, **BY_CODE, authorization=asked, **given)["token"]
    return made


def active(desk: Any, *values: str) -> list[bool]:
    tenant = getattr(desk, "tenant", desk)
    return [make_task(tenant).server.introspect(value)["active"] for value in values]


def revocations(tenant: Any) -> list[int]:
    return [entry["status"] for entry in tenant.journal(operation="revoke")]


def test_a_token_by_its_value(tenant: Any) -> None:
    store = MemoryStore()
    made = run_ok(token, tenant, store, scopes=READ)["token"]
    predicted = run_ok(revoke, tenant, store, check_mode=True, token=made["access_token"])
    assert predicted["changed"] and active(tenant, made["access_token"]) == [True]
    done = run_ok(revoke, tenant, store, token=made["access_token"])
    assert (done["changed"], done["revoked"]) == (True, [made["id"]]) == (predicted["changed"], predicted["revoked"])
    assert active(tenant, made["access_token"]) == [False]
    again = run_ok(revoke, tenant, store, token=made["access_token"])
    assert (again["changed"], again["revoked"]) == (False, [])
    assert not run_ok(token, tenant, store, scopes=READ)["cached"], "nobody gets what was revoked"


def test_one_that_is_unknown_is_no_change(tenant: Any) -> None:
    assert run_ok(revoke, tenant, token="unknown") == {"changed": False, "revoked": [], "requests": 1}
    assert revocations(tenant) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_one_of_another_application(check_mode: bool, tenant: Any) -> None:
    """The service would say that it is revoked, and leave it active (RFC 7009 section 2.2)."""
    other = tenant.seed(applications=1)["applications"][0]
    value = tenant.seed(tokens=1, token_application=other)["token_values"][0]
    message = run_failed(revoke, tenant, check_mode=check_mode, token=value)
    assert f"issued by the application {other}, and not by {tenant.application_id}" in message and value not in message
    assert revocations(tenant) == [] and active(tenant, value) == [True]


@pytest.mark.parametrize("module", [revoke, introspect])
def test_who_asks_with_a_wrong_secret(module: Any, tenant: Any) -> None:
    message = run_failed(module, tenant, token="unknown", client_secret="wr0ng-secret")
    assert "Check client_id, client_secret and client_auth_method" in message and "wr0ng" not in message


def test_a_given_token_that_may_not_ask_is_told_what_it_lacks(tenant: Any) -> None:
    given = {"access_token": tenant.mint("realms:read"), "client_secret": None}
    assert "needs the scope tokens:introspect" in run_failed(introspect, tenant, token="unknown", **given)


@pytest.mark.parametrize("value", ["s3cr t", "s3cr\nt", "é"])
def test_what_is_no_token(value: str, tenant: Any) -> None:
    message = run_failed(revoke, tenant, token=value)
    assert "token is not 1 to 16384 printable ASCII characters" in message and "s3cr" not in message
    assert tenant.journal() == []


def test_a_token_that_a_server_echoes_is_not_printed(tenant: Any) -> None:
    tenant.fault(operation="introspect", status=400, json={"error": "x", "error_description": "no s3cret-t0ken"})
    assert "s3cret" not in run_failed(revoke, tenant, token="s3cret-t0ken")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_a_sign_in_is_forgotten_with_either_of_its_tokens_and_no_other(which: str, tenant: Any) -> None:
    desk = desk_of(tenant)
    run, user = MemoryStore(), MemoryStore()
    both = TokenStores(run, user)
    one = sign_in(desk, both, *READ, DELETE, token_cache="user")
    other = sign_in(desk, both, "realms:create", token_cache="user")
    assert run_ok(revoke, desk, both, token=one[which], token_cache="user")["changed"]
    assert "sign_in_required" in call_module(token, desk, both, **BY_CODE, scopes=READ)
    kept = run_ok(token, desk, both, **BY_CODE, scopes=["realms:create"])
    assert kept["token"]["access_token"] == other["access_token"]


def test_a_refresh_token_is_revoked_by_the_sign_ins_own_right(tenant: Any) -> None:
    desk = desk_of(tenant)
    stores = TokenStores(MemoryStore())
    made = sign_in(desk, stores, DELETE)
    assert run_ok(revoke, desk, stores, token=made["refresh_token"])["changed"]
    assert active(desk, made["refresh_token"], made["access_token"]) == [False, True]


def test_a_public_clients_token_is_revoked_without_asking_what_it_is(tenant: Any) -> None:
    desk = desk_of(tenant, public=True)
    made = sign_in(desk, MemoryStore(), DELETE)
    done = run_ok(revoke, desk, token=made["access_token"])
    assert (done["changed"], done["revoked"]) == (True, [made["id"]])
    assert revocations(tenant) == [200] and tenant.journal(operation="introspect") == []


@pytest.mark.parametrize("given", [BY_CODE, {}])
def test_a_public_clients_sign_in_that_may_ask_does(given: dict[str, Any], tenant: Any) -> None:
    """So that it is known whether anything changes."""
    tenant.settings(refresh_tokens="fixed", **REFRESHED)
    desk = Desk.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect", DELETE])
    store = MemoryStore()
    sign_in(desk, store, "tokens:introspect", DELETE)
    other = sign_in(desk, MemoryStore(), "realms:read")
    done = [run_ok(revoke, desk, store, token=other["access_token"], **given)["changed"] for _time in range(2)]
    assert done == [True, False]
    assert not run_ok(revoke, desk, store, token="never-was-a-token", **given)["changed"]


def test_a_token_that_another_application_revoked_is_not_asked_with_again(tenant: Any) -> None:
    """A 401 says that a token is not known any more, and a new one is got."""
    store = MemoryStore()
    first, second = tenant.mint("realms:read"), tenant.mint("realms:read")
    for value in (first, second):
        tenant.fault(operation="revoke", times=1, status=401)  # of the client's own credentials
        assert run_ok(revoke, tenant, store, token=value)["changed"]
        run_ok(revoke, tenant, MemoryStore(), id=tenant.journal(operation="token")[-1]["issued_token_id"])
    assert active(tenant, first, second) == [False, False]


def test_one_of_another_realm(tenant: Any) -> None:
    """Of which this realm knows nothing, and would say that it is not active."""
    (realm,) = tenant.seed(realms=1)["realms"]
    (other,) = tenant.seed(applications=1, name="Other", realm_id=realm)["applications"]
    (value,) = tenant.seed(tokens=1, token_application=other, token_format="self_contained")["token_values"]
    message = run_failed(revoke, tenant, token=value)
    assert f"issued by the application {other} of another realm, and not by {tenant.application_id}" in message


def test_a_token_that_may_revoke_itself_does(tenant: Any) -> None:
    desk = desk_of(tenant)
    made = sign_in(desk, MemoryStore(), DELETE)
    assert run_ok(revoke, desk, token=made["access_token"])["changed"]
    assert active(desk, made["access_token"]) == [False]
    assert revocations(tenant) == [401, 200]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_one_that_may_not_is_an_error(status: int, tenant: Any) -> None:
    desk = desk_of(tenant)
    tenant.fault(operation="revoke", status=status)
    store = MemoryStore()
    made = sign_in(desk, store)
    assert f"HTTP {status}" in run_failed(revoke, desk, store, token=made["access_token"])
    assert run_ok(token, desk, store, **BY_CODE, scopes=READ)["cached"], "it is still good"


NOBODY = {"client_id": None, "client_secret": None}


@pytest.mark.parametrize("known", [True, False])
def test_with_nothing_but_a_given_token(known: bool, tenant: Any) -> None:
    """It needs tokens:introspect to know whether there is anything to revoke, and takes the other for active without."""
    value, gone = tenant.mint("realms:read"), tenant.mint("realms:read")
    able = tenant.mint(DELETE, *(["tokens:introspect"] if known else []))
    store = MemoryStore()
    run_ok(revoke, tenant, store, token=gone)
    for check_mode in (True, False):
        done = run_ok(revoke, tenant, store, token=value, access_token=able, check_mode=check_mode, **NOBODY)
        assert done["changed"] and len(done["revoked"]) == 1
        assert active(tenant, value) == [check_mode]
    again = run_ok(revoke, tenant, store, token=gone, access_token=able, **NOBODY)
    assert again["changed"] is not known
    assert tenant.journal(operation="token")[-1]["form"]["scope"].startswith(DELETE), "nothing else was got"


def test_a_given_token_that_may_not(tenant: Any) -> None:
    value, unable = tenant.mint("realms:read"), tenant.mint("tokens:introspect")
    result = call_module(revoke, tenant, token=value, access_token=unable, **NOBODY)
    assert result["failed"] and result["status"] == 403 and active(tenant, value) == [True]


def test_a_given_token_revokes_itself(tenant: Any) -> None:
    value = tenant.mint(DELETE)
    assert run_ok(revoke, tenant, token=value, access_token=value, **NOBODY)["changed"]
    assert active(tenant, value) == [False]


def test_where_the_client_is_refused_a_token_is_got_for_it(tenant: Any) -> None:
    """So it is with applications of the protocol oidc; the token is kept for the next one."""
    store = MemoryStore()
    values = [tenant.mint("realms:read") for _n in range(2)]
    tenant.clear_journal()
    for value in values:
        tenant.fault(operation="revoke", times=1, status=401)
        assert run_ok(revoke, tenant, store, token=value)["changed"]
    assert active(tenant, *values) == [False, False] and revocations(tenant) == [401, 200] * 2
    assert [entry["form"]["scope"] for entry in tenant.journal(operation="token")] == [DELETE]


def test_a_secret_that_goes_in_the_form_elsewhere_does_here_too(tenant: Any) -> None:
    value = tenant.mint("realms:read")
    assert run_ok(revoke, tenant, token=value, client_auth_method="client_secret_post")["changed"]
    assert revocations(tenant) == [200] and active(tenant, value) == [False]


def test_only_what_is_revoked_is_forgotten(tenant: Any) -> None:
    store = MemoryStore()
    one, other = (run_ok(token, tenant, store, scopes=[scope])["token"] for scope in ("realms:read", "realms:create"))
    run_ok(revoke, tenant, store, token=one["access_token"])
    assert not run_ok(token, tenant, store, scopes=["realms:read"])["cached"]
    assert run_ok(token, tenant, store, scopes=["realms:create"])["token"]["id"] == other["id"]


def test_an_odd_id_is_not_told(tenant: Any) -> None:
    tenant.fault(operation="introspect", json={"active": True, "jti": "t1\x1b[31m"})
    assert run_ok(revoke, tenant, token=tenant.mint("realms:read"))["revoked"] == []


def test_any_other_trouble_is_not_taken_for_a_refusal_of_the_client(tenant: Any) -> None:
    desk = desk_of(tenant)
    tenant.fault(operation="revoke", status=500)
    made = sign_in(desk, MemoryStore(), DELETE)
    assert "HTTP 500" in run_failed(revoke, desk, token=made["access_token"])
    assert revocations(tenant) == [500]


def signed_out(desk: Desk, store: Any, warnings: list[str] | None = None, **given: Any) -> dict[str, Any]:
    warn = None if warnings is None else warnings.append
    return run_ok(revoke, desk, store, all="sign_ins", warn=warn, **given)


@pytest.mark.parametrize("public", [True, False])
def test_signing_out_revokes_and_forgets_all(public: bool, tenant: Any, warnings: list[str]) -> None:
    desk = desk_of(tenant, public)
    both = TokenStores(MemoryStore(), MemoryStore())
    here, there = sign_in(desk, both, DELETE), sign_in(desk, both, DELETE, "realms:read", token_cache="user")
    values = [made[name] for made in (here, there) for name in ("access_token", "refresh_token")]
    predicted = signed_out(desk, both, check_mode=True, token_cache="user")
    assert predicted["changed"] and active(desk, *values) == [True] * 4
    done = signed_out(desk, both, warnings, token_cache="user")
    assert done["changed"] and set(done["revoked"]) == {here["id"], there["id"]} == set(predicted["revoked"])
    assert active(desk, *values) == [False] * 4
    assert "Nobody is signed in" in run_failed(token, desk, both, **BY_CODE, scopes=[DELETE])
    again = signed_out(desk, both, warnings, token_cache="user")
    assert (again["changed"], again["revoked"], again["requests"]) == (False, [], 0)
    assert warnings == []


def test_what_authenticates_goes_last(tenant: Any) -> None:
    """With the refresh token, whoever has it makes new access tokens."""
    desk = desk_of(tenant, public=True)
    store = MemoryStore()
    made = sign_in(desk, store, DELETE)
    signed_out(desk, store)
    sent = [entry["form"]["token"] for entry in tenant.journal(operation="revoke")]
    assert sent == [made["refresh_token"], made["access_token"]] and revocations(tenant) == [200, 200]


@pytest.mark.parametrize(
    ("public", "scopes", "fault", "said"),
    [
        (True, READ, None, f"The application is public, and the token lacks {DELETE}. It expires by itself."),
        (False, READ, None, "HTTP 401"),
        (False, [DELETE], {"status": 500}, "HTTP 500"),
        (True, [DELETE], {"drop": "reset"}, "broke off"),
    ],
)
def test_what_can_not_be_revoked_is_forgotten_with_a_warning(
    public: bool, scopes: list[str], fault: dict[str, Any] | None, said: str, tenant: Any, warnings: list[str]
) -> None:
    desk = desk_of(tenant, public=public)
    store = MemoryStore()
    made = sign_in(desk, store, *scopes)
    if fault:
        tenant.fault(operation="revoke", **fault)
    done = signed_out(desk, store, warnings, retries=0)
    assert (done["changed"], done["revoked"]) == (True, [])
    assert len(warnings) == 1 and said in warnings[0]
    which = f"The sign-in {made['id']} is forgotten, but not revoked: its refresh token and its access token. "
    assert warnings[0].startswith(which)
    assert not any(value in warnings[0] for value in (made["access_token"], made["refresh_token"]))
    assert "Nobody is signed in" in run_failed(token, desk, store, **BY_CODE, scopes=scopes)


def test_one_that_fails_does_not_stop_the_others(tenant: Any, warnings: list[str]) -> None:
    desk = desk_of(tenant)
    store = MemoryStore()
    first, second = sign_in(desk, store, DELETE), sign_in(desk, store, DELETE, "realms:create")
    tenant.fault(operation="revoke", times=1, status=500)
    done = signed_out(desk, store, warnings)
    assert len(done["revoked"]) == 1 == len(warnings) and "not revoked: its refresh token. " in warnings[0]
    values = [made[name] for made in (first, second) for name in ("access_token", "refresh_token")]
    assert sum(active(desk, *values)) == 1, "and nor does one of its tokens stop the other"


def test_a_server_that_is_silent_is_not_asked_again(tenant: Any, warnings: list[str]) -> None:
    desk = desk_of(tenant)
    store = MemoryStore()
    for scope in ("realms:read", "realms:create"):
        sign_in(desk, store, DELETE, scope)
    tenant.fault(operation="revoke", drop="reset")
    signed_out(desk, store, warnings, retries=0)
    assert len(warnings) == 2 and len(tenant.journal(operation="revoke")) == 1


@pytest.mark.parametrize("public", [True, False])
def test_a_sign_in_whose_access_token_is_expired_is_refreshed_to_be_revoked(
    public: bool, tenant: Any, warnings: list[str]
) -> None:
    """As it is on the next day. Without its refresh token at hand nobody could end it any more."""
    desk = desk_of(tenant, public)
    store = MemoryStore()
    made = sign_in(desk, store, DELETE, expiration_time=1)
    time.sleep(1.1)
    done = signed_out(desk, store, warnings)
    assert done["changed"] and len(done["revoked"]) == 1 and warnings == []
    assert active(desk, made["refresh_token"]) == [False]


def test_a_token_is_revoked_by_a_sign_in_that_has_to_be_refreshed(tenant: Any) -> None:
    desk = desk_of(tenant)
    store = MemoryStore()
    other = sign_in(desk, MemoryStore(), "realms:read")
    sign_in(desk, store, DELETE, expiration_time=1)
    time.sleep(1.1)
    assert run_ok(revoke, desk, store, token=other["access_token"])["changed"]
    assert active(desk, other["access_token"]) == [False]


def test_many_who_sign_out_at_once_change_it_once(tenant: Any) -> None:
    desk = desk_of(tenant)
    store = MemoryStore()
    for _round in range(5):
        sign_in(desk, store, DELETE)
        with ThreadPoolExecutor(6) as pool:
            done = list(pool.map(lambda _host: signed_out(desk, store), range(6)))
        assert sum(result["changed"] for result in done) == 1


def test_without_a_store_nobody_can_be_signed_out(tenant: Any) -> None:
    assert "Sign out on the controller" in run_failed(revoke, desk_of(tenant), TokenStores(), all="sign_ins")


@pytest.mark.parametrize("cache", ["run", "user", "none"])
def test_who_signs_out_does_so_wherever_the_sign_in_is_kept(cache: str, tenant: Any) -> None:
    desk = desk_of(tenant)
    both = TokenStores(MemoryStore(), MemoryStore())
    made = sign_in(desk, both, DELETE, token_cache="user")
    assert signed_out(desk, both, **BY_CODE, token_cache=cache)["changed"]
    assert active(desk, made["refresh_token"]) == [False]


def test_the_options_exclude_each_other() -> None:
    assert revoke.SPEC.rules == {
        "mutually_exclusive": [("token", "id", "all"), ("token", "application")],
        "required_one_of": [("token", "id", "all")],
        "required_if": [("all", "principal", ("principal_type", "principal_id"))],
    }
