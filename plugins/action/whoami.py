# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module whoami on the controller."""

from __future__ import annotations

from typing import ClassVar

from ..modules import whoami
from ..plugin_utils.module_action import ModuleAction

main = whoami.main  # ansible-lint reads the options from main


class ActionModule(ModuleAction):
    """See the module whoami."""

    module: ClassVar = whoami
