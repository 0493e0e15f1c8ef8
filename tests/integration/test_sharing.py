# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts of a run share: tokens, failures, and one application."""

from __future__ import annotations

from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner

TOKEN = "beyondidentity.management.token"
SCOPES = ("realms:read", "realms:create", "applications:read")


def hosts(number: int) -> str:
    """Return an inventory of this many local hosts."""
    return f"host[1:{number}] ansible_connection=local\n"


def play(*tasks: dict[str, Any]) -> dict[str, Any]:
    """Return a play for all hosts."""
    return {"hosts": "all", "gather_facts": False, "tasks": list(tasks)}


def lookup(*arguments: str) -> str:
    """Return a template that looks a token up."""
    return f"{{{{ lookup('{TOKEN}', {', '.join(arguments)}) }}}}"


def test_hosts_and_lookups_share_one_token(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """20 hosts, each with a module call and three lookups of the same scopes in different order, make one request."""
    first, second, third = SCOPES
    ask = {
        "name": "Ask",
        TOKEN: {"scopes": f"{{{{ {list(SCOPES)} | shuffle }}}}"},
        "register": "asked",
    }
    tokens = [
        "{{ asked.token.access_token }}",
        lookup(f"'{third}'", f"'{first}'", f"'{second}'"),
        lookup(f"'{second} {third}'", f"scopes=['{first}']"),
        lookup("operations=['CreateRealm', 'ListApplications', 'GetRealm']"),
    ]
    compare = {
        "ansible.builtin.assert": {"that": ["tokens | unique | length == 1", "tokens | length == 4"]},
        "no_log": True,
    }
    lookups_last = {"name": "Compare", **compare, "vars": {"tokens": tokens}}
    lookups_first = {"name": "Compare again", **compare, "vars": {"tokens": tokens[::-1]}}
    run = run_playbook(
        play(ask, lookups_last, lookups_first),
        inventory=hosts(20),
        args=["-f", "10"],
        extra_vars=tenant.variables,
    )
    run.succeeded()
    assert len(tenant.read_journal(grant="client_credentials")) == 1
    assert len([result for result in run.of("Compare again") if result.done]) == 20


OTHERS: dict[str, dict[str, Any]] = {
    "fewer scopes": {"scopes": ["realms:read"]},
    "more scopes": {"scopes": [*SCOPES, "realms:delete"]},
    "lifetime": {"expiration_time": 600},
    "claims": {"custom_claims": {"ticket": "OPS-1"}},
    "other claims": {"custom_claims": {"ticket": "OPS-2"}},
    "client": {
        "issuer": "{{ other.issuer }}",
        "client_id": "{{ other.client_id }}",
        "client_secret": "{{ other.client_secret }}",
    },
}


def test_different_requests_get_different_tokens(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Different scopes, claims, lifetime or client. Hosts share each of the tokens."""
    create = {
        "name": "Create",
        "beyondidentity.management.application": {
            "display_name": "Other",
            "resource_server": "beyondidentity",
            "allowed_scopes": list(SCOPES),
            "return_secret": True,
        },
        "register": "other",
    }
    tasks = [
        {"name": name, TOKEN: {"scopes": list(SCOPES), **wish}, "no_log": True, "register": f"token{number}"}
        for number, (name, wish) in enumerate([("plain", {}), *OTHERS.items()])
    ]
    names = [f"token{number}.token.access_token" for number in range(len(tasks))]
    lookups = [
        lookup(f"scopes={list(SCOPES)}"),
        lookup("'realms:read'"),
        lookup(f"scopes={list(SCOPES)}", "expiration_time=600"),
    ]
    compare = {
        "name": "Compare",
        "ansible.builtin.assert": {
            "that": ["tokens | unique | length == tokens | length", "looked_up == [tokens[0], tokens[1], tokens[3]]"]
        },
        "vars": {"tokens": [f"{{{{ {name} }}}}" for name in names], "looked_up": lookups},
        "no_log": True,
    }
    run = run_playbook(
        play(create, *tasks, compare), inventory=hosts(4), args=["-f", "4"], extra_vars=tenant.variables
    ).succeeded()
    # one for creating the application, and one each
    assert len(tenant.read_journal(grant="client_credentials")) == 1 + len(tasks)
    assert len([result for result in run.of("Compare") if result.done]) == 4


def test_fifty_hosts_create_one_application(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """They run the same task without run_once: one host creates the application, 49 find it unchanged."""
    create = {
        "name": "Create",
        "beyondidentity.management.application": {
            "display_name": "Wanted by all",
            "resource_server": "Beyond Identity Management API",
            "allowed_scopes": ["realms:read", "realms:create"],
        },
    }
    remove = {
        "name": "Remove",
        "beyondidentity.management.application": {"display_name": "Wanted by all", "state": "absent"},
    }
    run = run_playbook(
        play(create, remove), inventory=hosts(50), args=["-f", "25"], extra_vars=tenant.variables
    ).succeeded()
    for name in ("Create", "Remove"):
        results = run.of(name)
        assert sorted(result.status for result in results) == ["changed"] + ["ok"] * 49
    assert len({result.result["application"]["id"] for result in run.of("Create")}) == 1
    assert len(tenant.read_journal(operation="CreateApplication")) == 1
    assert len(tenant.read_journal(operation="DeleteApplication")) == 1
    assert tenant.read_journal(operation="UpdateApplication") == []
    assert len(tenant.read_journal(grant="client_credentials")) == 2, "one with each state's scopes"


def test_three_hundred_hosts_share_one_token(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """With 100 of them at a time."""
    run = run_playbook(
        play({"name": "Ask", TOKEN: {"scopes": "realms:read"}}),
        inventory=hosts(300),
        args=["-f", "100"],
        extra_vars=tenant.variables,
    ).succeeded()
    assert len([result for result in run.of("Ask") if result.done]) == 300
    assert len(tenant.read_journal(grant="client_credentials")) == 1


# What fails, by what fault of the server, how many requests one host needs for that, and words of the message.
FAILURES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], int, str]] = {
    "a refused secret": (
        {TOKEN: {"scopes": "realms:read"}},
        {"beyondidentity_client_secret": "wrong-secret-of-the-test"},
        {"grant": "client_credentials", "delay": 1},
        1,
        "Check that client_id, client_secret",
    ),
    "a server that is out of order": (
        {"beyondidentity.management.application": {"display_name": "Wanted by all"}},
        {"beyondidentity_retries": 1},
        {"grant": "client_credentials", "status": 503, "delay": 2},
        2,
        "HTTP 503",
    ),
    "an API that is out of order": (
        {"beyondidentity.management.application": {"display_name": "Wanted by all"}},
        {"beyondidentity_retries": 0},
        {"operation": "ListApplications", "status": 503, "delay": 4},
        1,
        "HTTP 503",
    ),
}

LIMITS = {"a refused secret": 1}


@pytest.mark.parametrize("failure", FAILURES)
def test_hosts_that_wait_share_a_failure(run_playbook: PlaybookRunner, tenant: Tenant, failure: str) -> None:
    """They do not repeat the failing request one after the other."""
    task, variables, fault, each, words = FAILURES[failure]
    tenant.add_fault(**fault)
    run = run_playbook(
        play({"name": "Ask", **task}),
        inventory=hosts(30),
        args=["-f", "30"],
        extra_vars={**tenant.variables, **variables},
    ).failed()
    assert [result.status for result in run.of("Ask")] == ["failed"] * 30
    assert all(words in result.result["msg"] for result in run.of("Ask"))
    (fault,) = tenant.list_faults()
    assert fault["used"] <= LIMITS.get(failure, 10) * each, "a host that begins after the failure tries again"


def test_different_requests_share_no_failure(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Hosts that want different scopes for the same application fail or succeed on their own."""
    wish = {"display_name": "Wanted by all", "resource_server": "beyondidentity", "allowed_scopes": "{{ scope }}"}
    inventory = "".join(
        f"host{number} ansible_connection=local scope={'realms:read' if number % 2 else 'no:such'}\n"
        for number in range(10)
    )
    run = run_playbook(
        play({"name": "Ask", "beyondidentity.management.application": wish}),
        inventory=inventory,
        args=["-f", "10"],
        extra_vars=tenant.variables,
    ).failed()
    assert sorted(result.status for result in run.of("Ask")) == ["changed"] + ["failed"] * 5 + ["ok"] * 4


def test_an_impatient_host_fails_no_patient_one(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """An impatient host requests the token that all hosts wait for: a patient one begins half a second later."""
    tenant.add_fault(grant="client_credentials", delay=2, times=1)
    impatient = "beyondidentity_timeout=1 beyondidentity_retries=0"
    patient = """beyondidentity_timeout="{{ 30 + lookup('pipe', 'sleep 0.5; echo 0') | int }}\""""
    inventory = "".join(
        f"host{number} ansible_connection=local {patient if number % 2 else impatient}\n" for number in range(10)
    )
    run = run_playbook(
        play({"name": "Ask", TOKEN: {"scopes": "realms:read"}}),
        inventory=inventory,
        args=["-f", "10"],
        extra_vars=tenant.variables,
    ).failed()
    assert {f"host{number}" for number in range(1, 10, 2)} <= {result.host for result in run.of("Ask") if result.done}
    assert len(tenant.read_journal(grant="client_credentials")) == 2
