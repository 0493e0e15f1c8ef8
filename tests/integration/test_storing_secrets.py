# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide docs/storing-secrets.md: its tasks store a new secret, and the secret is nowhere in clear text."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from beyondidentity_emulator.client import Tenant
from tests.support.canary import Canaries
from tests.support.cores import core_bin
from tests.support.examples import markdown_examples
from tests.support.leak_detector import LeakDetector
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import play
from tests.support.recorder import RecordedRequest, Recorder, forward_to
from tests.support.remote import STUB
from tests.support.secret_stores import SecretStores, start_secret_stores
from tests.support.writes import list_writes

GUIDE = "docs/storing-secrets.md"
BEGINNING, *SECTIONS = [example.text for example in markdown_examples() if example.place.startswith(f"{GUIDE}:")]
COMPARISONS = {
    "Write the credentials to an ansible-vault file",  # compares and writes
    "Compare the credentials with those in HashiCorp Vault",
    "Compare the client ID with the one in GitHub",
    "Compare the credentials with those in GitLab",
    "Compare the credentials with those in Kubernetes",
}
CREATED = re.compile(rb'"client_secret"\s*:\s*"([^"]+)"')
OURS = "beyondidentity.management"


@dataclass
class GuideRunner:
    """Runs the guide with what its user has: an administrator's credentials, a vault password, tokens of the stores."""

    tenant: Tenant
    stores: SecretStores
    folder: Path
    server: Recorder  # between the collection and the emulator
    canaries: Canaries
    client_secrets: set[str] = field(default_factory=set)

    @property
    def vault_file(self) -> Path:
        """The file that the first section writes."""
        return self.folder / "nightly-report.json"

    @property
    def password_file(self) -> Path:
        """The file with the vault password."""
        return self.folder.parent / "password"

    def watch_secrets(self, _seen: RecordedRequest, answer: bytes) -> None:
        """Watch for the secrets of a response, before the collection has them."""
        for secret in CREATED.findall(answer):
            self.client_secrets.add(self.canaries.add("client secret", secret.decode()))

    def write_playbook(self, *sections: str, beginning: str = BEGINNING) -> Path:
        """Write the playbook with the tasks of these sections, or of all."""
        path = self.folder / "store.yml"
        path.write_text(beginning + textwrap.indent("\n".join(sections or SECTIONS), "    "), encoding="utf-8")
        return path

    def options(self, core: str, **environment: str) -> dict[str, Any]:
        """Return how to run the playbook, at the highest verbosity, with diffs and a log."""
        address = {"beyondidentity_issuer", "beyondidentity_api_url"}
        variables = self.tenant.variables
        variables |= {name: variables[name].replace(self.tenant.emulator.url, self.server.url) for name in address}
        return {
            "core": core,
            "extra_vars": {**variables, "vault_url": self.stores.url, "gitlab_url": self.stores.url},
            "args": ["-vvvv", "--diff"],
            "env": {
                **self.stores.tokens,
                "PATH": f"{self.folder.parent / 'bin'}:{core_bin(core)}:/usr/bin:/bin",
                "PYTHONPATH": str(STUB),  # modules find a journal
                "ANSIBLE_VAULT_PASSWORD_FILE": str(self.password_file),
                "ANSIBLE_REMOTE_TMP": str(self.folder / "modules"),
                "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
                **environment,
            },
        }


@pytest.fixture
def guide(tenant: Tenant, tmp_path: Path) -> Iterator[GuideRunner]:
    """Return the user's folder, the emulator and the stores."""
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    canaries = Canaries()
    with start_secret_stores(tmp_path / "bin") as stores:
        for name, token in stores.tokens.items():
            canaries.add(name, token, "environment")

        def watch(*exchange: Any) -> None:
            made.watch_secrets(*exchange)

        with Recorder(forward_to(tenant.emulator.url), watch) as server:
            made = GuideRunner(tenant, stores, folder, server, canaries)
            made.password_file.write_text(f"{canaries.add('vault password', stores.vault.token[::-1])}\n")
            yield made


def find_section(text: str) -> str:
    """Return the section with this text."""
    (section,) = [section for section in SECTIONS if text in section]
    return section


def run_watched(run_playbook: PlaybookRunner, guide: GuideRunner, playbook: Path, how: dict[str, Any]) -> PlaybookRun:
    """Run a playbook; fail if a secret is in a file, the output, a log, or the arguments of a process."""
    running = run_playbook.start(playbook, **how)
    folders = [running.folder, running.tmp, guide.folder]
    with LeakDetector(guide.canaries, folders, but=[running.folder / "input"]) as detector:
        run = running.finish().succeeded()
    assert sorted(detector.leaks) == [] and detector.scans > 10
    assert guide.canaries.leaking_lines(run.output) == []
    assert [line for line in run.output.splitlines() if "WARNING" in line] == []
    assert (guide.folder / "ansible.log").stat().st_size > 0
    assert guide.stores.unexpected == []
    return run


