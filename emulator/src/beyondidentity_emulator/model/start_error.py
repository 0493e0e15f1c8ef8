# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error that prevents the start of the emulator."""

from __future__ import annotations


class StartError(Exception):
    """An option, a file or the system prevents the start. The message is one line, without secrets, and says what to do."""
