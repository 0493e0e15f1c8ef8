# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a token is replaced: about to expire, refused by the API, or on request; and when it is not."""

from __future__ import annotations

from typing import Any

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import local_hosts

TOKEN = "beyondidentity.management.token"
INFO = "beyondidentity.management.application_info"
LOOKUP = f"{{{{ lookup('{TOKEN}', 'realms:read') }}}}"


def play(*tasks: dict[str, Any], hosts: str = "all") -> dict[str, Any]:
    """Return a play of these tasks."""
    return {"hosts": hosts, "gather_facts": False, "tasks": list(tasks)}


def ask(name: str, **options: Any) -> dict[str, Any]:
    """Return a task that asks for a token."""
    return {"name": name, TOKEN: {"scopes": "realms:read", **options}}


def count_token_requests(tenant: Tenant) -> int:
    """Return how many token requests there were."""
    return len(tenant.read_journal(grant="client_credentials"))


def test_an_expired_token_is_replaced(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """Neither the module nor the lookup returns it again. A valid token is returned again."""
    tenants = {"expired": emulator.create_tenant(), "good": emulator.create_tenant()}
    tenants["expired"].add_fault(grant="client_credentials", times=1, merge={"expires_in": 1})
    look = {"name": "Look", "ansible.builtin.set_fact": {"looked_up": LOOKUP}, "no_log": True}
    again = {**ask("Again"), "no_log": True, "register": "again"}
    same = {"name": "Same", "ansible.builtin.assert": {"that": "again.token.access_token == looked_up"}, "no_log": True}
    wait = {"name": "Wait", "ansible.builtin.raw": "sleep 1.1"}
    inventory = local_hosts({name: tenant.variables for name, tenant in tenants.items()})
    run_playbook(play(ask("First"), wait, look, again, same), inventory=inventory).succeeded()
    assert {name: count_token_requests(tenant) for name, tenant in tenants.items()} == {"expired": 2, "good": 1}


def test_a_token_of_unknown_lifetime_is_used_once(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """The next task asks again."""
    answers = {"missing": None, "zero": 0, "negative": -5, "text": "soon"}
    tenants = {name: emulator.create_tenant(token_answer={"expires_in": answer}) for name, answer in answers.items()}
    inventory = local_hosts({name: tenant.variables for name, tenant in tenants.items()})
    run_playbook(play(ask("First"), ask("Second")), inventory=inventory).succeeded()
    assert {name: count_token_requests(tenant) for name, tenant in tenants.items()} == dict.fromkeys(answers, 2)


def test_a_401_replaces_the_token_once(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The request is repeated with the new token, which later tasks use."""
    read = {"name": "Read", INFO: {}}
    tenant.add_fault(operation="ListApplications", skip=1, times=1, expire_token=True)
    run_playbook(
        play(read, {**read, "name": "Read again"}, {**read, "name": "Read at last"}),
        extra_vars=tenant.variables,
    ).succeeded()
    assert [entry["status"] for entry in tenant.read_journal(operation="ListApplications")] == [200, 403, 200, 200]
    assert count_token_requests(tenant) == 2


def test_a_revoked_token_of_the_users_cache_is_replaced(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The service refuses it with 403. Until it expires, each later run would fail."""
    variables = {**tenant.variables, "beyondidentity_token_cache": "user"}
    read = play({"name": "Read", INFO: {}}, {"name": "Read again", INFO: {}})
    first = run_playbook(read, extra_vars=variables).succeeded()
    tenant.revoke_tokens()
    for _run in range(2):
        run_playbook(read, extra_vars=variables, env={"HOME": str(first.home)}).succeeded()
    statuses = [entry["status"] for entry in tenant.read_journal(operation="ListApplications")]
    assert statuses == [200, 200, 403, 200, 200, 200, 200]
    assert count_token_requests(tenant) == 2


def test_many_refused_items_and_hosts_cost_one_token(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Each item and host has the API's own refusal."""
    tenant.add_fault(operation="ListApplications", skip=1, status=403)
    first = {"name": "First", INFO: {}, "run_once": True}
    read = {"name": "Read", INFO: {}, "loop": "{{ range(10) | list }}", "ignore_errors": True}
    run = run_playbook(
        play(first, read),
        inventory="host[1:5] ansible_connection=local\n",
        args=["-f", "5"],
        extra_vars=tenant.variables,
    ).succeeded()
    items = [result.result for result in run.of("Read") if "HTTP 403" in str(result.result.get("msg"))]
    assert len(items) == 50 and all("A new token was refused too." in item["msg"] for item in items)
    assert count_token_requests(tenant) == 2


def test_many_hosts_replace_a_refused_token_once(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Ten hosts with the same refused token share one new token."""
    hosts = "host[1:10] ansible_connection=local\n"
    first = {"name": "First", INFO: {}, "run_once": True}
    # carried out by the only host that runs it, after which the API knows no token of the tenant's
    revoke = {
        "name": "Revoke",
        "ansible.builtin.uri": {
            "url": f"{tenant.emulator.url}/_emulator/tenants/{tenant.tenant_id}/revoke-tokens",
            "method": "POST",
        },
        "run_once": True,
    }
    run = run_playbook(
        play(first, revoke, {"name": "Read", INFO: {}}), inventory=hosts, args=["-f", "10"], extra_vars=tenant.variables
    ).succeeded()
    assert len([result for result in run.of("Read") if result.done]) == 10
    assert count_token_requests(tenant) == 2


def failure(run: PlaybookRun, task: str) -> str:
    """Return the message of a failed task."""
    return str(run.failed().task(task).result["msg"])


def test_a_401_on_a_token_that_the_task_requested_is_final(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """One request, one token, one message."""
    tenant.add_fault(operation="ListApplications", status=401)
    message = failure(run_playbook(play({"name": "Read", INFO: {}}), extra_vars=tenant.variables), "Read")
    assert "ListApplications" in message and "HTTP 401" in message and "A new token was refused too." in message
    assert len(tenant.read_journal(operation="ListApplications")) == 1
    assert count_token_requests(tenant) == 1


def test_a_given_token_is_never_replaced(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The message says what to check."""
    token = tenant.request_token("applications:read")
    tenant.revoke_tokens()
    before = count_token_requests(tenant)
    variables = {
        "beyondidentity_access_token": token,
        "beyondidentity_api_url": tenant.api_url,
        "beyondidentity_auth_url": tenant.api_url,
    }
    message = failure(run_playbook(play({"name": "Read", INFO: {}}), extra_vars=variables), "Read")
    assert "HTTP 403" in message and "expired, revoked, or of another tenant" in message
    assert len(tenant.read_journal(operation="ListApplications")) == 1
    assert count_token_requests(tenant) == before


def test_a_403_requests_no_new_token(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """The task requested the token itself, so another one would not help."""
    tenant.add_fault(operation="ListApplications", status=403, times=1)
    message = failure(run_playbook(play({"name": "Read", INFO: {}}), extra_vars=tenant.variables), "Read")
    assert "HTTP 403" in message and "ListApplications needs the scopes applications:read" in message
    assert len(tenant.read_journal(operation="ListApplications")) == 1
    assert count_token_requests(tenant) == 1


def test_a_creation_is_repeated_after_a_401(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A 401 means that nothing was created. A 403 may mean that the token, which the task requested, lacks a scope."""
    tenant.change_settings(revoked_token_status=401)
    tenant.add_fault(operation="CreateApplication", times=1, expire_token=True)
    create = {"name": "Create", "beyondidentity.management.application": {"display_name": "Once"}}
    run_playbook(play(create), extra_vars=tenant.variables).succeeded()
    assert [entry["status"] for entry in tenant.read_journal(operation="CreateApplication")] == [401, 200]
    assert count_token_requests(tenant) == 2


def test_a_task_asks_for_one_token(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """However many requests it makes, and wherever tokens are kept."""
    tenants = {cache: emulator.create_tenant(page_size_maximum=2) for cache in ("none", "run")}
    for tenant in tenants.values():
        tenant.seed(applications=9)
    hosts = {cache: {**tenant.variables, "beyondidentity_token_cache": cache} for cache, tenant in tenants.items()}
    run_playbook(play({"name": "Read", INFO: {}}), inventory=local_hosts(hosts)).succeeded()
    for cache, tenant in tenants.items():
        assert (len(tenant.read_journal(operation="ListApplications")), count_token_requests(tenant)) == (5, 1), cache


def test_fresh_replaces_the_stored_token(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Hosts that wait share the next token."""
    fresh = {**ask("Fresh", fresh=True), "register": "fresh"}
    after = {**ask("After"), "register": "after"}
    compare = {
        "name": "Compare",
        "ansible.builtin.assert": {
            "that": [
                "after.cached",
                "looked_up == after.token.access_token",
                "after.token.access_token != before.token.access_token",
            ]
        },
        "vars": {"looked_up": LOOKUP},
        "no_log": True,
    }
    tenant.add_fault(grant="client_credentials", skip=1, times=1, delay=2)
    run_playbook(
        play({**ask("Before"), "register": "before"}, fresh, after, compare),
        inventory="host[1:5] ansible_connection=local\n",
        args=["-f", "5"],
        extra_vars=tenant.variables,
    ).succeeded()
    # one before, one for the first host, and one for all others, since the first was asked for before they began
    assert 2 <= count_token_requests(tenant) <= 3
