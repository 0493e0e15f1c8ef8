# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/onboarding.md: its examples run in their order, and its scopes are exactly those that are needed."""

from __future__ import annotations

import re
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.playbook import PlaybookRunner
from tests.support.writes import list_writes

GUIDE = "docs/onboarding.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
EXAMPLES = {example.first_line: example for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")}
NAME_OF_APPLICATION = "applications:read"  # the examples name the application
AFTER_LOST_RESPONSES = "credential-binding-jobs:revoke"

# The examples in their order, with the row of the table of scopes that counts for each.
ROWS = {
    "- name: Create the group": None,
    "- name: Onboard Pat": "onboard",
    "- name: Replace the invitation": None,
    "- name: Report who has access": "report",
    "- name: Suspend Pat": "suspend",
    "- name: Reactivate Pat": None,
    "- name: Give Pat a new passkey": None,
    "- name: Remove Pat": "remove",
}
NOT_IDEMPOTENT = {"Replace the invitation"}


def read_scopes(row: str) -> set[str]:
    """Return the scopes of a row of the guide's table."""
    (cells,) = re.findall(rf"^\| {row} \| (.*) \|$", TEXT, re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", cells))


def use_administrator(tenant: Tenant, row: str) -> dict[str, Any]:
    """Return the variables of an application with the scopes of a row, and with those that names of applications need."""
    scopes = read_scopes(row) | ({NAME_OF_APPLICATION} if row in ("suspend", "remove") else set())
    own = {"client_id": f"client-{row}", "client_secret": f"secret-of-{row}", "allowed_scopes": sorted(scopes)}
    (made,) = tenant.seed(applications=1, name=row, application={"protocol_config": own})["applications"]
    return {
        **tenant.variables,
        "beyondidentity_issuer": tenant.issuer.replace(tenant.application_id, made),
        "beyondidentity_client_id": own["client_id"],
        "beyondidentity_client_secret": own["client_secret"],
        "access_report_applications": [made],
    }


def list_requested_scopes(tenant: Tenant) -> set[str]:
    """Return the scopes of all token requests."""
    return {
        scope for entry in tenant.read_journal(grant="client_credentials") for scope in entry["form"]["scope"].split()
    }


def test_the_examples_run_in_their_order(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """With --check they write nothing; repeated, they change nothing. The tokens have the scopes of the table and no others."""
    assert list(EXAMPLES) == list(ROWS)
    for first_line, row in ROWS.items():
        playbook = EXAMPLES[first_line].playbook()
        assert playbook
        variables = use_administrator(tenant, row) if row else tenant.variables
        how: dict[str, Any] = {"extra_vars": variables, "core": core}
        tenant.clear_journal()
        checked = run_playbook(playbook, args=["--check", "--diff"], **how).succeeded()
        assert list_writes(tenant) == []
        first = run_playbook(playbook, args=["-vvv", "--diff"], **how).succeeded()
        again = run_playbook(playbook, **how).succeeded()
        changed = {result.task for result in again.results if result.status == "changed"}
        assert changed <= NOT_IDEMPOTENT, first_line
        assert [line for run in (checked, first, again) for line in run.output.splitlines() if "WARNING" in line] == []
        if row:
            difference = list_requested_scopes(tenant) ^ read_scopes(row)
            assert difference <= ({AFTER_LOST_RESPONSES} if row == "onboard" else {NAME_OF_APPLICATION}), first_line
        if first_line == "- name: Onboard Pat":
            assert len(tenant.read_outbox()) == 1
        if first_line == "- name: Replace the invitation":
            tenant.bind_passkey(tenant.read_outbox()[-1]["link"])
        if first_line == "- name: Report who has access":
            (pat,) = first.task("Show the report").result["msg"]["identities"]
            assert len(pat["active_passkeys"]) == 1 and pat["groups"] == ["Night shift"]
        if first_line == "- name: Give Pat a new passkey":
            assert len(tenant.read_outbox()) == 4, "one to onboard, two replacements, one after the loss"
            assert tenant.read_journal(operation="RevokeCredential")
    assert tenant.read_journal(operation="DeleteIdentity", status=200)
