# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that the service ignores, normalises or hides."""

from __future__ import annotations

import pytest

from tests.unit.emulator.api import Api, build_application
from tests.unit.emulator.test_identities import TRAITS, build_identity


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


def test_identifier_of_a_resource_server_never_changes(tenant, api):
    given = {"display_name": "Pets", "identifier": "https://pets.example", "scopes": ["pets:read"]}
    created = api.post("resource-servers", {"resource_server": given})
    assert created["identifier"] == "https://pets.example"
    path = f"resource-servers/{created['id']}"
    changes = {"resource_server": {"identifier": "https://cats.example", "display_name": "Cats"}}
    assert api.patch(path, changes) == {**created, "display_name": "Cats"} == api.get(path)
    tenant.change_settings(ignored_fields=[])
    assert api.patch(path, changes)["identifier"] == "https://cats.example"


def test_other_fields_can_be_ignored(tenant, api):
    tenant.change_settings(
        ignored_fields=["application.protocol_config.pkce", "identity.traits.title", "identity.status"]
    )
    created = api.post("applications", build_application(protocol={"pkce": "s256"}))
    body = build_application(display_name="Cats", protocol={"pkce": "plain", "token_format": "referential"})
    changed = api.patch(f"applications/{created['id']}", body)
    assert (changed["display_name"], changed["protocol_config"]["pkce"]) == ("Cats", "s256")
    assert changed["protocol_config"]["token_format"] == "referential"
    identity = api.post("identities", build_identity(traits={"title": "Dr"}))
    body = build_identity(status="suspended", traits={"title": "Prof", "given_name": "Pat"})
    changed = api.patch(f"identities/{identity['id']}", body)
    assert changed["traits"] == {**TRAITS, "title": "Dr", "given_name": "Pat"}
    assert changed["status"] == "active"


def test_ignored_field_without_a_value_stays_without_one(tenant, api):
    tenant.change_settings(ignored_fields=["identity.traits.title", "realm.display_name", "tenant.display_name"])
    identity = api.post("identities", build_identity())
    assert "title" not in api.patch(f"identities/{identity['id']}", build_identity(traits={"title": "Dr"}))["traits"]
    [realm] = tenant.seed(realms=1)["realms"]
    changes = {"display_name": "Pets"}
    assert api.patch(f"/realms/{realm}", {"realm": changes})["display_name"] == "Seeded Realm 1"
    assert api.patch("", {"tenant": changes})["display_name"] == "Emulated Tenant"


def test_fields_can_be_ignored_at_creation(tenant, api):
    tenant.change_settings(ignored_at_creation=["identity.traits.title", "role.description"])
    created = api.post("identities", build_identity(traits={"title": "Dr"}))
    assert created["traits"] == TRAITS
    changed = api.patch(f"identities/{created['id']}", build_identity(traits={"title": "Dr"}))
    assert changed["traits"]["title"] == "Dr"
    roles = f"resource-servers/{tenant.resource_server_id}/roles"
    assert "description" not in api.post(roles, {"role": {"display_name": "Keeper", "description": "Keeps pets."}})


def test_hidden_fields_are_missing_in_all_responses(tenant, api):
    tenant.change_settings(
        hidden_fields=["application.protocol_config.pkce", "realm.classification", "identity.traits.title"]
    )
    api.checked = False
    created = api.post("applications", build_application())
    path = f"applications/{created['id']}"
    listed = next(record for record in api.get("applications")["applications"] if record["id"] == created["id"])
    for application in (created, api.get(path), api.patch(path, build_application()), listed):
        assert "pkce" not in application["protocol_config"]
        assert application["protocol_config"]["token_format"] == "self_contained"
    assert "classification" not in api.get("/realms")["realms"][0]
    assert "classification" not in api.post("/realms", {"realm": {"display_name": "Pets"}})
    identity = api.post("identities", build_identity(traits={"title": "Dr"}))
    assert identity["traits"] == TRAITS
    tenant.change_settings(hidden_fields=[])
    assert api.get(path)["protocol_config"]["pkce"] == "disabled"
    assert api.get(f"identities/{identity['id']}")["traits"]["title"] == "Dr"


STEPS = [
    ("trim", " A  b ", "A  b"),
    ("collapse", " A  b", " A b"),
    ("nfc", "Cafe\u0301", "Caf\u00e9"),
    ("lower", "PAT", "pat"),
]


@pytest.mark.parametrize(("step", "sent", "kept"), STEPS)
def test_names_can_be_normalised(tenant, api, step, sent, kept):
    created = api.post("/realms", {"realm": {"display_name": sent}})
    assert created["display_name"] == sent
    tenant.change_settings(normalized_fields={"display_name": [step]})
    assert api.patch(f"/realms/{created['id']}", {"realm": {"display_name": sent}})["display_name"] == kept
    application = api.post("applications", build_application(display_name=sent))
    assert application["display_name"] == kept


def test_several_steps_apply_to_traits(tenant, api):
    tenant.change_settings(normalized_fields={"username": ["trim", "lower"], "primary_email_address": ["lower"]})
    traits = {"username": " Pat ", "primary_email_address": "Pat@Example.com"}
    created = api.post("identities", build_identity(display_name=" Pat ", traits=traits))
    assert created["traits"] == {**TRAITS, "username": "pat", "primary_email_address": "pat@example.com"}
    assert created["display_name"] == " Pat "
