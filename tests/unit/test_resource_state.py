# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change so that an object becomes as wanted, and which object is meant."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, StateError
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_changes import (
    merge_changes,
    plan_changes,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_lookup import (
    describe_resource,
    select_resource,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_state import (
    ChangeResult,
    ResourceState,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    APPLICATION,
    AUTHENTICATOR_CONFIG,
    GROUP,
    IDENTITY,
    REALM,
    RESOURCE_SERVER,
    ROLE,
    ResourceType,
)

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.text("ab", max_size=2)
    | st.lists(st.text("ab", max_size=2), max_size=3)
    | st.lists(st.dictionaries(st.just("x"), st.integers(0, 1)), max_size=2)
)
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), LEAVES),
    lambda child: st.dictionaries(st.sampled_from("abcd"), child | LEAVES),
    max_leaves=8,
)


@given(OBJECTS, OBJECTS)
def test_after_the_plan_there_is_nothing_left_to_do(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    untouched = copy.deepcopy(before)
    changes = plan_changes(before, wanted)
    after = merge_changes(before, changes)
    assert plan_changes(after, wanted) == {}
    assert plan_changes(before, before) == {}
    assert set(changes) <= set(wanted)
    assert {name: after[name] for name in before if name not in changes} == {
        name: before[name] for name in before if name not in changes
    }
    assert before == untouched


@pytest.mark.parametrize(
    ("before", "wanted", "changes"),
    [
        ({}, {}, {}),
        ({"a": 1}, {}, {}),
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({}, {"a": None}, {}),
        ({}, {"a": ""}, {}),
        ({"a": "x"}, {"a": ""}, {"a": ""}),
        ({}, {"a": []}, {}),
        ({"a": None}, {"a": []}, {}),
        ({"a": ["x"]}, {"a": []}, {"a": []}),
        ({"a": ["x", "y"]}, {"a": ["y", "x", "x"]}, {}),
        ({"a": ["x", "y"]}, {"a": ["x"]}, {"a": ["x"]}),
        ({"a": [{"x": 1}]}, {"a": []}, {"a": []}),
        ({"a": [{"x": 1}]}, {"a": ["x"]}, {"a": ["x"]}),
        ({"a": "xy"}, {"a": ["x", "y"]}, {"a": ["x", "y"]}),
        ({"a": [{"x": 1}, {"y": 2}]}, {"a": [{"y": 2}, {"x": 1}]}, {"a": [{"y": 2}, {"x": 1}]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": 3}}}, {"a": {"b": {"c": 3, "d": 2}}}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
    ],
)
def test_plans(before: dict[str, Any], wanted: dict[str, Any], changes: dict[str, Any]) -> None:
    assert plan_changes(before, wanted) == changes


def test_a_nested_object_is_sent_whole_but_without_what_is_read_only() -> None:
    before = {
        "protocol_config": {"client_id": "c", "client_secret": "s", "pkce": "s256", "grant_type": ["a"]},
        "id": "1",
    }
    changes = plan_changes(before, {"protocol_config": {"pkce": "disabled"}}, APPLICATION.read_only)
    assert changes == {"protocol_config": {"pkce": "disabled", "grant_type": ["a"]}}
    assert merge_changes(before, changes)["protocol_config"] == {
        "client_id": "c",
        "client_secret": "s",
        "pkce": "disabled",
        "grant_type": ["a"],
    }


@pytest.mark.parametrize(
    ("kind", "noun", "collection", "operations"),
    [
        (
            APPLICATION,
            "application",
            "applications",
            ("CreateApplication", "ListApplications", "GetApplication", "UpdateApplication", "DeleteApplication"),
        ),
        (
            RESOURCE_SERVER,
            "resource_server",
            "resource_servers",
            (
                "CreateResourceServer",
                "ListResourceServers",
                "GetResourceServer",
                "UpdateResourceServer",
                "DeleteResourceServer",
            ),
        ),
        (AUTHENTICATOR_CONFIG, "authenticator_config", "authenticator_configs", None),
        (REALM, "realm", "realms", None),
        (GROUP, "group", "groups", ("CreateGroup", "ListGroups", "GetGroup", "UpdateGroup", "DeleteGroup")),
        (
            IDENTITY,
            "identity",
            "identities",
            ("CreateIdentity", "ListIdentities", "GetIdentity", "UpdateIdentity", "DeleteIdentity"),
        ),
        (ROLE, "role", "roles", ("CreateRole", "ListRoles", "GetRole", "UpdateRole", "DeleteRole")),
    ],
)
def test_names(kind: ResourceType, noun: str, collection: str, operations: tuple[str, ...] | None) -> None:
    assert (kind.noun, kind.collection) == (noun, collection)
    assert operations in (None, (kind.create, kind.list, kind.get, kind.update, kind.delete))
    assert (kind.find(by_id=True), kind.find(by_id=False)) == (kind.get, kind.list)


SERVERS = [
    {"id": "1", "identifier": "beyondidentity", "display_name": "API"},
    {"id": "2", "identifier": "own", "display_name": "Pets"},
    {"id": "3", "identifier": "API", "display_name": "Twin"},
    {"id": "4", "identifier": "other", "display_name": "Twin"},
]
KEYS = ("id", "identifier", "display_name")


@pytest.mark.parametrize(
    ("value", "id"), [("1", "1"), ("own", "2"), ("Pets", "2"), ("API", "3"), ("beyondidentity", "1")]
)
def test_pick(value: str, id: str) -> None:
    assert select_resource(RESOURCE_SERVER, iter(SERVERS), value, KEYS)["id"] == id


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Twin", "2 resource_servers have the display_name 'Twin': 3, 4. Give the id."),
        ("pets", "There is no resource_server 'pets' in the managed realm. There are: API, Pets, Twin."),
        ("", "There is no resource_server ''"),
        ("x\x1b[0m", r"There is no resource_server 'x \[0m'"),
    ],
)
def test_pick_fails_with_what_there_is(value: str, said: str) -> None:
    with pytest.raises(StateError, match=said):
        select_resource(RESOURCE_SERVER, SERVERS, value, KEYS)


def test_pick_among_none() -> None:
    with pytest.raises(StateError, match="There are: none."):
        select_resource(RESOURCE_SERVER, [], "x", KEYS)


def test_objects_are_described_harmlessly() -> None:
    assert describe_resource(APPLICATION, {"display_name": "a\x1b[31m\nb", "id": "1"}) == "application 'a [31m b' (1)"


def test_a_diff_holds_no_secret() -> None:
    outcome = ChangeResult({"client_secret": "s", "a": 1}, {"client_secret": "t", "a": 2}, True)
    assert outcome.build_diff() == {"before": {"a": 1}, "after": {"a": 2}}
    assert ChangeResult(None, None, False).build_diff() == {"before": {}, "after": {}}


@pytest.mark.parametrize("given_names", [{}, {"id": None, "display_name": ""}, {"id": "", "display_name": None}])
def test_an_empty_filter_is_an_error(given_names: dict[str, Any]) -> None:
    names: dict[str, Any] = {"id": None, "display_name": None, **given_names}
    with pytest.raises(OptionError, match="id and display_name"):
        ResourceState(APPLICATION, None, check_mode=False, **names)


@pytest.mark.parametrize("id", ["..", "a/b", "a?b"])
def test_an_id_must_be_one(id: str) -> None:
    with pytest.raises(OptionError, match="is no id"):
        ResourceState(APPLICATION, None, id=id, display_name=None, check_mode=False)
