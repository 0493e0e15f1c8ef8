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
    description:
      - Supports check mode. The module predicts the result and changes nothing.
    support: full
  action:
    description:
      - Runs on the controller, inside Ansible's own process. Managed hosts need no software and do not need to be reachable.
    support: full
  delegation:
    description:
      - Runs on another host only if the task is delegated to a remote host. That host needs the Python library requests.
    support: full
  async:
    description:
      - Supports the async keyword.
    support: none
    details:
      - The module refuses the keyword, because Ansible stores the results of asynchronous tasks in files.
  idempotent:
    description:
      - Changes nothing if it runs again with the same options.
    support: full
"""

    DIFF = r"""
options: {}
attributes:
  diff_mode:
    description:
      - Shows what changed, or would change, without secrets.
    support: full
"""

    NO_DIFF = r"""
options: {}
attributes:
  diff_mode:
    description:
      - Shows what changed, or would change.
    support: none
"""
