# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a listing, be they the API's own or SCIM's (RFC 7644 section 3.4.2.4): what to ask for, and all in one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import MalformedResponseError, OptionError
from .operations import Operation
from .text import one_line

PAGE_SIZE = 100  # the most that each list is described to give; some would give more

_RESOURCES = "Resources"
_SIZES = ("page_size", "groups_page_size", "identities_page_size", "count")
_SKIPS = ("skip", "groups_skip", "identities_skip")  # they count from where a page begins, so only the first has one


def first(called: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that ask for the first page, a large one unless they tell its size.

    Most lists give 20 of a thousand objects unless more are asked for, and SCIM's tell no more than their length.
    """
    sizes = {name: PAGE_SIZE for name in _SIZES if name in called.query}
    asked: dict[str, Any] = {**sizes, **parameters}
    for name in {"count", "startIndex"} & {*called.query} & {*asked}:
        asked[name] = _number(called, name, asked[name])
    return asked


def further(called: Operation, asked: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parameters that ask for the page after this one; ``None`` after the last."""
    following = _by_index(called, asked, page) if _is_scim(called) else _by_token(called, page)
    if not following:
        return None
    return {name: value for name, value in {**asked, **following}.items() if name not in _SKIPS}


def joined(called: Operation, pages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One answer with what the lists of all pages hold; all else is as the first page that has it tells it."""
    whole: dict[str, Any] = {}
    for page in pages:
        lists = {name: value for name, value in page.items() if _is_list(called, name, value)}
        if not lists and not _is_scim(called):
            raise MalformedResponseError(f"{called.name}: the answer has no list.")
        for name, value in page.items():
            if whole.get(name) is None:
                whole[name] = list(value) if name in lists else value
            elif name in lists:
                whole[name].extend(value)
    whole.pop("next_page_token", None)
    if _is_scim(called):
        whole[_RESOURCES] = whole.get(_RESOURCES) or []
        whole["itemsPerPage"] = len(whole[_RESOURCES])
    return whole


def _is_scim(called: Operation) -> bool:
    return called.pages == "startIndex"


def _is_list(called: Operation, name: str, value: Any) -> bool:
    """Whether this goes on from page to page; SCIM repeats its list of schemas on each."""
    return isinstance(value, list) and (name == _RESOURCES or not _is_scim(called))


def _by_token(called: Operation, page: Mapping[str, Any]) -> dict[str, Any]:
    token = page.get("next_page_token")
    if not isinstance(token or "", str):
        raise MalformedResponseError(f"{called.name}: the pages do not end: the page token is no text.")
    return {"page_token": token} if token else {}


def _by_index(called: Operation, asked: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    resources, total = page.get(_RESOURCES), page.get("totalResults")
    if not isinstance(total, int) or not isinstance(resources, (list, type(None))):
        raise MalformedResponseError(f"{called.name}: the answer is no list of SCIM resources.")
    following = asked.get("startIndex", 1) + len(resources or ())
    return {"startIndex": following} if resources and following <= total else {}


def _number(called: Operation, name: str, value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1:
        raise OptionError(f"{called.name}: {name} must be a whole number from 1, not '{one_line(value, 80)}'.")
    return number
