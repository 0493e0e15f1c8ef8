# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the command, and the line that it prints if it cannot start."""

from __future__ import annotations

import socket
import subprocess
from importlib.metadata import version

import pytest

from beyondidentity_emulator.cli.arguments import parse_arguments
from tests.unit.emulator.command import COMMAND, SECONDS, refuse, run


def test_help_and_version():
    shown = run("--help")
    assert shown.returncode == 0 and "--allow-remote" in shown.stdout and "examples:" in shown.stdout
    assert run("--version").stdout == f"beyondidentity-emulator {version('beyondidentity-emulator')}\n"


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["--prot", "1"], "unrecognized arguments: --prot 1"),
        (["--qui"], "unrecognized arguments"),
        (["--port", "x"], "argument --port: give a number from 0 to 65535"),
        (["--port", "65536"], "from 0 to 65535"),
        (["--port", "-1"], "argument --port"),
        (["--parent", "0"], "give the number of a process"),
        (["--export", "toml"], "the format must be one of shell, dotenv, json"),
        (["--export", "shell:"], "the file is missing: give shell:FILE"),
        (["--export", "shell", "--export", "json"], "give each another file"),
        (["--export", "shell:x", "--export", "json:./x"], "give each another file"),
        *((["--state", path], "give the path of a file") for path in ("", ".", "/", "..")),
        (["--ca-path", "x"], "--ca-path needs --tls"),
        (["--tls-cert", "x"], "give both"),
    ],
)
def test_wrong_option_is_refused_with_one_line(capsys, arguments, remedy):
    with pytest.raises(SystemExit) as ending:
        parse_arguments(arguments)
    printed = capsys.readouterr().err
    assert ending.value.code == 2
    assert printed.startswith("beyondidentity-emulator: ") and printed.count("\n") == 1
    assert remedy in printed and "--help" in printed


def test_taken_port_is_refused_with_a_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        line = refuse("--port", str(taken.getsockname()[1]))
    assert "Address already in use" in line and "Choose another --port" in line


def test_closed_output_is_refused_without_a_traceback():
    process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert process.wait(SECONDS) == 2
    errors = process.stderr.read()
    process.stderr.close()
    assert "Cannot write to stdout" in errors and "Traceback" not in errors
