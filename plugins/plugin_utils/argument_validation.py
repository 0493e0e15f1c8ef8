# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation against an argument spec, as `AnsibleModule` does it, for modules that run in process and for lookups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.utils.display import Display

from ..module_utils._errors import OptionError

display = Display()


def validate_arguments(given: Mapping[str, Any], argument_spec: Mapping[str, Any], **rules: Any) -> dict[str, Any]:
    """Return the options with their types and defaults; raise an `OptionError` that lists everything that is wrong."""
    result = ArgumentSpecValidator(argument_spec, **rules).validate(given)
    for warning in result._warnings:
        display.warning(f"Both option {warning['option']} and its alias {warning['alias']} are set.")
    for deprecation in result._deprecations:
        display.deprecated(
            deprecation["msg"],
            version=deprecation.get("version"),
            date=deprecation.get("date"),
            collection_name=deprecation.get("collection_name"),
        )
    if result.errors.errors:
        # An unknown option comes first: a missing option is often only its consequence.
        errors = sorted(result.errors.errors, key=lambda error: not isinstance(error, UnsupportedError))
        messages = [
            f"Unsupported: {error.msg}" if isinstance(error, UnsupportedError) else error.msg for error in errors
        ]
        raise OptionError("; ".join(messages))
    params: dict[str, Any] = result.validated_parameters
    return params
