# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens that last: the recipe of docs/tokens.md, lookups with min_validity, and tokens that expire while a play runs."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.examples import Example, markdown_examples
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import play
from tests.support.sign_in_application import SignInApplication

HOSTS = [f"agent{number}" for number in range(1, 6)]
TOKEN = "beyondidentity.management.token"
API = "beyondidentity.management.api"
LIFETIME = 21600


def find_recipe() -> Example:
    """Return the playbook of the guide."""
    (found,) = (example for example in markdown_examples() if example.first_line == "- name: Keep the token file valid")
    return found


class TokenFiles:
    """The recipe on five hosts, run again and again by the same user."""

    def __init__(self, run_playbook: PlaybookRunner, tenant: Tenant, folder: Path, core: str) -> None:
        self.run_playbook, self.tenant, self.folder, self.core = run_playbook, tenant, folder, core
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)

    def run(self, *args: str, min_validity: int = 3600) -> PlaybookRun:
        """Run the recipe, with another demand if given: the same as if the token had become older."""
        text = find_recipe().text
        assert "min_validity: 3600" in text
        hosts = {name: {"ansible_connection": "local"} for name in HOSTS}
        variables = {**self.tenant.variables, "token_file": f"{self.folder}/{{{{ inventory_hostname }}}}.token"}
        return self.run_playbook(
            text.replace("min_validity: 3600", f"min_validity: {min_validity}"),
            inventory={"agents": {"hosts": hosts}},
            extra_vars=variables,
            args=["-vvvv", "--diff", *args],
            env={"HOME": str(self.home), "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log")},
            core=self.core,
        )

    def read(self) -> set[str]:
        """Return the tokens in the files."""
        return {(self.folder / f"{name}.token").read_text(encoding="utf-8") for name in HOSTS}

    def count_requests(self) -> int:
        """Return how many tokens were requested so far."""
        return len(self.tenant.read_journal(grant="client_credentials"))


def count_changes(run: PlaybookRun) -> int:
    return sum(counts["changed"] for counts in run.stats.values())


def test_the_token_file_is_renewed_only_if_it_is_about_to_expire(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """One request for five hosts, files with mode 0600, and no token in output, diff or log."""
    tenant.change_settings(token_lifetime=LIFETIME)
    files = TokenFiles(run_playbook, tenant, tmp_path, core)
    seen: set[str] = set()
    for min_validity, requests, changes in ((3600, 1, 5), (3600, 1, 0), (LIFETIME - 1, 2, 5)):
        run = files.run(min_validity=min_validity).succeeded()
        assert (files.count_requests(), count_changes(run)) == (requests, changes)
        (value,) = files.read()
        seen.add(value)
        assert [token for token in seen if token in run.output + (tmp_path / "ansible.log").read_text()] == []
    assert len(seen) == 2
    assert {stat.S_IMODE((tmp_path / f"{name}.token").stat().st_mode) for name in HOSTS} == {0o600}


def test_a_shorter_lifetime_fails_on_all_hosts_after_one_request(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """Also on the hosts of a later batch of forks. The files stay as they were."""
    tenant.change_settings(token_lifetime=1800)
    files = TokenFiles(run_playbook, tenant, tmp_path, core)
    run = files.run("--forks", "2").failed()
    messages = [result.result["msg"] for result in run.of("Request a token that is valid for at least an hour")]
    assert len(messages) == 5 and set(messages) == {messages[0]}
    assert "valid for 1800 seconds, and min_validity is 3600 seconds" in messages[0]
    assert files.count_requests() == 1
    assert list(tmp_path.glob("*.token")) == []


def test_a_token_that_expires_in_a_loop_is_replaced(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """No item of the 200 fails, and none is sent with an expired token."""
    tenant.change_settings(token_lifetime=4)
    tenant.add_fault(operation="ListRealms", delay=0.02)
    loop = {
        "name": "Call the API",
        API: {"operation": "ListRealms", "min_validity": 2},
        "loop": "{{ range(200) | list }}",
    }
    run_playbook(play(loop), extra_vars=tenant.variables, core=core).succeeded()
    assert [entry["status"] for entry in tenant.read_journal(operation="ListRealms")] == [200] * 200
    assert len(tenant.read_journal(grant="client_credentials")) >= 2


def test_a_token_that_expires_in_a_serial_play_is_replaced(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """The token of the first batch is too short for later batches, and a lookup replaces it for the modules."""
    tenant.change_settings(token_lifetime=4)
    tenant.add_fault(operation="ListRealms", delay=0.5)
    pair = f"{{{{ lookup('{TOKEN}', 'realms:read', min_validity=2) | length > 0 }}}}"
    tasks: list[dict[str, Any]] = [
        {"name": "Read", API: {"operation": "ListRealms", "min_validity": 2}},
        {"name": "Look up", "ansible.builtin.assert": {"that": pair}},
    ]
    hosts = "host[1:12] ansible_connection=local\n"
    run = run_playbook(
        play(*tasks, hosts="all", serial=2), inventory=hosts, extra_vars=tenant.variables, core=core
    ).succeeded()
    assert len(run.stats) == 12
    assert [entry["status"] for entry in tenant.read_journal(operation="ListRealms")] == [200] * 12
    assert 2 <= len(tenant.read_journal(grant="client_credentials")) <= 12


ROLE = "beyondidentity.management"
TOO_SHORT = "valid for 300 seconds, and min_validity is 600 seconds"


def include(role: str, **variables: Any) -> dict[str, Any]:
    """Return a task that includes a role with these variables, and requires ten minutes of its token."""
    named = {f"{role}_{name}": value for name, value in {"min_validity": 600, **variables}.items()}
    return {
        "name": "Use the role",
        "ansible.builtin.include_role": {"name": f"{ROLE}.{role}"},
        "vars": {f"{role}_operations": ["ListRealms"], **named},
    }


@pytest.mark.parametrize("given", [{}, {"display_name": "Short"}], ids=["own", "application"])
def test_the_role_client_credentials_requires_a_validity(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str, given: dict[str, str]
) -> None:
    """Its token, not those that manage the application."""
    tenant.change_settings(token_lifetime=300)
    run = run_playbook(play(include("client_credentials", **given)), extra_vars=tenant.variables, core=core).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert failed.action == TOKEN and TOO_SHORT in failed.result["msg"]
    assert len(tenant.read_journal(operation="CreateApplication")) == len(given)


def test_the_role_authorization_code_asks_for_a_longer_sign_in(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """A stored sign-in without a refresh token is not used if it is too short."""
    tenant.change_settings(token_lifetime=300)
    app = SignInApplication.of(tenant)
    sign_in = {"name": "Sign in", TOKEN: app.options_after_sign_in("realms:read")}
    given = {"application_id": app.application_id, "method": "given", "openid": False}
    plays = [
        play(sign_in, include("authorization_code", **given, min_validity=200)),
        play(include("authorization_code", **given)),
    ]
    run = run_playbook(plays, extra_vars=app.variables, core=core).failed()
    (failed,) = [result for result in run.results if result.status == "failed"]
    assert "authorization_code_authorization is missing" in failed.result["msg"]
    assert len(run.of("Set the token as a fact")) == 1, "the first one was sufficient"
