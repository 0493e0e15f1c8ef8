# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles and facts: what a managed host reports must not become an option that decides who gets a token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, reporting_module

REPORT = {"name": "Report", "reporting": {}}
FACTS: dict[str, dict[str, Any]] = {
    "client_credentials": {"display_name": "Evil", "scopes": ["realms:delete"], "anything": 1},
    "authorization_code": {"redirect_uris": ["https://evil.example/callback"], "fact": "evil", "anything": 1},
}
# What the user asks for; each role ends without anybody there.
WANTED: dict[str, dict[str, Any]] = {
    "client_credentials": {"operations": ["ListRealms"]},
    "authorization_code": {"operations": ["ListRealms"], "method": "given"},
}


def _run(
    run_playbook: PlaybookRunner, tenant: Tenant, folder: Path, role: str, facts: dict[str, Any], core: str
) -> Any:
    env = {"ANSIBLE_LIBRARY": str(reporting_module(folder / "library", "reporting", facts))}
    named = {f"{role}_{name}": value for name, value in WANTED[role].items()}
    include = {
        "name": "Use the role",
        "ansible.builtin.include_role": {"name": f"beyondidentity.management.{role}"},
        "vars": named,
    }
    return run_playbook(play(REPORT, include), extra_vars=tenant.variables, env=env, core=core)


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, facts in FACTS.items() for name in facts])
def test_facts_are_refused(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, role: str, name: str, core: str
) -> None:
    """One fact of such a name is enough, be it an option's or not; nothing is asked for."""
    facts = {f"{role}_{name}": FACTS[role][name], "other": "harmless"}
    run = _run(run_playbook, tenant, tmp_path, role, facts, core).failed()
    assert run.task("Report").status == "ok"
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert failed.task.endswith("Refuse options that a managed host reported as facts")
    assert f"This host reported facts named {role}_*" in failed.result["msg"]
    assert tenant.journal() == []


@pytest.mark.parametrize(
    "facts", [{}, {"other": "harmless", "my_client_credentials_scopes": ["x"], "my_authorization_code_fact": "x"}]
)
def test_other_facts_change_nothing(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, facts: dict[str, Any], core: str
) -> None:
    """Without such facts the role does what it does."""
    run = _run(run_playbook, tenant, tmp_path, "client_credentials", facts, core).succeeded()
    assert run.task("Refuse options that a managed host reported as facts").status == "ok"
    assert [entry["form"]["scope"] for entry in tenant.journal(operation="token")] == ["realms:read"]
    run = _run(run_playbook, tenant, tmp_path, "authorization_code", facts, core).failed()
    assert run.task("Refuse options that a managed host reported as facts").status == "ok"
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert "authorization_code_authorization" in failed.result["msg"], "it goes on until nobody is there"
