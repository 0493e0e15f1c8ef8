# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replaces ssh if there is no sshd: commands run in another folder, with another home folder."""

from __future__ import annotations

DOCUMENTATION = """
name: elsewhere
short_description: Run commands below another folder of this machine
description:
  - Runs each command by a shell of its own, in a folder that plays the part of a remote host.
  - Unlike the C(local) connection it is not known to Ansible as one that stays on the controller.
options:
  home:
    description: The folder.
    type: path
    required: true
    vars:
      - name: elsewhere_home
"""

import os
import shutil
import subprocess

from ansible.module_utils.common.text.converters import to_bytes, to_text
from ansible.plugins.connection import ConnectionBase


class Connection(ConnectionBase):
    """Run commands in another folder."""

    transport = "elsewhere"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def exec_command(self, cmd, in_data=None, sudoable=True):
        """Run a command; return its exit code and what it printed."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        home = self.get_option("home")
        environment = {"HOME": home, "PATH": os.defpath, "LANG": "C.UTF-8"}
        command, given = ["/bin/sh", "-c", to_text(cmd)], to_bytes(in_data or b"")
        run = subprocess.run(command, input=given, cwd=home, env=environment, capture_output=True, check=False)
        return run.returncode, run.stdout, run.stderr

    def put_file(self, in_path, out_path):
        """Copy a file to the other side."""
        super().put_file(in_path, out_path)
        shutil.copyfile(in_path, os.path.join(self.get_option("home"), out_path))

    def fetch_file(self, in_path, out_path):
        """Copy a file from the other side."""
        super().fetch_file(in_path, out_path)
        shutil.copyfile(os.path.join(self.get_option("home"), in_path), out_path)

    def close(self):
        """Forget the connection."""
        self._connected = False
