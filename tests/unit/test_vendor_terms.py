# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/vendor-terms.md names each word of the vendor's guide, and only modules, options, values and variables that exist."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
import yaml

from tests.support.collection import ROOT

TEXT = (ROOT / "docs" / "vendor-terms.md").read_text(encoding="utf-8")
ROWS = [
    [cell.replace("\0", "|").strip() for cell in line.replace(r"\|", "\0").strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and line.count("|") > 3 and not line.startswith("| in the guide")
]
# The words of the vendor's guide.
WORDS = """Select your scopes; API Tokens tab; Name; Scopes; Create token; Protocol; OAuth2; OIDC; Client Type; Confidential; PKCE;
Disabled; S256; Token Endpoint Auth Method; Client Secret Basic; Grant Type; Client Credentials; Authorization Code; Resource Server;
Allowed Scopes; Authenticator Config tab; Configuration Type; Hosted Web; Display Name; Redirect URI; Submit; /authorize; /token;
response_type; client_id; redirect_uri; scope; state; codeVerifier; codeChallenge; code_challenge_method; grant_type; code;
code_verifier; tenant_id; realm_id; application_id; openid""".replace("\n", " ")


def read_arguments(module: str) -> dict[str, Any]:
    """Return the options that a module accepts, by name and alias."""
    name = f"ansible_collections.beyondidentity.management.plugins.modules.{module}"
    options: dict[str, Any] = importlib.import_module(name).SPEC.build_arguments()["argument_spec"]
    aliases = {alias: option for option in options.values() for alias in option.get("aliases", [])}
    return {**options, **aliases}


def read_role_variables() -> set[str]:
    """Return the variables of all roles, from their argument specs."""
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    return {name for spec in specs for name in spec["argument_specs"]["main"]["options"]}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_names_of_a_row_exist(row: list[str]) -> None:
    """Each option belongs to the last module before it, or behind it if the cell says 'of the module'."""
    cell = re.sub(r"option `(\w+)` of the module `(\w+)`", r"module `\2`, option `\1`", row[1])
    module, option = "", ""
    for kind, name in re.findall(r"\b(module|option|value|alias of the option is|lookup|filter) `([^`]+)`", cell):
        if kind == "module":
            module = name
            assert read_arguments(name)
        elif kind in ("option", "alias of the option is"):
            option = name
            assert name in read_arguments(module), f"{module} has no {name}"
        elif kind == "value":
            choices = read_arguments(module)[option].get("choices")
            assert choices is None or name in choices, f"{option} of {module} cannot be {name}"
        else:
            assert (ROOT / "plugins" / kind / f"{name}.py").exists()
    variables = {name for name in re.findall(r"`([^`]+)`", row[2]) if (ROOT / "roles" / name).exists() is False}
    assert variables <= read_role_variables()


def test_each_word_of_the_guide_is_in_a_first_column() -> None:
    first = " ".join(re.findall(r"(?m)^\| ([^|]*(?:\\\|[^|]*)?) \|", TEXT))
    assert [word for word in map(str.strip, WORDS.split(";")) if word.lower() not in first.lower()] == []


def test_most_rows_name_something() -> None:
    assert len(ROWS) > 35 and sum("module `" in row[1] for row in ROWS) > 30
