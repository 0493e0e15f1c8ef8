# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a worker has attempted its task: Ansible does not tell an action plugin."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ansible.playbook.task import Task

from ..module_utils._oauth.refused_credentials import Attempt

# Each item of a loop has a copy of the task, so a number that is keyed by `id()` could be that of an earlier item.
_numbers: WeakKeyDictionary[Task, int] = WeakKeyDictionary()


def count_attempt(task: Task) -> Attempt:
    """Return which attempt at the task begins now. `until` repeats the same task object."""
    number = _numbers.get(task, 0) + 1
    _numbers[task] = number
    return Attempt(str(task._uuid), number)
