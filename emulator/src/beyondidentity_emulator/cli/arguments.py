# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from ..model.outages import OUTAGES
from ..model.start_error import StartError
from .exports import FORMATS, Export
from .listening import LOOPBACK

PROGRAM = "beyondidentity-emulator"
DESCRIPTION = "Emulate Beyond Identity for tests: its authorization server and its Management API."
EPILOG = """\
The command prints the URLs and credentials of the first tenant, then the line `ready`, and runs until it is stopped.

examples:
  beyondidentity-emulator                                    print lines for the shell
  beyondidentity-emulator --export dotenv:emulator.env       write them to a file
  beyondidentity-emulator --seed seed.yml --state state.json start with these objects, and keep changes
  beyondidentity-emulator --tls --ca-path ca.pem             use HTTPS

If the emulator cannot start, it prints one line that says why, and its exit code is 2.
"""


@dataclass(frozen=True)
class Arguments:
    """The options of the command."""

    host: str
    public_host: str | None
    port: int
    allow_remote: bool
    require_control_token: bool
    tls: bool
    tls_cert: Path | None
    tls_key: Path | None
    ca_path: Path | None
    export: list[Export]
    seed: Path | None
    state: Path | None
    as_documented: bool
    outage: list[str]
    parent: int | None
    quiet: bool


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print an error and exit with the code 2."""
        self.exit(2, f"{self.prog}: {message}. Run `{self.prog} --help` for the options.\n")


def parse_arguments(arguments: list[str] | None = None) -> Arguments:
    """Read the command line."""
    parser = Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    _add_listening_options(parser)
    _add_tls_options(parser)
    data = parser.add_argument_group("data")
    data.add_argument(
        "--export",
        action="append",
        type=_parse_export,
        metavar="FORMAT[:FILE]",
        help=f"write the variables as {', '.join(FORMATS)}, to stdout or to a file with mode 0600 that is removed at the "
        "end; repeatable (default: shell)",
    )
    data.add_argument("--seed", type=_parse_path, metavar="FILE", help="create the tenants and objects of a YAML file")
    data.add_argument(
        "--state",
        type=_parse_path,
        metavar="FILE",
        help="keep all objects in a file with mode 0600, and continue with them at the next start; then --seed is ignored",
    )
    data.add_argument(
        "--as-documented",
        action="store_true",
        help="behave as the published description says where the service differs from it",
    )
    data.add_argument(
        "--outage",
        action="append",
        default=[],
        choices=OUTAGES,
        metavar="NAME",
        help=f"let the service fail from the start: {', '.join(OUTAGES)}; repeatable",
    )
    process = parser.add_argument_group("process")
    process.add_argument("--parent", type=_parse_process, metavar="PID", help="stop when this process ends")
    process.add_argument("--quiet", action="store_true", help="print only the variables and `ready`")
    values = parser.parse_args(arguments)
    _check_combinations(parser, values)
    return Arguments(**{**vars(values), "export": values.export or [Export("shell", None)]})


def _add_listening_options(parser: Parser) -> None:
    group = parser.add_argument_group("listening")
    group.add_argument("--host", default=LOOPBACK, help=f"address or name to listen on (default: {LOOPBACK})")
    group.add_argument(
        "--public-host",
        metavar="NAME",
        help="name in the URLs and in the generated certificate (default: the host; for 0.0.0.0 and ::, this machine's name)",
    )
    group.add_argument(
        "--port", type=_parse_port, default=0, help="port to listen on; 0, the default, lets the system choose"
    )
    group.add_argument(
        "--allow-remote",
        action="store_true",
        help="permit a host that other machines can reach; requires TLS, and requests below /_emulator/ need the control token",
    )
    group.add_argument(
        "--require-control-token",
        action="store_true",
        help="also on the loopback interface, refuse requests below /_emulator/ without the token in EMULATOR_CONTROL_TOKEN",
    )


def _add_tls_options(parser: Parser) -> None:
    group = parser.add_argument_group("TLS")
    group.add_argument("--tls", action="store_true", help="use HTTPS, with a certificate authority for this run")
    group.add_argument(
        "--ca-path",
        type=_parse_path,
        metavar="FILE",
        help="file to write that authority's certificate to (default: a temporary file); with --tls-cert, the existing file "
        "of its authority",
    )
    group.add_argument("--tls-cert", type=_parse_path, metavar="FILE", help="use HTTPS, with this certificate (PEM)")
    group.add_argument(
        "--tls-key", type=_parse_path, metavar="FILE", help="private key of that certificate (PEM, not encrypted)"
    )


def _check_combinations(parser: Parser, values: argparse.Namespace) -> None:
    if (values.tls_cert is None) != (values.tls_key is None):
        parser.error("--tls-cert and --tls-key belong together: give both")
    if values.ca_path is not None and not (values.tls or values.tls_cert):
        parser.error("--ca-path needs --tls, or --tls-cert and --tls-key")
    files = [export.path for export in values.export or []]
    if len(set(files)) < len(files):
        parser.error("two of the options --export have the same destination: give each another file")


def _parse_export(text: str) -> Export:
    try:
        return Export.parse(text)
    except StartError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parse_path(text: str) -> Path:
    path = Path(text)
    if path.name in ("", ".."):
        raise argparse.ArgumentTypeError("give the path of a file")
    return path


def _parse_port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 2**16):
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)


def _parse_process(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**31):
        raise argparse.ArgumentTypeError("give the number of a process")
    return int(text)
