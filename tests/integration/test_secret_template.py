# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets whose text looks like a template, or can't be decrypted: refused without telling a piece of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, lookup, play, task

HEAD, TAIL = "Xq7Wm2Lp9", "Zr4Kc8Vn1"
VAULT_PASSWORD = "another one"
# Texts of a secret, of which neither end may show anywhere.
TEXTS = {
    "an open expression": HEAD + "{{" + TAIL,
    "an expression that is none": HEAD + "{{ % }}" + TAIL,
    "an open statement": HEAD + "{%" + TAIL,
    "a statement that is none": HEAD + "{% " + TAIL + " %}",
    "a division by zero": HEAD + "{{ 1/0 }}" + TAIL,
    "a filter that is none": HEAD + "{{ 1 | " + TAIL + " }}",
}


class Vaulted(str):
    """A text that YAML tags as vaulted."""


yaml.SafeDumper.add_representer(Vaulted, lambda dumper, text: dumper.represent_scalar("!vault", text, style="|"))


def _vaulted() -> Vaulted:
    """Return a vaulted text whose password nobody gives."""
    vault = VaultLib(secrets=[("default", VaultSecret(b"the right one"))])
    return Vaulted(vault.encrypt(HEAD + TAIL).decode())


def _asked(
    run_playbook: PlaybookRunner, tenant: Tenant, folder: Path, name: str, value: Any, core: str
) -> tuple[Any, list[str]]:
    """Ask with this value of a variable, by module and lookup; return the run and the two messages."""
    (folder / "vault-password").write_text(VAULT_PASSWORD, encoding="utf-8")
    variables = {**tenant.variables, f"beyondidentity_{name}": value}
    file = folder / "variables.yml"  # not in the play: newer cores show the lines around a task that fails
    file.write_text(yaml.safe_dump(variables, width=1000), encoding="utf-8")
    made = play(task("Module", APPLICATIONS), lookup("Lookup"), vars_files=[str(file)])
    args = ["-vvv", "--vault-password-file", str(folder / "vault-password")]
    run = run_playbook(made, args=args, core=core).succeeded()
    results = [run.task(each) for each in ("Module", "Lookup")]
    assert [result.status for result in results] == ["ignored", "ignored"]
    assert tenant.journal() == []
    return run, [result.result["msg"] for result in results]


@pytest.mark.parametrize("text", [*TEXTS, "a vaulted text of another password"])
@pytest.mark.parametrize("name", ["client_secret", "access_token"])
def test_secrets_are_not_told(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, name: str, text: str, core: str
) -> None:
    """Neither by module nor by lookup, however much is printed; but what to do is said."""
    value = TEXTS.get(text) or _vaulted()
    run, messages = _asked(run_playbook, tenant, tmp_path, name, value, core)
    for message in messages:
        assert f"The variable beyondidentity_{name} can't be used" in message
        assert "when it was templated or decrypted" in message and "mark it !unsafe" in message
    shown = run.output + str([result.result for result in run.results])
    pieces = {end[at : at + 5] for end in (HEAD, TAIL) for at in range(len(end) - 4)}
    assert [line for line in shown.splitlines() if re.search("|".join(pieces), line)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("http://127.0.0.1/{{ 1/0 }}", "division by zero"), ("http://127.0.0.1/{{ 1 | nonsense }}", "nonsense")],
)
def test_what_is_no_secret_keeps_the_reason(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, text: str, reason: str, core: str
) -> None:
    """As with any other variable."""
    _run, messages = _asked(run_playbook, tenant, tmp_path, "issuer", text, core)
    for message in messages:
        assert "The variable beyondidentity_issuer can't be used" in message and reason in message


def test_unsafe_text_is_a_secret_like_any_other(run_playbook: PlaybookRunner, tenant: Tenant, core: str) -> None:
    """What the message advises helps: the text gets to the server as it stands."""
    text = TEXTS["a division by zero"]
    plays = yaml.safe_dump([play(task("Module", TOKEN, READ), vars=tenant.variables)])
    plays = plays.replace(f"beyondidentity_client_secret: {tenant.client_secret}", "beyondidentity_client_secret: @@")
    assert "@@" in plays
    run_playbook(plays.replace("@@", f'!unsafe "{text}"'), core=core).succeeded()
    (entry,) = tenant.journal(operation="token")
    assert entry["status"] == 401
