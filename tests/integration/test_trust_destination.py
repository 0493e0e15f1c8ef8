# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a secret may be sent: not where a managed host says, nor where an inventory says for a credential of the environment."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.support.playbook import PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, local_hosts, lookup, play, reporting_module, task
from tests.support.recorder import Recorder, refuse_request
from tests.support.sign_in_application import SignInApplication

ISSUER_PATH = "/v1/tenants/t/realms/r/applications/a"


@pytest.fixture
def attacker() -> Iterator[Recorder]:
    """Return a server that no secret must reach."""
    with Recorder(refuse_request) as recorder:
        yield recorder


@pytest.fixture
def proxy() -> Iterator[Recorder]:
    """Return a proxy that refuses and records all requests."""
    with Recorder(refuse_request) as recorder:
        yield recorder


def _redirections(attacker: Recorder) -> dict[str, Any]:
    """Return values that would send a secret to the attacker, by option."""
    return {
        "issuer": f"{attacker.url}{ISSUER_PATH}",
        "auth_url": attacker.url,
        "api_url": attacker.url,
        "proxy": attacker.url,
        "ca_path": certifi.where(),
        "validate_certs": False,
    }


# Facts that name a destination; the second form also replaces the variables that hold facts.
FACTS = {
    "plain": lambda facts: facts,
    "hiding": lambda facts: {**facts, "ansible_facts": {}, "facts": {}, "ansible_ansible_facts": {}},
    "prefixed": lambda facts: {**facts, **{f"ansible_{name}": "x" for name in facts}},
}


def test_destinations_from_facts_are_ignored(
    run_playbook: PlaybookRunner, tenant: Any, attacker: Recorder, tmp_path: Path, core: str
) -> None:
    """With a warning, whatever the source of the secret."""
    facts = {f"beyondidentity_{name}": value for name, value in _redirections(attacker).items()}
    for form, make in FACTS.items():
        reporting_module(tmp_path / "library", f"report_{form}", make(facts))
    secret = {name: value for name, value in tenant.variables.items() if name.endswith(("_id", "_secret"))}
    tasks = (
        task("Module", APPLICATIONS),
        lookup("Lookup"),
        task("Secret from a variable", TOKEN, READ, vars=secret),
    )
    plays = [play(task("Report", f"report_{form}"), *tasks, hosts=form) for form in FACTS]
    env = {**tenant.environment, "ANSIBLE_LIBRARY": str(tmp_path / "library")}
    run = run_playbook(plays, inventory=local_hosts({form: {} for form in FACTS}), env=env, core=core).succeeded()
    assert attacker.requests == []
    for form in FACTS:
        assert {name: run.task(name, form).done for name in ("Module", "Lookup", "Secret from a variable")} == {
            "Module": True,
            "Lookup": True,
            "Secret from a variable": True,
        }
    for name in facts:
        assert f"{name} is ignored: a managed host reported it as a fact" in " ".join(run.output.split())


def test_destinations_from_set_fact_count(run_playbook: PlaybookRunner, tenant: Any) -> None:
    """The playbook sets them, not a managed host."""
    run = run_playbook(
        play(task("Set", "ansible.builtin.set_fact", tenant.variables), task("Module", APPLICATIONS))
    ).succeeded()
    assert run.task("Module").done


def test_a_credential_of_the_environment_is_not_redirected(
    run_playbook: PlaybookRunner, tenant: Any, attacker: Recorder
) -> None:
    """Every other source of a destination is refused, and nothing is sent."""
    expected: dict[str, list[str]] = {}
    tasks = []
    for name, value in _redirections(attacker).items():
        variable = {f"beyondidentity_{name}": value}
        for title, made in (
            (f"{name} from a variable", task("", APPLICATIONS, vars=variable)),
            (f"{name} from the task", task("", APPLICATIONS, {name: value})),
            (
                f"{name} from the task's environment",
                task("", APPLICATIONS, environment={f"BEYONDIDENTITY_{name.upper()}": str(value)}),
            ),
            (f"{name} from a variable, lookup", lookup("", vars=variable)),
            (f"{name} from the task, lookup", lookup("", f"{name}={value!r}")),
        ):
            tasks.append({**made, "name": title})
            expected[title] = title.removesuffix(", lookup").split(" from ")
    run = run_playbook(play(*tasks), env=tenant.environment).succeeded()
    for title, (name, source) in expected.items():
        message = str(run.task(title).result["msg"])
        assert run.task(title).status == "ignored", title
        assert f"The credential is from the environment, but {name} is from {source}" in message, (title, message)
    assert attacker.requests == [] and tenant.read_journal() == []


