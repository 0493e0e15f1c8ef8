# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command to its end, and write its seconds and its peak memory to a file: `measured_process.py FILE TREE COMMAND...`.

This is a process of its own, because the kernel counts the memory of the process that starts another one as memory of
the new one. This one is small.

`largest_mb` is the largest resident size that any process of the command had, as the kernel counts it.
`tree_mb`, only if TREE is 1, is the largest sum over all its processes at one moment, where memory that processes share
counts once. It is sampled, so a short peak can be missed.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress

SAMPLE_SECONDS = 0.1


def main(result: str, with_tree: str, *command: str) -> int:
    """Run the command; return its exit code."""
    samples = [0]
    ended = threading.Event()
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    sampler = threading.Thread(target=_sample, args=(process.pid, samples, ended))
    if with_tree == "1":
        sampler.start()
    code = process.wait()
    seconds = time.monotonic() - start
    ended.set()
    if with_tree == "1":
        sampler.join()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    values = {"seconds": seconds, "largest_mb": largest / 1024, "tree_mb": max(samples) / 1024}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(values, file)
    return code


def _sample(root: int, samples: list[int], ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_SECONDS):
        samples.append(sum(map(_read_share, _list_tree(root))))


def _list_tree(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
            parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
    tree, new = [root], [root]
    while new := [child for child, parent in parents.items() if parent in new]:
        tree += new
    return tree


def _read_share(process: int) -> int:
    """Return the KiB of a process, with its share of what several processes have in common; 0 if it has ended."""
    with suppress(OSError), open(f"/proc/{process}/smaps_rollup", encoding="utf-8") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
