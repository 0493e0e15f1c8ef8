# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses of the Management API that are well-formed JSON, and still no use: each is one clear error."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import MalformedResponseError
from ansible_collections.beyondidentity.management.plugins.modules import api, realm, realm_info
from tests.support.untidy_service import Rule, is_listing, run_untidy_service
from tests.unit.builders import make_client
from tests.unit.module_calls import run_failed


def serve_endless_pages(page: Any) -> Rule:
    """Return a rule by which the listing of realms never ends; `page` returns the realms of a page by its number."""
    numbers = itertools.count()

    def rule(seen: Any, forward: Any) -> Any:
        if not is_listing(seen, "realms"):
            return forward(seen)
        number = next(numbers)
        document = {"realms": page(number), "total_size": 1, "next_page_token": f"page-{number}"}
        return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

    return rule


def test_a_listing_of_empty_pages_ends_after_20(tenant: Any) -> None:
    with run_untidy_service(tenant, serve_endless_pages(lambda number: [{"id": "r1"}] if number == 10 else [])) as url:
        client = make_client(tenant, "ListRealms", api_url=url)
        with pytest.raises(MalformedResponseError, match="the pages do not end: 21 pages in a row have no objects"):
            list(client.list_all("ListRealms", "realms"))
    assert client.session.requests == 1 + 11 + 21, "a token, the pages up to the object, and the empty ones"


def test_20_empty_pages_are_no_error(tenant: Any) -> None:
    def rule(seen: Any, forward: Any) -> Any:
        if not is_listing(seen, "realms"):
            return forward(seen)
        number = int(parse_qs(urlsplit(seen.path).query).get("page_token", ["0"])[0])
        document: dict[str, Any] = {"realms": [{"id": "last"}] if number == 20 else []}
        if number < 20:
            document["next_page_token"] = str(number + 1)
        return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()

    with run_untidy_service(tenant, rule) as url:
        client = make_client(tenant, "ListRealms", api_url=url)
        assert list(client.list_all("ListRealms", "realms")) == [{"id": "last"}]


@pytest.mark.parametrize("id", ["a/b", "../realms", "", "a b", None, 7, {"x": 1}, "a\u202eb"])
def test_an_id_that_is_not_safe_in_a_path_is_an_error(id: Any, tenant: Any) -> None:
    """Playbooks build paths from IDs, too."""
    tenant.fault(operation="ListRealms", json={"realms": [{"id": id, "display_name": "Pets"}]})
    for module, given in ((realm_info, {}), (realm_info, {"display_name": "Pets"}), (realm, {"display_name": "Pets"})):
        message = run_failed(module, tenant, **given)
        assert "ListRealms: the response has the ID '" in message and "which is not valid" in message
        assert message.isprintable()


def test_a_page_token_with_half_a_character_is_an_error(tenant: Any) -> None:
    tenant.fault(operation="ListRealms", body=r'{"realms": [], "next_page_token": "\ud800"}', status=200)
    for module, given in ((realm_info, {}), (api, {"operation": "ListRealms", "all_pages": True})):
        assert "has text that is not valid Unicode" in run_failed(module, tenant, **given)
