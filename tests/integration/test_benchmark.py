# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench` produces each of its tables, and its requests are those that it promises; the times do not matter here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmark.report import Goal, Rounds, Spread, Table, to_markdown, to_text
from tests.support.collection import ROOT

Row = dict[str, str]

# The first columns of each table, and their values: each row is one of these.
ROWS: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
    "a": (
        ("items", "loop"),
        [(items, loop) for items in "23" for loop in ("debug", "bare requests", "token", "uri")],
    ),
    "b": (
        ("hosts", "task"),
        [(hosts, task) for hosts in "35" for task in ("debug", "bare requests", "token", "uri", "uri, run_once")],
    ),
    "c": (
        ("place", "lookup"),
        [
            (place, lookup)
            for place in ("one template", "one loop", "tasks, each in a process of its own")
            for lookup in ("lookup env", "lookup token")
        ],
    ),
    "d": (
        ("applications", "task"),
        [
            (phase, task)
            for phase in ("created", "unchanged", "one scope changed")
            for task in ("debug", "bare requests", "application", "uri")
        ],
    ),
    "e": (("task",), [("debug",), ("token",), ("bare requests",), ("lookup token",), ("uri",)]),
    "f": (("task",), [("debug",), ("bare requests",), ("api",), ("uri",)]),
    "g": (
        ("task",),
        [
            ("debug",),
            ("bare requests",),
            ("token, new for each item",),
            ("token, cached",),
            ("lookup token, cached",),
            ("application, created",),
            ("api, all pages of identities",),
            ("uri",),
        ],
    ),
    "h": (
        ("task",),
        [
            ("debug",),
            ("bare requests",),
            ("ping there",),
            ("token there",),
            ("uri there",),
            ("uri there, with pipelining",),
        ],
    ),
    "i": (("slices", "task on each host"), [(slices, task) for slices in "12" for task in ("debug", "token")]),
}


def run_benchmark(letter: str, folder: Path) -> tuple[list[Row], list[str]]:
    """Return the rows of a table, and the lines below it."""
    markdown = folder / "table.md"
    command = [sys.executable, "-m", "tests.benchmark", "--quick", "--table", letter, "--markdown", markdown]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith(f"({letter}) ")
    lines = markdown.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"## ({letter}) ")
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ") and "---" not in line]
    rows = [dict(zip(cells[0], row, strict=False)) for row in cells[1:]]
    return rows, [line.removeprefix("- ") for line in lines if line.startswith("- ")]


@pytest.mark.parametrize("letter", ROWS)
def test_each_table_can_be_made(letter: str, tmp_path: Path) -> None:
    """It has its rows, and below it what the numbers are; the server's counts are exact."""
    rows, lines = run_benchmark(letter, tmp_path)
    columns, expected = ROWS[letter]
    assert [tuple(row[column] for column in columns) for row in rows] == expected
    assert lines
    CHECKS.get(letter, lambda rows, lines: None)(rows, lines)


def check_hosts(rows: list[Row], _lines: list[str]) -> None:
    counts = {(row["hosts"], row["task"]): row["requests"] for row in rows}
    for hosts in "35":
        assert counts[hosts, "token"] == counts[hosts, "uri, run_once"] == "1"
        assert counts[hosts, "uri"] == hosts
        assert counts[hosts, "debug"] == "0"


def check_lookups(_rows: list[Row], lines: list[str]) -> None:
    assert "All evaluations of a round: 1 token request." in lines


def check_applications(rows: list[Row], _lines: list[str]) -> None:
    """A realm of 250 applications and the built-in one has three pages, as a realm of 1,000 has eleven."""
    own = {row["applications"]: row for row in rows if row["task"] == "application"}
    assert {phase: row["listing requests"] for phase, row in own.items()} == dict.fromkeys(own, "3")
    assert {phase: row["writes"] for phase, row in own.items()} == {
        "created": "5",
        "unchanged": "0",
        "one scope changed": "5",
    }


def check_pages(rows: list[Row], _lines: list[str]) -> None:
    assert {row["task"]: row["requests"] for row in rows} == {
        "debug": "0",
        "bare requests": "3",
        "api": "3",
        "uri": "3",
    }


def check_slices(rows: list[Row], lines: list[str]) -> None:
    for row in rows:
        slices, has_token = int(row["slices"]), row["task on each host"] == "token"
        assert int(row["hosts finished"]) == 5 * slices
        assert int(row["token requests"]) == slices * has_token
        assert int(row["most of a slice"]) == has_token
        assert row["status 429"] == "0"
    assert any(line.startswith("On paper, 100,000 hosts: 20,000 slices") for line in lines)


CHECKS = {"b": check_hosts, "c": check_lookups, "d": check_applications, "f": check_pages, "i": check_slices}


def test_ratios_are_taken_within_a_round() -> None:
    rounds = Rounds([{"a": 2, "b": 1, "c": 1}, {"a": 30, "b": 10, "c": 5}, {"a": 4, "b": 4, "c": 4}])
    assert rounds.ratio("a", "b") == Spread(2, 1, 3)
    assert rounds.ratio("a", "b", "c") == Spread(1, 0.5, 2)
    assert rounds.difference("a", "b") == Spread(1, 0, 20)
    assert rounds.cost("a").show(1, 1000) == "4000.0 (2000.0 to 30000.0)"


def test_a_table_shows_whether_goals_are_reached() -> None:
    spread = Spread(2, 1, 3)
    goals = [Goal("Cost", spread, 2), Goal("Cost", spread, 1.9), Goal("Gain", spread, 2.1, at_least=True)]
    table = Table(["name", "x"], [["a|b", "1"]], ["A note."], goals, "z", "Title", 3)
    heading = "(z) Title: 3 rounds, medians (least to largest)"
    lines = [
        "A note.",
        "Cost: 2.00 (1.00 to 3.00). Goal: at most 2, reached.",
        "Cost: 2.00 (1.00 to 3.00). Goal: at most 1.9, not reached.",
        "Gain: 2.00 (1.00 to 3.00). Goal: at least 2.1, not reached.",
    ]
    assert to_text(table).splitlines() == [heading, "", "name  x", "----  -", "a|b   1", "", *lines]
    assert to_markdown(table).splitlines()[4:] == ["| a\\|b | 1 |", "", *(f"- {line}" for line in lines)]
