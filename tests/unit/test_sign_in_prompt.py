# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompt for a sign-in: shown at once, and only if a user can see it or a browser can be opened."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationOptions,
    AuthorizationRequest,
    create_authorization_request,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils import browser
from ansible_collections.beyondidentity.management.plugins.plugin_utils import sign_in_prompt as module
from ansible_collections.beyondidentity.management.plugins.plugin_utils.browser import open_in_browser
from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_prompt import wait_for_sign_in
from tests.support.sign_in_application import SignInApplication, free_port, get, is_free, parameters, sign_in
from tests.unit.sign_in_helpers import make_server


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the messages that are displayed, all on standard error."""
    messages: list[str] = []

    def display(text: str, stderr: bool = False) -> None:
        assert stderr, "standard output may be JSON"
        messages.append(text)

    monkeypatch.setattr(module, "display", SimpleNamespace(display=display))
    return messages


@pytest.fixture
def port() -> int:
    return free_port()


def set_up(monkeypatch: pytest.MonkeyPatch, terminal: bool, browser: Callable[[str], bool] | None = None) -> None:
    """Set whether there is a terminal, and what opens a URL in the browser."""
    monkeypatch.setattr(module, "_HAS_TERMINAL", terminal)
    monkeypatch.setattr(module, "open_in_browser", browser or (lambda url: pytest.fail("a browser was opened")))


def browse(url: str) -> bool:
    """Sign in and follow the redirect, as a browser does beside the play."""
    threading.Thread(target=lambda: get(sign_in(url)), daemon=True).start()
    return True


class RequestFactory:
    """Creates authorization requests of an application, and keeps them."""

    def __init__(self, tenant: Any, port: int) -> None:
        self.redirect_uri = f"http://127.0.0.1:{port}/callback"
        self.server = make_server(SignInApplication.of(tenant, self.redirect_uri))
        self.requests: list[AuthorizationRequest] = []

    def __call__(self, redirect_uri: str) -> AuthorizationRequest:
        request = create_authorization_request(
            self.server, scopes=["realms:read"], redirect_uri=redirect_uri, options=AuthorizationOptions()
        )
        self.requests.append(request)
        return request


def test_without_a_terminal_the_task_fails_before_a_request_is_created(
    tenant: Any, port: int, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, terminal=False)
    factory = RequestFactory(tenant, port)
    with pytest.raises(StateError, match="No terminal is available.*login.*redirect_response"):
        wait_for_sign_in(factory.redirect_uri, factory, 300, False)
    assert factory.requests == [] and shown == [] and is_free(port)


def test_without_terminal_and_browser_the_task_does_not_wait(
    tenant: Any, port: int, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, terminal=False, browser=lambda _url: False)
    factory = RequestFactory(tenant, port)
    with pytest.raises(StateError, match="No terminal and no browser is available"):
        wait_for_sign_in(factory.redirect_uri, factory, 300, True)
    assert is_free(port)


@pytest.mark.parametrize("terminal", [True, False])
def test_the_response_of_an_opened_browser_completes_the_request(
    terminal: bool, tenant: Any, port: int, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, terminal, browse)
    factory = RequestFactory(tenant, port)
    completed = wait_for_sign_in(factory.redirect_uri, factory, 60, True)
    (request,) = factory.requests
    assert completed.code and request.code is None
    assert completed.to_dict() == {**request.to_dict(), "code": completed.code}
    assert is_free(port)


def test_the_url_is_displayed_before_the_wait_and_without_secrets(
    tenant: Any, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, terminal=True, browser=lambda _url: False)
    messages: list[str] = []
    factory = RequestFactory(tenant, port)

    def display(text: str, stderr: bool = False) -> None:
        messages.append(text)
        if text.startswith("No browser"):
            browse(factory.requests[0].url)

    monkeypatch.setattr(module, "display", SimpleNamespace(display=display))
    completed = wait_for_sign_in(factory.redirect_uri, factory, 125, True)
    assert completed.url in messages[0] and messages[1] == f"Waiting 2:05 for the response at {factory.redirect_uri}"
    assert "shows an error about the redirect URI, add this URI to the application's" in messages[2]
    assert messages[3] == "No browser could be opened."
    assert completed.code_verifier not in "".join(messages) and str(completed.code) not in "".join(messages)


def test_a_browser_is_opened_only_if_the_option_is_set(
    tenant: Any, port: int, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, terminal=True)
    factory = RequestFactory(tenant, port)
    with pytest.raises(
        StateError, match=f"No user signed in within 1 s.*add {factory.redirect_uri} to the application"
    ):
        wait_for_sign_in(factory.redirect_uri, factory, 1, False)
    assert is_free(port)


@pytest.fixture
def set_browser(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Return a function that sets the environment variable BROWSER, as if this process had started with it."""

    def set_variable(value: str | None) -> None:
        monkeypatch.delenv("BROWSER", raising=False)
        if value is not None:
            monkeypatch.setenv("BROWSER", value)
        for name, unknown in (("_tryorder", None), ("_browsers", {}), ("_os_preferred_browser", None)):
            monkeypatch.setattr(webbrowser, name, unknown)  # found again at the next use

    return set_variable


