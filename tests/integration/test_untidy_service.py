# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs against services that are less tidy: settings and faults of the emulator make them so.

Each case has a tenant and hosts of its own. All cases are plays of one run for each core.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner, TaskResult
from tests.support.plays import host_name, play, task

NAMESPACE = "beyondidentity.management"
FEEDER = {"display_name": "Feeder"}
CROWD = 8
PAGE = 100
WRITES = {"POST", "PATCH", "PUT", "DELETE"}


def call(name: str, module: str, **arguments: Any) -> dict[str, Any]:
    """Return a task that calls a module of the collection."""
    return task(name, f"{NAMESPACE}.{module}", arguments)


def check(name: str, module: str, **arguments: Any) -> dict[str, Any]:
    """Return a task that calls a module in check mode."""
    return {**call(name, module, **arguments), "check_mode": True}


TOKEN_OF_NEW = {
    "name": "Token",
    f"{NAMESPACE}.token": {
        "issuer": "{{ made.issuer }}",
        "client_id": "{{ made.client_id }}",
        "client_secret": "{{ made.client_secret }}",
        "scopes": ["realms:read"],
    },
}
CREATE_CLIENT = {
    **call(
        "Create",
        "application",
        display_name="Feeder",
        resource_server="beyondidentity",
        allowed_scopes=["realms:read"],
        return_secret=True,
    ),
    "register": "made",
}
REFUSED_VALUES: dict[str, dict[str, Any]] = {
    "token_format": {"token_format": "jwt"},
    "grant_types": {"grant_types": []},
    "token_expires_after": {"token_expires_after": -1},
}

CREATION = {"part": "management", "method": "POST", "carry_out": True}
LAGGING: dict[str, Any] = {"listing_delay": 600, "changed_delay": 600, "deleted_delay": 600}
SETTINGS: dict[str, dict[str, Any]] = {
    "late listing": LAGGING,
    "late listing for many hosts": LAGGING,
    "trimmed names": {"normalized_fields": {"display_name": ["trim", "collapse"]}},
    "ignored field": {"ignored_fields": ["application.protocol_config.token_configuration.expires_after"]},
    "scopes as a list": {"token_scope_format": "list"},
    "shifting listing": {"paging": "offset"},
}
FAULTS: dict[str, dict[str, Any]] = {
    "lost creation": {**CREATION, "status": 502, "shape": "empty"},
    "creation without a body": {**CREATION, "status": 201, "shape": "empty"},
    "deletion with text": {"method": "DELETE", "carry_out": True, "status": 200, "body": "OK"},
    "taken name": {**CREATION, "status": 409, "json": {"code": "conflict", "message": "the name is taken"}},
    "refusal with HTTP 200": {
        "operation": "token",
        "status": 200,
        "shape": "oauth",
        "error": "invalid_scope",
        "message": "realms:read is not allowed",
    },
    "shifting listing": {"operation": "ListApplications", "shift": "delete", "times": 1},
}


def create_tenant(emulator: Emulator, case: str) -> Tenant:
    """Create the tenant of a case, with its settings and its fault."""
    tenant = emulator.create_tenant(**SETTINGS.get(case, {}))
    if case == "shifting listing":
        tenant.seed(applications=2 * PAGE - 1)
    if case in FAULTS:
        tenant.add_fault(**FAULTS[case])
    if case == "unknown client":  # of all other applications, the authorization server knows the client later
        others = rf"/applications/(?!{tenant.application_id})[^/]+/token$"
        tenant.add_fault(path=others, status=401, error="invalid_client", times=2)
    return tenant


