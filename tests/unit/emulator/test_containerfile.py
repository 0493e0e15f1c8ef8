# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Containerfile of the emulator. No test builds an image."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import requests
from dockerfile_parse import DockerfileParser

from tests.support.collection import ROOT

TEXT = (ROOT / "emulator" / "Containerfile").read_bytes()
INSTRUCTIONS = DockerfileParser(fileobj=io.BytesIO(TEXT)).structure


def read_instruction(name: str) -> str:
    """Return the value of an instruction that the file has once."""
    (value,) = [item["value"] for item in INSTRUCTIONS if item["instruction"] == name]
    return str(value)


def test_the_image_has_no_root_user_and_no_secret() -> None:
    assert read_instruction("USER") == "10001"
    assert {"ENV", "ARG", "ADD"} & {item["instruction"] for item in INSTRUCTIONS} == set()


def test_the_entry_point_starts_an_emulator_with_tls(tmp_path: Path) -> None:
    """On a loopback address and a free port, with a file of this test."""
    command = json.loads(read_instruction("ENTRYPOINT"))
    assert command[command.index("--port") + 1] == read_instruction("EXPOSE")
    ca_path = str(tmp_path / "ca.pem")
    replaced = {"0.0.0.0": "127.0.0.1", "8443": "0", "/data/ca.pem": ca_path}
    command = [str(Path(sys.executable).parent / command[0]), *(replaced.get(word, word) for word in command[1:])]
    with subprocess.Popen([*command, "--export", "json"], stdout=subprocess.PIPE, text=True) as emulator:
        try:
            assert emulator.stdout
            values = json.loads("".join(iter(emulator.stdout.readline, "ready\n")))
            assert values["BEYONDIDENTITY_ISSUER"].startswith("https://localhost:")
            response = requests.post(
                f"{values['BEYONDIDENTITY_ISSUER']}/token",
                data={"grant_type": "client_credentials", "scope": "realms:read"},
                auth=(values["BEYONDIDENTITY_CLIENT_ID"], values["BEYONDIDENTITY_CLIENT_SECRET"]),
                verify=ca_path,
                timeout=30,
            )
            assert response.json()["token_type"] == "Bearer"
        finally:
            emulator.terminate()
    assert emulator.returncode == 0
