# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module revoke by value and for sign-ins, in process against the emulator."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import LockError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    LockPurpose,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.revocation.revoker import Revoker
from ansible_collections.beyondidentity.management.plugins.modules import introspect, revoke, token
from tests.support.sign_in_application import SCOPES, SignInApplication
from tests.unit.builders import make_task
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED, complete_sign_in, make_request

BY_CODE = {"grant_type": "authorization_code"}
DELETE = "tokens:delete"
NO_CREDENTIALS = {"client_id": None, "client_secret": None}


def make_desk(tenant: Any, public: bool = False) -> SignInApplication:
    """Return an `oidc` application. For such applications, the service refuses the client's own credentials for revocation."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    return SignInApplication.of(tenant, public=public, allowed_scopes=[*SCOPES, DELETE])


def sign_in(app: SignInApplication, store: Any, *scopes: str, **given: Any) -> dict[str, Any]:
    authorization = complete_sign_in(make_request(app, list(scopes) or READ))[0].to_dict()
    signed_in: dict[str, Any] = run_ok(token, app, store, **BY_CODE, authorization=authorization, **given)["token"]
    return signed_in


def expire_sign_ins(store: MemoryStore) -> None:
    """Make the access tokens of all stored sign-ins look expired to the collection."""
    for key, entry in store.entries.items():
        stored = json.loads(entry)
        for signed_in in stored.get("sign_ins", ()):
            signed_in["issued_at"] = 1
        store.entries[key] = json.dumps(stored)


def list_active(app: Any, *values: str) -> list[bool]:
    """Return for each token whether it is active."""
    tenant = getattr(app, "tenant", app)
    return [make_task(tenant).server.introspect(value)["active"] for value in values]


def list_revocations(tenant: Any) -> list[int]:
    """Return the status of each response to a revocation."""
    return [entry["status"] for entry in tenant.read_journal(operation="revoke")]


def test_an_active_token_is_revoked_once(tenant: Any) -> None:
    store = MemoryStore()
    issued = run_ok(token, tenant, store, scopes=READ)["token"]
    predicted = run_ok(revoke, tenant, store, check_mode=True, token=issued["access_token"])
    assert predicted["changed"] and list_active(tenant, issued["access_token"]) == [True]
    revoked = run_ok(revoke, tenant, store, token=issued["access_token"])
    assert (revoked["changed"], revoked["revoked"]) == (True, [issued["id"]])
    assert (predicted["changed"], predicted["revoked"]) == (True, [issued["id"]])
    assert list_active(tenant, issued["access_token"]) == [False]
    again = run_ok(revoke, tenant, store, token=issued["access_token"])
    assert (again["changed"], again["revoked"]) == (False, [])
    assert not run_ok(token, tenant, store, scopes=READ)["cached"], "a revoked token is not reused"


def test_an_unknown_token_is_not_a_change(tenant: Any) -> None:
    assert run_ok(revoke, tenant, token="unknown") == {"changed": False, "revoked": [], "requests": 1}
    assert list_revocations(tenant) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_token_of_another_application_is_refused(check_mode: bool, tenant: Any) -> None:
    """The service would report success, and leave the token active (RFC 7009 section 2.2)."""
    other = tenant.seed(applications=1)["applications"][0]
    value = tenant.seed(tokens=1, token_application=other)["token_values"][0]
    message = run_failed(revoke, tenant, check_mode=check_mode, token=value)
    assert f"issued by the application {other}," in message and tenant.application_id in message
    assert value not in message
    assert list_revocations(tenant) == [] and list_active(tenant, value) == [True]


@pytest.mark.parametrize("module", [revoke, introspect])
def test_a_wrong_client_secret_is_an_error_without_the_secret(module: Any, tenant: Any) -> None:
    message = run_failed(module, tenant, token="unknown", client_secret="wr0ng-secret")
    assert "HTTP 401" in message and "client_auth_method" in message and "wr0ng" not in message


def test_an_error_names_the_scope_that_a_given_token_lacks(tenant: Any) -> None:
    given = {"access_token": tenant.request_token("realms:read"), "client_secret": None}
    assert "needs the scope tokens:introspect" in run_failed(introspect, tenant, token="unknown", **given)


@pytest.mark.parametrize("value", ["s3cr t", "s3cr\nt", "é"])
def test_a_malformed_token_is_refused_before_any_request(value: str, tenant: Any) -> None:
    message = run_failed(revoke, tenant, token=value)
    assert "16384 printable ASCII characters" in message and "s3cr" not in message
    assert tenant.read_journal() == []


def test_a_token_that_a_server_echoes_is_masked(tenant: Any) -> None:
    tenant.add_fault(operation="introspect", status=400, json={"error": "x", "error_description": "no s3cret-t0ken"})
    assert "s3cret" not in run_failed(revoke, tenant, token="s3cret-t0ken")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_either_token_of_a_sign_in_removes_it_from_the_stores_and_no_other(which: str, tenant: Any) -> None:
    app = make_desk(tenant)
    run, user = MemoryStore(), MemoryStore()
    both = TokenStores(run, user)
    one = sign_in(app, both, *READ, DELETE, token_cache="user")
    other = sign_in(app, both, "realms:create", token_cache="user")
    assert run_ok(revoke, app, both, token=one[which], token_cache="user")["changed"]
    assert "sign_in_required" in call_module(token, app, both, **BY_CODE, scopes=READ)
    remaining = run_ok(token, app, both, **BY_CODE, scopes=["realms:create"])
    assert remaining["token"]["access_token"] == other["access_token"]


def test_a_stored_sign_in_can_authorize_the_revocation_of_its_refresh_token(tenant: Any) -> None:
    app = make_desk(tenant)
    stores = TokenStores(MemoryStore())
    signed_in = sign_in(app, stores, DELETE)
    assert run_ok(revoke, app, stores, token=signed_in["refresh_token"])["changed"]
    assert list_active(app, signed_in["refresh_token"], signed_in["access_token"]) == [False, False]


def test_a_public_client_without_tokens_introspect_revokes_without_introspection(tenant: Any) -> None:
    app = make_desk(tenant, public=True)
    signed_in = sign_in(app, MemoryStore(), DELETE)
    result = run_ok(revoke, app, token=signed_in["access_token"])
    assert (result["changed"], result["revoked"]) == (True, [signed_in["id"]])
    assert list_revocations(tenant) == [200] and tenant.read_journal(operation="introspect") == []


@pytest.mark.parametrize("given", [BY_CODE, {}])
def test_a_public_clients_sign_in_with_tokens_introspect_tells_what_changes(given: dict[str, Any], tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(tenant, public=True, allowed_scopes=["realms:read", "tokens:introspect", DELETE])
    store = MemoryStore()
    sign_in(app, store, "tokens:introspect", DELETE)
    other = sign_in(app, MemoryStore(), "realms:read")
    changed = [run_ok(revoke, app, store, token=other["access_token"], **given)["changed"] for _time in range(2)]
    assert changed == [True, False]
    assert not run_ok(revoke, app, store, token="never-was-a-token", **given)["changed"]


def test_after_a_401_a_new_token_authorizes_the_revocation(tenant: Any) -> None:
    """Another application revoked the stored token."""
    store = MemoryStore()
    first, second = tenant.request_token("realms:read"), tenant.request_token("realms:read")
    for value in (first, second):
        tenant.add_fault(operation="revoke", times=1, status=401)  # for the client's own credentials
        assert run_ok(revoke, tenant, store, token=value)["changed"]
        run_ok(revoke, tenant, MemoryStore(), id=tenant.read_journal(operation="token")[-1]["issued_token_id"])
    assert list_active(tenant, first, second) == [False, False]


def test_a_token_of_another_realm_is_refused(tenant: Any) -> None:
    """This realm does not know the token, and would report that it is not active."""
    (realm,) = tenant.seed(realms=1)["realms"]
    (other,) = tenant.seed(applications=1, name="Other", realm_id=realm)["applications"]
    (value,) = tenant.seed(tokens=1, token_application=other, token_format="self_contained")["token_values"]
    message = run_failed(revoke, tenant, token=value)
    assert f"issued by the application {other} of another realm," in message and tenant.application_id in message


@pytest.mark.parametrize("answer", [{}, {"merge": {"scope": ["openid", DELETE]}}, {"merge": {"scope": f"a,{DELETE}"}}])
def test_a_token_with_tokens_delete_authorizes_its_own_revocation(answer: dict[str, Any], tenant: Any) -> None:
    app = make_desk(tenant)
    signed_in = sign_in(app, MemoryStore(), DELETE)
    tenant.add_fault(operation="introspect", times=1, **answer)
    assert run_ok(revoke, app, token=signed_in["access_token"])["changed"]
    assert list_active(app, signed_in["access_token"]) == [False]
    assert list_revocations(tenant) == [401, 200]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_without_any_authorization_the_refusal_is_an_error(status: int, tenant: Any) -> None:
    app = make_desk(tenant)
    tenant.add_fault(operation="revoke", status=status)
    store = MemoryStore()
    signed_in = sign_in(app, store)
    assert f"HTTP {status}" in run_failed(revoke, app, store, token=signed_in["access_token"])
    assert run_ok(token, app, store, **BY_CODE, scopes=READ)["cached"], "the token is still stored"


@pytest.mark.parametrize("can_introspect", [True, False])
def test_a_given_token_without_tokens_introspect_takes_each_token_for_active(can_introspect: bool, tenant: Any) -> None:
    value, inactive = tenant.request_token("realms:read"), tenant.request_token("realms:read")
    deleter = tenant.request_token(DELETE, *(["tokens:introspect"] if can_introspect else []))
    store = MemoryStore()
    run_ok(revoke, tenant, store, token=inactive)
    for check_mode in (True, False):
        result = run_ok(
            revoke, tenant, store, token=value, access_token=deleter, check_mode=check_mode, **NO_CREDENTIALS
        )
        assert result["changed"] and len(result["revoked"]) == 1
        assert list_active(tenant, value) == [check_mode]
    again = run_ok(revoke, tenant, store, token=inactive, access_token=deleter, **NO_CREDENTIALS)
    assert again["changed"] is not can_introspect
    assert tenant.read_journal(operation="token")[-1]["form"]["scope"].startswith(DELETE), "no other token is requested"


@pytest.mark.parametrize("status", [401, 403])
def test_if_the_introspection_is_refused_a_given_token_revokes_anyway(status: int, tenant: Any) -> None:
    value, deleter = tenant.request_token("realms:read"), tenant.request_token(DELETE)
    tenant.add_fault(operation="introspect", status=status)
    result = run_ok(revoke, tenant, token=value, access_token=deleter, **NO_CREDENTIALS)
    assert result["changed"] and list_revocations(tenant) == [200]


@pytest.mark.parametrize("status", [400, 404, 500])
def test_any_other_error_of_the_introspection_stops_the_revocation(status: int, tenant: Any) -> None:
    value, deleter = tenant.request_token("realms:read"), tenant.request_token(DELETE)
    tenant.add_fault(operation="introspect", status=status)
    assert f"HTTP {status}" in run_failed(revoke, tenant, token=value, access_token=deleter, **NO_CREDENTIALS)
    assert list_revocations(tenant) == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_confidential_client_whose_introspection_is_refused_revokes_nothing(status: int, tenant: Any) -> None:
    tenant.add_fault(operation="introspect", status=status)
    assert f"HTTP {status}" in run_failed(revoke, tenant, token=tenant.request_token("realms:read"))
    assert list_revocations(tenant) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_without_credentials_and_token_nothing_counts_as_active(check_mode: bool, tenant: Any) -> None:
    message = run_failed(revoke, tenant, check_mode=check_mode, token="t0ken", **NO_CREDENTIALS)
    assert "client_id is missing" in message and tenant.read_journal() == []


def test_a_token_is_not_foreign_if_the_own_application_is_unknown(tenant: Any) -> None:
    """The introspection needs no application, but the revocation does."""
    value = tenant.request_token("realms:read")
    place = {"auth_url": tenant.emulator.url, "tenant_id": tenant.tenant_id, "auth_realm_id": tenant.realm_id}
    assert "application_id is missing" in run_failed(revoke, tenant, token=value, issuer=None, **place)


def test_a_given_token_without_tokens_delete_is_refused(tenant: Any) -> None:
    value, reader = tenant.request_token("realms:read"), tenant.request_token("tokens:introspect")
    result = call_module(revoke, tenant, token=value, access_token=reader, **NO_CREDENTIALS)
    assert result["failed"] and result["status"] == 403 and list_active(tenant, value) == [True]


def test_a_given_token_with_tokens_delete_revokes_itself(tenant: Any) -> None:
    value = tenant.request_token(DELETE)
    assert run_ok(revoke, tenant, token=value, access_token=value, **NO_CREDENTIALS)["changed"]
    assert list_active(tenant, value) == [False]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_if_the_clients_credentials_are_refused_a_token_authorizes_the_revocation(status: int, tenant: Any) -> None:
    """The service refuses them for `oidc` applications. The token is stored for the next revocation."""
    store = MemoryStore()
    values = [tenant.request_token("realms:read") for _n in range(2)]
    tenant.clear_journal()
    for value in values:
        tenant.add_fault(operation="revoke", times=1, status=status)
        assert run_ok(revoke, tenant, store, token=value)["changed"]
    assert list_active(tenant, *values) == [False, False] and list_revocations(tenant) == [status, 200] * 2
    assert [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")] == [DELETE]


def test_a_new_token_that_is_refused_is_not_replaced(tenant: Any) -> None:
    value = tenant.request_token("realms:read")
    tenant.clear_journal()
    tenant.add_fault(operation="revoke", status=401)
    assert "HTTP 401" in run_failed(revoke, tenant, MemoryStore(), token=value)
    assert list_revocations(tenant) == [401, 401] and len(tenant.read_journal(operation="token")) == 1


def test_after_a_final_refusal_no_further_request_is_sent(tenant: Any) -> None:
    tenant.add_fault(operation="revoke", status=401)
    revoker = Revoker(make_task(tenant, MemoryStore()))
    reasons = [revoker.try_to_revoke(value) for value in ("first-token", "second-token")]
    assert all("HTTP 401" in reason for reason in reasons)
    assert list_revocations(tenant) == [401, 401], "with the client's credentials, and with a token"


def test_if_the_token_request_gets_no_response_the_error_says_so(tenant: Any) -> None:
    """The refusal of the client's credentials would be the wrong reason: another attempt may succeed."""
    value = tenant.request_token("realms:read")
    tenant.add_fault(operation="revoke", status=401)
    tenant.add_fault(operation="token", drop="reset")
    message = run_failed(revoke, tenant, token=value, retries=0)
    assert message.startswith("Requesting a token") and "the connection to" in message


