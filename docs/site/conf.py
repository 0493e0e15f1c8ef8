# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of Sphinx for the documentation site. `tests/tools/site.py` collects the pages."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

project = "beyondidentity.management"
html_title = "beyondidentity.management"
project_copyright = "2026, Beyond Identity Management collection contributors"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
nitpicky = True
myst_heading_anchors = 4
# The examples of plugins contain templates. In Markdown, `console` marks commands.
highlight_language = "yaml+jinja"
smartquotes = False

html_theme = "furo"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_search_scorer = str(Path(__file__).with_name("scorer.js"))
html_copy_source = False
html_show_sphinx = False
html_use_index = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

ANSIBLE = "https://docs.ansible.com/ansible/latest"
# Labels of Ansible's own documentation. An inventory for intersphinx would need the network.
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


def link_to_ansible(
    _app: Sphinx, _environment: BuildEnvironment, node: nodes.Element, content: nodes.Node
) -> nodes.Node | None:
    """Link a label that only Ansible's own documentation has. Other unknown labels stay warnings."""
    target = str(node.get("reftarget", ""))
    plugin = target.removeprefix("ansible_collections.ansible.builtin.")
    if plugin != target:
        page = f"collections/ansible/builtin/{plugin}.html"
    elif target.startswith("ANSIBLE_"):
        page = f"reference_appendices/config.html#envvar-{target}"
    elif target in LABELS:
        page = LABELS[target]
    else:
        return None
    return nodes.reference("", "", content, internal=False, refuri=f"{ANSIBLE}/{page}")


def setup(app: Sphinx) -> None:
    """Register the function above."""
    app.connect("missing-reference", link_to_ansible)
