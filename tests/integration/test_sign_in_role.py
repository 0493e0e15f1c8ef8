# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role `authorization_code`: listening, pasting, and its messages without a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import local_hosts, play, rescued
from tests.support.sign_in_application import SignInApplication, free_port, get, is_free, sign_in
from tests.support.terminal import ADDRESS, Terminal

AUTHORIZE = "beyondidentity.management.authorize"
ROLE = "beyondidentity.management.authorization_code"
PROMPT = r"Paste the whole address here"
USE = {
    "name": "Use",
    "ansible.builtin.uri": {
        "url": "{{ beyondidentity_token.api_url }}/v1/tenants/{{ beyondidentity_token.tenant_id }}/realms",
        "headers": {"Authorization": "Bearer {{ beyondidentity_token.access_token }}"},
    },
    "no_log": True,
}
SHOW = {
    "name": "Show",
    "ansible.builtin.debug": {
        "msg": [
            "{{ beyondidentity_token.scopes }}",
            "{{ beyondidentity_application | dict2items | map(attribute='key') }}",
        ]
    },
}

StartAtTerminal = Callable[..., Terminal]


def role(**variables: Any) -> dict[str, Any]:
    """Return a task that includes the role."""
    given = {f"authorization_code_{name}": value for name, value in variables.items()}
    return {"name": "Sign in", "ansible.builtin.include_role": {"name": ROLE}, "vars": given}


