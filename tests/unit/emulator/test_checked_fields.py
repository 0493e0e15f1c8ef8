# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings and fields of faults with a wrong type or value are refused, with the name and what is allowed."""

from __future__ import annotations

import dataclasses

import pytest

from beyondidentity_emulator.client import EmulatorError
from beyondidentity_emulator.model.checked_fields import describe, is_allowed, list_hints
from beyondidentity_emulator.model.faults import Fault
from beyondidentity_emulator.model.settings import Settings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rate_limit": "5"}, "rate_limit must be a whole number of at least 0 or null; not '5'"),
        ({"rate_limit": -1}, "rate_limit must be a whole number of at least 0 or null; not -1"),
        ({"rate_limit": True}, "rate_limit must be a whole number of at least 0 or null; not True"),
        ({"rate_limit": 1.5}, "rate_limit must be a whole number of at least 0 or null; not 1.5"),
        ({"clock_offset": None}, "clock_offset must be a number; not None"),
        ({"sign_in": "PAGE"}, "sign_in must be `approve`, `deny` or `page`; not 'PAGE'"),
        ({"revoked_token_status": 401.0}, "revoked_token_status must be `403` or `401`; not 401.0"),
        ({"identity_roles": 1}, "identity_roles must be true or false; not 1"),
        ({"identity": {"id": 1}}, "identity must be an object whose values are texts; not {'id': 1}"),
        ({"masked_statuses": [9]}, "masked_statuses must be a list of whole numbers from 100 to 999; not [9]"),
        ({"ignored_fields": "group"}, "ignored_fields must be a list of texts; not 'group'"),
        (
            {"normalized_fields": {"username": ["upper"]}},
            "normalized_fields must be an object whose values are lists of `trim`, `collapse`, `nfc` and `lower`",
        ),
    ],
)
def test_a_wrong_setting_is_refused(given, message, tenant, emulator):
    before = tenant.change_settings()
    for change in (tenant.change_settings, emulator.create_tenant):
        with pytest.raises(EmulatorError) as caught:
            change(**{"token_lifetime": 5, **given})
        assert "400" in str(caught.value) and message in str(caught.value)
    assert tenant.change_settings() == before, "the valid ones are not set, either"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"status": 42}, "status must be a whole number from 100 to 999 or null; not 42"),
        ({"times": "1"}, "times must be a whole number of at least 0 or null; not '1'"),
        ({"path": "["}, "path must be a regular expression or null; not '['"),
        ({"shape": "xml"}, "shape must be `management`, `oauth`, `html`, `empty` or null; not 'xml'"),
        ({"delay": -1}, "delay must be a number of at least 0; not -1"),
        ({"drip_size": 0}, "drip_size must be a whole number of at least 1; not 0"),
        ({"headers": {"Retry-After": 1}}, "headers must be an object whose values are texts; not {'Retry-After': 1}"),
        ({"merge": []}, "merge must be an object or null; not []"),
        ({"part": "scim"}, "part must be `management`, `authorization` or null; not 'scim'"),
        ({"used": 3}, "unknown fields of a fault: used; known: body, carry_out,"),
        ({"statuss": 500, "times": -1}, "times must be a whole number of at least 0 or null; not -1"),
    ],
)
def test_a_wrong_fault_is_refused(given, message, tenant):
    with pytest.raises(EmulatorError) as caught:
        tenant.add_fault(**given)
    assert "400" in str(caught.value) and message in str(caught.value)
    assert tenant.list_faults() == []


@pytest.mark.parametrize("table", [Settings, Fault])
def test_the_defaults_of_a_table_are_allowed(table):
    values = vars(Settings()) if table is Settings else dataclasses.asdict(Fault())
    hints = list_hints(table)
    assert {name: value for name, value in values.items() if not is_allowed(value, hints[name])} == {}
    assert all(describe(hint) for hint in hints.values())
