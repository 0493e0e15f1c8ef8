# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module `application` sends, and with which token: the emulator's journal tells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRunner, TaskResult

APPLICATION = "beyondidentity.management.application"
BUILT_IN = "Beyond Identity Management API"
WRITES = ("POST", "PATCH", "PUT", "DELETE")
FULL: dict[str, Any] = {
    "display_name": "Full",
    "resource_server": "beyondidentity",
    "allowed_scopes": ["realms:read", "realms:create"],
    "redirect_uris": ["https://example.com/a"],
    "token_expires_after": 7200,
}


def writes(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the requests to the Management API that were no reading ones."""
    return [entry for method in WRITES for entry in tenant.journal(method=method) if entry["grant"] is None]


class Runner:
    """Runs one module call in one play, and returns its result."""

    def __init__(self, run_playbook: PlaybookRunner, tenant: Tenant) -> None:
        self.run_playbook = run_playbook
        self.tenant = tenant

    def __call__(self, arguments: dict[str, Any], module: str = APPLICATION, **keywords: Any) -> TaskResult:
        task = {"name": "Call", module: arguments, "ignore_errors": True, **keywords}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
        run = self.run_playbook(play, args=["-vvv"], extra_vars=self.tenant.variables, timeout=60).succeeded()
        assert "Traceback" not in run.output
        return run.task("Call")

    def changed(self, arguments: dict[str, Any], **keywords: Any) -> dict[str, Any]:
        """Run what must change something."""
        called = self(arguments, **keywords)
        assert called.status == "changed", called.result.get("msg")
        return called.result

    def refused(self, arguments: dict[str, Any], **keywords: Any) -> str:
        """Run what must fail, and return its message."""
        called = self(arguments, **keywords)
        assert called.status == "ignored", called.result
        return str(called.result["msg"])


@pytest.fixture
def call(run_playbook: PlaybookRunner, tenant: Tenant) -> Runner:
    """Return what calls one module."""
    return Runner(run_playbook, tenant)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_two_of_one_name(call: Runner, tenant: Tenant, state: str) -> None:
    """Two applications of one name: an error that names both ids, and nothing written; by id either can be meant."""
    ids = tenant.seed(applications=2, name="Twin")["applications"]
    message = call.refused({"display_name": "Twin", "state": state})
    assert "2 applications are named 'Twin'" in message
    assert all(id in message for id in ids)
    assert writes(tenant) == []
    call.changed({"id": ids[1], "state": "absent"})
    assert [entry["path"].rpartition("/")[2] for entry in writes(tenant)] == [ids[1]]


def test_beyond_one_page(call: Runner, tenant: Tenant) -> None:
    """Among 250 applications, in no order, the right one is found by its name: to use, to change, to remove."""
    ids = tenant.seed(applications=250)["applications"]
    for number in (1, 125, 250):
        found = call({"display_name": f"Seeded Application {number}", "allowed_scopes": ["realms:read"]})
        assert (found.status, found.result["application"]["id"]) == ("ok", ids[number - 1])
    call.changed({"display_name": "Seeded Application 137", "state": "absent"})
    assert [entry["path"].rpartition("/")[2] for entry in writes(tenant)] == [ids[136]]
    assert len(tenant.journal(operation="ListApplications")) == 4 * 3
    info = call({}, module="beyondidentity.management.application_info")
    assert len(info.result["applications"]) == 250  # the built-in one, and all but the removed one


@pytest.mark.parametrize("options", [{"allowed_scopes": ["realms:read"]}, {"pkce": "s256"}, {"state": "absent"}])
@pytest.mark.parametrize("by", ["display_name", "id"])
def test_managed_is_refused_before_any_write(call: Runner, tenant: Tenant, by: str, options: dict[str, Any]) -> None:
    """What Beyond Identity manages is never sent a change."""
    message = call.refused({by: BUILT_IN if by == "display_name" else tenant.application_id, **options})
    assert "is managed by Beyond Identity" in message and tenant.application_id in message
    assert writes(tenant) == []


def test_other_protocols_are_refused_before_any_write(call: Runner, tenant: Tenant) -> None:
    """An application of a protocol that the module does not know can be read, and not changed."""
    seeded = tenant.seed(applications=1, name="Old", application={"protocol_config": {"type": "saml"}})
    assert "has the protocol 'saml'" in call.refused({"display_name": "Old", "pkce": "s256"})
    assert "has the protocol 'saml'" in call.refused({"display_name": "Old", "state": "absent"})
    assert writes(tenant) == []
    info = call({"display_name": "Old"}, module="beyondidentity.management.application_info")
    assert [item["id"] for item in info.result["applications"]] == seeded["applications"]


# Arguments, check mode, and exactly the scopes that the one token of the task asks for.
LEAST: dict[str, tuple[str, dict[str, Any], bool, str]] = {
    "create or update": (
        APPLICATION,
        {"display_name": "New", "pkce": "s256"},
        False,
        "applications:create applications:read applications:update",
    ),
    "create": (APPLICATION, {"display_name": "New"}, False, "applications:create applications:read"),
    "check mode": (APPLICATION, {"display_name": "New"}, True, "applications:read"),
    "by id": (APPLICATION, {"id": "{id}", "pkce": "s256"}, False, "applications:read applications:update"),
    "by id, check mode": (APPLICATION, {"id": "{id}", "pkce": "s256"}, True, "applications:read"),
    "resource server": (
        APPLICATION,
        {"display_name": "New", "resource_server": "beyondidentity"},
        False,
        "applications:create applications:read applications:update resource-servers:read",
    ),
    "scopes alone": (
        APPLICATION,
        {"id": "{id}", "allowed_scopes": ["realms:read", "realms:update"]},
        False,
        "applications:read applications:update resource-servers:read",
    ),
    "sign-in": (
        APPLICATION,
        {
            "display_name": "New",
            "protocol": "oidc",
            "redirect_uris": ["https://example.com/a"],
            "authenticator_config": "Hosted Web",
        },
        False,
        "applications:create applications:read applications:update authenticator-configs:read",
    ),
    "sign-in, check mode": (
        APPLICATION,
        {"display_name": "New", "resource_server": "beyondidentity", "authenticator_config": "", "pkce": "s256"},
        True,
        "applications:read resource-servers:read",
    ),
    "absent": (
        APPLICATION,
        {"display_name": "Seeded", "state": "absent"},
        False,
        "applications:delete applications:read",
    ),
    "absent, check mode": (APPLICATION, {"display_name": "Seeded", "state": "absent"}, True, "applications:read"),
    "application_info": ("beyondidentity.management.application_info", {}, False, "applications:read"),
    "resource_server_info": ("beyondidentity.management.resource_server_info", {}, False, "resource-servers:read"),
}


@pytest.mark.parametrize("case", LEAST)
def test_least_privilege(call: Runner, tenant: Tenant, case: str) -> None:
    """A task's token has the scopes of the operations that it may call, and no other; in check mode the reading ones."""
    module, arguments, check_mode, scopes = LEAST[case]
    (seeded,) = tenant.seed(applications=1, name="Seeded")["applications"]
    given = {name: seeded if value == "{id}" else value for name, value in arguments.items()}
    called = call(given, module=module, check_mode=check_mode)
    assert called.done, called.result["msg"]
    assert called.status == ("ok" if module != APPLICATION else "changed")
    (asked,) = tenant.journal(grant="client_credentials")
    assert asked["form"]["scope"] == scopes
    assert bool(writes(tenant)) == (called.status == "changed" and not check_mode)


# What changes, and the body that is sent: only what changed, a nested object whole, nothing that only the service sets.
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "name": ({"display_name": "Renamed"}, {"display_name": "Renamed"}),
    "server": (
        {"resource_server": "", "allowed_scopes": []},
        {"resource_server_id": "", "protocol_config": {"allowed_scopes": []}},
    ),
    "scopes": ({"allowed_scopes": ["realms:read"]}, {"protocol_config": {"allowed_scopes": ["realms:read"]}}),
    "tokens": (
        {"token_expires_after": 600},
        {
            "protocol_config": {
                "token_configuration": {"expires_after": 600, "token_signing_algorithm": "RS256", "subject_field": "id"}
            }
        },
    ),
    "name and PKCE": (
        {
            "display_name": "Renamed",
            "pkce": "s256",
            "redirect_uris": ["https://example.com/a"],
            "token_expires_after": 7200,
        },
        {"display_name": "Renamed", "protocol_config": {"pkce": "s256"}},
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_one_write_with_what_changed(call: Runner, tenant: Tenant, case: str) -> None:
    """A change is one PATCH of what differs; a changed nested object goes whole, without what only the service sets."""
    options, expected = CHANGES[case]
    application = call.changed(FULL)["application"]
    tenant.clear_journal()
    call.changed({"id": application["id"], **options})
    (write,) = writes(tenant)
    whole = {name: value for name, value in application["protocol_config"].items() if name in WHOLE}
    if "protocol_config" in expected:
        expected = {**expected, "protocol_config": {**whole, **expected["protocol_config"]}}
    assert (write["method"], write["operation"]) == ("PATCH", "UpdateApplication")
    sent = write["json"]["application"]
    assert _sorted(sent) == _sorted(expected)
    assert "client_secret" not in str(write["json"]) and "client_id" not in str(write["json"])


WHOLE = (
    "type",
    "confidentiality",
    "pkce",
    "grant_type",
    "allowed_scopes",
    "redirect_uris",
    "token_configuration",
    "token_format",
)


def _sorted(value: Any) -> Any:
    """Return the same with its lists in order, which carry no meaning here."""
    if isinstance(value, dict):
        return {name: _sorted(item) for name, item in value.items()}
    return sorted(value) if isinstance(value, list) else value


# A fault, how often the creation is sent, whether the application is there at the end, words of the message.
CREATIONS: dict[str, tuple[dict[str, Any], int, bool, str]] = {
    "carried out, then dropped": (
        {"drop": "close", "carry_out": True},
        1,
        True,
        "broke off before the answer was complete",
    ),
    "carried out, then reset": (
        {"drop": "reset", "carry_out": True},
        1,
        True,
        "broke off before the answer was complete",
    ),
    "dropped": ({"drop": "close"}, 1, False, "broke off before the answer was complete"),
    "cut off": ({"truncate": 40}, 1, True, "broke off before the answer was complete"),
    "500": ({"status": 500}, 1, False, "HTTP 500"),
    "502": ({"status": 502}, 1, False, "HTTP 502"),
    "503": ({"status": 503, "headers": {"Retry-After": "0"}}, 1, False, "HTTP 503"),
    "504": ({"status": 504}, 1, False, "HTTP 504"),
    "HTML": (
        {"body": "<html>Welcome</html>", "headers": {"Content-Type": "text/html"}},
        1,
        False,
        "is not a JSON object",
    ),
    "slow": ({"delay": 3}, 1, True, "no complete answer within 1 seconds"),
    "429": ({"status": 429, "headers": {"RateLimit-Reset": "0"}}, 2, True, ""),
    "429, Retry-After": ({"status": 429, "headers": {"Retry-After": "1"}}, 2, True, ""),
}


@pytest.mark.parametrize("case", CREATIONS)
def test_a_creation_is_never_sent_blindly(call: Runner, tenant: Tenant, case: str) -> None:
    """A creation that may have been carried out is sent once; only a 429, which says that it was not, repeats it."""
    fault, sent, there, words = CREATIONS[case]
    tenant.fault(operation="CreateApplication", times=1, **fault)
    arguments = {"display_name": "Once", "timeout": 1 if "delay" in fault else 30}
    if words:
        message = call.refused(arguments)
        assert "CreateApplication" in message and words in message
    else:
        assert call.changed(arguments)["client_id"]
    assert len(tenant.journal(operation="CreateApplication")) == sent
    again = call({"display_name": "Once"})
    assert again.status == ("ok" if there else "changed"), "what was made is found, and not made twice"


def test_an_update_is_sent_again(call: Runner, tenant: Tenant) -> None:
    """What is harmless to repeat is repeated after a drop: the change is made, and reported."""
    (seeded,) = tenant.seed(applications=1, name="Seeded")["applications"]
    tenant.fault(operation="UpdateApplication", times=1, drop="close", carry_out=True)
    assert call.changed({"display_name": "Seeded", "pkce": "s256"})["application"]["protocol_config"]["pkce"] == "s256"
    assert len(tenant.journal(operation="UpdateApplication")) == 2
    tenant.fault(operation="DeleteApplication", times=1, drop="close", carry_out=True)
    call.changed({"id": seeded, "state": "absent"})
    assert [entry["status"] for entry in tenant.journal(operation="DeleteApplication")][-1] == 404
