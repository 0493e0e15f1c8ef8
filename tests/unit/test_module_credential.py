# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module credential, in process against the emulator: passkeys are revoked, and stay listed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.principal import find_principal_id
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import Attempt
from ansible_collections.beyondidentity.management.plugins.modules import credential as module
from ansible_collections.beyondidentity.management.plugins.modules import credential_info, token
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import make_jwt
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok
from tests.unit.people import create_person, list_credentials, list_requests, list_states

ALL = {"identity": "pat", "all": True, "state": "absent"}
REFUSAL = "to the signed-in user, so the task cannot revoke the last active passkey"


@pytest.fixture
def pat(tenant: Any) -> str:
    """Return the ID of the identity pat."""
    return create_person(tenant)


def bind(tenant: Any, identity_id: str, number: int = 1, **fields: str) -> list[str]:
    """Give an identity passkeys, and return their IDs."""
    ids: list[str] = tenant.seed(credentials=number, identity_id=identity_id, credential=fields)["credentials"]
    return ids


def issue_token(tenant: Any, identity_id: str) -> str:
    """Return an access token that was issued for an identity."""
    scopes = ["credentials:read", "credentials:revoke", "identities:read"]
    form = {"principal_type": "identity", "principal_id": identity_id, "token_format": "self_contained"}
    return str(tenant.seed(tokens=1, token_scopes=scopes, **form)["token_values"][0])


def test_all_passkeys_are_revoked_and_stay_listed(tenant: Any, pat: str) -> None:
    bind(tenant, pat, 2)
    old = bind(tenant, pat, state="REVOKED")
    others = bind(tenant, create_person(tenant, "sam"))
    active = [item for item in list_credentials(tenant, pat) if item["id"] not in old]
    predicted = run_ok(module, tenant, check_mode=True, **ALL)
    assert predicted["changed"] and predicted["predicted"] and list_writes(tenant) == []
    revoked = run_ok(module, tenant, **ALL)
    assert revoked["changed"] and revoked["diff"] == predicted["diff"]
    assert sorted(revoked["before"]["credentials"], key=str) == sorted(active, key=str)
    assert revoked["after"] == {"identity_id": pat, "credentials": []}
    assert list_states(revoked["credentials"]) == list_states(predicted["credentials"]) == ["REVOKED"] * 3
    assert list_states(list_credentials(tenant, pat)) == ["REVOKED"] * 3
    assert [item["id"] for item in list_credentials(tenant) if item["state"] == "ACTIVE"] == others
    tenant.clear_journal()
    again = run_ok(module, tenant, **ALL)
    assert not again["changed"] and len(again["credentials"]) == 3
    assert list_requests(tenant) == ["token", "ListIdentities", "ListCredentials"]


def test_one_passkey_is_revoked(tenant: Any, pat: str) -> None:
    first, second = bind(tenant, pat, 2)
    absent = {"identity": pat, "id": first, "state": "absent"}
    revoked = run_ok(module, tenant, **absent)
    assert revoked["changed"] and [item["id"] for item in revoked["credentials"]] == [first]
    assert [item["id"] for item in revoked["after"]["credentials"]] == [second]
    assert not run_ok(module, tenant, **absent)["changed"]
    unknown = run_ok(module, tenant, identity=pat, id="0000000000000000", state="absent")
    assert not unknown["changed"] and unknown["credentials"] == []
    assert list_writes(tenant) == ["RevokeCredential"]


def test_passkeys_of_an_identity_that_does_not_exist_are_absent(tenant: Any) -> None:
    result = run_ok(module, tenant, **{**ALL, "identity": "nobody"})
    assert (result["changed"], result["before"], result["credentials"]) == (False, None, [])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"all": False}, "Set either id or all: true"),
        ({"all": None, "id": "../x"}, "is not a valid ID"),
        ({"identity": ""}, "identity must not be empty"),
    ],
)
def test_wrong_options_are_refused(given: dict[str, Any], message: str, tenant: Any) -> None:
    assert message in run_failed(module, tenant, **{**ALL, **given})
    assert tenant.read_journal() == []


def test_the_token_allows_what_the_options_need(tenant: Any, pat: str) -> None:
    bind(tenant, pat)
    run_ok(module, tenant, check_mode=True, **{**ALL, "identity": pat})
    run_ok(module, tenant, **ALL)
    scopes = [set(entry["form"]["scope"].split()) for entry in tenant.read_journal(operation="token")]
    assert scopes == [{"credentials:read"}, {"credentials:read", "credentials:revoke", "identities:read"}]


def test_a_passkey_that_another_process_removed_is_absent(tenant: Any, pat: str) -> None:
    bind(tenant, pat)
    tenant.add_fault(operation="RevokeCredential", status=404)
    assert run_ok(module, tenant, **ALL)["changed"]


