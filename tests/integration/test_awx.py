# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The instructions in docs/awx.md work: AWX accepts the credential type, and jobs run by ansible-runner get tokens with it.

AWX itself is not here. What it demands of a credential type, and what it makes of one, is written down below.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import StrictUndefined, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jsonschema import validate

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.canary_servers import CanaryServers
from tests.support.collection import ROOT
from tests.support.examples import markdown_examples
from tests.support.leak_detector import LeakDetector
from tests.support.playbook import LOCALHOST, PlaybookRunner, TaskResult, read_record
from tests.support.recorder import Recorder, refuse_request
from tests.support.sign_in_application import SignInApplication

PAGE = "docs/awx.md"
BLOCKS = {example.first_line: example.text for example in markdown_examples() if example.place.startswith(PAGE)}
INPUTS: dict[str, Any] = yaml.safe_load(BLOCKS["fields:"])
INJECTORS: dict[str, Any] = yaml.safe_load(BLOCKS["env:"])
PLAYBOOK = BLOCKS["- name: Report the realms"]

FIELDS: dict[str, dict[str, Any]] = {field["id"]: field for field in INPUTS["fields"]}
SECRET = {name for name, field in FIELDS.items() if field.get("secret")}
REGIONAL = "https://auth-us.beyondidentity.com/v1/tenants/t1/realms/r1/applications/a1"

# What AWX demands: awx/main/fields.py, CredentialTypeInputField and CredentialTypeInjectorField.
NAME = "^[a-zA-Z_]+[a-zA-Z0-9_]*$"
INPUTS_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "required": {"type": "array", "items": {"type": "string"}},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "label"],
                "properties": {
                    "type": {"enum": ["string", "boolean"]},
                    "format": {"enum": ["ssh_private_key", "url"]},
                    "choices": {"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": True},
                    "id": {"type": "string", "pattern": NAME},
                    "label": {"type": "string"},
                    "help_text": {"type": "string"},
                    "multiline": {"type": "boolean"},
                    "secret": {"type": "boolean"},
                    "ask_at_runtime": {"type": "boolean"},
                    "default": {},
                },
            },
        },
    },
}
INJECTORS_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "env": {
            "type": "object",
            "patternProperties": {NAME: {"type": "string", "pattern": "^[\x00-\x7f]*$"}},
            "additionalProperties": False,
        },
        "extra_vars": {
            "type": "object",
            "patternProperties": {NAME: {"type": "string"}},
            "additionalProperties": False,
        },
    },
}


