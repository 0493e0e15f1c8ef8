# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play that waits for a user receives the response or ends, and releases the port."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.sign_in_application import SignInApplication, free_port, get, is_free, parameters, sign_in
from tests.support.terminal import ADDRESS, Terminal

AUTHORIZE = "beyondidentity.management.authorize"
TOKEN = "beyondidentity.management.token"

StartAtTerminal = Callable[..., Terminal]


def wait(redirect_uri: str, **options: Any) -> dict[str, Any]:
    """Return the arguments of a task that waits for a user."""
    return {"scopes": ["realms:read"], "redirect_uri": redirect_uri, "listen": True, "wait_timeout": 60, **options}


def loopback(port: int) -> str:
    """Return a redirect URI."""
    return f"http://127.0.0.1:{port}/callback"


def test_other_requests_to_the_port_are_ignored(start_at_terminal: StartAtTerminal, tenant: Tenant) -> None:
    """Forged, malformed and incomplete requests do not end the wait."""
    port = free_port()
    application = SignInApplication.of(tenant, loopback(port))
    exchange = {"grant_type": "authorization_code", "authorization": "{{ request }}"}
    terminal = start_at_terminal(
        play(
            {"name": "Wait", AUTHORIZE: wait(loopback(port)), "register": "request"}, task("Exchange", TOKEN, exchange)
        ),
        extra_vars=application.variables,
    )
    url = terminal.wait_for(ADDRESS)[0]
    forged = f"{loopback(port)}?{urlencode({'code': 'forged', 'state': 'forged'})}"
    assert get(forged).status_code == 400
    tenant.change_settings(answer_iss="https://evil.example/v1/tenants/t")
    assert get(sign_in(url)).status_code == 400
    assert get(f"http://127.0.0.1:{port}/favicon.ico").status_code == 404
    answer = sign_in(url)
    assert requests.post(answer, timeout=30).status_code == 405
    assert requests.head(answer, timeout=30).status_code == 405
    assert get(answer, Host=f"evil.example:{port}").status_code == 400
    tenant.change_settings(answer_iss="issuer")
    with (
        socket.create_connection(("127.0.0.1", port)) as silent,
        socket.create_connection(("127.0.0.1", port)) as garbage,
    ):
        garbage.sendall(b"\x16\x03\x01\x02\x00garbage\r\n\r\n")
        silent.sendall(b"GET /call")
        assert terminal.process.poll() is None
        assert get(sign_in(url)).status_code == 200
        run = terminal.finish().succeeded()
    assert run.task("Exchange").done
    assert is_free(port)
    assert "forged" not in run.output


