# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role client_credentials where its Molecule scenario does not go: typing errors, check mode, diffs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRunner

ROLE = "beyondidentity.management.client_credentials"


def _play(**variables: Any) -> list[dict[str, Any]]:
    named = {f"client_credentials_{name}": value for name, value in variables.items()}
    include = {"name": "Use the role", "ansible.builtin.include_role": {"name": ROLE}, "vars": named}
    known = "{{ [beyondidentity_token.access_token is defined, beyondidentity_application.id is defined] }}"
    show = {"name": "Show what is known", "ansible.builtin.debug": {"msg": known}}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [include, show]}]


def test_a_misspelt_operation_is_named(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The mistake that everybody makes first ends in the message that helps, and in no request."""
    play = _play(display_name="Realm reader", operations=["ListRealm"])
    run = run_playbook(play, extra_vars=tenant.variables, core=core).failed()
    assert "'ListRealm' is no operation of the Management API. Did you mean ListRealms" in run.output
    assert tenant.journal() == []


@pytest.mark.parametrize(
    "operations", ["ListRealms,CreateRealm", "ListRealms, CreateRealm", ["ListRealms CreateRealm"]]
)
def test_operations_may_be_text(run_playbook: PlaybookRunner, tenant: Tenant, operations: Any) -> None:
    """As scopes may."""
    run_playbook(_play(operations=operations), extra_vars=tenant.variables).succeeded()
    assert tenant.journal(operation="token")[-1]["form"]["scope"] == "realms:create realms:read"


def test_check_mode_before_and_after(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Before there is an application there is no token either; afterwards check mode has both. Nothing is written."""
    play = _play(display_name="Realm reader", operations=["ListRealms"])
    before = run_playbook(play, extra_vars=tenant.variables, args=["--check"], core=core).succeeded()
    assert before.task("Show what is known").result["msg"] == [False, False]
    assert before.task("Make sure of the application").status == "changed"
    assert tenant.journal(method="POST", operation="CreateApplication") == []
    run_playbook(play, extra_vars=tenant.variables, core=core).succeeded()
    after = run_playbook(play, extra_vars=tenant.variables, args=["--check"], core=core).succeeded()
    assert after.task("Show what is known").result["msg"] == [True, True]
    assert after.task("Make sure of the application").status == "ok"


def test_diff_shows_which_privileges_change(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """What an application may do afterwards is there to be reviewed, without its secret."""
    first = _play(display_name="Realm reader", operations=["ListRealms", "DeleteRealm"])
    run_playbook(first, extra_vars=tenant.variables, core=core).succeeded()
    less = _play(display_name="Realm reader", operations=["ListRealms"])
    run = run_playbook(less, extra_vars=tenant.variables, args=["--diff"], core=core).succeeded()
    assert '-            "realms:delete",' in run.stdout
    assert "client_secret" not in run.stdout.replace("client_secret_basic", "")
