# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `revoke_tokens`: whatever a run minted is revoked at its end, and what was to be kept is not."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Emulator, Tenant
from tests.support.desk import Desk
from tests.support.ending import ENABLED, issued, revoked, warnings
from tests.support.liar import lying
from tests.support.playbook import PlaybookRunner, RunningPlaybook
from tests.support.plays import APPLICATIONS, READ, TOKEN, local_hosts, play, reporting_module, task
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


def test_every_token_of_a_run_is_revoked_once(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
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


# Runs in which no token is issued: what is run, how, and the exit code, which is Ansible's own.
SILENT: dict[str, tuple[Any, list[str], int]] = {
    "a run without tokens": (play({"name": "Nothing", DEBUG: {"msg": "x"}}), [], 0),
    "a list of tasks": (play(*WAYS), ["--list-tasks"], 0),
    "a check of the syntax": (play(*WAYS), ["--syntax-check"], 0),
    "a syntax error": ("- hosts: localhost\n  tasks:\n    - no_such_module_at_all:\n", [], 4),
    "no host": (play(*WAYS, hosts="nobody"), [], 0),
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said_of_a_run_without_tokens(run_playbook: PlaybookRunner, tenant: Tenant, name: str) -> None:
    """And the exit code is what it is without the callback."""
    wanted, args, code = SILENT[name]
    run = run_playbook(wanted, env=ENABLED, args=args, extra_vars=tenant.variables)
    assert "evoked" not in run.output and run.returncode == code
    assert tenant.journal() == []


MINT = {"name": "Mint", TOKEN: READ}


def test_a_failed_run_is_cleaned_up_and_keeps_its_exit_code(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Tokens are revoked whatever came of the tasks."""
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "on purpose"}}
    run = run_playbook(play(MINT, fail), env=ENABLED, extra_vars=tenant.variables)
    assert run.returncode == 2
    assert revoked(run.stderr) == len(issued(tenant)) > 0 and tenant.revoke_tokens() == 0


def test_a_run_that_can_not_go_on_is_cleaned_up(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Ansible ends with an error of its own in the middle, and tells callbacks nothing of that."""
    run = run_playbook(
        [play(MINT), play(MINT, hosts="{{ nobody_set_this }}")], env=ENABLED, extra_vars=tenant.variables, core=core
    )
    assert run.returncode not in (0, 2) and run.stats == {} and "nobody_set_this" in run.stderr
    assert revoked(run.stderr) == len(issued(tenant)) > 0 and tenant.revoke_tokens() == 0


def test_several_playbooks_are_one_run(run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path) -> None:
    """They share their tokens, and what they minted is revoked after the last of them."""
    second = tmp_path / "second.yml"
    second.write_text(
        f"- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {APPLICATIONS}:\n    - {TOKEN}: {{scopes: realms:read}}\n",
        encoding="utf-8",
    )
    command, *rest = run_playbook.prepare(play(MINT), env=ENABLED, extra_vars=tenant.variables)
    run = RunningPlaybook([*command[:2], second, *command[2:]], *rest).finish().succeeded()
    assert len(issued(tenant)) == 2 == revoked(run.stderr) and tenant.revoke_tokens() == 0
    assert [entry["operation"] for entry in tenant.journal()][-2:] == ["revoke", "revoke"]


def test_ad_hoc(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The command ansible loads callbacks where it is told to."""
    command, environment, _folder, cwd = run_playbook.prepare(play(), env={**ENABLED, **tenant.environment})
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


def test_credentials_of_several_applications(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
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
    run = run_playbook(play(make, use), env=ENABLED, extra_vars=tenant.variables).succeeded()
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


def test_tokens_of_a_sign_in_are_revoked_unless_the_user_keeps_them(
    run_playbook: PlaybookRunner, emulator: Emulator
) -> None:
    """Access and refresh token end with the run, and by their own right; those in the user's cache stay."""
    desks, plays = {}, []
    for cache in ("run", "user"):
        tenant = emulator.tenant()
        tenant.settings(**REFRESHED)
        desks[cache] = desk = Desk.of(tenant)
        tenant.revoke_tokens()
        task = sign_in(desk, "realms:read", "tokens:delete", beyondidentity_token_cache=cache)
        plays.append(play(task, hosts=cache, vars=desk.variables))
    run = run_playbook(plays, inventory=local_hosts({"run": {}, "user": {}}), env=ENABLED).succeeded()
    assert revoked(run.stderr) == 2
    assert {cache: desk.tenant.revoke_tokens() for cache, desk in desks.items()} == {"run": 0, "user": 2}


def test_a_sign_in_that_is_kept_survives_a_later_run(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A run that refreshes it revokes neither what it replaced by nor what it left."""
    tenant.settings(**REFRESHED)
    desk = Desk.of(tenant)
    tenant.revoke_tokens()
    keep = sign_in(desk, "realms:read", beyondidentity_token_cache="user")
    first = run_playbook(play(keep), extra_vars=desk.variables).succeeded()
    user = {"grant_type": "authorization_code", "token_cache": "user"}
    for _run in range(2):
        again = run_playbook(
            play({"name": "Refresh", TOKEN: {**READ, **user, "fresh": True}}),
            env={**ENABLED, "HOME": str(first.home)},
            extra_vars=desk.variables,
        ).succeeded()
        assert revoked(again.stderr) == 0 and warnings(again.stderr) == []
    assert [entry["status"] for entry in tenant.journal(grant="refresh_token")] == [200, 200]


def test_a_persons_tokens_that_nobody_may_revoke(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """They are named by their id, and the run ends as well as it did."""
    tenant.settings(**REFRESHED)
    desk = Desk.of(tenant)
    run = run_playbook(
        play(sign_in(desk, "realms:read")), env=ENABLED, extra_vars=desk.variables
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
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path
) -> None:
    """It makes us revoke nothing that it could not revoke itself, keep nothing, and print nothing that moves a terminal."""
    stranger = tenant.mint("realms:read")
    lie = {"access_token": "x" * 40, "scopes": ["\x1b[31ma"], "issued_at": 1e12, "lifetime": 60, "id": "\x1b]0;y\x07"}
    lies = [lie, {**lie, "lifetime": 1e400}, {**lie, "scopes": None}, "x", None, {"access_token": ["x"]}]
    inventory = lying(remote_host, "default", tmp_path, {"changed": False, "minted": lies})
    tasks = (task("Asked", TOKEN, READ, delegate_to=remote_host.name), task("Here", TOKEN, READ))
    run = run_playbook(
        play(*tasks, vars=tenant.variables), inventory=inventory, env=ENABLED, args=["-v"]
    ).succeeded()
    assert run.task("Asked").done and "minted" not in run.task("Asked").result
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 1, "its own and the invented one, not the stranger's"
    assert "\x1b" not in run.output and "\x07" not in run.output and "Traceback" not in run.output
    sent = [entry["form"]["token"] for entry in tenant.journal(operation="revoke")]
    assert len(sent) == 2 and "x" * 40 in sent and stranger not in sent


def test_facts_of_a_host_lead_nothing_astray(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path
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
            play(*tasks), env={**ENABLED, **tenant.environment, "ANSIBLE_LIBRARY": str(modules)}
        ).succeeded()
        assert evil.requests == []
    assert revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0
