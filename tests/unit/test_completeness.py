# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each plugin is complete: action, action group, documentation, examples, integration target, row in docs/contents.md."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import connection_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import (
    APPLICATION,
    AUTHENTICATOR_CONFIG,
    CREDENTIAL,
    CREDENTIAL_BINDING_JOB,
    GROUP,
    IDENTITY,
    REALM,
    RESOURCE_SERVER,
    ROLE,
    ResourceType,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.plugin_utils.module_action import ModuleAction
from tests.support.collection import NAME, NAMESPACE, ROOT
from tests.support.documentation import read_documentation

FQCN = f"{NAMESPACE}.{NAME}"
PLUGINS = ROOT / "plugins"
TARGETS = ROOT / "tests" / "integration" / "targets"
CONTENTS = (ROOT / "docs" / "contents.md").read_text(encoding="utf-8")
RUNTIME: dict[str, Any] = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))


# These modules manage no objects in a realm.
WITHOUT_REALM = ("realm", "realm_info", "tenant_info", "token", "authorize", "introspect", "revoke", "pkce")


def list_names(folder: str) -> list[str]:
    return sorted(path.stem for path in (PLUGINS / folder).glob("*.py") if path.stem != "__init__")


MODULES = list_names("modules")
OTHERS = [(kind, name) for kind in ("lookup", "filter", "callback") for name in list_names(kind)]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
OWNED = (CREDENTIAL, CREDENTIAL_BINDING_JOB)
STATES = (APPLICATION, AUTHENTICATOR_CONFIG, GROUP, IDENTITY, REALM, RESOURCE_SERVER, ROLE)
EACH_MODULE = pytest.mark.parametrize("name", MODULES)
EACH_OTHER = pytest.mark.parametrize(("kind", "name"), OTHERS)


def load(kind: str, name: str) -> ModuleType:
    return importlib.import_module(f"ansible_collections.{FQCN}.plugins.{kind}.{name}")


def load_documents(plugin: ModuleType) -> tuple[Any, Any, Any]:
    return tuple(yaml.safe_load(getattr(plugin, name)) for name in ("DOCUMENTATION", "EXAMPLES", "RETURN"))


def is_in_contents(kind: str, name: str) -> bool:
    return re.search(rf"^\|[^|]*\b{kind}\b[^|]*`{name}`[^|]*\|[^|]+\|", CONTENTS, re.MULTILINE) is not None


def test_the_tests_find_the_plugins() -> None:
    assert {"token", "pkce", "application", "application_info", "resource_server_info"} <= set(MODULES)
    assert {("lookup", "token"), ("filter", "code_challenge")} <= set(OTHERS)
    assert "client_credentials" in ROLES


@EACH_MODULE
def test_each_module_has_an_action_of_its_name(name: str) -> None:
    action = load("action", name)
    assert issubclass(action.ActionModule, ModuleAction)
    assert action.ActionModule.module is load("modules", name)
    assert action.main is load("modules", name).main, "linters read the options from the action's main"


def test_each_action_has_a_module() -> None:
    assert list_names("action") == MODULES


def test_the_action_group_has_exactly_the_modules() -> None:
    assert RUNTIME["action_groups"] == {"all": MODULES}
    assert RUNTIME["requires_ansible"] == ">=2.16.0"


@EACH_MODULE
def test_each_module_is_documented(name: str) -> None:
    documentation, examples, returned = load_documents(load("modules", name))
    assert documentation["module"] == name
    assert documentation["version_added"] and documentation["author"] and documentation["description"]
    assert not documentation["short_description"].endswith(".")
    extended = set(documentation["extends_documentation_fragment"])
    assert (f"{FQCN}.connection" in extended) is load("modules", name).SPEC.uses_connection
    assert {f"{FQCN}.connection.reveal", f"{FQCN}.attributes"} <= extended
    assert documentation["seealso"]
    assert_examples(examples, name)
    assert_returned(returned, required_key="returned")


