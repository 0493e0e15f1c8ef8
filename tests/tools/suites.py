# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run suites of tests one after the other, all of them even if one fails, and print the totals at the end."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter

# pytest's closing line, whose counts are added up: "=== 3 failed, 120 passed in 4.20s ==="
_CLOSING = re.compile(r"^=* ?((?:\d+ [a-z]+,? ?)+) in [\d.]+s")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


def main(suites: list[str]) -> int:
    """Run `make SUITE` for each; return 1 if one failed."""
    begin = time.monotonic()
    outcomes: dict[str, tuple[bool, float]] = {}
    counts: Counter[str] = Counter()
    for suite in suites:
        print(f"=== {suite} ===", flush=True)
        began = time.monotonic()
        code, found = _run(suite)
        outcomes[suite] = (code == 0, time.monotonic() - began)
        if code and not found["failed"] + found["error"]:
            found["failed"] += 1  # it did not get as far as counting
        if not code and not found["passed"]:
            found["passed"] += 1  # it does not count
        counts.update(found)
    print("=== summary ===")
    for suite, (passed, seconds) in outcomes.items():
        print(f"{suite:<12} {'passed' if passed else 'FAILED'} in {seconds:.0f}s")
    total = ", ".join(f"{number} {word}" for word, number in counts.items() if number or word == "passed")
    print(f"=== {total} in {time.monotonic() - begin:.2f}s ===")
    return 0 if all(passed for passed, _seconds in outcomes.values()) else 1


def _run(suite: str) -> tuple[int, Counter[str]]:
    """Run one suite; show its output as it comes, and return its exit code and what pytest counted."""
    found: Counter[str] = Counter()
    command = ["make", "--no-print-directory", suite]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if closing := _CLOSING.match(line):
                found.update({word: int(number) for number, word in _COUNT.findall(closing[1])})
    return process.returncode, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
