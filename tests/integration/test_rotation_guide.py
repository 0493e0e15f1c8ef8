# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/rotation.md: its examples run in their order, and its scopes are exactly those that are needed."""

from __future__ import annotations

import re
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.playbook import PlaybookRunner
from tests.support.writes import list_writes
from tests.unit.emulator.api import Api

GUIDE = "docs/rotation.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
EXAMPLES = {example.first_line: example for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")}

# The examples in their order, with the row of the table of scopes that counts for each, and the applications that exist then.
STEPS = {
    "- name: Create the new generation": ("create", ["Deploy", "Deploy (2026-12)"]),
    "- name: Find valid tokens of the old generation": ("inspect", ["Deploy", "Deploy (2026-12)"]),
    "- name: Retire the other generations": ("retire", ["Deploy (2026-12)"]),
    "- name: Read the credentials of the old application": ("create", ["Deploy", "Deploy (2026-12)"]),
    "- name: Remove one generation": ("retire", ["Deploy"]),
    "- name: Rotate the secret in one run": ("retire", ["Deploy (2027-01)"]),
}
# What the table has beside the scopes that an example needs.
NOT_NEEDED = {"- name: Remove one generation": {"applications:create", "applications:update", "resource-servers:read"}}


def read_scopes(row: str) -> set[str]:
    """Return the scopes of a row of the guide's table."""
    (cells,) = re.findall(rf"^\| {row} \| (.*) \|$", TEXT, re.MULTILINE)
    found = set(re.findall(r"`([^`]+)`", cells))
    return found | read_scopes("create") if "scopes to create" in cells else found


def use_administrator(tenant: Tenant, row: str) -> dict[str, Any]:
    """Return the variables of an application with the scopes of a row."""
    own = {
        "client_id": f"client-{row}",
        "client_secret": f"secret-of-{row}",
        "allowed_scopes": sorted(read_scopes(row)),
    }
    (made,) = tenant.seed(applications=1, name=row, application={"protocol_config": own})["applications"]
    return {
        **tenant.variables,
        "beyondidentity_issuer": tenant.issuer.replace(tenant.application_id, made),
        "beyondidentity_client_id": own["client_id"],
        "beyondidentity_client_secret": own["client_secret"],
    }


def list_requested_scopes(tenant: Tenant) -> set[str]:
    """Return the scopes of all token requests, without those of the application that is replaced."""
    scopes = {
        scope for entry in tenant.read_journal(grant="client_credentials") for scope in entry["form"]["scope"].split()
    }
    return scopes - {"realms:read"}


def list_names(tenant: Tenant) -> list[str]:
    """Return the names of all applications of the guide."""
    listed = Api.of(tenant).get("applications")["applications"]
    return sorted(item["display_name"] for item in listed if item["display_name"].startswith("Deploy"))


def test_the_examples_run_in_their_order(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """With --check they write nothing; repeated, they change nothing. The tokens have the scopes of the table and no others."""
    assert list(EXAMPLES) == list(STEPS)
    administrators = {row: use_administrator(tenant, row) for row in ("create", "inspect", "retire")}
    (old,) = tenant.seed(applications=1, name="Deploy")["applications"]
    tenant.seed(tokens=1, token_application=old)
    for first_line, (row, names) in STEPS.items():
        playbook = EXAMPLES[first_line].playbook()
        assert playbook
        how: dict[str, Any] = {"extra_vars": administrators[row], "core": core}
        tenant.clear_journal()
        checked = run_playbook(playbook, args=["--check", "--diff"], **how).succeeded()
        assert list_writes(tenant) == []
        first = run_playbook(playbook, args=["-vvv", "--diff"], **how).succeeded()
        again = run_playbook(playbook, **how).succeeded()
        assert [result.task for result in again.results if result.status == "changed"] == [], first_line
        assert [line for run in (checked, first, again) for line in run.output.splitlines() if "WARNING" in line] == []
        assert read_scopes(row) - list_requested_scopes(tenant) == NOT_NEEDED.get(first_line, set()), first_line
        assert list_requested_scopes(tenant) <= read_scopes(row), first_line
        assert list_names(tenant) == names, first_line
        if row == "inspect":
            assert len(first.task("Show when each token was issued").result["msg"]) == 1
