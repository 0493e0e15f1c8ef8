# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pytest plugin: an emulator per test session, and a tenant per test.

pytest imports this module in every session, so it imports the client only when a test needs the emulator.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .client import Emulator, Tenant

TENANT: pytest.StashKey[Tenant] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings of the emulator."""
    parser.addini("beyondidentity_emulator_tls", "let the emulator use HTTPS", type="bool", default=False)
    parser.addini("beyondidentity_emulator_seed", "seed file of the emulator, relative to the ini-file")
    parser.addini("beyondidentity_emulator_arguments", "further arguments of beyondidentity-emulator", type="args")
    parser.getgroup("beyondidentity-emulator").addoption(
        "--beyondidentity-emulator-arguments",
        metavar="ARGUMENTS",
        default="",
        help="further arguments of beyondidentity-emulator, after those of the ini-file",
    )


@pytest.fixture(scope="session")
def beyondidentity_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """Run one emulator for the test session. With pytest-xdist, each worker has an emulator."""
    from .client import Emulator

    options = [*pytestconfig.getini("beyondidentity_emulator_arguments")]
    if seed := pytestconfig.getini("beyondidentity_emulator_seed"):
        folder = pytestconfig.inipath.parent if pytestconfig.inipath else pytestconfig.rootpath
        options += ["--seed", str(folder / seed)]
    options += shlex.split(pytestconfig.getoption("beyondidentity_emulator_arguments"))
    with Emulator.start(tls=pytestconfig.getini("beyondidentity_emulator_tls"), options=options) as emulator:
        yield emulator


@pytest.fixture
def beyondidentity_tenant(beyondidentity_emulator: Emulator, request: pytest.FixtureRequest) -> Tenant:
    """Create a tenant for one test. If the test fails, the report lists the tenant's requests."""
    tenant = request.node.stash[TENANT] = beyondidentity_emulator.create_tenant()
    return tenant


@pytest.fixture
def beyondidentity_environment(beyondidentity_tenant: Tenant) -> dict[str, str]:
    """Return the environment of this process with the test's tenant, without variables of any other tenant."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BEYONDIDENTITY_")}
    return {**own, **beyondidentity_tenant.environment}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the requests of the test's tenant to the report of a failure."""
    report = yield
    if report.when == "call" and report.failed and (tenant := item.stash.get(TENANT, None)):
        report.sections.append(("requests to the Beyond Identity emulator", _describe_requests(tenant)))
    return report


def _describe_requests(tenant: Tenant) -> str:
    from requests import RequestException

    from .client import EmulatorError

    try:
        entries = tenant.read_journal()
    except (EmulatorError, RequestException) as error:  # the test's own failure is more important
        return f"Cannot read the journal: {error}"
    lines = [f"{entry['method']} {entry['path']}: {entry['status']}" for entry in entries]
    return "\n".join(lines) or "none"