def test_a_client_that_authenticates_in_the_form_can_revoke(tenant: Any) -> None:
    value = tenant.request_token("realms:read")
    assert run_ok(revoke, tenant, token=value, client_auth_method="client_secret_post")["changed"]
    assert list_revocations(tenant) == [200] and list_active(tenant, value) == [False]


def test_only_the_revoked_token_is_removed_from_the_store(tenant: Any) -> None:
    store = MemoryStore()
    one, other = (run_ok(token, tenant, store, scopes=[scope])["token"] for scope in ("realms:read", "realms:create"))
    run_ok(revoke, tenant, store, token=one["access_token"])
    assert not run_ok(token, tenant, store, scopes=["realms:read"])["cached"]
    assert run_ok(token, tenant, store, scopes=["realms:create"])["token"]["id"] == other["id"]


def test_a_malformed_id_is_not_returned(tenant: Any) -> None:
    tenant.add_fault(operation="introspect", json={"active": True, "jti": "t1\x1b[31m"})
    assert run_ok(revoke, tenant, token=tenant.request_token("realms:read"))["revoked"] == []


@pytest.mark.parametrize("status", [404, 500])
def test_any_other_error_is_not_a_refusal_of_the_clients_credentials(status: int, tenant: Any) -> None:
    value = tenant.request_token("realms:read")
    tenant.clear_journal()
    tenant.add_fault(operation="revoke", times=1, status=status)
    assert f"HTTP {status}" in run_failed(revoke, tenant, token=value)
    assert list_revocations(tenant) == [status] and tenant.read_journal(operation="token") == []


