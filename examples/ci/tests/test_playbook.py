# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook site.yml, in a new tenant of the emulator for each test."""

from __future__ import annotations

import collections
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
Run = Callable[..., str]


@pytest.fixture
def run(beyondidentity_environment: dict[str, str]) -> Run:
    """Return a function that runs the playbook with these arguments. The run must succeed. Return its output."""

    def run_playbook(*arguments: str) -> str:
        command = ["ansible-playbook", "site.yml", *arguments]
        process = subprocess.run(
            command, cwd=PROJECT, env=beyondidentity_environment, capture_output=True, text=True, check=False
        )
        output = process.stdout + process.stderr
        assert process.returncode == 0, output
        return output

    return run_playbook


def list_changes(tenant) -> list[str]:
    """Return the paths of the requests that neither read objects nor request tokens."""
    entries = [entry for entry in tenant.read_journal() if entry["method"] != "GET"]
    return [entry["path"] for entry in entries if not entry["path"].endswith("/token")]


def test_the_first_run_changes_the_tenant_and_the_second_run_nothing(run, beyondidentity_tenant):
    assert "changed=2" in run()
    assert list_changes(beyondidentity_tenant)
    beyondidentity_tenant.clear_journal()
    assert "changed=0" in run()
    assert list_changes(beyondidentity_tenant) == []


def test_a_check_of_an_empty_tenant_changes_nothing(run, beyondidentity_tenant):
    assert "changed=2" in run("--check")
    assert list_changes(beyondidentity_tenant) == []


def test_a_run_requests_one_token_for_each_set_of_scopes(run, beyondidentity_tenant):
    run()
    entries = beyondidentity_tenant.read_journal(grant="client_credentials")
    requests = collections.Counter((entry["path"], entry["form"]["scope"]) for entry in entries)
    assert set(requests.values()) == {1}, requests


def test_a_run_waits_if_the_service_limits_the_rate(run, beyondidentity_tenant):
    with beyondidentity_tenant.outage("rate-limit"):
        assert "changed=2" in run()
    assert beyondidentity_tenant.read_journal(status=429)


def test_the_output_has_no_secret(run, beyondidentity_tenant):
    output = run("-vvv")
    assert beyondidentity_tenant.client_secret not in output
    assert "eyJ" not in output, "a token was printed"
