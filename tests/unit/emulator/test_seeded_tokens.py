# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that are pretended to have been issued."""

from __future__ import annotations

import time

import pytest
import requests

from tests.unit.emulator.api import Api, application


@pytest.fixture
def api(tenant):
    return Api.of(tenant, "tokens:read", "tokens:delete", "applications:create")


def introspected(tenant, value):
    """Return what introspection tells."""
    credentials = (tenant.client_id, tenant.client_secret)
    return requests.post(f"{tenant.realm_url}/introspect", data={"token": value}, auth=credentials, timeout=30).json()


@pytest.mark.parametrize("token_format", ["referential", "self_contained"])
def test_tokens_of_any_application_for_a_principal(tenant, api, token_format):
    created = api.post("applications", application())
    wanted = {"principal_type": "identity", "principal_id": "e372db224c06e850", "token_format": token_format}
    seeded = tenant.seed(tokens=2, token_application=created["id"], token_scopes=["pets:read"], **wanted)
    tenant.seed(tokens=1, token_application=created["id"])
    path = f"applications/{created['id']}/tokens"
    listed = api.all(path, "tokens", principal_type="identity", principal_id="e372db224c06e850")
    assert {token["id"] for token in listed} == set(seeded["tokens"])
    assert {token["token_format"] for token in listed} == {token_format}
    assert {token["token_suffix"] for token in listed} == {value[-11:] for value in seeded["token_values"]}
    assert api.get(path)["total_size"] == 3
    claims = introspected(tenant, seeded["token_values"][0])
    assert (claims["active"], claims["jti"], claims["scope"]) == (True, seeded["tokens"][0], "pets:read")
    assert (seeded["token_values"][0].count(".") == 2) == (token_format == "self_contained")


def test_an_unknown_application_has_no_tokens(tenant):
    with pytest.raises(Exception, match="no application x"):
        tenant.seed(tokens=1, token_application="x")


def test_a_thousand_tokens_are_listed_and_revoked_quickly(tenant, api):
    path = f"applications/{tenant.application_id}/tokens"
    ids = set(tenant.seed(tokens=1000)["tokens"])
    api.checked = False
    begin = time.monotonic()
    assert {token["id"] for token in api.all(path, "tokens")} > ids
    for identifier in ids:
        api.delete(f"{path}/{identifier}")
    # about a second; more than ten would be one that grows with the number of tokens
    assert time.monotonic() - begin < 10
    assert api.get(path)["total_size"] == 1
