# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role `authorization_code` and the playbook `login` with an application and an answer that are there already."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.desk import Desk, parameters, sign_in
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play

LOGIN = "beyondidentity.management.login"
ROLE = "beyondidentity.management.authorization_code"
SHOW = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ beyondidentity_token.scopes }}"}}
HOSTS = "host[1:4] ansible_connection=local\n"


def given(desk: Desk, **variables: Any) -> dict[str, Any]:
    """Return a task that includes the role, with the request and the answer of a person who signed in."""
    request = desk.request("realms:read")
    answer = {"authorization": request, "redirect_response": sign_in(request["url"])}
    wanted = {"operations": ["ListRealms"], "method": "given", **answer, **variables}
    given = {f"authorization_code_{name}": value for name, value in wanted.items() if value is not None}
    return {"name": "Sign in", "ansible.builtin.include_role": {"name": ROLE}, "vars": given}


@pytest.mark.parametrize("public", [False, True], ids=["confidential", "public"])
def test_the_connection_says_how_the_application_authenticates(
    run_playbook: PlaybookRunner, tenant: Tenant, public: bool
) -> None:
    """An application that is there is used with the connection's own credentials, or without any."""
    desk = Desk.of(tenant, public=public)
    run = run_playbook(play(given(desk), SHOW), extra_vars=desk.variables).succeeded()
    assert run.task("Show").result["msg"] == ["openid", "realms:read"]


def test_an_answer_that_listening_brought(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """What the module authorize returned is taken as it was registered, too."""
    desk = Desk.of(tenant)
    request = desk.request("realms:read")
    heard = {"changed": False, "authorization": {**request, "code": parameters(sign_in(request["url"]))["code"]}}
    wanted = given(desk, authorization=heard, redirect_response=None)
    run = run_playbook(play(wanted, SHOW), extra_vars=desk.variables).succeeded()
    assert run.task("Show").result["msg"] == ["openid", "realms:read"]


def test_an_answer_on_several_hosts(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A code is good once, and a second use ends what it gave; so the hosts of a run share that."""
    desk = Desk.of(tenant)
    run = run_playbook(
        play(given(desk), SHOW, hosts="all"), inventory=HOSTS, extra_vars=desk.variables
    ).succeeded()
    assert [result.result["msg"] for result in run.of("Show")] == [["openid", "realms:read"]] * 4
    assert len(tenant.journal(grant="authorization_code")) == 1
    assert tenant.revoke_tokens() > 0, "none was revoked"


def test_login_in_check_mode(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Nobody is asked, and nothing is said."""
    desk = Desk.of(tenant)
    wanted = {"login_operations": ["ListRealms"]}
    run_playbook(LOGIN, args=["--check"], env=desk.environment, extra_vars=wanted).succeeded()


def test_login_for_nothing(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """It names its own variables."""
    run = run_playbook(LOGIN, env=Desk.of(tenant).environment).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert "login_operations or login_scopes" in failed.result["msg"]
