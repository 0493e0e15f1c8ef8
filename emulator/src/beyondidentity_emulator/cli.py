# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `beyondidentity-emulator`: start the emulator, print its URLs and credentials, then `ready`."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from .app import create_app
from .control.outages import start_outage
from .control.routes import describe_tenant
from .management.builtin_objects import create_tenant_with_defaults
from .model.outages import OUTAGES
from .model.state import World
from .web.http_server import Server
from .web.tls import create_server_context

PARENT_CHECK_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="beyondidentity-emulator", description="Emulate Beyond Identity for tests, on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, lets the system choose")
    parser.add_argument("--tls", action="store_true", help="speak HTTPS, with a certificate authority for this run")
    parser.add_argument(
        "--ca-path", type=Path, help="file to write that authority's certificate to (default: a temporary file)"
    )
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this process ends")
    parser.add_argument(
        "--outage", action="append", default=[], choices=OUTAGES, metavar="NAME", help="start this outage; repeatable"
    )
    parser.add_argument("--quiet", action="store_true", help="print only the assignments and `ready`")
    return parser.parse_args()


@contextlib.contextmanager
def choose_certificate_path(given: Path | None) -> Iterator[Path]:
    """Yield the path of the authority's certificate; remove a temporary file at the end."""
    if given is not None:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        yield Path(folder) / "ca.pem"


def print_environment(world: World, ca_path: Path | None) -> None:
    """Print the URLs and credentials of the emulator and its first tenant."""
    tenant = describe_tenant(world, next(iter(world.tenants.values())))
    values = {
        "BEYONDIDENTITY_ISSUER": tenant["issuer"],
        "BEYONDIDENTITY_API_URL": tenant["api_url"],
        "BEYONDIDENTITY_CLIENT_ID": tenant["client_id"],
        "BEYONDIDENTITY_CLIENT_SECRET": tenant["client_secret"],
    }
    if ca_path is not None:
        values["BEYONDIDENTITY_CA_PATH"] = str(ca_path)
    values["EMULATOR_URL"] = world.base_url
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}")
    print("ready", flush=True)


def wait_for_end(parent: int | None) -> None:
    """Wait for a signal, or for the end of the parent process. The caller has blocked the signals.

    A signal handler could not set a `threading.Event`: a second signal would find its lock held by the first.
    If the parent is our own, getppid() changes at once, even while it is a zombie.
    """
    is_own_parent = os.getppid() == parent
    while signal.sigtimedwait(SIGNALS, PARENT_CHECK_SECONDS) is None:
        if parent and (os.getppid() != parent if is_own_parent else not _process_exists(parent)):
            return


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> int:
    """Serve until SIGINT, SIGTERM or the parent's end."""
    arguments = parse_arguments()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # for all threads, which inherit the mask
    world = World()
    with contextlib.ExitStack() as stack:
        ca_path = stack.enter_context(choose_certificate_path(arguments.ca_path)) if arguments.tls else None
        server = stack.enter_context(
            Server(create_app(world), arguments.port, create_server_context(ca_path) if ca_path else None)
        )
        world.base_url = server.url
        tenant = create_tenant_with_defaults(world)
        for name in arguments.outage:
            start_outage(world, tenant, name)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        print_environment(world, ca_path)
        started = time.monotonic()
        wait_for_end(arguments.parent)
        server.shutdown()
        if not arguments.quiet:
            print(f"stopped after {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0
