# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state module's token is good for what its options may do, and for no more: all modules, in process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    authenticator_config,
    realm,
    resource_server,
    role,
)
from tests.unit.module_calls import list_writes, run_failed, run_ok


@dataclass(frozen=True)
class Managed:
    """A module, what a new object of its kind needs beside a name, a change to it, and what else is read."""

    module: Any
    resource: str
    needed: dict[str, Any] = field(default_factory=dict)
    change: dict[str, Any] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)  # an option that changes nothing that is there
    reads: tuple[str, ...] = ()
    to_remove: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.resource

    def scopes(self, *actions: str) -> set[str]:
        """The scopes of its token for these actions."""
        return {*self.is_reading, *(f"{self.resource}:{action}" for action in ("read", *actions))}


MODULES = [
    Managed(application, "applications", change={"pkce": "s256"}, fixed={"protocol": "oauth2"}),
    Managed(
        authenticator_config,
        "authenticator-configs",
        needed={"type": "hosted_web"},
        change={"trusted_origins": ["https://a.example"]},
        fixed={"type": "hosted_web"},
    ),
    Managed(realm, "realms", change={"classification": "SECURE_WORKFORCE"}),
    Managed(
        resource_server,
        "resource-servers",
        needed={"identifier": "https://pets.example"},
        change={"identifier": "https://animals.example"},
    ),
    Managed(
        role,
        "roles",
        change={"description": "May look."},
        reads=("resource-servers:read",),
        to_remove=("roles:update", "identities:read", "groups:read"),
    ),
]
EACH = pytest.mark.parametrize("managed", MODULES, ids=str)


def asked(tenant: Any) -> set[str]:
    """The scopes of the last token."""
    return set(tenant.journal(operation="token")[-1]["form"]["scope"].split())


def id_of(result: dict[str, Any]) -> str:
    """The id of the object in a result."""
    (id,) = [item["id"] for name, item in result.items() if isinstance(item, dict) and name != "diff"]
    return str(id)


def allowed(tenant: Any, scopes: set[str]) -> dict[str, Any]:
    """Make an application that may grant these scopes; return the options to authenticate as it."""
    made = run_ok(
        application,
        tenant,
        display_name="Least",
        resource_server="beyondidentity",
        allowed_scopes=sorted(scopes),
        return_secret=True,
    )
    return {name: made[name] for name in ("issuer", "client_id", "client_secret")}


@EACH
def test_from_nothing_to_nothing(managed: Managed, tenant: Any) -> None:
    module, named = managed.module, {"display_name": "New"}
    by_name_alone = managed.scopes() if managed.needed else managed.scopes("create")
    run_ok(module, tenant, **named, **managed.needed, check_mode=True)
    assert asked(tenant) == managed.scopes()
    made = run_ok(module, tenant, **named, **managed.needed)
    there = {"id": id_of(made)}
    assert asked(tenant) >= managed.scopes("create")
    for given, scopes in (
        (named, by_name_alone),
        ({**named, **managed.needed, **managed.change}, managed.scopes("create", "update")),
        (there, managed.scopes()),
        ({**there, **managed.fixed}, managed.scopes()),
        ({**there, **managed.change}, managed.scopes("update")),
        ({**there, **named}, managed.scopes("update")),
        ({**there, **managed.change, "check_mode": True}, managed.scopes()),
        ({**named, "state": "absent", "check_mode": True}, {*managed.scopes(), *_reading(managed.to_remove)}),
        ({**named, "state": "absent"}, {*managed.scopes("delete"), *managed.to_remove}),
    ):
        run_ok(module, tenant, **given)
        assert asked(tenant) == scopes, given


def _reading(scopes: tuple[str, ...]) -> set[str]:
    return {scope for scope in scopes if scope.endswith(":read")}


@pytest.mark.parametrize(
    "managed", [managed for managed in MODULES if not managed.needed.keys() & managed.change.keys()], ids=str
)
def test_who_may_read_and_create_makes_what_has_no_more_than_it_needs(managed: Managed, tenant: Any) -> None:
    """But for a resource server, whose identifier is needed, and may change."""
    own = allowed(tenant, managed.scopes("create"))
    for changed in (True, False):
        assert run_ok(managed.module, tenant, display_name="New", **managed.needed, **own)["changed"] is changed


@EACH
def test_who_may_read_and_update_changes_what_is_there(managed: Managed, tenant: Any) -> None:
    made = run_ok(managed.module, tenant, display_name="New", **managed.needed)
    own = allowed(tenant, managed.scopes("update"))
    assert run_ok(managed.module, tenant, id=id_of(made), **managed.change, **own)["changed"]


@pytest.mark.parametrize(
    ("module", "given", "missing"),
    [
        (resource_server, {"scopes": ["pets:read"]}, "A new resource_server needs identifier."),
        (authenticator_config, {"trusted_origins": []}, "The type of the authenticator configuration is missing"),
        (authenticator_config, {"type": "embedded"}, "A new authenticator_config needs invoke_url."),
    ],
)
def test_who_may_not_create_hears_what_is_missing(
    module: Any, given: dict[str, Any], missing: str, tenant: Any
) -> None:
    own = allowed(
        tenant,
        {f"{name}:{action}" for name in ("resource-servers", "authenticator-configs") for action in ("read", "update")},
    )
    tenant.clear_journal()
    assert missing in run_failed(module, tenant, display_name="New", **given, **own)
    assert list_writes(tenant) == []
