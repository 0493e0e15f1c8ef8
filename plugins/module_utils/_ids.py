# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs of the service's objects."""

from __future__ import annotations

import re
from typing import Any

from ._errors import OptionError
from ._predicted import is_predicted
from ._text import sanitize_for_display

_ID = re.compile(r"[A-Za-z0-9._-]+")
_SERVICE_ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_valid_id(value: Any) -> bool:
    """Whether a value has the form of an ID: `[A-Za-z0-9._-]+` and not only dots, so it is safe in a path and on a terminal."""
    return isinstance(value, str) and bool(_ID.fullmatch(value)) and bool(value.strip("."))


def is_service_id(text: str) -> bool:
    """Whether a text has the form of an ID that the service chooses: 16 hexadecimal digits, or a UUID. Then it is not a name.

    An ID that check mode predicts has a form of its own.
    """
    return bool(_SERVICE_ID.fullmatch(text)) or is_predicted(text)


def is_safe_id(value: str) -> bool:
    """Whether an ID of any object is safe in a path: one of the API, or a URN of SCIM (RFC 7643 section 7)."""
    return is_valid_id(value.replace(":", "."))


def validate_id(value: Any, option: str) -> str:
    """Return an ID that is safe in a path; raise `OptionError` for any other value."""
    text = str(value)
    if not is_valid_id(text):
        raise OptionError(
            f"{option}: '{sanitize_for_display(text, 80)}' is not a valid ID.",
            "An ID has letters, digits, '.', '_' and '-' only. Check the value. If it is a name, use the option for names.",
        )
    return text
