# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that the emulator exports, as real shells and a real parser of .env files read them."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import dotenv
import pytest
import requests

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import (
    PINNED_REALM_VARIABLE,
    list_options,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.audit_option import AUDIT_FILE, read_audit_file
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_precedence import resolve_options
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_sources import OptionSources
from ansible_collections.beyondidentity.management.plugins.plugin_utils.realm_pin import read_pinned_realm
from beyondidentity_emulator.cli.exports import (
    FORMATS,
    VARIABLES,
    complete_values,
    format_dotenv,
    format_json,
    format_shell,
)
from beyondidentity_emulator.model.start_error import StartError
from tests.unit.emulator.command import SECONDS, refuse, start, start_emulator

SHELLS = [shell for shell in ("sh", "bash", "dash", "busybox") if shutil.which(shell)]
SET = ("BEYONDIDENTITY_ISSUER", "BEYONDIDENTITY_API_URL", "BEYONDIDENTITY_CLIENT_ID", "BEYONDIDENTITY_CLIENT_SECRET")
VALUES = [
    *("plain", "with blank", "it's", 'say "x"', "a;b&c|d>e", "`id`", "$(id)", "$HOME", "a#b", " # c", "=x", "~", "*"),
    *("back\\slash", "\\", "'\"", "\u00e9\u00df", "-n", "!x", "a\\'b", "{a,b}", "%s"),
]
FOREIGN = dict.fromkeys(VARIABLES, "https://real-tenant.example")


def run_shell(shell, script, **environment):
    """Run a script; return its environment."""
    command = [shell, "sh"] if shell == "busybox" else [shell]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **FOREIGN, **environment}
    output = subprocess.run([*command, "-euc", f"{script}\nenv -0"], env=environment, capture_output=True, check=True)
    return dict(entry.split("=", 1) for entry in output.stdout.decode().split("\0") if entry)


def select(environment):
    return {name: value for name, value in environment.items() if name in VARIABLES and value}


def test_exports_have_each_variable_of_the_collection():
    options = [option.environment for option in list_options(manages_realm=True) if not option.argument_only]
    assert sorted(VARIABLES) == sorted([*options, PINNED_REALM_VARIABLE, AUDIT_FILE.environment])
    found = set()
    for path in (Path(__file__).parents[3] / "plugins").rglob("*.py"):
        found |= set(re.findall(r"\bBEYONDIDENTITY_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8")))
    assert found - set(VARIABLES) == set(), "the collection reads other variables"


def test_an_empty_variable_is_none_for_the_collection():
    environment = dict.fromkeys(VARIABLES, "")
    sources = OptionSources(variables={}, template=lambda value: value, environment=environment)
    assert resolve_options({}, sources, options=list_options(manages_realm=True)).values == {}
    assert read_pinned_realm(environment, {}) is None
    assert read_audit_file(sources, print) is None


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("shell", SHELLS)
def test_shells_read_every_value(shell, value):
    environment = run_shell(shell, format_shell(complete_values({"BEYONDIDENTITY_ISSUER": value})))
    assert select(environment) == {"BEYONDIDENTITY_ISSUER": value}


@pytest.mark.parametrize("value", VALUES)
def test_dotenv_parsers_and_shells_agree(value, tmp_path):
    """A value on which they cannot agree is refused."""
    try:
        text = format_dotenv(complete_values({"BEYONDIDENTITY_ISSUER": value}))
    except StartError as error:
        assert re.search(r"[\\$`'\"]", value) and "Use --export shell or json" in str(error)
        return
    (tmp_path / "emulator.env").write_text(text, encoding="utf-8")
    assert select(dotenv.dotenv_values(stream=io.StringIO(text))) == {"BEYONDIDENTITY_ISSUER": value}
    for shell in SHELLS:
        environment = run_shell(shell, f"set -a\n. {tmp_path}/emulator.env\nset +a")
        assert select(environment) == {"BEYONDIDENTITY_ISSUER": value}


def test_only_few_values_cannot_be_dotenv():
    refused = []
    for value in VALUES:
        try:
            format_dotenv({"X": value})
        except StartError:
            refused.append(value)
    assert refused == ["back\\slash", "\\", "'\"", "a\\'b"]
    with pytest.raises(StartError):
        format_dotenv({"X": "${HOME}'"})
    assert dotenv.dotenv_values(stream=io.StringIO(format_dotenv({"X": "$HOME"}))) == {"X": "$HOME"}
    with pytest.raises(StartError):
        format_dotenv({"X": "${HOME}`"})


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "a\x1b[0m", "a\ud800", "a\u2028b"])
def test_values_with_control_characters_are_refused(value):
    with pytest.raises(StartError, match="BEYONDIDENTITY_CA_PATH has characters"):
        complete_values({"BEYONDIDENTITY_CA_PATH": value})


