# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the run has `--check`, and what a run without it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import context

from ..module_utils._predicted import refuse_predicted


def is_check_run() -> bool:
    """Whether Ansible was started with `--check`. Unlike a task's check mode, no keyword changes this."""
    return bool(context.CLIARGS.get("check"))


def refuse_predicted_options(params: Mapping[str, Any]) -> None:
    """Raise `OptionError` for an option with an ID or credential that a run in check mode predicted."""
    for name, value in params.items():
        refuse_predicted(name, value)
