# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sign-in that is stored for later runs: who uses it, where it is stored, and how it ends."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import play, task
from tests.support.sign_in_application import SignInApplication, free_port, get, sign_in
from tests.support.terminal import ADDRESS, Terminal

TOKEN = "beyondidentity.management.token"
LOGIN, LOGOUT = "beyondidentity.management.login", "beyondidentity.management.logout"
FOLDER = "beyondidentity.management"
SCOPES = ["realms:read", "applications:read", "resource-servers:read"]
STORED = {"grant_type": "authorization_code", "token_cache": "user", "scopes": ["realms:read"]}
ROTATING = {"refresh_tokens": "rotating", "refresh_lifetime": 3600}
UNKNOWN = {"expires_in": None}  # an access token of unknown age is refreshed before it is used again

# What works with the kept sign-in, each in its own way.
USE_TASKS = (
    task("applications", "beyondidentity.management.application_info"),
    task("resource servers", "beyondidentity.management.resource_server_info"),
    task("lookup", "ansible.builtin.debug", {"msg": f"{{{{ lookup('{TOKEN}', 'realms:read') | length > 20 }}}}"}),
    task("token", TOKEN, {"scopes": ["realms:read"]}),
)


def store_sign_in(application: SignInApplication, run_playbook: PlaybookRunner, **how: Any) -> PlaybookRun:
    """Sign in without a browser, with the user's cache; return the run, whose home folder has the sign-in."""
    given = {**application.options_after_sign_in(*SCOPES), "token_cache": "user"}
    return run_playbook(play({"name": "Keep", TOKEN: given}), extra_vars=application.variables, **how).succeeded()


