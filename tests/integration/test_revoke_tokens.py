# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `revoke_tokens`: whatever a run minted is revoked at its end, and what was to be kept is not."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Tenant
from tests.support.cores import CORES
from tests.support.desk import Desk
from tests.support.ending import CALLBACK, ENABLED, issued, revoked, warnings
from tests.support.liar import lying
from tests.support.playbook import PlaybookRunner, RunningPlaybook
from tests.support.plays import APPLICATIONS, READ, TOKEN, play, reporting_module, task
from tests.support.recorder import Recorder, refuse
from tests.support.remote import with_journal
from tests.support.sshd import RemoteHost

DEBUG = "ansible.builtin.debug"
ROLE = "beyondidentity.management.authorization_code"
REFRESHED = {"refresh_tokens": "rotating", "refresh_lifetime": 3600}

# Every way in which a run gets a token.
WAYS = (
    task("module", TOKEN, READ),
    task("the same, kept", TOKEN, READ),
    task("not kept", TOKEN, {**READ, "token_cache": "none"}),
    task("loop", TOKEN, {"scopes": ["{{ item }}"]}, loop=["realms:create", "realms:update", "realms:read"]),
    task("fresh", TOKEN, {**READ, "fresh": True}),
    task("lookup", DEBUG, {"msg": f"{{{{ lookup('{TOKEN}', 'realms:delete') | length }}}}"}),
    task(
        "lookup, not kept", DEBUG, {"msg": f"{{{{ lookup('{TOKEN}', 'realms:read', token_cache='none') | length }}}}"}
    ),
    task("state", "beyondidentity.management.application", {"display_name": "Made"}),
    task("read", APPLICATIONS),
    task("check mode", APPLICATIONS, {"expiration_time": 601}, check_mode=True),
    task("delegated here", TOKEN, {**READ, "expiration_time": 602}, delegate_to="localhost"),
)
HOSTS = "localhost ansible_connection=local\nhost[1:7] ansible_connection=local\n"


