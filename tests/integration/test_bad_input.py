# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error ends in one clear message, or in success after a retry, for the modules and for the lookup."""

from __future__ import annotations

from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.cases import TOKENS, Case, run_cases
from tests.support.playbook import PlaybookRunner
from tests.support.plays import READ, TOKEN, play, task

APPLICATION = ("application",)
ELSEWHERE = "https://auth.example.com/v1/tenants/t/realms/r/applications/a"
LOOKUP = "{{ lookup('beyondidentity.management.token', 'realms:read') }}"


def option(name: str, value: Any, *says: str, **more: Any) -> Case:
    """Return a case of one variable with a bad value."""
    return Case(f"{name} {value}", {f"beyondidentity_{name}": value}, says=says, **more)


OPTIONS = [
    option("issuer", None, "issuer is missing", "beyondidentity_issuer", "External Protocol"),
    option("client_id", None, "client_id is missing", "BEYONDIDENTITY_CLIENT_ID"),
    option("client_secret", None, "client_secret is missing", "BEYONDIDENTITY_CLIENT_SECRET"),
    option("api_url", None, "api_url is missing", "none of Beyond Identity's regions", tasks=APPLICATION),
    option("client_secret", "", "beyondidentity_client_secret is empty", "or remove it"),
    option("client_secret", ["a"], "beyondidentity_client_secret must be text"),
    option("client_secret", 12345, "beyondidentity_client_secret must be text", "Write the value in quotes"),
    option("issuer", "", "beyondidentity_issuer is empty"),
    option("issuer", "our tenant", "issuer: 'our tenant'", "/v1/tenants/TENANT/realms/REALM"),
    option("issuer", ELSEWHERE.rpartition("/")[0], "is not an application's URL", "The Admin Console shows the URL"),
    option("issuer", ELSEWHERE.replace("https", "http"), "is not encrypted", "https://"),
    option("issuer", ELSEWHERE.replace("//", "//me:word@"), "must not have a user name or password"),
    option("issuer", ELSEWHERE.replace("/t/", "/../"), "is not a valid ID"),
    option("issuer", ELSEWHERE + "?realm=r", "'a?realm=r' is not a valid ID"),
    option("api_url", "api.example.com", "api_url: 'api.example.com' is not a valid URL", "https://host"),
    option("region", "mars", "beyondidentity_region is 'mars'", "us, eu, fedramp"),
    Case(
        "contradictory region",
        {
            "beyondidentity_region": "eu",
            "beyondidentity_issuer": ELSEWHERE.replace("auth.example", "auth-us.beyondidentity"),
        },
        says=("region is 'eu'", "is in region 'us'", "Remove one of the two"),
    ),
    option("tenant_id", "other", "tenant_id is 'other', but issuer says"),
    option("realm_id", "../realms", "realm_id: '../realms' is not a valid ID"),
    option("timeout", "long", "beyondidentity_timeout is 'long'", "whole number"),
    option("timeout", 0, "timeout must be at least 1"),
    option("retries", -1, "retries must be at least 0"),
    option("validate_certs", "perhaps", "'perhaps'", "must be true or false"),
    option("ca_path", "/nowhere/ca.pem", "Cannot read ca_path '/nowhere/ca.pem'"),
    option("client_key", "/etc/hostname", "client_key is set, but client_cert is not"),
    option("client_auth_method", "none", "for public applications", "RFC 6749"),
    option("client_auth_method", "magic", "client_secret_basic, client_secret_post, none"),
    option("token_cache", "forever", "must be one of run, user, none"),
    option("client_id", "{{ nobody_set_this }}", "Cannot use the variable beyondidentity_client_id", "nobody_set_this"),
    option("client_id", LOOKUP, "uses the token lookup, which needs the same variable"),
]


def test_wrong_options_are_refused_before_any_request(
    run_playbook: PlaybookRunner, emulator: Emulator, core: str
) -> None:
    """Missing, malformed or contradictory options."""
    tenants = run_cases(run_playbook, emulator, OPTIONS, core)
    assert [name for name, tenant in tenants.items() if tenant.read_journal()] == []


