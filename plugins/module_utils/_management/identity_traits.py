# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traits that the Management API (version 1.7.0) publishes for identities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import OptionError
from .._text import sanitize_for_display, suggest_nearest

TRAITS_TYPE = "traits_v0"

# The traits that have options of their own.
OWN_TRAITS = ("username", "primary_email_address", "secondary_email_address", "external_id")

OTHER_TRAITS = (
    "cost_center",
    "country",
    "department",
    "division",
    "employee_number",
    "family_name",
    "formatted_address",
    "formatted_name",
    "given_name",
    "honorific_prefix",
    "honorific_suffix",
    "locale",
    "locality",
    "manager_id",
    "manager_name",
    "middle_name",
    "nick_name",
    "organization",
    "photo",
    "postal_code",
    "preferred_language",
    "primary_phone",
    "profile_url",
    "region",
    "secondary_phone",
    "street_address",
    "timezone",
    "title",
    "user_type",
)


def validate_traits(traits: Mapping[Any, Any]) -> None:
    """Raise `OptionError` for a trait that is not published, has an option of its own, or is not a text."""
    for name, value in traits.items():
        shown = sanitize_for_display(name, 80)
        if name == "type":
            raise OptionError(
                "traits must not have type.", f"Remove it: the module always sends the type {TRAITS_TYPE}."
            )
        if name in OWN_TRAITS:
            raise OptionError(f"traits must not have {shown}.", f"Use the option {shown} instead.")
        if name not in OTHER_TRAITS:
            raise OptionError(
                f"traits has '{shown}', which is not a published trait.",
                suggest_nearest(shown, OTHER_TRAITS) or f"Use a published trait: {', '.join(OTHER_TRAITS)}.",
            )
        if not isinstance(value, str):
            raise OptionError(
                f"traits.{shown} must be text.",
                "Put numbers in quotation marks. To remove a trait, use an empty string.",
            )
