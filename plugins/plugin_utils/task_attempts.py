# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls of a module belong together: Ansible does not tell an action plugin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from ansible.playbook.handler import Handler
from ansible.playbook.task import Task

from ..module_utils._oauth.task_errors import Attempt

# Each item of a loop has a copy of the task, so a number with the key `id()` could belong to an earlier item.
_numbers: WeakKeyDictionary[Task, int] = WeakKeyDictionary()


def count_attempt(task: Task) -> Attempt:
    """Return which attempt at the task begins now. `until` repeats the same task object."""
    number = _numbers.get(task, 0) + 1
    _numbers[task] = number
    return Attempt(str(task._uuid), number)


def find_sharing(task: Task, variables: Mapping[str, Any], attempt: Attempt) -> Attempt | None:
    """Return the common key of calls that share listings; `None` for the only call of its task.

    With `serial`, each batch of hosts runs the same task again, so a batch shares nothing with another batch. A handler runs
    again each time that handlers are flushed, so only the items of its loop, which have one process, share.
    """
    batch = variables.get("ansible_play_batch") or ()
    has_loop = task.loop is not None or task.loop_with is not None
    if isinstance(task, Handler):
        return replace(attempt, task=f"{attempt.task} {os.getpid()}") if has_loop else None
    if len(batch) < 2 and not has_loop:
        return None
    return replace(attempt, task=f"{attempt.task} {sorted(batch)}") if task.get_play().serial else attempt
