# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specs of all modules: what they share, and what a module adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from .._connection_options import Option, list_options

# The options that select an application's issued tokens.
ISSUED_TOKEN_OPTIONS: dict[str, dict[str, Any]] = {
    "application": {"type": "str"},
    "principal_type": {"type": "str", "choices": ["application", "identity"]},
    "principal_id": {"type": "str"},
    "id": {"type": "str"},
}


@dataclass(frozen=True, eq=False)  # by identity, so that what is derived from a spec can be cached
class ModuleSpec:
    """A module's own options, and the rules for them, as `AnsibleModule` takes them.

    Attributes:
        ignored: connection options that count only as arguments of the task, because the module has no other use for them.
        ignores: whether `ignored` applies to a call with these arguments; by default to each call.
        controller_only: whether the module sends nothing, so that it runs on the controller even if the task is delegated.
        uses_connection: whether the module has a use for the connection options. A module without one accepts and ignores
            them, because `module_defaults` can set them for all modules.
        manages_realm: whether the module manages objects in a realm, so it has the option `realm`.
        finder: a state module's option that finds an object without its ID.
    """

    options: dict[str, dict[str, Any]]
    rules: dict[str, Any] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    ignores: Callable[[Mapping[str, Any]], bool] = lambda arguments: True
    controller_only: bool = False
    uses_connection: bool = True
    manages_realm: bool = False
    finder: str = "display_name"

    @cached_property
    def connection_options(self) -> tuple[Option, ...]:
        """The connection options, with the choices that the module adds."""
        choices = {name: tuple(option.get("choices", ())) for name, option in self.options.items()}
        return tuple(
            replace(option, choices=choices.get(option.name, option.choices))
            for option in list_options(manages_realm=self.manages_realm)
        )

    def get_ignored(self, arguments: Mapping[str, Any]) -> frozenset[str]:
        """Return the connection options that a call with these arguments ignores unless they are arguments."""
        if not self.uses_connection:
            return frozenset(option.name for option in self.connection_options)
        return self.ignored if self.ignores(arguments) else frozenset()

    def build_arguments(self) -> dict[str, Any]:
        """Return the spec as `AnsibleModule` takes it, and as the documentation shows it."""
        shared = {
            option.name: option.build_spec()
            for option in list_options(manages_realm=self.manages_realm)
            if self.uses_connection or option.argument_only
        }
        return {"argument_spec": {**shared, **self.options}, "supports_check_mode": True, **self.rules}


def state_spec(
    options: dict[str, dict[str, Any]],
    rules: dict[str, Any] | None = None,
    *,
    manages_realm: bool = True,
    finder: str = "display_name",
) -> ModuleSpec:
    """Return a state module's spec: `state`, `id`, the `finder`, and the module's own options."""
    common: dict[str, dict[str, Any]] = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "id": {"type": "str"},
        finder: {"type": "str"},
    }
    return ModuleSpec(
        options={**common, **options},
        rules={"required_one_of": [("id", finder)], **(rules or {})},
        manages_realm=manages_realm,
        finder=finder,
    )


def info_spec(*finders: str, options: dict[str, Any] | None = None, manages_realm: bool = True) -> ModuleSpec:
    """Return an `_info` module's spec: `id`, `display_name` and other `finders`, of which one can be set, and own options."""
    exclusive = ("id", "display_name", *finders)
    return ModuleSpec(
        options={**{name: {"type": "str"} for name in exclusive}, **(options or {})},
        rules={"mutually_exclusive": [exclusive]},
        manages_realm=manages_realm,
    )
