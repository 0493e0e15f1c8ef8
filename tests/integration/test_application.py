# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module `application` sends, and with which token, as seen in the journal of the emulator."""

from __future__ import annotations

import re
from typing import Any

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import host_name, local_hosts, play, task

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
    """Return the requests to the Management API that write."""
    return [entry for method in WRITES for entry in tenant.read_journal(method=method) if entry["grant"] is None]


def call(name: str, arguments: dict[str, Any], module: str = APPLICATION, **keywords: Any) -> dict[str, Any]:
    """Return a task that calls a module; its failure does not end the play."""
    return task(name, module, arguments, **keywords)


def run_on_tenant(run_playbook: PlaybookRunner, tenant: Tenant, *tasks: dict[str, Any]) -> PlaybookRun:
    """Run tasks against one tenant, with all output on."""
    run = run_playbook(play(*tasks), args=["-vvv"], extra_vars=tenant.variables).succeeded()
    assert "Traceback" not in run.output
    return run


def run_on_tenants(
    run_playbook: PlaybookRunner, tenants: dict[str, Tenant], tasks: dict[str, list[dict[str, Any]]]
) -> PlaybookRun:
    """Run the tasks of each case on a host of its own, with a tenant of its own."""
    inventory = local_hosts({host_name(case): tenant.variables for case, tenant in tenants.items()})
    plays = [play(*tasks[case], hosts=host_name(case)) for case in tasks]
    run = run_playbook(plays, inventory=inventory, args=["-vvv"]).succeeded()
    assert "Traceback" not in run.output
    return run


