# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second host with a real connection: an sshd on this machine, with its own keys and home folder."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME = "remote"

_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 200
MaxSessions 200
SetEnv HOME={home}
Subsystem sftp internal-sftp
"""
_ARGUMENTS = (
    "-F /dev/null -i {folder}/user_key -o IdentitiesOnly=yes -o UserKnownHostsFile={folder}/known_hosts"
    " -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null"
)


@dataclass(frozen=True)
class RemoteHost:
    """A host that is not the controller."""

    name: str
    home: Path  # its user's home folder, where Ansible puts its temporary files
    variables: dict[str, str | int]

    @property
    def over_ssh(self) -> bool:
        """Whether it is reached by ssh, or by our connection plugin."""
        return self.variables["ansible_connection"] == "ssh"

    def inventory(self, with_localhost: bool = True) -> dict[str, dict[str, dict[str, dict[str, str | int]]]]:
        """Return an inventory of this host, and of localhost with its local connection."""
        hosts: dict[str, dict[str, str | int]] = {self.name: self.variables}
        if with_localhost:
            hosts["localhost"] = {"ansible_connection": "local"}
        return {"all": {"hosts": hosts}}


@contextmanager
def remote_host(folder: Path) -> Iterator[RemoteHost]:
    """Start a host below this folder; without sshd, a host for our connection plugin."""
    home = folder / "home"
    home.mkdir(parents=True)
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
    if sshd is None or shutil.which("ssh") is None:
        yield RemoteHost(NAME, home, {"ansible_connection": "elsewhere", "elsewhere_home": str(home)})
        return
    port = _free_port()
    process = _start(sshd, folder, home, port)
    sockets = Path(tempfile.mkdtemp(prefix="ssh-"))
    try:
        _wait(process, port, folder / "sshd.log")
        yield RemoteHost(NAME, home, _ssh_variables(folder, port, sockets))
    finally:
        for path in sockets.iterdir():  # persistent connections would outlive the tests
            subprocess.run(["ssh", "-o", f"ControlPath={path}", "-O", "exit", NAME], check=False, capture_output=True)
        process.terminate()
        process.wait()
        shutil.rmtree(sockets)


def _start(sshd: str, folder: Path, home: Path, port: int) -> subprocess.Popen[bytes]:
    for name in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    public = (folder / "host_key.pub").read_text(encoding="utf-8")
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}", encoding="utf-8")
    config = folder / "sshd_config"
    config.write_text(_CONFIG.format(folder=folder, home=home, port=port), encoding="utf-8")
    if getpass.getuser() == "root":
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # on Debian the service creates it
    return subprocess.Popen([sshd, "-D", "-f", config, "-E", folder / "sshd.log"], stdin=subprocess.DEVNULL)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"sshd did not start:\n{log.read_text(encoding='utf-8') if log.exists() else ''}")


def _ssh_variables(folder: Path, port: int, sockets: Path) -> dict[str, str | int]:
    return {
        "ansible_connection": "ssh",
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": getpass.getuser(),
        "ansible_ssh_common_args": _ARGUMENTS.format(folder=folder),
        # Ansible's defaults, with a path that is short enough for a socket.
        "ansible_ssh_args": f"-o ControlMaster=auto -o ControlPersist=60s -o ControlPath={sockets}/%C",
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