def sign_out(app: SignInApplication, store: Any, warnings: list[str] | None = None, **given: Any) -> dict[str, Any]:
    warn = None if warnings is None else warnings.append
    return run_ok(revoke, app, store, all="sign_ins", warn=warn, **given)


@pytest.mark.parametrize("public", [True, False])
def test_all_sign_ins_are_revoked_and_removed_from_the_stores(public: bool, tenant: Any, warnings: list[str]) -> None:
    app = make_desk(tenant, public)
    both = TokenStores(MemoryStore(), MemoryStore())
    here, there = sign_in(app, both, DELETE), sign_in(app, both, DELETE, "realms:read", token_cache="user")
    values = [signed_in[name] for signed_in in (here, there) for name in ("access_token", "refresh_token")]
    predicted = sign_out(app, both, check_mode=True, token_cache="user")
    assert predicted["changed"] and list_active(app, *values) == [True] * 4
    result = sign_out(app, both, warnings, token_cache="user")
    assert result["changed"] and set(result["revoked"]) == {here["id"], there["id"]} == set(predicted["revoked"])
    assert list_active(app, *values) == [False] * 4
    assert "sign_in_required" in call_module(token, app, both, **BY_CODE, scopes=[DELETE])
    again = sign_out(app, both, warnings, token_cache="user")
    assert (again["changed"], again["revoked"], again["requests"]) == (False, [], 0)
    assert warnings == []


