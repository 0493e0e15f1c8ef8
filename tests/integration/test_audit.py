# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of issued tokens at -v: each once, with its ID, scopes, lifetime and application, and never with its value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, play, task
from tests.support.recorder import Recorder, json_response
from tests.support.remote import with_journal
from tests.support.revoke_callback import ENABLED, issued_tokens
from tests.support.sign_in_application import SignInApplication
from tests.support.sshd import RemoteHost

DEBUG = "ansible.builtin.debug"
BY_CODE = {"grant_type": "authorization_code"}
_LINE = re.compile(
    r"Token (?P<id>\S+) was issued to the application (?P<application>\S+) for (?P<lifetime>\d+) s"
    r" with the scopes: (?P<scopes>[^\n]*)\."
)


def logged_tokens(run: PlaybookRun) -> dict[str, tuple[str, str, str]]:
    """Return application, lifetime and scopes of each logged token, by its ID; raise if a token was logged twice."""
    lines = [match.groupdict() for match in _LINE.finditer(run.output)]
    found = {line["id"]: (line["application"], line["lifetime"], line["scopes"]) for line in lines}
    if len(found) != len(lines):
        raise AssertionError(lines)
    return found


TASKS = (
    task("module", TOKEN, {"scopes": "realms:read realms:create", "expiration_time": 601}),
    task("kept", TOKEN, {"scopes": "realms:create realms:read", "expiration_time": 601}),
    task("lookup", DEBUG, {"msg": f"{{{{ lookup('{TOKEN}', 'realms:update') | length }}}}"}),
    task("info", APPLICATIONS),
    task("state", "beyondidentity.management.realm", {"display_name": "Made", "classification": "SECURE_WORKFORCE"}),
    task("fresh", TOKEN, {**READ, "fresh": True}),
    task("not kept", TOKEN, {**READ, "token_cache": "none"}),
    task(
        "in check mode", "beyondidentity.management.role_info", {"resource_server": "beyondidentity"}, check_mode=True
    ),
    task("no log", TOKEN, {"scopes": "realms:delete"}, no_log=True),
    task("denied", TOKEN, {"scopes": "no:such"}),
)


