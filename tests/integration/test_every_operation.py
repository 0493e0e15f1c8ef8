# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation of the Management API in a playbook: called with its own scopes, its secrets hidden.

`tests/unit/test_every_operation.py` does the same in process, and tries each without each of its scopes, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from beyondidentity_emulator.management.catalogue import BY_NAME, OPERATIONS, SCOPES
from beyondidentity_emulator.management.operation import Operation
from tests.support.canary_servers import digest
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play, task
from tests.support.recorder import RecordedRequest, Recorder, forward_to
from tests.unit.emulator.stage import body, prepare, query

API = "beyondidentity.management.api"
SECRETS = {"access_token", "client_secret", "credential_binding_link", "okta_token"}
USER_AGENT = "ansible-beyondidentity.management"

# One of each kind: reading, a list, SCIM, with a body, with several scopes, below other objects, of another spelling.
REFUSED = {
    "GetTenant": "tenants:read",
    "ListRealms": "realms:read",
    "DeleteRealm": "realms:delete",
    "CreateApplication": "applications:create",
    "UpdateRole": "roles:update",
    "AddGroupMembers": "identities:read",
    "ListRoleMembers": "groups:read",
    "AddRoleScopes": "resource-servers:read",
    "BatchDeleteIdentities": "identities:delete",
    "RevokeToken": "tokens:delete",
    "SCIMReplaceUser": "scim:users:update",
    "SCIMDeleteGroup": "scim:groups:delete",
    "CreateCredentialBindingJob": "credential-binding-jobs:create",
    "UpdateFlowTypeConfig": "flow-type:create",
    "SSOIsGroupAssigned": "sso-configs:read",
}


class Answers:
    """The secrets in the responses of the API, by request."""

    def __init__(self) -> None:
        self.secrets: dict[tuple[str, str], set[str]] = {}

    def listen(self, seen: RecordedRequest, content: bytes) -> None:
        """Record one response."""
        found = set(_secrets(json.loads(content))) if content else set()
        self.secrets.setdefault((seen.method, seen.path.partition("?")[0]), set()).update(found)

    @property
    def all(self) -> set[str]:
        """All secrets."""
        return set().union(*self.secrets.values())


def _secrets(value: Any) -> Iterator[str]:
    for name, part in value.items() if isinstance(value, dict) else ():
        if name in SECRETS and isinstance(part, str):
            yield part
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _secrets(part)


@pytest.fixture
def answers() -> Answers:
    """Return a recorder of responses."""
    return Answers()


@pytest.fixture
def through(tenant: Tenant, answers: Answers) -> Iterator[dict[str, str]]:
    """Return the variables of a tenant whose responses are recorded. Its service has all described operations."""
    tenant.change_settings(undeployed_operations=[], conflicts="documented")
    with Recorder(forward_to(tenant.emulator.url), answers.listen) as recording_proxy:
        yield {
            name: value.replace(tenant.emulator.url, recording_proxy.url) for name, value in tenant.variables.items()
        }


def called(tenant: Tenant, item: Operation, **more: Any) -> dict[str, Any]:
    """Return the module's arguments, about objects that no other operation uses."""
    values = prepare(tenant, item)
    named = {name: value for name, value in values.items() if f"{{{name}}}" in item.path}
    arguments = {"operation": item.name, "parameters": {**named, **query(item, values)}, "body": body(item, values)}
    return {**{name: value for name, value in arguments.items() if value is not None}, **more}


def test_every_operation_gets_its_own_scopes_and_hides_secrets(
    run_playbook: PlaybookRunner, tenant: Tenant, through: dict[str, str], answers: Answers
) -> None:
    """Registered secrets are whole."""
    tasks = [
        task(item.name, API, called(tenant, item, **({} if item.scopes else {"scopes": ["tenants:read"]})))
        for item in OPERATIONS
    ]
    for made in tasks:
        made["register"] = f"made_{made['name']}"
    shown = {
        "Application": "{{ made_GetApplication.response.protocol_config.client_secret | hash('sha256') }}",
        "Link": "{{ made_CreateCredentialBindingJob.response.credential_binding_link | hash('sha256') }}",
    }
    tasks += [task(name, "ansible.builtin.debug", {"msg": template}) for name, template in shown.items()]
    run = run_playbook(play(*tasks, vars=through), args=["-vvvv", "--diff"]).succeeded()

    sent = {entry["operation"]: entry for entry in _sent(tenant)}
    scopes = {name: set(entry["token_scopes"] or ()) for name, entry in sent.items() if name != "token"}
    assert scopes == {item.name: set(item.scopes or ("tenants:read",)) for item in OPERATIONS}
    assert {name: entry["status"] for name, entry in sent.items() if name != "token"} == {
        item.name: item.status for item in OPERATIONS
    }
    assert len(_sent(tenant, operation="token")) == len({frozenset(names) for names in scopes.values()})

    results = {item.name: run.task(item.name) for item in OPERATIONS}
    assert [name for name, result in results.items() if not result.done] == []
    hidden = {name for name, result in results.items() if "censored" in result.result}
    assert hidden == {name for name in results if answers.secrets[sent[name]["method"], sent[name]["path"]]}
    assert all("response" in result.result for name, result in results.items() if name not in hidden)
    assert len(answers.all) > 10 and [secret for secret in answers.all if secret in run.output] == []
    for name in shown:
        assert run.task(name).result["msg"] in {digest(secret) for secret in answers.all}, name


def _sent(tenant: Tenant, **filters: Any) -> list[dict[str, Any]]:
    """Return the requests of the collection, without those of the preparation."""
    return [entry for entry in tenant.read_journal(**filters) if entry["headers"].get("User-Agent") == USER_AGENT]


def test_a_missing_scope_is_named(run_playbook: PlaybookRunner, tenant: Tenant, through: dict[str, str]) -> None:
    """A token with every other scope is refused, by a message that does not show the token."""
    items = {name: BY_NAME[name] for name in REFUSED}
    tokens = {name: tenant.request_token(*(set(SCOPES) - {REFUSED[name]})) for name in items}
    tasks = [
        task(name, API, called(tenant, item, access_token=f"{{{{ tokens.{name} }}}}")) for name, item in items.items()
    ]
    run = run_playbook(play(*tasks, vars=through), extra_vars={"tokens": tokens}, args=["-vvvv"]).succeeded()
    for name, item in items.items():
        result = run.task(name)
        needed = f"{name} needs the scopes {', '.join(sorted(item.scopes))}, and a token of this tenant"
        assert (result.status, result.result["status"]) == ("ignored", 403), name
        assert needed in result.result["msg"], name
    assert {entry["status"] for entry in _sent(tenant)} == {403} and len(_sent(tenant)) == len(items)
    assert [name for name, token in tokens.items() if token in run.output] == []