def test_a_secret_that_native_jinja_rounds_is_refused(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """With native Jinja, ansible-core 2.16 reads the result of a template as a Python literal."""
    variables = {**tenant.variables, "text": "12e5", "beyondidentity_client_secret": "{{ text }}"}
    tasks = [
        task("Secret", TOKEN, READ),
        task("Argument", "beyondidentity.management.introspect", {"token": "{{ text }}"}),
    ]
    env = {"ANSIBLE_JINJA2_NATIVE": "true"}
    run = run_playbook(play(*tasks), extra_vars=variables, env=env, core=core).succeeded()
    messages = [str(run.task(name).result.get("msg")) for name in ("Secret", "Argument")]
    is_rounded = core == "oldest"
    assert ["must be text, but is a number" in message for message in messages] == [is_rounded] * 2
    assert "1200000" not in run.output
    assert bool(tenant.read_journal()) is not is_rounded, "newer versions keep the text"


def server(name: str, fault: dict[str, Any], *says: str, requests: int | None = 3, **variables: Any) -> Case:
    """Return a case of a token endpoint that misbehaves; each of the three tasks makes one request by default."""
    given = {f"beyondidentity_{option}": value for option, value in variables.items()}
    return Case(name, given, {"grant": "client_credentials", **fault} if fault else None, says, requests=requests)


LOOKUP_SHARES = None  # two requests, or three if the lookup is evaluated more than 10 seconds after the task before it
NOWHERE = "http://127.0.0.1:9"
ONCE = {"retries": 0, "timeout": 1}
GUESTS = {"body": "<html>Sign in to the guest network</html>", "headers": {"Content-Type": "text/html"}}
LONG, TOO_LONG = {"status": 429, "headers": {"RateLimit-Reset": "3600"}}, {"Retry-After": "9" * 40}
IN_2099 = {"status": 503, "headers": {"Retry-After": "Thu, 31 Dec 2099 23:59:59 GMT"}}
SERVERS = [
    server(
        "wrong secret",
        {},
        "HTTP 401 invalid_client",
        "Check that client_id, client_secret",
        requests=LOOKUP_SHARES,
        client_secret="wrong-secret",
    ),
    server(
        "wrong client",
        {},
        "HTTP 401 invalid_client",
        "that issuer names",
        requests=LOOKUP_SHARES,
        client_id="nobody",
    ),
    server("odd secret", {}, "HTTP 401 invalid_client", requests=LOOKUP_SHARES, client_secret="p:ä%+ &=\"'#"),
    server("no application", {}, "Check the issuer", issuer="{tenant}/realms/no/applications/no"),
    server(
        "unreachable",
        {},
        "cannot connect to",
        "that the server is running",
        requests=0,
        issuer=f"{NOWHERE}/v1/tenants/t/realms/r/applications/a",
        retries=1,
    ),
    server(
        "unknown host",
        {},
        "https://nowhere.invalid",
        "in your network, set proxy",
        requests=0,
        issuer=ELSEWHERE.replace("auth.example.com", "nowhere.invalid"),
        retries=0,
    ),
    Case(
        "API unreachable",
        {"beyondidentity_api_url": NOWHERE, "beyondidentity_retries": 1},
        says=("ListApplications", "cannot connect to"),
        tasks=APPLICATION,
    ),
    server("slow", {"delay": 4}, "within 1 seconds", "To wait longer, increase timeout", **ONCE),
    server("drop by drop", {"drip": 0.3}, "within 1 seconds", **ONCE),
    server("slow head", {"drip": 0.3, "drip_part": "head"}, "within 1 seconds", **ONCE),
    server("HTML", GUESTS, "HTTP 200, text/html", "is not a JSON object", "Check issuer and api_url"),
    server("HTML error", {"status": 500, "shape": "html"}, "HTTP 500 server error"),
    server("JSON list", {"json": [1]}, "is not a JSON object"),
    server("empty", {"body": ""}, "is not a JSON object"),
    server("no token", {"merge": {"access_token": None}}, "the response has no access_token. It has expires_in"),
    server("other token", {"merge": {"token_type": "mac"}}, "token_type is 'mac', not 'Bearer'"),
    server("cut off", {"truncate": 30}, "closed before the response was complete", requests=6, retries=1),
    server("dropped", {"drop": "reset"}, "closed before the response was complete", requests=6, retries=1),
    server("500", {"status": 500}, "HTTP 500 server_error"),
    server("503", {"status": 503}, "HTTP 503", "Try again later", requests=6, retries=1),
    server("429 for long", LONG, "HTTP 429", "requests a wait of 3600 seconds. To wait that long"),
    server(
        "429 for ever",
        {**LONG, "headers": TOO_LONG},
        "HTTP 429",
        "seconds. Try again after that time.",
    ),
    server("503 until 2099", IN_2099, "HTTP 503", "seconds. Try again after that time."),
    Case(
        "less granted",
        {},
        {"grant": "client_credentials", "merge": {"scope": "realms:read"}},
        ("did not grant applications:read",),
        TOKENS,
    ),
]


def test_server_errors_end_in_one_message(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """After a limited number of attempts."""
    tenants = run_cases(run_playbook, emulator, SERVERS, "default")
    assert [name for name, tenant in tenants.items() if tenant.read_journal(operation="CreateApplication")] == []


PAST = "Sun, 06 Nov 1994 08:49:37 GMT"
NONSENSE = {"Retry-After": "soon", "RateLimit-Reset": "-5"}
RECOVERIES: dict[str, dict[str, Any]] = {
    "429 with RateLimit-Reset": {"status": 429, "headers": {"RateLimit-Reset": "1"}},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "1"}},
    "429 with a date that is past": {"status": 429, "headers": {"Retry-After": PAST}},
    "429 without a word": {"status": 429},
    "429 with nonsense": {"status": 429, "headers": NONSENSE},
    "429 with no number": {"status": 429, "headers": {"Retry-After": "nan", "RateLimit-Reset": "inf"}},
    "502": {"status": 502, "shape": "html"},
    "503": {"status": 503, "headers": {"Retry-After": "0"}},
    "504": {"status": 504, "shape": "empty"},
    "dropped": {"drop": "close"},
    "reset": {"drop": "reset"},
    "cut off": {"truncate": 10},
    "late": {"delay": 8},
}