def test_each_token_is_logged_once(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Whichever module or lookup requested it, whether or not its result is hidden, and if many hosts share it."""
    run = run_playbook(
        play(*TASKS, hosts="all"),
        inventory="host[1:5] ansible_connection=local\n",
        args=["-v", "-f", "5"],
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    found, made = logged_tokens(run), issued_tokens(tenant)
    assert {token_id: scopes.replace(", ", " ") for token_id, (_application, _time, scopes) in found.items()} == made
    assert {application for application, _time, _scopes in found.values()} == {tenant.application_id}
    times = {scopes: lifetime for _application, lifetime, scopes in found.values()}
    assert times["realms:create, realms:read"] == "601" and times["realms:update"] == "3600"


def test_no_token_is_logged_without_verbosity(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Neither on the screen nor in the log file."""
    run = run_playbook(play(*TASKS), env={"ANSIBLE_LOG_PATH": "ansible.log"}, extra_vars=tenant.variables).succeeded()
    assert "was issued to" not in run.output
    assert "was issued to" not in (run.folder / "work" / "ansible.log").read_text(encoding="utf-8")


def test_the_log_file_can_be_more_verbose_than_the_screen(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Tokens are logged to the file only."""
    env = {"ANSIBLE_LOG_PATH": "ansible.log", "ANSIBLE_LOG_VERBOSITY": "1"}
    run = run_playbook(play(*TASKS), env=env, extra_vars=tenant.variables).succeeded()
    log = (run.folder / "work" / "ansible.log").read_text(encoding="utf-8")
    assert "was issued to" not in run.output
    assert {match["id"] for match in _LINE.finditer(log)} == set(issued_tokens(tenant)) != set()


def test_a_token_that_replaces_a_refused_one_is_logged(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Both tokens are logged."""
    tenant.add_fault(operation="ListApplications", skip=1, times=1, expire_token=True)
    run = run_playbook(
        play(task("First", APPLICATIONS), task("Second", APPLICATIONS)), args=["-v"], extra_vars=tenant.variables
    )
    assert len(logged_tokens(run.succeeded())) == 2 == len(issued_tokens(tenant)) and set(logged_tokens(run)) == set(
        issued_tokens(tenant)
    )


def test_tokens_of_a_sign_in_and_its_refresh_are_logged(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Users' tokens are logged like all others."""
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    application = SignInApplication.of(tenant)
    tenant.clear_journal()
    tasks = (
        task(
            "answer",
            TOKEN,
            {**application.options_after_sign_in("realms:read"), "token_cache": "run"},
            register="answer",
        ),
        task("refreshed", TOKEN, {**BY_CODE, **READ, "fresh": True}, register="refreshed"),
        task("given", TOKEN, {"grant_type": "refresh_token", "refresh_token": "{{ refreshed.token.refresh_token }}"}),
    )
    run = run_playbook(play(*tasks), args=["-v"], extra_vars=application.variables).succeeded()
    assert set(logged_tokens(run)) == set(issued_tokens(tenant)) and len(logged_tokens(run)) == 3
    assert {(application, scopes) for application, _time, scopes in logged_tokens(run).values()} == {
        (application.application_id, "openid, realms:read")
    }


@pytest.mark.parametrize("role", ["client_credentials", "authorization_code"])
def test_tokens_that_roles_request_are_logged(run_playbook: PlaybookRunner, tenant: Tenant, role: str) -> None:
    """Also the tokens of applications that the roles create."""
    application = SignInApplication.of(tenant)
    tenant.clear_journal()
    variables = {
        "client_credentials": {
            "client_credentials_display_name": "Made",
            "client_credentials_operations": ["ListRealms"],
        },
        "authorization_code": {
            "authorization_code_application_id": application.application_id,
            "authorization_code_method": "given",
            "authorization_code_scopes": ["realms:read"],
            **{
                f"authorization_code_{name}": value
                for name, value in application.options_after_sign_in("realms:read").items()
                if name != "grant_type"
            },
        },
    }[role]
    use = {
        "name": "Use",
        "ansible.builtin.include_role": {"name": f"beyondidentity.management.{role}"},
        "vars": variables,
    }
    own = tenant if role == "client_credentials" else application
    run = run_playbook(play(use), args=["-v"], extra_vars=own.variables).succeeded()
    assert set(logged_tokens(run)) == set(issued_tokens(tenant)) != set()


def test_the_token_that_revokes_others_is_logged(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The callback `revoke_tokens` may need a token of its own."""
    tenant.add_fault(operation="revoke", times=1, status=401)
    run = run_playbook(
        play(task("mint", TOKEN, READ)), args=["-v"], env=ENABLED, extra_vars=tenant.variables
    ).succeeded()
    assert sorted(scopes for _application, _time, scopes in logged_tokens(run).values()) == [
        "realms:read",
        "tokens:delete",
    ]


def test_tokens_requested_on_another_host_are_logged_here(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """Each once."""
    there = {"delegate_to": remote_host.name}
    tasks = (
        task("token", TOKEN, READ, **there),
        task("info", APPLICATIONS, **there),
        task("again", TOKEN, READ, **there),
    )
    run = run_playbook(
        play(*tasks, vars=tenant.variables), inventory=with_journal(remote_host, core, tmp_path), args=["-v"], core=core
    ).succeeded()
    assert set(logged_tokens(run)) == set(issued_tokens(tenant)) and len(logged_tokens(run)) == 3


# What could move a cursor, colour or reorder what follows, or end a line.
ODD = "a\x1b[31m\x07b\x9b2J\u202eidc:\u2028read"


def test_terminal_escapes_in_scopes_are_not_printed(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Nor is the value of a token."""
    value = "s3cret-t0ken-of-this-test"
    answer = {"access_token": value, "token_type": "Bearer", "expires_in": 60, "scope": ODD}
    with Recorder(json_response(200, answer)) as server:
        issuer = tenant.issuer.replace(tenant.emulator.url, server.url)
        wanted: dict[str, Any] = {**READ, "issuer": issuer, "require_scopes": False}
        run = run_playbook(
            play(task("mint", TOKEN, wanted, no_log=True)),
            args=["-v"],
            extra_vars={**tenant.variables, "beyondidentity_issuer": issuer},
        ).succeeded()
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("Token ")]
    assert line.startswith("Token without a known ID was issued to the application ") and line.isprintable()
    assert "scopes: " in line and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", run.output)
    assert value not in run.output and "s3cret" not in run.output
