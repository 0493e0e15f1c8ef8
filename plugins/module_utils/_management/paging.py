# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a listing, in the API's own form or in SCIM's (RFC 7644 section 3.4.2.4)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._errors import OTHER_SERVER_HINT, MalformedResponseError, OptionError
from .._text import sanitize_for_display
from .operation import PAGE_PARAMETERS, Operation
from .response_ids import refuse_malformed_ids

PAGE_SIZE = 100  # the documented maximum of each list; some lists would return more
LARGE_PAGE_SIZE = 200  # the documented maximum of the lists of identities, groups and members

_RESOURCES = "Resources"
_SIZES = ("page_size", "groups_page_size", "identities_page_size", "count")
# These count from the start of a page, so only the request for the first page has one.
_SKIPS = ("skip", "groups_skip", "identities_skip")

PAGING_PARAMETERS = (*PAGE_PARAMETERS, *_SIZES, *_SKIPS)


def first_page(operation: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that request the first page.

    A page is large unless the parameters set its size. Otherwise most lists return 20 objects, and SCIM's return only
    the number of objects.

    Raises:
        OptionError: `count` or `startIndex` is not a positive integer; the next page's index is computed from them.
    """
    sizes = {name: PAGE_SIZE for name in _SIZES if name in operation.query}
    requested: dict[str, Any] = {**sizes, **parameters}
    for name in {"count", "startIndex"} & {*operation.query} & {*requested}:
        requested[name] = _to_positive_int(operation, name, requested[name])
    return requested


def next_page(operation: Operation, requested: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the parameters that request the page after this one; `None` after the last page."""
    following = (
        _get_next_index(operation, requested, page) if operation.is_scim_listing else _get_next_token(operation, page)
    )
    if not following:
        return None
    return {name: value for name, value in {**requested, **following}.items() if name not in _SKIPS}


def join_pages(operation: Operation, pages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one response that has the lists of all pages. Any other field is from the first page that has it.

    Raises:
        MalformedResponseError: a page has no list. Only SCIM omits an empty list.
    """
    joined: dict[str, Any] = {}
    for page in pages:
        lists = {name: value for name, value in page.items() if _is_paged(operation, name, value)}
        if not lists and not operation.is_scim_listing:
            raise MalformedResponseError(f"{operation.name}: the response has no list.", OTHER_SERVER_HINT)
        for name, value in page.items():
            if joined.get(name) is None:
                joined[name] = list(value) if name in lists else value
            elif name in lists:
                joined[name].extend(value)
    joined.pop("next_page_token", None)
    if operation.is_scim_listing:
        joined[_RESOURCES] = joined.get(_RESOURCES) or []
        joined["itemsPerPage"] = len(joined[_RESOURCES])
    return joined


def is_empty(page: Mapping[str, Any]) -> bool:
    """Whether no list of a page has objects."""
    return not any(value for name, value in page.items() if isinstance(value, list) and name != "schemas")


def read_items(name: str, collection: str, page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of a page; raise `MalformedResponseError` without a list of objects that have valid IDs."""
    items = page.get(collection)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise MalformedResponseError(f"{name}: the response has no list of {collection}.", OTHER_SERVER_HINT)
    refuse_malformed_ids(name, items)
    return items


def count_pages(page: Mapping[str, Any], items: Sequence[Any]) -> float:
    """Return the number of pages of a listing, given its first page; infinity if unknown."""
    if not page.get("next_page_token"):
        return 1
    total = page.get("total_size")
    return math.ceil(total / len(items)) if isinstance(total, int) and items else math.inf


def is_shifted(pages: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> bool:
    """Whether a listing changed while it was read: the totals of its pages differ, or are not the number of objects.

    A request that skips objects, or begins at a later page, does not return the total.
    """
    if any(parameters.get(name) for name in (*_SKIPS, "page_token", "startIndex")):
        return False
    lists = {name for page in pages for name, value in page.items() if isinstance(value, list) and name != "schemas"}
    return any(_is_list_shifted(pages, name, is_only=len(lists) == 1) for name in lists)


def _is_list_shifted(pages: Sequence[Mapping[str, Any]], name: str, *, is_only: bool) -> bool:
    total_names = [f"total_{name}_size", *(("total_size", "totalResults") if is_only else ())]
    totals = {total for page in pages for key in total_names if isinstance(total := page.get(key), int)}
    items = {identify_item(item) for page in pages for item in page.get(name) or ()}
    return bool(totals) and totals != {len(items)}


def identify_item(item: Any) -> str:
    """Return a text that is equal for the same object on two pages: its ID, otherwise its content."""
    id = item.get("id") if isinstance(item, dict) else None
    return f"id {id}" if isinstance(id, str) else json.dumps(item, sort_keys=True)


def _is_paged(operation: Operation, name: str, value: Any) -> bool:
    """Whether a field continues from page to page. SCIM repeats its list of schemas on each page."""
    return isinstance(value, list) and (name == _RESOURCES or not operation.is_scim_listing)


def _get_next_token(operation: Operation, page: Mapping[str, Any]) -> dict[str, Any]:
    token = page.get("next_page_token")
    if not isinstance(token or "", str):
        raise MalformedResponseError(
            f"{operation.name}: the response's next_page_token is not text.", OTHER_SERVER_HINT
        )
    return {"page_token": token} if token else {}


def _get_next_index(operation: Operation, requested: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    resources, total = page.get(_RESOURCES), page.get("totalResults")
    if not isinstance(total, int) or not isinstance(resources, (list, type(None))):
        raise MalformedResponseError(
            f"{operation.name}: the response is not a list of SCIM resources.", OTHER_SERVER_HINT
        )
    following = requested.get("startIndex", 1) + len(resources or ())
    return {"startIndex": following} if resources and following <= total else {}


def _to_positive_int(operation: Operation, name: str, value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1:
        shown = sanitize_for_display(value, 80)
        raise OptionError(
            f"{operation.name}: {name} must be a whole number of at least 1, not '{shown}'.",
            f"Correct {name}, or remove it and set all_pages: true.",
        )
    return number
