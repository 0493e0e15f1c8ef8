# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook and the module whoami: each wrong setting is named, with what to do, and no secret is shown."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest
import trustme
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import host_name
from tests.support.sign_in_application import SignInApplication
from tests.unit.raw_servers import ConnectProxy, find_free_port, run_raw_server

PLAYBOOK = "beyondidentity.management.whoami"
MODULE = PLAYBOOK  # of the same name
PATH = "/v1/tenants/t/realms/r/applications/a"
US = f"https://auth-us.beyondidentity.com{PATH}"
ELSEWHERE = f"https://auth.example.com{PATH}"
GUESTS = {"body": "<html>Sign in to the guest network</html>", "headers": {"Content-Type": "text/html"}}
WRONG_SECRET, PROXY_PASSWORD, VAULTED_SECRET = "wR0ng-s3cret-Qx7", "pr0xy-Passw0rd-Zk4", "vau1ted-s3cret-Lm9"


class Vaulted(str):
    """A text that YAML tags as vaulted."""


yaml.SafeDumper.add_representer(Vaulted, lambda dumper, text: dumper.represent_scalar("!vault", text, style="|"))


@dataclass(frozen=True)
class Setting:
    """A wrong setting, and words of the message; `{name}` stands for a value of `Places`."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    """They replace the tenant's own. None removes an option."""
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    """Words of other causes."""
    fault: dict[str, Any] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    is_secure: bool = False
    """Whether the tenant is behind TLS."""
    requests: int = 0
    """The number of requests that the tenant gets."""


def option(name: str, value: Any, *says: str, **more: Any) -> Setting:
    """Return a setting that is wrong because of one option."""
    return Setting(f"{name} {str(value)[:60]}", {name: value}, says, **more)


