# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the URL for the sign-in and waits, for `listen` of the module authorize."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ansible.utils.display import Display

from ..module_utils._errors import StateError
from ..module_utils._oauth.authorization_request import AuthorizationRequest
from .browser import open_in_browser
from .sign_in_listener import SignInListener, format_duration

display = Display()


def _has_terminal() -> bool:
    if os.environ.get("AWX_ISOLATED_DATA_DIR"):  # ansible-runner, so also AWX, has a terminal without an operator
        return False
    for stream in (sys.__stdin__, sys.__stderr__):
        with suppress(OSError, ValueError):  # closed, or not a file
            if stream is not None and os.isatty(stream.fileno()):
                return True
    return False


# Determined in the main process, because workers have no terminal of their own.
_HAS_TERMINAL = _has_terminal()


def wait_for_sign_in(
    redirect_uri: str, create_request: Callable[[str], AuthorizationRequest], seconds: int, open_browser: bool
) -> AuthorizationRequest:
    """Print the request's URL, wait for its response, and return the request with the code.

    Prints to standard error at once: a warning would wait for the end of the task, and standard output may be JSON.
    """
    if not _HAS_TERMINAL and not open_browser:
        raise StateError(
            "No terminal is available, so the task cannot show the URL for the sign-in.",
            "Sign in on a machine with a terminal, with token_cache: user (playbook beyondidentity.management.login), or "
            "set redirect_response to the URL that a user's browser shows after the sign-in.",
        )
    with SignInListener(redirect_uri) as listener:
        request = create_request(listener.redirect_uri)
        listener.expect(request)
        _say(f"\nTo sign in, open this URL in a browser on this machine:\n\n{request.url}\n")
        _say(f"Waiting {format_duration(seconds)} for the response at {listener.redirect_uri}")
        # only the browser sees this refusal
        _say("If the browser shows an error about the redirect URI, add this URI to the application's redirect URIs.")
        if open_browser and not open_in_browser(request.url):
            if not _HAS_TERMINAL:
                raise StateError(
                    "No terminal and no browser is available.", "Sign in on a machine that has a terminal or a browser."
                )
            _say("No browser could be opened.")
        code = listener.wait(seconds, _say)
    return replace(request, code=code)


def _say(text: str) -> None:
    display.display(text, stderr=True)
