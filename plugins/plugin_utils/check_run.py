# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the run has `--check`, and the options that a run without `--check` refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible import context
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.playbook.task import Task

from ..module_utils._predicted import refuse_predicted


def is_check_run() -> bool:
    """Whether Ansible was started with `--check`. Unlike a task's check mode, no keyword changes this."""
    return bool(context.CLIARGS.get("check"))


def is_always_checked(task: Task) -> bool:
    """Whether `check_mode: true` lets the task only predict in a run without `--check`, too.

    The nearest keyword decides: the keyword of the task, a block, an include, a role, or the play. A template is ignored, because its
    value can depend on `--check`.
    """
    given = next((keyword for keyword in _list_keywords(task) if keyword is not None), None)
    return isinstance(given, (bool, str)) and boolean(given, strict=False)


def _list_keywords(task: Any) -> Iterator[Any]:
    """Yield the values of `check_mode` as they are in the files. The task itself has the one that applies, from `--check`."""
    item = task
    while item is not None:
        yield _read_keyword(item)
        parent = getattr(item, "_parent", None)
        role = getattr(item, "_role", None)
        if role is not None and role is not getattr(parent, "_role", None):
            keyword = getattr(role, "_check_mode", None)
            yield keyword if isinstance(keyword, (bool, str)) else None
        item = parent
    yield _read_keyword(task.get_play())


def _read_keyword(item: Any) -> Any:
    source = item.get_ds()
    return source.get("check_mode") if isinstance(source, Mapping) else None


def refuse_predicted_options(params: Mapping[str, Any]) -> None:
    """Raise `OptionError` for an option with an ID or credential that a run in check mode predicted."""
    for name, value in params.items():
        refuse_predicted(name, value)
