# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a listing, be they the API's own or SCIM's (RFC 7644 section 3.4.2.4): what to ask for next, and all in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import MalformedResponseError
from .operations import Operation

_RESOURCES = "Resources"
_SKIPS = ("skip", "groups_skip", "identities_skip")  # they count from where a page begins, so only the first has one


def further(called: Operation, asked: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parameters that ask for the page after this one; ``None`` after the last."""
    following = _scim(called, asked, page) if called.pages == "startIndex" else _by_token(called, page)
    if not following:
        return None
    return {name: value for name, value in {**asked, **following}.items() if name not in _SKIPS}


def joined(called: Operation, pages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One answer with what all pages hold."""
    whole: dict[str, Any] = {}
    for page in pages:
        for name, value in page.items():
            if isinstance(value, list) and isinstance(whole.get(name), list) and _grows(called, name):
                whole[name] = whole[name] + value
            else:
                whole.setdefault(name, value)
    whole.pop("next_page_token", None)
    if "itemsPerPage" in whole:
        whole["itemsPerPage"] = len(whole.get(_RESOURCES) or ())
    return whole


def _grows(called: Operation, name: str) -> bool:
    """SCIM repeats its lists of schemas on every page."""
    return called.pages != "startIndex" or name == _RESOURCES


def _by_token(called: Operation, page: Mapping[str, Any]) -> dict[str, Any]:
    token = page.get("next_page_token")
    if not isinstance(token or "", str):
        raise MalformedResponseError(f"{called.name}: the pages do not end: the page token is no text.")
    return {"page_token": token} if token else {}


def _scim(called: Operation, asked: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    resources, total = page.get(_RESOURCES) or [], page.get("totalResults")
    if not isinstance(total, int) or not isinstance(resources, list):
        raise MalformedResponseError(f"{called.name}: the answer is no list of SCIM resources.")
    following = int(asked.get("startIndex") or 1) + len(resources)
    return {"startIndex": following} if resources and following <= total else {}
