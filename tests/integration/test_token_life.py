# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Introspection, listing and revocation of tokens, one or a thousand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import local_hosts, play

COLLECTION = "beyondidentity.management"
DEBUG = "ansible.builtin.debug"
READ = {"scopes": ["realms:read"]}


def our_task(name: str, module: str, register: str, **arguments: Any) -> dict[str, Any]:
    """Return a task of one of our modules."""
    return {"name": name, f"{COLLECTION}.{module}": arguments, "register": register}


LIFE = (
    our_task("Mint", "token", "made", **READ),
    our_task("Ask whether it is active", "introspect", "asked", token="{{ made.token.access_token }}"),
    our_task("Look for it", "token_info", "listed", id="{{ made.token.id }}"),
    our_task("Get it again", "token", "again", **READ),
    our_task("Revoke it", "revoke", "revoked", id="{{ made.token.id }}"),
    our_task("Ask again", "introspect", "asked_again", token="{{ made.token.access_token }}"),
    our_task("Look for it again", "token_info", "listed_again", id="{{ made.token.id }}"),
    our_task("Get another", "token", "other", **READ),
    {
        "name": "Its life",
        DEBUG: {
            "msg": {
                "asked": "{{ asked.introspection.active }}",
                "listed": "{{ listed.tokens | map(attribute='scopes') | list }}",
                "again": "{{ again.cached and again.token.id == made.token.id }}",
                "revoked": "{{ revoked.changed and revoked.revoked == [made.token.id] }}",
                "asked again": "{{ asked_again.introspection }}",
                "listed again": "{{ listed_again.tokens }}",
                "another": "{{ not other.cached and other.token.id != made.token.id }}",
            }
        },
    },
)


def test_a_revoked_token_is_inactive_unlisted_and_not_reused(run_playbook: PlaybookRunner, emulator: Emulator) -> None:
    """Revoked by ID or by value."""
    revoke = {
        "by-id": LIFE[4],
        "by-value": our_task("Revoke it", "revoke", "revoked", token="{{ made.token.access_token }}"),
    }
    plays = [play(*LIFE[:4], task, *LIFE[5:], hosts=host) for host, task in revoke.items()]
    run = run_playbook(
        plays, inventory=local_hosts({host: emulator.create_tenant().variables for host in revoke})
    ).succeeded()
    for host in revoke:
        assert run.task("Its life", host).result["msg"] == {
            "asked": True,
            "listed": [["realms:read"]],
            "again": True,
            "revoked": True,
            "asked again": {"active": False},
            "listed again": [],
            "another": True,
        }


def test_a_thousand_tokens_are_listed_and_revoked(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Page after page, with messages on the progress. The second time nothing changes."""
    ids = set(tenant.seed(tokens=1000)["tokens"])
    revoke = {"all": "application"}
    tasks = (
        our_task("List", "token_info", "listed"),
        {"name": "Listed", DEBUG: {"msg": "{{ listed.tokens | map(attribute='id') | list }}"}},
        {**our_task("Predict", "revoke", "predicted", **revoke), "check_mode": True},
        our_task("Revoke", "revoke", "revoked", **revoke),
        our_task("Revoke again", "revoke", "again", **revoke),
        our_task("List again", "token_info", "left"),
    )
    run = run_playbook(play(*tasks), extra_vars=tenant.variables).succeeded()
    assert ids < set(run.task("Listed").result["msg"])
    assert len(tenant.read_journal(operation="ListTokens")) >= 3 * 11
    assert ids < set(run.task("Predict").result["revoked"])
    revoked = run.task("Revoke").result["revoked"]
    assert ids < set(revoked) and len(revoked) == len(set(revoked)) < 1010
    told = re.findall(r"^Tokens revoked: (\d+) of 100\d\.$", run.stderr, re.MULTILINE)
    assert {str(number) for number in range(100, 1001, 100)} <= set(told)
    assert (run.task("Revoke").status, run.task("Revoke again").status) == ("changed", "ok")
    assert len(run.task("List again").result["tokens"]) == 1, "the one that lists"
    assert len(tenant.read_journal(operation="RevokeToken")) < len(revoked) + 10, (
        "one request each, and a few for its own"
    )


HOSTS = "host[1:50] ansible_connection=local\n"


def test_fifty_hosts_revoke_each_token_once(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Without run_once; one host reports the change."""
    (other,) = tenant.seed(applications=1, name="Other")["applications"]
    ids = set(tenant.seed(tokens=30, token_application=other)["tokens"])
    tasks = (
        our_task("Introspect", "introspect", "asked", token="unknown"),
        our_task("List", "token_info", "listed", application="Other"),
        our_task("Revoke", "revoke", "revoked", application="Other", all="application"),
    )
    run = run_playbook(
        play(*tasks, hosts="all"), inventory=HOSTS, args=["-f", "25"], extra_vars=tenant.variables
    ).succeeded()
    assert [len(result.result["tokens"]) for result in run.of("List")] == [30] * 50
    revoked = [result.result["revoked"] for result in run.of("Revoke")]
    assert sorted(map(len, revoked)) == [0] * 49 + [30] and {one for ones in revoked for one in ones} == ids
    assert [entry["status"] for entry in tenant.read_journal(operation="RevokeToken")] == [200] * 30


def test_fifty_hosts_share_a_failure(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Hosts that waited report the tokens that were revoked before the failure."""
    ids = set(tenant.seed(tokens=5)["tokens"])
    tenant.add_fault(operation="RevokeToken", skip=2, status=403, delay=3)
    run = run_playbook(
        play(our_task("Revoke", "revoke", "revoked", all="application"), hosts="all"),
        inventory=HOSTS,
        args=["-f", "50"],
        extra_vars=tenant.variables,
    ).failed()
    results = [result.result for result in run.of("Revoke")]
    assert all(re.match(r"\d of \d tokens were revoked, then: RevokeToken at ", result["msg"]) for result in results)
    first = [set(result["revoked"]) for result in results if result["msg"].startswith("2 of 5 ")]
    assert len(first) > 1 and all(revoked == first[0] < ids for revoked in first)
    assert len(tenant.read_journal(operation="RevokeToken")) < 10, "a host that begins after the failure tries again"


@pytest.mark.parametrize("callbacks", ["record", f"record,{COLLECTION}.revoke_tokens"])
def test_revoking_all_tokens_of_an_application_again_changes_nothing(
    run_playbook: PlaybookRunner, emulator: Emulator, callbacks: str
) -> None:
    """Wherever tokens are stored; the callback has nothing left to revoke."""
    tenants = {cache: emulator.create_tenant() for cache in ("run", "user", "none")}
    for tenant in tenants.values():
        tenant.seed(tokens=3)
    hosts = {cache: {**tenant.variables, "beyondidentity_token_cache": cache} for cache, tenant in tenants.items()}
    tasks = [
        our_task("Mint", "token", "made", **READ),
        *(our_task(f"Revoke {n}", "revoke", "r", all="application") for n in "12"),
    ]
    run = run_playbook(
        play(*tasks, hosts="all"), inventory=local_hosts(hosts), env={"ANSIBLE_CALLBACKS_ENABLED": callbacks}
    ).succeeded()
    for cache, tenant in tenants.items():
        assert [run.task(f"Revoke {number}", cache).status for number in "12"] == ["changed", "ok"]
        assert tenant.revoke_tokens() == 0
    assert "of this run" not in run.output
