# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print all results as one JSON document at the end, as `ansible.posix.json` does, which no ansible-core ships."""

from __future__ import annotations

DOCUMENTATION = """
name: results
type: aggregate
short_description: Print all results as JSON
description:
  - Prints what callbacks get to see of each result, loop items too, as one JSON document.
"""

import json

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Collect results, and print them at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._results = []

    def _collect(self, outcome, **_options):
        self._results.append({"task": outcome._task.get_name(), "host": outcome._host.get_name(), **outcome._result})

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_skipped = v2_runner_on_unreachable = _collect
    v2_runner_item_on_ok = v2_runner_item_on_failed = v2_runner_item_on_skipped = v2_runner_retry = _collect

    def v2_playbook_on_stats(self, stats):
        """Print everything."""
        self._display.display(json.dumps(self._results, default=str, indent=2))
