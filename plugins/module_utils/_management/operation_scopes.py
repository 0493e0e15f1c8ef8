# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From operations to the scopes that a token needs for them."""

from __future__ import annotations

from collections.abc import Iterable

from .._errors import OptionError
from .._text import join_names, suggest_nearest
from .operation_catalogue import find_operation, get_catalogue

INTROSPECTION_SCOPE = "tokens:introspect"  # of the endpoint of RFC 7662, which is not an operation of the API
SCOPE_CUTOFF = 0.8  # all scopes end in one of a few words, so they are similar


def get_operation_scopes(names: Iterable[str], *, reading_only: bool = False) -> list[str]:
    """Return the scopes that these operations need together, sorted; with `reading_only` those of reading operations only."""
    operations = [find_operation(name) for name in split_operation_names(names)]
    return sorted(
        {scope for operation in operations if operation.is_reading or not reading_only for scope in operation.scopes}
    )


def suggest_scopes(scopes: Iterable[str]) -> str:
    """Return advice if one of these refused scopes is an operation or a typing error; otherwise an empty text."""
    catalogue = get_catalogue()
    known = sorted({scope for operation in catalogue.values() for scope in operation.scopes})
    for scope in scopes:
        if scope in catalogue:
            needed = join_names(catalogue[scope].scopes)
            return f"{scope} is an operation: set operations to {scope}, or request its scopes: {needed}."
        suggestion = suggest_nearest(scope, known, SCOPE_CUTOFF) if scope not in known else ""
        if suggestion:
            return suggestion
    return ""


def split_operation_names(texts: Iterable[str]) -> list[str]:
    """Return the names in a list of names, or of comma- or space-delimited texts."""
    return [name for text in texts for name in _split_names(str(text))]


def _split_names(text: str) -> list[str]:
    """Return the names in a text. Without a name there would be no scopes, and an empty list could empty an application's."""
    names = text.replace(",", " ").split()
    if not names:
        raise OptionError("The name of an operation is empty.", "Remove the empty name.")
    return names