@pytest.mark.parametrize("where", [{"grant": "client_credentials"}, {"operation": "ListApplications", "skip": 1}])
def test_temporary_errors_are_retried(run_playbook: PlaybookRunner, emulator: Emulator, where: dict[str, Any]) -> None:
    """At the token endpoint, and on a later page of a listing."""

    def prepare(tenant: Tenant) -> None:
        tenant.change_settings(page_size_maximum=2)
        tenant.seed(applications=2)

    patience = {"beyondidentity_timeout": 3}
    cases = [Case(name, patience, {**where, "times": 1, **fault}) for name, fault in RECOVERIES.items()]
    tenants = run_cases(run_playbook, emulator, cases, "default", prepare)
    expected = {"tokens": 2, "pages": 2, "creations": 1}
    expected["pages" if "operation" in where else "tokens"] += 1
    for name, tenant in tenants.items():
        sent = {
            "tokens": len(tenant.read_journal(grant="client_credentials")),
            "pages": len(tenant.read_journal(operation="ListApplications")),
            "creations": len(tenant.read_journal(operation="CreateApplication")),
        }
        assert sent == expected, name


def test_missing_scopes_are_named(run_playbook: PlaybookRunner, emulator: Emulator, tenant: Tenant) -> None:
    """If the application must not grant them, and if a given token does not have them."""
    protocol = {"client_id": "limited", "client_secret": "limited-secret"}
    (limited,) = tenant.seed(applications=1, application={"protocol_config": protocol})["applications"]
    client = {
        "beyondidentity_issuer": f"{tenant.issuer.rpartition('/')[0]}/{limited}",
        "beyondidentity_client_id": "limited",
        "beyondidentity_client_secret": "limited-secret",
        "beyondidentity_api_url": tenant.api_url,
    }
    given = {
        "beyondidentity_access_token": tenant.request_token("realms:read"),
        "beyondidentity_auth_url": tenant.api_url,
        "beyondidentity_issuer": None,
        "beyondidentity_client_id": None,
        "beyondidentity_client_secret": None,
    }
    advice = "Add the missing scopes to the application, or request fewer"
    cases = [
        Case("not allowed", client, says=("HTTP 400 invalid_scope", "Requested scopes: applications:", advice)),
        Case(
            "not in the token",
            given,
            says=("HTTP 403", "ListApplications needs the scopes applications:read"),
            tasks=APPLICATION,
        ),
    ]
    run_cases(run_playbook, emulator, cases, "default")
    assert tenant.read_journal(operation="CreateApplication") == []


def test_certificates_are_verified(run_playbook: PlaybookRunner, tls_emulator: Emulator) -> None:
    """Also against the host's name. A failure is not retried, and nothing is sent."""
    port = tls_emulator.url.rpartition(":")[2]

    def reached(name: str, place: str, *says: str, **variables: Any) -> Case:
        path = "/v1/tenants/t/realms/r/applications/a"
        urls = {"beyondidentity_issuer": f"{place}:{port}{path}", "beyondidentity_api_url": f"{place}:{port}"}
        patience = {"beyondidentity_retries": 10}  # which would take minutes, were the failure tried again
        return Case(name, {**patience, **(urls if place else {}), **variables}, says=says)

    untrusted = "authority is not trusted"
    cases = [
        reached("trusted", ""),
        reached("unknown authority", "", untrusted, "set ca_path", beyondidentity_ca_path=None),
        # another spelling of the address, which the certificate does not hold
        reached("other name", "https://127.1", "the certificate is for another", "for another host name"),
        reached("in clear", "http://127.0.0.1", "http://127.0.0.1", beyondidentity_retries=0),
    ]
    tenants = run_cases(run_playbook, tls_emulator, cases, "default")
    assert {name for name, tenant in tenants.items() if tenant.read_journal()} == {"trusted"}


def test_a_server_without_tls_is_named_as_such(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """The message differs from that for a wrong certificate."""
    issuer = f"{emulator.url.replace('http:', 'https:')}/v1/tenants/t/realms/r/applications/a"
    case = Case(
        "no TLS",
        {"beyondidentity_issuer": issuer, "beyondidentity_retries": 10},
        says=("TLS with https://127.0.0.1", "does not use TLS on this port"),
    )
    (tenant,) = run_cases(run_playbook, emulator, [case], "default").values()
    assert tenant.read_journal() == []