def list_changed(run: PlaybookRun) -> set[str]:
    """Return the tasks that reported a change."""
    return {result.task.rpartition(" : ")[2] for result in run.results if result.status == "changed"}


def read_vault_file(guide: GuideRunner, core: str) -> dict[str, str]:
    """Return the values in the vault file, as the command of the guide shows them."""
    command = [core_bin(core) / "ansible-vault", "view", "--vault-password-file", guide.password_file, guide.vault_file]
    values: dict[str, str] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {name.upper(): value for name, value in values.items()}


def check_stored(guide: GuideRunner, core: str, name: str) -> dict[str, str]:
    """Check that every store has the credentials of the application of this name; return them."""
    (application,) = [entry for entry in list_applications(guide.tenant) if entry["display_name"] == name]
    values = read_vault_file(guide, core)
    protocol = application["protocol_config"]
    assert values["BEYONDIDENTITY_CLIENT_ID"] == protocol["client_id"]
    assert values["BEYONDIDENTITY_CLIENT_SECRET"] == protocol["client_secret"]
    assert values["BEYONDIDENTITY_ISSUER"].endswith(f"/applications/{application['id']}")
    stores = guide.stores
    assert [values] * 4 == [stores.vault.values, stores.gitlab.values, stores.github.values, stores.kubernetes.values]
    assert set(stores.github.secrets) == {"BEYONDIDENTITY_CLIENT_SECRET"}
    variables = stores.gitlab.variables.values()
    assert [item["key"] for item in variables if item["masked"]] == ["BEYONDIDENTITY_CLIENT_SECRET"]
    assert all(item["protected"] is item["raw"] is True for item in variables)
    return values


def list_applications(tenant: Tenant) -> list[dict[str, Any]]:
    """Return all applications, with their secrets."""
    headers = {"Authorization": f"Bearer {tenant.request_token('applications:read')}"}
    response = requests.get(f"{tenant.realm_url}/applications", headers=headers, timeout=60)
    found: list[dict[str, Any]] = response.json()["applications"]
    return found


def test_each_store_receives_the_secret_and_no_file_does(
    run_playbook: PlaybookRunner, guide: GuideRunner, core: str
) -> None:
    """Check mode writes nothing and predicts each change; the second run changes nothing; a new application replaces all."""
    how = guide.options(core)
    check = {**how, "args": [*how["args"], "--check"]}
    playbook = guide.write_playbook()

    checked = run_watched(run_playbook, guide, playbook, check)
    assert list_changed(checked) >= COMPARISONS
    assert not guide.vault_file.exists() and set(guide.stores.writes.values()) == {0} and not list_writes(guide.tenant)

    first = run_watched(run_playbook, guide, playbook, how)
    assert list_changed(first) >= COMPARISONS
    values = check_stored(guide, core, "Nightly report")
    assert values["BEYONDIDENTITY_CLIENT_SECRET"] in guide.client_secrets
    assert stat.S_IMODE(guide.vault_file.stat().st_mode) == 0o600
    text, writes = guide.vault_file.read_bytes(), guide.stores.writes

    for again in (how, check):
        assert list_changed(run_watched(run_playbook, guide, playbook, again)) == set()
    assert guide.vault_file.read_bytes() == text and guide.stores.writes == writes

    replaced = run_watched(
        run_playbook,
        guide,
        guide.write_playbook(beginning=BEGINNING.replace("Nightly report", "Nightly report 2")),
        how,
    )
    assert list_changed(replaced) >= COMPARISONS
    assert check_stored(guide, core, "Nightly report 2") != values
    assert read_salt(guide.vault_file.read_bytes()) != read_salt(text)


def read_salt(text: bytes) -> bytes:
    """Return the salt of a vault file: the cipher is a stream, so two texts with one salt would reveal their difference."""
    return bytes.fromhex(b"".join(text.splitlines()[1:]).decode())[:64]


def test_the_vault_file_authenticates_later_runs(run_playbook: PlaybookRunner, guide: GuideRunner, core: str) -> None:
    """With the command of the guide."""
    how = guide.options(core)
    run_playbook(guide.write_playbook(SECTIONS[0]), **how).succeeded()
    own = {"name": "Read", f"{OURS}.identity_info": {}}
    arguments = ["-e", f"@{guide.vault_file}", "-e", f"beyondidentity_api_url={guide.server.url}"]
    guide.tenant.clear_journal()
    run_playbook(play(own), core=core, env=how["env"], args=arguments).succeeded()
    (client,) = {entry["form"]["scope"] for entry in guide.tenant.read_journal(grant="client_credentials")}
    assert client == "identities:read"


