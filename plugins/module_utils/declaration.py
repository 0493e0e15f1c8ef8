# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all state modules do with their options: bring one object to the wanted state, once for all hosts of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import OptionError
from .masking import without_secrets
from .resource import Kind, Object, Outcome, State
from .task import Result, Spec, Task

# the managed fields of an object, knowing the one that is there
Body = Callable[[Any], Object]
# what finds and writes the object: a kind may need more than the usual
MakeState = Callable[..., State]


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
    body: Callable[[Any], Body],
    *,
    operations: list[str] | None = None,
    manages: bool = True,
    refuse: Callable[[Object], None] = lambda found: None,
    state: MakeState = State,
) -> Outcome:
    """Bring the object to the state that the options name.

    ``body`` builds the managed fields, knowing the state. ``manages`` tells whether the options say how it shall be;
    without that, an object by id is only read. ``operations`` are what is needed beside those on the object;
    ``refuse`` raises where it must not go.
    """
    params = task.params
    find = kind.find(by_id=bool(params["id"]))
    if params["state"] == "absent":
        writes = [kind.delete]
    elif params["id"]:
        writes = [kind.update] if manages else []
    else:
        writes = [kind.create, kind.update]
    with task.lock(kind.noun, params["id"] or params["display_name"]):
        declared = state(
            kind,
            task.management(find, *writes, *(operations or [])),
            id=params["id"],
            display_name=params["display_name"],
            check_mode=task.check_mode,
        )
        return declared.absent(refuse) if params["state"] == "absent" else declared.present(body(declared))


def fields(kind: Kind, params: Mapping[str, Any], *names: str, needed: tuple[str, ...] = ()) -> Body:
    """The body of a kind whose options are the API's own fields; a new object needs some of them."""

    def build(existing: Object | None) -> Object:
        given = {name: params[name] for name in ("display_name", *names) if params[name] is not None}
        missing = [] if existing else [name for name in ("display_name", *needed) if not given.get(name)]
        if missing:
            raise OptionError(f"A new {kind.noun} needs {' and '.join(missing)}.")
        return given

    return build


def result(kind: Kind, outcome: Outcome) -> Result:
    """What every state module returns."""
    return {"changed": outcome.changed, kind.noun: without_secrets(outcome.after), "diff": outcome.diff()}
