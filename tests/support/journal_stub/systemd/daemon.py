# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells that there is a systemd, so that Ansible looks for its journal."""

from __future__ import annotations


def booted() -> bool:
    """Say yes."""
    return True
