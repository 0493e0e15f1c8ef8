# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks `login` and `logout` with an `oidc` application, and the role's application in later tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import APPLICATIONS, play, task
from tests.support.sign_in_application import SignInApplication, free_port, get, sign_in
from tests.support.terminal import ADDRESS, Terminal

LOGIN, LOGOUT = "beyondidentity.management.login", "beyondidentity.management.logout"
ROLE = "beyondidentity.management.authorization_code"
TOKEN = "beyondidentity.management.token"
ALL = "group/beyondidentity.management.all"
WANTED = ["realms:read", "applications:read", "resource-servers:read"]
BY_CODE = {"BEYONDIDENTITY_GRANT_TYPE": "authorization_code"}
SAY = "Show the scopes and the expiry"

StartAtTerminal = Callable[..., Terminal]


def log_in(start: StartAtTerminal, tenant: Tenant, **wanted: Any) -> tuple[SignInApplication, PlaybookRun]:
    """Sign in to an `oidc` application with the playbook."""
    uri = f"http://127.0.0.1:{free_port()}/callback"
    application = SignInApplication.of(tenant, uri)
    tenant.revoke_tokens()  # what the test itself had
    variables = {"login_scopes": WANTED, "login_redirect_uri": uri, **wanted}
    terminal = start(LOGIN, env=application.environment, extra_vars=variables)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    return application, terminal.finish().succeeded()


def has_text(output: str, expected: str) -> bool:
    """Whether wrapped output has a text. The oldest core also breaks IDs at their hyphens."""
    return "".join(expected.split()) in "".join(output.split())


def list_requested(tenant: Tenant) -> list[str]:
    """Return the grant of each token request of a signed-in user."""
    grants = [entry["grant"] for entry in tenant.read_journal(operation="token", status=200)]
    return [grant for grant in grants if grant != "client_credentials"]


