# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/ci.md: its jobs have the published form, and their commands work with the scopes of the guide's table."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from beyondidentity_emulator.client import Tenant
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.writes import list_writes

GUIDE = "docs/ci.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
EXAMPLES = {
    example.first_line: example.text for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")
}
SITE = EXAMPLES["- name: Configure the realm"]
JOBS = {
    "vendor.github-workflows": EXAMPLES["name: Beyond Identity"],
    "vendor.gitlab-ci": EXAMPLES["stages: [check, apply]"],
}


def read_scopes(application: str) -> list[str]:
    """Return the scopes of an application of the guide's table."""
    (cell,) = re.findall(rf"^\| {application} \| ([^|]*) \|", TEXT, re.MULTILINE)
    return re.findall(r"`([^`]+)`", cell)


def find_texts(node: Any) -> Iterator[str]:
    """Yield all texts in a document."""
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from find_texts(child)


def list_commands(job: Any) -> list[list[str]]:
    """Return the arguments of ansible-playbook in a job."""
    lines = (line.strip() for text in find_texts(job) for line in text.splitlines())
    return [shlex.split(line)[1:] for line in lines if line.startswith("ansible-playbook ")]


def read_jobs(schema: str) -> dict[str, Any]:
    """Return the jobs of a file by name."""
    document = yaml.safe_load(JOBS[schema])
    jobs: dict[str, Any] = document.get("jobs", document)
    return {name: jobs[name] for name in ("check", "apply")}


def add_application(tenant: Tenant, name: str) -> dict[str, str]:
    """Create an application with the scopes of the guide's table; return its environment, as a job has it."""
    own = {"client_id": f"client-{name}", "client_secret": f"secret-of-{name}", "allowed_scopes": read_scopes(name)}
    (made,) = tenant.seed(applications=1, name=name, application={"protocol_config": own})["applications"]
    return {
        **tenant.environment,
        "BEYONDIDENTITY_ISSUER": tenant.issuer.replace(tenant.application_id, made),
        "BEYONDIDENTITY_CLIENT_ID": str(own["client_id"]),
        "BEYONDIDENTITY_CLIENT_SECRET": str(own["client_secret"]),
        "BEYONDIDENTITY_PINNED_REALM_ID": tenant.realm_id,
    }


@pytest.mark.parametrize("schema", JOBS)
def test_the_jobs_have_the_published_form(schema: str, tmp_path: Path) -> None:
    """A file with a planted mistake does not."""
    file = tmp_path / "jobs.yml"
    for text, status in ((JOBS[schema], 0), (JOBS[schema] + "\nextra: 5\n", 1)):
        file.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert run.returncode == status, run.stdout + run.stderr


@pytest.mark.parametrize("schema", JOBS)
def test_only_the_connection_of_a_job_has_values_of_the_server(schema: str) -> None:
    """No secret is in a command line, and only the steps that run Ansible have one."""
    for job in read_jobs(schema).values():
        assert all("secrets." not in " ".join(command) for command in list_commands(job))
        for step in job.get("steps", []):
            assert ("secrets." in str(step)) == ("ansible-playbook" in step.get("run", ""))


@pytest.mark.parametrize("schema", JOBS)
def test_the_commands_of_the_jobs_work(run_playbook: PlaybookRunner, tenant: Tenant, schema: str) -> None:
    """The check writes nothing. The run applies the change. Both end without a valid token and without a secret in the log."""
    callback = yaml.safe_load(JOBS[schema]).get("env") or yaml.safe_load(JOBS[schema])["variables"]
    jobs, runs = read_jobs(schema), {}
    for name, application in (("check", "reading"), ("apply", "writing")):
        environment = add_application(tenant, application)
        (command,) = list_commands(jobs[name])
        assert command[0] == "site.yml"
        tenant.clear_journal()
        runs[name] = run_job(run_playbook, command[1:], {**environment, **callback})
        assert environment["BEYONDIDENTITY_CLIENT_SECRET"] not in runs[name].output
        assert not re.search(r"eyJ[\w-]{20,}\.", runs[name].output), "a token was printed"
        assert (set(list_writes(tenant)) <= {"revoke"}) == (name == "check")
        requested = len(tenant.read_journal(grant="client_credentials", status=200))
        assert f"{requested} token" in runs[name].output and "revoked" in runs[name].output.lower()
    assert runs["apply"].stats["localhost"]["changed"] == 1


def run_job(run_playbook: PlaybookRunner, args: list[str], environment: dict[str, str]) -> PlaybookRun:
    """Run the guide's playbook with the environment of a job."""
    enabled = f"record,{environment['ANSIBLE_CALLBACKS_ENABLED']}"
    return run_playbook(SITE, args=args, env={**environment, "ANSIBLE_CALLBACKS_ENABLED": enabled}).succeeded()


def test_the_scopes_of_the_table_are_needed(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """To create and to update the group."""
    environment = add_application(tenant, "writing")
    run_playbook(SITE, env=environment).succeeded()
    run_playbook(SITE.replace("at night", "by day"), env=environment).succeeded()
    requested = {
        scope for entry in tenant.read_journal(grant="client_credentials") for scope in entry["form"]["scope"].split()
    }
    assert requested == set(read_scopes("writing"))
    assert set(read_scopes("reading")) < requested
