# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all state modules do with their options: bring one object to the wanted state, once for all hosts of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from .errors import OptionError
from .masking import without_secrets
from .resource import Kind, Object, Outcome, State
from .task import Result, Spec, Task
from .text import listed

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
    managed: Mapping[str, Any],
    *,
    needed: Mapping[str, Any] = MappingProxyType({}),
    body: Callable[[Any], Body] | None = None,
    operations: Iterable[str] = (),
    refuse: Callable[[Object], None] = lambda found: None,
    state: MakeState = State,
) -> Outcome:
    """Bring the object to the state that the options name.

    ``managed`` are the options that may change an object that is there, beside its name, and ``needed`` what a new one
    can't be without; ``None`` is what is not given. They tell what the token must be good for. ``body`` builds the
    managed fields, knowing the state, where the options are not the API's own fields. ``operations`` are what is needed
    beside those on the object; ``refuse`` raises where it must not go.
    """
    params = task.params
    announced = [kind.find(by_id=bool(params["id"])), *_writes(params, kind, managed, needed), *operations]
    with task.lock(kind.noun, params["id"] or params["display_name"]):
        declared = state(
            kind,
            task.management(*announced),
            id=params["id"],
            display_name=params["display_name"],
            check_mode=task.check_mode,
        )
        if params["state"] == "absent":
            return declared.absent(refuse)
        build = body(declared) if body else _fields({"display_name": params["display_name"], **managed})
        return declared.present(_complete(kind, build, needed))


def _writes(params: Mapping[str, Any], kind: Kind, managed: Mapping[str, Any], needed: Mapping[str, Any]) -> list[str]:
    """The operations by which the options may change anything. What is found by its name has that name already."""
    if params["state"] == "absent":
        return [kind.delete]
    renames = params["id"] and params["display_name"]
    possible = {
        kind.create: not params["id"] and all(needed.values()),
        kind.update: renames or any(value is not None for value in managed.values()),
    }
    return [name for name, is_possible in possible.items() if is_possible]


def _fields(options: Mapping[str, Any]) -> Body:
    """The body of a kind whose options are the API's own fields."""
    given = {name: value for name, value in options.items() if value is not None}
    return lambda existing: given


def _complete(kind: Kind, body: Body, needed: Mapping[str, Any]) -> Body:
    """The same body, or an error where a new object would lack what it needs, or one that is there would lose it."""

    def build(existing: Object | None) -> Object:
        built = body(existing)
        missing = [name for name, value in needed.items() if not value and (existing is None or value is not None)]
        if missing:
            raise OptionError(
                f"{'The' if existing else 'A new'} {kind.noun} needs {listed(missing)}.",
                "Leave out what shall stay as it is." if existing else "",
            )
        return built

    return build


def result(kind: Kind, outcome: Outcome) -> Result:
    """What every state module returns."""
    return {"changed": outcome.changed, kind.noun: without_secrets(outcome.after), "diff": outcome.diff()}