CONSOLE = "External Protocol"
CLIENT = "Check that client_id, client_secret"
ONCE = {"retries": 0, "timeout": 1}
NOTHING = dict.fromkeys(("issuer", "client_id", "client_secret", "api_url"))
WRONG_SETTINGS = [
    # missing
    Setting("nothing", NOTHING, ("issuer is missing", "Set client_id and client_secret with it", "open Apps", CONSOLE)),
    option("issuer", None, "issuer is missing", "beyondidentity_issuer", "BEYONDIDENTITY_ISSUER", CONSOLE),
    option("client_id", None, "client_id is missing", "BEYONDIDENTITY_CLIENT_ID", CONSOLE),
    option("client_secret", None, "client_secret is missing", "BEYONDIDENTITY_CLIENT_SECRET", CONSOLE),
    option("api_url", None, "api_url is missing", "in none of Beyond Identity's regions", "Set api_url"),
    Setting("a tenant alone", {"issuer": None, "tenant_id": "t"}, ("auth_realm_id is missing", "Or set issuer")),
    option("client_secret", "", "beyondidentity_client_secret is empty", "Set a value, or remove it"),
    # wrong credentials
    Setting("wrong secret", {"client_secret": WRONG_SECRET}, ("HTTP 401 invalid_client", CLIENT, CONSOLE), requests=1),
    option("client_id", "nobody", "HTTP 401 invalid_client", CLIENT, requests=1),
    option(
        "client_id", "{application_id}", "invalid_client", "is the ID of the application", never=(CLIENT,), requests=1
    ),
    Setting(
        "blank", {"client_secret": "{client_secret} "}, ("begins or ends with a blank",), never=(CLIENT,), requests=1
    ),
    Setting("newline", {"client_secret": "{client_secret}\n"}, ("client_secret contains a line break", "| trim")),
    option("client_auth_method", "none", "for public applications", "set client_auth_method to client_secret_basic"),
    option("client_auth_method", "basic", "client_auth_method is 'basic'", "must be one of client_secret_basic"),
    option(
        "client_id", "check-mode-client_id-0123456789abcdef", "comes from a run in check mode", "without check mode"
    ),
    Setting(
        "vault", {"client_secret": Vaulted()}, ("beyondidentity_client_secret: it is vaulted", "--vault-password-file")
    ),
    Setting(
        "no sign-in", {"grant_type": "authorization_code"}, ("No sign-in is stored", "beyondidentity.management.login")
    ),
    Setting(
        "not allowed to use the grant",
        {},
        ("unauthorized_client", "grant types do not include this grant type. Add it"),
        fault={"operation": "token", "status": 400, "error": "unauthorized_client"},
        requests=1,
    ),
    # a wrong issuer
    option(
        "issuer", "{other_issuer}", "HTTP 401 invalid_client", "belong to the application that issuer names", requests=1
    ),
    option(
        "issuer", "{other_realm}", "HTTP 404", "Check the issuer's region, tenant, realm", never=(CLIENT,), requests=1
    ),
    option("issuer", "{other_tenant}", "HTTP 404", "Check the issuer's region, tenant, realm", never=(CLIENT,)),
    option("issuer", ELSEWHERE.replace("https", "http"), "is not encrypted", "Use https://"),
    option("issuer", f"{ELSEWHERE}/tokens", "is not an application's URL", "Use the form https://auth-us"),
    option(
        "issuer", "https://console-us.beyondidentity.com/t/apps", "a page of the Admin Console", "Open Apps", CONSOLE
    ),
    option("issuer", US.replace("auth-us", "api-us"), "is the Management API, not the authorization server"),
    option("region", "eu", "region is 'eu'", "is in region 'us'", "Remove one of the two"),
    option("tenant_id", "other", "tenant_id is 'other', but issuer says", "Remove one of the two"),
    Setting(
        "another pinned realm",
        {},
        ("BEYONDIDENTITY_PINNED_REALM_ID limits this run to the realm 0123456789abcdef", "Set realm_id to"),
        environment={"BEYONDIDENTITY_PINNED_REALM_ID": "0123456789abcdef"},
    ),
    # the network
    option(
        "issuer",
        f"https://nowhere.invalid{PATH}",
        "cannot connect to https://nowhere.invalid",
        "host name",
        "DNS|issuer",
    ),
    option("issuer", f"http://127.0.0.1:{{closed}}{PATH}", "(connection refused)", "Check the host and the port"),
    option("api_url", "http://127.0.0.1:{closed}", "GetApplication at", "(connection refused)", requests=1),
    Setting(
        "closed proxy", {"proxy": "http://127.0.0.1:{closed}"}, ("the proxy refused the connection", "Check the host")
    ),
    Setting(
        "refusing proxy",
        {"proxy": f"http://me:{PROXY_PASSWORD}@127.0.0.1:{{refusing}}"},
        ("requires a valid user name and password (HTTP 407)", "Set proxy or HTTPS_PROXY to"),
    ),
    Setting("malformed proxy", {"proxy": f"me:{PROXY_PASSWORD}@:port"}, ("not a valid proxy URL", "Use the form")),
    Setting(
        "timeout",
        ONCE,
        ("no complete response from", "within 1 seconds", "increase timeout"),
        fault={"operation": "token", "delay": 3},
        requests=1,
    ),
    Setting(
        "another server",
        {},
        ("HTTP 200, text/html", "is not a JSON object", "A server other than Beyond Identity may have responded"),
        fault={"operation": "token", **GUESTS},
        requests=1,
    ),
    Setting(
        "redirect",
        {},
        ("responded with a redirect (HTTP 302)", "Check issuer and api_url"),
        fault={"operation": "token", "redirect": "https://guests.example.com/"},
        requests=1,
    ),
    Setting(
        "API of another region",
        {},
        ("HTTP 401", "api_url belongs to another region or service than issuer"),
        fault={"operation": "GetApplication", "status": 401},
        requests=2,
    ),
    # TLS
    option("ca_path", None, "authority is not trusted", "set ca_path to a file", is_secure=True),
    option(
        "ca_path", "/nowhere/ca.pem", "Cannot read ca_path '/nowhere/ca.pem'", "Check that the file", is_secure=True
    ),
    option(
        "issuer", f"https://127.1:{{secure}}{PATH}", "is for another", "Check the host name in issuer", is_secure=True
    ),
    Setting(
        "expired certificate",
        {"issuer": f"https://127.0.0.1:{{expired}}{PATH}", "ca_path": "{expired_ca}"},
        ("the certificate has expired", "Check this machine's clock", "new certificate"),
    ),
    option("issuer", f"https://127.0.0.1:{{plain}}{PATH}", "does not use TLS on this port", "Check the port"),
]
PROXIED = ("closed proxy", "refusing proxy", "malformed proxy")
"""They need a host that is not on this machine."""


