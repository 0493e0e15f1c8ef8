# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delegation to malicious hosts, from many hosts at once, and without the proxy of the controller."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from tests.support.imports import find_all_imports
from tests.support.malicious_host import ECHO, inventory_with_malicious_host
from tests.support.playbook import PlaybookRunner
from tests.support.plays import READ, TOKEN, play, task
from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost

PLUGINS = "ansible_collections/beyondidentity/management/plugins"
APPLICATION = "beyondidentity.management.application"
DEBUG = "ansible.builtin.debug"
PASSWORD = "Hk3Tn6Bd8"

# What a host could answer in a module's place.
FORGED_RESULT = {
    "changed": False,
    "answered": "by a malicious host",
    "ansible_facts": {"set_by_the_host": True, "beyondidentity_api_url": "https://evil.example"},
    "add_host": {"host_name": "evil-host", "groups": ["evil_group"], "host_vars": {}},
    "add_group": "evil_group",
    "parent_groups": ["all"],
    "_ansible_verbose_always": True,
    "_ansible_item_label": "shown by the host",
}


def test_special_keys_in_a_remote_result_have_no_effect(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """No fact, host, group or display option comes from a remote result of our modules. With other modules they do."""
    inventory = inventory_with_malicious_host(remote_host, core, tmp_path, FORGED_RESULT)
    known = "{{ [set_by_the_host is defined, 'evil-host' in groups['all'], 'evil_group' in groups] }}"
    there = {"delegate_to": remote_host.name}
    tasks = (
        task("Ours", TOKEN, READ, register="answer", **there),
        task(
            "Answered",
            DEBUG,
            {"msg": "{{ [answer.answered, answer.keys() | select('match', '_|ansible_facts|add_')] }}"},
        ),
        task("After ours", DEBUG, {"msg": known}),
        task("Another", "ansible.builtin.ping", {}, **there),
        task("After another", DEBUG, {"msg": known}),
    )
    run = run_playbook(play(*tasks, vars=tenant.variables), inventory=inventory, core=core).succeeded()
    assert run.task("Answered").result["msg"] == ["by a malicious host", []]
    assert run.task("After ours").result["msg"] == [False, False, False]
    assert True in run.task("After another").result["msg"], "that is what a malicious host could do"
    assert "shown by the host" not in str(run.task("Ours").result)


def test_a_remote_result_can_not_switch_censoring_off(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """A secret in the result is hidden."""
    answer = {"changed": False, "token": {"access_token": PASSWORD}, "_ansible_no_log": False, "no_log": False}
    inventory = inventory_with_malicious_host(remote_host, core, tmp_path, answer)
    made = task("Token", TOKEN, READ, delegate_to=remote_host.name)
    run = run_playbook(play(made, vars=tenant.variables), inventory=inventory, args=["-vvv"], core=core).succeeded()
    assert run.task("Token").done and PASSWORD not in run.output


def test_a_remote_host_can_not_show_the_secret_it_got(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """Its Python may quote a module that it can't run, and a malicious host can put the secret anywhere."""
    secret = tenant.client_secret
    answers = {
        "echo": ECHO,
        "msg": {"failed": True, "msg": f"no {secret}", "exception": f"no\n{secret}"},
        "key": {"failed": True, "msg": "no", "details": [{secret: 1}]},
        "answered": {"changed": False, "answered": secret},
    }
    hosts, tasks = {}, []
    for name, answer in answers.items():
        (tmp_path / name).mkdir()
        inventory = inventory_with_malicious_host(remote_host, core, tmp_path / name, answer)
        hosts[name] = inventory["all"]["hosts"].pop(remote_host.name)
        tasks.append(task(name, TOKEN, READ, delegate_to=name))
    inventory["all"]["hosts"] |= hosts
    run = run_playbook(play(*tasks), inventory=inventory, extra_vars=tenant.variables, args=["-vvv"], core=core)
    for name in answers:
        heard = (tmp_path / name / "heard").read_text(encoding="utf-8")
        assert secret in heard, "the searched text has content"
        assert run.task(name).status == ("ok" if name == "answered" else "ignored")
    assert secret not in run.output
    assert len(run.output) < 4 * 20_000, "a module is no message"


def test_hosts_that_delegate_create_one_object(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, tmp_path: Path
) -> None:
    """Ten hosts delegate the same task at the same time."""
    inventory = with_journal(remote_host, "default", tmp_path)
    hosts = {f"host{number}": {"ansible_connection": "local"} for number in range(10)}
    inventory["all"]["hosts"] |= hosts
    wanted = {"display_name": "Shared", "protocol": "oauth2"}
    made = task("Create", APPLICATION, wanted, delegate_to=remote_host.name)
    tenant.add_fault(operation="ListApplications", delay=1.0)  # between looking and making
    run = run_playbook(
        play(made, hosts="host*", vars=tenant.variables), inventory=inventory, args=["--forks", "10"]
    ).succeeded()
    assert sorted(result.status for result in run.of("Create")) == ["changed"] + ["ok"] * 9, run.output
    assert len(tenant.read_journal(operation="CreateApplication")) == 1


def test_the_controllers_proxy_is_not_sent_to_a_remote_host(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, tmp_path: Path
) -> None:
    """Nor is its password."""
    inventory = inventory_with_malicious_host(remote_host, "default", tmp_path, {"changed": False})
    made = task("Token", TOKEN, READ, delegate_to=remote_host.name)
    names = ("BEYONDIDENTITY_PROXY", "HTTPS_PROXY")
    env = {name: f"http://user:{PASSWORD}@{name.lower()}.proxy.example:3128" for name in names}
    run = run_playbook(play(made, vars=tenant.variables), inventory=inventory, env=env).succeeded()
    assert run.task("Token").done
    heard = (tmp_path / "heard").read_text(encoding="utf-8")
    assert tenant.client_secret in heard, "the searched text has content"
    assert PASSWORD not in heard and "proxy.example" not in heard


def test_a_delegated_module_carries_only_the_files_that_it_needs(
    run_playbook: PlaybookRunner, tenant: Any, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """AnsiballZ sends exactly the files that the module imports: no sign-in code with realm_info."""
    inventory = inventory_with_malicious_host(remote_host, core, tmp_path, {"changed": False})
    read = task("Read", "beyondidentity.management.realm_info", delegate_to=remote_host.name)
    run_playbook(play(read, vars=tenant.variables), inventory=inventory, core=core).succeeded()
    sent = (tmp_path / "heard").read_text(encoding="utf-8")
    carried = {
        name.removeprefix(f"{PLUGINS}/").removesuffix(".py")
        for archive in re.findall(r"[A-Za-z0-9+/=]{2000,}", sent)
        for name in zipfile.ZipFile(io.BytesIO(base64.b64decode(archive))).namelist()
        if name.startswith(f"{PLUGINS}/module_utils/") and not name.endswith("__init__.py")
    }
    assert carried == find_all_imports("modules/realm_info")
