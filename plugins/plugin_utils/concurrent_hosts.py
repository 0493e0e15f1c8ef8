# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether several hosts of a run can be at work on a task at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import context
from ansible.utils.fqcn import add_internal_fqcns

# The strategies that begin a task when all hosts have ended the previous task. The strategies free and host_pinned ignore
# `run_once`. With them, each host has its own copy of an included task, so `throttle` does not count the other hosts. What
# other strategies do is unknown.
_LOCKSTEP_STRATEGIES = frozenset(add_internal_fqcns(("linear", "debug")))


def is_alone(task: Any, variables: Mapping[str, Any]) -> bool:
    """Return whether no other host can run a task of ansible-core at the same time."""
    play = task.get_play()
    if context.CLIARGS.get("forks") == 1 or _is_serial(play) or _is_only_host(variables):
        return True
    return bool(task.run_once or task.throttle == 1) and str(play.strategy) in _LOCKSTEP_STRATEGIES


def _is_serial(play: Any) -> bool:
    return {str(size) for size in play.serial} == {"1"}


def _is_only_host(variables: Mapping[str, Any]) -> bool:
    """Return whether the batch has one host.

    `ansible_play_batch` lacks failed hosts, but a failed host still runs the `always` part of its block. So the batch
    is only considered if no host of the play has failed.
    """
    everyone = variables.get("ansible_play_hosts_all") or ()
    if len(everyone) == 1:
        return True
    batch, active = variables.get("ansible_play_batch") or (), variables.get("ansible_play_hosts") or ()
    return len(batch) == 1 and len(active) == len(everyone)
