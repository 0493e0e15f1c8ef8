# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation against an argument spec, as `AnsibleModule` does it, for modules that run in process and for lookups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.errors import UnsupportedError
from ansible.utils.display import Display

from ..module_utils._connection_options import Option
from ..module_utils._errors import OptionError
from ..module_utils._text import join_names, suggest_nearest
from .option_values import refuse_number

display = Display()

# The names of the mode of a list in other collections.
_MODE_WORD = re.compile(r"(?:^|(?<=_))(?:append|exclusive|purge)$")

# The names of secrets that are always text. A `code` can be a number, and `has_password` is true or false.
_TEXT_SECRET = re.compile(r"(?:secret|password|passphrase|private_?key|verifier|_token)$", re.IGNORECASE)


class ArgumentValidator:
    """Validates the arguments of a module or lookup.

    Connection options are converted and checked when they are resolved, and each call has about 25 of them. So Ansible's
    validator sees only the other options, except for an error message.

    Args:
        options: the spec of the own options. They replace connection options of the same name.
        connection_options: the options that are resolved before.
        rules: what `AnsibleModule` takes beside the spec. They name own options only.
    """

    def __init__(
        self, options: Mapping[str, Mapping[str, Any]], connection_options: Iterable[Option], **rules: Any
    ) -> None:
        self._options = options
        self._rules = rules
        self._connection = {option.name: option for option in connection_options if option.name not in options}
        self._defaults = {name: option.default for name, option in self._connection.items()}
        self._texts = {
            name: bool(option.get("no_log"))
            for name, option in options.items()
            if option.get("type", "str") == "str" and (option.get("no_log") or name == "id" or name.endswith("_id"))
        }
        self._validator = ArgumentSpecValidator(options, **rules)

    def validate(self, arguments: Mapping[str, Any], resolved: Mapping[str, Any]) -> dict[str, Any]:
        """Return all options with their types and defaults; raise an `OptionError` that lists everything that is wrong.

        Args:
            arguments: the arguments of the task or lookup.
            resolved: the connection options that are set.
        """
        given = {**arguments, **resolved}
        for name, is_secret in self._texts.items():
            refuse_number(name, given.get(name), is_secret=is_secret)
        result = self._validator.validate({name: given[name] for name in given if name not in self._connection})
        if result.errors.errors:
            raise self._build_error(given)
        _show_warnings(result)
        params: dict[str, Any] = result.validated_parameters
        _refuse_nested_numbers(params, "")
        return {**self._defaults, **{name: resolved[name] for name in resolved if name in self._connection}, **params}

    def _build_error(self, given: Mapping[str, Any]) -> OptionError:
        spec = {**{name: option.build_spec() for name, option in self._connection.items()}, **self._options}
        result = ArgumentSpecValidator(spec, **self._rules).validate(given)
        # An unknown option comes first: a missing option is often only its consequence.
        errors = sorted(result.errors.errors, key=lambda error: not isinstance(error, UnsupportedError))
        suggestions = _suggest_options(result.unsupported_parameters, spec)
        messages = [
            _explain_unsupported(error.msg, suggestions) if isinstance(error, UnsupportedError) else error.msg
            for error in errors
        ]
        return OptionError("; ".join(messages))


def _show_warnings(result: ValidationResult) -> None:
    for warning in result._warnings:
        display.warning(
            f"The option {warning['option']} and its alias {warning['alias']} are both set. Remove one of the two."
        )
    for deprecation in result._deprecations:
        display.deprecated(
            deprecation["msg"],
            version=deprecation.get("version"),
            date=deprecation.get("date"),
            collection_name=deprecation.get("collection_name"),
        )


def _refuse_nested_numbers(value: Any, path: str) -> None:
    """Raise `OptionError` for a number that must be a secret's text, at any depth of an option."""
    if isinstance(value, list):
        for item in value:
            _refuse_nested_numbers(item, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            name = f"{path}.{key}" if path else str(key)
            is_number = isinstance(item, (int, float)) and not isinstance(item, bool)
            if is_number and _TEXT_SECRET.search(name):
                refuse_number(join_names([name]), item, is_secret=True)
            _refuse_nested_numbers(item, name)


def _explain_unsupported(message: str, suggestions: list[str]) -> str:
    """Return Ansible's message with suggestions before its long list of options."""
    names, mark, supported = message.partition(" Supported ")
    return " ".join([f"Unsupported: {names}", *suggestions, f"{mark}{supported}".strip()]).strip()


def _suggest_options(unsupported: Iterable[str | tuple[str, ...]], spec: Mapping[str, Any]) -> list[str]:
    """Return a suggestion for each unknown option that has a similar name; a tuple is the path of a suboption."""
    paths = sorted((name,) if isinstance(name, str) else tuple(name) for name in unsupported)
    return [text for path in paths if (text := _suggest_option(path[-1], _list_options(spec, path[:-1])))]


def _suggest_option(name: str, known: list[str]) -> str:
    return suggest_nearest(name, known, meaning=_MODE_WORD.sub("mode", name))


def _list_options(spec: Mapping[str, Any], parents: tuple[str, ...]) -> list[str]:
    """Return the names and aliases of a spec's options, below these options."""
    for name in parents:
        spec = spec.get(name, {}).get("options") or {}
    return sorted(name for option, own in spec.items() for name in (option, *own.get("aliases", ())))
