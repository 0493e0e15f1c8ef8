# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP status that an error in a body means. Some servers and gateways send errors with a status of success."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

_DEFAULT = 400

# The statuses of RFC 6749 section 5.2 and RFC 6750 section 3.1, then the statuses of gRPC's codes, which gateways translate.
_STATUSES = {
    "invalidclient": 401,
    "invalidtoken": 401,
    "insufficientscope": 403,
    "accessdenied": 403,
    "unauthenticated": 401,
    "permissiondenied": 403,
    "alreadyexists": 409,
    "resourceexhausted": 429,
    "internal": 500,
    "unavailable": 503,
    "deadlineexceeded": 504,
    **{status.name.replace("_", "").lower(): status.value for status in HTTPStatus if status >= 400},
}
_NAMES = ("status", "code", "error", "statuscode", "errorcode")  # of statuses, without separators


def find_error_status(body: Mapping[str, Any], code: str) -> int:
    """Return the status that an error means: the first status in its body, otherwise the status of its code, otherwise 400."""
    return next(_iter_statuses(body), _to_status(code) or _DEFAULT)


def _iter_statuses(body: Mapping[str, Any]) -> Iterator[int]:
    errors = body.get("errors")
    for item in (body, body.get("error"), *(errors[:1] if isinstance(errors, list) else ())):
        named = {_join_letters(key): value for key, value in item.items()} if isinstance(item, Mapping) else {}
        yield from (status for status in map(_to_status, map(named.get, _NAMES)) if status)


def _to_status(value: Any) -> int | None:
    """Return the status that a number or a word means."""
    text = str(value)[:100] if isinstance(value, (int, str)) else ""
    return int(text) if re.fullmatch("[45][0-9]{2}", text, re.ASCII) else _STATUSES.get(_join_letters(text))


def _join_letters(text: str) -> str:
    return re.sub("[^a-z]", "", text.lower())
