# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference is complete: each returned field, the required scopes and libraries, and only options that count."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
import yaml

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import CONNECTION_OPTIONS
from ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue import (
    get_catalogue,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    CREDENTIAL,
    IDENTITY,
    IDENTITY_TYPES,
    RESOURCE_SERVER,
    RESOURCE_TYPES,
    ResourceType,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import is_secret_key
from tests.support.collection import NAME, NAMESPACE, ROOT
from tests.support.published_fields import PublishedField, list_published_fields
from tests.support.reference import list_returned_fields, read_reference


def list_names(kind: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / "plugins" / kind).glob("[!_]*.py"))


MODULES = list_names("modules")
PLUGINS = [(kind, name) for kind in ("modules", "lookup", "filter", "callback") for name in list_names(kind)]
TYPES = (*RESOURCE_TYPES, *IDENTITY_TYPES)
PARENTS = {"identity_id": IDENTITY, "resource_server_id": RESOURCE_SERVER}

# The returned objects by module: the key of the result, and the name of the object in the API.
RETURNED = {
    **{resource_type.noun: (resource_type.noun, resource_type.name) for resource_type in TYPES},
    **{f"{resource_type.noun}_info": (resource_type.collection, resource_type.name) for resource_type in TYPES},
    CREDENTIAL.noun: (CREDENTIAL.collection, CREDENTIAL.name),
    "tenant_info": ("tenant", "Tenant"),
    "token_info": ("tokens", "Token"),
}
# The state module manages no SAML applications.
WITHOUT_VARIANTS = {"application": ("saml",)}
# Fields that a module adds to the object of the API.
_ROLE_MEMBERS = {"members", "members.identities", "members.groups"}
ADDED = {
    "group": {"members"},
    "group_info": {"members"},
    "role": {"scopes", *_ROLE_MEMBERS},
    "role_info": _ROLE_MEMBERS,
    "token_info": {"issued_time", "expires_time", "application_id", "principal_type", "principal_id"},
}
# Modules that call operations which the task chooses, or endpoints that are not operations.
WITHOUT_OPERATIONS = ("api", "authorize", "introspect", "pkce", "token", "whoami")
WITH_PYJWT = (("modules", "authorize"), ("modules", "token"))  # they validate ID tokens
WITHOUT_REQUESTS = (("modules", "pkce"), *(("filter", name) for name in list_names("filter")))


@functools.cache
def list_fields(module: str) -> list[PublishedField]:
    """Return the published fields that a module returns. Results have no secrets."""
    fields = list_published_fields(RETURNED[module][1], without_variants=WITHOUT_VARIANTS.get(module, ()))
    return [field for field in fields if not is_secret_key(field.path.rpartition(".")[2])]


EACH_PLUGIN = pytest.mark.parametrize(("kind", "name"), PLUGINS)
EACH_RETURNING = pytest.mark.parametrize("module", sorted(RETURNED))
EACH_WITH_OPERATIONS = pytest.mark.parametrize("module", [name for name in MODULES if name not in WITHOUT_OPERATIONS])


def join(description: Any) -> str:
    return description if isinstance(description, str) else " ".join(description)


@functools.cache
def get_documented(module: str) -> dict[str, dict[str, Any]]:
    return list_returned_fields(read_reference("modules", module).returned[RETURNED[module][0]])


def test_each_module_that_returns_an_object_is_compared_with_the_table() -> None:
    returning = {name for name in MODULES if {"before", "after"} & set(read_reference("modules", name).returned)}
    assert returning | {name for name in MODULES if name.endswith("_info")} == set(RETURNED)
    assert all(len(list_fields(module)) >= 4 for module in RETURNED)


@EACH_RETURNING
def test_each_field_of_a_returned_object_is_documented(module: str) -> None:
    documented = get_documented(module)
    assert [field.path for field in list_fields(module) if field.path not in documented] == []
    for field in list_fields(module):
        described = documented[field.path]
        assert (described["type"], described.get("elements")) == (field.type, field.elements), field.path
        assert "sample" in described or described.get("contains"), field.path


@EACH_RETURNING
def test_the_possible_values_of_a_field_are_documented(module: str) -> None:
    documented = get_documented(module)
    for field in list_fields(module):
        described = documented[field.path]
        named = re.findall(r"V\(([^)]+)\)", join(described["description"]))
        assert set(field.choices) <= {*described.get("choices", ()), *named}, field.path
        assert set(described.get("choices", ())) <= set(field.choices), field.path


@EACH_RETURNING
def test_a_field_of_some_variants_only_says_when_it_is_returned(module: str) -> None:
    documented, fields = get_documented(module), list_fields(module)
    all_variants = {field.path.removesuffix("type"): field.variants for field in fields if field.path.endswith(".type")}
    for field in fields:
        if field.variants and field.variants < all_variants[field.path[: field.path.rindex(".") + 1]]:
            returned = documented[field.path]["returned"]
            assert {variant for variant in field.variants if f"V({variant})" in returned} == field.variants, field.path


