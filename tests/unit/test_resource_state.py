# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between an object and its wanted state, and which object is selected. No requests."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    NotFoundError,
    OptionError,
    StateError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.client import ManagementClient
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
    StateOptions,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    APPLICATION,
    RESOURCE_SERVER,
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
def test_after_the_changes_nothing_differs(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    unchanged = copy.deepcopy(before)
    changes = plan_changes(before, wanted)
    after = merge_changes(before, changes)
    assert plan_changes(after, wanted) == {}
    assert plan_changes(before, before) == {}
    assert set(changes) <= set(wanted)
    others = {name: value for name, value in before.items() if name not in changes}
    assert {name: after[name] for name in others} == others
    assert before == unchanged


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
        ({"a": [{"x": 1}, {"y": 2}]}, {"a": [{"y": 2}, {"x": 1}]}, {}),
        ({"a": [{"x": 1}, {"y": 2}]}, {"a": [{"y": 2}, {"x": 2}]}, {"a": [{"y": 2}, {"x": 2}]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": 3}}}, {"a": {"b": {"c": 3, "d": 2}}}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
    ],
)
def test_only_fields_that_differ_are_changed(
    before: dict[str, Any], wanted: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert plan_changes(before, wanted) == changes


def test_a_nested_object_is_sent_whole_without_its_read_only_fields() -> None:
    config = {"client_id": "c", "client_secret": "s", "pkce": "s256", "grant_type": ["a"]}
    before = {"protocol_config": config, "id": "1"}
    changes = plan_changes(before, {"protocol_config": {"pkce": "disabled"}}, APPLICATION.read_only)
    assert changes == {"protocol_config": {"pkce": "disabled", "grant_type": ["a"]}}
    assert merge_changes(before, changes)["protocol_config"] == {**config, "pkce": "disabled"}


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
def test_the_first_key_that_matches_selects_the_object(value: str, id: str) -> None:
    assert select_resource(RESOURCE_SERVER, iter(SERVERS), value, KEYS)["id"] == id


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "pets",
            "has no resource_server 'pets'. Check the spelling, and realm_id or realm. Known resource_servers: API, Pets, Twin.",
        ),
        ("", "has no resource_server ''"),
        ("x\x1b[0m", r"has no resource_server 'x \[0m'"),
    ],
)
def test_the_error_for_no_match_lists_all_objects(value: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        select_resource(RESOURCE_SERVER, SERVERS, value, KEYS)


def test_the_error_for_no_match_among_no_objects_says_so() -> None:
    with pytest.raises(NotFoundError, match="Known resource_servers: none."):
        select_resource(RESOURCE_SERVER, [], "x", KEYS)


def test_the_error_for_several_matches_lists_their_ids() -> None:
    with pytest.raises(StateError, match="2 resource_servers have the display_name 'Twin': 3, 4. Use the ID"):
        select_resource(RESOURCE_SERVER, SERVERS, "Twin", KEYS)


def test_a_description_has_no_control_characters() -> None:
    assert describe_resource(APPLICATION, {"display_name": "a\x1b[31m\nb", "id": "1"}) == "application 'a [31m b' (1)"


def test_a_diff_has_no_secret() -> None:
    change = ChangeResult({"client_secret": "s", "a": 1}, {"client_secret": "t", "a": 2}, True)
    assert change.build_diff() == {"before": {"a": 1}, "after": {"a": 2}}
    assert ChangeResult(None, None, False).build_diff() == {"before": {}, "after": {}}


def make_state(**names: str) -> ResourceState:
    """Return the state of an application. These tests end before the client is used."""
    options = StateOptions(state="present", id=names.get("id"), name=names.get("display_name"))
    return ResourceState(APPLICATION, cast(ManagementClient, None), options)


@pytest.mark.parametrize("names", [{}, {"display_name": ""}, {"id": ""}, {"id": "", "display_name": "x"}])
def test_an_id_or_a_name_must_be_set_and_neither_empty(names: dict[str, str]) -> None:
    with pytest.raises(OptionError, match="Set id, display_name or both. Neither can be empty."):
        make_state(**names)


@pytest.mark.parametrize("id", ["..", "a/b", "a?b"])
def test_a_malformed_id_is_an_error(id: str) -> None:
    with pytest.raises(OptionError, match="is not a valid ID"):
        make_state(id=id)
