# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether several hosts of a run can be at work on a task at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import context

# The strategies that begin a task when all hosts have ended the one before. The strategy free ignores `run_once`. With it,
# each host has its own copy of an included task, so `throttle` does not count the others.
_LOCKSTEP_STRATEGIES = frozenset({"linear", "debug"})


def is_alone(task: Any, variables: Mapping[str, Any]) -> bool:
    """Return whether no other host can run a task of ansible-core at the same time."""
    if len(variables.get("ansible_play_batch") or ()) == 1 or context.CLIARGS.get("forks") == 1:
        return True
    return bool(task.run_once or task.throttle == 1) and _is_in_lockstep(task)


def _is_in_lockstep(task: Any) -> bool:
    return str(task.get_play().strategy).removeprefix("ansible.builtin.") in _LOCKSTEP_STRATEGIES
