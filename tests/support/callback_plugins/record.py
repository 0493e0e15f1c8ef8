# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write all results, as callbacks see them, to the file in PLAYBOOK_RECORD, as JSON lines."""

from __future__ import annotations

DOCUMENTATION = """
name: record
type: aggregate
short_description: Record results for the tests
description:
  - Appends each result that callbacks get to see to a file, as one line of JSON.
options:
  path:
    description: The file.
    type: path
    env:
      - name: PLAYBOOK_RECORD
"""

import json

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Append each result to a file."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, **line):
        with open(self.get_option("path"), "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str, sort_keys=True) + "\n")

    def _record(self, status, outcome, *, item=False):
        self._write(
            status=status,
            host=outcome._host.get_name(),
            task=outcome._task.get_name(),
            action=outcome._task.action,
            is_item=item,
            result=outcome._result,
        )

    def v2_runner_on_ok(self, result):
        """Record a task that succeeded."""
        self._record("changed" if result._result.get("changed") else "ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Record a task that failed."""
        self._record("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result):
        """Record a task that was skipped."""
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result):
        """Record a host that was not reached."""
        self._record("unreachable", result)

    def v2_runner_item_on_ok(self, result):
        """Record a loop item that succeeded."""
        self._record("changed" if result._result.get("changed") else "ok", result, item=True)

    def v2_runner_item_on_failed(self, result):
        """Record a loop item that failed."""
        self._record("failed", result, item=True)

    def v2_runner_item_on_skipped(self, result):
        """Record a loop item that was skipped."""
        self._record("skipped", result, item=True)

    def v2_playbook_on_stats(self, stats):
        """Record the counts of each host."""
        self._write(stats={host: stats.summarize(host) for host in stats.processed})
