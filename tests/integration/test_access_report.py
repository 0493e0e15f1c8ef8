# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook access_report: what it reports, what it requests, and that names are never templates."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import yaml

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import play
from tests.support.writes import list_writes

OURS = "beyondidentity.management"
PLAYBOOK = f"{OURS}.access_report"
SCOPES = [
    "identities:read",
    "groups:read",
    "roles:read",
    "resource-servers:read",
    "credentials:read",
    "credential-binding-jobs:read",
    "tokens:read",
]
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'echo injected > /dev/stderr; echo injected') }} {% raw %}"


def use_reader(tenant: Tenant) -> dict[str, Any]:
    """Return the variables of an application that has the scopes of the playbook and no others."""
    own = {
        "client_id": "report",
        "client_secret": "report-secret",
        "token_format": "referential",
        "allowed_scopes": SCOPES,
    }
    (application,) = tenant.seed(applications=1, application={"protocol_config": own})["applications"]
    return {
        **tenant.variables,
        "beyondidentity_issuer": tenant.issuer.replace(tenant.application_id, application),
        "beyondidentity_client_id": "report",
        "beyondidentity_client_secret": "report-secret",
    }


def our_task(module: str, **arguments: Any) -> dict[str, Any]:
    """Return a task of one of our modules."""
    return {"name": module, f"{OURS}.{module}": arguments}


def create_people(run_playbook: PlaybookRunner, tenant: Tenant) -> str:
    """Create Pat, who has everything that a report can have; return the link of an invitation of Pat."""
    traits = {"username": "pat", "primary_email_address": "pat@example.com"}
    tenant.seed(identities=1, identity={"display_name": HOSTILE, "traits": traits})
    invitation: dict[str, Any] = {"authenticator_config": "Hosted Web", "delivery_method": "email", "identity": "pat"}
    tasks = [
        our_task("identity", username="sam", display_name="Sam"),
        our_task("group", display_name="Night shift", description="Night shift", members=["pat"]),
        our_task("role", display_name="Realm readers", scopes=["realms:read"], members={"identities": ["pat"]}),
        our_task("role", display_name="Group readers", scopes=["groups:read"], members={"groups": ["Night shift"]}),
        our_task("credential_binding_job", **invitation),
    ]
    run_playbook(play(*tasks), extra_vars=tenant.variables).succeeded()
    (mail,) = tenant.read_outbox()
    tenant.seed(credentials=1, identity_id=mail["identity_id"])
    tenant.seed(credentials=1, identity_id=mail["identity_id"], credential={"state": "REVOKED"})
    expired = {"expire_time": "2022-03-21T03:42:52.905657Z"}
    tenant.seed(credential_binding_jobs=1, identity_id=mail["identity_id"], credential_binding_job=expired)
    tenant.clear_journal()
    return str(mail["link"])


def test_the_report_is_whole_and_has_no_secret(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """Least privilege; a display name in the form of a template stays text, also in the fact."""
    link = create_people(run_playbook, tenant)
    live = tenant.request_token("realms:read")
    use = {"name": "Use", "ansible.builtin.debug": {"msg": "{{ beyondidentity_access_report }}"}}
    loop = {
        "name": "Loop",
        "ansible.builtin.debug": {"msg": "{{ item.display_name }}"},
        "loop": "{{ beyondidentity_access_report.identities }}",
    }
    file = tmp_path / "access.yml"
    variables = {
        **use_reader(tenant),
        "access_report_applications": tenant.application_id,
        "access_report_file": str(file),
    }
    plays = [{"ansible.builtin.import_playbook": PLAYBOOK}, play(use, loop)]
    checked = run_playbook(plays, extra_vars=variables, args=["--check", "--diff"], core=core).succeeded()
    assert not file.exists()
    run = run_playbook(plays, extra_vars=variables, args=["-vvv", "--diff"], core=core).succeeded()
    assert list_writes(tenant) == []

    report = run.task("Use").result["msg"]
    assert report["identities"] == checked.task("Use").result["msg"]["identities"]
    assert report == run.task("Show the report").result["msg"] == yaml.safe_load(file.read_text(encoding="utf-8"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    pat, sam = report["identities"]
    assert (pat["display_name"], pat["username"], pat["status"]) == (HOSTILE, "pat", "active")
    assert pat["groups"] == ["Night shift"]
    roles = {role["display_name"]: (role["scopes"], role["is_member"], role["through_groups"]) for role in pat["roles"]}
    assert roles == {
        "Realm readers": (["realms:read"], True, []),
        "Group readers": (["groups:read"], False, ["Night shift"]),
    }
    assert [len(pat[name]) for name in ("active_passkeys", "revoked_passkeys", "open_invitations")] == [1, 1, 1]
    assert pat["open_invitations"][0]["state"] == "LINK_SENT"
    assert (sam["groups"], sam["roles"], sam["active_passkeys"], sam["open_invitations"]) == ([], [], [], [])
    (application,) = report["applications"]
    assert application["application"] == tenant.application_id
    assert {"realms:read"} in [set(token["scopes"]) for token in application["tokens"]]

    shown = run.output + file.read_text(encoding="utf-8")
    assert "injected\n" not in run.output
    secrets = [link.rpartition("token=")[2], live, tenant.client_secret, "report-secret"]
    assert not [secret for secret in secrets if secret in shown]
    assert live[-8:] not in file.read_text(encoding="utf-8")


def test_the_number_of_requests_does_not_grow_with_each_identity(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """Pages of 200; an empty realm is a report, too."""
    variables = use_reader(tenant)
    empty = run_playbook(PLAYBOOK, extra_vars=variables).succeeded()
    assert empty.task("Show the report").result["msg"]["identities"] == []
    before = len(tenant.read_journal())
    tenant.seed(identities=401)
    tenant.clear_journal()
    run = run_playbook(PLAYBOOK, extra_vars=variables).succeeded()
    assert len(run.task("Show the report").result["msg"]["identities"]) == 401
    assert len(tenant.read_journal(operation="ListIdentities")) == 3
    assert len(tenant.read_journal()) == before + 2
