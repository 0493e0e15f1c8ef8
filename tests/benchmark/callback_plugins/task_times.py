# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the moment at which each task starts to the file in BENCHMARK_TIMES, as JSON lines."""

from __future__ import annotations

DOCUMENTATION = """
name: task_times
type: aggregate
short_description: Record when tasks start
description:
  - Appends the name of each task and the time of its start to a file, as one line of JSON.
"""

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Append the moments to a file. A task ends when the next one, or the report at the end, starts."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_times"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Record a task."""
        _write(task.get_name())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Record the end."""
        _write("")


def _write(name: str) -> None:
    with open(os.environ["BENCHMARK_TIMES"], "a", encoding="utf-8") as file:
        file.write(json.dumps({"task": name, "at": time.time()}) + "\n")
