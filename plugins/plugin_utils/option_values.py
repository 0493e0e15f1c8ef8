# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of one connection option: read from a variable, converted to the option's type, checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible import errors
from ansible.errors import AnsibleError
from ansible.module_utils.common.validation import check_type_bool

from ..module_utils._connection_options import Option
from ..module_utils._errors import OptionError
from ..module_utils._masking import MASK
from ..module_utils._text import sanitize_for_display
from .option_sources import ARGUMENT, VARIABLE, OptionSources
from .plain_types import to_plain_types
from .value_errors import build_value_error

_OMITTED: Any = getattr(errors, "AnsibleValueOmittedError", ())  # since ansible-core 2.19


def is_set(value: Any, sources: OptionSources) -> bool:
    """Whether a value is neither `None` nor `omit`."""
    return value is not None and not (isinstance(value, str) and value == sources.variables.get("omit"))


def convert_value(option: Option, value: Any, source: str) -> Any:
    """Return a value in the option's type; raise `OptionError` if that is impossible or the value is no choice."""
    value = to_plain_types(value)
    name = {ARGUMENT: option.name, VARIABLE: option.variable}.get(source, option.environment)
    if value == "":
        raise OptionError(f"{name} is empty.", "Set a value, or remove it.")
    converted = _convert_type(option, value, name)
    if option.choices and converted not in option.choices:
        raise OptionError(
            f"{name} is '{_show(option, value)}', but must be one of {', '.join(option.choices)}.",
            "Use one of these values.",
        )
    return converted


def _convert_type(option: Option, value: Any, name: str) -> Any:
    if option.type == "bool":
        try:
            return check_type_bool(value)
        except TypeError:
            raise OptionError(
                f"{name} is '{_show(option, value)}', but must be true or false.", "Use true or false."
            ) from None
    if option.type == "int":
        return _convert_int(option, value, name)
    if not isinstance(value, (str, int, float)):
        raise OptionError(f"{name} must be text, not a list or a dictionary.", "Write the value in quotes.")
    refuse_number(name, value, is_secret=option.secret or option.credential)
    return os.path.expanduser(os.path.expandvars(str(value))) if option.type == "path" else str(value)


def refuse_number(name: str, value: Any, *, is_secret: bool) -> None:
    """Raise `OptionError` if the original text is lost: YAML and native Jinja turn 12e5 into 1200000.0, and 0x10 into 16.

    The digits of an ID are accepted as a number.
    """
    if isinstance(value, float) or (is_secret and isinstance(value, int)):
        raise OptionError(
            f"{name} must be text, but is a number.",
            "Write the value in quotes. In a template, write {{ VALUE | string }}.",
        )


def _convert_int(option: Option, value: Any, name: str) -> int:
    try:
        number = int(value)
        if isinstance(value, float) and value != number:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise OptionError(
            f"{name} is '{_show(option, value)}', but must be a whole number.", "Use a number without a decimal point."
        ) from None
    return number


def _show(option: Option, value: Any) -> str:
    return MASK if option.secret else sanitize_for_display(value, 100)


def read_variable(option: Option, sources: OptionSources) -> Any:
    """Return a variable's templated value, `None` for `omit`.

    The error for a secret option does not show the template, which may be the secret itself.
    """
    given = sources.variables[option.variable]
    if isinstance(given, str) and "{" not in given:  # no template, so to template it would only take time
        return to_plain_types(given)
    try:
        value = sources.template(given)
        return to_plain_types(value) if is_set(value, sources) else None
    except _OMITTED:
        return None
    except Exception as error:
        text = _read_text(given) if option.secret else None
        raise build_value_error(f"the variable {option.variable}", error, secret_text=text) from None


def _read_text(value: Any) -> str:
    try:
        return str(to_plain_types(value))
    except AnsibleError:  # vaulted text that cannot be decrypted
        return ""


def read_arguments(given: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the arguments of a task or lookup in plain types. Inline-vaulted text may be decrypted only here."""
    arguments = {}
    for name, value in given.items():
        try:
            arguments[str(name)] = to_plain_types(value)
        except AnsibleError as error:
            raise build_value_error(f"the argument {sanitize_for_display(name, 80)}", error, secret_text="") from None
    return arguments


def is_fact(name: str, variables: Mapping[str, Any]) -> bool:
    """Whether a variable is a fact that a managed host reported, and not the user's own variable of that name."""
    facts = variables.get("ansible_facts")
    if not isinstance(facts, Mapping) or name not in facts:
        return False
    # A fact `ansible_<name>` replaces the fact `<name>` in `ansible_facts`, so a host could hide it there.
    return to_plain_types(facts[name]) == to_plain_types(variables[name]) or f"ansible_{name}" in variables