def test_an_interrupted_revocation_says_that_it_changed_something(tenant: Any, pat: str) -> None:
    bind(tenant, pat, 2)
    tenant.add_fault(operation="RevokeCredential", status=403, skip=1)
    result = call_module(module, tenant, **ALL)
    assert result["failed"] and result["changed"]
    tenant.clear_faults()
    assert run_ok(module, tenant, **ALL)["changed"]


def test_a_revocation_without_effect_is_an_error(tenant: Any, pat: str) -> None:
    bind(tenant, pat)
    tenant.add_fault(operation="RevokeCredential", json={}, times=None)
    assert "is still in the state ACTIVE" in run_failed(module, tenant, **ALL)


def test_the_last_passkey_of_the_signed_in_identity_is_kept(tenant: Any, pat: str) -> None:
    first, second = bind(tenant, pat, 2)
    bind(tenant, pat, state="REVOKED")
    token = issue_token(tenant, pat)
    for check_mode in (True, False):
        assert REFUSAL in run_failed(module, tenant, access_token=token, check_mode=check_mode, **ALL)
    assert list_writes(tenant) == []
    one = {"identity": pat, "state": "absent", "access_token": token}
    assert run_ok(module, tenant, id=first, **one)["changed"]
    assert REFUSAL in run_failed(module, tenant, id=second, **one)
    sam = create_person(tenant, "sam")
    bind(tenant, sam)
    assert run_ok(module, tenant, **{**ALL, "identity": "sam"}, access_token=token)["changed"]
    assert run_ok(module, tenant, **ALL)["changed"], "an application is not the identity"


def test_a_shared_listing_does_not_hide_who_is_signed_in(tenant: Any, pat: str) -> None:
    bind(tenant, pat)
    given = {"store": MemoryStore(), "sharing": Attempt("task-1", 1), "access_token": issue_token(tenant, pat)}
    run_ok(credential_info, tenant, **given, identity="pat")
    tenant.clear_journal()
    assert REFUSAL in run_failed(module, tenant, **given, **ALL)
    assert list_requests(tenant) == [], "the listing is shared"


@pytest.mark.parametrize(("token_format", "message"), [("self_contained", "belongs"), ("referential", "may belong")])
def test_a_signed_in_user_keeps_the_last_passkey(token_format: str, message: str, tenant: Any, pat: str) -> None:
    """A referential token does not tell whose it is."""
    tenant.change_settings(identity={"id": pat}, identity_passkeys=True)
    bind(tenant, pat, 2)
    scopes = ["credentials:read", "credentials:revoke"]
    app = SignInApplication.of(tenant, token_format=token_format, allowed_scopes=scopes)
    store = MemoryStore()
    run_ok(token, app, store, **app.options_after_sign_in(*scopes))
    signed_in = {"identity": pat, "state": "absent", "grant_type": "authorization_code"}
    assert f"{message} {REFUSAL}" in run_failed(module, app, store, **signed_in, all=True)
    one = list_credentials(tenant, pat)[0]["id"]
    assert run_ok(module, app, store, **signed_in, id=one)["changed"], "another passkey stays"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"bi_p": "e372db224c06e850"}, "e372db224c06e850"),
        ({"bi_p": "tenants/t/realms/r/identities/e372db224c06e850"}, "e372db224c06e850"),
        ({"bi_p": ""}, None),
        ({"bi_p": 1}, None),
        ({"sub": "e372db224c06e850"}, None),
    ],
)
def test_a_self_contained_token_tells_its_principal(claims: dict[str, Any], expected: str | None) -> None:
    assert find_principal_id(make_jwt(claims)) == expected
    assert find_principal_id("opaque") is None


def test_a_run_reads_its_own_revocations_although_the_listing_is_late(tenant: Any, pat: str) -> None:
    bind(tenant, pat)
    tenant.change_settings(changed_delay=60)
    store = MemoryStore()
    assert run_ok(module, tenant, store, **ALL)["changed"]
    assert not run_ok(module, tenant, store, **ALL)["changed"]
    listed = run_ok(credential_info, tenant, store, identity="pat")["credentials"]
    assert list_states(listed) == ["REVOKED"]


def test_check_mode_is_known_to_later_tasks(tenant: Any, pat: str) -> None:
    bind(tenant, pat)
    store = MemoryStore()
    checked = {"check_mode": True, "is_check_run": True}
    assert run_ok(module, tenant, store, **ALL, **checked)["changed"]
    assert not run_ok(module, tenant, store, **ALL, **checked)["changed"]
    listed = run_ok(credential_info, tenant, store, identity="pat", **checked)
    assert list_states(listed["credentials"]) == ["REVOKED"] and listed["predicted"]
