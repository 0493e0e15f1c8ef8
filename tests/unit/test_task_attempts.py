# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a worker has attempted its task."""

from __future__ import annotations

import gc
import os
from typing import Any

import pytest
from ansible.playbook.handler import Handler
from ansible.playbook.play import Play
from ansible.playbook.task import Task

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import Attempt
from ansible_collections.beyondidentity.management.plugins.plugin_utils import task_attempts
from ansible_collections.beyondidentity.management.plugins.plugin_utils.task_attempts import count_attempt, find_sharing


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


HOSTS = {"ansible_play_batch": ["b", "a"]}
FIRST = Attempt("task-1", 1)


@pytest.mark.parametrize(
    ("play", "task", "variables", "expected"),
    [
        ({}, {}, {"ansible_play_batch": ["a"]}, None),
        ({}, {}, {}, None),
        ({}, {"loop": [1]}, {"ansible_play_batch": ["a"]}, FIRST),
        ({}, {"with_items": [1]}, {"ansible_play_batch": ["a"]}, FIRST),
        ({}, {}, HOSTS, FIRST),
        ({"serial": 2}, {}, HOSTS, Attempt("task-1 ['a', 'b']", 1)),
    ],
    ids=["one call", "a lookup", "a loop", "an old loop", "two hosts", "a batch of hosts"],
)
def test_items_and_hosts_share_listings(
    play: dict[str, Any], task: dict[str, Any], variables: dict[str, Any], expected: Attempt | None
) -> None:
    loaded = Play.load({"hosts": "all", **play, "tasks": [{"ansible.builtin.debug": {"msg": "x"}, **task}]})
    assert find_sharing(loaded.tasks[0].block[0], variables, FIRST) == expected


def test_a_handler_that_runs_again_shares_nothing_with_its_earlier_run() -> None:
    """Ansible runs the same handler each time that handlers are flushed, each time in a new process."""
    handler = Handler.load({"ansible.builtin.debug": {"msg": "x"}, "loop": [1]})
    assert find_sharing(handler, HOSTS, FIRST) == Attempt(f"task-1 {os.getpid()}", 1)
    assert find_sharing(Handler.load({"ansible.builtin.debug": {"msg": "x"}}), HOSTS, FIRST) is None