def test_the_token_that_authorizes_the_others_is_revoked_last(tenant: Any) -> None:
    app = make_desk(tenant, public=True)
    store = MemoryStore()
    signed_in = sign_in(app, store, DELETE)
    sign_out(app, store)
    sent = [entry["form"]["token"] for entry in tenant.read_journal(operation="revoke")]
    assert sent == [tenant.digest(signed_in[name]) for name in ("refresh_token", "access_token")]
    assert list_revocations(tenant) == [200, 403], "revocation of its refresh token ended the last token, too"


@pytest.mark.parametrize(
    ("public", "scopes", "fault", "message"),
    [
        (True, READ, None, f"The application is public, and the token lacks {DELETE}."),
        (False, READ, None, "HTTP 401"),
        (False, [DELETE], {"status": 500}, "HTTP 500"),
        (True, [DELETE], {"drop": "reset"}, "the connection to"),
    ],
)
def test_a_sign_in_that_cannot_be_revoked_is_removed_with_a_warning(
    public: bool, scopes: list[str], fault: dict[str, Any] | None, message: str, tenant: Any, warnings: list[str]
) -> None:
    app = make_desk(tenant, public=public)
    store = MemoryStore()
    signed_in = sign_in(app, store, *scopes)
    if fault:
        tenant.add_fault(operation="revoke", **fault)
    result = sign_out(app, store, warnings, retries=0)
    assert (result["changed"], result["revoked"]) == (True, [])
    assert len(warnings) == 1 and message in warnings[0] and "client_secret" not in warnings[0]
    remaining = (
        f"These tokens stay valid: the refresh token that was issued with {signed_in['id']}, until an unknown time; "
        f"the access token {signed_in['id']}, until {signed_in['expires_at']}."
    )
    assert remaining in warnings[0] and f"'all=application application={app.application_id}'" in warnings[0]
    assert ("login_revocable" in warnings[0]) is (DELETE not in scopes)
    assert result["remaining"] == [
        {"id": None, "token_type": "refresh_token", "expires_at": None},
        {"id": signed_in["id"], "token_type": "access_token", "expires_at": signed_in["expires_at"]},
    ]
    assert not any(value in warnings[0] for value in (signed_in["access_token"], signed_in["refresh_token"]))
    assert "sign_in_required" in call_module(token, app, store, **BY_CODE, scopes=scopes)


