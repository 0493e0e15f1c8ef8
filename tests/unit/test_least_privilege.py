# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token of a state module allows exactly what the module's options can do: all state modules, in process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    application_info,
    authenticator_config,
    authenticator_config_info,
    group,
    identity,
    realm,
    realm_info,
    resource_server,
    resource_server_info,
    role,
    role_info,
    tenant_info,
)
from tests.support.reference import read_reference
from tests.unit.module_calls import list_writes, run_failed, run_ok


@dataclass(frozen=True)
class StateModule:
    """A state module, and options for it.

    Attributes:
        finder: the option that names an object.
        required: the options that a new object needs beside a name.
        change: an option that changes an existing object.
        fixed: an option that never changes an existing object.
        reading_scopes: further scopes that each call needs.
        removal_scopes: further scopes that a removal needs.
    """

    module: Any
    resource: str
    required: dict[str, Any] = field(default_factory=dict)
    change: dict[str, Any] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    reading_scopes: tuple[str, ...] = ()
    removal_scopes: tuple[str, ...] = ()
    finder: str = "display_name"

    def __str__(self) -> str:
        return self.resource

    def list_scopes(self, *actions: str) -> set[str]:
        """Return the scopes for reading and for these actions."""
        return {*self.reading_scopes, *(f"{self.resource}:{action}" for action in ("read", *actions))}

    def list_removal_scopes(self, *, check_mode: bool) -> set[str]:
        """Return the scopes for a removal."""
        if check_mode:
            return {*self.list_scopes(), *(scope for scope in self.removal_scopes if scope.endswith(":read"))}
        return {*self.list_scopes("delete"), *self.removal_scopes}


MODULES = [
    StateModule(application, "applications", change={"pkce": "s256"}, fixed={"protocol": "oauth2"}),
    StateModule(
        authenticator_config,
        "authenticator-configs",
        required={"type": "hosted_web"},
        change={"trusted_origins": ["https://a.example"]},
        fixed={"type": "hosted_web"},
    ),
    StateModule(group, "groups", change={"description": "Night."}, removal_scopes=("groups:update", "identities:read")),
    StateModule(identity, "identities", change={"status": "suspended"}, finder="username"),
    StateModule(realm, "realms", change={"classification": "SECURE_WORKFORCE"}),
    StateModule(
        resource_server,
        "resource-servers",
        required={"identifier": "https://pets.example"},
        change={"identifier": "https://animals.example"},
    ),
    StateModule(
        role,
        "roles",
        change={"description": "Can read."},
        reading_scopes=("resource-servers:read",),
        removal_scopes=("roles:update", "identities:read", "groups:read"),
    ),
]
for_each_module = pytest.mark.parametrize("tested", MODULES, ids=str)


def get_requested_scopes(tenant: Any) -> set[str]:
    """Return the scopes of the last token request."""
    return set(tenant.read_journal(operation="token")[-1]["form"]["scope"].split())


def get_id(result: dict[str, Any]) -> str:
    """Return the ID of the object in a result."""
    return str(result["after"]["id"])


def create_limited_application(tenant: Any, scopes: set[str]) -> dict[str, Any]:
    """Create an application that can grant these scopes only, and return the options to authenticate as it."""
    created = run_ok(
        application,
        tenant,
        display_name="Limited",
        resource_server="beyondidentity",
        allowed_scopes=sorted(scopes),
        return_secret=True,
    )
    return {name: created[name] for name in ("issuer", "client_id", "client_secret")}


@for_each_module
def test_each_call_requests_exactly_the_scopes_that_it_can_need(tested: StateModule, tenant: Any) -> None:
    tenant.change_settings(ignored_fields=[])  # so that an identifier can change
    module, name = tested.module, {tested.finder: "New"}
    run_ok(module, tenant, **name, **tested.required, check_mode=True)
    assert get_requested_scopes(tenant) == tested.list_scopes()
    created = run_ok(module, tenant, **name, **tested.required)
    assert get_requested_scopes(tenant) >= tested.list_scopes("create")
    id = {"id": get_id(created)}
    for options, scopes in (
        (name, tested.list_scopes() if tested.required else tested.list_scopes("create")),
        ({**name, **tested.required, **tested.change}, tested.list_scopes("create", "update")),
        (id, tested.list_scopes()),
        ({**id, **tested.fixed}, tested.list_scopes()),
        ({**id, **tested.change}, tested.list_scopes("update")),
        ({**id, **name}, tested.list_scopes("update")),
        ({**id, **tested.change, "check_mode": True}, tested.list_scopes()),
        ({**name, "state": "absent", "check_mode": True}, tested.list_removal_scopes(check_mode=True)),
        ({**name, "state": "absent"}, tested.list_removal_scopes(check_mode=False)),
    ):
        run_ok(module, tenant, **options)
        assert get_requested_scopes(tenant) == scopes, options


