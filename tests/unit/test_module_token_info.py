# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module token_info, in process against the emulator."""

from __future__ import annotations

import calendar
import json
import re
import time
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import token, token_info
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok

PRINCIPAL = {"principal_type": "identity", "principal_id": "e372db224c06e850"}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_listed_token_has_its_times_and_never_its_value(check_mode: bool, tenant: Any) -> None:
    store = MemoryStore()
    issued = run_ok(token, tenant, store, scopes=["realms:read"], expiration_time=600)["token"]
    result = run_ok(token_info, tenant, store, id=issued["id"], check_mode=check_mode)
    assert result["changed"] is False
    (listed,) = result["tokens"]
    assert (listed["id"], listed["scopes"], listed["token_type"]) == (
        issued["id"],
        ["realms:read"],
        "access",
    )
    assert listed["application_id"] == tenant.application_id
    assert listed["principal_type"] is listed["principal_id"] is None
    assert listed["expires"] - listed["issued_at"] == 600
    for name in ("issued_time", "expires_time"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", listed[name])
    # The collection counts the lifetime from before the request.
    expected = calendar.timegm(time.strptime(issued["expires_at"], "%Y-%m-%dT%H:%M:%SZ"))
    assert expected <= listed["expires"] <= expected + 5
    assert issued["access_token"] not in json.dumps(result)


def test_all_pages_are_read(tenant: Any) -> None:
    tokens = tenant.seed(tokens=250)["tokens"]
    result = run_ok(token_info, tenant)
    assert {listed["id"] for listed in result["tokens"]} > set(tokens) and len(result["tokens"]) == 251
    assert len(tenant.read_journal(operation="ListTokens")) == 3
    assert tenant.read_journal(operation="ListTokens")[0]["token_scopes"] == ["tokens:read"]


def test_only_the_tokens_of_the_principal_are_listed(tenant: Any) -> None:
    tokens = sorted(tenant.seed(tokens=2, **PRINCIPAL)["tokens"])
    tenant.seed(tokens=1)
    result = run_ok(token_info, tenant, **PRINCIPAL)["tokens"]
    assert sorted(listed["id"] for listed in result) == tokens
    assert {(listed["principal_type"], listed["principal_id"]) for listed in result} == {tuple(PRINCIPAL.values())}


@pytest.mark.parametrize("by", ["id", "name"])
def test_another_application_is_found_by_id_and_name(by: str, tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    (other,) = tenant.seed(applications=1, name="Other", realm_id=realm)["applications"]
    tokens = sorted(tenant.seed(tokens=2, token_application=other)["tokens"])
    result = run_ok(token_info, tenant, application=other if by == "id" else "Other", realm_id=realm)["tokens"]
    assert sorted(listed["id"] for listed in result) == tokens
    assert {listed["application_id"] for listed in result} == {other}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({}, (None, None)),
        ({"issued_at": None, "expires": None}, (None, None)),
        ({"issued_at": "soon", "expires": [1]}, (None, None)),
        ({"issued_at": -1, "expires": 1 << 64}, (None, None)),
        ({"issued_at": 1.5, "expires": {}}, (None, None)),
        ({"issued_at": 0, "expires": 1677250514}, ("1970-01-01T00:00:00Z", "2023-02-24T14:55:14Z")),
    ],
)
def test_a_missing_or_malformed_time_is_none(times: dict[str, Any], expected: tuple[Any, Any], tenant: Any) -> None:
    tenant.add_fault(operation="ListTokens", json={"tokens": [{"id": "t1", **times}]})
    (listed,) = run_ok(token_info, tenant)["tokens"]
    assert (listed["issued_time"], listed["expires_time"]) == expected
    assert {name: listed[name] for name in times} == times


def test_an_application_without_tokens_has_an_empty_list(tenant: Any) -> None:
    (other,) = tenant.seed(applications=1)["applications"]
    assert run_ok(token_info, tenant, application=other)["tokens"] == []


def test_an_application_that_cannot_be_found_is_an_error(tenant: Any) -> None:
    assert "HTTP 404" in run_failed(token_info, tenant, application="00000000-0000-0000-0000-000000000000")
    assert "no application 'Other'" in run_failed(token_info, tenant, application="Other")
    tenant.seed(applications=2, name="Other")
    assert "2 applications have the display_name 'Other'" in run_failed(token_info, tenant, application="Other")


def test_a_malformed_id_is_an_error_on_one_line(tenant: Any) -> None:
    tenant.add_fault(operation="ListTokens", json={"tokens": [{"id": "t1\x1b[31m"}]})
    message = run_failed(token_info, tenant)
    assert "which is not valid" in message and message.isprintable()


def test_the_options_of_a_principal_are_required_together() -> None:
    assert token_info.SPEC.rules == {"required_together": [("principal_type", "principal_id")]}
