# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module identity, in process against the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._management.identity_traits import (
    OTHER_TRAITS,
    OWN_TRAITS,
)
from ansible_collections.beyondidentity.management.plugins.modules import application, identity, identity_info, role
from tests.support.openapi import document
from tests.support.sign_in_application import SignInApplication
from tests.support.writes import has_received_predictions
from tests.unit.builders import make_jwt
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import list_writes, run_failed, run_ok
from tests.unit.sign_in_helpers import complete_sign_in, exchange, make_request

PAT = {
    "username": "pat",
    "display_name": "Pat Smith",
    "primary_email_address": "pat@example.com",
    "secondary_email_address": "smith@example.com",
    "external_id": "42",
    "traits": {"given_name": "Pat", "employee_number": "007"},
    "status": "active",
}
SCOPES = ("identities:read", "identities:delete")


def create(tenant: Any, **given: Any) -> dict[str, Any]:
    """Create an identity in a run of its own, and return it."""
    return dict(run_ok(identity, tenant, **{**PAT, **given})["identity"])


def read(tenant: Any, id: str) -> dict[str, Any]:
    """Return an identity as it is stored."""
    (found,) = run_ok(identity_info, tenant, id=id)["identities"]
    return dict(found)


def get_bodies(tenant: Any, operation: str) -> list[dict[str, Any]]:
    return [entry["json"]["identity"] for entry in tenant.read_journal(operation=operation)]


def undate(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("id", "create_time", "update_time")}


def test_an_identity_is_created_updated_and_deleted_and_each_step_is_idempotent(tenant: Any) -> None:
    predicted = run_ok(identity, tenant, check_mode=True, **PAT)
    assert predicted["changed"] and predicted["predicted"] is True and list_writes(tenant) == []
    created = run_ok(identity, tenant, **PAT)
    assert created["changed"] and created["before"] is None and created["after"] == created["identity"]
    assert undate(predicted["identity"]) == undate(created["identity"])
    assert created["identity"]["traits"] == {
        "type": "traits_v0",
        "username": "pat",
        "primary_email_address": "pat@example.com",
        "secondary_email_address": "smith@example.com",
        "external_id": "42",
        "given_name": "Pat",
        "employee_number": "007",
    }
    id = {"id": created["identity"]["id"]}
    for again in (PAT, {"username": "pat"}, id, {**PAT, **id}, {**PAT, "username": "PAT"}):
        unchanged = run_ok(identity, tenant, **again)
        assert not unchanged["changed"] and unchanged["identity"] == created["identity"]
    change = {"username": "pat", "status": "suspended", "traits": {"employee_number": "", "title": "Dr"}}
    expected, done = (run_ok(identity, tenant, check_mode=check_mode, **change) for check_mode in (True, False))
    assert expected["changed"] and done["changed"] and done["before"] == created["identity"]
    assert undate(expected["identity"]) == undate(done["identity"]) and done["identity"]["status"] == "suspended"
    traits = {**created["identity"]["traits"], "title": "Dr"}
    del traits["employee_number"]
    assert done["identity"]["traits"] == traits
    assert not run_ok(identity, tenant, **change)["changed"]
    absent = {"username": "PAT", "state": "absent"}
    assert run_ok(identity, tenant, check_mode=True, **absent)["before"]["id"] == id["id"]
    removed = run_ok(identity, tenant, **absent)
    assert removed["changed"] and removed["identity"] is None and removed["before"]["id"] == id["id"]
    assert not run_ok(identity, tenant, **absent)["changed"]
    assert list_writes(tenant) == ["CreateIdentity", "UpdateIdentity", "DeleteIdentity"]


def test_traits_are_sent_whole_with_the_other_traits_as_they_were_read(tenant: Any) -> None:
    created = create(tenant)
    run_ok(identity, tenant, id=created["id"], external_id="43")
    (sent,) = get_bodies(tenant, "UpdateIdentity")
    assert sent == {"traits": {**created["traits"], "external_id": "43"}}


