# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of the collection's sources, and how Python and Ansible find them by the collection's name."""

from __future__ import annotations

import os
from pathlib import Path

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE, NAME = "beyondidentity", "management"
COLLECTIONS_PATH = ROOT / ".venv" / "collections"


def link_collection(collections_path: Path = COLLECTIONS_PATH) -> Path:
    """Put a link to the sources where a collections path wants them; return that path."""
    link = collections_path / "ansible_collections" / NAMESPACE / NAME
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.resolve() != ROOT:
        new = link.with_name(f"{NAME}.{os.getpid()}")
        new.symlink_to(ROOT, target_is_directory=True)
        new.replace(link)  # in one step: other processes may do the same
    return collections_path


def install_finder() -> None:
    """Let `import ansible_collections.beyondidentity.management...` work in this process, by Ansible's own finder."""
    _AnsibleCollectionFinder(paths=[str(link_collection())], scan_sys_paths=False)._install()
