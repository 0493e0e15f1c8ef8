# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command while an emulator runs, with the environment that points the collection at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.emulator.client import Emulator

TENANT = ("BEYONDIDENTITY_ISSUER", "BEYONDIDENTITY_CLIENT_ID", "BEYONDIDENTITY_CLIENT_SECRET")


def main(command: list[str]) -> int:
    """Run the command; return its exit code."""
    exit_on_terminate()
    with emulated() as environment:
        return subprocess.run(command, env=environment, check=False).returncode


@contextmanager
def emulated() -> Iterator[dict[str, str]]:
    """Start an emulator; yield our environment, with no tenant but a new one of the emulator's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BEYONDIDENTITY_")}
    with Emulator.start() as emulator:
        yield {**own, **emulator.tenant().environment}


def names_tenant(environment: Mapping[str, str]) -> bool:
    """Whether the environment says which tenant to use, and how."""
    return all(environment.get(name) for name in TENANT)


def exit_on_terminate() -> None:
    """End by an exception on SIGTERM, so that an emulator is stopped, too."""

    def end(_number: int, _frame: object) -> None:
        sys.exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
