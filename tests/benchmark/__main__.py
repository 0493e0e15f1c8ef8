# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare modules and lookups with `debug`, `uri` and bare requests, in real playbooks against the emulator.

Seconds depend on the machine and on its load, so the tables show ratios. A ratio is taken within a round, where what it
compares runs alternately; the table has the median of the rounds, the least and the largest. The limit is what bare
requests take for the same HTTP requests over a kept connection. The floor is this limit and a debug message.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from beyondidentity_emulator.client import Emulator
from tests.benchmark.bench import Bench
from tests.benchmark.report import Table, to_markdown, to_text
from tests.benchmark.tables import TABLES
from tests.support.playbook import PlaybookRunner

ROUNDS = 5


def main() -> int:
    """Measure the wanted tables, print each, and write all of them as Markdown if asked to."""
    options = _read_options()
    tables = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, Emulator.start() as emulator:
        runner = PlaybookRunner(Path(name))
        bench = Bench(emulator, runner, Path(name), options.rounds or (1 if options.quick else ROUNDS), options.quick)
        try:
            for letter in options.table:
                tables.append(_measure(bench, letter))
                print(to_text(tables[-1]), flush=True)
        finally:
            runner.clean_up()
    if options.markdown:
        options.markdown.write_text("\n".join(map(to_markdown, tables)), encoding="utf-8")
    return 0


def _measure(bench: Bench, letter: str) -> Table:
    print(f"Table {letter}: {TABLES[letter].TITLE} ...", file=sys.stderr, flush=True)
    start = time.monotonic()
    table: Table = TABLES[letter].measure(bench)
    print(f"Table {letter} took {time.monotonic() - start:.0f} s.", file=sys.stderr, flush=True)
    table.letter, table.title = letter, TABLES[letter].TITLE
    table.rounds = bench.rounds
    return table


def _read_options() -> argparse.Namespace:
    contents = "\n".join(f"  {letter}  {table.TITLE}" for letter, table in TABLES.items())
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=",
        description=__doc__,
        epilog=f"tables:\n{contents}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--table", type=_read_letters, default=list(TABLES), metavar="a,b", help="which tables (default: all)"
    )
    parser.add_argument("--rounds", type=int, help=f"rounds per table (default {ROUNDS}, with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="small numbers, to check the tables, not the speed")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to this file as Markdown")
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def _read_letters(text: str) -> list[str]:
    letters = text.split(",")
    if unknown := [letter for letter in letters if letter not in TABLES]:
        raise argparse.ArgumentTypeError(f"unknown tables {','.join(unknown)}; known: {','.join(TABLES)}")
    return letters


if __name__ == "__main__":
    sys.exit(main())
