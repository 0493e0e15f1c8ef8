# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a play loads: Ansible compiles each file of a collection in each run, and a worker inherits what is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.collection import link_collection

_PLUGINS = "ansible_collections.beyondidentity.management.plugins."
_SCRIPT = f"""
import importlib, json, sys
importlib.import_module({_PLUGINS!r} + sys.argv[1])
print(json.dumps(list(sys.modules)))
"""

# What only a play with sign-ins, objects or check mode needs.
_SIGN_IN = {"jwt", "http.server", "webbrowser", f"{_PLUGINS}module_utils._task.code_exchange"}
_CLIENT = {f"{_PLUGINS}module_utils._management.{name}" for name in ("client", "listing_memory", "paging")}
_CHECK_MODE = {f"{_PLUGINS}module_utils._management.{name}" for name in ("predicting_client", "predictions")}

# What only a run with an audit file needs.
_AUDIT = {f"{_PLUGINS}plugin_utils.{name}" for name in ("audit_file", "token_audit")}


def list_loaded(plugin: str) -> set[str]:
    """Return the modules that a process has after the import of a plugin."""
    environment = {**os.environ, "PYTHONPATH": str(link_collection())}
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT, plugin], env=environment, capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout))


@pytest.mark.parametrize("plugin", ["action.token", "lookup.token"])
def test_a_play_that_requests_a_token_loads_only_what_it_needs(plugin: str) -> None:
    assert list_loaded(plugin) & (_SIGN_IN | _CLIENT | _CHECK_MODE | _AUDIT) == set()


def test_a_lookup_that_finds_its_token_in_the_store_loads_no_http() -> None:
    """Ansible loads a lookup in the worker of each task, so each task that uses it loads these files."""
    loaded = list_loaded("lookup.token")
    http = {f"{_PLUGINS}module_utils._{name}" for name in ("http.session", "oauth.token_sources", "task.context")}
    assert loaded & {"requests", "urllib3", *http} == set()
    assert len([name for name in loaded if name.startswith(_PLUGINS)]) < 45, "packages included"


@pytest.mark.parametrize("name", ["api", "application", "realm_info", "role", "token_info"])
def test_workers_inherit_the_client(name: str) -> None:
    """Otherwise, each worker would load it again."""
    loaded = list_loaded(f"action.{name}")
    assert loaded >= _CLIENT and not loaded & (_SIGN_IN | _CHECK_MODE)


def test_the_sign_in_loads_its_listener() -> None:
    assert list_loaded("action.authorize") >= _SIGN_IN
