# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback `revoke_tokens` revokes the tokens of a run at its end, except those that the user keeps."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.malicious_host import inventory_with_malicious_host
from tests.support.playbook import PlaybookRunner, RunningPlaybook
from tests.support.plays import APPLICATIONS, READ, TOKEN, local_hosts, play, reporting_module, task
from tests.support.recorder import Recorder, refuse_request
from tests.support.remote import with_journal
from tests.support.revoke_callback import ENABLED, count_revoked, issued_tokens, revocation_warnings
from tests.support.sign_in_application import SignInApplication
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
    """Requested by modules and lookups, in loops and forks, stored or not, with module_defaults."""
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
    made = issued_tokens(tenant)
    assert len(made) > 8 * 2 and count_revoked(run.stderr) == len(made)
    assert revocation_warnings(run.stderr) == [] and tenant.revoke_tokens() == 0
    ended = [entry["form"]["token"] for entry in tenant.read_journal(operation="revoke")]
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
def test_a_run_without_tokens_prints_nothing(run_playbook: PlaybookRunner, tenant: Tenant, name: str) -> None:
    """The exit code is that of a run without the callback."""
    wanted, args, code = SILENT[name]
    run = run_playbook(wanted, env=ENABLED, args=args, extra_vars=tenant.variables)
    assert "evoked" not in run.output and run.returncode == code
    assert tenant.read_journal() == []


MINT = {"name": "Mint", TOKEN: READ}


