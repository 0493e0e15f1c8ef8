# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the collection importable from its own root; the fixtures that all tests may use."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from beyondidentity_emulator.client import Emulator, Tenant
from tests.support.collection import ROOT, install_finder
from tests.support.playbook import PlaybookRunner
from tests.support.sshd import RemoteHost
from tests.support.sshd import remote_host as start_remote_host

AS_DOCUMENTED = "--as-documented"
install_finder()
# a shell's background jobs ignore it, and so would all that they start: tests send it to playbooks
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With an emulator as documented, run the collection's tests that use it: the emulator's own test both behaviours."""
    if AS_DOCUMENTED not in config.getoption("beyondidentity_emulator_arguments"):
        return
    chosen = [item for item in items if _depends_on_behaviour(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def _depends_on_behaviour(item: pytest.Item) -> bool:
    uses_emulator = bool({"emulator", "tenant", "tls_emulator"} & set(getattr(item, "fixturenames", ())))
    return uses_emulator and ROOT / "tests" / "unit" / "emulator" not in item.path.parents


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """With `--dist loadscope`, keep tests that share a run on one worker, and spread all others."""
    return _Scheduler(config, log) if config.getvalue("dist") == "loadscope" else None


class _Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Of a module that uses `shared_run_playbook`, the tests with one core are a unit of work; so is every other test."""

    def _split_scope(self, nodeid: str) -> str:
        module, _separator, name = nodeid.partition("::")
        if not _shares_runs(module):
            return nodeid
        core = next((core for core in ("oldest", "newest") if f"[{core}" in name), "")
        return f"{module} {core}"


@cache
def _shares_runs(module: str) -> bool:
    return "shared_run_playbook" in (ROOT / module).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def emulator(beyondidentity_emulator: Emulator) -> Emulator:
    """Return the emulator of the package's pytest plugin, which runs as long as the tests do."""
    return beyondidentity_emulator


@pytest.fixture
def tenant(beyondidentity_tenant: Tenant) -> Tenant:
    """Return a new tenant, with nothing in it but what the service puts there."""
    return beyondidentity_tenant


@pytest.fixture
def run_playbook(tmp_path: Path) -> Iterator[PlaybookRunner]:
    """Return what runs playbooks for this test; see `tests/support/playbook.py`."""
    runner = PlaybookRunner(tmp_path)
    yield runner
    runner.clean_up()


@pytest.fixture(scope="module")
def shared_run_playbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaybookRunner]:
    """Return what runs playbooks for a whole module: a fixture runs one, and each test looks at a part of its results."""
    runner = PlaybookRunner(tmp_path_factory.mktemp("shared"))
    yield runner
    runner.clean_up()


@pytest.fixture(scope="module", params=["oldest", "newest"])
def core(request: pytest.FixtureRequest) -> str:
    """Run a test twice, for what depends on Ansible itself: pass this on as `run_playbook(..., core=core)`."""
    return str(request.param)


@pytest.fixture(scope="session")
def tls_emulator() -> Iterator[Emulator]:
    """Return an emulator that speaks TLS, with an authority of its own."""
    with Emulator.start(tls=True) as running:
        yield running


@pytest.fixture(scope="session")
def remote_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteHost]:
    """Return a second host, reached by ssh where there is an sshd; see `tests/support/sshd.py`."""
    with start_remote_host(tmp_path_factory.mktemp("remote")) as host:
        yield host
