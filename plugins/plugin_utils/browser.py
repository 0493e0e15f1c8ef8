# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's browser."""

from __future__ import annotations

import webbrowser


def open_in_browser(url: str) -> bool:
    """Open a URL in a graphical browser, and return whether there is one. A text browser would take Ansible's terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    is_generic = isinstance(browser, webbrowser.GenericBrowser)
    is_foreground = is_generic and not isinstance(browser, webbrowser.BackgroundBrowser)
    if is_foreground or not getattr(browser, "redirect_stdout", True):  # false for Elinks
        return False
    return browser.open(url)
