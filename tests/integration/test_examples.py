# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation works: every example runs as it stands, and ansible-doc shows every plugin."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.collection import ROOT, link_collection
from tests.support.cores import core_bin
from tests.support.examples import (
    FOR_OTHER_TOOLS,
    Example,
    markdown_examples,
    markdown_files,
    plugin_examples,
    plugin_files,
)
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import host_name
from tests.support.sign_in_application import get, sign_in
from tests.support.terminal import ADDRESS, Terminal
from tests.support.writes import list_writes

COLLECTION = "beyondidentity.management"
PLUGIN_EXAMPLES = list(plugin_examples())
MARKDOWN_EXAMPLES = list(markdown_examples())

# Examples that need a user, by file and first line: they run at a terminal.
ATTENDED = {
    ("roles/authorization_code/README.md", "- name: Read realms as the signed-in user"),
    ("roles/authorization_code/README.md", "- name: Read realms and applications as the signed-in user"),
    ("docs/migration.md", "- name: Sign in with the steps of the curl commands"),
}

# Guides whose examples build on each other. Tests of their own, or `make example`, run them in order.
GUIDES = {
    "docs/emulator-in-ci.md",
    "docs/least-privilege.md",
    "docs/onboarding.md",
    "docs/rotation.md",
    "docs/storing-secrets.md",
}

# Examples that a test of their own runs, by file and first line.
ELSEWHERE = {("docs/tokens.md", "- name: Keep the token file valid")}


def identify(example: Example) -> tuple[str, str]:
    """Return file and first line, as in the lists above."""
    return example.file, example.first_line


def is_to_run(example: Example) -> bool:
    """Whether a block is an example to run."""
    return identify(example) not in {*FOR_OTHER_TOOLS, *ELSEWHERE} and example.file not in GUIDES


TO_RUN = [example for example in [*PLUGIN_EXAMPLES, *MARKDOWN_EXAMPLES] if is_to_run(example)]


# With an undefined variable, `debug` prints a text of its own and succeeds: the first text up to ansible-core 2.18.
WARNING_OR_UNDEFINED = r"WARNING|VARIABLE IS NOT DEFINED|<< error \d+ - "

VERBOSE = ["-vvv", "--diff"]


def is_for_localhost(example: Example) -> bool:
    """Whether all plays of an example are for localhost, so that another host can stand in."""
    playbook = example.playbook()
    return playbook is not None and set(re.findall(r"(?m)^-? *hosts: *(.*?) *$", playbook)) == {"localhost"}


SHARED_RUN = [example for example in TO_RUN if is_for_localhost(example) and identify(example) not in ATTENDED]


def reader_variables(tenant: Tenant) -> dict[str, Any]:
    """Return the variables that examples leave to the reader."""
    return {
        "tenant": tenant.tenant_id,
        "issuer": tenant.issuer,
        "client_id": tenant.client_id,
        "vaulted_client_secret": tenant.client_secret,
    }


def check_output(run: PlaybookRun, *tenants: Tenant) -> None:
    """Assert that the output has no warnings, no undefined variables and no secrets."""
    assert [line for line in run.output.splitlines() if re.search(WARNING_OR_UNDEFINED, line)] == []
    assert [tenant.client_secret for tenant in tenants if tenant.client_secret in run.output] == []
    assert not re.search(r"eyJ[\w-]{20,}\.", run.output), "a token was printed"


def created_twice(tenant: Tenant) -> list[str]:
    """Return the operations that created an object again: the same request more often than the matching removal."""
    made = [
        (entry["operation"], entry["path"], json.dumps(entry["json"]))
        for entry in tenant.read_journal(status=200)
        if entry["operation"].startswith("Create")
    ]
    removals = {"CreateCredentialBindingJob": "SetCredentialBindingJobRevoked"}
    removed = {
        name: len(tenant.read_journal(operation=removals.get(name, name.replace("Create", "Delete", 1))))
        for name, _path, _body in made
    }
    return [name for (name, _path, _body), times in Counter(made).items() if times - removed[name] > 1]


@dataclass(frozen=True)
class Examples:
    """A run of examples, each on a host of its own and with a tenant of its own."""

    run: PlaybookRun
    tenants: dict[str, Tenant]


def prepare(emulator: Emulator) -> tuple[Tenant, dict[str, Any]]:
    """Return a tenant for an example, and the variables that the example finds."""
    tenant = emulator.create_tenant()
    tenant.seed(identities=1)
    return tenant, {"ansible_connection": "local", **tenant.variables, **reader_variables(tenant)}


def run_examples(
    run_playbook: PlaybookRunner,
    emulator: Emulator,
    tmp_path_factory: pytest.TempPathFactory,
    *,
    times: int,
    args: list[str],
) -> Examples:
    """Run each example as it stands, but for the host's name; an example that fails stops no other."""
    folder = tmp_path_factory.mktemp("examples")
    tenants: dict[str, Tenant] = {}
    hosts: dict[str, Any] = {"localhost": {"ansible_connection": "local"}}
    plays = []
    for example in SHARED_RUN:
        host = host_name(example.place)
        tenants[example.place], hosts[host] = prepare(emulator)
        playbook = re.sub(r"(?m)^(-? *hosts: *)localhost *$", rf"\g<1>{host}", example.playbook() or "")
        (folder / f"{host}.yml").write_text(playbook * times, encoding="utf-8")
        plays.append({"ansible.builtin.import_playbook": str(folder / f"{host}.yml")})
    run = run_playbook(plays, inventory={"all": {"hosts": hosts}}, args=args)
    return Examples(run, tenants)