@pytest.mark.parametrize(
    "tested", [tested for tested in MODULES if not tested.required.keys() & tested.change.keys()], ids=str
)
def test_reading_and_creating_scopes_are_sufficient_to_create(tested: StateModule, tenant: Any) -> None:
    """Not for a resource server: its identifier is required, and can change."""
    credentials = create_limited_application(tenant, tested.list_scopes("create"))
    for changed in (True, False):
        result = run_ok(tested.module, tenant, **{tested.finder: "New"}, **tested.required, **credentials)
        assert result["changed"] is changed


@for_each_module
def test_reading_and_updating_scopes_are_sufficient_to_update(tested: StateModule, tenant: Any) -> None:
    tenant.change_settings(ignored_fields=[])  # so that an identifier can change
    created = run_ok(tested.module, tenant, **{tested.finder: "New"}, **tested.required)
    credentials = create_limited_application(tenant, tested.list_scopes("update"))
    assert run_ok(tested.module, tenant, id=get_id(created), **tested.change, **credentials)["changed"]


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (resource_server, {"scopes": ["pets:read"]}, "A new resource_server needs identifier."),
        (authenticator_config, {"trusted_origins": []}, "The type of the authenticator configuration is missing"),
        (authenticator_config, {"type": "embedded"}, "A new authenticator_config needs invoke_url."),
    ],
)
def test_a_missing_option_is_reported_even_without_the_creating_scope(
    module: Any, options: dict[str, Any], message: str, tenant: Any
) -> None:
    scopes = [
        f"{name}:{action}" for name in ("resource-servers", "authenticator-configs") for action in ("read", "update")
    ]
    credentials = create_limited_application(tenant, set(scopes))
    tenant.clear_journal()
    assert message in run_failed(module, tenant, display_name="New", **options, **credentials)
    assert list_writes(tenant) == []


REMOVAL = {"display_name": "New", "state": "absent"}
REALM_OF_CUSTOMERS = {"display_name": "Customers", "classification": "SECURE_CUSTOMER"}
OFFERED = {"resource_server": "beyondidentity", "allowed_scopes": ["realms:read"]}
MEMBERS = {"members": {"identities": [], "groups": []}, "members_mode": "exact"}

# Calls that together need every documented scope.
CALLS: list[tuple[Any, list[dict[str, Any]]]] = [
    (
        application,
        [
            {"display_name": "New", **OFFERED},
            {
                "display_name": "Portal",
                "protocol": "oidc",
                "redirect_uris": ["https://a.example"],
                "authenticator_config": "Hosted Web",
            },
            REMOVAL,
        ],
    ),
    (application_info, [{}, {"display_name": "New"}]),
    (authenticator_config, [{"display_name": "New", "type": "hosted_web", "trusted_origins": []}, REMOVAL]),
    (authenticator_config_info, [{}, {"display_name": "New"}]),
    (realm, [REALM_OF_CUSTOMERS, {"display_name": "Customers", "state": "absent"}]),
    (realm_info, [{}, {"display_name": "Customers"}]),
    (resource_server, [{"display_name": "New", "identifier": "https://pets.example"}, REMOVAL]),
    (resource_server_info, [{}, {"display_name": "New"}]),
    (role, [{"display_name": "New", "scopes": ["realms:read"], **MEMBERS}, REMOVAL]),
    (role_info, [{}, {"members": True}]),
    (tenant_info, [{}]),
]


@pytest.mark.parametrize(
    ("module", "calls"), CALLS, ids=[module.__name__.rpartition(".")[2] for module, _calls in CALLS]
)
def test_a_module_requests_exactly_the_scopes_that_its_documentation_lists(
    module: Any, calls: list[dict[str, Any]], tenant: Any
) -> None:
    for options in calls:
        run_ok(module, tenant, **options)
    requested = {scope for entry in tenant.read_journal(operation="token") for scope in entry["form"]["scope"].split()}
    documented = set(read_reference("modules", module.__name__.rpartition(".")[2]).scopes)
    of_realm = (
        {"realms:read"} if module.SPEC.manages_realm else set()
    )  # finds the realm by its name, with its own token
    assert requested == documented - of_realm