def test_a_failed_run_is_cleaned_up_and_keeps_its_exit_code(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Its tokens are revoked."""
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "on purpose"}}
    run = run_playbook(play(MINT, fail), env=ENABLED, extra_vars=tenant.variables)
    assert run.returncode == 2
    assert count_revoked(run.stderr) == len(issued_tokens(tenant)) > 0 and tenant.revoke_tokens() == 0


def test_a_run_that_ends_in_an_ansible_error_is_cleaned_up(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Ansible does not tell callbacks about such an error."""
    run = run_playbook(
        [play(MINT), play(MINT, hosts="{{ nobody_set_this }}")], env=ENABLED, extra_vars=tenant.variables, core=core
    )
    assert run.returncode not in (0, 2) and run.stats == {} and "nobody_set_this" in run.stderr
    assert count_revoked(run.stderr) == len(issued_tokens(tenant)) > 0 and tenant.revoke_tokens() == 0


def test_several_playbooks_are_one_run(run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path) -> None:
    """They share their tokens, which are revoked after the last playbook."""
    second = tmp_path / "second.yml"
    second.write_text(
        f"- hosts: localhost\n  gather_facts: false\n  tasks:\n    - {APPLICATIONS}:\n    - {TOKEN}: {{scopes: realms:read}}\n",
        encoding="utf-8",
    )
    command, *rest = run_playbook.prepare(play(MINT), env=ENABLED, extra_vars=tenant.variables)
    run = RunningPlaybook([*command[:2], second, *command[2:]], *rest).finish().succeeded()
    assert len(issued_tokens(tenant)) == 2 == count_revoked(run.stderr) and tenant.revoke_tokens() == 0
    assert [entry["operation"] for entry in tenant.read_journal()][-2:] == ["revoke", "revoke"]


def test_ad_hoc_commands_revoke_their_tokens(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """If the command `ansible` is told to load callbacks."""
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
    assert count_revoked(run.stderr) == 1 and tenant.revoke_tokens() == 0


def test_each_token_is_revoked_with_its_own_credential(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """By the connection of the task that requested it."""
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
    assert count_revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0
    endings = tenant.read_journal(operation="revoke")
    assert [entry["status"] for entry in endings] == [200, 200]
    assert len({entry["path"] for entry in endings}) == 2


def test_tokens_of_a_removed_application_give_no_warning(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """They were revoked when the application was removed."""
    role = {"ansible.builtin.include_role": {"name": "beyondidentity.management.client_credentials"}}
    wanted = {"client_credentials_display_name": "Gone", "client_credentials_operations": ["ListRealms"]}
    tasks = (
        {"name": "Make", **role, "vars": wanted},
        {"name": "Remove", **role, "vars": {**wanted, "client_credentials_state": "absent"}},
    )
    run = run_playbook(play(*tasks), env=ENABLED, extra_vars=tenant.variables).succeeded()
    assert revocation_warnings(run.stderr) == [] and tenant.revoke_tokens() == 0


def sign_in(application: SignInApplication, *scopes: str, **options: Any) -> dict[str, Any]:
    """Return a task that includes the role, for a user who has signed in."""
    answer = application.options_after_sign_in(*scopes)
    given = {
        "authorization_code_application_id": application.application_id,
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
    """Access and refresh token are revoked with the access token itself. Those in the user's cache stay."""
    applications, plays = {}, []
    for cache in ("run", "user"):
        tenant = emulator.create_tenant()
        tenant.change_settings(**REFRESHED)
        applications[cache] = application = SignInApplication.of(tenant)
        tenant.revoke_tokens()
        task = sign_in(application, "realms:read", "tokens:delete", beyondidentity_token_cache=cache)
        plays.append(play(task, hosts=cache, vars=application.variables))
    run = run_playbook(plays, inventory=local_hosts({"run": {}, "user": {}}), env=ENABLED).succeeded()
    assert count_revoked(run.stderr) == 2
    assert {cache: application.tenant.revoke_tokens() for cache, application in applications.items()} == {
        "run": 0,
        "user": 2,
    }


def test_a_stored_sign_in_survives_later_runs(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A run that refreshes it revokes neither the old nor the new tokens."""
    tenant.change_settings(**REFRESHED)
    application = SignInApplication.of(tenant)
    tenant.revoke_tokens()
    keep = sign_in(application, "realms:read", beyondidentity_token_cache="user")
    first = run_playbook(play(keep), extra_vars=application.variables).succeeded()
    user = {"grant_type": "authorization_code", "token_cache": "user"}
    for _run in range(2):
        again = run_playbook(
            play({"name": "Refresh", TOKEN: {**READ, **user, "fresh": True}}),
            env={**ENABLED, "HOME": str(first.home)},
            extra_vars=application.variables,
        ).succeeded()
        assert count_revoked(again.stderr) == 0 and revocation_warnings(again.stderr) == []
    assert [entry["status"] for entry in tenant.read_journal(grant="refresh_token")] == [200, 200]


def test_tokens_that_may_not_be_revoked_are_named(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """By their ID, and the exit code stays."""
    tenant.change_settings(**REFRESHED)
    application = SignInApplication.of(tenant)
    run = run_playbook(
        play(sign_in(application, "realms:read")), env=ENABLED, extra_vars=application.variables
    ).succeeded()
    (token_id,) = [entry["issued_token_id"] for entry in tenant.read_journal(grant="authorization_code")]
    (warning,) = revocation_warnings(run.stderr)
    assert warning.startswith(
        f"Not revoked, and valid until they expire: {token_id}, {token_id} (refresh token). The service does not accept"
    )
    assert "HTTP 401" in warning and "tokens:delete" in warning and "client_secret" not in warning
    assert count_revoked(run.stderr) == 0


def test_tokens_requested_on_another_host_are_revoked_here(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path, core: str
) -> None:
    """Also the token of a task that failed there."""
    inventory = with_journal(remote_host, core, tmp_path)
    there = {"delegate_to": remote_host.name}
    tenant.add_fault(operation="ListResourceServers", status=403)
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
    assert len(issued_tokens(tenant)) == 4 == count_revoked(run.stderr) and tenant.revoke_tokens() == 0
    assert "issued" not in run.task("Shown").result["msg"]
    assert run.stdout.count(" was issued to the application ") == 4


def test_forged_token_reports_of_a_host_have_no_effect(
    run_playbook: PlaybookRunner, tenant: Tenant, remote_host: RemoteHost, tmp_path: Path
) -> None:
    """A host makes us revoke only values that it knows, and print no terminal escapes."""
    stranger = tenant.request_token("realms:read")
    claim = {"access_token": "x" * 40, "scopes": ["\x1b[31ma"], "issued_at": 1e12, "lifetime": 60, "id": "\x1b]0;y\x07"}
    claims = [claim, {**claim, "lifetime": 1e400}, {**claim, "scopes": None}, "x", None, {"access_token": ["x"]}]
    inventory = inventory_with_malicious_host(remote_host, "default", tmp_path, {"changed": False, "issued": claims})
    tasks = (task("Asked", TOKEN, READ, delegate_to=remote_host.name), task("Here", TOKEN, READ))
    run = run_playbook(play(*tasks, vars=tenant.variables), inventory=inventory, env=ENABLED, args=["-v"]).succeeded()
    assert run.task("Asked").done and "issued" not in run.task("Asked").result
    assert count_revoked(run.stderr) == 2 and tenant.revoke_tokens() == 1, (
        "its own and the invented one, not the stranger's"
    )
    assert "\x1b" not in run.output and "\x07" not in run.output and "Traceback" not in run.output
    sent = [entry["form"]["token"] for entry in tenant.read_journal(operation="revoke")]
    assert len(sent) == 2 and tenant.digest("x" * 40) in sent and tenant.digest(stranger) not in sent


def test_facts_do_not_redirect_the_revocation(run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path) -> None:
    """Tokens are revoked at their issuer, and no credential is sent elsewhere."""
    with Recorder(refuse_request) as attacker:
        facts = {
            "beyondidentity_issuer": tenant.issuer.replace(tenant.emulator.url, attacker.url),
            "beyondidentity_auth_url": attacker.url,
            "beyondidentity_proxy": attacker.url,
            "beyondidentity_token_cache": "user",
            "ansible_env": {"HTTPS_PROXY": attacker.url},
            "issued": [{"access_token": "x"}],
        }
        modules = reporting_module(tmp_path / "modules", "report", facts)
        tasks = ({"name": "Report", "report": {}}, {"name": "Mint", TOKEN: READ}, {"name": "Read", APPLICATIONS: {}})
        run = run_playbook(
            play(*tasks), env={**ENABLED, **tenant.environment, "ANSIBLE_LIBRARY": str(modules)}
        ).succeeded()
        assert attacker.requests == []
    assert count_revoked(run.stderr) == 2 and tenant.revoke_tokens() == 0
