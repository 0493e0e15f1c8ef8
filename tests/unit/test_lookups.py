# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups, in process: their arguments, their errors, and the tokens that they share."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleLookupError

from ansible_collections.beyondidentity.management.plugins.lookup import scopes, token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.jwt_claims import read_unverified_claims
from tests.unit.builders import make_jwt
from tests.unit.option_helpers import template


@pytest.fixture(autouse=True)
def _own_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each test a run of its own, without the options of the real environment."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("BEYONDIDENTITY_")]:
        monkeypatch.delenv(name)


def look_up(plugin: Any, *terms: Any, variables: dict[str, Any] | None = None, **given: Any) -> Any:
    """Run a lookup with these terms and options."""
    return plugin.LookupModule(loader=None, templar=SimpleNamespace(template=template)).run(
        list(terms), variables, **given
    )


def test_a_token_is_shared_by_all_lookups_of_the_same_scopes(tenant: Any) -> None:
    found = {
        look_up(token, "realms:read", "realms:create", variables=tenant.variables)[0],
        look_up(token, "realms:create realms:read", variables=tenant.variables)[0],
        look_up(token, scopes=["realms:create"], operations=["ListRealms"], variables=tenant.variables)[0],
        look_up(token, ["realms:create", "realms:read"], variables=tenant.variables)[0],
    }
    assert len(found) == 1 and isinstance(found.pop(), str)
    assert len(tenant.read_journal(operation="token")) == 1


def test_claims_distinguish_the_tokens_of_a_lookup(tenant: Any) -> None:
    """The module shares them, too: its key has the same parts."""
    first, again, other, none = (
        look_up(token, "realms:read", variables=tenant.variables, **given)[0]
        for given in ({"custom_claims": {"a": 1}}, {"custom_claims": {"a": 1}}, {"custom_claims": {"a": 2}}, {})
    )
    assert first == again and len({first, other, none}) == 3
    assert read_unverified_claims(first)["bi_custom"] == {"a": 1}
    assert len(tenant.read_journal(operation="token")) == 3


def test_a_fresh_lookup_replaces_the_token_of_all_lookups(tenant: Any) -> None:
    first = look_up(token, "realms:read", variables=tenant.variables)
    fresh = look_up(token, "realms:read", variables=tenant.variables, fresh=True)
    assert fresh != first and look_up(token, "realms:read", variables=tenant.variables) == fresh
    assert len(tenant.read_journal(operation="token")) == 2


def test_a_lookup_replaces_a_token_that_is_too_short_for_it(tenant: Any) -> None:
    tenant.change_settings(token_lifetime=300)
    first = look_up(token, "realms:read", variables=tenant.variables)
    assert look_up(token, "realms:read", variables=tenant.variables, min_validity="200") == first
    tenant.change_settings(token_lifetime=900)
    longer = look_up(token, "realms:read", variables=tenant.variables, min_validity=600)
    assert longer != first and look_up(token, "realms:read", variables=tenant.variables) == longer
    assert len(tenant.read_journal(operation="token")) == 2


def test_a_lookup_whose_tokens_are_too_short_names_both_numbers(tenant: Any) -> None:
    tenant.change_settings(token_lifetime=300)
    with pytest.raises(AnsibleLookupError, match="valid for 300 seconds, and min_validity is 600 seconds"):
        look_up(token, "realms:read", variables={**tenant.variables, "beyondidentity_min_validity": 600})


@pytest.mark.parametrize("given", [{"fresh": True}, {"custom_claims": {"a": 1}}])
def test_a_static_token_is_not_replaced_by_another_one(given: dict[str, Any]) -> None:
    with pytest.raises(AnsibleLookupError, match="access_token is set, so the lookup cannot request a token"):
        look_up(token, variables={"beyondidentity_access_token": make_jwt({"iss": "x"})}, **given)


def test_the_lookup_reads_options_from_the_environment(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in tenant.environment.items():
        monkeypatch.setenv(name, value)
    assert look_up(token, "realms:read")


def test_an_expired_static_token_is_returned_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lookup sends nothing, and this machine's clock may be wrong."""
    warnings: list[str] = []
    monkeypatch.setattr(token, "display", SimpleNamespace(warning=warnings.append))
    for expires_at, expected in ((1_700_000_000, ["2023-11-14T22:13:20Z"]), (9_000_000_000, [])):
        warnings.clear()
        given = make_jwt({"exp": expires_at})
        assert look_up(token, variables={"beyondidentity_access_token": given}) == [given]
        assert [warning.split()[4].rstrip(".") for warning in warnings] == expected


def test_a_static_token_needs_no_scopes() -> None:
    given = make_jwt({"iss": "x"})
    assert look_up(token, variables={"beyondidentity_access_token": given}) == [given]


@pytest.mark.parametrize(
    ("terms", "given", "message"),
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
        (["realms:read"], {"realm_id": "{{ undefined }}"}, "is not a valid ID"),
    ],
)
def test_an_error_of_the_token_lookup_is_one_message_without_secrets(
    terms: list[str], given: dict[str, Any], message: str, tenant: Any
) -> None:
    with pytest.raises(AnsibleLookupError, match=message) as caught:
        look_up(token, *terms, variables=tenant.variables, **given)
    assert "wr0ng" not in str(caught.value) and tenant.client_secret not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_error_about_another_option_masks_a_secret_in_its_value() -> None:
    with pytest.raises(AnsibleLookupError, match="timeout") as caught:
        look_up(token, client_secret="s3cret-value", timeout="s3cret-value")
    assert "s3cret-value" not in str(caught.value)


def test_a_token_without_all_requested_scopes_is_an_error(tenant: Any) -> None:
    tenant.change_settings(grant_only=["realms:read"])
    with pytest.raises(AnsibleLookupError, match="did not grant realms:create"):
        look_up(token, "realms:read", "realms:create", variables=tenant.variables)


@pytest.mark.parametrize(
    ("terms", "result"),
    [
        (["CreateRealm", "ListRealms"], ["realms:create", "realms:read"]),
        ([["ListRealms", "CreateRealm"], "GetRealm"], ["realms:create", "realms:read"]),
        (["ListResourceTypes", "ListRealms"], ["realms:read"]),
        (["CreateRealm,ListRealms,"], ["realms:create", "realms:read"]),
    ],
)
def test_the_scopes_of_all_operations_are_one_sorted_list(terms: list[Any], result: list[str]) -> None:
    assert look_up(scopes, *terms) == [result]


@pytest.mark.parametrize(
    ("terms", "given", "message"),
    [
        ([], {}, "needs operations"),
        ([[]], {}, "needs operations"),
        ([","], {}, "The name of an operation is empty. Remove the empty name"),
        (["ListRealms", ""], {}, "The name of an operation is empty"),
        (["ListSchemas"], {}, "No scopes are published for ListSchemas. .* Set the scopes yourself"),
        (["ListSchemas", "ListResourceTypes"], {}, "No scopes are published for ListResourceTypes, ListSchemas"),
        (["CreateRealmm"], {}, "Did you mean CreateRealm"),
        (["ListRealms"], {"region": "us"}, "no option region"),
    ],
)
def test_an_error_of_the_scopes_lookup_says_what_to_do(terms: list[Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleLookupError, match=message):
        look_up(scopes, *terms, **given)
