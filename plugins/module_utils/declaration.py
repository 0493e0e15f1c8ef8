# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all state modules do with their options: bring one object to the wanted state, once for all hosts of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .management import Management
from .masking import without_secrets
from .resource import Kind, Object, Outcome, State
from .task import Result, Spec, Task

# the managed fields of an object, knowing the one that is there
Body = Callable[[Any], Object]


def state_spec(options: dict[str, dict[str, Any]], rules: dict[str, Any] | None = None) -> Spec:
    """The options of a state module: ``state``, ``id``, ``display_name``, and the kind's own."""
    common: dict[str, dict[str, Any]] = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "id": {"type": "str"},
        "display_name": {"type": "str"},
    }
    return Spec(options={**common, **options}, rules={"required_one_of": [("id", "display_name")], **(rules or {})})


def declare(
    task: Task,
    kind: Kind,
    body: Callable[[Management], Body],
    *,
    operations: list[str] | None = None,
    manages: bool = True,
    refuse: Callable[[Object], None] = lambda found: None,
) -> Outcome:
    """Bring the object to the state that the options name.

    ``manages`` tells whether the options say how it shall be; without that, an object by id is only read.
    ``operations`` are what building the body needs beside those on the object; ``refuse`` raises where it must not go.
    """
    params = task.params
    find = kind.find(by_id=bool(params["id"]))
    with task.lock(kind.noun, params["id"] or params["display_name"]):
        if params["state"] == "absent":
            return _state(task, kind, find, kind.delete).absent(refuse)
        writes = [kind.create, kind.update]
        if params["id"]:
            writes = [kind.update] if manages else []
        state = _state(task, kind, find, *writes, *(operations or []))
        return state.present(body(state.management))


def result(kind: Kind, outcome: Outcome) -> Result:
    """What every state module returns."""
    return {"changed": outcome.changed, kind.noun: without_secrets(outcome.after), "diff": outcome.diff()}


def _state(task: Task, kind: Kind, *operations: str) -> State:
    management = task.management(*operations)
    params = task.params
    return State(kind, management, id=params["id"], display_name=params["display_name"], check_mode=task.check_mode)
