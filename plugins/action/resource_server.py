# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module resource_server on the controller."""

from __future__ import annotations

from typing import ClassVar

from ..modules import resource_server
from ..plugin_utils.module_action import ModuleAction

main = resource_server.main  # ansible-lint reads the options from main


class ActionModule(ModuleAction):
    """See the module resource_server."""

    module: ClassVar = resource_server
