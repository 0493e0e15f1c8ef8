# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/least-privilege.md: its trial run shows what the play needs, and its applications can do that and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.playbook import PlaybookRunner
from tests.support.writes import list_writes

GUIDE = "docs/least-privilege.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
EXAMPLES = {example.first_line: example for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")}
PLAY = EXAMPLES["- name: Manage the realm of the customers"].text
CREATION = EXAMPLES["- name: Create the applications for the realm of the customers"].text
TOKENS = EXAMPLES["- name: Request a token for two operations"].playbook()
NEEDED = {"groups:read", "realms:create", "realms:read"}


def read_audit_lines(text: str) -> set[str]:
    """Return the scopes of all lines that a run prints about new tokens."""
    lines = re.findall(r"was issued to .* with the scopes: (.*)\.$", text, re.MULTILINE)
    return {scope for line in lines for scope in line.split(", ")}


def create_applications(run_playbook: PlaybookRunner, tenant: Tenant, folder: Path) -> list[dict[str, Any]]:
    """Run the guide's play, and read the credentials of the two applications."""
    plays = yaml.safe_load(CREATION)
    plays[0]["tasks"] += [
        {
            "name": "Read the secrets",
            "beyondidentity.management.application": {
                "display_name": "{{ item.application.display_name }}",
                "return_secret": True,
            },
            "loop": ["{{ writing_application }}", "{{ reading_application }}"],
            "register": "secrets",
        },
        {
            "name": "Save the secrets",
            "ansible.builtin.copy": {
                "content": "{{ secrets.results | to_json }}",
                "dest": str(folder / "secrets"),
                "mode": "600",
            },
            "no_log": True,
        },
    ]
    run_playbook(plays, extra_vars=tenant.variables).succeeded()
    results: list[dict[str, Any]] = yaml.safe_load((folder / "secrets").read_text(encoding="utf-8"))
    return results


def test_the_trial_run_shows_what_the_play_needs(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The guide names the same scopes, also in the lines that it prints."""
    run = run_playbook(PLAY, extra_vars=tenant.variables, args=["-v"]).succeeded()
    assert read_audit_lines(run.stdout) == read_audit_lines(TEXT) == NEEDED


def test_the_applications_can_do_this_and_nothing_else(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path
) -> None:
    """One application runs the play, twice. The other one checks it, on the empty tenant too."""
    run_playbook(CREATION, extra_vars=tenant.variables, args=["--check"]).succeeded()
    run_playbook(CREATION, extra_vars=tenant.variables).succeeded()
    writing, reading = create_applications(run_playbook, tenant, tmp_path)
    allowed = [set(item["application"]["protocol_config"]["allowed_scopes"]) for item in (writing, reading)]
    assert allowed == [NEEDED, NEEDED - {"realms:create"}]

    def connect(application: dict[str, Any]) -> dict[str, Any]:
        own = {f"beyondidentity_{name}": application[name] for name in ("issuer", "client_id", "client_secret")}
        return {**tenant.variables, **own}

    tenant.clear_journal()
    checked = run_playbook(PLAY, extra_vars=connect(reading), args=["--check", "--diff"]).succeeded()
    assert checked.task("Create the realm").status == "changed" and list_writes(tenant) == []
    first = run_playbook(PLAY, extra_vars=connect(writing)).succeeded()
    again = run_playbook(PLAY, extra_vars=connect(writing)).succeeded()
    assert [run.task("Create the realm").status for run in (first, again)] == ["changed", "ok"]
    run_playbook(PLAY, extra_vars=connect(reading), args=["--check"]).succeeded()
    assert TOKENS
    run_playbook(TOKENS, extra_vars=connect(reading)).succeeded()


def test_the_reading_application_cannot_change_the_tenant(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path
) -> None:
    """Not even with a task that ignores --check. The message names the scope."""
    _writing, reading = create_applications(run_playbook, tenant, tmp_path)
    own = {f"beyondidentity_{name}": reading[name] for name in ("issuer", "client_id", "client_secret")}
    tenant.clear_journal()
    play = PLAY.replace(
        "        display_name: Customers\n", "        display_name: Customers\n      check_mode: false\n", 1
    )
    run = run_playbook(play, extra_vars={**tenant.variables, **own}, args=["--check"]).failed()
    assert "realms:create" in run.task("Create the realm").result["msg"]
    assert list_writes(tenant) == []
