# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a person to the browser and waits: what the module authorize does with ``listen``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ansible.utils.display import Display

from ..module_utils.authorization import Authorization
from ..module_utils.errors import StateError
from .listener import Listener, duration, open_in_browser

display = Display()


def _has_terminal() -> bool:
    # ansible-runner, and so AWX, gives a run a terminal that nobody sits at
    if os.environ.get("AWX_ISOLATED_DATA_DIR"):
        return False
    for stream in (sys.__stdin__, sys.__stderr__):
        with suppress(OSError, ValueError):  # closed, or no file
            if stream is not None and os.isatty(stream.fileno()):
                return True
    return False


# asked in the main process, for workers have no terminal of their own
_ATTENDED = _has_terminal()


def wait_for_person(
    redirect_uri: str, request: Callable[[str], Authorization], seconds: int, open_browser: bool
) -> Authorization:
    """Print the request's URL, wait for its answer, and return the request with the code.

    Output goes to standard error at once: warnings wait for the end of the task, and standard output may be JSON.
    """
    if not _ATTENDED and not open_browser:
        raise StateError(
            "There is no terminal, so nobody would see where to sign in.",
            "Sign in where there is one, with token_cache: user (playbook beyondidentity.management.login), or give "
            "the answer of a person as redirect_response.",
        )
    with Listener(redirect_uri) as listener:
        asked = request(listener.redirect_uri)
        listener.expect(asked)
        _say(f"\nTo sign in, open this address in a browser on this machine:\n\n{asked.url}\n")
        _say(f"Waiting {duration(seconds)} for the answer at {listener.redirect_uri}")
        if open_browser and not open_in_browser(asked.url):
            if not _ATTENDED:
                raise StateError(
                    "There is neither a terminal nor a browser here.", "Sign in where there is one of them."
                )
            _say("No browser could be opened here.")
        code = listener.wait(seconds, _say)
    return replace(asked, code=code)


def _say(text: str) -> None:
    display.display(text, stderr=True)
