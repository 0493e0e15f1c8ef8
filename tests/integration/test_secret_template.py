# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that look like a template, or can't be decrypted, are refused without showing a part of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, local_hosts, lookup, play, task

HEAD, TAIL = "Xq7Wm2Lp9", "Zr4Kc8Vn1"
VAULT_PASSWORD = "another one"
SECRETS = ("client_secret", "access_token")
NO_TEMPLATE = "its text is not a valid template. If its text has braces that are not a template, mark it !unsafe."
UNDEFINED = "a variable in its template is undefined. If its text has braces"
# Texts of a secret, of which neither end may show anywhere, and words of the message.
TEXTS = {
    "an open expression": (HEAD + "{{" + TAIL, NO_TEMPLATE),
    "an expression that is none": (HEAD + "{{ % }}" + TAIL, NO_TEMPLATE),
    "an open statement": (HEAD + "{%" + TAIL, NO_TEMPLATE),
    "a statement that is none": (HEAD + "{% " + TAIL + " %}", NO_TEMPLATE),
    "a division by zero": (HEAD + "{{ 1/0 }}" + TAIL, "ZeroDivisionError in its template. If its text has braces"),
    "a filter that is none": (HEAD + "{{ 1 | " + TAIL + " }}", NO_TEMPLATE),
    "an undefined name": (HEAD + "{{ " + TAIL + " }}", UNDEFINED),
    "another variable with an undefined name": ("{{ other_text }}", UNDEFINED),
    "only an undefined name": ("{{ nobody_set_this }}", "'nobody_set_this' is undefined. Define it."),
    "a lookup that fails": (
        "{{ lookup('ansible.builtin.file', '/" + HEAD + TAIL + "') }}",
        "the lookup ansible.builtin.file in its template failed. Call the lookup in a debug task",
    ),
    "the token lookup": (
        "{{ lookup('beyondidentity.management.token', 'realms:read') }}",
        "uses the token lookup, which needs the same variable",
    ),
    "itself": ("{{ beyondidentity_%s }}", "its template refers to itself. Use another variable name."),
}
VAULTED = "a vaulted text of another password"
WRONG_PASSWORD = "it is vaulted with another password than Ansible has. Check the vault password and the vault ID"
NO_PASSWORD = "it is vaulted, and Ansible has no vault password. Start Ansible with --vault-password-file"


@dataclass(frozen=True)
class Messages:
    """A run, and its messages by the variable and the text that was in it."""

    run: PlaybookRun
    by_case: dict[tuple[str, str], list[str]]


class Vaulted(str):
    """A text that YAML tags as vaulted."""


yaml.SafeDumper.add_representer(Vaulted, lambda dumper, text: dumper.represent_scalar("!vault", text, style="|"))


def _vaulted() -> Vaulted:
    """Return a vaulted text whose password is not given."""
    vault = VaultLib(secrets=[("default", VaultSecret(b"the right one"))])
    return Vaulted(vault.encrypt(HEAD + TAIL).decode())


MESSAGE = "Cannot use the variable beyondidentity_{}"
# What is no secret, and the reason that is told.
REASONS = {
    "http://127.0.0.1/{{ 1/0 }}": "division by zero",
    "http://127.0.0.1/{{ 1 | nonsense }}": "nonsense",
}


