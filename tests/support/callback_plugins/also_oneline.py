# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `oneline` beside another output callback: Ansible itself allows only one."""

from __future__ import annotations

DOCUMENTATION = """
name: also_oneline
type: aggregate
short_description: The callback oneline beside another
description:
  - Prints what the callback C(oneline) prints.
"""

try:
    from ansible.plugins.callback.oneline import CallbackModule as Oneline
except ImportError:  # ansible-core 2.23 removes it
    from ansible.plugins.callback import CallbackBase as Oneline


class CallbackModule(Oneline):
    """The same, but of another type."""

    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "also_oneline"
    CALLBACK_NEEDS_ENABLED = True
