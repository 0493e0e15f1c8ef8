# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authenticator configurations: from the module's options to the API's object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import OptionError
from .._text import sanitize_for_display
from .field_limits import list_choices
from .resource_types import Resource

TYPES = tuple(list_choices("authenticator_config", "type"))
FIELDS = ("authentication_methods", "trusted_origins", "invoke_url", "invocation_type")

# The options that a type has. `config` may hold any field.
_FIELDS_BY_TYPE = {
    "embedded": FIELDS,
    "hosted_web": ("authentication_methods", "trusted_origins"),
    "console": (),
    "platform": ("trusted_origins",),
}
_DEFAULTS: dict[str, Resource] = {
    "embedded": {"invocation_type": "automatic", "trusted_origins": []},
    "hosted_web": {"authentication_methods": [{"type": "webauthn_passkey"}], "trusted_origins": []},
    "console": {},
    "platform": {},
}
_REQUIRED_FIELDS = {"embedded": "invoke_url", "console": "onboarding_configuration"}


@dataclass(frozen=True)
class AuthenticatorConfigOptions:
    """The module's options; `None` for each that is not managed."""

    display_name: str | None
    type: str | None
    authentication_methods: list[str] | None
    trusted_origins: list[str] | None
    invoke_url: str | None
    invocation_type: str | None
    config: dict[str, Any] | None

    @property
    def fields(self) -> Resource:
        """The options that are fields of the configuration, by name."""
        return {name: getattr(self, name) for name in FIELDS}


def get_managed_fields(options: AuthenticatorConfigOptions) -> Resource:
    """Return the options that can change an existing configuration, beside its name. A type never changes."""
    config = {name: value for name, value in (options.config or {}).items() if name != "type"}
    return {**options.fields, "config": config or None}


def get_required_fields(options: AuthenticatorConfigOptions) -> Resource:
    """Return the fields that a new configuration must have, by name; `None` for each that is not set.

    An option of its own or `config` sets each of them. A field that is set must not be empty, whatever the type.
    """
    given: Resource = {"type": options.type, **options.fields, **(options.config or {})}
    names = [name for kind, name in _REQUIRED_FIELDS.items() if kind == given["type"] or given.get(name) is not None]
    return {name: given.get(name) for name in ("type", *names)}


def build_authenticator_config(options: AuthenticatorConfigOptions, existing: Resource | None) -> Resource:
    """Return the managed fields of the object. A new object gets defaults; an omitted option is not managed."""
    present: Mapping[str, Any] = (existing or {}).get("config") or {}
    body: Resource = {"display_name": options.display_name} if options.display_name else {}
    config = dict(options.config) if options.config is not None else _build_config(options, present)
    kind = config.get("type") or present.get("type")
    if existing is None:
        if kind not in TYPES:
            raise OptionError(
                "The type of the authenticator configuration is missing.", f"Set type to one of {', '.join(TYPES)}."
            )
        config = {**_DEFAULTS[kind], **config, "type": kind}
    elif kind != present.get("type"):
        raise OptionError(
            f"The authenticator configuration has the type {sanitize_for_display(present.get('type'), 40)}, "
            f"not {sanitize_for_display(kind, 40)}. A type cannot be changed.",
            "Remove the configuration first, or use another display_name.",
        )
    if config:
        body["config"] = {**config, "type": kind}
    return body


def _build_config(options: AuthenticatorConfigOptions, present: Mapping[str, Any]) -> Resource:
    kind = options.type or present.get("type")
    given = {name: value for name, value in options.fields.items() if value is not None}
    foreign = sorted(set(given) - set(_FIELDS_BY_TYPE.get(kind or "", given)))
    if foreign:
        raise OptionError(f"The type {kind} has no {', '.join(foreign)}.", "Remove the option.")
    if "authentication_methods" in given:
        given["authentication_methods"] = _to_method_objects(given["authentication_methods"], present)
    return {**({"type": options.type} if options.type else {}), **given}


def _to_method_objects(wanted: list[str], present: Mapping[str, Any]) -> list[Resource]:
    """Return names as the API's objects; the present objects, with all their fields, if they have the same names."""
    methods: list[Resource] = present.get("authentication_methods") or []
    if {method.get("type") for method in methods if isinstance(method, dict)} == set(wanted):
        return methods
    return [{"type": name} for name in dict.fromkeys(wanted)]
