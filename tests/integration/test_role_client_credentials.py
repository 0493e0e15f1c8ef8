# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role client_credentials where its Molecule scenario does not go: typing errors, check mode, diffs, removal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import TOKEN, host_name, local_hosts, play, rescued
from tests.support.sign_in_application import SignInApplication

COLLECTION = "beyondidentity.management"


def _include(role: str = "client_credentials", **variables: Any) -> dict[str, Any]:
    named = {f"{role}_{name}": value for name, value in variables.items()}
    return {"name": "Use the role", "ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}"}, "vars": named}


KNOWN = "{{ [beyondidentity_token.access_token is defined, beyondidentity_application.id is defined] }}"
SHOW = {"name": "Show what is known", "ansible.builtin.debug": {"msg": KNOWN}}

# What a role is told to get a token for, and what is said of it.
EMPTY = "The name of an operation is empty. Remove the empty name."
UNUSABLE = {
    f"{role} {number}": (role, operations, EMPTY)
    for role in ("client_credentials", "authorization_code")
    for number, operations in enumerate(["", " ", [""], ["ListRealms", ""]])
} | {
    "misspelt": (
        "client_credentials",
        ["ListRealm"],
        "'ListRealm' is not an operation of the Management API. Did you mean ListRealms",
    )
}


def test_misspelt_and_empty_operations_are_refused(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The message suggests the right name, and nothing is sent."""
    plays = [
        play(
            rescued(_include(role, display_name="Reader", operations=names, scopes=["realms:read"])),
            hosts=host_name(case),
        )
        for case, (role, names, _said) in UNUSABLE.items()
    ]
    inventory = local_hosts({host_name(case): tenant.variables for case in UNUSABLE})
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    failed = {result.host: str(result.result["msg"]) for result in run.results if result.status == "failed"}
    for case, (_role, _names, said) in UNUSABLE.items():
        assert said in failed[host_name(case)]
    assert tenant.read_journal() == []


def test_operations_may_be_text(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """As scopes can."""
    texts = ("ListRealms,CreateRealm", "ListRealms, CreateRealm", ["ListRealms CreateRealm"])
    tenants = {f"host{number}": (emulator.create_tenant(), operations) for number, operations in enumerate(texts)}
    hosts = {host: {**tenant.variables, "operations": names} for host, (tenant, names) in tenants.items()}
    role = _include(operations="{{ operations }}")
    run_playbook(play(role, hosts="all"), inventory=local_hosts(hosts)).succeeded()
    for tenant, operations in tenants.values():
        assert tenant.read_journal(operation="token")[-1]["form"]["scope"] == "realms:create realms:read", operations


READER = {"display_name": "Realm reader", "operations": ["ListRealms"]}
ABSENT = {"display_name": "Realm reader", "state": "absent"}
REFUSALS = ("token", "RevokeToken")
HOSTS = ("checked", "changed", "removed", "failing", *(f"refused-{name}" for name in REFUSALS))


@dataclass(frozen=True)
class Life:
    """Four runs in which many hosts, each with a tenant of its own, create and remove an application."""

    tenants: dict[str, Tenant]
    checked: PlaybookRun  # in check mode, without the application
    made: PlaybookRun
    checked_again: PlaybookRun
    changed: PlaybookRun


@pytest.fixture(scope="module")
def life(shared_run_playbook: PlaybookRunner, emulator: Emulator) -> Life:
    """Return runs that check, create, check again, change and remove."""
    tenants = {host: emulator.create_tenant() for host in HOSTS}
    inventory = local_hosts({host: tenant.variables for host, tenant in tenants.items()})
    inventory["all"]["hosts"]["failing"]["beyondidentity_retries"] = 0
    how: dict[str, Any] = {"inventory": inventory}
    reader, absent = _include(**READER), _include(**ABSENT)
    more = _include(**{**READER, "operations": ["ListRealms", "DeleteRealm"]})

    checked = shared_run_playbook(play(reader, SHOW, hosts="checked"), args=["--check"], **how)
    assert tenants["checked"].read_journal(operation="CreateApplication") == []
    plays = [play(reader, SHOW, hosts="all:!changed"), play(more, hosts="changed")]
    made = shared_run_playbook(plays, **how)
    for tenant in tenants.values():
        tenant.clear_journal()
    checked_again = shared_run_playbook(play(reader, SHOW, absent, hosts="checked"), args=["--check"], **how)
    # the first token is to look for the application
    tenants["refused-token"].add_fault(operation="token", skip=1, times=1, status=400, error="invalid_scope")
    tenants["refused-RevokeToken"].add_fault(operation="RevokeToken", status=403)
    tenants["failing"].add_fault(operation="RevokeToken", status=500)
    plays = [
        play(reader, hosts="changed"),
        play(absent, hosts="all:!checked:!changed"),
        play({**absent, "name": "Use the role again"}, hosts="removed"),
    ]
    changed = shared_run_playbook(plays, args=["--diff"], **how)
    return Life(tenants, checked.succeeded(), made.succeeded(), checked_again.succeeded(), changed.failed())


def test_check_mode_predicts_a_token_before_the_application_exists(life: Life) -> None:
    """Later it has a real one."""
    assert life.checked.task("Show what is known").result["msg"] == [True, True]
    assert life.checked.task("Read the application with its secret").status == "ok"
    assert life.checked.task("Manage the application").status == "changed"
    assert life.made.task("Show what is known", "checked").result["msg"] == [True, True]
    assert life.checked_again.task("Show what is known").result["msg"] == [True, True]
    assert life.checked_again.task("Manage the application").status == "ok"


def test_the_diff_shows_which_privileges_change(life: Life) -> None:
    """Without the secret of the application."""
    assert '-            "realms:delete",' in life.changed.stdout
    assert "client_secret" not in life.changed.stdout.replace("client_secret_basic", "")


def _removed(life: Life, host: str) -> list[str]:
    """Return the removals that were carried out."""
    return [entry["operation"] for entry in life.tenants[host].read_journal(method="DELETE", status=200)]


def test_tokens_are_revoked_before_the_application_is_removed(life: Life) -> None:
    """The service might not revoke them with the application. A second run changes nothing."""
    assert _removed(life, "removed") == ["RevokeToken", "DeleteApplication"]
    first, again = life.changed.of("Remove the application")[-2:]
    (revoked, skipped) = [
        result for result in life.changed.of("Revoke the application's tokens") if result.host == "removed"
    ]
    assert len(revoked.result["revoked"]) == 1 and skipped.status == "skipped"
    warned = [
        result for result in life.changed.of("Warn about tokens that could not be revoked") if result.host == "removed"
    ]
    assert {result.status for result in warned} == {"skipped"}
    assert again.host == "removed" and again.status == "ok" and first.status == "changed"


@pytest.mark.parametrize("refusal", REFUSALS)
def test_an_application_whose_tokens_may_not_be_revoked_is_removed_with_a_warning(life: Life, refusal: str) -> None:
    """If the application does not grant the scopes, or the API refuses the token."""
    host = f"refused-{refusal}"
    warning = life.changed.task("Warn about tokens that could not be revoked", host).result["msg"]
    assert warning.startswith("WARNING: The application's tokens were not revoked.")
    assert _removed(life, host) == ["DeleteApplication"]


def test_any_other_failure_leaves_the_application(life: Life) -> None:
    """The next attempt may revoke its tokens."""
    assert life.changed.task("Revoke the application's tokens", "failing").status == "failed"
    assert life.tenants["failing"].read_journal(operation="DeleteApplication") == []
    assert {host for host, counts in life.changed.stats.items() if counts["failures"]} == {"failing"}


def test_checking_the_removal_revokes_nothing(life: Life) -> None:
    """It lists what would be revoked and removed."""
    run = life.checked_again
    assert len(run.task("Revoke the application's tokens").result["revoked"]) == 2, "one of each run"
    assert run.task("Remove the application").status == "changed"
    assert life.tenants["checked"].read_journal(method="DELETE") == []


def test_the_authenticating_application_keeps_its_tokens(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """It can't be removed this way."""
    absent = _include(application_id=tenant.application_id, state="absent")
    run = run_playbook(play(absent), extra_vars=tenant.variables).failed()
    assert [result.task.rpartition(" : ")[2] for result in run.results if result.status == "failed"] == [
        "Search for the application"
    ]
    assert tenant.read_journal(method="DELETE") == []


def test_a_user_who_may_not_revoke_tokens_can_remove_the_application(
    run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """The sign-in was granted no scope to revoke tokens."""
    application = SignInApplication.of(tenant, allowed_scopes=["applications:read", "applications:delete"])
    sign_in = application.options_after_sign_in("applications:read", "applications:delete")
    as_user = {**application.variables, "beyondidentity_grant_type": "authorization_code"}
    tenant.clear_journal()
    run = run_playbook(
        [
            play(_include(**READER), vars=tenant.variables),
            play({"name": "Sign in", TOKEN: {**sign_in, "token_cache": "run"}}, vars=application.variables),
            play(_include(**ABSENT), vars=as_user),
        ]
    ).succeeded()
    warning = run.task("Warn about tokens that could not be revoked").result["msg"]
    assert warning.startswith("WARNING: The application's tokens were not revoked.")
    assert [entry["operation"] for entry in tenant.read_journal(method="DELETE")] == ["DeleteApplication"]


def test_a_removed_application_leaves_no_token_in_the_facts(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """Later tasks would use a revoked token. The token of another application stays."""
    tenants = {name: emulator.create_tenant() for name in ("same", "another")}
    inventory = local_hosts({name: tenant.variables for name, tenant in tenants.items()})
    gone, other = ({"display_name": name, "operations": ["ListRealms"]} for name in ("Gone", "Other"))
    absent = _include(display_name="Gone", state="absent")
    plays = [play(_include(**gone), absent, SHOW, hosts="same"), play(_include(**other), absent, SHOW, hosts="another")]
    run = run_playbook(plays, inventory=inventory, core=core).succeeded()
    assert run.task("Show what is known", "same").result["msg"] == [False, False]
    assert run.task("Show what is known", "another").result["msg"] == [True, True]
