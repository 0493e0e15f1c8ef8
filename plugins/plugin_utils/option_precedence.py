# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which value each connection option has: argument, variable, task environment, environment, or default.

The one resolver for modules and lookups. It runs on the controller only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..module_utils._connection_options import CONNECTION_OPTIONS, ENVIRONMENT_PREFIX, Option
from ..module_utils._errors import OptionError
from .option_sources import ARGUMENT, ENVIRONMENT, TASK_ENVIRONMENT, VARIABLE, OptionSources, ResolvedOptions
from .option_trust import (
    guard_environment_secret,
    keep_credentials_together,
    keep_realm_together,
    let_issuer_replace_parts,
)
from .option_values import convert_value, is_fact, is_set, read_variable

_is_resolving: ContextVar[bool] = ContextVar("beyondidentity_is_resolving", default=False)


def resolve_options(
    arguments: Mapping[str, Any],
    sources: OptionSources,
    ignored: frozenset[str] = frozenset(),
    options: Iterable[Option] = CONNECTION_OPTIONS,
) -> ResolvedOptions:
    """Return the connection options in force. Each comes from the strongest source that sets it.

    Args:
        arguments: the arguments of the task or lookup.
        ignored: options that only an argument can set.
        options: the options to resolve.

    Raises:
        OptionError: a value cannot be used.
        TrustError: a source would send another source's secret elsewhere.
    """
    resolved = ResolvedOptions()
    environments = [
        (_select_own(environment), source)
        for environment, source in (
            (sources.task_environment, TASK_ENVIRONMENT),
            (sources.environment, ENVIRONMENT),
        )
    ]
    with refuse_recursion():
        for option in options:
            if _resolve_argument(option, arguments, sources, resolved):
                continue
            if option.argument_only or option.name in ignored:
                continue
            if not _resolve_variable(option, sources, resolved):
                _resolve_environment(option, environments, resolved)
    keep_credentials_together(resolved)
    keep_realm_together(resolved)
    let_issuer_replace_parts(resolved)
    guard_environment_secret(resolved)
    return resolved


@contextmanager
def refuse_recursion() -> Iterator[None]:
    """Raise `OptionError` if a variable needs itself, by way of the token lookup."""
    if _is_resolving.get():
        raise OptionError(
            "A beyondidentity_* variable uses the token lookup, which needs the same variable.",
            "Set the lookup's options as its arguments, or use another variable name.",
        )
    mark = _is_resolving.set(True)
    try:
        yield
    finally:
        _is_resolving.reset(mark)


def _resolve_argument(
    option: Option, arguments: Mapping[str, Any], sources: OptionSources, resolved: ResolvedOptions
) -> bool:
    value = arguments.get(option.name)
    if not is_set(value, sources):
        return False
    resolved.assign(option.name, convert_value(option, value, ARGUMENT), ARGUMENT)
    return True


def _resolve_variable(option: Option, sources: OptionSources, resolved: ResolvedOptions) -> bool:
    name = option.variable
    if sources.variables.get(name) is None:
        return False
    if is_fact(name, sources.variables):
        resolved.warnings.append(
            f"{name} is ignored: a managed host reported it as a fact, and a host must not decide where secrets are sent."
        )
        return False
    value = read_variable(option, sources)
    if not is_set(value, sources):
        return False
    resolved.assign(option.name, convert_value(option, value, VARIABLE), VARIABLE)
    return True


def _select_own(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of this collection. A process's environment decodes a variable at each access."""
    return {name: environment[name] for name in environment if name.startswith(ENVIRONMENT_PREFIX)}


def _resolve_environment(
    option: Option, environments: Iterable[tuple[Mapping[str, str], str]], resolved: ResolvedOptions
) -> None:
    for environment, source in environments:
        value = environment.get(option.environment)
        if value:
            resolved.assign(option.name, convert_value(option, value, source), source)
            return