@pytest.mark.parametrize("core", CORES)
def test_whatever_a_run_minted(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """By modules and lookups, in loops and forks, kept or not, with module_defaults: all is revoked, and each once."""
    client = {name: tenant.variables[name] for name in ("beyondidentity_client_id", "beyondidentity_client_secret")}
    defaults = {name.removeprefix("beyondidentity_"): value for name, value in client.items()}
    variables = {name: value for name, value in tenant.variables.items() if name not in client}
    tasks = [{**way, "vars": client} if "lookup" in way["name"] else way for way in WAYS]
    run = run_playbook(
        play(*tasks, hosts="all", module_defaults={"group/beyondidentity.management.all": defaults}),
        inventory=HOSTS,
        args=["-f", "8"],
        env=ENABLED,
        extra_vars=variables,
        core=core,
    ).succeeded()
    assert {result.status for result in run.results} <= {"ok", "changed"}, run.output
    made = issued(tenant)
    assert len(made) > 8 * 2 and revoked(run.stderr) == len(made)
    assert warnings(run.stderr) == [] and tenant.revoke_tokens() == 0
    ended = [entry["form"]["token"] for entry in tenant.journal(operation="revoke")]
    assert len(ended) == len(set(ended)) == len(made)


@pytest.mark.parametrize("core", CORES)
def test_without_it_nothing_is_revoked_or_said(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """It has to be enabled."""
    run = run_playbook(play(*WAYS), extra_vars=tenant.variables, core=core).succeeded()
    assert "evoked" not in run.output and tenant.journal(operation="revoke") == []
    assert tenant.revoke_tokens() == len(issued(tenant)) > 0


SILENT: dict[str, tuple[Any, list[str]]] = {
    "a run without tokens": (play({"name": "Nothing", DEBUG: {"msg": "x"}}), []),
    "a list of tasks": (play(*WAYS), ["--list-tasks"]),
    "a check of the syntax": (play(*WAYS), ["--syntax-check"]),
    "a syntax error": ("- hosts: localhost\n  tasks:\n    - no_such_module_at_all:\n", []),
    "no YAML": ("- hosts: [\n", []),
    "no host": (play(*WAYS, hosts="nobody"), []),
}


@pytest.mark.parametrize("name", SILENT)
def test_where_nothing_was_minted_nothing_is_said(
    run_playbook: PlaybookRunner, tenant: Tenant, name: str, core: str
) -> None:
    """And the exit code is what it is without the callback."""
    wanted, args = SILENT[name]
    how: dict[str, Any] = {"args": args, "extra_vars": tenant.variables, "core": core}
    run, plain = run_playbook(wanted, env=ENABLED, **how), run_playbook(wanted, **how)
    assert "evoked" not in run.output and run.returncode == plain.returncode
    assert tenant.journal() == []


FAIL = {"name": "Fail", "ansible.builtin.fail": {"msg": "as it shall"}}
UNREACHABLE = (
    "localhost ansible_connection=local\nnowhere ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1\n"
)
MINT = {"name": "Mint", TOKEN: READ}
ENDS: dict[str, list[Any]] = {
    "a failing task": [play(MINT, FAIL)],
    "an unreachable host": [play(MINT, {"name": "Ping", "ansible.builtin.ping": {}}, hosts="all")],
    "an error of ours": [play(MINT, {"name": "Ask", TOKEN: {"scopes": "no:such"}})],
    "a second play that can't be read": [play(MINT), {"hosts": "all", "vars_files": ["/nowhere.yml"]}],
}


@pytest.mark.parametrize("name", ENDS)
def test_a_run_that_ends_badly(run_playbook: PlaybookRunner, tenant: Tenant, name: str, core: str) -> None:
    """Its tokens are revoked all the same, and its exit code stays."""
    how: dict[str, Any] = {"inventory": UNREACHABLE, "extra_vars": tenant.variables, "core": core}
    plain = run_playbook(ENDS[name], **how).failed()
    assert tenant.revoke_tokens() > 0
    before = len(issued(tenant))
    run = run_playbook(ENDS[name], env=ENABLED, **how)
    assert run.returncode == plain.returncode != 0
    assert revoked(run.stderr) == len(issued(tenant)) - before > 0 and tenant.revoke_tokens() == 0


def test_several_playbooks_are_one_run(run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str) -> None:
    """They share their tokens, and what they minted is revoked after the last of them."""
    second = tmp_path / "second.yml"
    second.write_text(
        f"- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {APPLICATIONS}:\n    - {TOKEN}: {{scopes: realms:read}}\n",
        encoding="utf-8",
    )
    command, *rest = run_playbook.prepare(play(MINT), env=ENABLED, extra_vars=tenant.variables, core=core)
    run = RunningPlaybook([*command[:2], second, *command[2:]], *rest).finish().succeeded()
    assert len(issued(tenant)) == 2 == revoked(run.stderr) and tenant.revoke_tokens() == 0
    assert [entry["operation"] for entry in tenant.journal()][-2:] == ["revoke", "revoke"]


def test_ad_hoc(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The command ansible loads callbacks where it is told to."""
    command, environment, _folder, cwd = run_playbook.prepare(play(), env={**ENABLED, **tenant.environment}, core=core)
    environment["ANSIBLE_LOAD_CALLBACK_PLUGINS"] = "true"
    ansible = Path(command[0]).with_name("ansible")
    run = subprocess.run(
        [ansible, "localhost", "-m", TOKEN, "-a", "scopes=realms:read"],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert revoked(run.stderr) == 1 and tenant.revoke_tokens() == 0


def test_credentials_of_several_applications(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Each token is revoked with the credential that it was minted with, and through the task's own connection."""
    make = {
        "name": "Make",
        "beyondidentity.management.application": {
            "display_name": "Other",
            "resource_server": "beyondidentity",
            "allowed_scopes": ["realms:read"],
            "return_secret": True,
        },
        "register": "other",
    }
    names = ("issuer", "client_id", "client_secret")
    use = {"name": "Use", TOKEN: {**READ, **{name: f"{{{{ other.{name} }}}}" for name in names}}}
    run = run_playbook(play(make, use), env=ENABLED, extra_vars=tenant.variables, core=core).succeeded()
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0
    endings = tenant.journal(operation="revoke")
    assert [entry["status"] for entry in endings] == [200, 200]
    assert len({entry["path"] for entry in endings}) == 2


def test_an_application_that_is_gone(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """What can't be revoked with the credential that minted it is named; tokens that were revoked before are no trouble."""
    role = {"ansible.builtin.include_role": {"name": "beyondidentity.management.client_credentials"}}
    wanted = {"client_credentials_display_name": "Gone", "client_credentials_operations": ["ListRealms"]}
    tasks = (
        {"name": "Make", **role, "vars": wanted},
        {"name": "Remove", **role, "vars": {**wanted, "client_credentials_state": "absent"}},
    )
    run = run_playbook(play(*tasks), env=ENABLED, extra_vars=tenant.variables).succeeded()
    assert warnings(run.stderr) == [] and tenant.revoke_tokens() == 0


def sign_in(desk: Desk, *scopes: str, **options: Any) -> dict[str, Any]:
    """Return a task that includes the role, for a person who has signed in."""
    answer = desk.answered(*scopes)
    given = {
        "authorization_code_application_id": desk.application_id,
        "authorization_code_method": "given",
        "authorization_code_scopes": list(scopes),
        "authorization_code_redirect_uris": [answer["authorization"]["redirect_uri"]],
        "authorization_code_authorization": answer["authorization"],
        "authorization_code_redirect_response": answer["redirect_response"],
        **options,
    }
    return {"name": "Sign in", "ansible.builtin.include_role": {"name": ROLE}, "vars": given}


@pytest.mark.parametrize("cache", ["run", "user"])
def test_a_sign_in(run_playbook: PlaybookRunner, tenant: Tenant, cache: str, core: str) -> None:
    """Its access and refresh token go with the run, unless the user asked to keep them; here by their own right."""
    tenant.settings(**REFRESHED)
    desk = Desk.of(tenant)
    tenant.revoke_tokens()
    run = run_playbook(
        play(sign_in(desk, "realms:read", "tokens:delete", beyondidentity_token_cache=cache)),
        env=ENABLED,
        extra_vars=desk.variables,
        core=core,
    ).succeeded()
    assert (revoked(run.stderr), tenant.revoke_tokens()) == ((2, 0) if cache == "run" else (0, 2))


def test_a_sign_in_that_is_kept_survives_a_later_run(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """A run that refreshes it revokes neither what it replaced by nor what it left."""
    tenant.settings(**REFRESHED)
    desk = Desk.of(tenant)
    tenant.revoke_tokens()
    keep = sign_in(desk, "realms:read", beyondidentity_token_cache="user")
    first = run_playbook(play(keep), extra_vars=desk.variables, core=core).succeeded()
    user = {"grant_type": "authorization_code", "token_cache": "user"}
    for _run in range(2):
        again = run_playbook(
            play({"name": "Refresh", TOKEN: {**READ, **user, "fresh": True}}),
            env={**ENABLED, "HOME": str(first.home)},
            extra_vars=desk.variables,
            core=core,
        ).succeeded()
        assert revoked(again.stderr) == 0 and warnings(again.stderr) == []
    assert [entry["status"] for entry in tenant.journal(grant="refresh_token")] == [200, 200]


def test_a_persons_tokens_that_nobody_may_revoke(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """They are named by their id, and the run ends as well as it did."""
    tenant.settings(**REFRESHED)
    desk = Desk.of(tenant)
    run = run_playbook(
        play(sign_in(desk, "realms:read")), env=ENABLED, extra_vars=desk.variables, core=core
    ).succeeded()
    (token_id,) = [entry["issued_token_id"] for entry in tenant.journal(grant="authorization_code")]
    (warning,) = warnings(run.stderr)
    assert warning.startswith(
        f"Not revoked, and good until they expire: {token_id}, {token_id} (refresh token). Revoking"
    )
    assert "HTTP 401" in warning and revoked(run.stderr) == 0


def test_delegated_tasks(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """What was minted on another host is revoked from here, the token of a task that failed there, too."""
    inventory = with_journal(remote_host, core, tmp_path)
    there = {"delegate_to": remote_host.name}
    tenant.fault(operation="ListResourceServers", status=403)
    tasks = (
        task("There", TOKEN, {"scopes": ["{{ item }}"]}, loop=["realms:read", "realms:create"], **there),
        task("Read", APPLICATIONS, **there),
        task("Fails", "beyondidentity.management.resource_server_info", **there),
        {"name": "Shown", DEBUG: {"msg": "{{ failed.keys() | list }}"}, "vars": {"failed": "{{ result }}"}},
    )
    tasks[2]["register"] = "result"
    run = run_playbook(
        play(*tasks, vars=tenant.variables), inventory=inventory, env=ENABLED, args=["-v"], core=core
    ).succeeded()
    assert len(issued(tenant)) == 4 == revoked(run.stderr) and tenant.revoke_tokens() == 0
    assert "minted" not in run.task("Shown").result["msg"]
    assert run.stdout.count("Minted the token ") == 4


def test_lies_of_a_host(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """It makes us revoke nothing that it could not revoke itself, keep nothing, and print nothing that moves a terminal."""
    stranger = tenant.mint("realms:read")
    lie = {"access_token": "x" * 40, "scopes": ["\x1b[31ma"], "issued_at": 1e12, "lifetime": 60, "id": "\x1b]0;y\x07"}
    lies = [lie, {**lie, "lifetime": 1e400}, {**lie, "scopes": None}, "x", None, {"access_token": ["x"]}]
    inventory = lying(remote_host, core, tmp_path, {"changed": False, "minted": lies})
    tasks = (task("Asked", TOKEN, READ, delegate_to=remote_host.name), task("Here", TOKEN, READ))
    run = run_playbook(
        play(*tasks, vars=tenant.variables), inventory=inventory, env=ENABLED, args=["-v"], core=core
    ).succeeded()
    assert run.task("Asked").done and "minted" not in run.task("Asked").result
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 1, "its own and the invented one, not the stranger's"
    assert "\x1b" not in run.output and "\x07" not in run.output and "Traceback" not in run.output
    sent = [entry["form"]["token"] for entry in tenant.journal(operation="revoke")]
    assert len(sent) == 2 and "x" * 40 in sent and stranger not in sent


def test_facts_of_a_host_lead_nothing_astray(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """Whatever a managed host reports, tokens are revoked where they were minted, and no credential goes elsewhere."""
    with Recorder(refuse) as evil:
        facts = {
            "beyondidentity_issuer": tenant.issuer.replace(tenant.emulator.url, evil.url),
            "beyondidentity_auth_url": evil.url,
            "beyondidentity_proxy": evil.url,
            "beyondidentity_token_cache": "user",
            "ansible_env": {"HTTPS_PROXY": evil.url},
            "minted": [{"access_token": "x"}],
        }
        modules = reporting_module(tmp_path / "modules", "lie", facts)
        tasks = ({"name": "Lie", "lie": {}}, {"name": "Mint", TOKEN: READ}, {"name": "Read", APPLICATIONS: {}})
        run = run_playbook(
            play(*tasks), env={**ENABLED, **tenant.environment, "ANSIBLE_LIBRARY": str(modules)}, core=core
        ).succeeded()
        assert evil.requests == []
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0


def test_it_is_shown_by_ansible_doc(run_playbook: PlaybookRunner, core: str) -> None:
    """With what it needs and how it is enabled."""
    command, environment, _folder, cwd = run_playbook.prepare(play(), core=core)
    shown = subprocess.run(
        [Path(command[0]).with_name("ansible-doc"), "-t", "callback", CALLBACK],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert f"callbacks_enabled = {CALLBACK}" in shown
