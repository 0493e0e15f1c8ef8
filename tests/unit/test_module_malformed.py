# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that the API does not describe are errors of the API, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import application, authenticator_config
from tests.unit.module_calls import call_module, list_writes, run_failed

NAME = "Reporting"
NEW = {"display_name": NAME, "protocol": "oauth2", "grant_types": ["client_credentials"]}
MESSAGE = "not a valid application object"

# Responses of the operation that finds or creates the object.
MALFORMED: dict[str, dict[str, Any]] = {
    "no ID": {"display_name": NAME},
    "an ID that is a number": {"id": 7, "display_name": NAME},
    "an empty object": {},
    "settings without an ID": {"display_name": NAME, "protocol_config": {}},
    "settings that are a text": {"id": "a1", "display_name": NAME, "protocol_config": "oidc"},
    "settings that are a list": {"id": "a1", "display_name": NAME, "protocol_config": [{}]},
    "settings that are a number": {"id": "a1", "display_name": NAME, "protocol_config": 1},
}


EACH_MALFORMED = pytest.mark.parametrize("item", MALFORMED.values(), ids=MALFORMED)
# Every path validates with the same function, so two forms prove that a path calls it.
TWO_MALFORMED = pytest.mark.parametrize("item", [MALFORMED["no ID"], MALFORMED["settings that are a text"]])
EACH_STATE = pytest.mark.parametrize("state", ["present", "absent"])


@EACH_STATE
@EACH_MALFORMED
def test_a_malformed_application_found_by_id_is_an_error(item: dict[str, Any], state: str, tenant: Any) -> None:
    tenant.add_fault(operation="GetApplication", json=item)
    assert MESSAGE in run_failed(application, tenant, id="a1", state=state)
    assert list_writes(tenant) == []


@EACH_STATE
@TWO_MALFORMED
def test_a_malformed_application_found_by_name_is_an_error(item: dict[str, Any], state: str, tenant: Any) -> None:
    tenant.add_fault(operation="ListApplications", json={"applications": [item]})
    assert MESSAGE in run_failed(application, tenant, display_name=NAME, state=state)
    assert list_writes(tenant) == []


@TWO_MALFORMED
def test_a_malformed_response_to_a_creation_is_an_error(item: dict[str, Any], tenant: Any) -> None:
    tenant.add_fault(operation="CreateApplication", json=item)
    assert MESSAGE in run_failed(application, tenant, **NEW)
    assert list_writes(tenant) == ["CreateApplication"]


@EACH_MALFORMED
def test_a_malformed_response_to_an_update_is_never_a_bug_of_the_collection(item: dict[str, Any], tenant: Any) -> None:
    (identifier,) = tenant.seed(applications=1, name=NAME)["applications"]
    item = {**item, "id": identifier} if "id" in item else item
    tenant.add_fault(operation="UpdateApplication", json=item)
    result = call_module(application, tenant, **{**NEW, "id": identifier, "display_name": "Renamed"})
    assert "bug" not in result.get("msg", ""), result
    assert list_writes(tenant) == ["UpdateApplication"]


@pytest.mark.parametrize("kind", ["resource_server", "authenticator_config"])
def test_a_malformed_object_that_an_application_refers_to_is_an_error(kind: str, tenant: Any) -> None:
    listing = f"List{kind.title().replace('_', '')}s"
    tenant.add_fault(operation=listing, json={f"{kind}s": [{"display_name": "Wanted"}]})
    wanted = {"protocol": "oidc", "grant_types": ["authorization_code"], "redirect_uris": ["https://host/callback"]}
    message = run_failed(application, tenant, display_name=NAME, **wanted, **{kind: "Wanted"})
    assert f"not a valid {kind} object" in message
    assert list_writes(tenant) == []


@pytest.mark.parametrize("operation", ["GetAuthenticatorConfig", "CreateAuthenticatorConfig"])
@pytest.mark.parametrize("config", [None, "text", [1], 1])
def test_a_malformed_authenticator_configuration_is_an_error(operation: str, config: Any, tenant: Any) -> None:
    item = {"id": "c1", "display_name": NAME, "config": config} if config else {"display_name": NAME}
    tenant.add_fault(operation=operation, json=item)
    found = {"id": "c1", "display_name": NAME} if operation.startswith("Get") else {"display_name": NAME}
    message = run_failed(authenticator_config, tenant, **found, type="hosted_web")
    assert "not a valid authenticator_config object" in message