def test_a_failed_revocation_does_not_stop_the_others(tenant: Any, warnings: list[str]) -> None:
    app = make_desk(tenant)
    store = MemoryStore()
    first, second = sign_in(app, store, DELETE), sign_in(app, store, DELETE, "realms:create")
    tenant.add_fault(operation="revoke", times=1, status=500)
    result = sign_out(app, store, warnings)
    assert set(result["revoked"]) == {first["id"], second["id"]} and len(warnings) == 1
    assert "This token stays valid: the refresh token that was issued with" in warnings[0]
    assert [item["token_type"] for item in result["remaining"]] == ["refresh_token"]
    values = [signed_in[name] for signed_in in (first, second) for name in ("access_token", "refresh_token")]
    assert sum(list_active(app, *values)) == 1, "nor does it stop the other token of the same sign-in"


@pytest.mark.parametrize("fault", [{"drop": "reset"}, {"status": 429}, {"status": 503}], ids=str)
def test_a_server_that_is_unavailable_receives_no_further_request(
    fault: dict[str, Any], tenant: Any, warnings: list[str]
) -> None:
    app = make_desk(tenant)
    store = MemoryStore()
    for scope in ("realms:read", "realms:create"):
        sign_in(app, store, DELETE, scope)
    tenant.add_fault(operation="revoke", **fault)
    sign_out(app, store, warnings, retries=0)
    assert len(warnings) == 1 and len(tenant.read_journal(operation="revoke")) == 1
    assert warnings[0].count("the refresh token ") == warnings[0].count("the access token ") == 2