REFUSALS = {
    "denied": ({"sign_in": "deny"}, "realms:read", "access_denied"),
    "scope": ({}, "no:such", "invalid_scope"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_an_authorization_error_ends_the_wait(start_at_terminal: StartAtTerminal, tenant: Tenant, refusal: str) -> None:
    """The message has the error of the authorization server, and what to do."""
    settings, scope, code = REFUSALS[refusal]
    port = free_port()
    tenant.change_settings(**settings)
    terminal = start_at_terminal(
        play({"name": "Wait", AUTHORIZE: wait(loopback(port), scopes=[scope])}),
        extra_vars=SignInApplication.of(tenant, loopback(port)).variables,
    )
    assert get(sign_in(terminal.wait_for(ADDRESS)[0])).status_code == 200
    message = terminal.finish().failed().task("Wait").result["msg"]
    assert message.startswith(f"The sign-in failed: {code}")
    assert {"denied": "is not allowed to use this application", "scope": "allowed scopes"}[refusal] in message
    assert is_free(port)


def test_the_wait_ends_at_wait_timeout(start_at_terminal: StartAtTerminal, tenant: Tenant) -> None:
    """The message says so, and a late response gets no connection."""
    port = free_port()
    terminal = start_at_terminal(
        play({"name": "Wait", AUTHORIZE: wait(loopback(port), wait_timeout=1)}),
        extra_vars=SignInApplication.of(tenant, loopback(port)).variables,
    )
    url = terminal.wait_for(ADDRESS)[0]
    terminal.wait_for("Waiting 0:01 for the response at")
    message = terminal.finish().failed().task("Wait").result["msg"]
    assert message.startswith("No user signed in within 1 s. Run the task again, or increase wait_timeout.")
    assert message.endswith(f"error about the redirect URI, add {loopback(port)} to the application's redirect URIs.")
    assert is_free(port)
    with pytest.raises(requests.ConnectionError):
        get(sign_in(url))


def test_ctrl_c_ends_the_wait(start_at_terminal: StartAtTerminal, tenant: Tenant, core: str) -> None:
    """The port is released."""
    port = free_port()
    terminal = start_at_terminal(
        play({"name": "Wait", AUTHORIZE: wait(loopback(port))}),
        extra_vars=SignInApplication.of(tenant, loopback(port)).variables,
        core=core,
    )
    terminal.wait_for("Waiting 1:00")
    assert not is_free(port)
    terminal.interrupt()
    run = terminal.finish()
    assert run.returncode != 0 and "No user signed in" not in run.output
    _until_free(port)


def test_the_timeout_keyword_ends_the_wait(start_at_terminal: StartAtTerminal, tenant: Tenant, core: str) -> None:
    """The next task can listen on the same port."""
    port = free_port()
    limited = task("Limited", AUTHORIZE, wait(loopback(port)), timeout=1)
    after = {"name": "After", AUTHORIZE: wait(loopback(port), wait_timeout=1), "ignore_errors": True}
    terminal = start_at_terminal(
        play(limited, after), extra_vars=SignInApplication.of(tenant, loopback(port)).variables, core=core
    )
    run = terminal.finish().succeeded()
    assert re.search("(?i)timed out|time frame", run.task("Limited").result["msg"])
    assert "No user signed in" in run.task("After").result["msg"]
    assert is_free(port)


def _until_free(port: int) -> None:
    """Wait for the port; workers can end after their parent."""
    deadline = time.monotonic() + 60
    while not is_free(port):
        assert time.monotonic() < deadline, "the port is still taken"
        time.sleep(0.05)


def test_a_port_in_use_is_reported(start_at_terminal: StartAtTerminal, tenant: Tenant) -> None:
    """The message names the command that finds the program."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        terminal = start_at_terminal(
            play({"name": "Wait", AUTHORIZE: wait(loopback(port))}),
            extra_vars=SignInApplication.of(tenant, loopback(port)).variables,
        )
        run = terminal.finish().failed()
    message = run.task("Wait").result["msg"]
    assert message.startswith(f"Port {port} at 127.0.0.1 is in use.") and f"ss -ltnp 'sport = :{port}'" in message
    assert "another redirect URI" in message
    assert "/authorize" not in run.output, "no address that would lead to nowhere"


# Redirect URIs, and the address by which the browser comes back.
PLACES = {
    "127.0.0.1": ("http://127.0.0.1:{port}/callback", "http://127.0.0.1:{port}/callback"),
    "::1": ("http://[::1]:{port}/callback", "http://[::1]:{port}/callback"),
    "localhost": ("http://localhost:{port}/callback", "http://localhost:{port}/callback"),
    "any port": ("http://127.0.0.1:0/callback", "http://127.0.0.1:{any}/callback"),
    "with a query": ("http://127.0.0.1:{port}/callback?own=1", "http://127.0.0.1:{port}/callback"),
}
ELSEWHERE = ("https://127.0.0.1:8400/callback", "https://example.com/callback", "com.example.app:/callback")


def test_only_loopback_redirect_uris_are_listened_on(start_at_terminal: StartAtTerminal, tenant: Tenant) -> None:
    """At the literal address of the URI."""
    port = free_port()
    tasks = [
        {"name": name, AUTHORIZE: wait(uri.format(port=port)), "register": "request"}
        for name, (uri, *_rest) in PLACES.items()
    ]
    shows = [
        {"name": f"show {name}", "ansible.builtin.debug": {"msg": "{{ request.authorization.redirect_uri }}"}}
        for name in PLACES
    ]
    refused = [task(uri, AUTHORIZE, wait(uri)) for uri in ELSEWHERE]
    paired = [one for pair in zip(tasks, shows, strict=True) for one in pair]
    variables = SignInApplication.of(tenant, loopback(port)).variables
    terminal = start_at_terminal(play(*refused, *paired), extra_vars=variables)
    found: dict[str, str] = {}
    for number, (name, (_uri, back)) in enumerate(PLACES.items(), 1):
        terminal.wait_for(rf"(?s)(Waiting 1:00.*?){{{number}}}response at (\S+)\n")
        asked = parameters(re.findall(ADDRESS, terminal.shown)[-1])
        found[name] = asked["redirect_uri"]
        address = back.format(port=port, any=asked["redirect_uri"].rpartition(":")[2].partition("/")[0])
        assert get(f"{address}?{urlencode({'own': 1, 'code': name, 'state': asked['state']})}").status_code == 200
    run = terminal.finish().succeeded()
    for name in PLACES:
        assert run.task(f"show {name}").result["msg"] == found[name]
    assert found["any port"] != loopback(0) and re.fullmatch(r"http://127\.0\.0\.1:\d{4,5}/callback", found["any port"])
    for uri in ELSEWHERE:
        message = run.task(uri).result["msg"]
        assert message.startswith(f"Cannot listen at redirect_uri '{uri}'.") and "method to paste" in message


def test_a_wait_does_not_block_other_hosts_and_runs(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    """They get tokens with the same credentials."""
    port = free_port()
    application = SignInApplication.of(tenant, loopback(port), grant_type=["authorization_code", "client_credentials"])
    variables = {**application.variables, "beyondidentity_token_cache": "user"}
    ask = {"name": "Ask", TOKEN: {"scopes": ["openid", "realms:read"]}}
    waits = {"name": "Wait", AUTHORIZE: wait(loopback(port)), "when": "inventory_hostname == 'first'"}
    listens = {"name": "It listens", "ansible.builtin.wait_for": {"port": port, "timeout": 60}}
    second = {**ask, "when": "inventory_hostname == 'second'"}
    terminal = start_at_terminal(
        play(waits, {**listens, "when": second["when"]}, second, hosts="all", strategy="free"),
        inventory="first ansible_connection=local\nsecond ansible_connection=local\n",
        extra_vars=variables,
    )
    url = terminal.wait_for(ADDRESS)[0]
    terminal.wait_for(r"(?s)TASK \[Ask\].*(ok|fatal): \[second\]")
    run_playbook(play(ask), extra_vars=variables, env={"HOME": str(terminal.folder / "home")}).succeeded()
    assert terminal.process.poll() is None
    assert len(tenant.read_journal(grant="client_credentials", path=application.application_id)) == 1, "kept for both"
    get(sign_in(url))
    terminal.finish().succeeded()


def test_open_browser_needs_no_terminal(run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path) -> None:
    """If the machine has a display."""
    port = free_port()
    browser = tmp_path / "browser"
    browser.write_text(
        '#!/bin/sh\nexec curl --silent --location --noproxy "*" --output /dev/null "$1"\n', encoding="utf-8"
    )
    browser.chmod(0o755)
    exchange = {"grant_type": "authorization_code", "authorization": "{{ request.authorization }}"}
    run = run_playbook(
        play(
            {"name": "Wait", AUTHORIZE: wait(loopback(port), open_browser=True), "register": "request"},
            {"name": "Exchange", TOKEN: exchange},
        ),
        extra_vars=SignInApplication.of(tenant, loopback(port)).variables,
        env={"BROWSER": f"{browser} %s &"},
    )
    assert run.succeeded().task("Exchange").done