def test_project_variables_do_not_redirect_the_environments_credential(
    run_playbook: PlaybookRunner, tenant: Any, attacker: Recorder, tmp_path: Path
) -> None:
    """From host, group, play or role."""
    variable = f"beyondidentity_api_url: {attacker.url}\n"
    inventory, defaults = tmp_path / "inventory", tmp_path / "roles" / "r" / "defaults"
    for folder in (inventory / "group_vars", defaults):
        folder.mkdir(parents=True)
    places = ("host", "group", "group-vars", "play", "role")
    hosts = "".join(f"{place} ansible_connection=local\n" for place in places[1:])
    hosts = f"host ansible_connection=local beyondidentity_api_url={attacker.url}\n{hosts}"
    groups = f"[one]\ngroup\n[one:vars]\nbeyondidentity_api_url={attacker.url}\n[another]\ngroup-vars\n"
    (inventory / "hosts").write_text(hosts + groups, encoding="utf-8")
    (inventory / "group_vars" / "another.yml").write_text(variable, encoding="utf-8")
    (defaults / "main.yml").write_text(variable, encoding="utf-8")
    plays = [play(task("Module", APPLICATIONS), hosts=place) for place in places]
    plays[3]["vars"] = {"beyondidentity_api_url": attacker.url}
    plays[4]["roles"] = ["r"]
    env = {**tenant.environment, "ANSIBLE_ROLES_PATH": str(tmp_path / "roles")}
    run = run_playbook(plays, inventory=inventory, env=env).succeeded()
    for place in places:
        message = run.task("Module", place).result["msg"]
        assert "api_url is from a variable, which could send the credential to another server" in message, place
    assert attacker.requests == [] and tenant.read_journal() == []


# Issuers' hosts, and where a credential of the environment may be sent for them. `!` marks what is not theirs.
HOSTS = {
    "https://auth-us.beyondidentity.com": "auth-us.beyondidentity.com:443",
    "https://auth-eu.beyondidentity.com": "auth-eu.beyondidentity.com:443",
    "https://auth-eu.beyondidentity.com:443": "auth-eu.beyondidentity.com:443",
    "https://auth.us1.beyondidentity-gov.com": "auth.us1.beyondidentity-gov.com:443",
    "https://auth-eu.beyondidentity.com:8443": "!could send the credential to another server",
    "https://auth-eu.beyondidentity.com.invalid": "!could send the credential to another server",
    "https://x-auth-eu.beyondidentity.com": "!could send the credential to another server",
    "https://beyondidentity.com": "!could send the credential to another server",
    "https://auth-eu.beyondidentity.com@issuer.invalid": "!could send the credential to another server",
    "https://issuer.invalid/auth-eu.beyondidentity.com": "!could send the credential to another server",
    "http://auth-eu.beyondidentity.com": "!could send the credential to another server",
}


def test_regional_hosts_are_compared_by_exact_origin(
    run_playbook: PlaybookRunner, tenant: Any, proxy: Recorder
) -> None:
    """A variable can name a regional host for the environment's credential, but no similar name."""
    env = {name: value for name, value in tenant.environment.items() if name.endswith(("_ID", "_SECRET"))} | {
        "HTTPS_PROXY": proxy.url
    }
    tasks = [
        task(host, TOKEN, {**READ, "retries": 0}, vars={"beyondidentity_issuer": host + ISSUER_PATH}) for host in HOSTS
    ]
    run = run_playbook(play(*tasks), env=env).succeeded()
    for host, expected in HOSTS.items():
        message = run.task(host).result["msg"]
        assert (expected[1:] if expected.startswith("!") else "proxy") in message, (host, message)
    assert [seen.path for seen in proxy.requests] == [
        expected for expected in HOSTS.values() if not expected.startswith("!")
    ]