def test_a_revocable_sign_in_of_an_oidc_application_is_revoked(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """Tasks use a token that cannot revoke, in this run and in later runs."""
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    application, first = log_in(start_at_terminal, tenant, login_revocable=True)
    said = first.task(SAY).result["msg"]
    assert said[0].startswith("Signed in for applications:read, realms:read, resource-servers:read until 20")
    assert "until the logout, it can revoke any token of the application. Tasks use a token without" in said[-1]
    env = {**application.environment, **BY_CODE, "HOME": str(first.home)}
    again = run_playbook(LOGIN, env=env, extra_vars={"login_scopes": WANTED, "login_revocable": True}).succeeded()
    assert again.task(SAY).result["msg"] == said
    show = task("Show", TOKEN, {"scopes": ["realms:read"], "reveal": True})
    run = run_playbook(play(show, task("Use", APPLICATIONS)), env=env).succeeded()
    assert run.task("Use").done
    assert "tokens:delete" not in run.task("Show").result["token"]["scopes"]
    assert list_requested(tenant) == ["authorization_code", "refresh_token"]
    out = run_playbook(LOGOUT, env=env).succeeded()
    assert "WARNING" not in out.stderr and "Its tokens are revoked." in out.stdout
    assert "The browser stays signed in" in out.stdout
    assert tenant.revoke_tokens() == 0, "all are revoked already"


def test_without_refresh_tokens_the_login_says_when_it_ends_and_how_to_extend_it(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """A revocable sign-in then has one token for all, and is revoked with it."""
    application, first = log_in(start_at_terminal, tenant, login_revocable=True, beyondidentity_expiration_time=7200)
    said = first.task(SAY).result["msg"]
    assert "the application issues no refresh token" in said[1] and "beyondidentity_expiration_time" in said[1]
    assert "Admin Console" in said[1] and LOGOUT in said[1]
    assert "Tasks use this token too" in said[2]
    out = run_playbook(LOGOUT, env={**application.environment, "HOME": str(first.home)}).succeeded()
    assert "WARNING" not in out.stderr and tenant.revoke_tokens() == 0


def test_a_refresh_token_that_the_service_does_not_accept_ends_no_login(
    start_at_terminal: StartAtTerminal, tenant: Tenant
) -> None:
    """The duration of refresh tokens is 0 by default."""
    tenant.change_settings(refresh_tokens="fixed", refresh_lifetime=0)
    _application, first = log_in(start_at_terminal, tenant, login_revocable=True)
    assert "Tasks use this token too" in first.task(SAY).result["msg"][-1]


def test_a_logout_lists_the_tokens_that_stay_valid_and_an_administrator_revokes_them(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """The default sign-in with an `oidc` application cannot revoke its own tokens."""
    tenant.change_settings(refresh_tokens="fixed", refresh_lifetime=3600)
    application, first = log_in(start_at_terminal, tenant)
    home = {"HOME": str(first.home)}
    (issued,) = tenant.read_journal(grant="authorization_code")
    out = run_playbook(LOGOUT, env={**application.environment, **home}, core=core).succeeded()
    for expected in (
        f"the access token {issued['issued_token_id']}, until 20",
        f"-a 'all=application application={application.application_id}'. This revokes all tokens",
        "login_revocable: true",
    ):
        assert has_text(out.stderr, expected)
    assert not has_text(out.stderr, "client_secret")
    assert "but tokens stay valid" in out.stdout
    revoke = task(
        "Revoke", "beyondidentity.management.revoke", {"all": "application", "application": application.application_id}
    )
    done = run_playbook(play(revoke), extra_vars=tenant.variables).succeeded()
    assert issued["issued_token_id"] in done.task("Revoke").result["revoked"]
    assert len(done.task("Revoke").result["revoked"]) == 2


def test_the_roles_application_is_used_in_a_block_and_signed_out_by_the_administrator(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """With a display name, the connection still names the administrator's application."""
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    redirect_uris = [f"http://127.0.0.1:{free_port()}/callback"]
    given = {"display_name": "Realm desk", "scopes": WANTED, "redirect_uris": redirect_uris, "return_secret": True}
    include = {
        "name": "Sign in",
        "ansible.builtin.include_role": {"name": ROLE},
        "vars": {f"authorization_code_{name}": value for name, value in given.items()},
    }
    credentials = {
        name: f"{{{{ beyondidentity_application.{name} }}}}" for name in ("issuer", "client_id", "client_secret")
    }
    block = {
        "module_defaults": {ALL: {**credentials, "grant_type": "authorization_code"}},
        "block": [{"name": "In the block", APPLICATIONS: {}}],
    }
    outside = task("Outside", APPLICATIONS, {"grant_type": "authorization_code"})
    variables = {**tenant.variables, "beyondidentity_token_cache": "user"}
    terminal = start_at_terminal(play(include, block, outside), extra_vars=variables, core=core)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    run = terminal.finish().succeeded()
    assert run.task("In the block").done
    (issued,) = tenant.read_journal(grant="authorization_code")
    assert tenant.read_journal(operation="ListApplications")[-1]["token_id"] == issued["issued_token_id"]
    application_id = issued["path"].split("/")[-2]
    message = run.task("Outside").result["msg"]
    assert f"No sign-in is stored for the application {tenant.application_id}." in message
    assert f"Sign-ins are stored for: {application_id}." in message and "module_defaults" in message

    env = {**{name.upper(): value for name, value in variables.items()}, "HOME": str(run.home)}
    nothing = run_playbook(LOGOUT, env=env, core=core).succeeded()
    assert has_text(
        nothing.stderr, f"Sign-ins are stored for: {application_id}. To revoke the sign-ins of one application"
    )
    assert "No sign-in was stored." in nothing.stdout
    out = run_playbook(LOGOUT, env=env, extra_vars={"logout_application": application_id}, core=core).succeeded()
    assert "WARNING" not in out.stderr and "Its tokens are revoked." in out.stdout
    assert issued["issued_token_id"] in out.task("Revoke and remove all sign-ins").result["revoked"]
    after = run_playbook(LOGOUT, env=env, extra_vars={"logout_application": application_id}, core=core).succeeded()
    assert after.task("Revoke and remove all sign-ins").status == "ok"