def test_the_removal_of_a_trait_alone_is_a_change(tenant: Any) -> None:
    create(tenant)
    for changed in (True, False):
        result = run_ok(identity, tenant, username="pat", primary_email_address="", traits={"given_name": ""})
        assert result["changed"] is changed
        assert not {"primary_email_address", "given_name"} & set(result["identity"]["traits"])


def test_a_new_identity_is_named_by_its_username_unless_it_has_a_name(tenant: Any) -> None:
    assert run_ok(identity, tenant, username="kim")["identity"]["display_name"] == "kim"
    renamed = run_ok(identity, tenant, username="kim", display_name="Kim")["identity"]
    assert renamed["display_name"] == "Kim"
    assert not run_ok(identity, tenant, username="kim")["changed"], "an omitted name is not managed"


def test_an_id_renames_and_a_display_name_never_finds(tenant: Any) -> None:
    created = create(tenant)
    assert run_ok(identity, tenant, id=created["id"], username="smith")["identity"]["traits"]["username"] == "smith"
    assert not run_ok(identity, tenant, id=created["id"], username="SMITH")["changed"], "only the case differs"
    other = run_ok(identity, tenant, username="pat", display_name="Pat Smith")
    assert other["changed"] and other["identity"]["id"] != created["id"]
    assert "one of the following is required: id, username" not in run_failed(identity, tenant, id="0000000000000000")
    assert identity.SPEC.rules == {"required_one_of": [("id", "username")]}


def test_usernames_and_addresses_that_differ_only_in_case_are_not_sent(tenant: Any) -> None:
    created = create(tenant, primary_email_address="Pat@Example.com", secondary_email_address="S@Example.com")
    given = {"primary_email_address": "pat@example.COM", "secondary_email_address": "s@example.com"}
    for finder in ({"username": "Pat"}, {"id": created["id"], "username": "Pat"}):
        unchanged = run_ok(identity, tenant, **finder, **given)
        assert not unchanged["changed"] and unchanged["identity"] == created
    changed = run_ok(identity, tenant, username="pat", external_id="43", **given)["identity"]
    assert changed["traits"]["primary_email_address"] == "Pat@Example.com"


def test_a_username_that_the_service_normalizes_is_found_again(tenant: Any, warnings: list[str]) -> None:
    tenant.change_settings(normalized_fields={"username": ["trim", "lower"], "primary_email_address": ["lower"]})
    given = {"username": " Pat ", "primary_email_address": "Pat@Example.com"}
    created = run_ok(identity, tenant, warn=warnings.append, **given)
    assert created["identity"]["traits"]["username"] == "pat" and len(warnings) == 2
    for username in (" Pat ", "pat"):
        again = run_ok(identity, tenant, **{**given, "username": username})
        assert not again["changed"] and again["identity"]["id"] == created["identity"]["id"]
        (found,) = run_ok(identity_info, tenant, username=username)["identities"]
        assert found == again["identity"]
    assert list_writes(tenant) == ["CreateIdentity"]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"traits": {"type": "traits_v1"}}, "traits must not have type. Remove it: the module always sends the type traits_v0."),
        ({"traits": {"username": "x"}}, "traits must not have username. Use the option username instead."),
        ({"traits": {"primary_email_address": "x"}}, "Use the option primary_email_address instead."),
        ({"traits": {"contry": "de"}}, "traits has 'contry', which is not a published trait. Did you mean country"),
        ({"traits": {"shoe_size": "43"}}, "Use a published trait: cost_center"),
        ({"traits": {"employee_number": 7}}, "traits.employee_number must be text. Put numbers in quotation marks."),
        ({"traits": {"title": None}}, "traits.title must be text."),
        ({"display_name": ""}, "display_name must not be empty."),
        ({"display_name": "a*"}, "display_name must not contain *"),
        ({"username": "a*"}, "username must not contain *"),
        ({"username": "a" * 65}, "username must have at most 64 characters, not 65"),
        ({"username": ""}, "Set id, username or both. Neither can be empty."),
        ({"id": "../x"}, "is not a valid ID"),
        ({"id": "0000000000000000"}, "No identity has the ID 0000000000000000. The service chooses IDs. To create an object, omit id and set username."),
    ],
)  # fmt: skip
def test_invalid_options_are_refused_before_any_write(
    check_mode: bool, given: dict[str, Any], message: str, tenant: Any
) -> None:
    assert message in run_failed(identity, tenant, check_mode=check_mode, **{"username": "pat", **given})
    assert list_writes(tenant) == []


