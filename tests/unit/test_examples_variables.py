# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented examples use each variable that they register, and set no variable that Ansible reserves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible.constants import INTERNAL_STATIC_VARS
from ansible.vars.reserved import get_reserved_names
from jinja2 import Environment, nodes

from tests.support.examples import Example, markdown_examples, plugin_examples

EXAMPLES = [example for example in [*plugin_examples(), *markdown_examples()] if example.playbook()]
RESERVED = get_reserved_names() | INTERNAL_STATIC_VARS

# Keywords and options whose values are expressions without braces.
EXPRESSIONS = {"when", "that", "var", "until", "failed_when", "changed_when"}
SET_FACT = "ansible.builtin.set_fact"
JINJA = Environment(autoescape=False)  # noqa: S701 - only parses


def walk_mappings(content: Any) -> Iterator[dict[str, Any]]:
    """Yield each mapping in a YAML document."""
    if isinstance(content, dict):
        yield content
        for value in content.values():
            yield from walk_mappings(value)
    elif isinstance(content, list):
        for item in content:
            yield from walk_mappings(item)


def list_texts(content: Any) -> list[str]:
    """Return a text, or the texts of a list."""
    return [item for item in (content if isinstance(content, list) else [content]) if isinstance(item, str)]


def list_registered(example: Example) -> set[str]:
    """Return the variables that an example registers."""
    return {str(mapping["register"]) for mapping in walk_mappings(example.load()) if "register" in mapping}


def list_set(example: Example) -> set[str]:
    """Return all variables that an example sets."""
    names = list_registered(example)
    for mapping in walk_mappings(example.load()):
        for key in ("vars", SET_FACT):
            names |= set(mapping.get(key) or {}) - {"cacheable"}
        names |= {str(mapping[key]) for key in ("loop_var", "index_var") if key in mapping}
    return names


def list_used(example: Example) -> set[str]:
    """Return the variables in the templates and expressions of an example."""
    names: set[str] = set()
    for mapping in walk_mappings(example.load()):
        for key, value in mapping.items():
            for text in list_texts(value):
                template = f"{{{{ {text} }}}}" if key in EXPRESSIONS else text
                names |= {node.name for node in JINJA.parse(template).find_all(nodes.Name)}
    return names


def list_unused(example: Example, later: list[Example]) -> set[str]:
    """Return the variables that an example registers, and that neither it nor a later example of its page uses."""
    readers = [example, *(other for other in later if other.file == example.file)]
    return list_registered(example) - set().union(*map(list_used, readers))


def play(text: str, place: str = "docs/x.md:1") -> Example:
    """Return an example with one task."""
    return Example(place, f"- name: Read the realms\n  beyondidentity.management.realm_info:\n{text}")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_uses_what_it_registers(example: Example) -> None:
    assert list_unused(example, EXAMPLES[EXAMPLES.index(example) + 1 :]) == set()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_sets_no_reserved_name(example: Example) -> None:
    assert list_set(example) & RESERVED == set()


def test_an_unused_variable_is_found() -> None:
    """The name in a task's name, in a module's name or on another page is no use."""
    example = play("  register: realm_info\n")
    assert list_unused(example, [play("  when: realm_info is changed\n", place="docs/y.md:1")]) == {"realm_info"}
    assert list_unused(example, [play("  when: realm_info is changed\n")]) == set()
    assert list_unused(play("  register: realms\n  until: realms.realms | length > 1\n"), []) == set()


@pytest.mark.parametrize(
    "text",
    [
        "  register: groups\n",
        "  vars:\n    hostvars: x\n",
        "  loop: []\n  loop_control:\n    loop_var: environment\n",
        f"- name: Set a fact\n  {SET_FACT}:\n    tags: x\n",
    ],
)
def test_a_reserved_name_is_found(text: str) -> None:
    assert len(list_set(play(text)) & RESERVED) == 1
