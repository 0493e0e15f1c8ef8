# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module token_info, in process against the emulator."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.modules import token, token_info
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok

PRINCIPAL = {"principal_type": "identity", "principal_id": "e372db224c06e850"}


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_a_token_looks_like(check_mode: bool, tenant: Any) -> None:
    store = MemoryStore()
    made = run_ok(token, tenant, store, scopes=["realms:read"], expiration_time=600)["token"]
    shown = run_ok(token_info, tenant, store, id=made["id"], check_mode=check_mode)
    assert shown["changed"] is False
    (one,) = shown["tokens"]
    assert (one["id"], one["scopes"], one["token_type"]) == (made["id"], ["realms:read"], "access")
    assert one["application_id"] == tenant.application_id
    assert one["principal_type"] is one["principal_id"] is None
    assert one["expires"] - one["issued_at"] == 600
    for name in ("issued_time", "expires_time"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one[name])
    assert one["expires_time"] == made["expires_at"]
    assert made["access_token"] not in json.dumps(shown)


def test_all_pages(tenant: Any) -> None:
    tokens = tenant.seed(tokens=250)["tokens"]
    shown = run_ok(token_info, tenant)
    assert {one["id"] for one in shown["tokens"]} > set(tokens) and len(shown["tokens"]) == 251
    assert len(tenant.journal(operation="ListTokens")) == 3
    assert tenant.journal(operation="ListTokens")[0]["token_scopes"] == ["tokens:read"]


def test_of_a_principal(tenant: Any) -> None:
    tokens = sorted(tenant.seed(tokens=2, **PRINCIPAL)["tokens"])
    tenant.seed(tokens=1)
    shown = run_ok(token_info, tenant, **PRINCIPAL)["tokens"]
    assert sorted(one["id"] for one in shown) == tokens
    assert {(one["principal_type"], one["principal_id"]) for one in shown} == {tuple(PRINCIPAL.values())}


@pytest.mark.parametrize("by", ["id", "name"])
def test_of_another_application(by: str, tenant: Any) -> None:
    (realm,) = tenant.seed(realms=1)["realms"]
    (other,) = tenant.seed(applications=1, name="Other", realm_id=realm)["applications"]
    tokens = sorted(tenant.seed(tokens=2, token_application=other)["tokens"])
    shown = run_ok(token_info, tenant, application=other if by == "id" else "Other", realm_id=realm)["tokens"]
    assert sorted(one["id"] for one in shown) == tokens
    assert {one["application_id"] for one in shown} == {other}


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
def test_fields_that_are_missing_or_odd(times: dict[str, Any], expected: tuple[Any, Any], tenant: Any) -> None:
    tenant.fault(operation="ListTokens", json={"tokens": [{"id": "t1", **times}]})
    (one,) = run_ok(token_info, tenant)["tokens"]
    assert (one["issued_time"], one["expires_time"]) == expected
    assert {name: one[name] for name in times} == times


def test_an_application_without_tokens(tenant: Any) -> None:
    (other,) = tenant.seed(applications=1)["applications"]
    assert run_ok(token_info, tenant, application=other)["tokens"] == []


def test_what_can_not_be_listed(tenant: Any) -> None:
    assert "HTTP 404" in run_failed(token_info, tenant, application="00000000-0000-0000-0000-000000000000")
    assert "There is no application 'Other'" in run_failed(token_info, tenant, application="Other")
    tenant.seed(applications=2, name="Other")
    assert "Other" in run_failed(token_info, tenant, application="Other")
    tenant.fault(operation="ListTokens", json={"tokens": [{"id": "t1\x1b[31m"}]})
    assert run_failed(token_info, tenant).isprintable()


def test_the_options_of_a_principal_go_together() -> None:
    assert token_info.SPEC.rules == {"required_together": [("principal_type", "principal_id")]}