@dataclass(frozen=True)
class Places:
    """Ports of servers, and a file."""

    closed: int
    refusing: int
    secure: int
    expired: int
    plain: int
    expired_ca: str


@pytest.fixture(scope="module")
def places(emulator: Emulator, tls_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Start a proxy that refuses all credentials, and a server with an expired certificate."""
    authority, path = trustme.CA(), tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    valid = {
        "not_before": datetime(2019, 1, 1, tzinfo=timezone.utc),
        "not_after": datetime(2020, 1, 1, tzinfo=timezone.utc),
    }
    authority.issue_cert("127.0.0.1", **valid).configure_cert(context)
    with run_raw_server(ConnectProxy(None)) as proxy, run_raw_server(lambda connection: None, context) as expired:
        secure, plain = (int(one.url.rpartition(":")[2]) for one in (tls_emulator, emulator))
        yield Places(find_free_port(), proxy.port, secure, expired.port, plain, str(path))


@dataclass(frozen=True)
class Result:
    """A run with a host for each setting, and their tenants."""

    run: PlaybookRun
    tenants: dict[str, Tenant]


def build_variables(setting: Setting, tenant: Tenant, places: Places) -> dict[str, Any]:
    """Return the variables of a setting's host."""
    (other,) = tenant.seed(applications=1)["applications"]
    base, _slash, own = tenant.issuer.rpartition("/")
    values = {
        **vars(tenant),
        **vars(places),
        "other_issuer": f"{base}/{other}",
        "other_realm": tenant.issuer.replace(tenant.realm_id, "0123456789abcdef"),
        "other_tenant": tenant.issuer.replace(tenant.tenant_id, "0123456789abcdef"),
    }
    given = {name.removeprefix("beyondidentity_"): value for name, value in tenant.variables.items()}
    if setting.name in PROXIED or "region" in setting.options:
        given = {**given, "issuer": US, "api_url": None, "retries": 0}
    given = {**given, **setting.options}
    if "issuer" in setting.options or setting.name in PROXIED:
        given = {"retries": 0, **given}
    return {
        "ansible_connection": "local",
        "setting_environment": setting.environment,
        **{f"beyondidentity_{name}": fill(value, values) for name, value in given.items() if value is not None},
    }


def fill(value: Any, values: dict[str, Any]) -> Any:
    """Return a value with the names in it replaced."""
    if isinstance(value, Vaulted):
        return Vaulted(VaultLib(secrets=[("default", VaultSecret(b"not given"))]).encrypt(VAULTED_SECRET).decode())
    if isinstance(value, str):
        for name in (name for name in values if f"{{{name}}}" in value):
            value = value.replace(f"{{{name}}}", str(values[name]))
    return value


@pytest.fixture(scope="module")
def wrong_settings(
    shared_run_playbook: PlaybookRunner,
    emulator: Emulator,
    tls_emulator: Emulator,
    places: Places,
    tmp_path_factory: pytest.TempPathFactory,
    core: str,
) -> Result:
    """Try all wrong settings in one run, at the highest verbosity."""
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "host_vars").mkdir()
    tenants = {item.name: (tls_emulator if item.is_secure else emulator).create_tenant() for item in WRONG_SETTINGS}
    for setting in WRONG_SETTINGS:
        tenant = tenants[setting.name]
        variables = build_variables(setting, tenant, places)
        if setting.fault:
            tenant.add_fault(**setting.fault)
        file = folder / "host_vars" / f"{host_name(setting.name)}.yml"
        file.write_text(yaml.safe_dump(variables, width=1000), encoding="utf-8")
    hosts = {host_name(setting.name): None for setting in WRONG_SETTINGS}
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    task = {"name": "Who", MODULE: {}, "environment": "{{ setting_environment }}", "ignore_errors": True}
    play = {"hosts": "all", "gather_facts": False, "strategy": "ansible.builtin.free", "tasks": [task]}
    run = shared_run_playbook(play, inventory=folder / "hosts.yml", args=["-vvvv", "-f", "8"], core=core).succeeded()
    return Result(run, tenants)


