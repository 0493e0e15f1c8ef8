# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an authenticator configuration must look like: the module's options as the API's object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import OptionError
from .resource import Object
from .text import one_line

TYPES = ("embedded", "hosted_web", "console", "platform")
METHODS = ("webauthn_passkey", "software_passkey", "email_one_time_password")
INVOCATION_TYPES = ("automatic", "manual")

FIELDS = ("authentication_methods", "trusted_origins", "invoke_url", "invocation_type")

# which of these options a type knows; `config` may hold anything
_FIELDS_OF = {
    "embedded": FIELDS,
    "hosted_web": ("authentication_methods", "trusted_origins"),
    "console": (),
    "platform": ("trusted_origins",),
}
_DEFAULTS: dict[str, Object] = {
    "embedded": {"invocation_type": "automatic", "trusted_origins": []},
    "hosted_web": {"authentication_methods": [{"type": "webauthn_passkey"}], "trusted_origins": []},
    "console": {},
    "platform": {},
}
# what a type can't be without
_NEEDED = {"embedded": "invoke_url", "console": "onboarding_configuration"}


def managed(params: Mapping[str, Any]) -> Object:
    """The options that may change a configuration that is there, beside its name. Its type never changes."""
    config = {name: value for name, value in (params["config"] or {}).items() if name != "type"}
    return {**{name: params[name] for name in FIELDS}, "config": config or None}


def needed(params: Mapping[str, Any]) -> Object:
    """What a new configuration can't be without, given by an option of its own or in ``config``."""
    given = {**params, **(params["config"] or {})}
    names = [name for kind, name in _NEEDED.items() if kind == given["type"] or given.get(name) is not None]
    return {name: given.get(name) for name in ("type", *names)}


class AuthenticatorBody:
    """Builds the object from the module's options. An omitted option is unmanaged; a new object gets defaults."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def __call__(self, existing: Object | None) -> Object:
        """The managed fields of the object."""
        params = self.params
        there: Mapping[str, Any] = (existing or {}).get("config") or {}
        body: Object = {}
        if params["display_name"]:
            body["display_name"] = params["display_name"]
        config = dict(params["config"]) if params["config"] is not None else self._config(there)
        kind = config.get("type") or there.get("type")
        if existing is None:
            if kind not in TYPES:
                raise OptionError(
                    "The type of the authenticator configuration is missing.", f"One of {', '.join(TYPES)}."
                )
            config = {**_DEFAULTS[kind], **config, "type": kind}
        elif kind != there.get("type"):
            raise OptionError(
                f"The authenticator configuration is of the type {one_line(there.get('type'), 40)}, not {one_line(kind, 40)}.",
                "Remove it first, or use another display_name.",
            )
        if config:
            body["config"] = {**config, "type": kind}
        return body

    def _config(self, there: Mapping[str, Any]) -> Object:
        params = self.params
        kind = params["type"] or there.get("type")
        given = {name: params[name] for name in FIELDS if params[name] is not None}
        alien = sorted(set(given) - set(_FIELDS_OF.get(kind or "", given)))
        if alien:
            raise OptionError(f"The type {kind} has no {', '.join(alien)}.", "Leave it out.")
        if "authentication_methods" in given:
            given["authentication_methods"] = _methods(given["authentication_methods"], there)
        return {**({"type": params["type"]} if params["type"] else {}), **given}


def _methods(wanted: list[str], there: Mapping[str, Any]) -> list[Object]:
    """Names as the API's objects; the ones that are there, as they stand there, where they are the same set."""
    present = there.get("authentication_methods") or []
    if {method.get("type") for method in present if isinstance(method, dict)} == set(wanted):
        return present
    return [{"type": name} for name in dict.fromkeys(wanted)]