TASKS: dict[str, list[dict[str, Any]]] = {
    "late listing": [
        call("Create", "application", **FEEDER),
        call("Again", "application", **FEEDER),
        call("Remove", "application", **FEEDER, state="absent"),
        call("Remove again", "application", **FEEDER, state="absent"),
        call("Create anew", "application", **FEEDER),
    ],
    "late listing for many hosts": [call("Create", "application", **FEEDER)],
    "trimmed names": [
        call("Create", "realm", display_name=" Pet  shop "),
        call("Again", "realm", display_name=" Pet  shop "),
    ],
    "ignored field": [
        call("Create", "application", **FEEDER),
        call("Change", "application", **FEEDER, token_expires_after=7200, pkce="s256"),
    ],
    "lost creation": [call("Create", "application", **FEEDER), call("Again", "application", **FEEDER)],
    "creation without a body": [call("Create", "realm", **FEEDER), call("Again", "realm", **FEEDER)],
    "deletion with text": [
        call("Create", "application", **FEEDER),
        call("Remove", "application", **FEEDER, state="absent"),
    ],
    "taken name": [call("Create", "realm", **FEEDER)],
    "scopes as a list": [
        {**call("Token", "token", scopes=["realms:read", "realms:create"], require_scopes=True), "register": "made"},
        task("Show", "ansible.builtin.debug", {"msg": "{{ made.token.scopes | sort }}"}),
    ],
    "refusal with HTTP 200": [call("Token", "token", scopes=["realms:read"])],
    "unknown client": [CREATE_CLIENT, TOKEN_OF_NEW],
    "shifting listing": [{**call("Read", "application_info"), "register": "read"}],
    "refused values": [check(name, "application", **FEEDER, **given) for name, given in REFUSED_VALUES.items()],
    "SCIM groups": [call("List", "api", operation="SCIMListGroups", all_pages=True)],
}
HOSTS = {"late listing for many hosts": CROWD, "unknown client": CROWD}


@dataclass(frozen=True)
class Run:
    """The results of one run, and the cases with their tenants."""

    run: PlaybookRun
    tenants: dict[str, Tenant]

    def results(self, case: str, name: str) -> list[TaskResult]:
        """Return the results of a task of a case, one for each host."""
        return [result for result in self.run.of(name) if result.host.startswith(f"{host_name(case)}-host")]

    def result(self, case: str, name: str) -> TaskResult:
        """Return the result of a task of a case with one host."""
        [result] = self.results(case, name)
        return result

    def has_warned(self, text: str) -> bool:
        """Whether a warning contains a text. Ansible breaks warnings into lines."""
        return re.sub(r"\s+", "", text) in re.sub(r"\s+", "", self.run.output)

    def list_writes(self, case: str) -> list[str]:
        """Return the operations by which a case wrote, in order."""
        return [
            entry["operation"]
            for entry in self.tenants[case].read_journal()
            if entry["method"] in WRITES and entry["grant"] is None
        ]


@pytest.fixture(scope="module")
def run(shared_run_playbook: PlaybookRunner, emulator: Emulator, core: str) -> Run:
    """Run all cases."""
    tenants = {case: create_tenant(emulator, case) for case in TASKS}
    hosts: dict[str, Any] = {}
    plays = []
    for case, tenant in tenants.items():
        for number in range(HOSTS.get(case, 1)):
            hosts[f"{host_name(case)}-host{number}"] = {"ansible_connection": "local", **tenant.variables}
        plays.append(play(*TASKS[case], hosts=f"{host_name(case)}-host*"))
    done = shared_run_playbook(
        plays, inventory={"all": {"hosts": hosts}}, args=["-vvv", "-f", str(CROWD)], core=core
    ).succeeded()
    assert "Traceback" not in done.output
    return Run(done, tenants)


def test_two_tasks_in_a_row_create_one_application(run: Run) -> None:
    """The listing never shows it. A removed application, which the listing shows, is created anew."""
    case = "late listing"
    statuses = [run.result(case, name).status for name in ("Create", "Again", "Remove", "Remove again", "Create anew")]
    assert statuses == ["changed", "ok", "changed", "ok", "changed"]
    assert run.list_writes(case) == ["CreateApplication", "DeleteApplication", "CreateApplication"]


