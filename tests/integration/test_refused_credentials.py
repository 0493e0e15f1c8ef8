# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a run sends refused credentials, and asks for tokens that the API refuses: over hosts, items and attempts."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import LOOKUP_LIMIT
from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner

TOKEN = "beyondidentity.management.token"
REALM = "beyondidentity.management.realm"
INFO = "beyondidentity.management.application_info"
WRONG = {"beyondidentity_client_secret": "wrong-secret-of-the-test"}
HOSTS, FORKS = 60, 10
MANY: dict[str, Any] = {"inventory": f"host[1:{HOSTS}] ansible_connection=local\n", "args": ["-f", str(FORKS)]}
LOOKUP = f"{{{{ lookup('{TOKEN}', 'realms:read') }}}}"


def play(*tasks: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """Return a play of these tasks. Each runs on all hosts, although all of them fail."""
    return {"hosts": "all", "gather_facts": False, "ignore_errors": True, "tasks": list(tasks), **keywords}


def count_token_requests(tenant: Tenant) -> Counter[str]:
    """Return how many token requests there were, by their scopes."""
    return Counter(entry["form"]["scope"] for entry in tenant.read_journal(operation="token"))


def assert_refused(run: PlaybookRun, task: str, number: int = HOSTS, *, is_item: bool = False) -> None:
    """Check that each host or item has the message of the refusal."""
    messages = [str(result.result["msg"]) for result in run.of(task) if result.is_item is is_item]
    refused = [message for message in messages if "Check that client_id, client_secret" in message]
    assert len(refused) == number, run.output


def test_each_task_and_attempt_sends_a_wrong_secret_once_for_all_hosts(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """With `retries: 2`, `until` makes three attempts."""
    until = {"until": "asked is succeeded", "register": "asked", "retries": 2, "delay": 0}
    run = run_playbook(
        play(
            {"name": "Ask", TOKEN: {"scopes": "realms:read"}},
            {"name": "Write", REALM: {"display_name": "Customers"}},
            {"name": "Repeat", TOKEN: {"scopes": "realms:delete"}, **until},
        ),
        **MANY,
        extra_vars={**tenant.variables, **WRONG},
        core=core,
    )
    assert count_token_requests(tenant) == {"realms:read": 1, "realms:create realms:read": 1, "realms:delete": 3}
    for name in ("Ask", "Write", "Repeat"):
        assert_refused(run, name)


def test_items_of_a_loop_send_a_wrong_secret_once(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """Each item that `until` repeats has its own attempts, which end at the same number."""
    items: dict[str, Any] = {"loop": "{{ range(40) | list }}"}
    until = {"until": "asked is succeeded", "register": "asked", "retries": 1, "delay": 0}
    run = run_playbook(
        play(
            {"name": "Ask", TOKEN: {"scopes": "realms:read"}, **items},
            {"name": "Repeat", TOKEN: {"scopes": "realms:delete"}, **items, **until},
        ),
        extra_vars={**tenant.variables, **WRONG},
        core=core,
    )
    assert count_token_requests(tenant) == {"realms:read": 1, "realms:delete": 2}
    for name in ("Ask", "Repeat"):
        assert_refused(run, name, 40, is_item=True)


def test_lookups_of_all_hosts_send_a_wrong_secret_once_in_ten_seconds(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    run = run_playbook(
        play({"name": "Look", "ansible.builtin.debug": {"msg": LOOKUP}}),
        **MANY,
        extra_vars={**tenant.variables, **WRONG},
        core=core,
    )
    times = [entry["time"] for entry in tenant.read_journal(operation="token")]
    assert times and all(later - earlier >= LOOKUP_LIMIT for earlier, later in pairwise(times))
    assert_refused(run, "Look")


def test_with_the_strategy_free_each_batch_of_included_tasks_sends_a_wrong_secret_once(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    included = tmp_path / "ask.yml"
    included.write_text(json.dumps([{"name": "Ask", TOKEN: {"scopes": "realms:read"}}]))
    run = run_playbook(
        play({"name": "Include", "ansible.builtin.include_tasks": str(included)}, strategy="free"),
        **MANY,
        extra_vars={**tenant.variables, **WRONG},
        core=core,
    )
    assert 1 <= count_token_requests(tenant)["realms:read"] <= HOSTS / FORKS
    assert_refused(run, "Ask")


def test_an_api_that_refuses_all_tokens_costs_two_of_them(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """The run's token, and one in its place, whose refusal is final for a minute."""
    tenant.add_fault(operation="ListApplications", status=401)
    items = {"loop": "{{ range(40) | list }}", "run_once": True}
    run = run_playbook(
        play({"name": "Read", INFO: {}}, {"name": "Read items", INFO: {}, **items}),
        **MANY,
        extra_vars=tenant.variables,
        core=core,
    )
    assert count_token_requests(tenant) == {"applications:read": 2}
    results = [result.result for result in (*run.of("Read"), *run.of("Read items")) if "status" in result.result]
    assert [result["status"] for result in results] == [401] * (HOSTS + 40)