def test_http_is_refused_except_to_loopback(run_playbook: PlaybookRunner, tenant: Any, proxy: Recorder) -> None:
    """Nothing is sent to other hosts, not even through a proxy."""
    hosts = {
        "issuer.invalid": "not encrypted",
        "127.0.0.1.invalid": "not encrypted",
        "localhost.invalid": "not encrypted",
        "192.0.2.1": "not encrypted",
    }
    secret = {name: value for name, value in tenant.variables.items() if name.endswith(("_id", "_secret"))}
    tasks = [task(host, TOKEN, {**READ, "issuer": f"http://{host}{ISSUER_PATH}", "retries": 0}) for host in hosts]
    tasks += [
        task(f"api {host}", APPLICATIONS, {"issuer": tenant.issuer, "api_url": f"http://{host}"}) for host in hosts
    ]
    tasks.append(task("localhost", TOKEN, {**READ, "issuer": tenant.issuer.replace("127.0.0.1", "localhost")}))
    names = {name: proxy.url for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY")}
    run = run_playbook(play(*tasks, vars=secret), env=names).succeeded()
    for host, expected in hosts.items():
        assert expected in run.task(host).result["msg"] and expected in run.task(f"api {host}").result["msg"]
    assert run.task("localhost").done, run.task("localhost").result
    assert proxy.requests == []


def test_a_tokens_issuer_claim_names_no_new_host(
    run_playbook: PlaybookRunner, attacker: Recorder, proxy: Recorder
) -> None:
    """The claim is not verified; it can only select a regional host."""

    def token(issuer: str) -> str:
        claims = base64.urlsafe_b64encode(json.dumps({"iss": issuer + ISSUER_PATH}).encode()).decode().rstrip("=")
        return f"eyJhbGciOiJSUzI1NiJ9.{claims}.c2lnbmF0dXJl"

    hosts = {
        "evil": attacker.url,
        "near": "https://auth-eu.beyondidentity.com.invalid",
        "regional": "https://auth-eu.beyondidentity.com",
    }
    tasks = [task(name, APPLICATIONS, {"access_token": token(host), "retries": 0}) for name, host in hosts.items()]
    run = run_playbook(play(*tasks), env={"HTTPS_PROXY": proxy.url}).succeeded()
    assert all("issuer is missing" in run.task(name).result["msg"] for name in ("evil", "near"))
    assert attacker.requests == []
    assert [seen.path for seen in proxy.requests] == ["api-eu.beyondidentity.com:443"]


def test_a_users_token_is_sent_only_where_the_user_signed_in_for(
    run_playbook: PlaybookRunner, tenant: Any, attacker: Recorder
) -> None:
    """A public application needs no secret, so its name alone must not redirect the token."""
    application = SignInApplication.of(tenant, public=True)
    given = {**application.options_after_sign_in("applications:read"), "token_cache": "user"}
    kept = run_playbook(play(task("Keep", TOKEN, given)), extra_vars=application.variables).succeeded()
    elsewhere = [
        task(name, APPLICATIONS, vars={f"beyondidentity_{name}": _redirections(attacker)[name]})
        for name in ("api_url", "ca_path")
    ]
    variables = {**application.variables, "beyondidentity_grant_type": "authorization_code"}
    run = run_playbook(
        play(*elsewhere, task("There", APPLICATIONS), vars=variables), env={"HOME": str(kept.home)}
    ).succeeded()
    for made in elsewhere:
        assert "No sign-in is stored" in run.task(made["name"]).result["msg"]
    assert run.task("There").done and attacker.requests == []