def test_without_the_rules_of_the_guide_the_secret_is_in_files(
    run_playbook: PlaybookRunner, guide: GuideRunner, core: str
) -> None:
    """With ANSIBLE_KEEP_REMOTE_FILES, and in the system log without `no_log`. So the other tests would find such a file."""
    how = guide.options(core, ANSIBLE_KEEP_REMOTE_FILES="1")
    playbook = guide.write_playbook(*(section.replace("no_log: true", "no_log: false") for section in SECTIONS))
    run = run_playbook(playbook, **how).succeeded()
    with LeakDetector(guide.canaries, [guide.folder / "modules", run.home]) as detector:
        pass
    files = {Path(leak.rpartition(" in ")[2]).name for leak in detector.leaks if leak.startswith("client secret in ")}
    assert files >= {"AnsiballZ_uri.py", "AnsiballZ_command.py", "journal.log"}


def test_an_interrupted_run_is_repaired(run_playbook: PlaybookRunner, guide: GuideRunner) -> None:
    """GitHub: before each write. HashiCorp Vault: after a user deleted the values."""
    how = guide.options("default")
    github = guide.write_playbook(find_section("gh, secret"))
    for writes in range(3):
        guide.stores.github.writes, guide.stores.github.writes_until_failure = 0, writes
        run_playbook(github, **how).failed()
        assert "BEYONDIDENTITY_CLIENT_ID" not in guide.stores.github.variables
    guide.stores.github.writes_until_failure = None
    run_playbook(github, **how).succeeded()
    assert guide.stores.github.secrets["BEYONDIDENTITY_CLIENT_SECRET"] in guide.client_secrets

    vault = guide.write_playbook(find_section("X-Vault-Token"))
    for version in (1, 2):
        run_playbook(vault, **how).succeeded()
        assert guide.stores.vault.version == version and guide.stores.vault.values
        guide.stores.vault.delete()


def test_another_users_write_is_not_replaced(run_playbook: PlaybookRunner, guide: GuideRunner) -> None:
    """HashiCorp Vault refuses a write if another user wrote after the comparison. The failure shows no secret."""
    theirs = {"written by": "another user"}
    guide.stores.vault.next_write_by_others = theirs
    run = run_playbook(guide.write_playbook(find_section("X-Vault-Token")), **guide.options("default")).failed()
    assert run.task("Write the credentials to HashiCorp Vault").status == "failed"
    assert guide.stores.vault.values == theirs
    assert guide.canaries.leaking_lines(run.output) == []


@pytest.mark.parametrize(
    ("variable", "text"),
    [("VAULT_TOKEN", "X-Vault-Token"), ("GITLAB_TOKEN", "PRIVATE-TOKEN"), ("GH_TOKEN", "gh, secret")],
)
def test_a_refused_token_is_a_failure(
    run_playbook: PlaybookRunner, guide: GuideRunner, variable: str, text: str
) -> None:
    """Also with --check: a token that cannot read does not look like a store without the secret."""
    playbook, how = guide.write_playbook(find_section(text)), guide.options("default", **{variable: "refused"})
    for check in ([], ["--check"]):
        run = run_playbook(playbook, **{**how, "args": [*how["args"], *check]}).failed()
        failed = {result.task for result in run.results if result.status == "failed"}
        assert failed and failed <= COMPARISONS
        assert guide.canaries.leaking_lines(run.output) == []


def test_the_module_can_take_the_place_of_the_role(run_playbook: PlaybookRunner, guide: GuideRunner) -> None:
    """As the guide says: with `return_secret` and `register`."""
    application = {
        "name": "Manage the application",
        f"{OURS}.application": {"display_name": "Nightly report", "return_secret": True},
        "register": "beyondidentity_application",
    }
    tasks = textwrap.indent(json.dumps([application])[1:-1], "    - ") + "\n"
    beginning = re.sub(r"(?ms)^  roles:.*(?=^  tasks:)", "", BEGINNING) + tasks
    playbook, how = guide.write_playbook(beginning=beginning), guide.options("default")
    run_watched(run_playbook, guide, playbook, {**how, "args": ["--check"]})
    assert list_changed(run_watched(run_playbook, guide, playbook, how)) >= COMPARISONS
    check_stored(guide, "default", "Nightly report")
    assert list_changed(run_watched(run_playbook, guide, playbook, how)) == set()
