# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role `authorization_code` and the playbook `login` with an existing application and response."""

from __future__ import annotations

from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play
from tests.support.sign_in_application import SignInApplication, parameters, sign_in

LOGIN = "beyondidentity.management.login"
ROLE = "beyondidentity.management.authorization_code"
SHOW = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ beyondidentity_token.scopes }}"}}
HOSTS = "host[1:4] ansible_connection=local\n"


def given(application: SignInApplication, **variables: Any) -> dict[str, Any]:
    """Return a task that includes the role, with the request and the response of a user who signed in."""
    request = application.request("realms:read")
    answer = {"authorization": request, "redirect_response": sign_in(request["url"])}
    wanted = {"operations": ["ListRealms"], "method": "given", **answer, **variables}
    given = {f"authorization_code_{name}": value for name, value in wanted.items() if value is not None}
    return {"name": "Sign in", "ansible.builtin.include_role": {"name": ROLE}, "vars": given}


@pytest.mark.parametrize("public", [False, True], ids=["confidential", "public"])
def test_an_existing_application_is_used_with_the_connections_credentials(
    run_playbook: PlaybookRunner, tenant: Tenant, public: bool
) -> None:
    """Also a public application, which has none."""
    application = SignInApplication.of(tenant, public=public)
    run = run_playbook(play(given(application), SHOW), extra_vars=application.variables).succeeded()
    assert run.task("Show").result["msg"] == ["openid", "realms:read"]


def test_a_registered_result_of_authorize_can_be_given(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Without taking it apart."""
    application = SignInApplication.of(tenant)
    request = application.request("realms:read")
    heard = {"changed": False, "authorization": {**request, "code": parameters(sign_in(request["url"]))["code"]}}
    wanted = given(application, authorization=heard, redirect_response=None)
    run = run_playbook(play(wanted, SHOW), extra_vars=application.variables).succeeded()
    assert run.task("Show").result["msg"] == ["openid", "realms:read"]


def test_hosts_share_one_use_of_a_code(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A second use of the code would revoke its tokens."""
    application = SignInApplication.of(tenant)
    run = run_playbook(
        play(given(application), SHOW, hosts="all"), inventory=HOSTS, extra_vars=application.variables
    ).succeeded()
    assert [result.result["msg"] for result in run.of("Show")] == [["openid", "realms:read"]] * 4
    assert len(tenant.read_journal(grant="authorization_code")) == 1
    assert tenant.revoke_tokens() > 0, "none was revoked"


@pytest.mark.parametrize("revocable", [False, True])
def test_login_asks_nobody_in_check_mode(run_playbook: PlaybookRunner, tenant: Tenant, revocable: bool) -> None:
    """No address is printed."""
    application = SignInApplication.of(tenant)
    wanted = {"login_operations": ["ListRealms"], "login_revocable": revocable}
    run = run_playbook(LOGIN, args=["--check"], env=application.environment, extra_vars=wanted).succeeded()
    assert "/authorize" not in run.output


def test_login_names_its_own_variables(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """If they are missing."""
    run = run_playbook(LOGIN, env=SignInApplication.of(tenant).environment).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert "login_operations or login_scopes" in failed.result["msg"]