def injected(inputs: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the environment that AWX gives a job, and what it shows of it: CredentialType.inject_credential does so."""
    known = {name: value for name, value in inputs.items() if value}
    shown = {name: "**********" if name in SECRET else value for name, value in known.items()}
    sandbox = ImmutableSandboxedEnvironment()
    real, safe = (
        {name: sandbox.from_string(text).render(**values) for name, text in INJECTORS["env"].items()}
        for values in (known, shown)
    )
    return real, safe


def test_awx_takes_the_inputs() -> None:
    validate(INPUTS, INPUTS_SCHEMA)
    assert len(FIELDS) == len(INPUTS["fields"]), "ids must be unique"
    assert "tower" not in FIELDS, "a reserved name"
    assert {"issuer", "client_id", "client_secret"} == set(INPUTS["required"]) <= set(FIELDS)
    assert all(field.get("type", "string") == "string" for field in FIELDS.values() if "secret" in field)


def test_awx_takes_the_injectors() -> None:
    """Each has a name that AWX allows, refers to inputs only, and leaves none of them out."""
    validate(INJECTORS, INJECTORS_SCHEMA)
    strict = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    used = set()
    for name, text in INJECTORS["env"].items():
        assert not name.startswith("ANSIBLE_")
        assert strict.from_string(text).render(dict.fromkeys(FIELDS, "EXAMPLE")) == "EXAMPLE"
        used |= meta.find_undeclared_variables(strict.parse(text))
    assert used == set(FIELDS)


def test_each_input_is_a_connection_option_or_the_pinned_realm() -> None:
    """It has the name, the secrecy and the environment variable of the option."""
    from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import (
        CONNECTION_OPTIONS,
        PINNED_REALM_VARIABLE,
        Option,
    )

    options = {option.name: option for option in (*CONNECTION_OPTIONS, Option("pinned_realm_id"))}
    assert options["pinned_realm_id"].environment == PINNED_REALM_VARIABLE
    assert set(FIELDS) <= set(options)
    assert SECRET == {name for name in FIELDS if options[name].secret}
    assert INJECTORS["env"] == {options[name].environment: f"{{{{ {name} }}}}" for name in FIELDS}


def test_each_destination_option_has_an_input() -> None:
    """These options are refused from all other sources. `validate_certs` has no input, because a job must always validate."""
    from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_trust import DESTINATION_OPTIONS

    assert set(DESTINATION_OPTIONS) - {"auth_url", "validate_certs"} <= set(FIELDS), (
        "an issuer brings its auth_url along"
    )


def test_awx_shows_no_secret() -> None:
    real, shown = injected({name: f"value of {name}" for name in FIELDS})
    assert set(real.values()) == {f"value of {name}" for name in FIELDS}
    assert [name for name in SECRET if f"value of {name}" in shown.values()] == []


@dataclass(frozen=True)
class Job:
    """A run of ansible-runner that has ended."""

    returncode: int
    output: str
    folder: Path
    results: list[TaskResult]

    @property
    def artifacts(self) -> Path:
        """What ansible-runner leaves, and AWX reads."""
        return self.folder / "artifacts" / "job"

    def results_of(self, task: str) -> list[Any]:
        """Return the results of a task, as callbacks got to see them."""
        return [result.result for result in self.results if result.task.rpartition(" : ")[2] == task]

    def succeeded(self) -> Job:
        """Return itself; raise with the output if the job failed."""
        assert self.returncode == 0, self.output
        return self


class Awx:
    """Runs playbooks as AWX does: by ansible-runner, with what a credential injects in the environment."""

    def __init__(self, runner: PlaybookRunner, folder: Path) -> None:
        self._runner = runner
        self.folder = folder / "private"
        self.command_file = self.folder / "artifacts" / "job" / "command"
        self.folders: list[Path] = []
        self._environment: dict[str, str] = {}
        self._run = folder

    def prepare(
        self, playbook: str, inputs: Mapping[str, str], inventory: str = LOCALHOST, core: str = "default"
    ) -> Awx:
        """Make the folders of a job."""
        environment = {**injected(inputs)[0], "ANSIBLE_NOCOLOR": "true"}
        _command, self._environment, self._run, _cwd = self._runner.prepare(playbook, env=environment, core=core)
        for name, file, text in (("project", "play.yml", playbook), ("inventory", "hosts", inventory)):
            (self.folder / name).mkdir(parents=True)
            (self.folder / name / file).write_text(text, encoding="utf-8")
        self.folders = [self.folder, self._run, Path(self._environment["TMPDIR"])]
        return self

    def run(self, *arguments: str, timeout: float = 120) -> Job:
        """Run it to its end, at the highest verbosity."""
        command: list[str | Path] = [sys.executable, "-m", "ansible_runner", "run", self.folder]
        process = subprocess.Popen(
            [*command, "--playbook", "play.yml", "--ident", "job", "-vvvv", *arguments],
            env=self._environment,
            cwd=self._run,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _none = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)  # ansible-runner ends what it started
            output, _none = process.communicate(timeout=60)
            raise AssertionError(f"not done within {timeout} seconds:\n{output}") from None
        return Job(process.returncode, output, self.folder, read_record(self._run / "record.jsonl")[0])


@pytest.fixture
def awx(run_playbook: PlaybookRunner, tmp_path: Path) -> Awx:
    """Return what runs one job."""
    return Awx(run_playbook, tmp_path)


def credential(tenant: Tenant | SignInApplication, **more: str) -> dict[str, str]:
    """Return a credential for a tenant; inputs that are not given are empty."""
    given = {name.removeprefix("beyondidentity_"): value for name, value in tenant.variables.items()}
    return {**dict.fromkeys(FIELDS, ""), **given, **more}


DIGESTS = """
- name: By module and lookup
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Token
      beyondidentity.management.token:
        scopes: [realms:read]
      register: made
    - name: Digest
      ansible.builtin.debug:
        msg:
          - "{{ made.token.access_token | hash('sha256') }}"
          - "{{ lookup('beyondidentity.management.token', 'realms:read') | hash('sha256') }}"
    - name: Looked up
      ansible.builtin.debug:
        msg: It has three parts
      when: (lookup('beyondidentity.management.token', 'realms:read') | split('.') | length) == 3
"""

APPLICATIONS = """
- name: By the Management API
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Applications
      beyondidentity.management.application_info:
"""

FAILURES = f"""
- name: What fails
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Facts without the environment
      ansible.builtin.setup:
        gather_subset: ['!all', '!min', network]
    - name: Scope
      beyondidentity.management.token:
        scopes: [realms:read, no:such]
      ignore_errors: true
    - name: Proxy
      beyondidentity.management.token:
        issuer: {REGIONAL}
        scopes: [realms:read]
        retries: 0
      ignore_errors: true
"""


def test_a_job_gets_its_tokens_and_leaves_no_secret(
    awx: Awx, canary_servers: CanaryServers, tenant: Tenant, core: str
) -> None:
    """No secret of the page's playbook is in the output, the events, or any other artifact.

    But for one file: ansible-runner notes the environment of a run in `command`, which AWX removes with the job's folder.
    """
    given = canary_servers.variables["canary"]["environment"]
    inputs = {**given, "realm_id": tenant.realm_id, "proxy": canary_servers.environment["HTTPS_PROXY"]}
    awx.prepare(PLAYBOOK + DIGESTS + FAILURES, credential(tenant, **inputs), core=core)
    own = [awx.command_file, *(folder / "input" for folder in awx.folders)]
    with LeakDetector(canary_servers.canaries, awx.folders, but=own) as detector:
        job = awx.run().succeeded()
    assert canary_servers.canaries.leaking_lines(job.output) == []
    assert sorted(detector.leaks) == []
    assert detector.scans > 5
    assert job.results_of("Report them")[0]["msg"], "the realms"
    (digests,) = (result["msg"] for result in job.results_of("Digest"))
    assert len(set(digests)) == 1 and canary_servers.canaries.knows(digests[0])
    assert "no:such" in job.results_of("Scope")[0]["msg"]
    assert "through the proxy" in job.results_of("Proxy")[0]["msg"]
    _assert_told(job)
    _assert_noted(awx, canary_servers, inputs)


def _assert_told(job: Job) -> None:
    """The artifacts exist, and censored results say that they are censored."""
    events = [json.loads(path.read_text(encoding="utf-8")) for path in (job.artifacts / "job_events").glob("*.json")]
    token = [event for event in events if event["event"] == "runner_on_ok" and event["event_data"]["task"] == "Token"]
    assert [set(event["event_data"]["res"]) - {"changed"} for event in token] == [{"censored"}]
    assert "the output has been hidden" in (job.artifacts / "stdout").read_text(encoding="utf-8")
    assert list((job.artifacts / "fact_cache").iterdir())
    assert not (job.folder / "env").exists()


def _assert_noted(awx: Awx, canary_servers: CanaryServers, inputs: Mapping[str, str]) -> None:
    """The file `command` holds the variables of the credential and no other secret."""
    assert awx.command_file.stat().st_mode & 0o777 == 0o600
    noted = json.loads(awx.command_file.read_text(encoding="utf-8"))
    own = {name: noted["env"].pop(name) for name in injected(inputs)[0]}
    assert own == injected(inputs)[0]
    assert canary_servers.canaries.leaks(json.dumps(noted).encode()) == []


def test_optional_inputs_may_be_empty(awx: Awx, tenant: Tenant) -> None:
    """Empty environment variables count as none: tokens are issued, and the realm is the application's own."""
    inputs = credential(tenant, api_url="")
    assert injected(inputs)[0]["BEYONDIDENTITY_REALM_ID"] == ""
    left_out = {name: value for name, value in inputs.items() if value}
    assert injected(left_out) == injected(inputs)
    job = awx.prepare(DIGESTS, inputs).run().succeeded()
    (digests,) = (result["msg"] for result in job.results_of("Digest"))
    assert len(set(digests)) == 1 and len(job.results_of("Looked up")) == 1
    assert len(tenant.read_journal(grant="client_credentials")) == 1
    assert tenant.client_secret not in job.output


def test_a_job_trusts_the_authority_in_ca_path(awx: Awx, tls_emulator: Emulator) -> None:
    """A gateway can have an authority of its own."""
    tenant = tls_emulator.create_tenant()
    assert credential(tenant)["ca_path"]
    job = awx.prepare(DIGESTS + APPLICATIONS, credential(tenant)).run().succeeded()
    assert job.results_of("Looked up") and job.results_of("Applications")


@pytest.mark.parametrize("where", ["inventory", "launch"])
def test_inventory_and_launch_variables_do_not_redirect_the_secret(awx: Awx, tenant: Tenant, where: str) -> None:
    """Neither a variable of the inventory nor one of the launch."""
    with Recorder(refuse_request) as thief:
        issuer = tenant.issuer.replace(tenant.emulator.url, thief.url)
        variable = f"beyondidentity_issuer={issuer}"
        inventory = f"{LOCALHOST.strip()} {variable if where == 'inventory' else ''}\n"
        awx.prepare(PLAYBOOK, credential(tenant), inventory)
        job = awx.run(*(["--cmdline", f"--extra-vars {variable}"] if where == "launch" else []))
    assert job.returncode != 0
    assert "The credential is from the environment, but issuer is from a variable" in job.output
    assert thief.requests == [] and tenant.read_journal() == []


NOBODY = """
- name: Nobody is there
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Read
      beyondidentity.management.application_info:
        grant_type: authorization_code
      ignore_errors: true
    - name: Listen
      beyondidentity.management.authorize:
        scopes: [realms:read]
        redirect_uri: http://127.0.0.1:8400/callback
        listen: true
      ignore_errors: true
    - name: Roles
      block:
        - name: Paste
          ansible.builtin.include_role:
            name: beyondidentity.management.authorization_code
          vars:
            authorization_code_operations: [ListRealms]
            authorization_code_method: paste
      rescue:
        - name: Pasted
          ansible.builtin.debug:
            msg: "{{ ansible_failed_result.msg }}"
"""


def test_a_job_does_not_wait_for_a_user(awx: Awx, tenant: Tenant) -> None:
    """ansible-runner gives a job a terminal that no user sees."""
    application = SignInApplication.of(tenant)
    job = awx.prepare(NOBODY, credential(application)).run().succeeded()
    assert "No sign-in is stored" in job.results_of("Read")[0]["msg"]
    assert "No terminal is available" in job.results_of("Listen")[0]["msg"]
    assert "No address was pasted" in job.results_of("Pasted")[0]["msg"]
    assert tenant.read_journal(grant="authorization_code") == []


@pytest.mark.parametrize(
    ("message", "given", "variable"),
    [
        ("issuer is missing", False, ""),
        ("client_secret is missing", True, "beyondidentity_client_id=another"),
        ("The credential is from the environment, but ...", True, "beyondidentity_validate_certs=false"),
    ],
)
def test_the_page_explains_the_message_of_a_failed_job(
    awx: Awx, tenant: Tenant, message: str, given: bool, variable: str
) -> None:
    """Its table has a row for each mistake with credentials."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert re.search(rf"^\|[^|]*`{re.escape(message)}`[^|]*\|[^|]+\|$", page, re.MULTILINE)
    job = awx.prepare(DIGESTS, credential(tenant) if given else {}, f"{LOCALHOST.strip()} {variable}\n").run()
    assert job.returncode != 0 and message.removesuffix(" ...") in job.output
    assert tenant.read_journal() == []
