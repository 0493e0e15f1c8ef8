# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources of connection options, and the resolved values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..module_utils._connection_options import CONNECTION_OPTIONS

ARGUMENT, VARIABLE, TASK_ENVIRONMENT, ENVIRONMENT = (
    "the task",
    "a variable",
    "the task's environment",
    "the environment",
)
_BY_STRENGTH = (ARGUMENT, VARIABLE, TASK_ENVIRONMENT, ENVIRONMENT)


def get_rank(source: str) -> int:
    """Return a source's rank: 0 for the strongest."""
    return _BY_STRENGTH.index(source)


@dataclass
class ResolvedOptions:
    """Connection options by name, the source of each, and warnings for the user."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def assign(self, name: str, value: Any, source: str) -> None:
        """Set an option."""
        self.values[name] = value
        self.sources[name] = source

    def drop(self, name: str) -> None:
        """Remove an option."""
        self.values.pop(name, None)
        self.sources.pop(name, None)

    def is_weaker(self, name: str, source: str) -> bool:
        """Whether an option is set, by a weaker source than this one."""
        return name in self.sources and get_rank(self.sources[name]) > get_rank(source)

    def group_by_source(self) -> dict[str, list[str]]:
        """Return the names of the options that each source sets, the strongest source first."""
        return {
            source: names
            for source in _BY_STRENGTH
            if (names := sorted(name for name in self.sources if self.sources[name] == source))
        }

    def list_secret_sources(self) -> set[str]:
        """Return the sources of all secret credentials."""
        return {
            self.sources[option.name]
            for option in CONNECTION_OPTIONS
            if option.credential and option.secret and option.name in self.sources
        }


@dataclass(frozen=True)
class OptionSources:
    """The sources of options of a task or lookup, besides its arguments.

    Attributes:
        variables: the task's variables, not templated yet.
        template: templates one value.
        task_environment: the task's `environment:`. A lookup has none.
        environment: the environment of this process.
    """

    variables: Mapping[str, Any]
    template: Callable[[Any], Any]
    task_environment: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def build_environ(self, resolved: ResolvedOptions) -> Mapping[str, str]:
        """Return the environment variables that proxies and CA files are read from.

        If a secret is from the environment, the task's environment is left out, because it could redirect the secret.
        """
        if not self.task_environment or ENVIRONMENT in resolved.list_secret_sources():
            return self.environment
        return {**self.environment, **self.task_environment}