@pytest.fixture(scope="module")
def messages(
    shared_run_playbook: PlaybookRunner, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory, core: str
) -> Messages:
    """Return the messages of module and lookup for each value of each variable."""
    folder = tmp_path_factory.mktemp("variables")
    (folder / "vault-password").write_text(VAULT_PASSWORD, encoding="utf-8")
    cases = [(name, title, text.replace("%s", name)) for name in SECRETS for title, (text, _words) in TEXTS.items()]
    cases += [("issuer", text, text) for text in REASONS]
    cases += [(name, VAULTED, _vaulted()) for name in (*SECRETS, "issuer")]
    tenants, plays = {}, []
    for number, (name, title, text) in enumerate(cases):
        tenants[name, title] = tenant = emulator.create_tenant()
        # not in the play: newer cores show the lines around a task that fails
        file = folder / f"{number}.yml"
        variables = {**tenant.variables, "other_text": TEXTS["an undefined name"][0], f"beyondidentity_{name}": text}
        file.write_text(yaml.safe_dump(variables, width=1000), encoding="utf-8")
        tasks = task("Module", APPLICATIONS), lookup("Lookup")
        plays.append(play(*tasks, hosts=f"host{number}", vars_files=[str(file)]))
    run = shared_run_playbook(
        plays,
        inventory=local_hosts({f"host{number}": {} for number in range(len(cases))}),
        args=["-vvv", "--vault-password-file", str(folder / "vault-password")],
        core=core,
    ).succeeded()
    assert [name for name, tenant in tenants.items() if tenant.read_journal()] == []
    return Messages(
        run,
        {
            (name, title): [run.task(kind, f"host{number}").result["msg"] for kind in ("Module", "Lookup")]
            for number, (name, title, _text) in enumerate(cases)
        },
    )


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", SECRETS)
def test_the_message_says_what_to_do(messages: Messages, name: str, text: str) -> None:
    """By module and lookup alike."""
    for message in messages.by_case[name, text]:
        assert MESSAGE.format(name) in message and TEXTS[text][1] in message


@pytest.mark.parametrize("name", [*SECRETS, "issuer"])
def test_another_vault_password_is_named(messages: Messages, name: str) -> None:
    """Also for an option that is not a secret."""
    for message in messages.by_case[name, VAULTED]:
        assert f"{MESSAGE.format(name)}: {WRONG_PASSWORD}" in message and "braces" not in message


def test_a_missing_vault_password_is_named(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """By the collection for its variables, by Ansible or the collection for arguments."""
    file = tmp_path / "variables.yml"
    variables = {**tenant.variables, "vaulted": _vaulted()}
    file.write_text(yaml.safe_dump(variables, width=1000), encoding="utf-8")
    own = {"vars": {"beyondidentity_client_secret": "{{ vaulted }}"}}
    tasks = task("Module", TOKEN, READ, **own), lookup("Lookup", **own), lookup("Argument", "client_secret=vaulted")
    run = run_playbook(play(*tasks, vars_files=[str(file)]), core=core).succeeded()
    for name in ("Module", "Lookup"):
        assert f"{MESSAGE.format('client_secret')}: {NO_PASSWORD}" in run.task(name).result["msg"]
    message = run.task("Argument").result["msg"]
    assert f"the argument client_secret: {NO_PASSWORD}" in message or "no vault secrets found" in message
    assert tenant.read_journal() == []


def test_no_part_of_a_secret_is_shown(messages: Messages) -> None:
    """At high verbosity."""
    shown = messages.run.output + str([result.result for result in messages.run.results])
    pieces = {end[at : at + 5] for end in (HEAD, TAIL) for at in range(len(end) - 4)}
    assert [line for line in shown.splitlines() if re.search("|".join(pieces), line)] == []


@pytest.mark.parametrize("text", REASONS)
def test_the_reason_is_given_for_other_variables(messages: Messages, text: str) -> None:
    """Their values are no secrets."""
    for message in messages.by_case["issuer", text]:
        assert MESSAGE.format("issuer") in message and REASONS[text] in message


def test_an_unsafe_secret_is_sent_as_it_is(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """The advice of the message works."""
    text = TEXTS["a division by zero"][0]
    plays = yaml.safe_dump([play(task("Module", TOKEN, READ), vars=tenant.variables)])
    plays = plays.replace(f"beyondidentity_client_secret: {tenant.client_secret}", "beyondidentity_client_secret: @@")
    assert "@@" in plays
    run_playbook(plays.replace("@@", f'!unsafe "{text}"'), core=core).succeeded()
    (entry,) = tenant.read_journal(operation="token")
    assert entry["status"] == 401
