# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the emulator, from the options to the end."""

from __future__ import annotations

import contextlib
import os
import signal
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ..app import create_app
from ..authorization.keys import SigningKey
from ..control.access import ControlAccess
from ..control.description import describe_exported
from ..control.outages import start_outage
from ..control.seed_file import load_seed
from ..management.builtin_objects import create_tenant_with_defaults
from ..model.start_error import StartError
from ..model.state import World
from ..web.http_server import Server
from ..web.tls import create_server_context, load_server_context
from .arguments import PROGRAM, Arguments, parse_arguments
from .exports import complete_values, publish
from .listening import Place, check_secrets, choose_place
from .private_files import write_private_file
from .state_file import StateFile, load_state, lock_state

PARENT_CHECK_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM)
START_FAILED = 2
PUBLIC_MODE = 0o644


def main() -> int:
    """Serve until a signal or the parent's end."""
    arguments = parse_arguments()
    signals = _choose_signals()
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # for all threads, which inherit the mask
    try:
        with contextlib.ExitStack() as stack:
            server = _start(arguments, stack)
            started = time.monotonic()
            wait_for_end(arguments.parent, signals)
            server.shutdown()
            if not arguments.quiet:
                print(f"stopped after {time.monotonic() - started:.0f} s", file=sys.stderr)
    except StartError as error:
        line = "".join(character if character.isprintable() else "?" for character in str(error))
        print(f"{PROGRAM}: {line}", file=sys.stderr)
        return START_FAILED
    return 0


def _start(arguments: Arguments, stack: contextlib.ExitStack) -> Server:
    """Start the server and publish its variables. The stack undoes each step at the end."""
    place = choose_place(
        arguments.host, arguments.public_host, arguments.allow_remote, arguments.tls or arguments.tls_cert is not None
    )
    world = World(behavior="documented" if arguments.as_documented else "vendor")
    if arguments.state is not None:
        stack.enter_context(lock_state(arguments.state))
    key = _fill(world, arguments)
    for name in arguments.outage:
        start_outage(world, next(iter(world.tenants.values())), name)
    if not place.is_loopback:
        check_secrets(world)
    access = ControlAccess.create(place.name, arguments.require_control_token or not place.is_loopback)
    application = create_app(world, key, access)
    state_file = StateFile(arguments.state, world, key) if arguments.state is not None else None
    context, ca_path = stack.enter_context(_open_tls(arguments, place))
    server = stack.enter_context(
        _listen(place, arguments.port, context, state_file.watch(application.wsgi_app) if state_file else application)
    )
    world.base_url = server.url
    if state_file is not None:
        stack.enter_context(state_file.keep())
    values = {**describe_exported(world), "EMULATOR_URL": world.base_url}
    if ca_path is not None:
        values["BEYONDIDENTITY_CA_PATH"] = str(ca_path)
    if access.token is not None:
        values["EMULATOR_CONTROL_TOKEN"] = access.token
    complete = complete_values(values)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    stack.enter_context(publish(arguments.export, complete))
    return server


def _fill(world: World, arguments: Arguments) -> SigningKey:
    """Add the tenants of the state file, or else those of the seed file, or else a new one; return the signing key."""
    key = load_state(arguments.state, world) if arguments.state is not None else None
    if key is not None:
        if arguments.seed is not None and not arguments.quiet:
            print(f"The objects are those of {arguments.state}; {arguments.seed} is ignored.", file=sys.stderr)
        return key
    if arguments.seed is not None:
        load_seed(world, arguments.seed, os.environ)
    else:
        create_tenant_with_defaults(world)
    return SigningKey()


def _listen(place: Place, port: int, context: ssl.SSLContext | None, application: object) -> Server:
    try:
        return Server(application, port, context, place.address, place.name, place.family)  # type: ignore[arg-type]
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise StartError(
            f"Cannot listen on port {port} of {place.address}: {reason}. Choose another --port or --host."
        ) from None


@contextlib.contextmanager
def _open_tls(arguments: Arguments, place: Place) -> Iterator[tuple[ssl.SSLContext | None, Path | None]]:
    """Yield the TLS context, and the path of the authority's certificate; remove a temporary file at the end."""
    if arguments.tls_cert is not None and arguments.tls_key is not None:
        yield (
            _load_own_certificate(arguments.tls_cert, arguments.tls_key, arguments.ca_path),
            _resolve(arguments.ca_path),
        )
        return
    if not arguments.tls:
        yield None, None
        return
    try:
        context, authority = create_server_context(place.address.partition("%")[0], place.name.partition("%")[0])
    except ValueError:  # the errors of idna are
        raise StartError(
            f"The name {place.name:.80} cannot be in a certificate. Set --public-host to a name with letters, digits, hyphens and dots."
        ) from None
    with contextlib.ExitStack() as stack:
        path = _resolve(arguments.ca_path)
        if path is None:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emulator-"))) / "ca.pem"
        write_private_file(path, authority, PUBLIC_MODE)
        yield context, path


def _load_own_certificate(certificate: Path, key: Path, ca_path: Path | None) -> ssl.SSLContext:
    try:
        if ca_path is not None:
            ssl.create_default_context(cafile=ca_path)
        return load_server_context(certificate, key)
    except (OSError, ValueError):  # an SSLError is an OSError
        raise StartError(
            "Cannot use the files of --tls-cert, --tls-key and --ca-path. Check that they exist, are readable, contain PEM, "
            "that the key belongs to the certificate, and that the key is not encrypted."
        ) from None


def _resolve(path: Path | None) -> Path | None:
    """Return the absolute path, without following a link in its last part."""
    return path.parent.resolve() / path.name if path is not None else None


def _choose_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end the run: SIGHUP is one, unless nohup made the process ignore it."""
    return SIGNALS if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (*SIGNALS, signal.SIGHUP)


def wait_for_end(parent: int | None, signals: tuple[signal.Signals, ...] = SIGNALS) -> None:
    """Wait for a signal, or for the end of the parent process. The caller has blocked the signals.

    A signal handler could not set a `threading.Event`: a second signal would find its lock held by the first.
    If the parent is our own, getppid() changes at once, even while it is a zombie.
    """
    is_own_parent = os.getppid() == parent
    while signal.sigtimedwait(signals, PARENT_CHECK_SECONDS) is None:
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
