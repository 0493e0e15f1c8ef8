# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `api` in playbooks: sent and returned secrets, check mode, loops, retries, delegation."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.canary_servers import digest
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.recorder import Recorder, forward_to
from tests.support.remote import journal, with_journal
from tests.support.sshd import RemoteHost

API = "beyondidentity.management.api"
DEBUG = "ansible.builtin.debug"
NAMES = ("sso", "text", "broken", "item", "other", "keyed", "echoed", "listed", "late", "shown")


@pytest.fixture
def canaries() -> dict[str, str]:
    """Return secrets that no output must show."""
    return {name: f"c4nary-{name}-{secrets.token_urlsafe(24)}" for name in NAMES}


@pytest.fixture
def recording_proxy(emulator: Any) -> Iterator[Recorder]:
    """Return a server between the collection and the emulator that records the requests and their sender."""
    with Recorder(forward_to(emulator.url)) as recorder:
        yield recorder


def api(name: str, operation: str, body: Any = None, parameters: Any = None, **keywords: Any) -> dict[str, Any]:
    """Return a task."""
    given = {"operation": operation, "body": body, "parameters": parameters, **keywords.pop("options", {})}
    return task(name, API, {option: value for option, value in given.items() if value is not None}, **keywords)


def user(name: str, secret: str) -> dict[str, Any]:
    """Return a SCIM user with a password, which the service forgets."""
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]
    return {"schemas": schemas, "userName": name, "displayName": name, "password": secret}


def sso(secret: str) -> dict[str, Any]:
    """Return an SSO configuration with secrets at several depths."""
    payload = {"type": "oidc", "okta_token": secret, "more": [{"client_secret": secret, "passwords": [secret]}]}
    return {"sso_config": {"display_name": "Okta", "payload": payload}}


def test_sent_secrets_arrive_whole_and_are_not_shown(
    run_playbook: PlaybookRunner, tenant: Tenant, canaries: dict[str, str], core: str
) -> None:
    """In a body, a loop, an echo, or a prediction of check mode."""
    (identity,) = tenant.seed(identities=1)["identities"]
    tenant.add_fault(operation="CreateSsoConfig", json={"id": "s", "display_name": "Okta"})
    said = f"no: {canaries['echoed']}, {canaries['listed']} and {canaries['item']}"
    tenant.add_fault(operation="UpdateIdentity", status=400, message=said)
    own, secret = {"identity_id": identity}, "{{ canary.%s }}"
    traits = {"identity": {"password": secret % "echoed", "secrets": [secret % "listed", secret % "item"]}}
    tasks = (
        api("Sent", "CreateSsoConfig", sso(secret % "sso")),
        api("Predicted", "CreateSsoConfig", sso(secret % "sso"), check_mode=True, register="predicted"),
        api("As a text", "SCIMCreateUser", "{{ users.text | to_json }}"),
        api("As a broken text", "SCIMCreateUser", "{{ (users.broken | to_json)[:-1] }}"),
        api(
            "Items",
            "SCIMCreateUser",
            user("item-{{ index }}", "{{ item }}"),
            loop=[secret % "item", secret % "other"],
            loop_control={"index_var": "index"},
            register="items",
        ),
        api("Keys", "SCIMCreateUser", user("keyed", "{{ one.password }}"), loop=[{"password": secret % "keyed"}], loop_control={"loop_var": "one"}),
        api("Echo", "UpdateIdentity", traits, own),
        api("Echo in a loop", "UpdateIdentity", traits, own, loop=[1, 2]),
        api("Unusable option", "UpdateIdentity", traits, own, options={"no_such": 1}, loop=[secret % "item"]),
        api("Retried", "UpdateIdentity", traits, own, register="retried", until="retried is success", retries=1, delay=0),
        task("Digest", DEBUG, {"msg": [
            "{{ items.results | map(attribute='item') | map('hash', 'sha256') | list }}",
            "{{ predicted.request.body.sso_config.payload.okta_token | hash('sha256') }}",
        ]}),
        api("Harmless", "CreateGroup", {"group": {"display_name": "Night shift"}}, check_mode=True),
        api("Revealed", "CreateSsoConfig", sso(secret % "shown"), options={"reveal": True}, check_mode=True),
    )  # fmt: skip
    users = {name: user(name, canaries[name]) for name in ("text", "broken")}
    given = {"canary": canaries, "users": users}
    run = run_playbook(
        play(*tasks, vars=tenant.variables), extra_vars=given, args=["-vvvv", "--diff"], core=core
    ).succeeded()

    assert [name for name, canary in canaries.items() if canary in run.output or canary[10:] in run.output] == ["shown"]
    for name in ("Sent", "Predicted", "Items", "Keys"):
        assert run.of(name) and all(result.status == "changed" for result in run.of(name)), name
        assert all("censored" in result.result for result in run.of(name)), name
    assert run.task("As a text").status == "changed", "what is sent is no result"
    assert "argument 'body' is of type" in run.task("As a broken text").result["msg"]
    for name in ("Echo", "Retried"):
        assert run.task(name).result["msg"].count("********") == 3, name
    assert [result.result["msg"].count("********") for result in run.of("Echo in a loop") if result.is_item] == [3, 3]
    assert all("censored" in result.result for result in run.of("Unusable option"))
    assert run.task("Unusable option").status == "ignored"
    assert run.task("Digest").result["msg"] == [
        [digest(canaries["item"]), digest(canaries["other"])],
        digest(canaries["sso"]),
    ]
    request = run.task("Harmless").result["request"]
    assert request == {"method": "POST", "url": f"{tenant.realm_url}/groups", "body": {"group": {"display_name": "Night shift"}}}  # fmt: skip
    assert run.task("Revealed").result["request"]["body"] == sso(canaries["shown"])
    sent = [
        entry["json"] for entry in tenant.read_journal(status=201) + tenant.read_journal(operation="CreateSsoConfig")
    ]
    digests = {name: tenant.digest(canary) for name, canary in canaries.items()}
    assert sent == [
        user("text", digests["text"]),
        user("item-0", digests["item"]),
        user("item-1", digests["other"]),
        user("keyed", digests["keyed"]),
        sso(digests["sso"]),
    ]


