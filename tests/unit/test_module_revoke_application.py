# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module revoke for the stored sign-ins of another application, by an administrator's credentials."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.sign_in_entries import (
    build_entry,
    read_tokens,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.modules import revoke, token
from tests.support.sign_in_application import SignInApplication
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, run_failed, run_ok
from tests.unit.sign_in_helpers import READ, REFRESHED
from tests.unit.test_module_revoke import BY_CODE, expire_sign_ins, list_active, sign_in


@pytest.fixture
def app(tenant: Any) -> SignInApplication:
    """Return an `oidc` application whose tokens cannot be revoked with its own credentials or tokens."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    return SignInApplication.of(tenant)


def sign_out(app: SignInApplication, store: Any, **given: Any) -> dict[str, Any]:
    """Sign out with the administrator's credentials."""
    options = {"all": "sign_ins", "application": app.application_id, **given}
    return run_ok(revoke, app.tenant, store, **options)


@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
@pytest.mark.parametrize("public", [False, True])
def test_an_administrator_revokes_the_stored_sign_ins_of_an_application(
    public: bool, token_format: str, tenant: Any, warnings: list[str]
) -> None:
    """The secret of the application is not needed, and its tokens are not sent."""
    tenant.change_settings(refresh_tokens="fixed", **REFRESHED)
    app = SignInApplication.of(tenant, public=public, token_format=token_format)
    other = SignInApplication.of(tenant)
    stores = TokenStores(MemoryStore(), MemoryStore())
    one, two = sign_in(app, stores, *READ), sign_in(app, stores, "realms:create", token_cache="user")
    kept, elsewhere = sign_in(other, stores, *READ), sign_in(app, MemoryStore(), *READ)
    values = [signed_in[name] for signed_in in (one, two) for name in ("access_token", "refresh_token")]
    predicted = sign_out(app, stores, check_mode=True)
    assert predicted["changed"] and all(list_active(tenant, *values)) and predicted["requests"] == 0
    tenant.clear_journal()
    result = sign_out(app, stores, warn=warnings.append)
    assert result["changed"] and len(result["revoked"]) == 4 and result["remaining"] == [] == warnings
    sent = str(tenant.read_journal())
    assert [value for value in values if value in sent] == []
    assert list_active(tenant, *values) == [False] * 4
    assert list_active(tenant, kept["access_token"], elsewhere["access_token"]) == [True, True]
    assert "sign_in_required" in call_module(token, app, stores, **BY_CODE, scopes=READ)
    assert run_ok(token, other, stores, **BY_CODE, scopes=READ)["cached"], "the other application's sign-in stays"
    assert not sign_out(app, stores)["changed"]


def test_the_application_can_be_named(app: SignInApplication) -> None:
    store = MemoryStore()
    sign_in(app, store)
    assert sign_out(app, store, application="Sign-in application")["changed"]
    assert "The managed realm has no application 'x'" in run_failed(
        revoke, app.tenant, store, all="sign_ins", application="x"
    )


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"drop": "reset"}], ids=str)
@pytest.mark.parametrize("operation", ["ListTokens", "RevokeToken"])
def test_a_sign_in_is_removed_even_if_the_api_refuses(
    operation: str, fault: dict[str, Any], app: SignInApplication, warnings: list[str]
) -> None:
    """The warning lists each token, with what the API told of it."""
    store = MemoryStore()
    signed_in = sign_in(app, store)
    app.tenant.add_fault(operation=operation, **fault)
    result = sign_out(app, store, warn=warnings.append, retries=0)
    assert (result["changed"], result["revoked"], len(warnings)) == (True, [], 1)
    access, refresh = (
        next(item for item in result["remaining"] if item["token_type"] == name)
        for name in ("access_token", "refresh_token")
    )
    assert access["id"] == signed_in["id"]
    times = [datetime.fromisoformat(item["expires_at"].replace("Z", "+00:00")) for item in (access, signed_in)]
    assert abs(times[0] - times[1]) <= timedelta(seconds=2), "the API counts from another moment"
    assert bool(refresh["id"]) == bool(refresh["expires_at"]) == (operation == "RevokeToken")
    for item in (access, refresh):
        assert item["id"] is None or f"{item['id']}, until {item['expires_at']}" in warnings[0]
    how = "id=ID" if refresh["id"] else "all=application"
    assert f"-a '{how} application={app.application_id}'." in warnings[0] and operation in warnings[0]
    assert len(app.tenant.read_journal(operation="RevokeToken")) == (operation == "RevokeToken"), (
        "none after the first error"
    )
    assert "sign_in_required" in call_module(token, app, store, **BY_CODE, scopes=READ)


def test_a_token_that_is_revoked_or_expired_is_no_error(app: SignInApplication, warnings: list[str]) -> None:
    store = MemoryStore()
    sign_in(app, store)
    app.tenant.revoke_tokens()
    result = sign_out(app, store, warn=warnings.append)
    assert (result["changed"], result["revoked"], result["remaining"], warnings) == (True, [], [], [])
    sign_in(app, store)
    expire_sign_ins(store)
    app.tenant.add_fault(operation="ListTokens", status=403)
    assert [item["token_type"] for item in sign_out(app, store)["remaining"]] == ["refresh_token"]


def test_a_sign_in_of_another_realm_is_still_stored_and_the_realm_is_named(app: SignInApplication) -> None:
    store = MemoryStore()
    sign_in(app, store)
    (realm,) = app.tenant.seed(realms=1)["realms"]
    options = {"all": "sign_ins", "application": app.application_id, "realm_id": realm}
    message = run_failed(revoke, app.tenant, store, **options)
    assert f"Set realm_id: {app.tenant.realm_id}. The sign-in is still stored." in message
    assert run_ok(token, app, store, **BY_CODE, scopes=READ)["cached"]


def test_an_application_of_another_tenant_with_the_same_id_keeps_its_sign_in(app: SignInApplication) -> None:
    store = MemoryStore()
    token_of_other = Token("other", ("a",), time.time(), 3600)
    issuer = app.issuer.replace(app.tenant.tenant_id, "0001000000000000")
    store.put(["other"], build_entry(issuer, [token_of_other]))
    assert not sign_out(app, store)["changed"]
    assert read_tokens(store.get(["other"])) == [token_of_other]


def test_an_application_whose_sign_ins_are_removed_is_not_named(app: SignInApplication, warnings: list[str]) -> None:
    store = MemoryStore()
    sign_in(app, store)
    sign_out(app, store)
    run_ok(revoke, app.tenant, store, all="sign_ins", warn=warnings.append)
    assert warnings == []


def test_an_access_token_of_an_administrator_counts_with_an_application_only() -> None:
    """The variable or the environment can set it."""
    spec = revoke.SPEC
    assert spec.get_ignored({"all": "sign_ins"}) == {"access_token"}
    assert spec.get_ignored({"all": "sign_ins", "application": "x"}) == frozenset()
