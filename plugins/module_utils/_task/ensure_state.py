# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of all state modules: bring one object to its wanted state, once for all hosts of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from .._errors import OptionError
from .._management.field_limits import validate_field_limits
from .._management.names import build_lock_name
from .._management.references import look_again
from .._management.resource_state import ChangeResult, ResourceState, StateOptions
from .._management.resource_types import Resource, ResourceType
from .._masking import remove_secrets
from .._text import join_names
from .context import ModuleResult, TaskContext

# Returns the managed fields of an object, given the existing object.
BuildWanted = Callable[[Any], Resource]
# Makes the object that finds and writes the resource. A resource type can need more than `ResourceState`.
MakeState = Callable[..., ResourceState]


def ensure_state(
    task: TaskContext,
    resource_type: ResourceType,
    managed: Mapping[str, Any],
    *,
    required: Mapping[str, Any] = MappingProxyType({}),
    make_builder: Callable[[Any], BuildWanted] | None = None,
    operations: Iterable[str] = (),
    validate_removal: Callable[[Resource], None] = lambda found: None,
    make_state: MakeState = ResourceState,
) -> ChangeResult:
    """Bring the object to the state that the options set.

    Args:
        managed: the options that can change an existing object, beside its name; `None` for each that is not set.
            `managed` and `required` decide which operations the token allows.
        required: the fields that a new object must have; `None` for each that is not set.
        make_builder: given the `ResourceState`, returns the function that builds the managed fields. By default, `managed`
            has the API's own fields.
        operations: operations that are needed beside those on the object.
        validate_removal: raises if the object must not be removed.
        make_state: makes the `ResourceState`, for a resource type that is found or written in its own way.
    """
    options = StateOptions(*(task.params[name] for name in ("state", "id", resource_type.finder)))
    announced = [
        *resource_type.list_lookup_operations(by_id=bool(options.id)),
        *_list_writes(options, resource_type, managed, required),
        *operations,
    ]
    purpose = task.build_lock_purpose(
        f"work on the same {resource_type.noun}",
        f"several hosts can create the same {resource_type.noun}",
        is_unrepeatable=options.state == "present" and not task.check_mode,
    )
    subject = options.id or build_lock_name(str(options.name))
    with task.lock(resource_type.noun, subject, purpose=purpose, is_in_realm=resource_type.is_in_realm):
        client = task.build_client(*announced)
        if task.has_predicted_credentials:
            task.warn(
                "The credentials are predicted too, so this task did not read the tenant. Its prediction ignores objects that exist there."
            )

        def bring() -> ChangeResult:
            state = make_state(resource_type, client, options, warn=task.warn)
            if options.state == "absent":
                return state.ensure_absent(validate_removal)
            validate_field_limits(resource_type.noun, task.params)
            build = (
                make_builder(state) if make_builder else _use_fields({resource_type.finder: options.name, **managed})
            )
            return state.ensure_present(_require_fields(resource_type, build, required))

        return look_again(client, bring)


def _list_writes(
    options: StateOptions, resource_type: ResourceType, managed: Mapping[str, Any], required: Mapping[str, Any]
) -> list[str]:
    """Return the writing operations that the options can need. An object that is found by its name is not renamed."""
    if options.state == "absent":
        return [resource_type.delete_operation]
    renames = options.id and options.name
    possible = {
        resource_type.create_operation: not options.id and all(required.values()),
        resource_type.update_operation: renames or any(value is not None for value in managed.values()),
    }
    return [name for name, is_possible in possible.items() if is_possible]


def _use_fields(fields: Mapping[str, Any]) -> BuildWanted:
    given = {name: value for name, value in fields.items() if value is not None}
    return lambda existing: given


def _require_fields(resource_type: ResourceType, build: BuildWanted, required: Mapping[str, Any]) -> BuildWanted:
    """Return the same builder; it raises if a new object would lack a required field, or an existing object would lose it."""

    def build_complete(existing: Resource | None) -> Resource:
        built = build(existing)
        missing = [name for name, value in required.items() if not value and (existing is None or value is not None)]
        if missing:
            raise OptionError(
                f"{'The' if existing else 'A new'} {resource_type.noun} needs {join_names(missing)}.",
                "Omit options that you do not want to change." if existing else "",
            )
        return built

    return build_complete


def to_module_result(resource_type: ResourceType, change: ChangeResult) -> ModuleResult:
    """Return what every state module returns."""
    return {
        "changed": change.changed,
        resource_type.noun: remove_secrets(change.after),
        "before": remove_secrets(change.before),
        "after": remove_secrets(change.after),
        "diff": change.build_diff(),
    }
