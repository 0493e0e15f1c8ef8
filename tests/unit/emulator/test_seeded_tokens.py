# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that tests create directly."""

from __future__ import annotations

import pytest
import requests

from beyondidentity_emulator.client import EmulatorError
from tests.unit.emulator.api import Api, build_application


@pytest.fixture
def api(tenant):
    return Api.of(tenant, "tokens:read", "tokens:delete", "applications:create")


def introspect(tenant, value):
    """Return the introspection response."""
    credentials = (tenant.client_id, tenant.client_secret)
    return requests.post(f"{tenant.realm_url}/introspect", data={"token": value}, auth=credentials, timeout=60).json()


@pytest.mark.parametrize("token_format", ["referential", "self_contained"])
def test_tokens_can_be_seeded_for_an_application_and_principal(tenant, api, token_format):
    created = api.post("applications", build_application())
    wanted = {"principal_type": "identity", "principal_id": "e372db224c06e850", "token_format": token_format}
    seeded = tenant.seed(tokens=2, token_application=created["id"], token_scopes=["pets:read"], **wanted)
    tenant.seed(tokens=1, token_application=created["id"])
    path = f"applications/{created['id']}/tokens"
    listed = api.all(path, "tokens", principal_type="identity", principal_id="e372db224c06e850")
    assert {token["id"] for token in listed} == set(seeded["tokens"])
    assert {token["token_format"] for token in listed} == {token_format}
    assert {token["token_suffix"] for token in listed} == {value[-11:] for value in seeded["token_values"]}
    assert api.get(path)["total_size"] == 3
    claims = introspect(tenant, seeded["token_values"][0])
    assert (claims["active"], claims["jti"], claims["scope"]) == (True, seeded["tokens"][0], "pets:read")
    assert (seeded["token_values"][0].count(".") == 2) == (token_format == "self_contained")


def test_tokens_of_an_unknown_application_are_refused(tenant):
    with pytest.raises(EmulatorError, match="no application x"):
        tenant.seed(tokens=1, token_application="x")
