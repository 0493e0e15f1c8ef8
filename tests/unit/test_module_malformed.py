# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that the API does not describe: said to be the API's fault, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import application, authenticator_config
from tests.unit.module_calls import call_module, list_writes, run_failed

NAME = "Reporting"
MADE = {"display_name": NAME, "protocol": "oauth2", "grant_types": ["client_credentials"]}
SAID = "The API showed something that is no application"

# Answers of the operation that finds or makes the object, and what the module is asked.
ODD: dict[str, dict[str, Any]] = {
    "no id": {"display_name": NAME},
    "an id that is no text": {"id": 7, "display_name": NAME},
    "an empty object": {},
    "no id, but settings": {"display_name": NAME, "protocol_config": {}},
    "settings that are a text": {"id": "a1", "display_name": NAME, "protocol_config": "oidc"},
    "settings that are a list": {"id": "a1", "display_name": NAME, "protocol_config": [{}]},
    "settings that are a number": {"id": "a1", "display_name": NAME, "protocol_config": 1},
}


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("item", ODD.values(), ids=ODD)
def test_an_application_found_by_id(item: dict[str, Any], state: str, tenant: Any) -> None:
    tenant.fault(operation="GetApplication", json=item)
    assert SAID in run_failed(application, tenant, id="a1", state=state)
    assert list_writes(tenant) == []


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize(
    "item", [item for item in ODD.values() if item], ids=[name for name, item in ODD.items() if item]
)
def test_an_application_found_by_name(item: dict[str, Any], state: str, tenant: Any) -> None:
    tenant.fault(operation="ListApplications", json={"applications": [item]})
    assert SAID in run_failed(application, tenant, display_name=NAME, state=state)
    assert list_writes(tenant) == []


@pytest.mark.parametrize("item", ODD.values(), ids=ODD)
def test_an_application_that_was_made(item: dict[str, Any], tenant: Any) -> None:
    tenant.fault(operation="CreateApplication", json=item)
    assert SAID in run_failed(application, tenant, **MADE)
    assert list_writes(tenant) == ["CreateApplication"]


@pytest.mark.parametrize("item", ODD.values(), ids=ODD)
def test_an_application_that_was_updated(item: dict[str, Any], tenant: Any) -> None:
    (identifier,) = tenant.seed(applications=1, name=NAME)["applications"]
    item = {**item, "id": identifier} if "id" in item else item
    tenant.fault(operation="UpdateApplication", json=item)
    result = call_module(application, tenant, **{**MADE, "id": identifier, "display_name": "Renamed"})
    assert "bug" not in result.get("msg", ""), result
    assert list_writes(tenant) == ["UpdateApplication"]


@pytest.mark.parametrize("kind", ["resource_server", "authenticator_config"])
def test_what_an_application_refers_to(kind: str, tenant: Any) -> None:
    listing = f"List{kind.title().replace('_', '')}s"
    tenant.fault(operation=listing, json={f"{kind}s": [{"display_name": "Wanted"}]})
    wanted = {"protocol": "oidc", "grant_types": ["authorization_code"], "redirect_uris": ["https://host/callback"]}
    said = run_failed(application, tenant, display_name=NAME, **wanted, **{kind: "Wanted"})
    assert f"The API showed something that is no {kind}" in said
    assert list_writes(tenant) == []


@pytest.mark.parametrize("operation", ["GetAuthenticatorConfig", "CreateAuthenticatorConfig"])
@pytest.mark.parametrize("config", [None, "text", [1], 1])
def test_an_authenticator_configuration(operation: str, config: Any, tenant: Any) -> None:
    item = {"id": "c1", "display_name": NAME, "config": config} if config else {"display_name": NAME}
    tenant.fault(operation=operation, json=item)
    found = {"id": "c1", "display_name": NAME} if operation.startswith("Get") else {"display_name": NAME}
    said = run_failed(authenticator_config, tenant, **found, type="hosted_web")
    assert "The API showed something that is no authenticator_config" in said
