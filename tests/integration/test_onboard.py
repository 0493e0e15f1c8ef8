# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook onboard: from an empty tenant to a signed-in user, and what nobody must see or get."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.canary_servers import CanaryServers, digest
from tests.support.cores import core_bin
from tests.support.leak_detector import LeakDetector
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import local_hosts, play, reporting_module
from tests.support.sign_in_application import free_port, get, sign_in
from tests.support.terminal import ADDRESS, Terminal
from tests.support.writes import has_received_predictions, list_writes

OURS = "beyondidentity.management"
PLAYBOOK = f"{OURS}.onboard"
IMPORT = {"ansible.builtin.import_playbook": PLAYBOOK}
USE = {
    "name": "Use",
    "ansible.builtin.uri": {
        "url": "{{ beyondidentity_token.api_url }}/v1/tenants/{{ beyondidentity_token.tenant_id }}/realms",
        "headers": {"Authorization": "Bearer {{ beyondidentity_token.access_token }}"},
    },
    "no_log": True,
}
PAT = {
    "onboard_application": "Realm desk",
    "person_username": "pat",
    "person_display_name": "Pat Smith",
    "person_primary_email_address": "pat@example.com",
    "person_role": "Realm readers",
    "person_operations": ["ListRealms"],
    "person_delivery_method": "email",
}
CHANGED_AT_FIRST = {
    "Manage the authenticator configuration",
    "Manage the application",
    "Manage the role",
    "Manage the identity",
    "Add the person to the role",
    "Invite the person",
}
NEXT = "Show what to do next"
HOSTS = 50

StartAtTerminal = Callable[..., Terminal]


def require_the_person(tenant: Tenant) -> None:
    """Let only an identity with a passkey sign in, with the scopes of its roles."""
    identity = {"id": "unknown", "username": "pat"}
    tenant.change_settings(identity_passkeys=True, identity_roles=True, identity=identity)
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)


def build_variables(tenant: Tenant, **others: Any) -> dict[str, Any]:
    """Return the variables of a run for Pat, with a port of its own."""
    redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
    return {**tenant.variables, **PAT, "onboard_redirect_uri": redirect_uri, **others}


def list_changed(run: PlaybookRun) -> set[str]:
    """Return the tasks that changed something."""
    return {result.task.rpartition(" : ")[2] for result in run.results if result.status == "changed"}


def bind_by_mail(tenant: Tenant) -> threading.Thread:
    """Let Pat bind a passkey as soon as the mail arrives."""
    waiting = threading.Event()

    def bind() -> None:
        while not (mails := tenant.read_outbox()):
            waiting.wait(0.05)
        tenant.bind_passkey(mails[0]["link"])

    thread = threading.Thread(target=bind, daemon=True)
    thread.start()
    return thread