def test_the_traits_are_those_of_the_description() -> None:
    traits = document()["components"]["schemas"]["Traits_v0"]["properties"]
    assert set(traits) == {*OWN_TRAITS, *OTHER_TRAITS, "type"} and {item["type"] for item in traits.values()} == {
        "string"
    }
    assert set(OWN_TRAITS) <= set(identity.SPEC.options)


def test_the_error_for_a_taken_address_names_its_owner_after_one_listing(tenant: Any, pauses: list[float]) -> None:
    tenant.change_settings(conflicts="vendor")
    owner = create(tenant)
    tenant.seed(identities=150)
    kim = create(tenant, username="kim", primary_email_address="kim@example.com")
    for given in ({"username": "sam"}, {"username": "kim"}, {"id": kim["id"]}):
        tenant.clear_journal()
        message = run_failed(identity, tenant, primary_email_address="PAT@example.com", **given)
        assert (
            f"identity 'Pat Smith' ({owner['id']}) has this primary_email_address" in message and "HTTP 409" in message
        )
        listings = [entry["query"].get("filter") for entry in tenant.read_journal(operation="ListIdentities")]
        assert listings.count(None) == 2, "two pages"
    assert pauses == [], "the owner is known, so nothing is waited for"


def test_a_conflict_by_a_trait_that_the_task_does_not_manage_names_the_owner(tenant: Any) -> None:
    """The module sends traits whole, so the service can refuse an address that it accepted before."""
    owner, kim = create(tenant), create(tenant, username="kim", primary_email_address="kim@example.com")
    tenant.change_settings(conflicts="documented")
    run_ok(identity, tenant, id=kim["id"], primary_email_address="pat@example.com")
    tenant.add_fault(operation="UpdateIdentity", status=409)
    message = run_failed(identity, tenant, id=kim["id"], external_id="1")
    assert f"({owner['id']}) has this primary_email_address" in message


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_error_for_a_taken_username_names_its_owner(check_mode: bool, tenant: Any) -> None:
    owner, other = create(tenant), create(tenant, username="kim", primary_email_address="kim@example.com")
    message = run_failed(identity, tenant, check_mode=check_mode, id=other["id"], username="Pat")
    assert f"identity 'Pat Smith' ({owner['id']}) has this username. Choose another username." in message


def test_check_mode_refuses_names_that_a_predicted_identity_has(tenant: Any) -> None:
    store = MemoryStore()
    run = {"store": store, "check_mode": True, "is_check_run": True}
    made = run_ok(identity, tenant, **run, **PAT)["identity"]
    message = run_failed(identity, tenant, **run, username="kim", primary_email_address="Pat@example.com")
    assert f"({made['id']}) has this primary_email_address" in message
    assert not run_ok(identity, tenant, **run, **PAT)["changed"]
    assert run_ok(identity_info, tenant, **run, username="PAT")["identities"] == [made]
    in_role = run_ok(role, tenant, **run, display_name="R", members={"identities": ["pat"], "groups": None})["role"]
    assert in_role["members"]["identities"] == [made["id"]]
    assert run_ok(identity, tenant, **run, id=made["id"], username="smith")["changed"]
    assert run_ok(identity_info, tenant, **run, username="pat")["identities"] == []
    assert run_ok(identity, tenant, **run, username="smith", state="absent")["changed"]
    assert not run_ok(identity, tenant, **run, username="smith", state="absent")["changed"]
    assert list_writes(tenant) == [] and not has_received_predictions(tenant)


