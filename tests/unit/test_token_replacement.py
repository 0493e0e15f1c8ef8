# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refused tokens: which are replaced, how often in a run, and what a refusal that counts says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    ResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.client import ManagementClient
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_replacement import (
    INTERVAL,
    Refusal,
    TokenReplacements,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    IssuedToken,
    TokenRequest,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.modules import introspect, revoke, token
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.support.sign_in_application import SCOPES, SignInApplication
from tests.unit.builders import exit_code, make_client, make_token_source, run_in_child, tenant_options
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok
from tests.unit.sign_in_helpers import REFRESHED, list_sign_ins, sign_in_user

READ = TokenRequest(("realms:read",))
REFUSED = Refusal("ListRealms", 403)


@pytest.fixture(params=[401, 403])
def tenant(request: pytest.FixtureRequest, emulator: Any) -> Any:
    """Return a tenant that refuses revoked tokens with this status."""
    return emulator.create_tenant(revoked_token_status=request.param)


def open_client(tenant: Any, stores: TokenStores, *operations: str, **given: Any) -> ManagementClient:
    """Return the client of a new task in a run with these stores."""
    task = TaskContext(tenant_options(tenant, **given), stores=stores, open_sign_ins=open_sign_ins, environ={})
    return task.build_client(*(operations or ("ListRealms",)))


def list_realms(client: ManagementClient) -> None:
    client.call("ListRealms")


def fail(client: ManagementClient, operation: str = "ListRealms") -> str:
    """Return the message of the API's refusal."""
    with pytest.raises(ResponseError) as caught:
        client.call(operation)
    assert caught.value.status in (401, 403)
    return caught.value.message


def count_tokens(tenant: Any, **journal: Any) -> int:
    return len(tenant.read_journal(operation="token", **journal))


def advance(store: MemoryStore, seconds: float) -> None:
    """Make all replacements and final refusals of a run older."""
    for key, entry in store.entries.items():
        if '"monotonic"' in entry:
            fields = json.loads(entry)
            store.entries[key] = json.dumps({**fields, "monotonic": fields["monotonic"] - seconds})


@pytest.mark.parametrize("token_cache", ["run", "user"])
def test_a_kept_token_that_was_revoked_is_replaced_and_leaves_its_cache(token_cache: str, tenant: Any) -> None:
    """Without the replacement, each run with `token_cache: user` would fail until the token expires."""
    run, user = MemoryStore(), MemoryStore()
    how = {"token_cache": token_cache}
    list_realms(open_client(tenant, TokenStores(run, user), **how))
    tenant.revoke_tokens()
    if token_cache == "user":
        run = MemoryStore()  # another run
    client = open_client(tenant, TokenStores(run, user), **how)
    list_realms(client)
    list_realms(open_client(tenant, TokenStores(run, user), **how))
    assert count_tokens(tenant) == 2
    kept = [entry for store in (run, user) for entry in store.entries.values() if "access_token" in entry]
    assert len(kept) == 1 and client.token is not None and client.token.value in kept[0]


@pytest.mark.parametrize("code", ["unauthorized", "forbidden"])
def test_a_kept_token_that_is_refused_with_http_200_is_replaced(code: str, tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    list_realms(open_client(tenant, stores))
    tenant.add_fault(operation="ListRealms", json={"code": code, "message": "no"}, times=1)
    list_realms(open_client(tenant, stores))
    assert count_tokens(tenant) == 2


def test_a_thousand_refused_items_cost_one_token(tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    list_realms(open_client(tenant, stores))
    tenant.add_fault(operation="ListRealms", status=403)
    messages = {fail(open_client(tenant, stores)) for _item in range(1000)}
    assert count_tokens(tenant) == 2
    assert len(tenant.read_journal(operation="ListRealms")) == 1 + 1 + 1000
    (message,) = messages
    assert "ListRealms needs the scopes realms:read, and a token of this tenant" in message
    assert "A new token was refused too." in message


def test_refused_items_of_several_hosts_cost_one_token(tenant: Any, tmp_path: Path) -> None:
    def work() -> None:
        stores = TokenStores(EncryptedStore(tmp_path / "run", b"run", print))
        for _item in range(20):
            fail(open_client(tenant, stores))

    list_realms(open_client(tenant, TokenStores(EncryptedStore(tmp_path / "run", b"run", print))))
    tenant.add_fault(operation="ListRealms", status=403)
    children = [run_in_child(work) for _host in range(5)]
    assert [exit_code(child) for child in children] == [0] * 5
    assert count_tokens(tenant) == 2
    assert len(tenant.read_journal(operation="ListRealms")) <= 1 + 5 * 20 + 5


def test_another_operation_gets_no_other_token_within_the_interval(tenant: Any) -> None:
    store = MemoryStore()
    stores, names = TokenStores(store), ("ListRealms", "GetRealm")
    list_realms(open_client(tenant, stores, *names))
    for operation in names:
        tenant.add_fault(operation=operation, status=403)
    for operation in (*names, *names):
        fail(open_client(tenant, stores, *names), operation)
    assert count_tokens(tenant) == 2
    advance(store, INTERVAL)
    for operation in (*names, *names):
        fail(open_client(tenant, stores, *names), operation)
    assert count_tokens(tenant) == 3


def test_a_final_refusal_does_not_prevent_the_replacement_after_another_one(tenant: Any) -> None:
    """A token that lacks a permission can be revoked later."""
    tenant.change_settings(revoked_token_status=401)
    store = MemoryStore()
    stores = TokenStores(store)
    list_realms(open_client(tenant, stores))
    tenant.add_fault(operation="ListRealms", status=403, times=2)
    fail(open_client(tenant, stores))
    replacement = next(key for key in store.keys if key[-1] == "replacement")
    store.discard(replacement)  # the interval ended, the refusal is still final
    tenant.change_settings(revoked_token_status=401)
    tenant.revoke_tokens()
    list_realms(open_client(tenant, stores))
    assert count_tokens(tenant) == 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_the_task_requested_is_not_replaced(status: int, tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", status=status)
    fail(open_client(tenant, TokenStores(MemoryStore())))
    assert count_tokens(tenant) == 1 == len(tenant.read_journal(operation="ListRealms"))


@pytest.mark.parametrize(
    ("operation", "status", "is_replaced"),
    [("ListRealms", 401, True), ("ListRealms", 403, True), ("GetRealm", 401, True), ("GetRealm", 403, False)],
)
@pytest.mark.parametrize("token_cache", ["run", "none"])
def test_a_token_that_the_api_accepted_before_is_replaced(
    token_cache: str, operation: str, status: int, is_replaced: bool, tenant: Any
) -> None:
    """It was revoked or expired while the task ran. Only a 403 for another operation may mean a missing permission."""
    stores = TokenStores(MemoryStore())
    client = open_client(tenant, stores, "ListRealms", "GetRealm", token_cache=token_cache)
    list_realms(client)
    tenant.add_fault(operation=operation, status=status, times=1)
    if is_replaced:
        client.call(operation)
    else:
        fail(client, operation)
    assert count_tokens(tenant) == 1 + is_replaced


def test_a_token_that_is_about_to_expire_is_renewed_within_a_task(tenant: Any) -> None:
    tenant.change_settings(token_answer={"expires_in": 1})
    client = open_client(tenant, TokenStores())
    list_realms(client)
    assert client.token is not None
    client.token = IssuedToken(
        type(client.token.token)(**{**vars(client.token.token), "issued_at": time.time() - 2}), cached=False
    )
    list_realms(client)
    assert count_tokens(tenant) == 2


def test_a_newer_token_in_the_store_is_used_without_a_request(tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    source = make_token_source(tenant, stores.run)
    source.get(READ)
    client = open_client(tenant, stores)
    list_realms(client)
    tenant.revoke_tokens()
    newer = source.get(TokenRequest(READ.scopes, fresh=True))
    list_realms(client)
    assert client.token is not None and client.token.value == newer.value
    assert count_tokens(tenant) == 2


def test_hosts_share_the_error_of_a_replacement(tenant: Any) -> None:
    store = MemoryStore()
    refused = IssuedToken(make_token_source(tenant, store).get(READ).token, cached=True)
    tenant.add_fault(operation="token", status=400, error="invalid_scope")

    def replace_token(shared: TokenStore) -> str:
        with pytest.raises(BeyondIdentityError) as caught:
            make_token_source(tenant, shared).replace(READ, refused, REFUSED)
        return caught.value.message

    (message,) = set(run_together(4, store, replace_token))
    assert "invalid_scope" in message and count_tokens(tenant) == 2


@pytest.mark.parametrize("fault", [{"drop": "reset"}, {"status": 429}, {"status": 500}, {"status": 503}])
def test_a_replacement_that_the_server_does_not_decide_on_does_not_count(fault: dict[str, Any], tenant: Any) -> None:
    source = make_token_source(tenant, MemoryStore(), retries=0)
    refused = IssuedToken(source.get(READ).token, cached=True)
    tenant.add_fault(operation="token", **fault, times=1)
    with pytest.raises((TransportError, ResponseError)):
        source.replace(READ, refused, REFUSED)
    assert source.replace(READ, refused, REFUSED) is not None
    assert count_tokens(tenant) == 3


REQUEST_FAILED = "The token may be revoked. The run's request for a new token failed less than a minute ago: "


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 400, "error": "invalid_scope"}, "HTTP 400 invalid_scope"),
        ({"status": 401, "error": "invalid_client"}, "HTTP 401 invalid_client"),
        ({"status": 200, "body": "welcome"}, "is not a JSON object"),
    ],
)
def test_a_refusal_after_a_failed_request_for_a_new_token_says_so(
    fault: dict[str, Any], reason: str, tenant: Any
) -> None:
    """No new token was refused: the run has none."""
    store = MemoryStore()
    stores = TokenStores(store)
    list_realms(open_client(tenant, stores))
    tenant.revoke_tokens()
    tenant.add_fault(operation="token", **fault, times=1)
    with pytest.raises(BeyondIdentityError, match=reason):
        list_realms(open_client(tenant, stores))
    for _item in range(2):
        message = fail(open_client(tenant, stores))
        assert REQUEST_FAILED in message and reason in message and "A new token was refused" not in message
    assert count_tokens(tenant) == 2
    advance(store, INTERVAL)
    list_realms(open_client(tenant, stores))


def test_a_new_token_that_is_refused_after_a_failed_request_was_refused(tenant: Any) -> None:
    """The failure of another task is not the reason."""
    stores = TokenStores(MemoryStore())
    list_realms(open_client(tenant, stores))
    tenant.revoke_tokens()
    tenant.add_fault(operation="token", status=400, error="invalid_scope", times=1)
    with pytest.raises(ResponseError, match="invalid_scope"):
        list_realms(open_client(tenant, stores))
    tenant.add_fault(operation="ListRealms", status=403)
    client = open_client(tenant, stores)
    client.token = make_token_source(tenant).get(READ)
    assert "A new token was refused too." in fail(client)


def test_a_revocation_after_a_failed_request_for_a_new_token_says_so(tenant: Any) -> None:
    store = MemoryStore()
    make_token_source(tenant, store).get(TokenRequest(("tokens:delete",)))
    values = [tenant.request_token("realms:read") for _item in range(2)]
    tenant.add_fault(operation="revoke", status=403)
    tenant.add_fault(operation="token", status=400, error="invalid_scope", times=1)
    assert "invalid_scope" in run_failed(revoke, tenant, store, token=values[0])
    message = run_failed(revoke, tenant, store, token=values[1])
    assert REQUEST_FAILED in message and "HTTP 400 invalid_scope" in message


@pytest.mark.parametrize("given", [{}, {"grant_type": "authorization_code"}])
def test_a_given_access_token_is_never_replaced(given: dict[str, Any], tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    client = open_client(tenant, stores, access_token="g1ven", **given)
    for _time in range(2):
        assert "Check whether the token is expired, revoked, or of another tenant." in fail(client)
    assert count_tokens(tenant) == 0 and stores.run is not None and stores.run.get(["any"]) is None


def test_replacements_are_limited_per_key_and_time() -> None:
    store, now = MemoryStore(), [1000.0]
    first, second = (TokenReplacements(store, lambda: now[0]) for _process in range(2))
    for allowed, replacements, key, elapsed in (
        (True, first, ["a"], 0.0),
        (False, first, ["a"], 0.0),
        (True, second, ["b"], 59.9),
        (False, second, ["a"], 0.0),
        (True, second, ["a"], 0.1),
    ):
        now[0] += elapsed
        with replacements.limit(key) as is_allowed:
            assert is_allowed is allowed
    first.add_final(["a"], REFUSED)
    assert second.is_final(["a"], REFUSED)
    for key, refusal in ((["b"], REFUSED), (["a"], Refusal("ListRealms", 401)), (["a"], Refusal("GetRealm", 403))):
        assert not second.is_final(key, refusal)
    now[0] += INTERVAL
    assert not second.is_final(["a"], REFUSED)


@pytest.mark.parametrize("entry", [{}, {"monotonic": None}, {"monotonic": "1"}, {"monotonic": 2000.0}])
def test_a_damaged_record_or_one_of_the_future_limits_nothing(entry: dict[str, Any]) -> None:
    store = MemoryStore()
    store.put(["a", "replacement"], entry)
    with TokenReplacements(store, lambda: 1000.0).limit(["a"]) as is_allowed:
        assert is_allowed


BY_SIGN_IN = {"grant_type": "authorization_code"}
SIGN_IN_AGAIN = "or sign in again: run the playbook beyondidentity.management.logout"


def sign_in(tenant: Any, store: MemoryStore, *, refresh: str = "rotating") -> SignInApplication:
    """Return an application with a sign-in in the run's store."""
    tenant.change_settings(refresh_tokens=refresh, **REFRESHED)
    app = SignInApplication.of(tenant)
    run_ok(token, app, store, **app.options_after_sign_in("realms:read"))
    return app


def test_a_refused_sign_in_is_refreshed_once(tenant: Any) -> None:
    store = MemoryStore()
    app = sign_in(tenant, store)
    (before,) = list_sign_ins(app, store)
    run_ok(revoke, tenant, id=before.id, application=app.application_id)
    for _task in range(2):
        list_realms(open_client(app, TokenStores(store), **BY_SIGN_IN))
    assert count_tokens(tenant, grant="refresh_token") == 1
    (after,) = list_sign_ins(app, store)
    assert after.access_token != before.access_token


def test_many_refused_items_cost_one_refresh(tenant: Any) -> None:
    store = MemoryStore()
    app = sign_in(tenant, store)
    tenant.add_fault(operation="ListRealms", status=403)
    messages = {fail(open_client(app, TokenStores(store), **BY_SIGN_IN)) for _item in range(50)}
    assert count_tokens(tenant, grant="refresh_token") == 1
    assert len(tenant.read_journal(operation="ListRealms")) == 51
    (message,) = messages
    assert SIGN_IN_AGAIN in message and "realms:read" in message


def test_a_refusal_of_two_sign_ins_is_final_for_the_one_that_tasks_use_first(tenant: Any) -> None:
    store = MemoryStore()
    app = sign_in(tenant, store, refresh="off")
    run_ok(token, app, store, **app.options_after_sign_in("realms:read", "applications:read"))
    assert len(list_sign_ins(app, store)) == 2
    tenant.add_fault(operation="ListRealms", status=403)
    for _item in range(10):
        fail(open_client(app, TokenStores(store), **BY_SIGN_IN))
    assert len(tenant.read_journal(operation="ListRealms")) == 11


@pytest.mark.parametrize("cause", ["no refresh token", "refused refresh token"])
def test_without_a_refresh_the_apis_own_refusal_is_returned(cause: str, tenant: Any) -> None:
    store = MemoryStore()
    app = sign_in(tenant, store, refresh="off" if cause == "no refresh token" else "fixed")
    tenant.revoke_tokens()
    message = fail(open_client(app, TokenStores(store), **BY_SIGN_IN))
    assert message.startswith("ListRealms at ") and SIGN_IN_AGAIN in message
    assert "The lifetime of the stored sign-in is not over, so its token is revoked, or the roles" in message
    assert "expired" not in message and "invalid_grant" not in message
    assert count_tokens(tenant, grant="refresh_token") == (cause == "refused refresh token")


def test_a_refused_refresh_token_does_not_end_a_sign_in_whose_access_token_is_valid(tenant: Any) -> None:
    """The access token may only lack a permission for one operation."""
    store = MemoryStore()
    app = sign_in(tenant, store)
    (before,) = list_sign_ins(app, store)
    tenant.add_fault(operation="ListRealms", status=403, times=2)
    tenant.add_fault(operation="token", status=400, error="invalid_grant", times=1)
    for _task in range(2):
        assert SIGN_IN_AGAIN in fail(open_client(app, TokenStores(store), **BY_SIGN_IN))
    list_realms(open_client(app, TokenStores(store), **BY_SIGN_IN))
    (after,) = list_sign_ins(app, store)
    assert after.access_token == before.access_token and after.refresh_token is None
    assert count_tokens(tenant, grant="refresh_token") == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_sign_in_is_refreshed_for_an_introspection(status: int, tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect"])
    store = MemoryStore()
    own = run_ok(token, app, store, **app.options_after_sign_in("tokens:introspect"))["token"]
    how = {"token": own["access_token"], **BY_SIGN_IN}
    tenant.add_fault(operation="introspect", status=status, times=1)
    assert run_ok(introspect, app, store, **how)["introspection"]["active"]
    tenant.add_fault(operation="introspect", status=status)
    for _item in range(5):
        message = run_failed(introspect, app, store, **how)
        assert f"HTTP {status}" in message and SIGN_IN_AGAIN in message
    assert count_tokens(tenant, grant="refresh_token") == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_kept_token_that_is_refused_is_replaced_for_a_revocation(status: int, tenant: Any) -> None:
    store = MemoryStore()
    make_token_source(tenant, store).get(TokenRequest(("tokens:delete",)))
    for refusal in (401, status):  # of the client's own credentials, and of the kept token
        tenant.add_fault(operation="revoke", times=1, status=refusal)
    value = tenant.request_token("realms:read")
    before = count_tokens(tenant)
    assert run_ok(revoke, tenant, store, token=value)["changed"]
    assert count_tokens(tenant) == before + 1
    assert [entry["status"] for entry in tenant.read_journal(operation="revoke")] == [401, status, 200]


def test_many_refused_revocations_cost_one_token(tenant: Any) -> None:
    store = MemoryStore()
    make_token_source(tenant, store).get(TokenRequest(("tokens:delete",)))
    values = [tenant.request_token("realms:read") for _item in range(5)]
    before = count_tokens(tenant)
    tenant.add_fault(operation="revoke", status=403)
    for value in values:
        message = run_failed(revoke, tenant, store, token=value)
        assert "needs the scope tokens:delete. A new token was refused too." in message
    assert count_tokens(tenant) == before + 1


def test_a_given_deleter_that_is_refused_with_403_is_replaced(tenant: Any) -> None:
    """A sign-in's own token authorizes its revocation, unless it was revoked elsewhere."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(
        tenant, allowed_scopes=[*SCOPES], grant_type=["authorization_code", "client_credentials"]
    )
    store = MemoryStore()
    run_ok(token, app, store, **app.options_after_sign_in("tokens:delete"))
    other = sign_in_user(app)
    tenant.add_fault(
        operation="revoke", status=403, times=2
    )  # of the client's own credentials, and of the sign-in's token
    assert run_ok(revoke, app, store, token=other.access_token)["changed"]


def test_a_client_without_a_store_sends_each_request_once(tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", status=403)
    fail(make_client(tenant, "ListRealms"))
    assert count_tokens(tenant) == 1
