# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many cases of bad input in one playbook: each has a host, a tenant, variables and a fault of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner

HANGS = 120.0
"""Seconds after which a run counts as hanging, for example because it waits as long as a server demands."""
UNWANTED = ("Traceback", "This is a bug in the collection")
ALL = ("token", "lookup", "application")
TOKENS = ("token", "lookup")
TASKS: dict[str, dict[str, Any]] = {
    "token": {"beyondidentity.management.token": {"scopes": "applications:read"}},
    "lookup": {
        "ansible.builtin.debug": {
            "msg": "{{ lookup('beyondidentity.management.token', 'applications:read') | length }}"
        }
    },
    "application": {"beyondidentity.management.application": {"display_name": "Wanted"}},
}


@dataclass(frozen=True)
class Case:
    """A mistake, and words of the message; without words the task succeeds."""

    name: str
    variables: dict[str, Any] = field(default_factory=dict)
    """They replace the tenant's own. None removes a variable; `{issuer}` and `{tenant}` stand for the tenant's URLs."""
    fault: dict[str, Any] | None = None
    says: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ALL
    requests: int | None = None
    """The expected number of token requests."""

    def problems(self, run: PlaybookRun, tenant: Tenant) -> list[str]:
        """Return the differences from the expectation."""
        found = []
        for name in self.tasks:
            result = run.task(name, host(self))
            message = str(result.result.get("msg", ""))
            if result.status != ("ignored" if self.says else "changed" if name == "application" else "ok"):
                found.append(f"{name} is {result.status}: {message}")
                continue
            if self.says:
                found += [f"{name} does not say {words!r}: {message}" for words in self.says if words not in message]
                if "\n" in message.strip() or tenant.client_secret in message:
                    found.append(f"{name} says what it must not: {message!r}")
        made = len(tenant.read_journal(grant="client_credentials"))
        if self.requests not in (None, made):
            found.append(f"{made} token requests, not {self.requests}")
        return found


def host(case: Case) -> str:
    """Return the case's host name."""
    return "".join(character if character.isalnum() else "-" for character in case.name)


def run_cases(
    run_playbook: PlaybookRunner,
    emulator: Emulator,
    cases: Sequence[Case],
    core: str,
    prepare: Callable[[Tenant], Any] = str,
) -> dict[str, Tenant]:
    """Run all cases in one playbook; raise with all differences from the expectations; return their tenants."""
    tenants = {case.name: emulator.create_tenant() for case in cases}
    hosts: dict[str, dict[str, Any]] = {}
    for case in cases:
        tenant = tenants[case.name]
        prepare(tenant)
        if case.fault:
            tenant.add_fault(**case.fault)
        given = {**tenant.variables, **case.variables}
        hosts[host(case)] = {
            "ansible_connection": "local",
            "wanted": list(case.tasks),
            **{name: _placed(value, tenant) for name, value in given.items() if value is not None},
        }
    tasks = [
        {"name": name, **task, "when": f"'{name}' in wanted", "ignore_errors": True} for name, task in TASKS.items()
    ]
    play = {"hosts": "all", "gather_facts": False, "strategy": "ansible.builtin.free", "tasks": tasks}
    run = run_playbook(
        play, inventory={"all": {"hosts": hosts}}, args=["-vvv", "-f", "12"], core=core, timeout=HANGS
    ).succeeded()
    problems = [f"{case.name}: {problem}" for case in cases for problem in case.problems(run, tenants[case.name])]
    problems += [f"{words!r} in the output" for words in UNWANTED if words in run.output]
    if problems:
        raise AssertionError("\n".join(problems))
    return tenants


def _placed(value: Any, tenant: Tenant) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("{issuer}", tenant.issuer).replace("{tenant}", tenant.issuer.partition("/realms/")[0])
