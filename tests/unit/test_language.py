# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The linter of the project's English finds planted phrases, and accepts an exception only with a reason."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.tools.language import PHRASES, find_phrases, list_texts

# Sentences to rewrite, each with the phrase that is found in it.
PLANTED = {
    "Which operations there are, and which scopes they need, a table tells.": "a table tells",
    "Before there is an application there is no token.": "Before there is an",
    "Each comes from the first of these that says something.": "the first of these that",
    "What a person may do, a token can do after that person signed in.": "What a person may",
    "Two applications of one name are an error that tells their ids.": "that tells their ids",
    "What is not there is not an error.": "What is not there",
    "Without it a fresh one is made.": "a fresh one is made",
    "It is made at random, which is what you want.": "is what you want",
    "An empty text takes it away.": "takes it away",
    "Checked against O(confidentiality), and no more.": ", and no more",
    "Leave out what does not matter.": "Leave out what",
    "'x' is no id.": "is no id",
    "region: 'x' is no valid URL.": "is no valid URL",
    "The API showed something that is no realm.": "that is no realm",
    "No ID token came.": "No ID token came",
    "It could lead a secret astray.": "lead a secret astray",
    "Ansible received the response and goes on by itself.": "goes on by itself",
    "Jobs need it not.": "need it not",
    "The library is not to be had.": "not to be had",
    "The run ends, be it well or badly.": "be it well",
    "The sign-in is none the worse.": "none the worse",
    "That is already seen to.": "seen to",
    "The scopes that the token shall have.": "shall",
    "The application may not grant them.": "may not",
    "Somebody signs in.": "Somebody",
    "The token that is to be revoked.": "is to be",
    "The application is made sure of.": "made sure of",
    "FILL_IN what a theme is for.": "FILL_IN",
}


@pytest.mark.parametrize("sentence", PLANTED)
def test_a_planted_phrase_is_found(sentence: str) -> None:
    (finding,) = find_phrases(f"First line.\n{sentence}\n", "docs/x.md")
    assert (finding.place, finding.phrase) == ("docs/x.md:2", PLANTED[sentence])
    assert finding.advice in PHRASES.values()


def test_each_phrase_of_the_table_has_a_planted_sentence() -> None:
    found = {finding.advice for sentence in PLANTED for finding in find_phrases(sentence, "x")}
    assert found == set(PHRASES.values())


@pytest.mark.parametrize(
    "sentence",
    ["The token that is no longer valid.", "Sign in again.", "'x' is not a valid URL.", "The mayor shallowly agrees."],
)
def test_a_plain_sentence_is_accepted(sentence: str) -> None:
    assert list(find_phrases(sentence, "x")) == []


def test_a_phrase_that_continues_on_the_next_line_is_found() -> None:
    (finding,) = find_phrases("The library is not\n    to be had.\n", "x")
    assert (finding.place, finding.phrase) == ("x:1", "not to be had")


@pytest.mark.parametrize(
    ("comment", "is_allowed"),
    [
        ("# language: allow (quotation of the service)", True),
        ("<!-- language: allow (text of RFC 6749) -->", True),
        ("# language: allow", False),
        ("# language: allow ()", False),
        ("# language: allow (yes)", False),
    ],
)
def test_an_exception_needs_a_reason(comment: str, is_allowed: bool) -> None:
    assert (list(find_phrases(f"It shall be. {comment}", "x")) == []) is is_allowed


@pytest.mark.parametrize("name", ["README.md", "docs/a.md", "plugins/modules/a.py", "roles/a/tasks/main.yml"])
def test_tracked_and_new_files_are_read(name: str, tmp_path: Path) -> None:
    """Ignored files are not."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("build/\n")
    for file in (name, "build/a.md"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("It shall be.\n")
    found = [str(finding) for file, text in list_texts(tmp_path) for finding in find_phrases(text, file)]
    assert [text.partition(":")[0] for text in found] == [name]
