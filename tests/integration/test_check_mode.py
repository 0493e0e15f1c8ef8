# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole plays with --check on an empty tenant: they run to their end, and only read."""

from __future__ import annotations

import json

import pytest

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import TOKEN, play, task
from tests.support.writes import list_writes

MODULE = "beyondidentity.management."
CHECK = ["--check", "--diff"]
NEW_ISSUER = {
    "issuer": "{{ made.issuer }}",
    "client_id": "{{ made.client_id }}",
    "client_secret": "{{ made.client_secret }}",
}
CHAIN = [
    task("Realm", MODULE + "realm", {"display_name": "Customers"}, register="realm"),
    task(
        "Resource server",
        MODULE + "resource_server",
        {
            "realm_id": "{{ realm.realm.id }}",
            "display_name": "Pets",
            "identifier": "https://pets.example",
            "scopes": ["pets:read", "pets:feed"],
        },
        register="server",
    ),
    task(
        "Role",
        MODULE + "role",
        {
            "realm_id": "{{ realm.realm.id }}",
            "display_name": "Feeder",
            "resource_server": "Pets",
            "scopes": ["pets:feed"],
        },
        register="role",
    ),
    task(
        "Application",
        MODULE + "application",
        {
            "realm_id": "{{ realm.realm.id }}",
            "display_name": "Feeder",
            "resource_server": "{{ server.resource_server.id }}",
            "allowed_scopes": ["pets:feed"],
            "return_secret": True,
        },
        register="made",
    ),
    task("Token", TOKEN, {**NEW_ISSUER, "scopes": ["pets:feed"]}, register="got"),
    task(
        "Use",
        "ansible.builtin.uri",
        {"url": "{{ got.token.api_url }}", "headers": {"Authorization": "Bearer {{ got.token.access_token }}"}},
        no_log=True,
    ),
]


def summarize(run: PlaybookRun, *names: str) -> dict[str, str]:
    """Return the status of each of these tasks."""
    return {name: run.task(name).status for name in names}


def test_a_chain_of_new_objects_is_predicted_as_the_real_run_makes_it(
    run_playbook: PlaybookRunner, tenant: Tenant, core: str
) -> None:
    """Each result has the keys of the real run, and the same changes."""
    keys = {
        "msg": {
            name: f"{{{{ {name} | dict2items | map(attribute='key') | reject('in', ['predicted', 'warnings', 'deprecations', 'requests']) | sort }}}}"
            for name in ("realm", "server", "role", "made", "got")
        }
    }
    chain = [*CHAIN[:-1], task("Keys", "ansible.builtin.debug", keys), CHAIN[-1]]
    checked = run_playbook(play(*chain), args=CHECK, extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == [], "check mode only reads"
    assert "check-mode-" not in json.dumps(tenant.journal())
    real = run_playbook(play(*chain[:-1]), extra_vars=tenant.variables, core=core).succeeded()
    names = ["Realm", "Resource server", "Role", "Application", "Token"]
    statuses = dict.fromkeys(names[:4], "changed") | {"Token": "ok"}
    assert summarize(checked, *names) == summarize(real, *names) == statuses
    assert checked.task("Use").status == "skipped", "uri supports no check mode"
    assert checked.task("Keys").result["msg"] == real.task("Keys").result["msg"]
    for name in names[:3]:
        assert checked.task(name).result["predicted"] is True and "predicted" not in real.task(name).result


@pytest.mark.parametrize("playbook", ["quickstart", "token_life"])
def test_a_playbook_runs_to_its_end(run_playbook: PlaybookRunner, tenant: Tenant, playbook: str, core: str) -> None:
    run_playbook(MODULE + playbook, args=CHECK, extra_vars=tenant.variables, core=core).succeeded()
    assert list_writes(tenant) == []
    assert "check-mode-" not in json.dumps(tenant.journal())


@pytest.mark.parametrize("role", ["client_credentials", "authorization_code"])
def test_a_role_ends_with_a_predicted_token(run_playbook: PlaybookRunner, tenant: Tenant, role: str, core: str) -> None:
    variables = {f"{role}_display_name": "Reader", f"{role}_operations": ["ListRealms"], f"{role}_return_secret": True}
    include = {"name": "Include", "ansible.builtin.include_role": {"name": MODULE + role}, "vars": variables}
    show = task(
        "Show",
        "ansible.builtin.debug",
        {
            "msg": [
                "{{ beyondidentity_token.access_token }}",
                "{{ beyondidentity_token.predicted }}",
                "{{ beyondidentity_application.predicted }}",
                "{{ beyondidentity_application.client_secret is match('check-mode-client_secret-') }}",
            ]
        },
    )
    absent = {**include, "name": "Remove", "vars": {**variables, f"{role}_state": "absent"}}
    run = run_playbook(play(include, show, absent), args=CHECK, extra_vars=tenant.variables, core=core).succeeded()
    assert run.task("Show").result["msg"] == ["check-mode-token", True, True, True]
    assert list_writes(tenant) == []