def test_a_run_reads_its_own_writes_although_the_listing_lags(tenant: Any, pauses: list[float]) -> None:
    tenant.change_settings(listing_delay=60, changed_delay=60, deleted_delay=60)
    store = MemoryStore()
    created = run_ok(identity, tenant, store, **PAT)["identity"]
    assert not run_ok(identity, tenant, store, **PAT)["changed"]
    assert run_ok(identity_info, tenant, store, username="pat")["identities"] == [created]
    in_role = run_ok(role, tenant, store, display_name="R", members={"identities": ["pat"], "groups": None})["role"]
    assert in_role["members"]["identities"] == [created["id"]]
    change = {"username": "pat", "primary_email_address": "new@example.com"}
    assert [run_ok(identity, tenant, store, **change)["changed"] for _time in range(2)] == [True, False]
    assert run_ok(identity, tenant, store, id=created["id"], username="smith")["changed"]
    assert run_ok(identity_info, tenant, store, username="pat")["identities"] == []
    assert not run_ok(identity, tenant, store, username="smith", primary_email_address="new@example.com")["changed"]
    assert run_ok(identity, tenant, store, username="smith", state="absent")["changed"]
    assert not run_ok(identity, tenant, store, username="smith", state="absent")["changed"]
    assert list_writes(tenant).count("CreateIdentity") == 1 and pauses == []


def test_a_listing_that_shows_an_identity_as_it_was_hides_no_change_of_this_run(tenant: Any) -> None:
    (id,) = tenant.seed(identities=1, identity={"traits": {"username": "pat"}})["identities"]
    tenant.change_settings(changed_delay=60)
    store = MemoryStore()
    change = {"username": "pat", "primary_email_address": "new@example.com"}
    assert [run_ok(identity, tenant, store, **change)["changed"] for _time in range(2)] == [True, False]
    (found,) = run_ok(identity_info, tenant, store, username="pat")["identities"]
    assert found["traits"]["primary_email_address"] == "new@example.com"
    run_ok(identity, tenant, store, id=id, username="smith")
    assert run_ok(identity_info, tenant, store, username="pat")["identities"] == []
    assert not run_ok(identity, tenant, store, username="smith")["changed"]


def test_concurrent_hosts_create_one_identity(tenant: Any) -> None:
    results = run_together(8, MemoryStore(), lambda store: run_ok(identity, tenant, store, **PAT))
    assert sum(result["changed"] for result in results) == 1
    assert len({result["identity"]["id"] for result in results}) == 1
    assert list_writes(tenant) == ["CreateIdentity"]


def test_hosts_that_spell_the_username_differently_create_one_identity(tenant: Any) -> None:
    names = iter(["pat", "PAT", "Pat", "pAT"])
    run_together(4, MemoryStore(), lambda store: run_ok(identity, tenant, store, username=next(names)))
    assert list_writes(tenant) == ["CreateIdentity"]


def test_another_process_that_creates_the_identity_first_is_no_error(tenant: Any, pauses: list[float]) -> None:
    tenant.add_fault(operation="ListIdentities", json={"identities": []}, times=1)
    created = create(tenant)
    tenant.add_fault(operation="ListIdentities", json={"identities": []}, times=1)
    again = run_ok(identity, tenant, **PAT)
    assert not again["changed"] and again["identity"] == created and pauses == []


def test_an_identity_whose_creation_lost_its_response_is_found_by_its_username(
    tenant: Any, warnings: list[str]
) -> None:
    tenant.add_fault(operation="CreateIdentity", carry_out=True, drop="close")
    created = run_ok(identity, tenant, warn=warnings.append, **PAT)
    assert created["changed"] and created["identity"]["traits"]["username"] == "pat"
    assert any("was lost or empty" in warning for warning in warnings)


