# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file is the audit file: from a variable or from the environment, and never from a managed host."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import CONNECTION_OPTIONS
from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.plugin_utils.audit_option import AUDIT_FILE, read_audit_file
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_precedence import refuse_recursion
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_sources import OptionSources
from tests.unit.option_helpers import make_sources, template

NAME = "beyondidentity_audit_file"


def read(variable: Any = None, environment: str | None = None, task: str | None = None) -> str | None:
    """Return the audit file that these sources name."""
    sources = [{} if value is None else {"audit_file": value} for value in (variable, task, environment)]
    return read_audit_file(make_sources(*sources), pytest.fail)


def test_without_the_option_there_is_no_audit() -> None:
    assert read() is None and read(variable="{{ omit }}") is None and read(environment="") is None


def test_variable_and_environment_name_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert read(variable="/var/log/a.jsonl") == "/var/log/a.jsonl"
    assert read(environment="~/a.jsonl") == read(variable="$HOME/./a.jsonl") == "/home/ada/a.jsonl"
    assert read(variable="~/a.jsonl", environment="/home/ada/a.jsonl") == "/home/ada/a.jsonl"


def test_a_variable_cannot_replace_the_file_of_the_environment() -> None:
    with pytest.raises(OptionError, match="a variable cannot replace the file that the environment names"):
        read(variable="/dev/null", environment="/var/log/a.jsonl")


def test_the_environment_of_a_task_is_ignored() -> None:
    """A lookup cannot see it, so the tokens of lookups would be missing."""
    assert read(task="/var/log/a.jsonl") is None


@pytest.mark.parametrize("value", ["a.jsonl", "./a.jsonl", "/var/log/", "/a\0b"])
def test_a_path_that_is_not_an_absolute_path_of_a_file_is_an_error(value: str) -> None:
    for source, name in (("variable", NAME), ("environment", "BEYONDIDENTITY_AUDIT_FILE")):
        with pytest.raises(OptionError, match=f"{name} is .*, but must be the absolute path of a file"):
            read(**{source: value})


@pytest.mark.parametrize("value", ["", ["/a"], {"a": 1}, 1.5])
def test_a_value_that_is_no_text_is_an_error(value: Any) -> None:
    with pytest.raises(OptionError, match=NAME):
        read(variable=value)


@pytest.mark.parametrize("hidden", [NAME, f"ansible_{NAME}"])
def test_a_fact_of_a_managed_host_is_ignored(hidden: str, warnings: list[str]) -> None:
    facts = {hidden: "/tmp/evil", NAME: "/tmp/evil"}
    sources = OptionSources({NAME: "/tmp/evil", hidden: "/tmp/evil", "ansible_facts": facts}, template, {}, {})
    assert read_audit_file(sources, warnings.append) is None
    assert warnings == [
        f"{NAME} is ignored: a managed host reported it as a fact, and a host must not decide which file is written. "
        f"Set {NAME} in the inventory or the playbook, or set BEYONDIDENTITY_AUDIT_FILE."
    ]


def test_a_variable_that_needs_itself_is_an_error() -> None:
    with refuse_recursion(), pytest.raises(OptionError, match="uses the token lookup, which needs the same variable"):
        read(variable="{{ lookup('beyondidentity.management.token', 'realms:read') }}")


def test_it_is_no_option_of_a_module() -> None:
    """A delegated task would send it to the remote host."""
    assert AUDIT_FILE.name not in {option.name for option in CONNECTION_OPTIONS}