@pytest.fixture(scope="module")
def examples(
    shared_run_playbook: PlaybookRunner, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Examples:
    """Run each example twice."""
    return run_examples(shared_run_playbook, emulator, tmp_path_factory, times=2, args=VERBOSE)


@pytest.fixture(scope="module")
def checked(
    shared_run_playbook: PlaybookRunner, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> Examples:
    """Run each example with --check on a tenant that has nothing but one identity."""
    return run_examples(shared_run_playbook, emulator, tmp_path_factory, times=1, args=["--check", "--diff"])


@pytest.mark.parametrize("example", SHARED_RUN, ids=str)
def test_example_runs_with_check(checked: Examples, example: Example) -> None:
    """To its end, and it changes nothing."""
    counts = checked.run.stats.get(host_name(example.place), {})
    assert counts and not counts["failures"] + counts["unreachable"], checked.run.output
    assert list_writes(checked.tenants[example.place]) == []


@pytest.mark.parametrize("example", SHARED_RUN, ids=str)
def test_example_runs_twice(examples: Examples, example: Example) -> None:
    """The second run creates nothing again."""
    counts = examples.run.stats.get(host_name(example.place), {})
    assert counts.get("ok") and not counts["failures"] + counts["unreachable"], examples.run.output
    assert created_twice(examples.tenants[example.place]) == []


def test_examples_warn_of_nothing_and_show_no_secret(examples: Examples) -> None:
    """At high verbosity."""
    check_output(examples.run, *examples.tenants.values())


@pytest.mark.parametrize("example", [example for example in TO_RUN if example not in SHARED_RUN], ids=str)
def test_example_runs_alone(
    run_playbook: PlaybookRunner, start_at_terminal: Callable[..., Terminal], emulator: Emulator, example: Example
) -> None:
    """An example that needs a user, or another host than localhost."""
    playbook = example.playbook()
    assert playbook, f"{example.place} is neither plays nor tasks with names:\n{example.text}"
    tenant, variables = prepare(emulator)
    how: dict[str, Any] = {"inventory": {"all": {"hosts": {"localhost": variables}}}, "args": VERBOSE}
    if identify(example) in ATTENDED:
        terminal = start_at_terminal(playbook, **how)
        get(sign_in(terminal.wait_for(ADDRESS)[0]))
        run = terminal.finish().succeeded()
    else:
        run = run_playbook(playbook * 2, **how).succeeded()
    assert run.results
    check_output(run, tenant)
    assert created_twice(tenant) == []


def test_all_examples_are_found() -> None:
    """Every plugin has examples, the README has some, and no exception is stale."""
    assert [example.place for example in PLUGIN_EXAMPLES if not example.text.strip()] == []
    assert {path.relative_to(ROOT).as_posix() for path in plugin_files()} == {item.place for item in PLUGIN_EXAMPLES}
    places = {example.file for example in MARKDOWN_EXAMPLES}
    roles = {path.relative_to(ROOT).as_posix() + "/README.md" for path in ROOT.glob("roles/*")}
    assert {"README.md", *roles} <= places
    fences = sum(
        len(re.findall(r"^ *```ya?ml", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in markdown_files()
    )
    assert len(MARKDOWN_EXAMPLES) == fences
    assert FOR_OTHER_TOOLS | ATTENDED <= {identify(example) for example in MARKDOWN_EXAMPLES}


def ansible_doc(home: Path, kind: str, *arguments: str) -> str:
    """Run ansible-doc as a user would; return what it prints, and fail on anything else that it says."""
    environment = {
        "PATH": f"{core_bin('default')}:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(link_collection()),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PAGER": "cat",
    }
    command: list[str | Path] = [core_bin("default") / "ansible-doc", "-t", kind, *arguments]
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
def test_ansible_doc(tmp_path: Path, kind: str) -> None:
    """`ansible-doc` shows every plugin with all its options, its examples and what it returns."""
    described = json.loads(ansible_doc(tmp_path, kind, "--json", *names(kind)))
    texts = re.split(r"^> ", ansible_doc(tmp_path, kind, *names(kind)), flags=re.MULTILINE)[1:]
    assert len(texts) == len(described) == len(names(kind))
    for name, text in zip(names(kind), texts, strict=True):
        plugin = described[name]
        assert name in text.partition("\n")[0].lower()
        assert plugin["examples"].strip() and "EXAMPLES:" in text
        assert kind == "callback" or (plugin["return"] and "RETURN VALUES:" in text)
        assert all(value["description"] for value in (plugin["return"] or {}).values())
        options = plugin["doc"].get("options", {})
        assert [option for option in options if not re.search(rf"^[-=] {option}\b", text, re.MULTILINE)] == []
        if kind == "callback":
            assert f"callbacks_enabled = {name}" in text, "how to enable it"
        if kind == "module":
            assert set(options) == _accepted(name)


def _accepted(name: str) -> set[str]:
    module = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name.rpartition('.')[2]}")
    return set(module.SPEC.build_arguments()["argument_spec"])


def test_ansible_doc_of_roles(tmp_path: Path) -> None:
    """`ansible-doc` shows every role with the variables that it takes."""
    roles = sorted(f"{COLLECTION}.{path.name}" for path in ROOT.glob("roles/*"))
    described, text = json.loads(ansible_doc(tmp_path, "role", "--json", *roles)), ansible_doc(tmp_path, "role", *roles)
    assert set(described) == set(roles) != set()
    for role in roles:
        options = described[role]["entry_points"]["main"]["options"]
        assert options and all(option in text for option in options)
