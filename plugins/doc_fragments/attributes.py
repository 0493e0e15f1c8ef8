# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that all modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Check mode, diff mode and where the modules run."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what would change without changing it.
    support: full
  action:
    description: Runs on the controller, inside Ansible's own process. Nothing is needed on managed hosts, and they need not be reachable.
    support: full
  delegation:
    description: Runs on another host only where the task is explicitly delegated to one; that host then needs the Python library requests.
    support: full
  async:
    description: Supports the async keyword. It is refused, because Ansible keeps the results of asynchronous tasks in files.
    support: none
  idempotent:
    description: Changes nothing when it runs again.
    support: full
"""

    DIFF = r"""
options: {}
attributes:
  diff_mode:
    description: Shows what changed, or would change, without secrets.
    support: full
"""

    NO_DIFF = r"""
options: {}
attributes:
  diff_mode:
    description: Shows what changed, or would change.
    support: none
"""
