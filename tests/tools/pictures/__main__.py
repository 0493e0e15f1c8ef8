# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the pictures: `make pictures`. With ARGS=--record, record the terminal session again first."""

from __future__ import annotations

import sys

from tests.tools.paths import ROOT
from tests.tools.pictures.layers import draw_layers
from tests.tools.pictures.sequence import draw_sequence
from tests.tools.pictures.session import draw_session, read_recording, record

FOLDER = ROOT / "docs" / "pictures"


def render_all() -> dict[str, str]:
    """Return the name and the content of each picture."""
    sequences = {path.stem: draw_sequence(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.txt"))}
    return {**sequences, "layers": draw_layers(), "demo": draw_session(read_recording(FOLDER))}


def main(arguments: list[str]) -> int:
    """Write the pictures."""
    if "--record" in arguments:
        (FOLDER / "demo.session").write_text(record(), encoding="utf-8")
    for name, picture in render_all().items():
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
