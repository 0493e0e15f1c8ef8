# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a worker has attempted its task."""

from __future__ import annotations

import gc

from ansible.playbook.task import Task

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.refused_credentials import Attempt
from ansible_collections.beyondidentity.management.plugins.plugin_utils import task_attempts
from ansible_collections.beyondidentity.management.plugins.plugin_utils.task_attempts import count_attempt


def test_each_item_of_a_loop_has_attempts_of_its_own() -> None:
    """Ansible copies the task for each item, and repeats the copy."""
    task = Task()
    items = [task.copy(), task.copy()]
    attempts = [count_attempt(item) for item in (items[0], items[0], items[1], items[0])]
    assert [attempt.number for attempt in attempts] == [1, 2, 1, 3]
    assert {attempt.task for attempt in attempts} == {task._uuid}


def test_a_task_that_ended_is_forgotten() -> None:
    """A later task may have its place in memory."""
    gc.collect()  # tasks of other tests
    before = len(task_attempts._numbers)
    assert count_attempt(Task()) != Attempt("", 1)
    gc.collect()
    assert len(task_attempts._numbers) == before
