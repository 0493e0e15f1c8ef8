# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A refresh token that the user set, over hosts and runs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.given_refresh_token import REPLACED
from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import play, task
from tests.support.sign_in_application import SignInApplication

TOKEN = "beyondidentity.management.token"


class Runs:
    """Runs of 20 hosts that have the same refresh token, with one home folder."""

    def __init__(self, run_playbook: PlaybookRunner, tenant: Tenant, rotation: str) -> None:
        tenant.change_settings(refresh_tokens=rotation, refresh_lifetime=3600)
        application = SignInApplication.of(tenant)
        signed = task("signed", TOKEN, {**application.options_after_sign_in("realms:read"), "reveal": True})
        first = run_playbook(play(signed), extra_vars=application.variables).succeeded()
        self.refresh_token = first.task("signed").result["token"]["refresh_token"]
        self._home = first.home
        self._tenant = tenant
        self._run_playbook = run_playbook
        self._variables = application.variables

    def start(self, token_cache: str, **keywords: Any) -> PlaybookRun:
        options = {"grant_type": "refresh_token", "refresh_token": self.refresh_token, "token_cache": token_cache}
        return self._run_playbook(
            play(task("use", TOKEN, options, **keywords), hosts="all"),
            inventory="host[1:20] ansible_connection=local\n",
            args=["-f", "10"],
            extra_vars=self._variables,
            env={"HOME": str(self._home)},
        )

    def list_results(self) -> list[int]:
        """Return the statuses of all uses of refresh tokens."""
        return [entry["status"] for entry in self._tenant.read_journal(grant="refresh_token")]


@pytest.fixture(params=["fixed", "rotating"])
def rotation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_hosts_and_later_runs_share_one_use(run_playbook: PlaybookRunner, tenant: Tenant, rotation: str) -> None:
    """With rotation, a second use of the refresh token would end the sign-in."""
    runs = Runs(run_playbook, tenant, rotation)
    for _run in range(2):
        run = runs.start("user")
        assert [result.status for result in run.of("use")] == ["ok"] * 20 and REPLACED not in run.stderr
    assert runs.list_results() == [200]


def test_hosts_share_one_use_and_hear_that_the_refresh_token_was_replaced(
    run_playbook: PlaybookRunner, tenant: Tenant, rotation: str
) -> None:
    """Without the user's cache, a later run does not know the successor."""
    runs = Runs(run_playbook, tenant, rotation)
    run = runs.start("run")
    assert [result.status for result in run.of("use")] == ["ok"] * 20
    assert runs.list_results() == [200]
    warnings = " ".join(run.stderr.split())
    assert warnings.count(REPLACED) == (rotation == "rotating")
