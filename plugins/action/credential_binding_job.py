# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module credential_binding_job on the controller."""

from __future__ import annotations

from typing import ClassVar

from ..modules import credential_binding_job
from ..plugin_utils.module_action import ModuleAction

main = credential_binding_job.main  # ansible-lint reads the options from main


class ActionModule(ModuleAction):
    """See the module credential_binding_job."""

    module: ClassVar = credential_binding_job
