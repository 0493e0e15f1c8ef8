# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing secret shows anywhere: not in output, logs, callbacks, process lists or files, whatever goes wrong.

The scenarios are in `tests/support/scenarios.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.aviary import Aviary
from tests.support.ending import CALLBACK, revoked
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.remote import with_journal
from tests.support.scenario import Scenario
from tests.support.scenarios import SCENARIOS
from tests.support.sshd import RemoteHost
from tests.support.watch import Watch

CALLBACKS = ("record", "results", "also_minimal", "also_oneline", "junit", "tree", CALLBACK)  # beside the default one


def _environment(birds: Aviary, home: Path) -> dict[str, str]:
    return {
        **birds.environment,
        "ANSIBLE_CALLBACKS_ENABLED": ",".join(CALLBACKS),
        "ANSIBLE_CALLBACK_TREE_DIR": str(home / "tree"),
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true",
        "ANSIBLE_LOG_PATH": str(home / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(home / "facts"),
        "JUNIT_OUTPUT_DIR": str(home / "junit"),
    }


def test_canaries(
    run_playbook: PlaybookRunner, remote_host: RemoteHost, birds: Aviary, tmp_path: Path, core: str
) -> None:
    """All scenarios in one playbook, at the highest verbosity and with diffs: values stay whole, and show nowhere."""
    logs = tmp_path / "logs"
    logs.mkdir()
    running = run_playbook.start(
        [scenario.play() for scenario in SCENARIOS],
        inventory=with_journal(remote_host, core, tmp_path),
        env=_environment(birds, logs),
        extra_vars=birds.variables,
        args=["-vvvv", "--diff", *birds.arguments],
        core=core,
    )
    folders = [running.folder, running.tmp, logs, remote_host.home]
    with Watch(birds.canaries, folders, but=[running.folder / "input"]) as watch:
        run = running.finish()
    run.succeeded()
    for scenario in SCENARIOS:
        _check_failures(run, scenario)
    _check_values(run, birds)
    assert birds.canaries.leaking_lines(run.output) == []
    assert sorted(watch.leaks) == []
    assert watch.looks > 10
    assert run.output.count("Minted the token ") > 20 < revoked(run.stderr)
    _check_logs(logs)
    _check_callbacks(run)


def _check_failures(run: PlaybookRun, scenario: Scenario) -> None:
    """What fails says why, also in a loop behind an item that was censored."""
    for name, expected in scenario.failures.items():
        results = [result for result in run.of(name) if result.status in ("failed", "ignored")]
        failed = [result for result in results if result.is_item] or results
        messages = [str(result.result.get("msg")) for result in failed]
        assert messages and all(expected in message for message in messages), (scenario.name, name, messages)


def _check_values(run: PlaybookRun, birds: Aviary) -> None:
    """Registered and looked-up values are what went over the wire."""
    digests = [digest for result in run.of("Digest") for digest in result.result["msg"]]
    assert len(digests) >= 20
    assert [digest for digest in digests if not birds.canaries.knows(digest)] == []
    made, derived = run.task("Challenge").result["msg"]
    assert made == derived
    birds.canaries.add_verifier(made)


def _check_logs(logs: Path) -> None:
    """What was searched for secrets was there to be searched."""
    assert "invalid_client" in (logs / "ansible.log").read_text(encoding="utf-8")
    assert list((logs / "junit").glob("*.xml")) and list((logs / "tree").iterdir())


def _check_callbacks(run: PlaybookRun) -> None:
    """Each callback printed the same censored result in its own form."""
    for pattern in (r"\nTASK \[Digest ", r"localhost \| SUCCESS => {\n", r"localhost \| SUCCESS => { *\"", '"task": "Digest"'):
        assert re.search(pattern, run.stdout), pattern
    assert run.stdout.count("the output has been hidden") > 4 * 20
