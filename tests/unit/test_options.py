# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of connection options against everything that repeats it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.beyondidentity.management.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import SECRET_KEYS, is_secret_key
from ansible_collections.beyondidentity.management.plugins.module_utils._options import (
    CONNECTION_OPTIONS,
    Option,
    connection_spec,
)
from tests.support.collection import ROOT

# As the interface names them, with their defaults.
INTERFACE: dict[str, Any] = {
    "issuer": None,
    "region": None,  # us, where no issuer says otherwise
    "auth_url": None,
    "api_url": None,
    "tenant_id": None,
    "auth_realm_id": None,
    "application_id": None,
    "realm_id": None,
    "client_id": None,
    "client_secret": None,
    "client_auth_method": "client_secret_basic",
    "grant_type": "client_credentials",
    "access_token": None,
    "expiration_time": 3600,
    "token_cache": "run",
    "timeout": 30,
    "retries": 3,
    "retry_max_wait": 60,
    "validate_certs": True,
    "ca_path": None,
    "client_cert": None,
    "client_key": None,
    "proxy": None,
    "reveal": False,
}
DOCUMENTED: dict[str, Any] = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
BY_NAME = pytest.mark.parametrize("option", CONNECTION_OPTIONS, ids=lambda option: option.name)


def test_names_and_defaults_are_those_of_the_interface() -> None:
    assert {option.name: option.default for option in CONNECTION_OPTIONS} == INTERFACE
    assert len(CONNECTION_OPTIONS) == len(INTERFACE)


def test_the_fragment_documents_these_options_and_no_other() -> None:
    assert list(DOCUMENTED) == [option.name for option in CONNECTION_OPTIONS]


@BY_NAME
def test_the_fragment_agrees_with_the_table(option: Option) -> None:
    documented = dict(DOCUMENTED[option.name])
    assert documented.pop("description")
    wanted: dict[str, Any] = {"type": option.type}
    if option.choices:
        wanted["choices"] = list(option.choices)
    if option.default is not None:
        wanted["default"] = option.default
    assert documented == wanted


@BY_NAME
def test_each_description_names_variable_and_environment(option: Option) -> None:
    text = " ".join(DOCUMENTED[option.name]["description"])
    named = re.findall(r"Variable C\((\w+)\), environment E\((\w+)\)", text)
    if option.argument_only:
        assert named == []
    else:
        assert named == [(f"beyondidentity_{option.name}", f"BEYONDIDENTITY_{option.name.upper()}")]
        assert named == [(option.variable, option.environment)]


def test_only_reveal_is_an_argument_only() -> None:
    assert [option.name for option in CONNECTION_OPTIONS if option.argument_only] == ["reveal"]


def test_the_spec_is_accepted_by_ansible_and_gives_the_defaults() -> None:
    checked = ArgumentSpecValidator(connection_spec()).validate({})
    assert checked.error_messages == []
    assert checked.validated_parameters == INTERFACE


@BY_NAME
def test_the_spec_hides_secrets_and_requires_nothing(option: Option) -> None:
    spec = connection_spec()[option.name]
    assert spec["no_log"] is (option.name in {"client_secret", "access_token", "proxy"})
    assert "required" not in spec, "it may come from a variable"


def test_credentials() -> None:
    assert {option.name for option in CONNECTION_OPTIONS if option.credential} == {
        "client_id",
        "client_secret",
        "access_token",
    }


def test_secret_keys() -> None:
    assert SECRET_KEYS >= {
        "access_token",
        "client_secret",
        "code",
        "code_verifier",
        "id_token",
        "credential_binding_link",
        "proxy",
        "refresh_token",
        "token",
    }


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("client_secret", True),
        ("inbound_scim_client_secret", True),
        ("userPassword", True),
        ("private_key", True),
        ("privateKey", True),
        ("sp_public_signing_key", False),
        ("postal_code", False),
        ("token_suffix", False),
        ("next_page_token", False),
        ("credential_id", False),
    ],
)
def test_names_that_stand_for_secrets(name: str, secret: bool) -> None:
    assert is_secret_key(name) is secret


@BY_NAME
def test_the_readme_lists_the_option(option: Option) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`{option.name}`", readme)
