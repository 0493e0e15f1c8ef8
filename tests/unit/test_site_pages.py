# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pages of the documentation site are made from the sources. `make docs` tests the built site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.collection import ROOT
from tests.tools.site import collect_pages, describe_playbooks, improve_access, link_names, shorten_page


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return the folder of the pages, with some reference pages."""
    folder = tmp_path / "source"
    (folder / "reference").mkdir(parents=True)
    for name in ("token_module", "token_lookup", "pkce_module"):
        text = f"beyondidentity.management.{name.replace('_', ' ')} -- Get it\n++++++++++\n\n.. contents::\n   :local:\n\nMore\n"
        (folder / "reference" / f"{name}.rst").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Use the module `token`.", "Use the module [`token`](../reference/token_module.rst)."),
        (
            "modules `token`, `pkce` and `debug`",
            "modules [`token`](../reference/token_module.rst), [`pkce`](../reference/pkce_module.rst) and `debug`",
        ),
        ("| lookup `token` |", "| lookup [`token`](../reference/token_lookup.rst) |"),
        ("the playbook `login`", "the playbook [`login`](../playbooks.md#login)"),
        ("the option `token`", "the option `token`"),
        ("```yaml\n# the module `token`\n```", "```yaml\n# the module `token`\n```"),
        ("the module [`token`](x.md)", "the module [`token`](x.md)"),
    ],
)
def test_a_name_of_a_plugin_or_playbook_becomes_a_link(source: Path, text: str, expected: str) -> None:
    assert link_names(text, source / "docs" / "page.md", source) == expected


def test_a_comment_at_the_head_of_a_playbook_becomes_a_section(tmp_path: Path) -> None:
    playbook = tmp_path / "example.yml"
    playbook.write_text(
        "---\n# Do this:\n#\n#   make x\n#   y\n#\n#   key: value\n#\n# End.\n- hosts: localhost\n# no\n"
    )
    page = describe_playbooks([playbook])
    assert "## example\n\n`beyondidentity.management.example` ([Source](https://github.com/" in page
    assert page.endswith("Do this:\n\n```shell\nmake x\ny\n```\n\n```yaml\nkey: value\n```\n\nEnd.\n")


def test_each_playbook_has_a_comment_to_show() -> None:
    for path in ROOT.glob("playbooks/*.yml"):
        assert len(describe_playbooks([path])) > 300, path


def test_the_title_of_a_reference_page_is_short(source: Path) -> None:
    page = source / "reference" / "token_module.rst"
    assert shorten_page(page) == "Get it"
    assert page.read_text(encoding="utf-8") == "token module: Get it\n++++++++++\n\n\nMore\n"


def test_the_pages_are_the_markdown_files_with_their_paths(source: Path) -> None:
    collect_pages(ROOT, source)
    index = (source / "index.md").read_text(encoding="utf-8")
    for path in ROOT.glob("docs/*.md"):
        assert "../README.md" not in (source / "docs" / path.name).read_text(encoding="utf-8"), "it is the home page"
        assert f"\ndocs/{path.stem}\n" in index
    assert "\nroles/person/README\n" in index
    assert not (source / "README.md").exists()
    assert "* :doc:`pkce <pkce_module>`: Get it" in (source / "reference" / "index.rst").read_text(encoding="utf-8")


def test_a_page_gets_what_assistive_technology_needs() -> None:
    page = '<pre>x</pre><p class="caption" role="heading">y</p><p><img alt="z" src="_images/z.svg" /></p>'
    assert improve_access(page) == (
        '<pre tabindex="0">x</pre><p class="caption">y</p>'
        '<p><a class="picture" href="_images/z.svg"><img alt="z" src="_images/z.svg" /></a></p>'
    )