def test_from_an_empty_tenant_to_a_token_in_one_run(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """The person can do what the role allows. The second run changes nothing, sends no mail and needs no browser."""
    require_the_person(tenant)
    variables = build_variables(tenant, onboard_wait=120)
    plays = [IMPORT, play(USE)]
    how: dict[str, Any] = {"extra_vars": variables, "core": core}
    thread = bind_by_mail(tenant)
    terminal = start_at_terminal(plays, **how)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    first = terminal.finish().succeeded()
    thread.join()
    assert list_changed(first) == CHANGED_AT_FIRST
    assert first.task("Use").done
    assert len(tenant.read_outbox()) == 1

    tenant.clear_journal()
    again = run_playbook(plays, env={"HOME": str(first.home)}, **how).succeeded()
    assert list_changed(again) == set() == set(list_writes(tenant))
    assert again.task("Use").done and "/authorize" not in again.output
    assert len(tenant.read_outbox()) == 1


def test_without_a_passkey_the_playbook_ends_and_says_what_to_do(
    start_at_terminal: StartAtTerminal, run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Check mode writes nothing and sends no mail. A repeated run sends no other mail. After the passkey, it signs in."""
    require_the_person(tenant)
    how: dict[str, Any] = {"extra_vars": build_variables(tenant), "core": core}
    checked = run_playbook(PLAYBOOK, args=["--check", "--diff"], **how).succeeded()
    assert list_writes(tenant) == [] == tenant.read_outbox()
    assert not has_received_predictions(tenant)

    first = run_playbook(PLAYBOOK, args=["--diff"], **how).succeeded()
    assert list_changed(first) == CHANGED_AT_FIRST == list_changed(checked)
    assert "run this playbook again" in " ".join(first.task(NEXT).result["msg"])
    (mail,) = tenant.read_outbox()

    again = run_playbook(PLAYBOOK, **how).succeeded()
    assert list_changed(again) == set()
    assert "An invitation is open until " in again.task(NEXT).result["msg"][0]
    assert tenant.read_outbox() == [mail]

    tenant.bind_passkey(mail["link"])
    terminal = start_at_terminal([IMPORT, play(USE)], **how)
    get(sign_in(terminal.wait_for(ADDRESS)[0]))
    last = terminal.finish().succeeded()
    assert list_changed(last) == set() and last.task("Use").done
    checked = run_playbook(PLAYBOOK, args=["--check"], **how).succeeded()
    assert list_changed(checked) == set() and "/authorize" not in checked.output


def test_the_wait_for_a_passkey_has_a_limit(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The playbook then ends without a failure. A failure ends the wait at once."""
    variables = build_variables(tenant, onboard_wait=1)
    run = run_playbook(PLAYBOOK, extra_vars=variables).succeeded()
    assert "has no passkey yet" in run.task(NEXT).result["msg"][0]
    assert len(tenant.read_journal(operation="ListCredentials")) >= 2

    tenant.add_fault(operation="ListCredentials", status=403)
    refused = run_playbook(PLAYBOOK, extra_vars={**variables, "onboard_wait": 600, "person_reinvite": True}).failed()
    assert "HTTP 403" in refused.output


# Variables that the playbook refuses before it sends a request, and words of the message.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no application": ({"onboard_application": None}, "Set onboard_application"),
    "no purpose": ({"person_operations": None}, "person_operations or person_scopes"),
    "no role": ({"person_role": None}, "person_role"),
    "privileged scopes": ({"person_operations": ["UpdateRole"]}, "a person can gain more rights"),
    "removal": ({"person_state": "absent"}, "use the role beyondidentity.management.person"),
    "no file": ({"person_delivery_method": "return"}, "Set onboard_link_file"),
    "no folder": (
        {"person_delivery_method": "return", "onboard_link_file": "/nowhere/link"},
        "directory that exists",
    ),
}


def test_what_cannot_work_is_refused_before_the_first_request(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A run of each."""
    for given, words in REFUSED.values():
        variables = {name: value for name, value in {**build_variables(tenant), **given}.items() if value is not None}
        run = run_playbook(PLAYBOOK, extra_vars=variables).failed()
        assert words in " ".join(run.output.split())
    assert tenant.read_journal() == []


@pytest.mark.parametrize("fact", ["person_username", "onboard_link_file", "authorization_code_redirect_uris"])
def test_facts_do_not_decide_who_is_invited(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, fact: str
) -> None:
    """A host that reports one of the variables ends the run before the first request."""
    modules = reporting_module(tmp_path / "modules", "report", {fact: "mallory"})
    environment = {"ANSIBLE_LIBRARY": str(modules)}
    plays = [play({"name": "Report", "report": {}}), IMPORT]
    run = run_playbook(plays, extra_vars=build_variables(tenant), env=environment).failed()
    assert "Hosts must not decide who is invited" in " ".join(run.output.split())
    assert tenant.read_journal() == []


# Takes the place of the shell that writes the link, and looks for temporary files with it before it does.
WATCHING_SHELL = """\
#!/bin/sh
link=$(cat)
grep -rlsF -f - "$HOME" "$TMPDIR" "$ANSIBLE_REMOTE_TMP" >> "$FOUND" <<END
${link##*token=}
END
printf '%s\\n' "$link" | /bin/sh "$@"
"""


def test_the_link_is_in_its_file_and_nowhere_else(
    run_playbook: PlaybookRunner, tenant: Tenant, canary_servers: CanaryServers, tmp_path: Path, core: str
) -> None:
    """Neither in the output at the highest verbosity, a diff or a log, nor in a process or a temporary file."""
    logs, own = tmp_path / "logs", tmp_path / "given"
    logs.mkdir()
    own.mkdir()
    file, other = own / "link", own / "other"
    other.write_text("of another user", encoding="utf-8")
    file.symlink_to(other)
    connection = canary_servers.variables["canary"]["variable"]
    variables = {
        **{f"beyondidentity_{name}": value for name, value in connection.items()},
        **PAT,
        "person_delivery_method": "return",
        "onboard_link_file": str(file),
    }
    shell, found = tmp_path / "bin" / "sh", logs / "found"
    shell.parent.mkdir()
    shell.write_text(WATCHING_SHELL, encoding="utf-8")
    shell.chmod(0o755)
    environment = {
        "PATH": f"{shell.parent}:{core_bin(core)}:/usr/bin:/bin",
        "FOUND": str(found),
        "ANSIBLE_REMOTE_TMP": str(tmp_path / "modules"),
        "ANSIBLE_CALLBACKS_ENABLED": "record,results,also_minimal,also_oneline,tree",
        "ANSIBLE_CALLBACK_TREE_DIR": str(logs / "tree"),
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true",
        "ANSIBLE_LOG_PATH": str(logs / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(logs / "facts"),
    }
    running = run_playbook.start(PLAYBOOK, extra_vars=variables, env=environment, args=["-vvvv", "--diff"], core=core)
    folders = [running.folder, running.tmp, logs, tmp_path / "modules"]
    with LeakDetector(canary_servers.canaries, folders, but=[running.folder / "input"]) as detector:
        run = running.finish().succeeded()
    assert "Invite the person" in list_changed(run)
    assert canary_servers.canaries.leaking_lines(run.output) == []
    assert sorted(detector.leaks) == [] and detector.scans > 10
    assert (logs / "ansible.log").stat().st_size > 0
    assert found.read_text(encoding="utf-8") == "", "the files that had the link while it was written"

    link = file.read_text(encoding="utf-8").strip()
    assert canary_servers.canaries.knows(digest(link)) and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert other.read_text(encoding="utf-8") == "of another user"
    assert sorted(own.iterdir()) == [file, other]
    tenant.bind_passkey(link)
    tenant.clear_journal()
    file.unlink()
    again = run_playbook(PLAYBOOK, extra_vars={**variables, "onboard_sign_in": False}, core=core).succeeded()
    assert list_changed(again) == set() and not file.exists()


@pytest.mark.parametrize("method", ["email", "return"])
def test_many_hosts_invite_a_person_once(run_playbook: PlaybookRunner, tenant: Tenant, method: str) -> None:
    """Without `run_once`. Only the host that created the invitation has the link; with --check, no host does."""
    tenant.seed(identities=1, identity={"traits": {"username": "pat"}})
    invite = {
        "name": "Invite",
        f"{OURS}.credential_binding_job": {
            "identity": "pat",
            "delivery_method": method,
            "authenticator_config": "Hosted Web",
        },
        "register": "invitation",
    }
    show = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ invitation.credential_binding_link is defined }}"}}
    inventory = local_hosts({f"host-{number}": tenant.variables for number in range(HOSTS)})
    how: dict[str, Any] = {"inventory": inventory}
    forks = ["--forks", str(HOSTS)]
    for check, times in ((["--check"], 0), ([], 1)):
        run = run_playbook(play(invite, show, hosts="all"), args=[*forks, *check], **how).succeeded()
        assert len(tenant.read_journal(operation="CreateCredentialBindingJob")) == times
        links = [result.host for result in run.of("Show") if result.result["msg"]]
        assert len(links) == (times if method == "return" else 0)
        if check:
            continue
        assert {result.host for result in run.of("Invite") if result.status == "changed"} >= set(links)
        assert sum(result.status == "changed" for result in run.of("Invite") if result.host not in links) <= 1
    assert len(tenant.read_outbox()) == (method == "email")
