# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for python-systemd on the second host: what modules log of their invocation goes into a file there."""

from __future__ import annotations

import json
import os

sendv = None  # its presence is what Ansible looks for


def send(**fields: object) -> None:
    """Append an entry's fields, its MESSAGE among them, to the file."""
    with open(os.path.join(os.environ["HOME"], "journal.log"), "a", encoding="utf-8") as file:
        file.write(json.dumps(fields, default=str) + "\n")
