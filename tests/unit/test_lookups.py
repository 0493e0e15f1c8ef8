# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups, in process: their arguments, their errors, and what they share."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleLookupError

from ansible_collections.beyondidentity.management.plugins.lookup import scopes, token
from tests.unit.builders import make_jwt
from tests.unit.option_helpers import template


@pytest.fixture(autouse=True)
def _own_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test be a run of its own, without anything of our environment."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("BEYONDIDENTITY_")]:
        monkeypatch.delenv(name)


def look(plugin: Any, *terms: Any, variables: dict[str, Any] | None = None, **given: Any) -> Any:
    return plugin.LookupModule(loader=None, templar=SimpleNamespace(template=template)).run(
        list(terms), variables, **given
    )


def test_a_token_is_shared_whatever_the_order_of_scopes(tenant: Any) -> None:
    found = {
        look(token, "realms:read", "realms:create", variables=tenant.variables)[0],
        look(token, "realms:create realms:read", variables=tenant.variables)[0],
        look(token, scopes=["realms:create"], operations=["ListRealms"], variables=tenant.variables)[0],
        look(token, ["realms:create", "realms:read"], variables=tenant.variables)[0],
    }
    assert len(found) == 1 and isinstance(found.pop(), str)
    assert len(tenant.journal(operation="token")) == 1


def test_the_environment_counts(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in tenant.environment.items():
        monkeypatch.setenv(name, value)
    assert look(token, "realms:read")


def test_a_given_token_needs_no_scopes() -> None:
    given = make_jwt({"iss": "x"})
    assert look(token, variables={"beyondidentity_access_token": given}) == [given]


@pytest.mark.parametrize(
    ("terms", "given", "said"),
    [
        ([], {}, "The token lookup needs scopes"),
        (["realms:read"], {"client_secret": "wr0ng", "client_id": "c"}, "invalid_client"),
        (["realms:read"], {"unknown": 1}, "unknown"),
        (["realms:read"], {"region": "mars"}, "must be one of us, eu, fedramp"),
        (["realms:read"], {"timeout": 0}, "timeout must be at least 1"),
        ([], {"operations": ["CreateRealmm"]}, "Did you mean CreateRealm"),
        (["realms:read"], {"operations": [""]}, "The name of an operation is empty"),
        (["realms:read"], {"operations": ""}, "The name of an operation is empty"),
        (["no:such"], {}, "invalid_scope"),
        (["realms:read"], {"realm_id": "{{ undefined }}"}, "is no id"),
    ],
)
def test_errors_of_the_token_lookup(terms: list[str], given: dict[str, Any], said: str, tenant: Any) -> None:
    with pytest.raises(AnsibleLookupError, match=said) as caught:
        look(token, *terms, variables=tenant.variables, **given)
    assert "wr0ng" not in str(caught.value) and tenant.client_secret not in str(caught.value)
    assert caught.value.__cause__ is None


def test_less_than_was_asked_for_is_an_error(tenant: Any) -> None:
    tenant.settings(grant_only=["realms:read"])
    with pytest.raises(AnsibleLookupError, match="did not grant realms:create"):
        look(token, "realms:read", "realms:create", variables=tenant.variables)


@pytest.mark.parametrize(
    ("terms", "result"),
    [
        (["CreateRealm", "ListRealms"], ["realms:create", "realms:read"]),
        ([["ListRealms", "CreateRealm"], "GetRealm"], ["realms:create", "realms:read"]),
        (["ListResourceTypes", "ListRealms"], ["realms:read"]),
        (["CreateRealm,ListRealms,"], ["realms:create", "realms:read"]),
    ],
)
def test_scopes(terms: list[Any], result: list[str]) -> None:
    assert look(scopes, *terms) == [result]


@pytest.mark.parametrize(
    ("terms", "given", "said"),
    [
        ([], {}, "needs operations"),
        ([[]], {}, "needs operations"),
        ([""], {}, "The name of an operation is empty. Leave it out"),
        ([" "], {}, "The name of an operation is empty"),
        ([","], {}, "The name of an operation is empty"),
        ([[""]], {}, "The name of an operation is empty"),
        (["ListRealms", ""], {}, "The name of an operation is empty"),
        (["ListSchemas"], {}, "No scopes are published for ListSchemas. .* name the scopes yourself"),
        (["ListSchemas", "ListResourceTypes"], {}, "No scopes are published for ListResourceTypes, ListSchemas"),
        (["CreateRealmm"], {}, "Did you mean CreateRealm"),
        (["ListRealms"], {"region": "us"}, "no option region"),
    ],
)
def test_errors_of_the_scopes_lookup(terms: list[Any], given: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleLookupError, match=said):
        look(scopes, *terms, **given)
