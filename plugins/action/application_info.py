# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module application_info on the controller."""

from __future__ import annotations

from typing import ClassVar

from ..modules import application_info
from ..plugin_utils.module_action import ModuleAction

main = application_info.main  # ansible-lint reads the options from main


class ActionModule(ModuleAction):
    """See the module application_info."""

    module: ClassVar = application_info
