# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values that the Management API (version 1.7.0) publishes for the fields that state modules send.

The service refuses other values, so a module refuses them before it sends a write, also in check mode. An existing
object can have any text, for example if it is older than the limit, so texts are validated only if they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from .._errors import OptionError
from .._text import sanitize_for_display

_HINT = "Beyond Identity publishes this limit. The module beyondidentity.management.api can send other values."


@dataclass(frozen=True)
class FieldLimits:
    """The limits of one field. If the field is a list, they apply to its items.

    Attributes:
        field: the path of the field in the object; items of lists have no part of their own.
        choices: all possible values; empty if the set is not closed.
        minimum: the lowest number.
        maximum: the highest number.
        min_length: the lowest number of characters.
        max_length: the highest number of characters.
        forbidden: characters that a text must not have.
        is_empty_refused: whether the service refuses an empty text or list. This is not published.
    """

    field: str
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    forbidden: str = ""
    is_empty_refused: bool = False


_FORBIDDEN = "!#$%*/:;<=>?[\\]^`{|}~"
_DISPLAY_NAME = FieldLimits("display_name", min_length=1, max_length=64, forbidden=_FORBIDDEN)
_DESCRIPTION = FieldLimits("description", max_length=300, forbidden=_FORBIDDEN)
_METHODS = ("email_one_time_password", "software_passkey", "webauthn_passkey")
_TOKEN = "protocol_config.token_configuration"

# The limits by the noun of a resource type, then by option. A field that only the option `config` sets has its path as name.
FIELD_LIMITS: Mapping[str, Mapping[str, FieldLimits]] = MappingProxyType(
    {
        "application": {
            "protocol": FieldLimits("protocol_config.type", ("oauth2", "oidc")),
            "confidentiality": FieldLimits("protocol_config.confidentiality", ("confidential", "public")),
            "pkce": FieldLimits("protocol_config.pkce", ("disabled", "plain", "s256")),
            "grant_types": FieldLimits(
                "protocol_config.grant_type", ("authorization_code", "client_credentials"), is_empty_refused=True
            ),
            "token_endpoint_auth_method": FieldLimits(
                "protocol_config.token_endpoint_auth_method", ("client_secret_basic", "client_secret_post", "none")
            ),
            "token_format": FieldLimits("protocol_config.token_format", ("self_contained", "referential")),
            "token_expires_after": FieldLimits(f"{_TOKEN}.expires_after", minimum=0, maximum=2**32 - 1),
            "token_subject_field": FieldLimits(f"{_TOKEN}.subject_field", ("id", "email", "username")),
        },
        "authenticator_config": {
            "type": FieldLimits("config.type", ("embedded", "hosted_web", "console", "platform")),
            "invocation_type": FieldLimits("config.invocation_type", ("automatic", "manual")),
            "authentication_methods": FieldLimits("config.authentication_methods.type", _METHODS),
            "config.onboarding_configuration.verification_method.type": FieldLimits(
                "config.onboarding_configuration.verification_method.type", ("idp", "none")
            ),
        },
        "group": {"display_name": _DISPLAY_NAME, "description": _DESCRIPTION},
        "identity": {
            "display_name": _DISPLAY_NAME,
            "username": replace(_DISPLAY_NAME, field="traits.username"),
        },
        "realm": {
            "display_name": _DISPLAY_NAME,
            "classification": FieldLimits("classification", is_empty_refused=True),
        },
        "role": {
            "display_name": _DISPLAY_NAME,
            "description": _DESCRIPTION,
        },
    }
)


def list_choices(noun: str, option: str) -> list[str]:
    """Return all possible values, for the spec of an option that is not a list.

    Of a list, only this file checks the items: ansible-lint takes a template for an item that is not among the choices.
    """
    return list(FIELD_LIMITS[noun][option].choices)


def validate_field_limits(noun: str, options: Mapping[str, Any]) -> None:
    """Raise `OptionError` if a value of an option cannot be a value of its field. `None` stands for no value."""
    for option, limits in FIELD_LIMITS.get(noun, {}).items():
        for name in dict.fromkeys((option, limits.field)):  # the option, and the field in the option `config`
            for value in _find_values(options, name.split(".")):
                _validate(name, value, limits)


def validate_texts(noun: str, fields: Mapping[str, Any]) -> None:
    """Raise `OptionError` if a text in the fields of a write, by the names of their options, is not possible."""
    for option, limits in FIELD_LIMITS.get(noun, {}).items():
        value = fields.get(option)
        violation = _find_text_violation(value, limits) if isinstance(value, str) else ""
        if violation:
            raise OptionError(f"{option} {violation}.", _HINT)


def _find_values(value: Any, path: list[str]) -> Iterator[Any]:
    """Yield the values at a path, without `None`. A list on the way yields those of each item."""
    if not path:
        yield from () if value is None else (value,)
    elif isinstance(value, Mapping):
        yield from _find_values(value.get(path[0]), path[1:])
    elif isinstance(value, list):
        for item in value:
            yield from _find_values(item, path)


def _validate(name: str, value: Any, limits: FieldLimits) -> None:
    if limits.is_empty_refused and value in ("", []):
        raise OptionError(f"{name} must not be empty.", "Omit the option if you do not want to set it.")
    for item in value if isinstance(value, list) else [value]:
        violation = _find_violation(item, limits)
        if violation:
            raise OptionError(f"{name} {violation}.", _HINT)


def _find_violation(value: Any, limits: FieldLimits) -> str:
    """Return what is wrong with a value that is not in the closed set or in the range, or an empty text."""
    if limits.choices and value not in limits.choices:
        return f"must be one of {', '.join(limits.choices)}, not '{sanitize_for_display(value, 80)}'"
    if isinstance(value, int) and limits.minimum is not None and limits.maximum is not None:
        in_range = limits.minimum <= value <= limits.maximum
        return "" if in_range else f"must be from {limits.minimum} to {limits.maximum}, not {value}"
    return ""


def _find_text_violation(value: str, limits: FieldLimits) -> str:
    """Return what is wrong with the length or the characters of a text, or an empty text."""
    if limits.min_length is not None and len(value) < limits.min_length:
        return f"must have at least {limits.min_length} characters"
    if limits.max_length is not None and len(value) > limits.max_length:
        return f"must have at most {limits.max_length} characters, not {len(value)}"
    found = [character for character in limits.forbidden if character in value]
    return f"must not contain {' '.join(found)}" if found else ""
