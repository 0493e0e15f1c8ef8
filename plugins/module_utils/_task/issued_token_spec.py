# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module options that select an application's issued tokens."""

from __future__ import annotations

from typing import Any

ISSUED_TOKEN_OPTIONS: dict[str, dict[str, Any]] = {
    "application": {"type": "str"},
    "principal_type": {"type": "str", "choices": ["application", "identity"]},
    "principal_id": {"type": "str"},
    "id": {"type": "str"},
}