def test_json_has_null_for_unset_variables():
    loaded = json.loads(format_json(complete_values({"BEYONDIDENTITY_ISSUER": "x"})))
    assert loaded.pop("BEYONDIDENTITY_ISSUER") == "x"
    assert set(loaded.values()) == {None} and set(VARIABLES) - {"BEYONDIDENTITY_ISSUER"} <= set(loaded)


def test_default_export_replaces_the_variables_of_another_tenant():
    with start("--quiet") as lines:
        environment = run_shell("sh", "".join(lines))
        assert set(select(environment)) == set(SET)
        assert requests.get(environment["EMULATOR_URL"] + "/_emulator/faults", timeout=SECONDS).status_code == 200


@pytest.mark.parametrize("name", FORMATS)
def test_file_is_private_and_removed_at_the_end(tmp_path, name):
    path = tmp_path / "sub dir" / "export"
    path.parent.mkdir()
    previous = os.umask(0)
    try:
        with start("--export", f"{name}:{path}") as lines:
            assert lines == [], "stdout has only `ready`"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            text = path.read_text(encoding="utf-8")
            assert os.listdir(path.parent) == ["export"]
    finally:
        os.umask(previous)
    read = {"json": json.loads, "dotenv": lambda text: dotenv.dotenv_values(stream=io.StringIO(text))}
    values = read[name](text) if name in read else run_shell("sh", text)
    assert set(select(values)) == set(SET)
    assert os.listdir(path.parent) == []


def test_several_exports(tmp_path):
    with start("--export", "json", "--export", f"shell:{tmp_path}/a", "--export", f"dotenv:{tmp_path}/b") as lines:
        [line] = lines
        values = {name: value for name, value in json.loads(line).items() if value}
        shell = run_shell("sh", (tmp_path / "a").read_text(encoding="utf-8"))
        assert values == {name: value for name, value in shell.items() if name in values}
        assert values == {name: value for name, value in dotenv.dotenv_values(tmp_path / "b").items() if value}


def test_changed_file_is_kept(tmp_path):
    path = tmp_path / "export"
    with start("--export", f"shell:{path}"):
        path.write_text("mine", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "mine"


def test_replaced_file_is_kept(tmp_path):
    path = tmp_path / "export"
    with start("--export", f"shell:{path}"):
        path.unlink()
        path.write_text("mine", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "mine"


def test_own_readable_file_is_replaced_by_a_private_one(tmp_path):
    path = tmp_path / "export"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    with start("--export", f"shell:{path}"), open(path, encoding="utf-8") as file:
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
        assert "export" in file.read()


@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
def test_other_than_a_file_is_not_written(tmp_path, kind):
    path, target = tmp_path / "export", tmp_path / "target"
    if kind == "link":
        target.write_text("precious", encoding="utf-8")
    make = {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path)}
    make.get(kind, lambda: path.symlink_to(target))()
    assert "not a regular file. Give the path of a file" in refuse("--export", f"shell:{path}")
    assert not target.exists() or target.read_text(encoding="utf-8") == "precious"
    assert os.path.lexists(path)


def test_file_of_another_user_is_not_written(tmp_path):
    path = Path("/etc/passwd")
    if os.getuid() == 0:  # only root can give a file to another user
        path = tmp_path / "export"
        path.write_text("theirs", encoding="utf-8")
        os.chown(path, 1234, 1234)
    before = path.read_text(encoding="utf-8")
    assert "belongs to another user. Remove it" in refuse("--export", f"shell:{path}")
    assert path.read_text(encoding="utf-8") == before


def test_missing_folder_is_named(tmp_path):
    assert f"{tmp_path}/no/export: No such file or directory. Check the path" in refuse(
        "--export", f"json:{tmp_path}/no/export"
    )


def test_first_file_is_removed_if_a_later_one_fails(tmp_path):
    refuse("--export", f"json:{tmp_path}/first", "--export", f"json:{tmp_path}/no/second")
    assert os.listdir(tmp_path) == []


def test_client_knows_the_variables_to_remove():
    with start_emulator() as emulator:
        assert set(emulator.environment) == set(SET)
        assert set(emulator.unset_variables) == set(VARIABLES) - set(SET)
