# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's browser."""

from __future__ import annotations

import os
import subprocess
import webbrowser

_SECONDS = 1.0  # a command that still runs after this time is the browser itself


def open_in_browser(url: str) -> bool:
    """Open a URL in a graphical browser or with the command in `BROWSER`, and return whether that is possible.

    A text browser that is only installed is not used. No command gets Ansible's terminal.
    """
    try:
        browser = webbrowser.get()
    except (webbrowser.Error, ValueError):  # ValueError: an open quote in BROWSER
        return False
    if isinstance(browser, webbrowser.GenericBrowser):
        is_wanted = isinstance(browser, webbrowser.BackgroundBrowser) or bool(os.environ.get("BROWSER"))
        return is_wanted and _run([browser.name, *(argument.replace("%s", url) for argument in browser.args)])
    if not getattr(browser, "redirect_stdout", True):  # false for Elinks
        return False
    return browser.open(url)


def _run(command: list[str]) -> bool:
    """Run a command apart from the terminal, and return whether it succeeds or still runs."""
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        return process.wait(_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