@EACH_RETURNING
def test_a_returned_object_documents_no_field_that_it_lacks(module: str) -> None:
    assert set(get_documented(module)) == {field.path for field in list_fields(module)} | ADDED.get(module, set())


@pytest.mark.parametrize("module", MODULES)
def test_the_states_before_and_after_a_task_document_or_name_their_fields(module: str) -> None:
    returned = read_reference("modules", module).returned
    for name in {"before", "after"} & set(returned):
        described = returned[name]
        assert described.get("contains") or re.search(r"the same fields as RV\(\w+\)", join(described["description"]))


@EACH_PLUGIN
def test_each_description_is_a_list_of_texts(kind: str, name: str) -> None:
    """ansible-console prints only the first letter of a text. YAML reads an item with a colon and a blank as a mapping."""
    descriptions = list(read_reference(kind, name).iterate_descriptions())
    assert [place for place, text in descriptions if not isinstance(text, list)] == []
    assert [item for _place, text in descriptions for item in text if not isinstance(item, str)] == []


@EACH_PLUGIN
def test_the_required_libraries_are_documented(kind: str, name: str) -> None:
    documentation = read_reference(kind, name).documentation
    required = " ".join(documentation.get("requirements", ()))
    sends = "issuer" in documentation.get("options", {})
    assert ("requests >= 2.28" in required and "python >= 3.10" in required) is sends
    assert ("PyJWT" in required) is ((kind, name) in WITH_PYJWT)


@pytest.mark.parametrize(("kind", "name"), WITHOUT_REQUESTS)
def test_a_plugin_that_sends_nothing_documents_no_option_of_a_request(kind: str, name: str) -> None:
    shared = {option.name for option in CONNECTION_OPTIONS} - {"reveal"}
    assert shared & set(read_reference(kind, name).options) == set()


def test_only_modules_document_the_option_reveal() -> None:
    """It counts as an argument of a task only."""
    assert {kind for kind, name in PLUGINS if "reveal" in read_reference(kind, name).options} == {"modules"}


@pytest.mark.parametrize("module", MODULES)
def test_the_documented_scopes_are_those_of_the_documented_operations(module: str) -> None:
    """Each note "Scope C(name): ..." names the operations that need the scope, and when the module calls them."""
    documented = read_reference("modules", module).operations
    catalogue = get_catalogue()
    assert documented == {operation: frozenset(catalogue[operation].scopes) for operation in documented}


@EACH_WITH_OPERATIONS
def test_each_module_documents_its_required_scopes(module: str) -> None:
    documentation = read_reference("modules", module)
    assert documentation.scopes and all(documentation.scopes.values())
    assert any("access_token" in note and "scopes" in note for note in documentation.notes)


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda resource_type: resource_type.noun)
def test_the_documented_scopes_are_sufficient_to_read_and_write_an_object(resource_type: ResourceType) -> None:
    actions = [f"{action}{resource_type.name}" for action in ("Create", "Update", "Delete")]
    writes = {*actions, resource_type.revoke_operation} & set(get_catalogue())
    reads = {resource_type.list_operation, resource_type.get_operation}
    if resource_type.parent_parameter:
        reads.add(PARENTS[resource_type.parent_parameter].list_operation)
    assert reads <= set(read_reference("modules", f"{resource_type.noun}_info").operations)
    assert reads | writes <= set(read_reference("modules", resource_type.noun).operations)


@pytest.mark.parametrize("module", [name for name in MODULES if ("modules", name) not in WITHOUT_REQUESTS])
def test_an_example_shows_the_connection_the_task_and_the_use_of_its_result(module: str) -> None:
    examples = read_reference("modules", module).examples
    name = f"{NAMESPACE}.{NAME}.{module}"
    assert any(has_connection(example) and any(name in task for task in list_tasks(example)) for example in examples)
    tasks = [task for example in examples for task in list_tasks(example)]
    results = {task["register"] for task in tasks if name in task and "register" in task}
    text = yaml.safe_dump(tasks, width=10000)
    assert any(re.search(rf"(?:{{{{|that:|var:).*\b{result}\.", text) for result in results)


def has_connection(example: dict[str, Any]) -> bool:
    """Whether a block or task has its credentials in `module_defaults` or in variables."""
    defaults = example.get("module_defaults", {}).get(f"group/{NAMESPACE}.{NAME}.all", {})
    return "issuer" in defaults or "beyondidentity_issuer" in example.get("vars", {})


def list_tasks(example: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tasks of a block, or the task itself."""
    tasks: list[dict[str, Any]] = example.get("block", [example])
    return tasks
