# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is shown in output, logs, callbacks, process lists or files, in success or failure.

The scenarios are in `tests/support/canary_plays`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from tests.support.canary_plays import CANARY_PLAYS
from tests.support.canary_plays.play import CanaryPlay
from tests.support.canary_servers import CanaryServers
from tests.support.leak_detector import LeakDetector
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.remote import with_journal
from tests.support.revoke_callback import CALLBACK, count_revoked
from tests.support.sshd import RemoteHost

CALLBACKS = ("record", "results", "also_minimal", "also_oneline", "junit", "tree", CALLBACK)  # beside the default one


def _environment(canary_servers: CanaryServers, home: Path) -> dict[str, str]:
    return {
        **canary_servers.environment,
        "ANSIBLE_CALLBACKS_ENABLED": ",".join(CALLBACKS),
        "ANSIBLE_CALLBACK_TREE_DIR": str(home / "tree"),
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true",
        "ANSIBLE_LOG_PATH": str(home / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(home / "facts"),
        "JUNIT_OUTPUT_DIR": str(home / "junit"),
        "BEYONDIDENTITY_AUDIT_FILE": str(home / "audit.jsonl"),
    }


def test_no_secret_is_shown_anywhere(
    run_playbook: PlaybookRunner, remote_host: RemoteHost, canary_servers: CanaryServers, tmp_path: Path, core: str
) -> None:
    """At the highest verbosity, with diffs, and by every output callback; registered values stay whole."""
    logs = tmp_path / "logs"
    logs.mkdir()
    running = run_playbook.start(
        [canary_play.play() for canary_play in CANARY_PLAYS],
        inventory=with_journal(remote_host, core, tmp_path),
        env=_environment(canary_servers, logs),
        extra_vars=canary_servers.variables,
        args=["-vvvv", "--diff", *canary_servers.arguments],
        core=core,
    )
    folders = [running.folder, running.tmp, logs, remote_host.home]
    with LeakDetector(canary_servers.canaries, folders, but=[running.folder / "input"]) as detector:
        run = running.finish()
    run.succeeded()
    for canary_play in CANARY_PLAYS:
        _check_failures(run, canary_play)
    _check_values(run, canary_servers)
    assert canary_servers.canaries.leaking_lines(run.output) == []
    assert sorted(detector.leaks) == []
    assert detector.scans > 10
    assert run.output.count(" was issued to the application ") > 20 < count_revoked(run.stderr)
    warnings = " ".join(run.stderr.split()).replace("- ", "-")  # the oldest core wraps them, also after a hyphen
    assert "Sign-ins are stored for: " in warnings and " valid: the " in warnings
    _check_logs(logs)
    _check_callbacks(run)


def _check_failures(run: PlaybookRun, canary_play: CanaryPlay) -> None:
    """Failures stay readable, also in a loop after a censored item."""
    for name, expected in canary_play.failures.items():
        results = [result for result in run.of(name) if result.status in ("failed", "ignored")]
        failed = [result for result in results if result.is_item] or results
        messages = [str(result.result.get("msg")) for result in failed]
        assert messages and all(expected in message for message in messages), (canary_play.name, name, messages)


def _check_values(run: PlaybookRun, canary_servers: CanaryServers) -> None:
    """Registered and looked-up values equal those that the server sent."""
    digests = [digest for result in run.of("Digest") for digest in result.result["msg"]]
    assert len(digests) >= 20
    assert [digest for digest in digests if not canary_servers.canaries.knows(digest)] == []
    made, derived = run.task("Challenge").result["msg"]
    assert made == derived
    canary_servers.canaries.add_verifier(made)


def _check_logs(logs: Path) -> None:
    """The searched logs have content."""
    assert "invalid_client" in (logs / "ansible.log").read_text(encoding="utf-8")
    assert list((logs / "junit").glob("*.xml")) and list((logs / "tree").iterdir())
    events = [json.loads(line) for line in (logs / "audit.jsonl").read_text(encoding="ascii").splitlines()]
    kinds = Counter(event["event"] for event in events)
    assert kinds["issued"] > 20 < kinds["revoked"] and kinds["not_revoked"]
    assert any(event["delegated_to"] for event in events) and any(event["action"] == "lookup" for event in events)


def _check_callbacks(run: PlaybookRun) -> None:
    """Each callback printed the same censored result in its own form."""
    for pattern in (
        r"\nTASK \[Digest ",
        r"localhost \| SUCCESS => {\n",
        r"localhost \| SUCCESS => { *\"",
        '"task": "Digest"',
    ):
        assert re.search(pattern, run.stdout), pattern
    assert run.stdout.count("the output has been hidden") > 4 * 20
