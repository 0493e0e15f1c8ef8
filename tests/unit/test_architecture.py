# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports point downwards, and a delegated module carries only what it needs."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest

from tests.support.imports import find_all_imports, find_imports, find_layer, list_plugin_files

FILES = [file for file in list_plugin_files() if not file.startswith("doc_fragments/")]

# The modules that AnsiballZ sends to a remote host with realm_info, besides the module itself.
REALM_INFO = {
    "_errors",
    "_ids",
    "_json_objects",
    "_masking",
    "_predicted",
    "_connection_options",
    "_text",
    "_http/certificates",
    "_http/clock",
    "_http/connection_errors",
    "_http/connection_pool",
    "_http/deadline",
    "_http/error_causes",
    "_http/error_responses",
    "_http/error_status",
    "_http/libraries",
    "_http/proxy",
    "_http/proxy_errors",
    "_http/refusal",
    "_http/response",
    "_http/retry",
    "_http/session",
    "_http/settings",
    "_http/tls_errors",
    "_http/tls_files",
    "_http/urls",
    "_oauth/client_authentication",
    "_oauth/connection",
    "_oauth/credential_mistakes",
    "_oauth/issuer",
    "_oauth/jwt_claims",
    "_oauth/new_application",
    "_oauth/regions",
    "_oauth/authorization_server",
    "_oauth/error_sharing",
    "_oauth/scopes",
    "_oauth/stored_tokens",
    "_oauth/task_errors",
    "_oauth/token",
    "_oauth/token_errors",
    "_oauth/token_replacement",
    "_oauth/token_response",
    "_oauth/token_sources",
    "_oauth/token_store",
    "_oauth/token_validity",
    "_management/api_errors",
    "_management/operation_catalogue",
    "_management/client",
    "_management/managed_realm",
    "_management/predicted_conflicts",
    "_management/predicted_objects",
    "_management/predicted_operations",
    "_management/predicting_client",
    "_management/predictions",
    "_management/resource_changes",
    "_management/write_check",
    "_management/listing_memory",
    "_management/names",
    "_management/run_memory",
    "_management/operation",
    "_management/operation_scopes",
    "_management/paging",
    "_management/realm_limit",
    "_management/references",
    "_management/resource_lookup",
    "_management/resource_types",
    "_management/response_ids",
    "_management/times",
    "_task/argument_spec",
    "_task/context",
    "_task/info",
    "_task/runner",
}


def is_allowed(importer: str, imported: str) -> bool:
    (row, layer), (imported_row, imported_layer) = find_layer(importer), find_layer(imported)
    return imported_row > row or layer == imported_layer


@pytest.mark.parametrize("file", FILES)
def test_a_file_imports_from_its_own_layer_or_lower_layers(file: str) -> None:
    assert [imported for imported in find_imports(file) if not is_allowed(file, imported)] == []


@pytest.mark.parametrize(
    ("importer", "imported", "expected"),
    [
        ("module_utils/_oauth/authorization_server", "module_utils/_management/operation_catalogue", False),
        ("module_utils/_management/client", "module_utils/_oauth/authorization_server", True),
        ("modules/token", "plugin_utils/stores", False),
        ("plugin_utils/stores", "plugin_utils/store_key", True),
        ("module_utils/_text", "module_utils/_http/urls", False),
        ("action/token", "modules/token", True),
    ],
)
def test_the_rule_tells_up_from_down(importer: str, imported: str, expected: bool) -> None:
    assert is_allowed(importer, imported) is expected


def test_imports_have_no_cycle() -> None:
    graph = {file: find_imports(file) for file in FILES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(FILES)


def test_imports_inside_functions_and_type_checking_blocks_count() -> None:
    assert "module_utils/_http/settings" in find_imports("module_utils/_task/context")
    assert "module_utils/_http/libraries" in find_imports("module_utils/_http/session"), "a module of a package"


def test_realm_info_carries_only_what_it_needs_to_a_remote_host() -> None:
    carried = {file.removeprefix("module_utils/") for file in find_all_imports("modules/realm_info")}
    assert carried == REALM_INFO


@pytest.mark.parametrize(
    "module",
    [
        file
        for file in FILES
        if file.startswith("modules/")
        and file.split("/")[1] not in ("token", "authorize", "introspect", "revoke", "pkce", "whoami")
    ],
)
def test_a_module_that_needs_no_user_carries_no_sign_in_code(module: str) -> None:
    names = {file.rpartition("/")[2] for file in find_all_imports(module)}
    assert names.isdisjoint({"pkce", "id_token", "authorization_request", "authorization_response", "stored_sign_ins"})
