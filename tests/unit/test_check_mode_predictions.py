# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run with --check predicts exactly what the real run then changes, for generated plays, in process against the emulator."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.modules import (
    application,
    application_info,
    authenticator_config,
    authenticator_config_info,
    group,
    group_info,
    identity,
    identity_info,
    realm,
    realm_info,
    resource_server,
    resource_server_info,
    role,
    role_info,
)
from tests.support.writes import has_received_predictions
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes

INFO_MODULES = (application_info, authenticator_config_info, resource_server_info, role_info, identity_info, group_info)
MODULES = {
    "application": application,
    "authenticator_config": authenticator_config,
    "group": group,
    "identity": identity,
    "realm": realm,
    "resource_server": resource_server,
    "role": role,
}
ADMIN = "Beyond Identity Admin"
NAMES = ("One", "Two")
SCOPES = ("pets:feed", "pets:read")
TIMES = ("create_time", "update_time")
CREDENTIALS = ("client_id", "client_secret")
ID = re.compile(r"check-mode-[a-z_]+-[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16}")
OF_A_RUN = ("msg", "predicted", "requests", "warnings", "classification")
"""What differs between runs, or, as the classification of an application, is not part of the published description."""


@dataclass(frozen=True)
class Earlier:
    """Stands for the ID of the object of an earlier call; for a name if that call returned none."""

    noun: str
    index: int
    name: str


Call = tuple[str, dict[str, Any]]
SIGN_IN = {"grant_types": ["authorization_code"], "redirect_uris": ["http://127.0.0.1:8400/callback"], "pkce": "s256"}
FIRST: list[Call] = [
    ("realm", {"display_name": "One", "classification": "SECURE_CUSTOMER"}),
    ("resource_server", {"display_name": "One", "identifier": "https://One", "scopes": [*SCOPES]}),
    ("authenticator_config", {"display_name": "One", "type": "hosted_web"}),
    (
        "role",
        {
            "display_name": "One",
            "resource_server": "One",
            "scopes": [*SCOPES],
            "members": {"identities": ["pat"], "groups": ["Night"]},
        },
    ),
    (
        "application",
        {
            "display_name": "One",
            "resource_server": "One",
            "allowed_scopes": [*SCOPES],
            "authenticator_config": "One",
            **SIGN_IN,
        },
    ),
]
"""Objects that depend on each other. A generated play can begin with some of these calls."""


def refer_to(noun: str, names: tuple[str, ...] = NAMES) -> st.SearchStrategy[Any]:
    """Return references to objects, by name or by the ID of an earlier call."""
    return st.sampled_from(names) | st.builds(Earlier, st.just(noun), st.integers(0, 2), st.sampled_from(names))


def choose_scopes() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(SCOPES), unique=True)


def build_calls() -> st.SearchStrategy[Call]:
    """Return calls of modules: names and fields are few, so that calls meet the same objects."""
    name = {"display_name": st.sampled_from(NAMES)}
    elsewhere: dict[str, Any] = {"realm": st.just(ADMIN) | refer_to("realm")}
    fields: dict[str, dict[str, Any]] = {
        "realm": {},
        "resource_server": {"scopes": choose_scopes(), **elsewhere},
        "role": {
            "resource_server": refer_to("resource_server"),
            "description": st.sampled_from(("", "May feed.")),
            "scopes": choose_scopes(),
            "members": st.fixed_dictionaries(
                {
                    "identities": st.none() | st.lists(st.sampled_from(("pat", "kim")), unique=True),
                    "groups": st.none() | st.lists(st.just("Night")),
                }
            ),
            "members_mode": st.sampled_from(("exact", "at_least")),
            **elsewhere,
        },
        "application": {
            "resource_server": refer_to("resource_server"),
            "allowed_scopes": choose_scopes(),
            "scopes_mode": st.sampled_from(("exact", "at_least")),
            "authenticator_config": refer_to("authenticator_config"),
            "token_expires_after": st.sampled_from((60, 600)),
            "return_secret": st.booleans(),
            **elsewhere,
        },
        "identity": {
            "username": st.sampled_from(("pat", "Sam", "max")),
            "primary_email_address": st.sampled_from(("", "one@example.com", "One@example.com")),
            "external_id": st.sampled_from(("", "1")),
            "traits": st.fixed_dictionaries({"title": st.sampled_from(("", "Dr"))}),
            "status": st.sampled_from(("active", "suspended")),
            **elsewhere,
        },
        "group": {
            "description": st.sampled_from(("May feed.", "May read.")),
            "members": st.lists(st.sampled_from(("pat", "kim", "SAM")), unique=True),
            "members_mode": st.sampled_from(("exact", "at_least")),
            **elsewhere,
        },
        "authenticator_config": {
            "authentication_methods": st.lists(st.sampled_from(("webauthn_passkey", "software_passkey")), min_size=1),
            **elsewhere,
        },
    }

    def complete(noun: str, options: dict[str, Any]) -> Call:
        if options.get("state") == "absent":
            kept = ("state", "display_name", "username", "id", "realm", "resource_server" if noun == "role" else "")
            return noun, {key: value for key, value in options.items() if key in kept}
        if noun == "identity":
            options = {"username": "pat", **options}
            addresses = {"pat": "", "Sam": "sam-", "max": "max-"}
            if options.get("primary_email_address"):
                options["primary_email_address"] = addresses[options["username"]] + options["primary_email_address"]
            return noun, options
        if noun == "realm":
            return noun, {**options, "classification": "SECURE_CUSTOMER"}
        if noun == "resource_server":
            options = {**options, "identifier": None if "id" in options else f"https://{options['display_name']}"}
        if options.get("authenticator_config"):
            options = {**options, **SIGN_IN}
        return noun, {**options, "type": "hosted_web"} if noun == "authenticator_config" else options

    return st.one_of(
        *(
            st.fixed_dictionaries(
                name,
                optional={
                    **own,
                    "state": st.sampled_from(("present", "present", "absent")),
                    "id": st.builds(Earlier, st.just(noun), st.integers(0, 2), st.just("")),
                },
            ).map(lambda options, noun=noun: complete(noun, options))
            for noun, own in fields.items()
        )
    )


