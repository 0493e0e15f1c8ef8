# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of the user's store."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from .private_files import open_private_folder, read_private_file, write_private_file

FOLDER = "beyondidentity.management"  # below the user's base directories

_NAME = "key"
_LENGTH = 32  # bytes


def read_user_key(folder: Path) -> bytes:
    """Return the user's key. A missing or damaged key is replaced; data that it encrypted is lost."""
    with open_private_folder(folder) as descriptor:
        with suppress(FileNotFoundError):
            key = read_private_file(_NAME, descriptor)
            if len(key) == _LENGTH:
                return key
        _create_key(descriptor)
        return read_private_file(_NAME, descriptor)


def _create_key(folder: int) -> None:
    """Write a new key, unless another process was faster: then use that process's key."""
    temporary = f"{_NAME}.{secrets.token_hex(8)}"
    write_private_file(temporary, folder, secrets.token_bytes(_LENGTH))
    try:
        os.link(temporary, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
    except FileExistsError:
        if len(read_private_file(_NAME, folder)) != _LENGTH:
            os.rename(temporary, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
