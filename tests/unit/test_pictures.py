# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation are those that `make pictures` draws, and show nothing of a machine."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.collection import ROOT
from tests.support.examples import markdown_files
from tests.support.imports import LAYERS
from tests.tools.pictures.__main__ import FOLDER, render_all
from tests.tools.pictures.layers import find_edges, reduce_edges
from tests.tools.pictures.sequence import Message, draw_sequence, parse_sequence
from tests.tools.pictures.session import draw_session, read_recording

PICTURES = render_all()
SEQUENCE = (
    "title: T\ndescription: D\nactors: A | B | C\nA -> B: one & two\n== If three ==\nB --> A: four\nC -> C: five\n"
)
RECORDING = "first\n\n" + "\n".join(f"TASK [{number}] **\n\x1b[0;32mok\x1b[0m" for number in range(9)) + "\n"


@pytest.mark.parametrize("name", PICTURES)
def test_a_checked_in_picture_is_the_drawn_one(name: str) -> None:
    assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == PICTURES[name], "run `make pictures`"


def test_no_other_picture_is_checked_in() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_svg_with_a_text_alternative_and_without_external_files(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name])
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title") is not None
    assert len(root.findtext(f"{space}desc") or "") > 50
    assert "prefers-color-scheme: dark" in PICTURES[name]
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", PICTURES[name]) == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_part_of_a_page_with_an_alternative_text(name: str) -> None:
    pages = [*markdown_files(), ROOT / "CONTRIBUTING.md"]
    pattern = re.compile(rf"!\[[^\]]{{40,}}\]\((?:docs/)?pictures/{name}\.svg\)")
    assert [path.name for path in pages if pattern.search(path.read_text(encoding="utf-8"))]


def test_a_sequence_has_actors_messages_and_conditions() -> None:
    sequence = parse_sequence(SEQUENCE)
    assert (sequence.title, sequence.description, sequence.actors) == ("T", "D", ["A", "B", "C"])
    assert sequence.messages == [
        Message("one & two", 0, 1),
        Message("If three"),
        Message("four", 1, 0, is_response=True),
        Message("five", 2, 2),
    ]
    texts = [element.text for element in ElementTree.fromstring(draw_sequence(SEQUENCE)).iter() if element.text]
    assert {"A", "B", "C", "one & two", "If three", "four", "five"} <= set(texts)


def test_an_unknown_actor_is_an_error() -> None:
    with pytest.raises(ValueError, match="'D'"):
        parse_sequence(SEQUENCE + "A -> D: six\n")


def test_an_edge_that_a_path_implies_is_omitted() -> None:
    edges = {("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("a", "d"), ("x", "c")}
    assert reduce_edges(edges) == {("a", "b"), ("b", "c"), ("c", "d"), ("x", "c")}


def test_the_picture_of_the_layers_shows_each_layer_and_real_imports() -> None:
    texts = {element.text for element in ElementTree.fromstring(PICTURES["layers"]).iter()}
    assert {name for names in LAYERS for name in names} <= texts
    assert ("action", "modules") in find_edges()
    assert ("module_utils", "module_utils/_http") not in find_edges()


def test_a_drawn_session_counts_the_lines_that_it_omits() -> None:
    drawn = draw_session(RECORDING)
    texts = ["".join(element.itertext()) for element in ElementTree.fromstring(drawn).iter() if "text" in element.tag]
    assert texts[:3] == ["$ make demo", "first", "TASK [0] **"]
    assert "[11 lines are not shown]" in texts
    assert texts[-2:] == ["TASK [8] **", "ok"]
    assert '<tspan class="c32">ok</tspan>' in drawn


def test_the_recording_has_no_path_of_a_machine_and_no_token() -> None:
    recording = read_recording(FOLDER)
    assert re.findall(r"(?<![\w.~-])/(?:home|root|tmp|var|Users|usr|work)\b|Bearer|eyJ[\w-]{10}", recording) == []
    assert str(Path.home()) not in recording
    assert "failed=0" in recording


def test_the_recording_shows_the_tasks_of_today() -> None:
    """Otherwise, run `make pictures ARGS=--record`."""
    recorded = set(re.findall(r"(?m)^TASK \[(?:[\w.]+ : )?(.+?)\] \*", read_recording(FOLDER)))
    recorded = {name for name in recorded if not name.startswith("Validating arguments")}
    sources = [*ROOT.glob("playbooks/**/*.yml"), *ROOT.glob("roles/client_credentials/tasks/*.yml")]
    names = {
        name.strip("\"'")
        for path in sources
        for name in re.findall(r"(?m)^ *- name: (.+)$", path.read_text(encoding="utf-8"))
    }
    assert recorded - names == set()
    assert len(recorded) > 10