def test_many_hosts_create_one_application(run: Run) -> None:
    """Although the listing never shows it."""
    results = run.results("late listing for many hosts", "Create")
    assert len({result.result["application"]["id"] for result in results}) == 1 and len(results) == CROWD
    assert [result.status for result in results].count("changed") == 1
    assert run.list_writes("late listing for many hosts") == ["CreateApplication"]


def test_a_trimmed_name_is_found_again(run: Run) -> None:
    """The first run warns that the name is stored otherwise."""
    created, again = (run.result("trimmed names", name) for name in ("Create", "Again"))
    assert (created.status, again.status) == ("changed", "ok")
    assert run.has_warned("display_name of realm") and run.list_writes("trimmed names") == ["CreateRealm"]


def test_an_ignored_field_is_an_error_with_the_objects_id(run: Run) -> None:
    """Otherwise the same change would be reported at each run."""
    created, failed = (run.result("ignored field", name).result for name in ("Create", "Change"))
    assert failed["changed"] and failed["id"] == created["application"]["id"]
    assert "expires_after" in failed["msg"] and created["application"]["id"] in failed["msg"]


@pytest.mark.parametrize("case", ["lost creation", "creation without a body"])
def test_a_creation_without_a_response_is_found(case: str, run: Run) -> None:
    """The object is created once and returned, with a warning."""
    created, again = (run.result(case, name) for name in ("Create", "Again"))
    assert (created.status, again.status) == ("changed", "ok")
    noun = "realm" if "realm" in created.result else "application"
    assert run.has_warned(f"The response to the creation of {noun} 'Feeder' was lost or empty.")
    assert len([name for name in run.list_writes(case) if name.startswith("Create")]) == 1


def test_a_deletion_that_is_confirmed_with_text_is_done(run: Run) -> None:
    """The text is not JSON, and nothing depends on it."""
    assert run.result("deletion with text", "Remove").status == "changed"


def test_a_realm_that_another_run_created_meanwhile_is_used(run: Run) -> None:
    """The conflict is no failure: the realm exists as it should."""
    found = run.result("taken name", "Create")
    assert found.status == "ok" and found.result["realm"]["display_name"] == "Feeder"
    assert run.list_writes("taken name") == ["CreateRealm"]


def test_scopes_as_a_list_are_read(run: Run) -> None:
    """`require_scopes` finds them."""
    assert run.result("scopes as a list", "Show").result["msg"] == ["realms:create", "realms:read"]


def test_a_refusal_with_a_success_status_is_told(run: Run) -> None:
    """With the server's reason."""
    message = run.result("refusal with HTTP 200", "Token").result["msg"]
    assert "invalid_scope" in message and "realms:read is not allowed" in message


def test_many_hosts_wait_once_for_a_new_application(run: Run) -> None:
    """The screen says that the run waits."""
    tokens = run.results("unknown client", "Token")
    assert len(tokens) == CROWD and all(result.done for result in tokens)
    assert run.run.output.count("does not know the new application's credentials yet") == 1
    tenant = run.tenants["unknown client"]
    issued = [
        entry
        for entry in tenant.read_journal(grant="client_credentials", status=200)
        if tenant.application_id not in entry["path"]
    ]
    assert len(issued) == 1


def test_no_object_of_a_shifting_listing_is_skipped(run: Run) -> None:
    """The object at the border of two pages moved to the page that was read already."""
    found = run.result("shifting listing", "Read").result["applications"]
    assert len({item["id"] for item in found}) == 2 * PAGE, "also the one that was deleted after it was read"


@pytest.mark.parametrize("option", list(REFUSED_VALUES))
def test_check_mode_refuses_what_the_service_refuses(option: str, run: Run) -> None:
    """Nothing is sent."""
    assert option in run.result("refused values", option).result["msg"]
    assert run.tenants["refused values"].read_journal() == []


def test_scim_groups_are_listed(run: Run) -> None:
    """At the path that the vendor's client uses, which has no slash at its end."""
    assert run.result("SCIM groups", "List").result["status"] == 200