def test_there_are_enough_wrong_settings() -> None:
    """With names of their own."""
    assert len({host_name(setting.name) for setting in WRONG_SETTINGS}) == len(WRONG_SETTINGS) >= 25


@pytest.mark.parametrize("setting", WRONG_SETTINGS, ids=lambda setting: setting.name)
def test_a_wrong_setting_is_named(wrong_settings: Result, setting: Setting) -> None:
    """The message names the one cause, and what to do."""
    result = wrong_settings.run.task("Who", host_name(setting.name))
    message = str(result.result.get("msg", ""))
    assert result.status == "ignored", message
    missing = [words for words in setting.says if not any(word in message for word in words.split("|"))]
    assert missing == [], message
    assert [words for words in setting.never if words in message] == [], message
    assert "\n" not in message.strip() and "bug in the collection" not in message
    assert len(wrong_settings.tenants[setting.name].read_journal()) == setting.requests


def test_wrong_settings_show_no_secret(wrong_settings: Result) -> None:
    """And no e-mail address."""
    run = wrong_settings.run
    shown = run.output + json.dumps([result.result for result in run.results])
    known = [tenant.client_secret for tenant in wrong_settings.tenants.values()]
    assert [secret for secret in (*known, WRONG_SECRET, PROXY_PASSWORD, VAULTED_SECRET) if secret in shown] == []
    assert "Traceback" not in shown and "@example.com" not in shown


def summary(run: PlaybookRun) -> list[str]:
    """Return the lines that the playbook shows."""
    lines: list[str] = run.task("Show who authenticates").result["msg"]
    return lines


def test_with_nothing_set_the_playbook_says_what_to_set(run_playbook: PlaybookRunner, core: str) -> None:
    """Once, from an empty home folder."""
    run = run_playbook(PLAYBOOK, core=core).failed()
    (line,) = summary(run)
    assert line.startswith("Failed: issuer is missing.") and "open Apps in the Admin Console" in line
    assert run.output.count("issuer is missing") == 1
    assert "Use the advice in the first line of the previous task" in run.output


