# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `minimal` beside another output callback: Ansible itself allows only one."""

from __future__ import annotations

DOCUMENTATION = """
name: also_minimal
type: aggregate
short_description: The callback minimal beside another
description:
  - Prints what the callback C(minimal) prints.
extends_documentation_fragment:
  - result_format_callback
"""

from ansible.plugins.callback.minimal import CallbackModule as Minimal


class CallbackModule(Minimal):
    """The same, but of another type."""

    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "also_minimal"
    CALLBACK_NEEDS_ENABLED = True
