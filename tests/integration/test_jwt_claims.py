# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter `jwt_claims` on text from a vault, a file, and facts, and on claims that contain templates."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from ansible.parsing.vault import VaultLib, VaultSecret

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner

PASSWORD = "vault password"
TEMPLATE = "{{ lookup('pipe', 'echo run') }}"

PLAY = """
- hosts: localhost
  gather_facts: false
  vars_files: ["{{ folder }}/vaulted.yml"]
  tasks:
    - name: Kept
      ansible.builtin.set_fact:
        vaulted: "{{ vaulted_token | beyondidentity.management.jwt_claims }}"
        forged: "{{ forged_token | beyondidentity.management.jwt_claims }}"
        read: "{{ lookup('file', folder ~ '/token') | beyondidentity.management.jwt_claims }}"
    - name: Claims
      ansible.builtin.debug:
        msg: ["{{ vaulted.scope }}", "{{ read.scope }}", "{{ forged.scope }}", "{{ forged.nested[0].scope }}"]
    - name: Each
      ansible.builtin.debug:
        msg: "{{ item }}"
      loop: "{{ forged.nested }}"
    - name: Opaque
      ansible.builtin.debug:
        msg: "{{ vaulted_opaque | beyondidentity.management.jwt_claims }}"
      ignore_errors: true
"""


def _forged(claims: dict[str, Any]) -> str:
    """Return a token without a valid signature."""
    return f"header.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.signature"


def _vaulted(name: str, text: str) -> str:
    lines = VaultLib(secrets=[("default", VaultSecret(PASSWORD.encode()))]).encrypt(text).decode().splitlines()
    return f"{name}: !vault |\n" + "".join(f"  {line}\n" for line in lines)


def test_claims_are_read_from_all_forms_of_text_and_never_templated(
    run_playbook: PlaybookRunner, tenant: Tenant, tmp_path: Path, core: str
) -> None:
    """Templates in claims stay text."""
    token, opaque = tenant.request_token("realms:read"), "S3cretReferentialToken"
    (tmp_path / "token").write_text(token + "\n", encoding="utf-8")
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    vaulted = _vaulted("vaulted_token", token) + _vaulted("vaulted_opaque", opaque)
    (tmp_path / "vaulted.yml").write_text(vaulted, encoding="utf-8")
    forged = _forged({"scope": TEMPLATE, "nested": [{"scope": TEMPLATE}]})
    run = run_playbook(
        PLAY,
        extra_vars={"folder": str(tmp_path), "forged_token": forged},
        args=["-vvv", "--vault-password-file", str(tmp_path / "password")],
        core=core,
    ).succeeded()
    assert run.task("Claims").result["msg"] == ["realms:read", "realms:read", TEMPLATE, TEMPLATE]
    assert [item.result["msg"] for item in run.of("Each") if item.is_item] == [{"scope": TEMPLATE}]
    assert "beyondidentity.management.introspect" in run.task("Opaque").result["msg"]
    assert token not in run.output and opaque not in run.output