def build_plays() -> st.SearchStrategy[list[Call]]:
    """Return plays with up to eight calls."""
    begins = st.lists(st.sampled_from(range(len(FIRST))), unique=True).map(
        lambda chosen: [FIRST[n] for n in sorted(chosen)]
    )
    return st.tuples(begins, st.lists(build_calls(), min_size=1, max_size=8)).map(
        lambda parts: (parts[0] + parts[1])[:8]
    )


class Play:
    """Runs calls as one run of Ansible, and describes their results in a form that two runs can be compared by."""

    def __init__(self, tenant: Any, **given: Any) -> None:
        self.tenant = tenant
        self.given = {**given, "store": MemoryStore()}
        self.ids: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}  # of IDs, the same in all runs

    def run(self, calls: list[Call]) -> list[Any]:
        """Return the results of the calls, and then what the modules read of all objects."""
        return [*(self._call(*call) for call in calls), *self._read_all()]

    def _read_all(self) -> list[Any]:
        realms = [None, *dict.fromkeys(self.ids.get("realm", ()))]
        servers = [*dict.fromkeys(self.ids.get("resource_server", ()))]
        asked: list[tuple[Any, dict[str, Any]]] = [(realm_info, {})]
        for realm_id in filter(None, [None, *realms]):
            asked += [(module, {"realm_id": realm_id}) for module in INFO_MODULES]
        asked += [(module, {}) for module in INFO_MODULES]
        asked += [(role_info, {"resource_server": id}) for id in servers]
        return [self._describe_all(call_module(module, self.tenant, **self.given, **given)) for module, given in asked]

    def _describe_all(self, result: dict[str, Any]) -> Any:
        """Return a listing in an order that does not depend on IDs."""
        if result.get("failed"):
            return "failed"
        (items,) = (value for value in result.values() if isinstance(value, list))
        known = [self._describe(item) for item in items if item["id"] in self.names]
        return sorted(known, key=json.dumps), len(items)

    def _call(self, noun: str, options: dict[str, Any]) -> Any:
        given = {name: self._resolve(value) for name, value in options.items()}
        if given.get("id") == "":
            del given["id"]
        result = call_module(MODULES[noun], self.tenant, **self.given, **given)
        if result.get("failed"):
            assert "This is a bug" not in result["msg"], result["msg"]
            return "failed", bool(result.get("changed"))
        found = result[noun]
        if found:
            self.ids.setdefault(noun, []).append(found["id"])
        return self._describe(result)

    def _resolve(self, value: Any) -> Any:
        if not isinstance(value, Earlier):
            return value
        ids = list(dict.fromkeys(self.ids.get(value.noun, ())))
        return ids[value.index % len(ids)] if ids else value.name

    def _describe(self, value: Any, key: str = "") -> Any:
        """Return a value without what differs between runs. An ID becomes a number, in the order in which IDs appear."""
        if isinstance(value, Mapping):
            return {name: self._describe(item, name) for name, item in sorted(value.items()) if name not in OF_A_RUN}
        if isinstance(value, list):
            return [self._describe(item) for item in sorted(value, key=json.dumps)]
        if key in TIMES:
            return None
        if key in CREDENTIALS and value:
            return self._name(value)
        return ID.sub(lambda match: self._name(match[0]), value) if isinstance(value, str) else value

    def _name(self, text: str) -> str:
        return self.names.setdefault(text, f"#{len(self.names)}")


@settings(max_examples=40, phases=(Phase.generate, Phase.shrink), suppress_health_check=[HealthCheck.too_slow])
@given(build_plays())
def test_a_check_predicts_what_the_real_run_changes(emulator: Any, calls: list[Call]) -> None:
    tenant = emulator.create_tenant()
    people = [{"display_name": name, "traits": {"username": name}} for name in ("pat", "kim")]
    tenant.seed(groups=1, group={"display_name": "Night"}, identities=1, identity=people[0])
    tenant.seed(identities=1, identity=people[1])
    checked = Play(tenant, check_mode=True, is_check_run=True).run(calls)
    assert list_writes(tenant) == [], "check mode only reads"
    assert not has_received_predictions(tenant)
    real = Play(tenant).run(calls)
    for call, predicted, done in zip([*calls, *["info"] * len(real)], checked, real, strict=False):
        assert predicted == done, call
    assert len(checked) == len(real)
