# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation lists exactly the scopes that a module requests: people, their passkeys, and tokens."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import (
    credential,
    credential_binding_job,
    credential_binding_job_info,
    credential_info,
    group,
    group_info,
    identity,
    identity_info,
    revoke,
    token_info,
)
from tests.support.documentation import read_documentation
from tests.unit.module_calls import call_module
from tests.unit.people import INVITE, create_person

BUILTIN = "Beyond Identity Management API"
NAMED_PRINCIPALS = [
    {"principal_type": "identity", "principal_id": "pat"},
    {"principal_type": "application", "principal_id": BUILTIN},
]

# Calls that together need every documented scope.
CALLS: list[tuple[Any, list[dict[str, Any]]]] = [
    (identity, [{"username": "new"}, {"username": "pat", "status": "active"}, {"username": "new", "state": "absent"}]),
    (identity_info, [{}, {"id": "e372db224c06e850"}, {"username": "pat"}]),
    (group, [{"display_name": "New", "members": ["pat"]}, {"display_name": "New", "state": "absent"}]),
    (group_info, [{}, {"members": True}]),
    (credential, [{"identity": "pat", "state": "absent", "all": True}]),
    (credential_info, [{}, {"identity": "pat"}]),
    (credential_binding_job, [INVITE, {**INVITE, "renew": True}, {"identity": "pat", "state": "absent"}]),
    (credential_binding_job_info, [{}, {"identity": "pat"}]),
    (token_info, [{"application": BUILTIN}, *NAMED_PRINCIPALS]),
    (revoke, [{"id": "none", "application": BUILTIN}, *({"all": "principal", **named} for named in NAMED_PRINCIPALS)]),
]


def list_documented(module: Any) -> set[str]:
    """Return the scopes in the notes "Scope C(name): ..." of a module itself."""
    own = read_documentation(module)["notes"]
    of_realm = {"realms:read"}  # finds the managed realm by its name, with a token of its own
    return {found[1] for note in own if (found := re.match(r"Scope C\(([\w:-]+)\): ", note))} - of_realm


@pytest.mark.parametrize(
    ("module", "calls"), CALLS, ids=[module.__name__.rpartition(".")[2] for module, _calls in CALLS]
)
def test_a_module_requests_exactly_the_scopes_that_its_documentation_lists(
    module: Any, calls: list[dict[str, Any]], tenant: Any
) -> None:
    create_person(tenant)
    tenant.clear_journal()
    for options in calls:
        result = call_module(module, tenant, **options)
        assert not result.get("failed"), result["msg"]
    requested = {scope for entry in tenant.read_journal(operation="token") for scope in entry["form"]["scope"].split()}
    assert requested == list_documented(module)
