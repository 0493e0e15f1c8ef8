# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator of Beyond Identity's authorization server and Management API for tests, over HTTP on the loopback interface."""

from __future__ import annotations

__version__ = "0.1.0"