def test_returned_secrets_can_be_used_and_are_not_shown(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Registered variables keep them: an application authenticates with the secret that was read."""
    own = {"application_id": tenant.application_id}
    tenant.add_fault(operation="GetApplication", status=404, times=2)
    tenant.add_fault(operation="ListApplications", status=503, times=1)
    config = "{{ read.response.protocol_config.%s }}"
    tasks = (
        api("Retried", "GetApplication", None, own, register="read", until="read is success", retries=3, delay=0),
        api("Waited for", "GetApplication", None, own, register="read", until="read.response.id is defined", retries=1),
        api("Listed", "ListApplications", options={"all_pages": True}, loop=[1, 2], register="listed"),
        api("Failed", "GetApplication", None, {"application_id": "nowhere"}),
        api(
            "Used",
            "GetTenant",
            options={"client_id": config % "client_id", "client_secret": config % "client_secret"},
            vars={"beyondidentity_client_secret": "wrong"},
        ),
        task("Digest", DEBUG, {"msg": [
            "{{ (listed.results | first).response.applications[0].protocol_config.client_secret | hash('sha256') }}",
            "{{ read.response.protocol_config.client_secret | hash('sha256') }}",
            "{{ revealed.response.protocol_config.client_secret | default('not yet') | hash('sha256') }}",
        ]}, vars={"revealed": "{{ read }}"}),
    )  # fmt: skip
    run = run_playbook(play(*tasks, vars=tenant.variables), args=["-vvvv"], core=core).succeeded()
    assert tenant.client_secret not in run.output
    for name in ("Retried", "Waited for", "Listed"):
        assert run.of(name) and all("censored" in result.result for result in run.of(name) if result.done), name
    assert run.task("Retried").done and run.task("Used").result["response"]["id"] == tenant.tenant_id
    assert "HTTP 404" in run.task("Failed").result["msg"]
    assert run.task("Digest").result["msg"] == [digest(tenant.client_secret)] * 3
    shown = run_playbook(
        play(api("Shown", "GetApplication", None, own, options={"reveal": True}), vars=tenant.variables), core=core
    ).succeeded()
    assert shown.task("Shown").result["response"]["protocol_config"]["client_secret"] == tenant.client_secret


def test_omitted_parameters_are_not_sent_and_empty_ones_are_refused(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """`omit` works inside the parameters, too, on every core."""
    tasks = (
        api("Omitted", "ListRealms", None, {"page_size": "{{ nobody | default(omit) }}", "skip": 0}),
        api("All omitted", "ListRealms", "{{ nobody | default(omit) }}", "{{ nobody | default(omit) }}"),
        api("None", "ListRealms", None, {"page_size": "{{ nobody | default(none) }}"}),
        api("Empty", "ListRealms", None, {"page_size": "{{ nobody | default('') }}"}),
        api("Nothing", "ListRealms", None, {"page_size": None}),
        api("Numbers", "ListRealms", None, {"page_size": "{{ 5 }}", "skip": "{{ 1 - 1 }}"}),
        api("Undefined", "ListRealms", None, {"page_size": "{{ nobody }}"}),
    )
    run = run_playbook(play(*tasks, vars=tenant.variables), core=core).succeeded()
    for name in ("Omitted", "All omitted", "Numbers"):
        assert run.task(name).result["response"]["total_size"] == 1, name
    for name in ("None", "Empty", "Nothing"):
        assert "ListRealms: page_size must not be empty" in run.task(name).result["msg"], name
    assert "nobody" in run.task("Undefined").result["msg"]
    asked = [entry["query"] for entry in tenant.read_journal(operation="ListRealms")]
    assert asked == [{"skip": "0"}, {}, {"page_size": "5", "skip": "0"}]


def test_a_delegated_operation_returns_the_same(
    run_playbook: PlaybookRunner,
    tenant: Tenant,
    recording_proxy: Recorder,
    canaries: dict[str, str],
    remote_host: RemoteHost,
    tmp_path: Path,
    core: str,
) -> None:
    """The request comes from the remote host; neither host shows or logs a secret."""
    (remote_host.home / "journal.log").unlink(missing_ok=True)
    variables = {
        name: value.replace(tenant.emulator.url, recording_proxy.url) for name, value in tenant.variables.items()
    }
    said = f"no: {canaries['echoed']}"
    tenant.add_fault(operation="UpdateIdentity", status=400, message=said)
    there: dict[str, Any] = {"delegate_to": remote_host.name}
    own = {"application_id": tenant.application_id}
    tenant.seed(realms=210)
    tasks = (
        api("Written", "SCIMCreateUser", user("there", "{{ canary.sso }}"), **there),
        api("Secret", "GetApplication", None, own, register="read", **there),
        task("Digest", DEBUG, {"msg": "{{ read.response.protocol_config.client_secret | hash('sha256') }}"}),
        api("All", "ListRealms", options={"all_pages": True}, **there),
        api("Predicted", "CreateSsoConfig", sso("{{ canary.item }}"), check_mode=True, register="predicted", **there),
        task("Prediction", DEBUG, {"msg": "{{ predicted.request.body == body }}"}, vars={"body": sso("{{ canary.item }}")}),
        api("Echo", "UpdateIdentity", {"identity": {"password": "{{ canary.echoed }}"}}, {"identity_id": "i"}, **there),
        api("Empty", "DeleteGroup", None, {"group_id": "{{ seeded }}"}, **there),
        api("Refused", "GetRole", **there),
        task("Ping", "ansible.builtin.ping", {"data": "logged-there"}, **there),
    )  # fmt: skip
    (group,) = tenant.seed(groups=1)["groups"]
    run = run_playbook(
        play(*tasks, vars=variables),
        inventory=with_journal(remote_host, core, tmp_path),
        extra_vars={"canary": canaries, "seeded": group},
        args=["-vvvv"],
        core=core,
    ).succeeded()
    assert {seen.home for seen in recording_proxy.requests} == {str(remote_host.home)}
    assert (run.task("Written").status, run.task("Written").result["status"]) == ("changed", 201)
    assert "censored" in run.task("Secret").result and "censored" in run.task("Predicted").result
    assert run.task("Digest").result["msg"] == digest(tenant.client_secret)
    assert run.task("Prediction").result["msg"] is True
    assert len(run.task("All").result["response"]["realms"]) == 211
    assert run.task("Empty").result["response"] == {} and run.task("Empty").status == "changed"
    assert "********" in run.task("Echo").result["msg"]
    assert "GetRole needs the parameter resource_server_id, role_id" in run.task("Refused").result["msg"]
    everywhere = run.output + journal(remote_host)
    assert "logged-there" in journal(remote_host)
    assert [canary for canary in (*canaries.values(), tenant.client_secret) if canary in everywhere] == []


def test_a_loop_over_listed_operations_uses_one_token(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Also on several hosts at once. Without the list, each operation needs a token of its own."""
    readings = ["ListApplications", "ListGroups", "ListIdentities"]
    loop = {"loop": readings}
    run = run_playbook(
        play(api("Listed", "{{ item }}", options={"operations": readings}, **loop), hosts="all"),
        inventory="host[1:4] ansible_connection=local\n",
        args=["-f", "4"],
        extra_vars=tenant.variables,
        core=core,
    ).succeeded()
    assert len([result for result in run.of("Listed") if result.is_item and result.done]) == 12
    (request,) = tenant.read_journal(operation="token")
    assert request["form"]["scope"] == "applications:read groups:read identities:read"
    tenant.clear_journal()
    run_playbook(play(api("Apart", "{{ item }}", **loop)), extra_vars=tenant.variables, core=core).succeeded()
    assert len(tenant.read_journal(operation="token")) == 3
