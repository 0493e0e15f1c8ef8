# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/sign-in.md: its commands sign a user in over ssh, and later runs need no user."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.sign_in_application import SignInApplication, sign_in
from tests.support.terminal import ADDRESS, Terminal

TEXT = (ROOT / "docs" / "sign-in.md").read_text(encoding="utf-8")
REALMS = task("List the realms", "beyondidentity.management.realm_info")
GROUPS = task("List the groups", "beyondidentity.management.group_info")


def list_commands(heading: str) -> list[list[str]]:
    """Return the commands below a heading of the guide."""
    section = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [shlex.split(line) for line in re.findall(r"^ *\$ (.*)$", section, re.MULTILINE)]


def test_a_user_signs_in_over_ssh_and_later_runs_need_no_user(
    start_at_terminal: Callable[..., Terminal], run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """The pasted address is not shown. A task that needs more than the login fails at once, and its result says so."""
    application = SignInApplication.of(tenant)
    (login,) = list_commands("Over ssh")
    assert login[:2] == ["ansible-playbook", "beyondidentity.management.login"]
    terminal = start_at_terminal(login[1], args=login[2:], env=application.environment)
    url = terminal.wait_for(ADDRESS)[0]
    pasted = sign_in(url)
    terminal.wait_for("and press Enter")
    terminal.type_unseen(pasted)
    first = terminal.finish().succeeded()
    assert pasted not in first.output

    connection, grant, run = list_commands("Unattended runs afterwards")
    assert {setting.partition("=")[0] for setting in connection[1:]} == {
        "BEYONDIDENTITY_ISSUER",
        "BEYONDIDENTITY_CLIENT_ID",
        "BEYONDIDENTITY_CLIENT_SECRET",
    }
    assert run[0] == "ansible-playbook"
    environment = {**application.environment, "HOME": str(first.home), **dict([grant[1].split("=")])}
    later = run_playbook(play(REALMS, GROUPS), env=environment).succeeded()
    assert later.task("List the realms").done, later.output
    assert later.task("List the groups").result["sign_in_required"] is True
    assert len(tenant.read_journal(grant="authorization_code")) == 1