def test_applications_of_one_name_are_told_apart_by_id(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """If two applications share a name, the module fails with both IDs and writes nothing. An ID selects one."""
    ids = tenant.seed(applications=2, name="Twin")["applications"]
    run = run_on_tenant(
        run_playbook,
        tenant,
        call("present", {"display_name": "Twin"}),
        call("absent", {"display_name": "Twin", "state": "absent"}),
        call("by id", {"id": ids[1], "state": "absent"}),
    )
    for name in ("present", "absent"):
        message = run.task(name).result["msg"]
        assert "2 applications are named 'Twin'" in message and all(id in message for id in ids)
    assert run.task("by id").status == "changed"
    assert [entry["path"].rpartition("/")[2] for entry in writes(tenant)] == [ids[1]]


def test_an_application_is_found_beyond_the_first_page(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """By its name, among 250 applications, to use it or to remove it."""
    ids = tenant.seed(applications=250)["applications"]
    numbers = (1, 125, 250)
    uses = [
        call(f"use {number}", {"display_name": f"Seeded Application {number}", "allowed_scopes": ["realms:read"]})
        for number in numbers
    ]
    run = run_on_tenant(
        run_playbook,
        tenant,
        *uses,
        call("remove", {"display_name": "Seeded Application 137", "state": "absent"}),
        call("info", {}, module="beyondidentity.management.application_info"),
    )
    for number in numbers:
        found = run.task(f"use {number}")
        assert (found.status, found.result["application"]["id"]) == ("ok", ids[number - 1])
    assert run.task("remove").status == "changed"
    assert [entry["path"].rpartition("/")[2] for entry in writes(tenant)] == [ids[136]]
    assert len(run.task("info").result["applications"]) == 250  # the built-in one, and all but the removed one


def test_a_managed_application_is_never_changed(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Neither by name nor by ID, whatever the option."""
    changes = ({"allowed_scopes": ["realms:read"]}, {"pkce": "s256"}, {"state": "absent"})
    names = ({"display_name": BUILT_IN}, {"id": tenant.application_id})
    tasks = [call(f"{own | change}", {**own, **change}) for own in names for change in changes]
    run = run_on_tenant(run_playbook, tenant, *tasks)
    for made in tasks:
        message = run.task(made["name"]).result["msg"]
        assert "is managed by Beyond Identity" in message and tenant.application_id in message
    assert writes(tenant) == []


def test_an_application_of_another_protocol_is_never_changed(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The module can read an application of an unknown protocol."""
    seeded = tenant.seed(applications=1, name="Old", application={"protocol_config": {"type": "saml"}})
    run = run_on_tenant(
        run_playbook,
        tenant,
        call("present", {"display_name": "Old", "pkce": "s256"}),
        call("absent", {"display_name": "Old", "state": "absent"}),
        call("info", {"display_name": "Old"}, module="beyondidentity.management.application_info"),
    )
    for name in ("present", "absent"):
        assert "has the protocol 'saml'" in run.task(name).result["msg"]
    assert writes(tenant) == []
    assert [item["id"] for item in run.task("info").result["applications"]] == seeded["applications"]


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


def test_a_task_asks_for_the_scopes_of_its_operations_only(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """In check mode, the scopes of the reading operations."""
    tenants = {case: emulator.create_tenant() for case in LEAST}
    tasks = {}
    for case, (module, arguments, check_mode, _scopes) in LEAST.items():
        (seeded,) = tenants[case].seed(applications=1, name="Seeded")["applications"]
        given = {name: seeded if value == "{id}" else value for name, value in arguments.items()}
        tasks[case] = [call("Call", given, module=module, check_mode=check_mode)]
    run = run_on_tenants(run_playbook, tenants, tasks)
    for case, (module, _arguments, check_mode, scopes) in LEAST.items():
        called = run.task("Call", host_name(case))
        assert called.status == ("ok" if module != APPLICATION else "changed"), (case, called.result)
        (asked,) = tenants[case].read_journal(grant="client_credentials")
        assert asked["form"]["scope"] == scopes, case
        assert bool(writes(tenants[case])) == (called.status == "changed" and not check_mode), case


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


def test_a_change_is_one_patch_of_what_differs(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """A changed nested object is sent whole, without the fields that only the service sets."""
    tenants = {case: emulator.create_tenant() for case in CHANGES}
    tasks = {
        case: [
            call("Create", FULL, register="made"),
            call("Change", {"id": "{{ made.application.id }}", **options}),
        ]
        for case, (options, _expected) in CHANGES.items()
    }
    run = run_on_tenants(run_playbook, tenants, tasks)
    for case, (_options, expected) in CHANGES.items():
        application = run.task("Create", host_name(case)).result["application"]
        assert run.task("Change", host_name(case)).status == "changed", case
        _creation, write = writes(tenants[case])
        whole = {name: value for name, value in application["protocol_config"].items() if name in WHOLE}
        if "protocol_config" in expected:
            expected = {**expected, "protocol_config": {**whole, **expected["protocol_config"]}}
        assert (write["method"], write["operation"]) == ("PATCH", "UpdateApplication"), case
        assert _sorted(write["json"]["application"]) == _sorted(expected), case
        assert "client_secret" not in str(write["json"]) and "client_id" not in str(write["json"]), case


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
    """Sort the lists, whose order has no meaning here."""
    if isinstance(value, dict):
        return {name: _sorted(item) for name, item in value.items()}
    return sorted(value) if isinstance(value, list) else value


# A fault, how often the creation is sent, whether the application is there at the end, words of the message.
CREATIONS: dict[str, tuple[dict[str, Any], int, bool, str]] = {
    "carried out, then dropped": ({"drop": "close", "carry_out": True}, 1, True, ""),
    "carried out, then reset": ({"drop": "reset", "carry_out": True}, 1, True, ""),
    "dropped": ({"drop": "close"}, 1, False, "closed before the response was complete"),
    "cut off": ({"truncate": 40}, 1, True, ""),
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
    "slow": ({"delay": 3}, 1, True, ""),
    "429": ({"status": 429, "headers": {"RateLimit-Reset": "0"}}, 2, True, ""),
    "429, Retry-After": ({"status": 429, "headers": {"Retry-After": "1"}}, 2, True, ""),
}


def test_a_creation_that_may_have_been_carried_out_is_sent_once(
    run_playbook: PlaybookRunner, emulator: Emulator
) -> None:
    """It is repeated only after a 429. If its response is lost, the application is looked for, and found or not."""
    tenants = {case: emulator.create_tenant() for case in CREATIONS}
    variables: dict[str, dict[str, Any]] = {}
    for case, (fault, *_expected) in CREATIONS.items():
        tenants[case].add_fault(operation="CreateApplication", times=1, **fault)
        variables[host_name(case)] = {
            **tenants[case].variables,
            "beyondidentity_timeout": 1 if "delay" in fault else 30,
        }
    tasks = [call(name, {"display_name": "Once"}) for name in ("First", "Again")]
    run = run_playbook(
        play(*tasks, hosts="all"), inventory=local_hosts(variables), args=["-vvv", "-f", str(len(tenants))]
    ).succeeded()
    assert "Traceback" not in run.output
    for case, (_fault, sent, there, words) in CREATIONS.items():
        first, again = (run.task(name, host_name(case)) for name in ("First", "Again"))
        assert first.status == ("ignored" if words else "changed"), case
        if words:
            assert "CreateApplication" in first.result["msg"] and words in first.result["msg"], case
        assert again.status == ("ok" if there else "changed"), case
        assert len(tenants[case].read_journal(operation="CreateApplication")) == sent + (not there), case


def test_an_update_and_a_removal_are_sent_again(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """They are repeated after a lost connection, and the change is reported."""
    (seeded,) = tenant.seed(applications=1, name="Seeded")["applications"]
    for operation in ("UpdateApplication", "DeleteApplication"):
        tenant.add_fault(operation=operation, times=1, drop="close", carry_out=True)
    run = run_on_tenant(
        run_playbook,
        tenant,
        call("Update", {"display_name": "Seeded", "pkce": "s256"}),
        call("Remove", {"id": seeded, "state": "absent"}),
    )
    assert run.task("Update").result["application"]["protocol_config"]["pkce"] == "s256"
    assert run.task("Update").status == run.task("Remove").status == "changed"
    assert len(tenant.read_journal(operation="UpdateApplication")) == 2
    assert [entry["status"] for entry in tenant.read_journal(operation="DeleteApplication")][-1] == 404


def test_returning_the_secret_hides_the_diff_and_a_second_task_does_not(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """As the documentation says."""
    tenant.seed(applications=1, name="Hidden")
    tenant.seed(applications=1, name="Shown")
    change = {"token_expires_after": 600}
    run = run_playbook(
        play(
            call("Change", {"display_name": "Hidden", **change, "return_secret": True}),
            call("Change and show", {"display_name": "Shown", **change}, register="changed"),
            call("Read", {"id": "{{ changed.application.id }}", "return_secret": True}, register="read"),
            task("Has it", "ansible.builtin.debug", {"msg": "{{ read.client_secret | length > 0 }}"}),
        ),
        args=["--diff"],
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    assert run.task("Change").status == run.task("Change and show").status == "changed"
    assert "censored" in run.task("Change").result and run.task("Has it").result["msg"] is True
    assert len(re.findall(r"(?m)^\+ +\"?expires_after\"?: 600", run.output)) == 1, "only the second change is shown"