def test_an_expired_token_needs_no_revocation(tenant: Any, warnings: list[str]) -> None:
    tenant.change_settings(refresh_tokens="off")
    app = SignInApplication.of(tenant)
    store = MemoryStore()
    sign_in(app, store)
    expire_sign_ins(store)
    result = sign_out(app, store, warnings)
    assert (result["changed"], result["remaining"], warnings) == (True, [], [])


def test_a_refresh_token_that_sign_ins_share_is_revoked_once(tenant: Any) -> None:
    """A token without tokens:delete, which a refresh requested, is stored beside the sign-in."""
    app, store = make_desk(tenant), MemoryStore()
    signed_in = sign_in(app, store, *READ, DELETE)
    given = {"grant_type": "refresh_token", "refresh_token": signed_in["refresh_token"], "scopes": READ}
    narrow = run_ok(token, app, store, **given)["token"]
    assert narrow["scopes"] == READ
    assert run_ok(token, app, store, **BY_CODE, scopes=READ)["token"]["id"] == narrow["id"], "tasks use the narrow one"
    assert set(sign_out(app, store)["revoked"]) == {signed_in["id"], narrow["id"]}
    accepted = [entry["form"]["token"] for entry in tenant.read_journal(operation="revoke", status=200)]
    expected = [narrow["access_token"], signed_in["refresh_token"]]
    assert accepted == [tenant.digest(value) for value in expected], "this ends the sign-in's access token"
    assert list_active(app, signed_in["access_token"]) == [False]


def test_a_wrong_client_secret_is_named_if_the_token_endpoint_refuses_it_too(tenant: Any, warnings: list[str]) -> None:
    app = make_desk(tenant)
    store = MemoryStore()
    sign_in(app, store)
    tenant.add_fault(operation="token", status=401, shape="oauth", error="invalid_client")
    sign_out(app, store, warnings)
    assert "invalid_client" in warnings[0] and "Check that client_id, client_secret" in warnings[0]


def test_a_sign_out_that_finds_nothing_names_the_applications_with_sign_ins(tenant: Any, warnings: list[str]) -> None:
    """After the role with a display name, the connection still names the administrator's application."""
    app, store = make_desk(tenant), MemoryStore()
    sign_in(app, store)
    result = run_ok(revoke, tenant, store, all="sign_ins", warn=warnings.append)
    assert (result["changed"], result["requests"], len(warnings)) == (False, 0, 1)
    assert warnings[0].startswith(
        f"Nothing is revoked. No sign-in is stored for the application {tenant.application_id}. "
    )
    assert f"Sign-ins are stored for: {app.application_id}. " in warnings[0] and "logout_application" in warnings[0]


def test_of_several_tokens_the_one_that_expires_last_authorizes_the_others(tenant: Any) -> None:
    app = make_desk(tenant, public=True)
    store = MemoryStore()
    lasting = sign_in(app, store, DELETE, expiration_time=3600)
    sign_in(app, store, DELETE, "realms:read", expiration_time=600)
    assert len(sign_out(app, store)["revoked"]) == 2
    assert tenant.read_journal(operation="revoke")[-1]["form"]["token"] == tenant.digest(lasting["access_token"])


