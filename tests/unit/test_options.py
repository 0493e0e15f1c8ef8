# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of connection options, and the places that repeat it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.beyondidentity.management.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.beyondidentity.management.plugins.doc_fragments.managed_realm import (
    ModuleDocFragment as ManagedRealmFragment,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import (
    CONNECTION_OPTIONS,
    REALM_OPTION,
    Option,
    connection_spec,
    list_options,
)
from tests.support.collection import ROOT

# The options of the interface, with their defaults.
INTERFACE: dict[str, Any] = {
    "issuer": None,
    "region": None,  # us, unless issuer names another region
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
    "min_validity": None,
    "token_cache": "run",
    "timeout": 30,
    "retries": 3,
    "retry_max_wait": 60,
    "validate_certs": True,
    "ca_path": None,
    "client_cert": None,
    "client_key": None,
    "client_key_password": None,
    "proxy": None,
    "reveal": False,
}
OF_LOOKUP: dict[str, Any] = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
REVEALING: dict[str, Any] = yaml.safe_load(ModuleDocFragment.REVEAL)["options"]
DOCUMENTED = {**OF_LOOKUP, **REVEALING}
OF_REALM: dict[str, Any] = yaml.safe_load(ManagedRealmFragment.DOCUMENTATION)["options"]
BY_NAME = pytest.mark.parametrize("option", list_options(manages_realm=True), ids=lambda option: option.name)


def test_the_table_has_the_options_and_defaults_of_the_interface() -> None:
    assert {option.name: option.default for option in CONNECTION_OPTIONS} == INTERFACE
    assert len(CONNECTION_OPTIONS) == len(INTERFACE)


def test_the_fragment_documents_exactly_these_options() -> None:
    assert list(DOCUMENTED) == [option.name for option in CONNECTION_OPTIONS]


def test_the_lookup_has_no_result_to_reveal() -> None:
    assert list(REVEALING) == ["reveal"] and "reveal" not in OF_LOOKUP


def test_only_modules_that_manage_a_realm_have_the_option_realm() -> None:
    assert list_options(manages_realm=True) == (*CONNECTION_OPTIONS, REALM_OPTION)
    assert list_options(manages_realm=False) == CONNECTION_OPTIONS
    assert set(connection_spec(manages_realm=True)) - set(connection_spec()) == set(OF_REALM) == {"realm"}


@BY_NAME
def test_the_fragment_documents_the_same_type_choices_and_default(option: Option) -> None:
    documented = dict({**DOCUMENTED, **OF_REALM}[option.name])
    assert documented.pop("description")
    wanted: dict[str, Any] = {"type": option.type}
    if option.choices:
        wanted["choices"] = list(option.choices)
    if option.default is not None:
        wanted["default"] = option.default
    assert documented == wanted


@BY_NAME
def test_each_description_names_the_variable_and_the_environment_variable(option: Option) -> None:
    text = " ".join({**DOCUMENTED, **OF_REALM}[option.name]["description"])
    named = re.findall(r"Variable C\((\w+)\), environment E\((\w+)\)", text)
    if option.argument_only:
        assert named == []
    else:
        assert named == [(f"beyondidentity_{option.name}", f"BEYONDIDENTITY_{option.name.upper()}")]
        assert named == [(option.variable, option.environment)]


def test_only_reveal_cannot_be_set_by_variable_or_environment() -> None:
    assert [option.name for option in CONNECTION_OPTIONS if option.argument_only] == ["reveal"]


def test_ansible_accepts_the_spec_and_returns_the_defaults() -> None:
    checked = ArgumentSpecValidator(connection_spec()).validate({})
    assert checked.error_messages == []
    assert checked.validated_parameters == INTERFACE


@BY_NAME
def test_the_spec_marks_secrets_and_requires_no_option(option: Option) -> None:
    spec = connection_spec(manages_realm=True)[option.name]
    assert spec["no_log"] is (option.name in {"client_secret", "access_token", "client_key_password", "proxy"})
    assert "required" not in spec, "a variable can set it"


def test_credentials_are_replaced_together() -> None:
    assert {option.name for option in CONNECTION_OPTIONS if option.credential} == {
        "client_id",
        "client_secret",
        "access_token",
    }


@BY_NAME
def test_the_guide_lists_each_option(option: Option) -> None:
    guide = (ROOT / "docs" / "connection.md").read_text(encoding="utf-8")
    assert re.search(rf"`{option.name}`", guide)
