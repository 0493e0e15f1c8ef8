# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock between processes, held by a lock file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .private_files import open_lock_file, open_private_folder


@contextmanager
def hold_file_lock(folder: Path, name: str, warn_of: Callable[[OSError], None]) -> Iterator[None]:
    """Hold the lock file `name` in a private folder. If that is impossible, call `warn_of` and go on without the lock."""
    with ExitStack() as stack:
        try:
            with open_private_folder(folder) as descriptor_of_folder:
                descriptor = open_lock_file(name, descriptor_of_folder)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            warn_of(error)
        yield