def test_the_playbook_shows_who_authenticates_and_what_is_granted(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """With and without --check."""
    tested = {"whoami_scopes": ["realms:read", "realm:read"], "whoami_operations": ["ListGroups"]}
    texts = []
    for arguments in ([], ["--check"]):
        run = run_playbook(PLAYBOOK, env=tenant.environment, extra_vars=tested, args=arguments, core=core).succeeded()
        texts.append(summary(run))
    lines, checked = texts
    assert lines == checked and lines[0] == "The service accepts the credentials."
    assert f"Application: {tenant.application_id}, in the realm {tenant.realm_id}" in lines[1]
    assert "Set by: the environment: api_url, client_id, client_secret, issuer." in lines
    assert "Scopes granted: groups:read, realms:read." in lines
    assert "Clock: equal to the clock of the service." in lines
    assert any(
        line.startswith("Scopes not granted: realm:read (") and "Did you mean realms:read" in line for line in lines
    )
    assert "Lifetime of tokens in seconds: 3600 requested, 3600 granted, 86400 allowed." in lines
    assert tenant.client_secret not in "\n".join(lines)
    assert {entry["operation"] for entry in tenant.read_journal()} == {"token", "GetApplication"}


def test_the_playbook_shows_a_failure_once_with_the_settings(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """So the reader can compare them."""
    env = {**tenant.environment, "BEYONDIDENTITY_CLIENT_SECRET": WRONG_SECRET}
    run = run_playbook(PLAYBOOK, env=env, args=["-vvvv"], core=core).failed()
    lines = summary(run)
    assert lines[0].startswith("Failed: ") and "invalid_client" in lines[0]
    assert f"Authorization server: {tenant.api_url}. Region: none." in lines
    quiet = run_playbook(PLAYBOOK, env=env, core=core).failed()
    assert quiet.output.count("invalid_client") == 1
    assert WRONG_SECRET not in run.output + quiet.output


def test_a_wrong_clock_is_a_warning_with_its_seconds(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The credentials are right, so the playbook does not fail."""
    tenant.change_settings(clock_offset=-3600)
    run = run_playbook(PLAYBOOK, env=tenant.environment, core=core).succeeded()
    warnings = " ".join(run.stderr.split())
    assert "seconds ahead of the clock of the service" in warnings and "NTP" in warnings
    (line,) = (line for line in summary(run) if line.startswith("Clock: "))
    assert int(line.split()[1]) in range(3598, 3700)


def test_the_sources_of_settings_are_shown(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The strongest first; a weaker source's credentials do not count."""
    given = {name.removeprefix("beyondidentity_"): value for name, value in tenant.variables.items()}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/beyondidentity.management.all": {"issuer": given["issuer"], "timeout": 20}},
        "vars": {
            "beyondidentity_client_id": given["client_id"],
            "beyondidentity_client_secret": given["client_secret"],
        },
        "tasks": [
            {
                "name": "Who",
                MODULE: {"api_url": given["api_url"]},
                "environment": {"BEYONDIDENTITY_RETRIES": "1", "BEYONDIDENTITY_CLIENT_ID": "other"},
            }
        ],
    }
    run = run_playbook(play, env={"BEYONDIDENTITY_RETRY_MAX_WAIT": "5"}).succeeded()
    assert run.task("Who").result["whoami"]["sources"] == [
        {"source": "the task", "options": ["api_url", "issuer", "timeout"]},
        {"source": "a variable", "options": ["client_id", "client_secret"]},
        {"source": "the task's environment", "options": ["retries"]},
        {"source": "the environment", "options": ["retry_max_wait"]},
    ]


def test_the_playbook_shows_a_stored_sign_in_without_its_user(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """By ID and expiry."""
    application = SignInApplication.of(tenant)
    variables = {**application.variables, "beyondidentity_token_cache": "user"}
    sign_in = {"name": "Sign in", "beyondidentity.management.token": application.options_after_sign_in("realms:read")}
    first = {"hosts": "localhost", "gather_facts": False, "tasks": [sign_in]}
    plays = [first, {"ansible.builtin.import_playbook": PLAYBOOK}]
    extra = {**variables, "beyondidentity_grant_type": "authorization_code", "whoami_scopes": ["realms:read"]}
    run = run_playbook(plays, extra_vars=extra, args=["-vvvv"]).succeeded()
    lines = summary(run)
    assert "Scopes granted: realms:read." in lines and lines[0] == "The service accepts the credentials."
    (line,) = (line for line in lines if line.startswith("Stored sign-ins: "))
    assert ", expires at " in line
    assert "pat@example.com" not in run.output and (application.client_secret or "?") not in run.output


def test_a_delegated_task_checks_from_the_other_host(
    run_playbook: PlaybookRunner, remote_host: Any, tenant: Tenant
) -> None:
    """It knows no sources."""
    task = {"name": "Who", MODULE: {"scopes": ["realms:read"]}, "delegate_to": remote_host.name}
    play = {"hosts": "localhost", "gather_facts": False, "vars": tenant.variables, "tasks": [task]}
    run = run_playbook(play, inventory=remote_host.inventory(), args=["-vvvv"]).succeeded()
    found = run.task("Who").result["whoami"]
    assert found["verified"] and found["sources"] == [] and found["scopes"][0]["granted"]
    assert tenant.client_secret not in run.output
