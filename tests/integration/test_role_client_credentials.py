# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role client_credentials where its Molecule scenario does not go: typing errors, check mode, diffs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.desk import Desk
from tests.support.playbook import PlaybookRunner
from tests.support.plays import TOKEN, play


def _play(role: str = "client_credentials", **variables: Any) -> list[dict[str, Any]]:
    named = {f"{role}_{name}": value for name, value in variables.items()}
    which = {"name": f"beyondidentity.management.{role}"}
    include = {"name": "Use the role", "ansible.builtin.include_role": which, "vars": named}
    known = "{{ [beyondidentity_token.access_token is defined, beyondidentity_application.id is defined] }}"
    show = {"name": "Show what is known", "ansible.builtin.debug": {"msg": known}}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [include, show]}]


def test_a_misspelt_operation_is_named(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The mistake that everybody makes first ends in the message that helps, and in no request."""
    play = _play(display_name="Realm reader", operations=["ListRealm"])
    run = run_playbook(play, extra_vars=tenant.variables, core=core).failed()
    assert "'ListRealm' is no operation of the Management API. Did you mean ListRealms" in run.output
    assert tenant.journal() == []


@pytest.mark.parametrize("operations", ["", " ", [""], ["ListRealms", ""]])
@pytest.mark.parametrize("role", ["client_credentials", "authorization_code"])
def test_an_empty_name_is_no_operation(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str, role: str, operations: Any
) -> None:
    """Nor is it none: what was to be named would silently be missing."""
    play = _play(role, display_name="Realm reader", operations=operations, scopes=["realms:read"])
    run = run_playbook(play, extra_vars=tenant.variables, core=core).failed()
    assert "The name of an operation is empty. Leave it out where none is meant." in run.output
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


def _removal(tenant: Tenant, run_playbook: PlaybookRunner) -> list[dict[str, Any]]:
    """Make an application and a token of it; return the play that removes it."""
    made = _play(display_name="Realm reader", operations=["ListRealms"])
    run_playbook(made, extra_vars=tenant.variables).succeeded()
    tenant.clear_journal()
    return _play(display_name="Realm reader", state="absent")


def test_its_tokens_are_revoked_before_the_application_is_removed(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Nothing says that the service ends them with the application."""
    absent = _removal(tenant, run_playbook)
    run = run_playbook(absent, extra_vars=tenant.variables, core=core).succeeded()
    assert [entry["operation"] for entry in tenant.journal(method="DELETE")] == ["RevokeToken", "DeleteApplication"]
    assert len(run.task("Revoke the application's tokens").result["revoked"]) == 1
    assert run.task("Warn of tokens that could not be revoked").status == "skipped"
    again = run_playbook(absent, extra_vars=tenant.variables, core=core)
    assert again.succeeded().stats["localhost"]["changed"] == 0


@pytest.mark.parametrize("refusal", ["token", "ListTokens", "RevokeToken"])
def test_who_may_not_revoke_tokens_is_warned_and_removes_the_application(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str, refusal: str
) -> None:
    """Whether the application does not grant the scopes, or the API refuses the token."""
    absent = _removal(tenant, run_playbook)
    if refusal == "token":
        tenant.fault(operation="token", skip=1, times=1, status=400, error="invalid_scope")  # the first is to look
    else:
        tenant.fault(operation=refusal, status=403)
    run = run_playbook(absent, extra_vars=tenant.variables, core=core).succeeded()
    assert "WARNING: The application's tokens were not revoked." in run.output
    assert [entry["operation"] for entry in tenant.journal(method="DELETE", status=200)] == ["DeleteApplication"]


def test_any_other_failure_leaves_the_application(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Its tokens could be ended at the next attempt; without it, perhaps not."""
    absent = _removal(tenant, run_playbook)
    tenant.fault(operation="RevokeToken", status=500)
    run = run_playbook(absent, extra_vars={**tenant.variables, "beyondidentity_retries": 0}, core=core).failed()
    assert run.task("Revoke the application's tokens").status == "failed"
    assert tenant.journal(operation="DeleteApplication") == []


def test_checking_the_removal_revokes_nothing(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """It tells what would be revoked and removed."""
    absent = _removal(tenant, run_playbook)
    run = run_playbook(absent, extra_vars=tenant.variables, args=["--check"], core=core).succeeded()
    assert len(run.task("Revoke the application's tokens").result["revoked"]) == 1
    assert run.task("Remove the application").status == "changed" and tenant.journal(method="DELETE") == []


def test_the_authenticating_application_keeps_its_tokens(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """It can't be removed this way, and so nothing of it is touched."""
    absent = _play(application_id=tenant.application_id, state="absent")
    run_playbook(absent, extra_vars=tenant.variables).failed()
    assert tenant.journal(method="DELETE") == []


def test_a_person_who_may_not_revoke_tokens_removes_the_application(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """What a sign-in was not granted, the role may not do either."""
    desk = Desk.of(tenant, allowed_scopes=["applications:read", "applications:delete"])
    given = {**desk.answered("applications:read", "applications:delete"), "token_cache": "user"}
    kept = run_playbook(play({"name": "Keep", TOKEN: given}), extra_vars=desk.variables, core=core).succeeded()
    absent = _removal(tenant, run_playbook)
    variables = {**desk.variables, "beyondidentity_grant_type": "authorization_code"}
    run = run_playbook(absent, extra_vars=variables, env={"HOME": str(kept.home)}, core=core).succeeded()
    assert "WARNING: The application's tokens were not revoked." in run.output
    assert [entry["operation"] for entry in tenant.journal(method="DELETE")] == ["DeleteApplication"]


def test_what_is_gone_leaves_no_token(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Tasks that go on where there is a token would go on with one that is revoked; another application's stays."""
    made, absent = (
        {**_play(display_name="Gone", **how)[0]} for how in ({"operations": ["ListRealms"]}, {"state": "absent"})
    )
    other = _play(display_name="Other", operations=["ListRealms"])[0]
    for first, last, known in ((made, absent, [False, False]), (other, absent, [True, True])):
        run = run_playbook([made, first, last], extra_vars=tenant.variables, core=core).succeeded()
        assert run.of("Show what is known")[-1].result["msg"] == known
    checked = run_playbook([made, absent], extra_vars=tenant.variables, args=["--check"], core=core).succeeded()
    assert checked.task("Remove the application").status == "ok"