@pytest.mark.parametrize(("status", "attempts"), [(401, 1), (400, 2), (403, 2)])
def test_after_a_401_the_clients_credentials_are_not_tried_again(status: int, attempts: int, tenant: Any) -> None:
    """A 401 refuses the client itself. Other refusals may concern only the token that is revoked."""
    app = make_desk(tenant)
    store = MemoryStore()
    sign_in(app, store, DELETE)
    for attempt in range(attempts):
        tenant.add_fault(operation="revoke", status=status, times=1, skip=attempt)
    sign_out(app, store)
    assert list_revocations(tenant).count(200) == 1, "revocation of the refresh token ended the access token, too"
    assert [entry["fault"] is not None for entry in tenant.read_journal(operation="revoke")].count(True) == attempts


@pytest.mark.parametrize("public", [True, False])
def test_a_sign_in_with_an_expired_access_token_is_refreshed_and_revoked(
    public: bool, tenant: Any, warnings: list[str]
) -> None:
    """After the sign-in is removed from the stores, its refresh token could not be revoked any more."""
    app = make_desk(tenant, public)
    store = MemoryStore()
    signed_in = sign_in(app, store, DELETE)
    expire_sign_ins(store)
    result = sign_out(app, store, warnings)
    assert "refresh_token" in [entry["grant"] for entry in tenant.read_journal(operation="token")]
    assert result["changed"] and len(result["revoked"]) == 1 and warnings == []
    assert list_active(app, signed_in["refresh_token"]) == [False]


def test_a_sign_in_is_refreshed_to_authorize_a_revocation(tenant: Any) -> None:
    app = make_desk(tenant)
    store = MemoryStore()
    other = sign_in(app, MemoryStore(), "realms:read")
    sign_in(app, store, DELETE)
    expire_sign_ins(store)
    assert run_ok(revoke, app, store, token=other["access_token"])["changed"]
    assert tenant.read_journal(operation="token")[-1]["grant"] == "refresh_token"
    assert list_active(app, other["access_token"]) == [False]


class StoppedStore(MemoryStore):
    """A store whose lock a stopped process holds."""

    def lock(self, key: Any, purpose: LockPurpose) -> Any:
        if purpose.must_wait:
            raise LockError(f"Cannot begin {purpose.work}: process 7 has been busy.")
        return super().lock(key, purpose)


@pytest.mark.parametrize("scope", ["realms:read", DELETE])
def test_a_process_that_blocks_the_sign_in_is_the_error_of_a_revocation(scope: str, tenant: Any) -> None:
    """Not the lack of a token, which is only a consequence."""
    app = make_desk(tenant, public=True)
    signed_in = MemoryStore()
    other = sign_in(app, MemoryStore(), scope)
    sign_in(app, signed_in, DELETE)
    expire_sign_ins(signed_in)
    tenant.add_fault(operation="revoke", status=401)
    store = StoppedStore()
    store.entries = signed_in.entries
    message = run_failed(revoke, app, store, token=other["access_token"])
    assert message.startswith("Cannot begin the use of a refresh token: process 7 has been busy.")


def test_concurrent_hosts_revoke_the_sign_ins_once(tenant: Any) -> None:
    app = make_desk(tenant)
    store = MemoryStore()
    for _round in range(5):
        sign_in(app, store, DELETE)
        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(lambda _host: sign_out(app, store), range(6)))
        assert sum(result["changed"] for result in results) == 1


def test_without_a_store_no_sign_in_can_be_revoked(tenant: Any) -> None:
    assert "No sign-in is stored" in run_failed(revoke, make_desk(tenant), TokenStores(), all="sign_ins")


@pytest.mark.parametrize("cache", ["run", "user", "none"])
def test_sign_ins_in_all_stores_are_revoked_whatever_token_cache_is(cache: str, tenant: Any) -> None:
    app = make_desk(tenant)
    both = TokenStores(MemoryStore(), MemoryStore())
    signed_in = sign_in(app, both, DELETE, token_cache="user")
    assert sign_out(app, both, **BY_CODE, token_cache=cache)["changed"]
    assert list_active(app, signed_in["refresh_token"]) == [False]


def test_the_options_exclude_each_other() -> None:
    assert revoke.SPEC.rules == {
        "mutually_exclusive": [("token", "id", "all"), ("token", "application")],
        "required_one_of": [("token", "id", "all")],
        "required_if": [("all", "principal", ("principal_type", "principal_id"))],
    }
