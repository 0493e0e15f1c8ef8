# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pytest plugin of the emulator."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

TENANTS = """
    def test_first(beyondidentity_tenant):
        beyondidentity_tenant.request_token("realms:read")
        (request,) = beyondidentity_tenant.read_journal(grant="client_credentials")
        assert request["status"] == 200

    def test_second(beyondidentity_tenant):
        assert beyondidentity_tenant.read_journal() == []
"""


def test_each_test_has_its_own_tenant(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TENANTS)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_each_worker_has_its_own_emulator(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pathlib, pytest

        @pytest.mark.parametrize("number", range(4))
        def test_url(beyondidentity_emulator, worker_id, number):
            pathlib.Path(f"{worker_id}-{number}.txt").write_text(beyondidentity_emulator.url)
        """
    )
    pytester.runpytest_subprocess("-n2").assert_outcomes(passed=4)
    urls = {(path.name[:3], path.read_text(encoding="utf-8")) for path in pytester.path.glob("gw*.txt")}
    assert len(urls) == len({url for _worker, url in urls}) == 2


def test_the_settings_choose_tls_a_seed_file_and_arguments(pytester: pytest.Pytester) -> None:
    pytester.makeini(
        """
        [pytest]
        beyondidentity_emulator_tls = true
        beyondidentity_emulator_seed = seed.yml
        beyondidentity_emulator_arguments = --public-host localhost
        """
    )
    seed = pytester.path / "seed.yml"
    seed.write_text("tenants: [{id: '0001000000000001', display_name: Example}]\n", encoding="utf-8")
    pytester.makepyfile(
        """
        def test_settings(beyondidentity_emulator, beyondidentity_environment):
            assert beyondidentity_emulator.url.startswith("https://localhost:")
            assert "0001000000000001" in beyondidentity_emulator.environment["BEYONDIDENTITY_ISSUER"]
            assert beyondidentity_environment["BEYONDIDENTITY_CA_PATH"] == beyondidentity_emulator.ca_path
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_wrong_argument_is_an_error_of_the_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TENANTS)
    run = pytester.runpytest_subprocess("--beyondidentity-emulator-arguments=--unknown")
    run.assert_outcomes(errors=2)
    run.stdout.fnmatch_lines(["*unrecognized arguments: --unknown*"])


def test_the_environment_has_no_variable_of_another_tenant(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEYONDIDENTITY_ACCESS_TOKEN", "of-another-tenant")
    pytester.makepyfile(
        """
        def test_environment(beyondidentity_environment, beyondidentity_tenant):
            assert "BEYONDIDENTITY_ACCESS_TOKEN" not in beyondidentity_environment
            assert beyondidentity_environment["BEYONDIDENTITY_CLIENT_ID"] == beyondidentity_tenant.client_id
            assert beyondidentity_environment["PATH"]
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_report_of_a_failure_lists_the_requests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_failure(beyondidentity_tenant):
            beyondidentity_tenant.request_token("realms:read")
            assert False
        """
    )
    run = pytester.runpytest_subprocess()
    run.stdout.fnmatch_lines(["*requests to the Beyond Identity emulator*", "POST */token: 200"])


def test_the_plugin_can_be_disabled(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess("-p", "no:beyondidentity_emulator").assert_outcomes(passed=1)


def test_the_start_of_pytest_imports_no_dependency_of_the_emulator() -> None:
    code = "import sys, beyondidentity_emulator.pytest_plugin; print({'requests', 'flask', 'yaml'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, timeout=60) == "set()\n"
