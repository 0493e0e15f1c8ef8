# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses of the Management API that are well-formed JSON, and still no use: each is one clear error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import MalformedResponseError
from ansible_collections.beyondidentity.management.plugins.modules import api, identity_info, realm, realm_info, role
from tests.unit.builders import make_client
from tests.unit.module_calls import call_module, run_failed, run_ok


def serve_pages(tenant: Any, *pages: list[dict[str, str]], is_endless: bool = False) -> None:
    """Let the list of realms have these pages; the last one has a token, too, if the list is endless."""
    for number, page in enumerate(pages, 1):
        document: dict[str, Any] = {"realms": page}
        if number < len(pages) or is_endless:
            document["next_page_token"] = f"page-{number}"
        tenant.add_fault(operation="ListRealms", json=document, times=1)


def test_a_listing_of_empty_pages_ends_after_20(tenant: Any) -> None:
    serve_pages(tenant, *([] for _page in range(10)), [{"id": "r1"}], *([] for _page in range(30)), is_endless=True)
    client = make_client(tenant, "ListRealms")
    with pytest.raises(MalformedResponseError, match="the pages do not end: 20 pages in a row have no objects"):
        list(client.list_all("ListRealms", "realms"))
    assert client.session.requests == 1 + 11 + 20, "a token, the pages up to the object, and the empty ones"


@pytest.mark.parametrize("last", [[{"id": "last"}], []])
def test_empty_pages_that_end_are_no_error(last: list[dict[str, str]], tenant: Any) -> None:
    serve_pages(tenant, *([] for _page in range(19)), last)
    client = make_client(tenant, "ListRealms")
    assert list(client.list_all("ListRealms", "realms")) == last
    assert client.session.requests == 1 + 20


@pytest.mark.parametrize("id", ["a/b", "../realms", "", "a b", None, 7, {"x": 1}, "a\u202eb"])
def test_an_id_that_is_not_safe_in_a_path_is_an_error(id: Any, tenant: Any) -> None:
    """Playbooks build paths from IDs, too."""
    tenant.add_fault(operation="ListRealms", json={"realms": [{"id": id, "display_name": "Pets"}]})
    for module, given in ((realm_info, {}), (realm_info, {"display_name": "Pets"}), (realm, {"display_name": "Pets"})):
        message = run_failed(module, tenant, **given)
        assert "ListRealms: the response has the ID '" in message and "which is not valid" in message
        assert message.isprintable()


def test_a_page_token_with_half_a_character_is_an_error(tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", body=r'{"realms": [], "next_page_token": "\ud800"}', status=200)
    for module, given in ((realm_info, {}), (api, {"operation": "ListRealms", "all_pages": True})):
        assert "has text that is not valid Unicode" in run_failed(module, tenant, **given)


@pytest.mark.parametrize("id", ["a/b", "../realms", "..", "a b", "a\\b", "a?b", "a\u202eb"])
@pytest.mark.parametrize("all_pages", [True, False])
def test_the_module_api_does_not_return_an_id_that_is_not_safe_in_a_path(id: str, all_pages: bool, tenant: Any) -> None:
    tenant.add_fault(operation="ListRealms", json={"realms": [{"id": "r1"}, {"id": id}]})
    result = call_module(api, tenant, operation="ListRealms", all_pages=all_pages)
    assert result["failed"] and "response" not in result and not result["changed"]
    assert "ListRealms: the response has the ID '" in result["msg"] and result["msg"].isprintable()


def test_the_module_api_does_not_return_an_object_whose_id_is_not_safe_in_a_path(tenant: Any) -> None:
    tenant.add_fault(operation="GetTenant", json={"id": "a/b"})
    assert "GetTenant: the response has the ID 'a/b'" in run_failed(api, tenant, operation="GetTenant")
    tenant.add_fault(operation="CreateGroup", json={"id": "a/b"})
    result = call_module(
        api, tenant, operation="CreateGroup", body={"group": {"display_name": "Night shift", "description": ""}}
    )
    assert result["failed"] and result["changed"], "the request was carried out"


def test_the_module_api_returns_urns(tenant: Any) -> None:
    """SCIM's schemas have URNs as IDs (RFC 7643 section 7)."""
    tenant.add_fault(operation="ListRealms", json={"realms": [{"id": "urn:ietf:params:scim:schemas:core:2.0:User"}]})
    assert run_ok(api, tenant, operation="ListRealms")["response"]["realms"]


@pytest.mark.parametrize("key", ["identities", "groups"])
def test_a_member_whose_id_is_not_safe_in_a_path_is_an_error(key: str, tenant: Any) -> None:
    (seeded_id,) = tenant.seed(roles=1)["roles"]
    tenant.add_fault(operation="ListRoleMembers", json={"identities": [], "groups": [], key: ["a/b"]})
    message = run_failed(role, tenant, id=seeded_id, members={"identities": [], "groups": []}, members_mode="exact")
    assert "ListRoleMembers: the response has the ID 'a/b'" in message


@pytest.mark.parametrize(
    ("number", "says"),
    [
        *((name, "is not a JSON object") for name in ("NaN", "Infinity", "-Infinity")),
        *((text, "has a number that is too large") for text in ("1e999", "-1e999")),
    ],
)
def test_a_number_that_is_not_finite_is_an_error(number: str, says: str, tenant: Any) -> None:
    """JSON has no such numbers (RFC 8259 section 6), so no other program could read a result with one."""
    tenant.add_fault(operation="ListRealms", body=f'{{"realms": [{{"id": "r1", "x": {number}}}]}}', status=200)
    for module, given in ((realm_info, {}), (api, {"operation": "ListRealms"})):
        assert says in run_failed(module, tenant, **given)


HALF = "\ud800"  # JSON and YAML can escape half of a character


@pytest.mark.parametrize(
    ("module", "given", "name"),
    [
        (api, {"operation": "ListRealms", "parameters": {"page_token": HALF}}, "parameters"),
        (api, {"operation": "ListRealms", "extra_parameters": {HALF: 1}}, "extra_parameters"),
        (api, {"operation": "CreateGroup", "body": {"group": {"display_name": [{"a": HALF}]}}}, "body"),
        (identity_info, {"username": HALF}, "username"),
        (realm, {"display_name": f"Pets{HALF}"}, "display_name"),
    ],
)
def test_an_option_with_half_a_character_is_an_error(module: Any, given: Any, name: str, tenant: Any) -> None:
    message = run_failed(module, tenant, **given)
    assert message.startswith(f"{name} has text that is not valid Unicode.") and message.isprintable()
    assert tenant.read_journal() == []


def test_a_path_can_have_bytes_that_are_not_unicode(tenant: Any, tmp_path: Path) -> None:
    """Python reads such a byte of a file name as half of a character (PEP 383)."""
    path = tmp_path / "\udce4.pem"
    path.write_bytes(b"")
    message = run_failed(realm_info, tenant, ca_path=str(path))
    assert "ca_path" in message and "Unicode" not in message