@EACH_MODULE
def test_the_modules_that_manage_a_realm_have_and_document_the_option_realm(name: str) -> None:
    module = load("modules", name)
    extended = load_documents(module)[0]["extends_documentation_fragment"]
    assert module.SPEC.manages_realm is (name not in WITHOUT_REALM)
    assert (f"{FQCN}.managed_realm" in extended) is module.SPEC.manages_realm
    assert ("realm" in module.SPEC.build_arguments()["argument_spec"]) is module.SPEC.manages_realm


@EACH_MODULE
def test_each_attribute_of_a_module_is_documented(name: str) -> None:
    attributes = read_documentation(load("modules", name))["attributes"]
    assert all(
        attribute.get("description") and attribute.get("support") in ("full", "partial", "none")
        for attribute in attributes.values()
    )
    assert {"check_mode", "diff_mode", "action", "delegation", "async", "idempotent"} <= set(attributes)
    assert attributes["async"]["support"] == "none"
    assert (attributes["diff_mode"]["support"] == "full") is ("state" in load("modules", name).SPEC.options)


@EACH_MODULE
def test_a_modules_documented_options_are_those_of_its_spec(name: str) -> None:
    spec: ModuleSpec = load("modules", name).SPEC
    documented = read_documentation(load("modules", name))["options"]
    assert {option: _normalize(described) for option, described in documented.items()} == {
        option: _normalize(specified) for option, specified in spec.build_arguments()["argument_spec"].items()
    }
    assert all(_is_described(described) for described in documented.values())


def _is_described(option: dict[str, Any]) -> bool:
    return bool(option["description"]) and all(map(_is_described, option.get("suboptions", {}).values()))


def _normalize(option: dict[str, Any]) -> dict[str, Any]:
    """Return an option of the documentation, or of the spec, in the form that both share."""
    ignored = ("description", "no_log", "version_added")
    normalized = {name: value for name, value in option.items() if name not in ignored}
    if "choices" in normalized:
        normalized["choices"] = list(normalized["choices"])
    inner = normalized.pop("suboptions", normalized.pop("options", None))  # in the documentation, in the spec
    return (
        {**normalized, "inner": {name: _normalize(option) for name, option in inner.items()}} if inner else normalized
    )


def test_a_module_that_sends_nothing_lists_no_connection_option() -> None:
    assert [name for name in MODULES if not load("modules", name).SPEC.uses_connection] == ["pkce"]
    options = read_documentation(load("modules", "pkce"))["options"]
    assert set(options) == {"code_verifier", "code_challenge_method", "length", "reveal"}


def test_the_token_lookup_lists_all_connection_options_but_reveal() -> None:
    options = read_documentation(load("lookup", "token"))["options"]
    assert set(connection_spec()) - set(options) == {"reveal"}


@EACH_MODULE
def test_a_module_changes_only_the_choices_of_a_connection_option(name: str) -> None:
    """No connection option is required, because its value can come from a variable."""
    options, shared = load("modules", name).SPEC.options, connection_spec()
    for option in set(options) & set(shared):
        assert set(options[option]["choices"]) > set(shared[option]["choices"])
        assert {"no_log": False, **options[option], "choices": shared[option]["choices"]} == shared[option]


@pytest.mark.parametrize("resource_type", (*STATES, *OWNED), ids=lambda resource_type: resource_type.noun)
def test_a_state_module_documents_both_states(resource_type: ResourceType) -> None:
    returned = load_documents(load("modules", resource_type.noun))[2]
    for name in ("before", "after"):
        assert "without secrets" in str(returned[name]["description"]) and returned[name]["returned"] == "success"
    assert "without C(--diff)" in str(returned["before"]["description"])


@EACH_MODULE
def test_the_mode_of_a_list_is_exact_unless_it_lists_members(name: str) -> None:
    options = load("modules", name).SPEC.options
    modes = {option: spec for option, spec in options.items() if spec.get("choices") == ["exact", "at_least"]}
    assert all(option.endswith("_mode") for option in modes)
    assert {option: spec["default"] for option, spec in modes.items()} == {
        option: "at_least" if option == "members_mode" else "exact" for option in modes
    }


