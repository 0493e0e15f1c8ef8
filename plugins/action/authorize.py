# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module authorize on the controller."""

from __future__ import annotations

from typing import ClassVar

from ..modules import authorize
from ..plugin_utils.module_action import ModuleAction
from ..plugin_utils.sign_in_prompt import wait_for_sign_in

main = authorize.main  # ansible-lint reads the options from main


class ActionModule(ModuleAction):
    """See the module authorize."""

    module: ClassVar = authorize
    listen = staticmethod(wait_for_sign_in)
