# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users read works: every example runs as it stands, and ansible-doc shows every plugin."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.collection import ROOT, link_collection
from tests.support.cores import core_bin
from tests.support.desk import get, sign_in
from tests.support.examples import Example, markdown_examples, markdown_files, plugin_examples, plugin_files
from tests.support.playbook import PlaybookRunner
from tests.support.terminal import ADDRESS, Terminal

COLLECTION = "beyondidentity.management"
PLUGIN_EXAMPLES = list(plugin_examples())
MARKDOWN_EXAMPLES = list(markdown_examples())

# Examples that need a person, by file and first line: they run at a terminal, and somebody signs in.
ATTENDED = {("roles/authorization_code/README.md", "- name: Realms, as the person who signs in")}

# Blocks that are neither plays nor tasks, by file and first line. Each must be there.
NOT_TO_RUN: set[tuple[str, str]] = {
    ("docs/awx.md", "version: 3"),
    ("docs/awx.md", "collections:"),
    ("docs/awx.md", "fields:"),
    ("docs/awx.md", "env:"),
}


def name_of(example: Example) -> tuple[str, str]:
    """How the lists above name it."""
    return example.place.partition(":")[0], example.first_line


def is_to_run(example: Example) -> bool:
    """Whether a block is none of those that are not to run."""
    return name_of(example) not in NOT_TO_RUN


TO_RUN = [example for example in [*PLUGIN_EXAMPLES, *MARKDOWN_EXAMPLES] if is_to_run(example)]


def readers_own(tenant: Tenant) -> dict[str, Any]:
    """Return what examples leave to the reader."""
    return {
        "tenant": tenant.tenant_id,
        "issuer": tenant.issuer,
        "client_id": tenant.client_id,
        "vaulted_client_secret": tenant.client_secret,
    }


def made_again(tenant: Tenant) -> list[str]:
    """Return which operations made what was there already: the same in the same place, and more of it than was removed."""
    made = [
        (entry["operation"], entry["path"], json.dumps(entry["json"]))
        for entry in tenant.journal(status=200)
        if entry["operation"].startswith("Create")
    ]
    removed = {
        name: len(tenant.journal(operation=f"Delete{name.removeprefix('Create')}")) for name, _path, _body in made
    }
    return [name for (name, _path, _body), times in Counter(made).items() if times - removed[name] > 1]


@pytest.mark.parametrize("example", TO_RUN, ids=str)
def test_example(
    run_playbook: PlaybookRunner, at_terminal: Callable[..., Terminal], tenant: Tenant, example: Example
) -> None:
    """An example runs as it stands, twice, without a warning, and prints no secret even where all is printed."""
    tenant.seed(identities=1)
    playbook = example.playbook()
    assert playbook, f"{example.place} is neither plays nor tasks with names:\n{example.text}"
    variables = {"ansible_connection": "local", **tenant.variables, **readers_own(tenant)}
    how: dict[str, Any] = {"inventory": {"all": {"hosts": {"localhost": variables}}}, "args": ["-vvv", "--diff"]}
    if name_of(example) in ATTENDED:
        terminal = at_terminal(playbook, **how)
        get(sign_in(terminal.wait_for(ADDRESS)[0]))
        run = terminal.finish().succeeded()
    else:
        run = run_playbook(playbook * 2, timeout=60, **how).succeeded()
    assert run.results
    assert [line for line in run.output.splitlines() if "WARNING" in line] == []
    assert tenant.client_secret not in run.output
    assert not re.search(r"eyJ[\w-]{20,}\.", run.output), "a token was printed"
    assert made_again(tenant) == []


def test_all_examples_are_found() -> None:
    """Every plugin has examples, the README has some, and no exception is stale."""
    assert [example.place for example in PLUGIN_EXAMPLES if not example.text.strip()] == []
    assert {path.relative_to(ROOT).as_posix() for path in plugin_files()} == {item.place for item in PLUGIN_EXAMPLES}
    places = {example.place.partition(":")[0] for example in MARKDOWN_EXAMPLES}
    roles = {path.relative_to(ROOT).as_posix() + "/README.md" for path in ROOT.glob("roles/*")}
    assert {"README.md", *roles} <= places
    fences = sum(
        len(re.findall(r"^ *```ya?ml", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in markdown_files()
    )
    assert len(MARKDOWN_EXAMPLES) == fences
    there = {(example.place.partition(":")[0], example.first_line) for example in MARKDOWN_EXAMPLES}
    assert NOT_TO_RUN | ATTENDED <= there


def ansible_doc(core: str, home: Path, kind: str, *arguments: str) -> str:
    """Run ansible-doc as a user would; return what it prints, and fail on anything else that it says."""
    environment = {
        "PATH": f"{core_bin(core)}:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(link_collection()),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PAGER": "cat",
    }
    command: list[str | Path] = [core_bin(core) / "ansible-doc", "-t", kind, *arguments]
    run = subprocess.run(
        command,
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    # The newest core warns of a part of itself where roles are looked for.
    said = [line for line in run.stderr.splitlines() if "ansible/_protomatter" not in line]
    assert (run.returncode, said) == (0, []), run.stdout
    return run.stdout


def names(kind: str) -> list[str]:
    """Return the full names of our plugins of a kind."""
    folder = "modules" if kind == "module" else kind
    return [f"{COLLECTION}.{path.stem}" for path in plugin_files() if path.parent.name == folder]


KINDS = [kind for kind in ("module", "lookup", "filter", "callback") if names(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_ansible_doc(tmp_path: Path, core: str, kind: str) -> None:
    """`ansible-doc` shows every plugin with all its options, its examples and what it returns."""
    described = json.loads(ansible_doc(core, tmp_path, kind, "--json", *names(kind)))
    texts = re.split(r"^> ", ansible_doc(core, tmp_path, kind, *names(kind)), flags=re.MULTILINE)[1:]
    assert len(texts) == len(described) == len(names(kind))
    for name, text in zip(names(kind), texts, strict=True):
        plugin = described[name]
        assert name in text.partition("\n")[0].lower()
        assert plugin["examples"].strip() and "EXAMPLES:" in text
        assert kind == "callback" or (plugin["return"] and "RETURN VALUES:" in text)
        assert all(value["description"] for value in (plugin["return"] or {}).values())
        options = plugin["doc"].get("options", {})
        assert [option for option in options if not re.search(rf"^[-=] {option}\b", text, re.MULTILINE)] == []
        if kind == "module":
            assert set(options) == _accepted(name)


def _accepted(name: str) -> set[str]:
    module = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name.rpartition('.')[2]}")
    return set(module.SPEC.arguments()["argument_spec"])


def test_ansible_doc_of_roles(tmp_path: Path, core: str) -> None:
    """`ansible-doc` shows every role with the variables that it takes."""
    roles = sorted(path.name for path in ROOT.glob("roles/*"))
    assert roles
    for role in roles:
        described = json.loads(ansible_doc(core, tmp_path, "role", "--json", f"{COLLECTION}.{role}"))
        options = described[f"{COLLECTION}.{role}"]["entry_points"]["main"]["options"]
        text = ansible_doc(core, tmp_path, "role", f"{COLLECTION}.{role}")
        assert options and all(option in text for option in options)