def test_a_trait_that_the_service_ignores_is_an_error_that_names_it(tenant: Any) -> None:
    create(tenant, traits={"title": "Dr"})
    tenant.change_settings(ignored_fields=["identity.traits.title"])
    message = run_failed(identity, tenant, username="pat", traits={"title": "Professor"})
    assert "did not store traits.title of identity 'Pat Smith'" in message


def test_only_a_changed_address_of_an_existing_identity_is_remembered(tenant: Any) -> None:
    store = MemoryStore()
    created = run_ok(identity, tenant, MemoryStore(), **PAT)["identity"]
    run_ok(identity, tenant, store, username="pat", primary_email_address="PAT@example.com", external_id="1")
    run_ok(identity, tenant, store, check_mode=True, username="pat", primary_email_address="new@example.com")
    assert not [key for key in store.entries if "address changed" in key]
    tenant.add_fault(operation="UpdateIdentity", status=500)
    run_failed(identity, tenant, store, username="pat", primary_email_address="new@example.com")
    (key,) = [key for key in store.entries if "address changed" in key]
    assert created["id"] in key, "also if it is unknown whether the service changed the address"


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"username": "pat"}, {"read", "create"}),
        ({"username": "pat", "status": "active"}, {"read", "create", "update"}),
        ({"id": "?", "traits": {}}, {"read"}),
        ({"id": "?", "username": "smith"}, {"read", "update"}),
        ({"id": "?", "external_id": "1"}, {"read", "update"}),
        ({"id": "?", "external_id": "1", "check_mode": True}, {"read"}),
        ({"username": "pat", "state": "absent", "check_mode": True}, {"read"}),
        ({"username": "pat", "state": "absent"}, {"read", "delete"}),
    ],
)
def test_the_token_has_only_the_scopes_that_the_task_needs(
    given: dict[str, Any], needed: set[str], tenant: Any
) -> None:
    id = create(tenant)["id"]
    tenant.clear_journal()
    run_ok(identity, tenant, **{**given, **({"id": id} if "id" in given else {})})
    (request,) = tenant.read_journal(operation="token")
    assert set(request["form"]["scope"].split()) == {f"identities:{action}" for action in needed}


def sign_in(tenant: Any, store: MemoryStore, person: dict[str, Any], **protocol: Any) -> dict[str, Any]:
    """Sign in as an identity, store the sign-in, and return the options to use it."""
    user = {"id": person["id"], "username": "pat", "email": "pat@example.com"}
    tenant.change_settings(identity=user)
    configuration = {
        "expires_after": 600,
        "token_signing_algorithm": "RS256",
        "subject_field": "id",
        **protocol.pop("configuration", {}),
    }
    app = SignInApplication.of(tenant, token_configuration=configuration, allowed_scopes=list(SCOPES), **protocol)
    request = complete_sign_in(make_request(app, list(SCOPES)))[0]
    exchange(app, {"authorization": request.to_dict()}, store)
    options = {name.removeprefix("beyondidentity_"): value for name, value in app.variables.items()}
    return {**options, "grant_type": "authorization_code"}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("token_format", ["self_contained", "referential"])
@pytest.mark.parametrize("subject", ["id", "username", "email"])
def test_the_signed_in_identity_is_not_removed(check_mode: bool, token_format: str, subject: str, tenant: Any) -> None:
    store, person = MemoryStore(), create(tenant)
    other = create(tenant, username="kim", primary_email_address="kim@example.com")
    options = sign_in(tenant, store, person, token_format=token_format, configuration={"subject_field": subject})
    for finder in ({"id": person["id"]}, {"username": "PAT"}):
        message = run_failed(identity, tenant, store, check_mode, state="absent", **finder, **options)
        assert "The task authenticates as this identity, so the task cannot remove it." in message
    assert read(tenant, person["id"]) == person
    assert run_ok(identity, tenant, store, check_mode, state="absent", id=other["id"], **options)["changed"]