def test_only_options_that_no_variable_can_set_are_required() -> None:
    required = {
        (name, option)
        for name in MODULES
        for option, spec in load("modules", name).SPEC.options.items()
        if spec.get("required")
    }
    assert required == {
        ("api", "operation"),
        ("authorize", "redirect_uri"),
        ("credential", "identity"),
        ("credential", "state"),
        ("credential_binding_job", "identity"),
        ("introspect", "token"),
    }


@EACH_MODULE
def test_each_module_has_an_integration_target_and_a_row_in_the_contents(name: str) -> None:
    assert (TARGETS / name / "tasks" / "main.yml").is_file()
    assert is_in_contents("module", name)


@EACH_OTHER
def test_each_plugin_is_documented(kind: str, name: str) -> None:
    documentation = yaml.safe_load(load(kind, name).DOCUMENTATION)
    assert documentation["name"] == name
    assert documentation["version_added"] and documentation["author"] and documentation["description"]
    assert kind == "callback" or documentation["options"]
    assert all(option["description"] and option["type"] for option in documentation.get("options", {}).values())


@pytest.mark.parametrize("name", list_names("callback"))
def test_a_callbacks_example_enables_it(name: str) -> None:
    assert f"callbacks_enabled = {FQCN}.{name}\n" in load("callback", name).EXAMPLES


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, name in OTHERS if kind != "callback"])
def test_each_plugin_has_examples_and_documented_results(kind: str, name: str) -> None:
    _documentation, examples, returned = load_documents(load(kind, name))
    assert_examples(examples, name)
    assert_returned(returned)


@EACH_OTHER
def test_each_plugin_has_an_integration_target_and_a_row_in_the_contents(kind: str, name: str) -> None:
    assert (TARGETS / f"{kind}_{name}" / "tasks" / "main.yml").is_file()
    assert is_in_contents(kind, name)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_documented(role: str) -> None:
    folder = ROOT / "roles" / role
    specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    defaults = yaml.safe_load((folder / "defaults" / "main.yml").read_text(encoding="utf-8")) or {}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    main = specs["main"]
    assert main["short_description"] and main["description"] and main["options"]
    for option, described in main["options"].items():
        assert option.startswith(f"{role}_"), option
        assert described["description"] and described["type"], option
        assert f"`{option}`" in readme, option
    defaulted = {
        option: described["default"] for option, described in main["options"].items() if "default" in described
    }
    assert {option: value for option, value in defaults.items() if option in defaulted} == defaulted
    assert set(defaults) <= set(main["options"])
    assert is_in_contents("role", role) or re.search(rf"^\| role \[`{role}`\]", CONTENTS, re.MULTILINE)
    assert (ROOT / "extensions" / "molecule").is_dir() and any(
        role in str(path) for path in (ROOT / "extensions" / "molecule").iterdir()
    )


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_each_playbook_has_a_row_in_the_contents(playbook: str) -> None:
    assert is_in_contents("playbook", playbook)


def assert_examples(examples: Any, name: str) -> None:
    assert isinstance(examples, list) and examples
    assert all(task["name"] for task in examples)
    text = yaml.safe_dump(examples)
    assert f"{FQCN}.{name}" in text
    tasks = [inner for task in examples for inner in task.get("block", [task])]
    assert all(task["name"] for task in tasks)
    modules = [key for task in tasks for key in task if "." in key]
    assert len(modules) == len(tasks), "each example uses the module's full name"


def assert_returned(returned: Any, required_key: str | None = None) -> None:
    assert isinstance(returned, dict) and returned
    for name, value in returned.items():
        assert value["description"] and value["type"], name
        assert "sample" in value or "contains" in value, name
        assert required_key is None or value[required_key], name


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: str(path.relative_to(PLUGINS)))
def test_each_source_file_has_a_licence_header_and_a_docstring(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Copyright: (c) 2026, Beyond Identity Management collection contributors"
    assert lines[1].startswith("# GNU General Public License v3.0 or later")
    assert lines[2] == "# SPDX-License-Identifier: GPL-3.0-or-later"
    assert next(line for line in lines[3:] if line).startswith('"""')
