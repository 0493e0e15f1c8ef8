# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which value each connection option has: argument, variable, task environment, environment, default; and who may say so.

The one resolver for modules and lookups. It runs on the controller only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ansible import errors
from ansible.errors import AnsibleUndefinedVariable
from ansible.module_utils.common.validation import check_type_bool

from ..module_utils.connection import is_regional
from ..module_utils.errors import OptionError, TrustError
from ..module_utils.masking import MASK
from ..module_utils.options import CONNECTION, Option
from ..module_utils.text import one_line, plain

ARGUMENT, VARIABLE, TASK_ENVIRONMENT, ENVIRONMENT = (
    "the task",
    "a variable",
    "the task's environment",
    "the environment",
)

# What decides where a secret goes. The issuer brings its parts along, so a stronger issuer replaces weaker ones.
_DESTINATION = ("issuer", "auth_url", "api_url", "proxy", "ca_path", "validate_certs")
_URLS = ("issuer", "auth_url", "api_url")  # of these, a regional one is harmless
_ISSUER_PARTS = ("region", "auth_url", "tenant_id", "auth_realm_id", "application_id")
_STRENGTH = (ARGUMENT, VARIABLE, TASK_ENVIRONMENT, ENVIRONMENT)

_OMITTED: Any = getattr(errors, "AnsibleValueOmittedError", ())  # since ansible-core 2.19

_LONE_TEMPLATE = re.compile(r"{{[^{}]*}}")

_resolving: ContextVar[bool] = ContextVar("beyondidentity_resolving", default=False)


@dataclass
class Resolved:
    """Options by name with where they came from, and what to tell the user."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def drop(self, name: str) -> None:
        """Forget an option."""
        self.values.pop(name, None)
        self.sources.pop(name, None)


@dataclass(frozen=True)
class Surroundings:
    """All that a task or lookup stands in: variables that are still to be templated, and environments."""

    variables: Mapping[str, Any]
    template: Callable[[Any], Any]
    task_environment: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def environ(self, resolved: Resolved) -> dict[str, str]:
        """Where proxies and CA bundles are read from; a task's environment must not redirect the environment's secret."""
        return {**self.environment, **({} if ENVIRONMENT in _secret_sources(resolved) else self.task_environment)}


def resolve(
    arguments: Mapping[str, Any],
    surroundings: Surroundings,
    ignored: frozenset[str] = frozenset(),
    options: Iterable[Option] = CONNECTION,
) -> Resolved:
    """The connection options in force.

    ``ignored`` options count as arguments only. Raises ``OptionError`` for what can't be used and
    ``TrustError`` for what would send a secret astray.
    """
    if _resolving.get():
        raise OptionError(
            "A beyondidentity_* variable uses the token lookup, which needs that variable itself.",
            "Give that lookup its options as arguments, or use another variable name.",
        )
    mark = _resolving.set(True)
    try:
        resolved = Resolved()
        for option in options:
            _resolve_one(
                option, arguments, surroundings, resolved, only_argument=option.argument_only or option.name in ignored
            )
    finally:
        _resolving.reset(mark)
    _keep_credentials_together(resolved)
    _let_issuer_replace_parts(resolved)
    _guard_environment_secret(resolved)
    return resolved


def _resolve_one(
    option: Option, arguments: Mapping[str, Any], surroundings: Surroundings, resolved: Resolved, only_argument: bool
) -> None:
    if _given(arguments.get(option.name), surroundings):
        _accept(option, arguments[option.name], ARGUMENT, resolved)
        return
    if only_argument:
        return
    name = option.variable
    if name in surroundings.variables and surroundings.variables[name] is not None:
        if _is_fact(name, surroundings.variables):
            resolved.warnings.append(
                f"{name} is ignored: a managed host reported it as a fact, and hosts must not decide where secrets go."
            )
        else:
            value = _templated(option, surroundings)
            if _given(value, surroundings):
                _accept(option, value, VARIABLE, resolved)
                return
    for environment, source in (
        (surroundings.task_environment, TASK_ENVIRONMENT),
        (surroundings.environment, ENVIRONMENT),
    ):
        if environment.get(option.environment):
            _accept(option, environment[option.environment], source, resolved)
            return


def _given(value: Any, surroundings: Surroundings) -> bool:
    """Whether a value says something; ``omit`` does not."""
    return value is not None and not (isinstance(value, str) and value == surroundings.variables.get("omit"))


def _accept(option: Option, value: Any, source: str, resolved: Resolved) -> None:
    value = plain(value)
    where = {ARGUMENT: option.name, VARIABLE: option.variable}.get(source, option.environment)
    if value == "":
        raise OptionError(f"{where} is empty.", "Give it a value, or leave it out.")
    shown = MASK if option.secret else one_line(value, 100)
    if option.type == "bool":
        try:
            value = check_type_bool(value)
        except TypeError:
            raise OptionError(f"{where} is '{shown}', and must be true or false.") from None
    elif option.type == "int":
        try:
            number = int(value)
            if isinstance(value, float) and value != number:
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise OptionError(f"{where} is '{shown}', and must be a whole number.") from None
        value = number
    elif not isinstance(value, (str, int, float)):
        raise OptionError(f"{where} must be text.")
    else:
        value = os.path.expanduser(os.path.expandvars(str(value))) if option.type == "path" else str(value)
    if option.choices and value not in option.choices:
        raise OptionError(f"{where} is '{shown}', and must be one of {', '.join(option.choices)}.")
    resolved.values[option.name] = value
    resolved.sources[option.name] = source


def _is_fact(name: str, variables: Mapping[str, Any]) -> bool:
    """Whether a variable is a managed host's fact, and not the user's own that overrides one."""
    facts = variables.get("ansible_facts")
    if not isinstance(facts, Mapping) or name not in facts:
        return False
    # A fact of the name with `ansible_` before it takes the other's place in `ansible_facts`, so a host could hide it there.
    return plain(facts[name]) == plain(variables[name]) or f"ansible_{name}" in variables


def _templated(option: Option, surroundings: Surroundings) -> Any:
    """The variable's value; an error tells the template of none that is secret, for that may be the secret itself."""
    try:
        value = surroundings.template(surroundings.variables[option.variable])
        return plain(value) if _given(value, surroundings) else None
    except _OMITTED:
        return None
    except Exception as error:
        # what is missing in a lone {{ name }} is no piece of a secret
        harmless = isinstance(error, AnsibleUndefinedVariable) and _LONE_TEMPLATE.fullmatch(
            str(plain(surroundings.variables[option.variable])).strip()
        )
        tell = harmless or not option.secret
        why = one_line(error) if tell else f"{type(error).__name__} when it was templated or decrypted"
        raise OptionError(
            f"The variable {option.variable} can't be used: {why}.",
            "Where its text has braces that are no template, mark it !unsafe.",
        ) from None


