# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a module on a remote host: no power over the controller, and none of the secrets that the host received."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from ansible.executor.module_common import modify_module
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import MASK
from ansible_collections.beyondidentity.management.plugins.plugin_utils.remote_results import clean_remote_result

RAW_OUTPUT = ("module_stdout", "module_stderr", "exception")
# What JSON and Python literals escape.
SECRETS = [
    "plain-s3cret",
    "it's",
    'say "so"',
    "both ' and \"",
    "back\\slash\\",
    "\\'\\\"",
    "grüße, 日本語",
    "\U0001f511 zero\u200bwidth\x85",
    "two\nlines\tand a tab",
]
BY_SECRET = pytest.mark.parametrize("secret", SECRETS)


def build_wrapper_line(folder: Path, arguments: dict[str, Any]) -> str:
    """Return the line of AnsiballZ's code that holds a module's parameters. A traceback can show it."""
    module = folder / "module.py"
    module.write_text("from ansible.module_utils.basic import AnsibleModule\n", encoding="utf-8")
    built: Any = modify_module(
        module_name="module",
        module_path=str(module),
        module_args=arguments,
        templar=Templar(DataLoader()),
        task_vars={"ansible_python_interpreter": "/usr/bin/python3"},
    )
    code = built[0] if isinstance(built, tuple) else built.b_module_data  # ansible-core 2.16 to 2.18: a tuple
    return next(line for line in code.decode().split("\n") if "ANSIBLE_MODULE_ARGS" in line)


@BY_SECRET
@pytest.mark.parametrize("other", ["plain", "' and \""])
def test_a_secret_is_masked_as_ansiballz_sends_it(secret: str, other: str, tmp_path: Path) -> None:
    line = build_wrapper_line(tmp_path, {"client_secret": secret, "realm_id": other})
    cleaned = clean_remote_result({"module_stderr": f"Traceback:\n{line}"}, {"client_secret": secret})
    assert f'"client_secret": "{MASK}"' in cleaned["module_stderr"]


@BY_SECRET
def test_a_secret_is_masked_as_ansiballz_sends_it_to_modules_with_the_utf8_profile(secret: str) -> None:
    """The profile `modern` of ansible-core 2.19 and later does not escape letters outside ASCII."""
    line = f"params={json.dumps({'client_secret': secret}, ensure_ascii=False)!r},"
    cleaned = clean_remote_result({"module_stderr": line}, {"client_secret": secret})
    assert cleaned["module_stderr"] == f'params=\'{{"client_secret": "{MASK}"}}\','


@pytest.mark.parametrize("name", RAW_OUTPUT)
def test_no_part_of_a_secret_remains_where_raw_output_is_cut(name: str) -> None:
    secret = "QWZJXVYKBFGH0123456789QWZJXVYKBFGH"
    for start in range(500 - len(secret) - 5, 503):
        cleaned = clean_remote_result({name: "-" * start + secret + "-" * 20}, {"client_secret": secret})
        assert not set(cleaned[name]) & set(secret), cleaned[name]


@pytest.mark.parametrize("name", RAW_OUTPUT)
def test_raw_output_becomes_one_short_line(name: str) -> None:
    cleaned = clean_remote_result({name: "\x1b[31mred\nline" + "x" * 1000}, {})
    assert cleaned[name].startswith("[31mred linexxx") and len(cleaned[name]) == 500


def test_raw_output_does_not_show_basic_credentials() -> None:
    params = {"client_id": "id/1", "client_secret": "s3cr:t", "proxy": "http://user:p%40ss@proxy.example:3128"}
    client, proxy = base64.b64encode(b"id%2F1:s3cr%3At").decode(), base64.b64encode(b"user:p@ss").decode()
    cleaned = clean_remote_result({"module_stderr": f"Basic {client}, Basic {proxy}, p@ss"}, params)
    assert cleaned["module_stderr"] == f"Basic {MASK}, Basic {MASK}, {MASK}"


def test_a_secret_stays_only_under_secret_keys() -> None:
    """Secret keys hide the whole result, and tasks need their values."""
    result = {"msg": "text s3cret", "token": {"access_token": "s3cret-and-more"}, "s3cret": ["s3cret"]}
    cleaned = clean_remote_result(result, {"client_secret": "s3cret"})
    assert cleaned == {"msg": f"text {MASK}", "token": {"access_token": "s3cret-and-more"}, MASK: [MASK]}


def test_facts_inventory_and_private_keys_are_removed() -> None:
    powers = {"invocation": {}, "ansible_facts": {}, "add_host": {}, "add_group": "g", "_ansible_no_log": False}
    assert clean_remote_result({**powers, "changed": True}, {}) == {"changed": True}


def test_a_secret_input_that_ansible_masked_is_restored_under_its_own_name() -> None:
    masked = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    result = {"token": [{"client_secret": masked, "access_token": masked, "realm_id": masked}]}
    cleaned = clean_remote_result(result, {"client_secret": "s3cret", "access_token": None, "realm_id": "r1"})
    assert cleaned == {"token": [{"client_secret": "s3cret", "access_token": masked, "realm_id": masked}]}
