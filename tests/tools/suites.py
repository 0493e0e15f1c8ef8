# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run test suites one after the other, continue after failures, and print the totals.

The suites do not run in parallel, since each of them uses both cores of a small machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter

# The last line of pytest, with its counts: "=== 3 failed, 120 passed in 4.20s ==="
_LAST_LINE = re.compile(r"^=* ?((?:\d+ [a-z]+,? ?)+) in [\d.]+s")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


def main(suites: list[str]) -> int:
    """Run `make SUITE` for each suite; return 1 if one fails."""
    start = time.monotonic()
    outcomes: dict[str, tuple[bool, float]] = {}
    counts: Counter[str] = Counter()
    for suite in suites:
        print(f"=== {suite} ===", flush=True)
        suite_start = time.monotonic()
        code, counted = _run(suite)
        outcomes[suite] = (code == 0, time.monotonic() - suite_start)
        if code and not counted["failed"] + counted["error"]:
            counted["failed"] += 1  # the suite failed without a count
        if not code and not counted["passed"]:
            counted["passed"] += 1  # the suite prints no counts
        counts.update(counted)
    print("=== summary ===")
    for suite, (passed, seconds) in outcomes.items():
        print(f"{suite:<12} {'passed' if passed else 'FAILED'} in {seconds:.0f}s")
    total = ", ".join(f"{number} {word}" for word, number in counts.items() if number or word == "passed")
    print(f"=== {total} in {time.monotonic() - start:.2f}s ===")
    return 0 if all(passed for passed, _seconds in outcomes.values()) else 1


def _run(suite: str) -> tuple[int, Counter[str]]:
    """Run one suite and print its output at once; return its exit code and pytest's counts."""
    counted: Counter[str] = Counter()
    command = ["make", "--no-print-directory", suite]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if last_line := _LAST_LINE.match(line):
                counted.update({word: int(number) for number, word in _COUNT.findall(last_line[1])})
    return process.returncode, counted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
