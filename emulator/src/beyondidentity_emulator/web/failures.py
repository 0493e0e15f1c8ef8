# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unexpected errors in the emulator's output. Their messages can quote secrets from requests, so they are left out."""

from __future__ import annotations

import traceback


def format_place(error: BaseException | None) -> str:
    """Return the type of an error and the lines of code that it came through."""
    if error is None:
        return ""
    lines = traceback.format_tb(error.__traceback__)
    return "".join([*lines, f"{type(error).__name__} (the message is left out: it can contain secrets)\n"])