def test_the_role_creates_uses_and_removes_an_application(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """The second run needs no sign-in."""
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    port = free_port()
    names = {"display_name": "Realm reader", "redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
    wanted = role(**names, operations=["ListRealms"])
    variables = {**tenant.variables, "beyondidentity_token_cache": "user"}
    how: dict[str, Any] = {"extra_vars": variables}

    predicted = run_playbook(play(wanted), args=["--check"], **how).succeeded()
    assert "/authorize" not in predicted.output, "check mode asks no user"

    terminal = start_at_terminal(play(wanted, USE, SHOW), **how)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    first = terminal.finish().succeeded()
    scopes, keys = first.task("Show").result["msg"]
    assert scopes == ["openid", "realms:read"]
    assert {"id", "client_id", "issuer", "display_name"} <= set(keys) and "client_secret" not in keys
    assert {result.task for result in first.results if result.status == "changed"} == {
        f"{ROLE} : Manage the authenticator configuration",
        f"{ROLE} : Manage the application",
    }

    again = run_playbook(play(wanted, USE), env={"HOME": str(first.home)}, **how).succeeded()
    assert again.stats["localhost"]["changed"] == 0
    assert len(tenant.read_journal(grant="authorization_code")) == 1

    gone = run_playbook(play(role(**names, state="absent")), **how).succeeded()
    assert gone.stats["localhost"]["changed"] == 3, "its tokens, itself and how people sign in"
    assert is_free(port)


def test_an_oauth2_application_is_used_without_openid(start_at_terminal: StartAtTerminal, tenant: Tenant) -> None:
    """Such an application cannot grant openid."""
    port = free_port()
    redirect_uri = f"http://127.0.0.1:{port}/callback"
    application = SignInApplication.of(tenant, redirect_uri, type="oauth2")
    wanted = role(operations=["ListRealms"], redirect_uris=[redirect_uri], openid=False)
    terminal = start_at_terminal(play(wanted, USE, SHOW), extra_vars=application.variables)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    scopes, _keys = terminal.finish().succeeded().task("Show").result["msg"]
    assert scopes == ["realms:read"]


def test_the_role_removes_only_its_own_application(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Variables of the other role have no effect."""
    names = ("Precious", "Realm reader")
    precious, own = (tenant.seed(applications=1, name=name)["applications"][0] for name in names)
    variables = {"client_credentials_application_id": precious, "client_credentials_display_name": names[0]}
    absent = play(role(display_name=names[1], state="absent"), vars=variables)
    run_playbook(absent, extra_vars=tenant.variables).succeeded()
    removed = tenant.read_journal(operation="DeleteApplication")
    assert [entry["path"].rpartition("/")[2] for entry in removed] == [own]


# What is pasted, made of the right answer; and what is said of it.
PASTED: dict[str, tuple[Callable[[str], str], str]] = {
    "nothing": (lambda answer: "", "No address was pasted"),
    "only the code": (
        lambda answer: answer.partition("code=")[2].partition("&")[0],
        "not the URL of an authorization response",
    ),
    "wrong state": (lambda answer: re.sub("state=...", "state=xxx", answer), "the state of another sign-in"),
    "an error": (
        lambda answer: answer.replace("code=", "error=access_denied&error_description=Said+no.&x="),
        "The sign-in failed: access_denied: Said no.",
    ),
}


def mark_as_pasted(text: str) -> str:
    """Return a text with the marks of a terminal in bracketed-paste mode."""
    return f"\x1b[200~{text}\x1b[201~"


def test_a_pasted_response_is_checked_and_not_shown(
    start_at_terminal: StartAtTerminal, tenant: Tenant, core: str
) -> None:
    """The prompt does not echo. Wrong responses are refused without a request."""
    application = SignInApplication.of(tenant)
    wanted = role(operations=["ListRealms"], method="paste")
    blocks = [
        {
            "block": [wanted],
            "rescue": [{"name": name, "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}],
        }
        for name in PASTED
    ]
    terminal = start_at_terminal(play(*blocks, wanted, USE), extra_vars=application.variables, core=core, args=["-v"])
    answers = []
    for number, spoil in enumerate([*(spoil for spoil, _words in PASTED.values()), mark_as_pasted]):
        terminal.wait_for(rf"(?s)({PROMPT}.*?){{{number + 1}}}")
        url = re.findall(ADDRESS, terminal.shown)[-1]
        answers.append(sign_in(url))
        terminal.type_unseen(spoil(answers[-1]))
    run = terminal.finish().succeeded()
    for name, (_spoil, words) in PASTED.items():
        assert words in run.task(name).result["msg"]
    assert run.task("Use").done
    codes = [answer.partition("code=")[2].partition("&")[0] for answer in answers]
    assert all(codes) and not [code for code in codes if code in run.output]
    assert len(tenant.read_journal(grant="authorization_code")) == 1, "what was refused was not sent"


# Words of the message of each method without a terminal.
UNATTENDED = {
    "listen": ("No terminal is available", "token_cache", "login"),
    "paste": ("No address was pasted", "token_cache user", "login", "authorization_code_method to given"),
    "given": ("authorization_code_authorization", "is missing"),
}


def test_without_a_terminal_the_role_fails_and_says_what_to_do(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """They do not wait, and change nothing."""
    application = SignInApplication.of(tenant)
    plays = [play(rescued(role(operations=["ListRealms"], method=method)), hosts=method) for method in UNATTENDED]
    run = run_playbook(
        plays, inventory=local_hosts({method: {} for method in UNATTENDED}), extra_vars=application.variables, core=core
    ).succeeded()
    for method, words in UNATTENDED.items():
        (failed,) = [result for result in run.results if (result.host, result.status) == (method, "failed")]
        assert [word for word in words if word not in failed.result["msg"]] == []
    assert tenant.read_journal(grant="authorization_code") == []


def test_without_a_terminal_modules_fail_and_say_what_to_do(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Also modules that need a stored sign-in."""
    application = SignInApplication.of(tenant)
    port = free_port()
    wait = {"scopes": ["realms:read"], "redirect_uri": f"http://127.0.0.1:{port}/callback", "listen": True}
    tasks = (
        {"name": "Listen", AUTHORIZE: wait},
        {"name": "No browser", AUTHORIZE: {**wait, "open_browser": True}},
        {
            "name": "Token",
            "beyondidentity.management.token": {"grant_type": "authorization_code", "scopes": ["realms:read"]},
        },
        {"name": "Read", "beyondidentity.management.application_info": {"grant_type": "authorization_code"}},
    )
    run = run_playbook(
        play(*({**one, "ignore_errors": True} for one in tasks)), extra_vars=application.variables
    ).succeeded()
    said = {name: run.task(name).result["msg"] for name in ("Listen", "No browser", "Token", "Read")}
    assert "No terminal is available" in said["Listen"] and "redirect_response" in said["Listen"]
    assert "No terminal and no browser is available" in said["No browser"]
    for name in ("Token", "Read"):
        assert f"No sign-in is stored for the application {application.application_id}" in said[name]
        assert "beyondidentity.management.login" in said[name]
        assert run.task(name).result["sign_in_required"] is True
    assert is_free(port)