def test_an_identity_is_not_removed_if_the_token_does_not_tell_its_owner(tenant: Any) -> None:
    store, person = MemoryStore(), create(tenant)
    options = sign_in(tenant, store, person, token_format="referential")
    for answer, reason in (
        ({"status": 403}, "The token is referential, and its introspection failed"),
        ({"json": {"active": False}}, "the introspection says that it is not active"),
        ({"json": {"active": True}}, "The token names no principal"),
    ):
        tenant.add_fault(operation="introspect", times=1, **answer)
        message = run_failed(identity, tenant, store, state="absent", id=person["id"], **options)
        assert "Cannot tell whether the task authenticates as this identity" in message and reason in message
    assert "DeleteIdentity" not in list_writes(tenant)


def test_a_given_referential_token_without_the_application_cannot_remove_an_identity(tenant: Any) -> None:
    person = create(tenant)
    made = run_ok(
        application, tenant, display_name="Opaque", resource_server="beyondidentity", allowed_scopes=list(SCOPES),
        token_format="referential", return_secret=True,
    )  # fmt: skip
    own = {name: made[name] for name in ("issuer", "client_id", "client_secret")}
    value = tenant.emulator.session.post(
        f"{own['issuer']}/token",
        data={"grant_type": "client_credentials", "scope": " ".join(SCOPES)},
        auth=(own["client_id"], own["client_secret"]),
        timeout=30,
    ).json()["access_token"]
    bare = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.emulator.url}
    place = {"tenant_id": tenant.tenant_id, "realm_id": tenant.realm_id, "access_token": value}
    message = run_failed(identity, tenant, state="absent", id=person["id"], **bare, **place)
    assert (
        "Cannot tell whether the task authenticates as this identity" in message and "introspection failed" in message
    )
    assert run_ok(identity, tenant, state="absent", id=person["id"], **own, access_token=value)["changed"]


def test_a_self_contained_token_of_an_application_needs_no_introspection(tenant: Any) -> None:
    person = create(tenant)
    tenant.clear_journal()
    assert run_ok(identity, tenant, state="absent", id=person["id"], access_token=tenant.request_token(*SCOPES))[
        "changed"
    ]
    assert [entry["operation"] for entry in tenant.read_journal()] == ["token", "GetIdentity", "DeleteIdentity"]


def test_client_credentials_are_not_introspected(tenant: Any) -> None:
    person = create(tenant)
    assert run_ok(identity, tenant, state="absent", id=person["id"])["requests"] == 3
    assert tenant.read_journal(operation="introspect") == []


def test_results_have_no_secrets(tenant: Any) -> None:
    item = {
        "id": "1",
        "display_name": "Pat",
        "client_secret": "s3cret",
        "traits": {"password": "s3cret", "username": "pat"},
    }
    tenant.add_fault(operation="ListIdentities", json={"identities": [item]})
    result = run_ok(identity, tenant, username="pat")
    assert "s3cret" not in str(result) and result["before"] == result["after"] == result["identity"]


@pytest.mark.parametrize("form", ["{id}", "tenants/t/realms/r/identities/{id}"])
def test_a_given_token_names_its_owner_by_id_or_path(form: str, tenant: Any) -> None:
    """The service's own tokens have paths. The identity is refused before the token is sent for the removal."""
    person = create(tenant)
    token = make_jwt({"bi_p": form.format(id=person["id"]), "sub": "x"})
    tenant.add_fault(operation="GetIdentity", json=person)
    tenant.clear_journal()
    message = run_failed(identity, tenant, state="absent", id=person["id"], access_token=token)
    assert "The task authenticates as this identity" in message
    assert not tenant.read_journal(operation="DeleteIdentity")
