# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a person: only where there is one, who is told at once where to go."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
    create_authorization_request,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils import sign_in_prompt as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_listener import open_in_browser
from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_prompt import wait_for_sign_in
from tests.support.desk import Desk, free_port, get, is_free, parameters, sign_in
from tests.unit.sign_in_helpers import make_server


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the person is told, on standard error only."""
    told: list[str] = []

    def display(text: str, stderr: bool = False) -> None:
        assert stderr, "standard output may be JSON"
        told.append(text)

    monkeypatch.setattr(module, "display", SimpleNamespace(display=display))
    return told


@pytest.fixture
def port() -> int:
    return free_port()


def attended(monkeypatch: pytest.MonkeyPatch, terminal: bool, browser: Callable[[str], bool] | None = None) -> None:
    monkeypatch.setattr(module, "_ATTENDED", terminal)
    monkeypatch.setattr(module, "open_in_browser", browser or (lambda url: pytest.fail("a browser was opened")))


def browse(url: str) -> bool:
    """Sign in and follow the redirect, as a browser beside the play would."""
    threading.Thread(target=lambda: get(sign_in(url)), daemon=True).start()
    return True


class Person:
    """Who asks for a request, and how often."""

    def __init__(self, tenant: Any, port: int) -> None:
        self.redirect_uri = f"http://127.0.0.1:{port}/callback"
        self.desk = Desk.of(tenant, self.redirect_uri)
        self.requests: list[AuthorizationRequest] = []

    def __call__(self, redirect_uri: str) -> AuthorizationRequest:
        self.requests.append(
            create_authorization_request(make_server(self.desk), scopes=["realms:read"], redirect_uri=redirect_uri)
        )
        return self.requests[-1]


def test_where_nobody_would_see_it_it_fails_at_once(
    tenant: Any, port: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    attended(monkeypatch, terminal=False)
    person = Person(tenant, port)
    with pytest.raises(StateError, match="There is no terminal.*login.*redirect_response"):
        wait_for_sign_in(person.redirect_uri, person, 300, False)
    assert person.requests == [] and said == [] and is_free(port)


def test_with_neither_terminal_nor_browser_it_fails_at_once(
    tenant: Any, port: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    attended(monkeypatch, terminal=False, browser=lambda _url: False)
    person = Person(tenant, port)
    with pytest.raises(StateError, match="neither a terminal nor a browser"):
        wait_for_sign_in(person.redirect_uri, person, 300, True)
    assert is_free(port)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_browser_brings_the_answer(
    terminal: bool, tenant: Any, port: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    attended(monkeypatch, terminal, browse)
    person = Person(tenant, port)
    answered = wait_for_sign_in(person.redirect_uri, person, 60, True)
    [asked] = person.requests
    assert answered.code and asked.code is None
    assert answered.to_dict() == {**asked.to_dict(), "code": answered.code}
    assert is_free(port)


def test_without_a_browser_the_address_is_there_to_be_opened(
    tenant: Any, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown before the waiting begins, else nobody could end it."""
    attended(monkeypatch, terminal=True, browser=lambda _url: False)
    said: list[str] = []
    person = Person(tenant, port)

    def display(text: str, stderr: bool = False) -> None:
        said.append(text)
        if text.startswith("No browser"):
            browse(person.requests[0].url)

    monkeypatch.setattr(module, "display", SimpleNamespace(display=display))
    answered = wait_for_sign_in(person.redirect_uri, person, 125, True)
    assert answered.url in said[0] and said[1] == f"Waiting 2:05 for the answer at {person.redirect_uri}"
    assert said[2] == "No browser could be opened here."
    assert answered.code_verifier not in "".join(said) and str(answered.code) not in "".join(said)


def test_a_browser_is_opened_only_where_that_is_wished(
    tenant: Any, port: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    attended(monkeypatch, terminal=True)
    person = Person(tenant, port)
    with pytest.raises(StateError, match="Nobody signed in within 1 seconds"):
        wait_for_sign_in(person.redirect_uri, person, 1, False)
    assert is_free(port)


@pytest.mark.parametrize(
    ("kind", "opens"),
    [
        *((webbrowser.GenericBrowser, False), (webbrowser.Elinks, False)),  # of text, in the terminal
        *((webbrowser.BackgroundBrowser, True), (webbrowser.Chrome, True)),
    ],
)
def test_no_browser_fights_for_the_terminal(kind: Any, opens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    browser = type("Mine", (kind,), {"open": lambda _self, url: bool(asked.append(url)) or True})("mine")
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    assert open_in_browser("http://x/") is opens
    assert asked == (["http://x/"] if opens else [])


def test_an_error_in_the_request_frees_the_port(port: int, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    attended(monkeypatch, terminal=True)

    def request(_redirect_uri: str) -> AuthorizationRequest:
        raise OptionError("No.")

    with pytest.raises(OptionError, match="No"):
        wait_for_sign_in(f"http://127.0.0.1:{port}/", request, 1, False)
    assert is_free(port) and said == []


@pytest.fixture
def terminal() -> Iterator[Any]:
    ends = os.openpty()
    with os.fdopen(ends[1], "w") as stream:
        yield stream
    os.close(ends[0])


def test_what_is_a_terminal(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as closed:
        pass
    with open(os.devnull) as null:
        for nothing in (null, None, closed, io.StringIO()):
            monkeypatch.setattr(sys, "__stderr__", nothing)
            monkeypatch.setattr(sys, "__stdin__", nothing)
            assert not module._has_terminal()
            monkeypatch.setattr(sys, "__stdin__", terminal)
            assert module._has_terminal()
        monkeypatch.setattr(sys, "__stdin__", null)
        monkeypatch.setattr(sys, "__stderr__", terminal)
        assert module._has_terminal()


def test_an_answer_as_quick_as_the_address_is_taken(monkeypatch: pytest.MonkeyPatch, tenant: Any) -> None:
    """A browser that is opened, or a program that reads the address, may answer before the waiting begins."""
    monkeypatch.setattr(module, "_ATTENDED", True)
    answers: list[int] = []

    def say(text: str) -> None:
        address = re.search(r"http\S+/authorize\?\S+", text)
        if address:
            asked = parameters(address[0])
            answers.append(get(f"{asked['redirect_uri']}?code=quick&state={asked['state']}").status_code)

    monkeypatch.setattr(module, "_say", say)
    server = make_server(Desk.of(tenant))
    found = wait_for_sign_in(
        "http://127.0.0.1:0/callback",
        lambda uri: create_authorization_request(server, scopes=[], redirect_uri=uri),
        5,
        False,
    )
    assert (found.code, answers) == ("quick", [200])
