# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles refuse options that a managed host reports as facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner, TaskResult
from tests.support.plays import host_name, local_hosts, play, reporting_module, rescued

FACTS: dict[str, dict[str, Any]] = {
    "client_credentials": {"display_name": "Evil", "scopes": ["realms:delete"], "anything": 1},
    "authorization_code": {"redirect_uris": ["https://evil.example/callback"], "fact": "evil", "anything": 1},
    "person": {
        "role": "Administrators",
        "primary_email_address": "evil@example.com",
        "privileged": True,
        "anything": 1,
    },
}
# What the user asks for; each role ends without anybody there.
WANTED: dict[str, dict[str, Any]] = {
    "client_credentials": {"operations": ["ListRealms"]},
    "authorization_code": {"operations": ["ListRealms"], "method": "given"},
    "person": {"username": "pat"},
}


OTHERS = {
    "other": "harmless",
    "my_client_credentials_scopes": ["x"],
    "my_authorization_code_fact": "x",
    "my_person_role": "x",
}
# What each host reports before it uses a role: the role, and the facts.
HOSTS: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        host_name(f"{role}-{name}"): (role, {f"{role}_{name}": value, "other": "harmless"})
        for role, facts in FACTS.items()
        for name, value in facts.items()
    },
    **{host_name(f"{role}-others"): (role, OTHERS) for role in FACTS},
}


@dataclass(frozen=True)
class Reports:
    """A run in which each host reported facts, and then used a role with a tenant of its own."""

    run: PlaybookRun
    tenants: dict[str, Tenant]

    def failure(self, host: str) -> TaskResult:
        """Return the one failed result of a host."""
        (failed,) = [result for result in self.run.results if result.host == host and result.status == "failed"]
        return failed


@pytest.fixture(scope="module")
def reports(
    shared_run_playbook: PlaybookRunner, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory, core: str
) -> Reports:
    """Let each host report facts and use its role."""
    library = tmp_path_factory.mktemp("library")
    tenants = {host: emulator.create_tenant() for host in HOSTS}
    plays = []
    for number, (host, (role, facts)) in enumerate(HOSTS.items()):
        reporting_module(library, f"report{number}", facts)
        include = {
            "name": "Use the role",
            "ansible.builtin.include_role": {"name": f"beyondidentity.management.{role}"},
            "vars": {f"{role}_{name}": value for name, value in WANTED[role].items()},
        }
        plays.append(play({"name": "Report", f"report{number}": {}}, rescued(include), hosts=host))
    run = shared_run_playbook(
        plays,
        inventory=local_hosts({host: tenant.variables for host, tenant in tenants.items()}),
        env={"ANSIBLE_LIBRARY": str(library)},
        core=core,
    ).succeeded()
    return Reports(run, tenants)


@pytest.mark.parametrize("host", [host for host, (_role, facts) in HOSTS.items() if facts is not OTHERS])
def test_facts_are_refused(reports: Reports, host: str) -> None:
    """One fact with the prefix is enough, and no request is sent."""
    failed = reports.failure(host)
    assert failed.task.endswith("Refuse options that a managed host reported as facts")
    assert f"This host reported facts named {HOSTS[host][0]}_*" in failed.result["msg"]
    assert reports.tenants[host].read_journal() == []


def test_other_facts_change_nothing(reports: Reports) -> None:
    """One role gets its token, one needs the response of a user, one creates the person."""
    client, code, person = (host_name(f"{role}-others") for role in FACTS)
    for host in (client, code, person):
        assert reports.run.task("Refuse options that a managed host reported as facts", host).status == "ok"
    assert [entry["form"]["scope"] for entry in reports.tenants[client].journal(operation="token")] == ["realms:read"]
    assert reports.run.task("Set the token as a fact", client).done
    assert "authorization_code_authorization" in reports.failure(code).result["msg"]
    assert len(reports.tenants[person].journal(operation="CreateIdentity")) == 1
