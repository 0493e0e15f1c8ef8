# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of the stand-ins."""

from __future__ import annotations

import secrets


def new_token() -> str:
    """Return a token of a stand-in."""
    return secrets.token_urlsafe(24)
