# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of IDs and credentials that a run in check mode predicts: the service has no objects with them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from ._errors import OptionError

TOKEN = "check-mode-token"
_PREFIX = "check-mode-"

# The digest distinguishes a prediction from any other text, also inside a name. The token has none, so it must be a word.
_PREDICTED = re.compile(rf"{_PREFIX}[a-z_]+-[0-9a-f]{{16}}|(?<![\w-]){TOKEN}(?![\w-])")


def build_predicted(kind: str, *parts: Any) -> str:
    """Return the predicted ID or credential of one kind. It is the same for the same parts, which are JSON-serialisable."""
    digest = hashlib.sha256(json.dumps([kind, *parts]).encode("utf-8")).hexdigest()
    return f"{_PREFIX}{kind}-{digest[:16]}"


def is_predicted(value: Any) -> bool:
    """Whether a value is a predicted ID or credential."""
    return isinstance(value, str) and _PREDICTED.fullmatch(value) is not None


def refuse_predicted(name: str, value: Any) -> None:
    """Raise `OptionError` if a value has a predicted ID or credential, at any depth. Only check mode has a use for one."""
    found = find_predicted(value)
    if found:
        raise OptionError(
            f"{name} has '{found}', which comes from a run in check mode (fact cache, saved file).",
            "The service has no such object. Run the tasks that create it without check mode first.",
        )


def find_predicted(value: Any) -> str | None:
    """Return a predicted ID or credential in a value, at any depth and in any part of a text, such as a URL."""
    if isinstance(value, str):
        found = _PREDICTED.search(value) if _PREFIX in value else None
        return found[0] if found else None
    if isinstance(value, Mapping):
        items: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple)):
        items = list(value)
    else:
        return None
    return next(filter(None, map(find_predicted, items)), None)
