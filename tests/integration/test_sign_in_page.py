# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of a sign-in in a real browser. Screenshots are saved below `.build/screenshots`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_listener import SignInListener
from beyondidentity_emulator.client import Tenant
from tests.support.browser import Browser
from tests.support.plays import play
from tests.support.sign_in_application import SignInApplication, free_port, is_free
from tests.support.terminal import ADDRESS, Terminal

AUTHORIZE = "beyondidentity.management.authorize"
TOKEN = "beyondidentity.management.token"
MARKUP = "<script>document.title = 'owned'</script><h2 id=owned>Owned</h2> & more"
POLICY = "Content Security Policy"


def listen(redirect_uri: str) -> dict[str, Any]:
    """Return a play that waits for a user, and uses the response."""
    wait = {"scopes": ["realms:read"], "redirect_uri": redirect_uri, "listen": True, "wait_timeout": 60}
    answer = {"grant_type": "authorization_code", "authorization": "{{ request.authorization }}"}
    return play(
        {"name": "Wait", AUTHORIZE: wait, "register": "request"},
        {"name": "Exchange", TOKEN: answer, "register": "exchanged"},
        {"name": "Show", "ansible.builtin.debug": {"msg": "{{ exchanged.token.scopes }}"}},
    )


@pytest.mark.parametrize("iss", [None, "issuer"])
def test_a_user_signs_in_and_the_play_continues(
    start_at_terminal: Callable[..., Terminal], browser: Browser, tenant: Tenant, iss: str | None
) -> None:
    """The user opens the printed address, presses the button, and reads that it worked."""
    port = free_port()
    uri = f"http://127.0.0.1:{port}/callback"
    application = SignInApplication.of(tenant, uri)
    tenant.change_settings(sign_in="page", answer_iss=iss)
    terminal = start_at_terminal(listen(uri), extra_vars=application.variables, apart=True)
    url = terminal.wait_for(ADDRESS)[0]
    assert terminal.process.poll() is None, "it is printed while the play waits"
    terminal.wait_for(r"Waiting 1:00 for the response at " + uri)

    browser.open(url)
    assert "Sign-in application" in browser.texts("h1")[0]
    browser.press("Sign in as pat")
    assert browser.run("return document.title") == "Sign-in complete"
    assert browser.texts("p") == ["You can close this window; Ansible continues."]
    assert [line for line in browser.complaints() if "/favicon.ico" not in line] == []  # the emulator has none

    run = terminal.finish().succeeded()
    assert run.task("Show").result["msg"] == ["openid", "realms:read"]
    assert url not in run.stdout, "standard output may be another program's input"
    assert is_free(port)


def test_a_user_refuses_and_the_play_fails(
    start_at_terminal: Callable[..., Terminal], browser: Browser, tenant: Tenant
) -> None:
    """The page and the error of the play say so."""
    port = free_port()
    uri = f"http://127.0.0.1:{port}/callback"
    tenant.change_settings(sign_in="page")
    terminal = start_at_terminal(listen(uri), extra_vars=SignInApplication.of(tenant, uri).variables)
    browser.open(terminal.wait_for(ADDRESS)[0])
    browser.press("Refuse")
    assert browser.texts("h1") == ["Sign-in failed"]
    assert "access_denied" in browser.texts("p")[0]
    message = terminal.finish().failed().task("Wait").result["msg"]
    assert "access_denied" in message and "refused, or is not allowed to use this application" in message
    assert is_free(port)


@contextmanager
def waiting() -> Iterator[str]:
    """Listen in this process; yield the redirect URI."""
    with SignInListener("http://127.0.0.1:0/callback") as listener:
        listener.expect(
            AuthorizationRequest(
                url="",
                state="right",
                nonce="n",
                code_verifier="v",
                code_challenge="c",
                redirect_uri=listener.redirect_uri,
                scopes=(),
                issuer="i",
                client_id="c",
            )
        )
        yield listener.redirect_uri


# Each page: the path and query that lead to it, its heading, and whether it is good news.
PAGES = {
    "signed-in": ({"code": "c", "state": "right"}, "Sign-in complete"),
    "denied": (
        {"error": "access_denied", "error_description": "The person pressed no.", "state": "right"},
        "Sign-in failed",
    ),
    "forged": ({"code": "c", "state": "wrong"}, "Unexpected response"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_readable_and_self_contained(browser: Browser, name: str, scheme: str) -> None:
    """In dark and light, without external resources."""
    query, heading = PAGES[name]
    browser.prefer(scheme)
    with waiting() as uri:
        browser.open(f"{uri}?{urlencode(query)}")
        asked, _answered = browser.traffic()
    assert browser.texts("h1") == [heading]
    assert browser.run("return document.title") == heading
    assert browser.attribute("html", "lang") == "en"
    contrasts = browser.contrasts()
    assert len(contrasts) >= 2 and heading in contrasts
    assert {text: ratio for text, ratio in contrasts.items() if ratio < 4.5} == {}
    background = browser.style("body", "background-color")
    light = all(int(part) > 128 for part in background.removeprefix("rgba(").split(",")[:3])
    assert light == (scheme == "light"), background
    assert browser.style("main", "border-radius") != "0px", "its own style is in force"
    assert [url for url in asked if not url.startswith((uri, "data:"))] == []
    assert [line for line in browser.complaints() if "status of 400" not in line or name != "forged"] == []
    browser.screenshot(f"{name}-{scheme}")


@pytest.mark.parametrize("width", [320, 1600])
def test_pages_fit_the_width_of_the_screen(browser: Browser, width: int) -> None:
    """On a phone, too."""
    browser.prefer("light")
    size = {"width": width, "height": 600, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    words = "x" * 400
    with waiting() as uri:
        browser.open(f"{uri}?{urlencode({'error': 'access_denied', 'error_description': words, 'state': 'right'})}")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    browser.screenshot(f"denied-{width}")
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_markup_in_an_error_description_is_text(browser: Browser) -> None:
    """It is shown and has no effect."""
    with waiting() as uri:
        browser.open(f"{uri}?{urlencode({'error': 'access_denied', 'error_description': MARKUP, 'state': 'right'})}")
    assert MARKUP in browser.texts("p")[0]
    assert browser.run("return document.title") == "Sign-in failed"
    assert browser.texts("#owned") == []
    assert browser.complaints() == []
    browser.screenshot("markup")


def test_the_content_security_policy_is_enforced(browser: Browser) -> None:
    """Injected elements can neither run, load, nor change the look of the page."""
    with waiting() as uri:
        browser.open(f"{uri}?code=c&state=right")
        browser.run("""
            const add = (name, values) => document.body.append(Object.assign(document.createElement(name), values));
            add("script", {textContent: "document.title = 'owned'"});
            add("style", {textContent: "main { display: none }"});
            add("img", {src: "/callback?image"});
            add("iframe", {src: "/callback?frame"});
        """)
        browser.run("return fetch('/callback?fetch').catch(() => null)")
        complaints = browser.complaints()
        _asked, options_after_sign_in = browser.traffic()
    assert browser.run("return document.title") == "Sign-in complete"
    assert browser.style("main", "display") == "block"
    for directive in ("default-src 'none'", "style-src", "img-src", "connect-src"):
        assert [line for line in complaints if POLICY in line and directive in line], (directive, complaints)
    assert [address for address in options_after_sign_in if address.startswith("http:")] == [
        f"{uri}?code=c&state=right"
    ]
    assert browser.run("return document.referrer") == ""
