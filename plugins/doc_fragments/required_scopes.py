# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of how a module selects the scopes of its token."""

from __future__ import annotations


class ModuleDocFragment:
    """Notes that follow a module's list of required scopes. Modules that only read extend `required_scopes.info`."""

    DOCUMENTATION = r"""
options: {}
notes:
  - The token of the module has only those of the listed scopes that the options need. If you set O(access_token), that token must have these scopes.
  - In check mode, the token has only those scopes that end in C(:read).
"""

    INFO = r"""
options: {}
notes:
  - The token of the module has only those of the listed scopes that the options need. If you set O(access_token), that token must have these scopes.
"""