def _keep_credentials_together(resolved: Resolved) -> None:
    """All credential options of a stronger source replace those of a weaker one together."""
    names = [option.name for option in CONNECTION if option.credential and option.name in resolved.values]
    if not names:
        return
    strongest = min((resolved.sources[name] for name in names), key=_STRENGTH.index)
    for name in names:
        if resolved.sources[name] != strongest:
            if (
                name == "client_secret"
                and "access_token" not in names
                and resolved.values.get("client_auth_method") != "none"
            ):
                resolved.warnings.append(
                    f"The client_secret from {resolved.sources[name]} is not used, because {strongest} gives another client_id: "
                    "credentials of two sources are never mixed."
                )
            resolved.drop(name)
    # how a client authenticates goes with the client
    if "client_auth_method" in resolved.sources and _weaker(resolved.sources["client_auth_method"], strongest):
        resolved.drop("client_auth_method")


def _let_issuer_replace_parts(resolved: Resolved) -> None:
    if "issuer" in resolved.sources:
        for name in _ISSUER_PARTS:
            if name in resolved.sources and _weaker(resolved.sources[name], resolved.sources["issuer"]):
                resolved.drop(name)


def _weaker(source: str, than: str) -> bool:
    return _STRENGTH.index(source) > _STRENGTH.index(than)


def _secret_sources(resolved: Resolved) -> set[str]:
    return {
        resolved.sources[option.name]
        for option in CONNECTION
        if option.credential and option.secret and option.name in resolved.sources
    }


def _guard_environment_secret(resolved: Resolved) -> None:
    """Who may write an inventory or a playbook must not redirect a credential that he may use but not read."""
    if ENVIRONMENT not in _secret_sources(resolved):
        return
    for name in _DESTINATION:
        source = resolved.sources.get(name, ENVIRONMENT)
        value = resolved.values.get(name)
        harmless = value is True if name == "validate_certs" else name in _URLS and is_regional(str(value))
        if source != ENVIRONMENT and not harmless:
            raise TrustError(
                f"The credential comes from the environment, but {name} from {source}, which could send the credential elsewhere.",
                f"Set BEYONDIDENTITY_{name.upper()} in the environment, too, or give the credential where {name} is given.",
            )


def guard_delegation(resolved: Resolved) -> None:
    """Refuse to hand the environment's secret to another host: the inventory says which host that really is."""
    if ENVIRONMENT in _secret_sources(resolved):
        raise TrustError(
            "The credential comes from the environment, and the task is delegated to a host that the inventory defines.",
            "Run the task on the controller, or give the credential as a variable, such as beyondidentity_client_secret.",
        )
