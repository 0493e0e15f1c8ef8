# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Query parameters that the catalogue lacks: the service can know more of them than its description."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .._errors import OptionError
from .._masking import is_secret_key
from .._text import join_names, sanitize_for_display
from .operation import MANAGED_PARAMETERS, Operation
from .paging import PAGING_PARAMETERS

_NAME = re.compile(r"[A-Za-z0-9_.$\[\]-]{1,100}")


def validate_extra_parameters(operation: Operation, names: Collection[str]) -> None:
    """Raise `OptionError` unless all names can be those of additional query parameters. Their case does not matter.

    A tenant or realm in the query could contradict the path, and a secret does not belong in a URL.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            shown = sanitize_for_display(name, 80)
            raise OptionError(
                f"extra_parameters: '{shown}' is not a valid name of a parameter.",
                "Use letters, digits and _.$[]- only.",
            )
    known = _select(names, (*operation.path_parameters, *operation.query))
    if known:
        raise OptionError(
            f"extra_parameters must not have {join_names(known)}, which {operation.name} publishes.",
            f"Put {join_names(known)} into parameters.",
        )
    refused = {
        "parameter of paths": _select(names, MANAGED_PARAMETERS),
        "parameter of pages": _select(names, PAGING_PARAMETERS),
        "secret": [name for name in names if is_secret_key(name.lower())],
    }
    for kind, found in refused.items():
        if found:
            raise OptionError(f"extra_parameters must not have the {kind} {join_names(found)}.", "Remove it.")


def describe_extra_parameters(operation: Operation, names: Iterable[str]) -> str:
    """Return the warning about additional query parameters."""
    return (
        f"{operation.name}: extra_parameters sends {join_names(names)}. The collection does not know these parameters, "
        "and the service may ignore them."
    )


def _select(names: Iterable[str], others: Iterable[str]) -> list[str]:
    lowered = {name.lower() for name in others}
    return [name for name in names if name.lower() in lowered]