def write_command(path: Path, *lines: str) -> Path:
    """Write a command that runs these lines of a shell; its only argument is the URL."""
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o700)
    return path


URL = "http://127.0.0.1/authorize?a=b&c=$HOME"


@pytest.mark.parametrize("form", ["{}", "{} %s", "{} %s &", "{}:/nowhere/browser"])
def test_the_command_in_browser_gets_the_url_and_no_terminal(
    form: str, tmp_path: Path, set_browser: Callable[[str | None], None], capfd: pytest.CaptureFixture[str]
) -> None:
    command = write_command(
        tmp_path / "helper", 'echo "$1"', "test -t 0 && echo terminal", f'echo "$1" > {tmp_path}/url'
    )
    set_browser(form.format(command))
    assert open_in_browser(URL) is True
    assert (tmp_path / "url").read_text(encoding="utf-8") == f"{URL}\n"
    assert capfd.readouterr() == ("", "")


def test_a_browser_that_stays_open_counts_as_opened(
    tmp_path: Path, set_browser: Callable[[str | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "_SECONDS", 0.05)
    ended = tmp_path / "ended"
    set_browser(str(write_command(tmp_path / "browser", f"until test -e {ended}; do sleep 0.05; done")))
    assert open_in_browser(URL) is True
    ended.touch()


@pytest.mark.parametrize("lines", [None, "exit 1"])
def test_a_command_that_fails_opens_nothing(
    lines: str | None, tmp_path: Path, set_browser: Callable[[str | None], None]
) -> None:
    set_browser(str(tmp_path / "nowhere" if lines is None else write_command(tmp_path / "helper", lines)))
    assert open_in_browser(URL) is False


def test_an_open_quote_in_browser_opens_nothing(set_browser: Callable[[str | None], None]) -> None:
    set_browser("helper '%s")
    assert open_in_browser(URL) is False


@pytest.mark.parametrize(("name", "opens"), [("lynx", False), ("w3m", False), ("elinks", False), ("xdg-open", True)])
def test_a_text_browser_that_is_only_installed_is_not_opened(
    name: str,
    opens: bool,
    tmp_path: Path,
    set_browser: Callable[[str | None], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_command(tmp_path / name, f'echo "$1" > {tmp_path}/url')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("DISPLAY", ":99")
    set_browser(None)
    assert open_in_browser(URL) is opens
    assert (tmp_path / "url").exists() is opens


def test_without_any_browser_none_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none() -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", find_none)
    assert open_in_browser("http://x/") is False


def test_an_error_while_the_request_is_created_frees_the_port(
    port: int, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, terminal=True)

    def fail(_redirect_uri: str) -> AuthorizationRequest:
        raise OptionError("No.")

    with pytest.raises(OptionError, match="No"):
        wait_for_sign_in(f"http://127.0.0.1:{port}/", fail, 1, False)
    assert is_free(port) and shown == []


@pytest.fixture
def terminal() -> Iterator[Any]:
    """Return a stream to a terminal."""
    ends = os.openpty()
    with os.fdopen(ends[1], "w") as stream:
        yield stream
    os.close(ends[0])


def test_a_terminal_is_standard_input_or_standard_error(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWX_ISOLATED_DATA_DIR", raising=False)
    with open(os.devnull) as closed:
        pass
    with open(os.devnull) as null:
        for stream in (null, None, closed, io.StringIO()):
            monkeypatch.setattr(sys, "__stderr__", stream)
            monkeypatch.setattr(sys, "__stdin__", stream)
            assert not module._has_terminal()
            monkeypatch.setattr(sys, "__stdin__", terminal)
            assert module._has_terminal()
        monkeypatch.setattr(sys, "__stdin__", null)
        monkeypatch.setattr(sys, "__stderr__", terminal)
        assert module._has_terminal()


def test_the_terminal_of_ansible_runner_does_not_count(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", terminal)
    monkeypatch.setenv("AWX_ISOLATED_DATA_DIR", "/runner")
    assert not module._has_terminal()


def test_a_response_that_arrives_while_the_url_is_displayed_counts(
    tenant: Any, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An opened browser, or a program that reads the output, can respond before the wait begins."""
    set_up(monkeypatch, terminal=True)
    statuses: list[int] = []

    def display(text: str, stderr: bool = False) -> None:
        url = re.search(r"http\S+/authorize\?\S+", text)
        if url:
            request = parameters(url[0])
            statuses.append(get(f"{request['redirect_uri']}?code=quick&state={request['state']}").status_code)

    monkeypatch.setattr(module, "display", SimpleNamespace(display=display))
    completed = wait_for_sign_in("http://127.0.0.1:0/callback", RequestFactory(tenant, port), 60, False)
    assert (completed.code, statuses) == ("quick", [200])
