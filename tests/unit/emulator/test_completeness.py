# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All operations have state: lists begin empty, and no file describes the API to the emulator."""

from __future__ import annotations

import pytest

from beyondidentity_emulator.client import Emulator
from beyondidentity_emulator.management.catalogue import OPERATIONS
from tests.unit.emulator.api import Api
from tests.unit.emulator.stage import call, prepare

REALM = "/v1/tenants/{tenant_id}/realms/{realm_id}"
OWN_OBJECTS = {
    "ListRealms": 1,
    "ListApplications": 1,
    "ListAuthenticatorConfigs": 1,
    "ListResourceServers": 1,
    "ListIdentities": 0,
    "ListGroups": 0,
    "listSsoConfigs": 0,
    "listIdentityProviders": 0,
    "SCIMListUsers": 0,
    "SCIMListGroups": 0,
}
"""How many objects the service itself creates in a tenant, by the list that shows them."""
SITE = """
import os, sys

def write(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        os.write(LOG, os.fsencode(arguments[0]) + b"\\n")

LOG = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
sys.addaudithook(write)
"""


LISTS = {
    operation.name: operation for operation in OPERATIONS if operation.name.startswith(("List", "list", "SCIMList"))
}
OF_NO_OBJECT = {name for name, operation in LISTS.items() if "{" not in operation.path.removeprefix(REALM)}
"""The lists of all objects of a type in a realm, and SCIM's lists of what there is to know about SCIM."""


def test_own_objects_are_known_for_each_list():
    assert {"ListRealms", *OF_NO_OBJECT} == {*OWN_OBJECTS, "ListSchemas", "ListResourceTypes"}


@pytest.mark.parametrize("name", OWN_OBJECTS)
def test_lists_of_a_new_tenant_have_only_the_services_own_objects(tenant, name):
    path = LISTS[name].path.format(tenant_id=tenant.tenant_id, realm_id=tenant.realm_id)
    page = Api.of(tenant).get(path.removeprefix(f"/v1/tenants/{tenant.tenant_id}"))
    assert page.get("total_size", page.get("totalResults")) == OWN_OBJECTS[name]


@pytest.fixture
def opened_files(tmp_path, monkeypatch):
    """Return the file to which Python processes that start from now on write the paths of the files that they open."""
    log = tmp_path / "opened"
    (tmp_path / "sitecustomize.py").write_text(SITE.format(log=str(log)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return log


def test_emulator_reads_no_description(opened_files):
    with Emulator.start() as emulator:
        tenant = emulator.create_tenant(undeployed_operations=[], conflicts="documented")
        for operation in OPERATIONS:
            response = call(Api.of(tenant), operation, prepare(tenant, operation))
            assert response.status_code == operation.status, response.text
    names = opened_files.read_text().splitlines()
    assert any(name.endswith(".pyc") for name in names)
    assert [name for name in names if name.endswith((".json", ".yaml", ".yml"))] == []
