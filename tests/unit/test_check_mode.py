# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with --check, and tasks in check mode, in process against the emulator: what they know, send, return and store."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.predictions import Predictions
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import (
    TOKEN,
    build_predicted,
    is_predicted,
)
from ansible_collections.beyondidentity.management.plugins.modules import (
    api,
    application,
    application_info,
    authenticator_config,
    authenticator_config_info,
    authorize,
    group,
    group_info,
    identity,
    identity_info,
    introspect,
    realm,
    realm_info,
    resource_server,
    resource_server_info,
    revoke,
    role,
    role_info,
    token,
    token_info,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.support.sign_in_application import SignInApplication
from tests.support.writes import has_received_predictions
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok
from tests.unit.sign_in_helpers import REFRESHED, sign_in_user

NAMED = {"display_name": "Feeder"}
CONFIG = {**NAMED, "type": "hosted_web"}
SERVER = {**NAMED, "identifier": "https://feeder.example", "scopes": ["pets:feed"]}

STATE_CALLS: list[tuple[Any, dict[str, Any]]] = [
    (application, NAMED),
    (authenticator_config, CONFIG),
    (realm, NAMED),
    (resource_server, SERVER),
    (role, {**NAMED, "scopes": ["realms:read"]}),
    (identity, {"username": "feeder"}),
    (group, NAMED),
]
INFO_CALLS: list[tuple[Any, dict[str, Any]]] = [
    (module, {})
    for module in (
        application_info,
        authenticator_config_info,
        group_info,
        identity_info,
        realm_info,
        resource_server_info,
        role_info,
        token_info,
    )
]


class CheckRun:
    """A run with --check: its tasks share a store."""

    def __init__(self, tenant: Any) -> None:
        self.store = MemoryStore()
        self.run = partial(run_ok, tenant=tenant, store=self.store, check_mode=True, is_check_run=True)
        self.fail = partial(run_failed, tenant=tenant, store=self.store, check_mode=True, is_check_run=True)
        self.change = partial(run_ok, tenant=tenant, store=self.store, is_check_run=True)


@pytest.fixture
def check(tenant: Any) -> CheckRun:
    return CheckRun(tenant)


def predict_credentials(check: CheckRun) -> dict[str, Any]:
    """Return the credentials of an application that the run predicts."""
    made = check.run(application, display_name="Predicted", return_secret=True)
    return {name: made[name] for name in ("issuer", "client_id", "client_secret")}


def count_sent(tenant: Any) -> int:
    return len(tenant.read_journal())


def test_a_task_in_check_mode_reads_what_a_real_run_wrote(tenant: Any) -> None:
    """It knows an object that the listing lacks, and stores neither what it finds nor what it predicts."""
    tenant.change_settings(listing_delay=60)
    store = MemoryStore()
    created = run_ok(application, tenant, store, **NAMED)["application"]
    run_ok(application, tenant, store, check_mode=True, **NAMED)  # its token is of reading scopes
    known = dict(store.entries)
    found = run_ok(application, tenant, store, check_mode=True, **NAMED)
    assert not found["changed"] and found["application"]["id"] == created["id"] and "predicted" not in found
    removed = run_ok(application, tenant, store, check_mode=True, state="absent", **NAMED)
    assert removed["changed"] and removed["predicted"] is True
    run_ok(resource_server, tenant, store, check_mode=True, **SERVER)
    kept = {key for key in store.entries if key not in known}
    assert all(key.startswith('["token"') for key in kept), kept
    assert {key: store.entries[key] for key in known} == known
    assert "no resource_server 'Feeder'" in run_failed(
        role, tenant, store, check_mode=True, resource_server="Feeder", **NAMED
    ), "a prediction ends with its task"
    assert list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize(
    ("module", "given", "message"),
    [
        (role, {"resource_server": "Missing"}, "no resource_server 'Missing'"),
        (application, {"resource_server": "Missing"}, "no resource_server 'Missing'"),
        (application, {"resource_server": "Feeder", "allowed_scopes": ["pets:eat"]}, "does not offer pets:eat"),
        (resource_server, {"realm": "Missing", "identifier": "i"}, "no realm named 'Missing'"),
        (role, {"resource_server": "Feeder", "members": {"identities": ["nobody"], "groups": None}}, "no identity"),
        (application_info, {"realm": "Missing", "display_name": None}, "no realm named 'Missing'"),
    ],
)
def test_a_name_that_neither_the_tenant_nor_a_prediction_has_is_an_error(
    check: CheckRun, module: Any, given: dict[str, Any], message: str
) -> None:
    check.run(resource_server, **SERVER)
    assert message in check.fail(module, **{**NAMED, **given})


def test_the_option_realm_takes_the_name_of_a_predicted_realm(tenant: Any, check: CheckRun) -> None:
    made = check.run(realm, display_name="Customers")["realm"]
    server = check.run(resource_server, realm="Customers", **SERVER)["resource_server"]
    assert server["realm_id"] == made["id"] and is_predicted(made["id"])
    check.run(role, realm="Customers", resource_server="Feeder", scopes=["pets:feed"], **NAMED)
    found = check.run(role_info, realm="Customers", resource_server="Feeder")
    assert [item["display_name"] for item in found["roles"]] == ["Feeder"] and found["predicted"] is True
    built_in = check.run(resource_server_info, realm="Customers", display_name="Beyond Identity Management API")
    assert len(built_in["resource_servers"]) == 1, "a new realm has it"
    check.run(realm, id=made["id"], display_name="Clients")
    assert "no realm named 'Customers'" in check.fail(role_info, realm="Customers")
    assert check.run(resource_server_info, realm="Clients")["resource_servers"]
    assert list_writes(tenant) == [] and not has_received_predictions(tenant)


@pytest.mark.parametrize(("module", "given"), STATE_CALLS, ids=lambda value: getattr(value, "__name__", None))
def test_a_state_module_with_predicted_credentials_warns_and_sends_nothing(
    tenant: Any, check: CheckRun, warnings: list[str], module: Any, given: dict[str, Any]
) -> None:
    credentials = predict_credentials(check)
    sent = count_sent(tenant)
    created = check.run(module, warn=warnings.append, **credentials, **given)
    assert created["changed"] and created["predicted"] is True and created["requests"] == 0
    assert len(warnings) == 1 and "did not read the tenant" in warnings[0]
    assert not check.run(module, **credentials, **given)["changed"], "the second task knows of the first"
    assert count_sent(tenant) == sent


@pytest.mark.parametrize(("module", "given"), INFO_CALLS, ids=lambda value: getattr(value, "__name__", None))
def test_an_info_module_with_predicted_credentials_returns_predictions(
    tenant: Any, check: CheckRun, module: Any, given: dict[str, Any]
) -> None:
    credentials = predict_credentials(check)
    for predicted_module, fields in STATE_CALLS:
        check.run(predicted_module, **credentials, **fields)
    check.run(token, scopes=["realms:read"], **credentials)
    sent = count_sent(tenant)
    found = check.run(module, **credentials, **given)
    (items,) = (value for value in found.values() if isinstance(value, list))
    assert found["predicted"] is True and found["requests"] == 0 and count_sent(tenant) == sent
    assert all("check-mode-" in json.dumps(item) for item in items)
    assert '"client_secret"' not in json.dumps(items)
    assert len(items) == {application_info: 2, resource_server_info: 2}.get(module, 1)


@pytest.mark.parametrize("operation", ["ListRealms", "GetTenant", "ListGroups"])
def test_api_with_predicted_credentials_returns_no_response(tenant: Any, check: CheckRun, operation: str) -> None:
    credentials = predict_credentials(check)
    sent = count_sent(tenant)
    found = check.run(api, operation=operation, **credentials)
    assert (found["predicted"], found["response"], found["status"], found["changed"]) == (True, {}, None, False)
    assert count_sent(tenant) == sent


def test_api_returns_the_objects_that_the_run_predicted(tenant: Any, check: CheckRun) -> None:
    """By their IDs, and in the listings of a predicted realm; an object that is not predicted does not exist."""
    group = check.run(api, operation="CreateGroup", body={"group": {**NAMED, "description": "Feeds."}})["response"]
    realm_id = check.run(realm, **NAMED)["realm"]["id"]
    sent = count_sent(tenant)
    for operation, parameters in (("GetGroup", {"group_id": group["id"]}), ("GetRealm", {"realm_id": realm_id})):
        found = check.run(api, operation=operation, parameters=parameters)
        assert found["predicted"] is True and found["response"]["display_name"] == NAMED["display_name"]
    for all_pages in (True, False):
        listed = check.run(api, operation="ListGroups", parameters={"realm_id": realm_id}, all_pages=all_pages)
        assert (listed["predicted"], listed["response"]) == (True, {"groups": []})
    assert count_sent(tenant) == sent
    check.run(api, operation="DeleteGroup", parameters={"group_id": group["id"]})
    assert "(HTTP 404)" in check.fail(api, operation="GetGroup", parameters={"group_id": group["id"]})


def test_a_token_of_predicted_credentials_is_predicted_and_never_sent(tenant: Any, check: CheckRun) -> None:
    credentials = predict_credentials(check)
    sent = count_sent(tenant)
    issued = check.run(token, scopes=["realms:read"], **credentials)
    assert issued["predicted"] is True and issued["token"]["predicted"] is True
    assert issued["token"]["access_token"] == TOKEN and issued["token"]["scopes"] == ["realms:read"]
    assert 0 < issued["token"]["expires_in"] <= 3600 and issued["token"]["api_url"] == tenant.emulator.url
    assert all(issued["token"][name] for name in ("tenant_id", "realm_id", "application_id", "expires_at", "id"))
    real = run_ok(token, tenant, scopes=["realms:read"])
    assert {*issued, *issued["token"]} - {"predicted"} == {*real, *real["token"]}
    sent += 1
    given = {**credentials, "token": TOKEN}
    active = check.run(introspect, **given)
    assert active["introspection"]["active"] is True and active["predicted"] is True
    revoked = check.run(revoke, **given)
    assert revoked["changed"] is True and revoked["predicted"] is True
    for module, own in ((application, NAMED), (realm_info, {}), (api, {"operation": "ListRealms"})):
        assert check.run(module, access_token=TOKEN, **own)["requests"] == 0
    assert count_sent(tenant) == sent


def test_listings_of_tokens_follow_predicted_issues_and_revocations(tenant: Any, check: CheckRun) -> None:
    """The number of all tokens is right, otherwise the listing would be read again for a change."""
    run_ok(token, tenant, scopes=["realms:read"])
    credentials = predict_credentials(check)
    issued = check.run(token, scopes=["realms:read"], **credentials)["token"]
    for _time in range(2):
        assert [item["id"] for item in check.run(token_info, **credentials)["tokens"]] == [issued["id"]]
        assert check.run(revoke, all="application", **credentials)["revoked"] == [issued["id"]]
        assert check.run(token_info, **credentials)["tokens"] == []
        assert check.run(token, scopes=["realms:read"], **credentials)["token"]["id"] == issued["id"]
    check.run(revoke, all="application", **credentials)
    tenant.clear_journal()
    check.run(token_info)
    assert len(tenant.read_journal(operation="ListTokens")) == 1


def test_with_real_credentials_a_predicted_token_is_not_sent_either(tenant: Any, check: CheckRun) -> None:
    assert check.run(introspect, token=TOKEN)["introspection"]["active"] is True
    assert check.run(revoke, token=TOKEN)["changed"] is True
    assert check.run(token, grant_type="refresh_token", refresh_token=TOKEN, scopes=["realms:read"])["predicted"]
    assert count_sent(tenant) == 0


@pytest.mark.parametrize("token_cache", ["run", "none"])
def test_a_refresh_token_is_kept_for_the_run_without_check_mode(tenant: Any, token_cache: str) -> None:
    """With rotation, the service would replace it, and the next one would be lost."""
    tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    app = SignInApplication.of(tenant)
    given = sign_in_user(app).refresh_token
    assert given
    tenant.clear_journal()
    found = CheckRun(app).run(
        token, grant_type="refresh_token", refresh_token=given, scopes=["realms:read"], token_cache=token_cache
    )
    assert found["predicted"] is True and found["token"]["access_token"] == TOKEN
    assert count_sent(tenant) == 0


def test_check_mode_uses_a_refresh_token_if_the_user_cache_stores_the_next_one(tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    app = SignInApplication.of(tenant)
    stores = TokenStores(run=MemoryStore(), user=MemoryStore())
    request = {"grant_type": "refresh_token", "refresh_token": sign_in_user(app).refresh_token, "token_cache": "user"}
    for check_mode in (True, False):
        found = call_module(token, app, stores, check_mode=check_mode, scopes=["realms:read"], **request)
        assert "predicted" not in found and found["cached"] is not check_mode


def test_authorize_does_not_listen(tenant: Any, check: CheckRun) -> None:
    def listen(*_arguments: Any) -> Any:
        raise AssertionError("the task listened")

    given = {"redirect_uri": "http://127.0.0.1:8400/callback", "scopes": ["realms:read"], "listen": True}
    found = check.run(authorize, listener=listen, **given)
    assert found["predicted"] is True and is_predicted(found["authorization"]["code"])
    issued = check.run(
        token, grant_type="authorization_code", authorization=found["authorization"], redirect_uri=None, scopes=None
    )
    assert issued["token"]["access_token"] == TOKEN and issued["token"]["scopes"] == ["realms:read"]
    assert count_sent(tenant) == 0


def test_no_later_task_knows_what_a_task_with_the_keyword_predicts(tenant: Any, check: CheckRun) -> None:
    """With check_mode: true, a task writes nothing in the real run either. It knows what earlier tasks predicted."""
    made = check.run(resource_server, **SERVER)["resource_server"]
    removed = check.run(resource_server, is_always_checked=True, display_name="Feeder", state="absent")
    assert removed["changed"] and removed["before"]["id"] == made["id"]
    assert check.run(resource_server, is_always_checked=True, id=made["id"], scopes=[])["changed"]
    assert check.run(resource_server, **SERVER)["changed"] is False
    assert check.run(resource_server, display_name="Feeder", state="absent")["changed"] is True


def test_a_real_write_replaces_a_prediction(tenant: Any, check: CheckRun) -> None:
    """A task with check_mode: false in a run with --check creates, changes and deletes; later tasks see that alone."""
    predicted = check.run(resource_server, **SERVER)["resource_server"]
    made = check.change(resource_server, **SERVER)
    assert made["changed"] and not is_predicted(made["resource_server"]["id"])
    found = check.run(resource_server_info, display_name="Feeder")["resource_servers"]
    assert [item["id"] for item in found] == [made["resource_server"]["id"]]
    assert predicted["id"] not in json.dumps(check.run(resource_server_info))
    id = made["resource_server"]["id"]
    check.run(resource_server, id=id, scopes=["pets:read"])
    check.change(resource_server, id=id, scopes=["pets:eat"])
    assert check.run(resource_server, id=id, scopes=["pets:eat"])["changed"] is False
    check.run(resource_server, id=id, state="absent")
    assert check.run(resource_server_info, display_name="Feeder")["resource_servers"] == []


def test_a_real_write_of_a_role_replaces_what_was_predicted_of_its_lists(tenant: Any, check: CheckRun) -> None:
    made = run_ok(role, tenant, scopes=["realms:read"], **NAMED)["role"]
    check.run(role, id=made["id"], scopes=["realms:create"])
    check.change(role, id=made["id"], scopes=["realms:update"])
    assert check.run(role, id=made["id"], scopes=["realms:update"])["changed"] is False


def test_an_application_that_only_reads_suffices(tenant: Any, check: CheckRun) -> None:
    """No task of a run with --check requests a scope that changes anything."""
    for module, given in STATE_CALLS:
        check.run(module, **given)
        check.run(module, **{**given, "state": "absent"})
    check.run(revoke, all="application")
    scopes = {scope for entry in tenant.read_journal(operation="token") for scope in entry["form"]["scope"].split()}
    assert scopes and all(scope.endswith(":read") for scope in scopes), scopes
    assert list_writes(tenant) == []


def test_the_store_holds_no_secret(tenant: Any, check: CheckRun) -> None:
    """Neither those of listed applications nor those of bodies and results."""
    tenant.seed(applications=3, name="Old {n}")
    check.run(application, display_name="Old 1", return_secret=True, token_expires_after=61)
    predict_credentials(check)
    check.run(application_info)
    body = {
        "display_name": "S",
        "config": {"type": "console", "okta_token": "0kta-s3cret", "client_secret": "s3cret-x"},
    }
    check.run(api, operation="CreateAuthenticatorConfig", body={"authenticator_config": body})
    entries = check.store.list_entries()
    stored = json.dumps([entries, Predictions(check.store).export_all()])
    assert "check-mode-application-" in stored and "check-mode-authenticator_config-" in stored
    for secret in (
        '"client_secret"',
        "check-mode-client_secret",
        "0kta",
        "s3cret",
        tenant.variables["beyondidentity_client_secret"],
    ):
        assert secret not in stored


def test_a_predicted_credential_can_be_in_any_option(tenant: Any, check: CheckRun) -> None:
    """The last guard: whatever else goes wrong, the session sends none."""
    for given in ({"display_name": f"x {TOKEN} y"}, {"custom": {"deep": [TOKEN]}}):
        result = call_module(api, tenant, operation="CreateGroup", body={"group": given})
        assert result["failed"] and "comes from a run in check mode" in result["msg"]
    assert list_writes(tenant) == []


def test_a_run_can_predict_thousands_of_objects(tmp_path: Path) -> None:
    """A store reads one MiB of a file at most, and would forget a larger entry."""
    predictions = Predictions(EncryptedStore(tmp_path / "store", b"run", print))
    config = {
        "type": "oauth2",
        "client_id": "",
        "redirect_uris": ["https://feeder.example/callback"],
        "scopes": [*"abcdefgh"],
    }
    with predictions.edit(["place"]) as prediction:
        for number in range(4000):
            id = build_predicted("application", number)
            made = {
                "id": id,
                "display_name": f"Feeder {number}",
                "protocol_config": {**config, "client_id": build_predicted("client_id", id)},
            }
            prediction.create(id, made)
    assert len(predictions.read(["place"]).created) == 4000