def test_a_login_is_used_by_later_runs_until_the_logout(
    start_at_terminal: Callable[..., Terminal], run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """Later runs need no browser. The logout revokes the tokens and removes the stored sign-in."""
    port = free_port()
    uri = f"http://127.0.0.1:{port}/callback"
    application = SignInApplication.of(tenant, uri, type="oauth2", allowed_scopes=["openid", "tokens:delete", *SCOPES])
    tenant.change_settings(**ROTATING)
    tenant.revoke_tokens()  # what the test itself had
    wanted = {"login_scopes": SCOPES, "login_redirect_uri": uri}
    terminal = start_at_terminal(LOGIN, env=application.environment, extra_vars=wanted)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    first = terminal.finish().succeeded()
    said = first.task("Show the scopes and the expiry").result["msg"]
    assert said[0].startswith("Signed in for applications:read, realms:read, resource-servers:read until 20")
    assert said[1:] == [
        "Then the token is refreshed, until the refresh token expires. The Admin Console shows the duration of refresh tokens."
    ]
    home = {"HOME": str(first.home)}

    run_playbook(LOGIN, env={**application.environment, **home}, extra_vars=wanted).succeeded()
    used = run_playbook(
        play(*USE_TASKS), env={**home, **application.environment, "BEYONDIDENTITY_GRANT_TYPE": "authorization_code"}
    ).succeeded()
    assert [used.task(one["name"]).done for one in USE_TASKS] == [True] * len(USE_TASKS), used.output
    assert len(tenant.read_journal(grant="authorization_code")) == 1
    assert tenant.read_journal(grant="refresh_token") == []
    assert tenant.read_journal(grant="client_credentials", path=application.application_id) == []
    issued = tenant.read_journal(grant="authorization_code")[0]["issued_token_id"]
    (listed,) = tenant.read_journal(operation="ListApplications")
    assert listed["token_id"] == issued, "it is the person's token"

    out = run_playbook(LOGOUT, env={**application.environment, **home}).succeeded()
    assert out.task("Revoke and remove all sign-ins").status == "changed"
    assert "WARNING" not in out.stderr
    assert [revoked["status"] for revoked in tenant.read_journal(operation="revoke")] == [200, 200]
    assert tenant.revoke_tokens() == 0, "access and refresh token are revoked already"
    again = run_playbook(LOGOUT, env={**application.environment, **home}).succeeded()
    assert again.task("Revoke and remove all sign-ins").status == "ok"
    after = run_playbook(play(task("after", TOKEN, STORED)), env={**application.environment, **home}).succeeded()
    assert "No sign-in is stored" in after.task("after").result["msg"]


def test_a_logout_removes_the_sign_in_even_if_revocation_is_refused(
    run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """A warning names the tokens that are not revoked."""
    application = SignInApplication.of(tenant)
    home = {"HOME": str(store_sign_in(application, run_playbook).home)}
    tenant.add_fault(operation="revoke", status=403, shape="oauth", error="access_denied")
    out = run_playbook(LOGOUT, env={**application.environment, **home}).succeeded()
    assert "is removed from this machine. This token stays valid: the access token " in " ".join(out.stderr.split())
    after = run_playbook(play(task("after", TOKEN, STORED)), env={**application.environment, **home}).succeeded()
    assert "No sign-in is stored" in after.task("after").result["msg"]


def test_concurrent_runs_use_a_rotating_refresh_token_once(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A second use would revoke the sign-in."""
    application = SignInApplication.of(tenant)
    tenant.change_settings(**ROTATING)
    tenant.add_fault(grant="authorization_code", merge=UNKNOWN)
    home = {"HOME": str(store_sign_in(application, run_playbook).home)}
    tenant.add_fault(grant="refresh_token", delay=1.5)
    runs = [
        run_playbook.start(
            play({"name": "Ask", TOKEN: STORED}, hosts="all"),
            inventory="host[1:4] ansible_connection=local\n",
            extra_vars=application.variables,
            env=home,
        )
        for _number in range(3)
    ]
    for running in runs:
        run = running.finish().succeeded()
        assert [result.done for result in run.of("Ask")] == [True] * 4
    assert [used["status"] for used in tenant.read_journal(grant="refresh_token")] == [200]


def test_an_expired_refresh_token_asks_for_a_new_sign_in(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Until then no browser is needed."""
    application = SignInApplication.of(tenant)
    tenant.change_settings(**ROTATING, token_answer=UNKNOWN)
    home = {"HOME": str(store_sign_in(application, run_playbook).home)}
    how: dict[str, Any] = {"env": home, "extra_vars": application.variables}
    for _time in range(2):
        assert run_playbook(play(task("Ask", TOKEN, STORED)), **how).succeeded().task("Ask").done
    tenant.revoke_tokens()
    message = run_playbook(play(task("Ask", TOKEN, STORED)), **how).succeeded().task("Ask").result["msg"]
    assert "sign in" in message.lower() and LOGIN in message
    assert [used["status"] for used in tenant.read_journal(grant="refresh_token")] == [200, 200, 400]


def test_the_user_cache_is_private_and_follows_xdg_variables(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path
) -> None:
    """Below the home folder by default, and private whatever the umask."""
    application = SignInApplication.of(tenant)
    umask = os.umask(0)
    try:
        home = store_sign_in(application, run_playbook).home
        places = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}
        elsewhere = store_sign_in(application, run_playbook, env=places).home
    finally:
        os.umask(umask)
    for cache, data in ((home / ".cache", home / ".local" / "share"), (tmp_path / "cache", tmp_path / "data")):
        found = [path for place in (cache, data) for path in sorted((place / FOLDER).rglob("*"))]
        assert {_mode(path) for path in found} == {0o600}
        assert {_mode(place / FOLDER) for place in (cache, data)} == {0o700}
        assert [path.name for path in found if path.parent.parent == data] == ["key"]
        assert len([path for path in found if path.parent.parent == cache and not path.suffix]) == 1
        assert not [path for path in found if b"access_token" in path.read_bytes()]
    assert not list(elsewhere.rglob(FOLDER))
    how: dict[str, Any] = {"extra_vars": application.variables}
    assert run_playbook(play(task("Ask", TOKEN, STORED)), env=places, **how).task("Ask").done
    half = {**places, "XDG_DATA_HOME": str(tmp_path / "other")}
    assert not run_playbook(play(task("Ask", TOKEN, STORED)), env=half, **how).task("Ask").done, (
        "a cache without its key"
    )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# What happens to the user's files between two tasks. $C is the cache's folder, $E its entries, $K the key, $O elsewhere.
DAMAGES = {
    "entry corrupt": 'for e in $E; do echo garbage > "$e"; done',
    "entry truncated": "truncate -s 40 $E",
    "entry readable by all": "chmod 0644 $E",
    "entry a symlink": 'for e in $E; do mv "$e" $O/entry; ln -s $O/entry "$e"; done',
    "folder writable by all": "chmod 0777 $C",
    "folder gone": "rm -r $C",
    "key corrupt": "echo garbage > $K",
    "key empty": "truncate -s 0 $K",
    "key of another": "head -c 32 /dev/urandom > $K",
    "key readable by all": "chmod 0644 $K",
    "key gone": "rm $K",
}
_SHELL = """
set -eu
C={home}/.cache/{folder}; K={home}/.local/share/{folder}/key; O={elsewhere}
E=$(find $C -maxdepth 1 -type f ! -name '*.lock'); test -n "$E" && test -s $K
"""
_REPAIR = "rm -rf {home}/.cache/{folder} {home}/.local/share/{folder} {elsewhere}/*"


def test_a_damaged_cache_counts_as_empty(run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path) -> None:
    """The message asks the user to sign in, which repairs it."""
    application = SignInApplication.of(tenant)
    places = {"home": tmp_path / "home", "folder": FOLDER, "elsewhere": tmp_path / "elsewhere"}
    for place in (places["home"], places["elsewhere"]):
        Path(place).mkdir()
    raw = "ansible.builtin.raw"
    tasks: list[dict[str, Any]] = []
    for damage, command in DAMAGES.items():
        tasks += [
            {
                "name": f"keep {damage}",
                TOKEN: {**application.options_after_sign_in("realms:read"), "token_cache": "user"},
            },
            {"name": f"is kept {damage}", TOKEN: STORED},
            {"name": f"do {damage}", raw: _SHELL.format(**places) + command},
            task(damage, TOKEN, STORED),
            {"name": f"repair {damage}", raw: _REPAIR.format(**places)},
        ]
    run = run_playbook(play(*tasks), extra_vars=application.variables, env={"HOME": str(places["home"])}).succeeded()
    for damage in DAMAGES:
        result = run.task(damage)
        assert result.status == "ignored" and result.result["sign_in_required"] is True, (damage, result)
    assert "Traceback" not in run.output and "bug in the collection" not in run.output


@pytest.mark.parametrize("direction", ["in", "out"])
def test_the_cache_is_not_used_without_certificate_validation(
    run_playbook: PlaybookRunner, tenant: Tenant, direction: str
) -> None:
    """Neither to store nor to read a sign-in."""
    application = SignInApplication.of(tenant)
    unverified = {**application.variables, "beyondidentity_validate_certs": False}
    given = {**application.options_after_sign_in("realms:read"), "token_cache": "user"}
    first = run_playbook(
        play({"name": "Keep", TOKEN: given}), extra_vars=unverified if direction == "in" else application.variables
    ).succeeded()
    entries = [path for path in (first.home / ".cache").glob(f"{FOLDER}/*") if path.suffix != ".lock"]
    assert len(entries) == (0 if direction == "in" else 1)
    second = run_playbook(
        play(task("Ask", TOKEN, STORED)),
        extra_vars=application.variables if direction == "in" else unverified,
        env={"HOME": str(first.home)},
    ).succeeded()
    assert "No sign-in is stored" in second.task("Ask").result["msg"]
