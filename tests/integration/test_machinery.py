# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The support code of these tests: real processes, a second host, and nothing from our own environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support import sshd
from tests.support.cores import CORES, core_bin
from tests.support.playbook import PlaybookRunner
from tests.support.sshd import RemoteHost

REMOTE = """
- hosts: remote
  gather_facts: false
  tasks:
    - name: Reach it
      ansible.builtin.ping:
    - name: See where it is
      ansible.builtin.command: pwd
    - name: See its home
      ansible.builtin.shell: echo $HOME
"""


def test_each_core_runs_without_our_environment(
    run_playbook: PlaybookRunner, core: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor with our home folder."""
    monkeypatch.setenv("BEYONDIDENTITY_ISSUER", "https://example.com")
    play = """
    - hosts: localhost
      gather_facts: false
      tasks:
        - name: Look around
          ansible.builtin.debug:
            msg:
              - "{{ ansible_version.full }}"
              - "{{ lookup('ansible.builtin.env', 'BEYONDIDENTITY_ISSUER') }}"
              - "{{ lookup('ansible.builtin.env', 'GIVEN') }}"
              - "{{ given }}"
    """
    run = run_playbook(play, core=core, env={"GIVEN": "environment"}, extra_vars={"given": "variable"}).succeeded()
    version, *others = run.task("Look around").result["msg"]
    assert version.startswith("2.")
    assert others == ["", "environment", "variable"]
    assert run.stats["localhost"]["ok"] == 1


def test_oldest_is_not_newer_than_newest() -> None:
    """They can be equal if the machine has only one interpreter."""
    show = "import ansible.release; print(ansible.release.__version__)"
    versions = [subprocess.check_output([core_bin(core) / "python", "-c", show], text=True) for core in CORES[1:]]
    oldest, newest = ([int(part) for part in version.split(".")[:2]] for version in versions)
    assert oldest <= newest


def test_the_remote_host_has_its_own_home(run_playbook: PlaybookRunner, remote_host: RemoteHost) -> None:
    """It is reached by ssh, or by the connection plugin."""
    run = run_playbook(REMOTE, inventory=remote_host.inventory()).succeeded()
    assert run.task("Reach it").result["ping"] == "pong"
    assert run.task("See its home").result["stdout"] == str(remote_host.home)


def test_the_connection_plugin_replaces_ssh(
    run_playbook: PlaybookRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If there is no sshd."""
    monkeypatch.setattr(sshd.shutil, "which", lambda *_names, **_path: None)
    with sshd.remote_host(tmp_path / "elsewhere") as host:
        run = run_playbook(REMOTE, inventory=host.inventory()).succeeded()
    assert not host.over_ssh
    assert run.task("See where it is").result["stdout"] == str(host.home)
    assert run.task("See its home").result["stdout"] == str(host.home)
