# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Responses with unusable tokens, too large responses, and text that contains templates or escapes."""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import APPLICATIONS, READ, TOKEN, play, task
from tests.support.recorder import RecordedRequest, Recorder, Response

MIB = 1024 * 1024
TOKEN_ANSWER = {"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600, "scope": "realms:read"}

# What the token endpoint answers, by case, and what the failure says; an empty text stands for success.
ODD_ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "no-token": ({"access_token": None}, "printable ASCII"),
    "empty-token": ({"access_token": ""}, "printable ASCII"),
    "number-as-token": ({"access_token": 42}, "printable ASCII"),
    "list-as-token": ({"access_token": ["a"]}, "printable ASCII"),
    "line-end-in-token": ({"access_token": "a\r\nX-Injected: b"}, "printable ASCII"),
    "blank-in-token": ({"access_token": "a b"}, "printable ASCII"),
    "foreign-letter-in-token": ({"access_token": "t\u00f6ken"}, "printable ASCII"),
    "longest-token": ({"access_token": "a" * 16384}, ""),
    "too-long-token": ({"access_token": "a" * 16385}, "printable ASCII"),
    "mac": ({"token_type": "mac"}, "token_type is 'mac'"),
    "no-type": ({"token_type": None}, "token_type"),
    "lower-case-type": ({"token_type": "bearer"}, ""),
    "jinja-type": ({"token_type": "{{ 1 + 1 }}\u001b[2J"}, "token_type is '{{ 1 + 1 }} [2J'"),
}

# Answers whose lifetime tells nothing are not kept; the others' is capped at what was asked for.
LIFETIMES: dict[str, tuple[Any, int | None]] = {
    "missing": (None, None),
    "text": ("soon", None),
    "zero": (0, None),
    "negative": (-5, None),
    "true": (True, None),
    "list": ([3600], None),
    "digits": ("1800", 1800),
    "absurd": (10**30, 3600),
    "fraction": (1800.9, 1800),
}


def _by_case(seen: RecordedRequest) -> Response:
    """Respond as the path before the endpoint says."""
    case = seen.path.split("/")[-2]
    if case in ODD_ANSWERS:
        document = {**TOKEN_ANSWER, **ODD_ANSWERS[case][0]}
    else:
        document = {**TOKEN_ANSWER, "expires_in": LIFETIMES[case][0]}
    return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()


def _too_much(seen: RecordedRequest) -> Response:
    if "bomb" in seen.path:
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * (200 * MIB), compresslevel=1)
    size = 10 * MIB + (1 if "over" in seen.path else 0)
    return 200, {}, json.dumps(TOKEN_ANSWER).encode().ljust(size)


def _at(server: Recorder, case: str) -> dict[str, Any]:
    issuer = f"{server.url}/v1/tenants/t/realms/r/applications/{case}"
    return {**READ, "issuer": issuer, "client_id": "c", "client_secret": "s", "retries": 0}


@pytest.fixture
def odd_server() -> Iterator[Recorder]:
    """Return a server with unusable responses."""
    with Recorder(_by_case) as recorder:
        yield recorder


def test_unusable_tokens_are_refused(run_playbook: PlaybookRunner, odd_server: Recorder) -> None:
    """A token that a header can't hold, or of another type. The message does not repeat it."""
    tasks = [task(case, TOKEN, _at(odd_server, case)) for case in ODD_ANSWERS]
    run = run_playbook(play(*tasks), args=["-vvv"]).succeeded()
    for case, (_answer, expected) in ODD_ANSWERS.items():
        result = run.task(case)
        assert result.done == (not expected), (case, result)
        assert expected in str(result.result.get("msg", "")), (case, result)
    assert "X-Injected" not in run.output and "t\u00f6ken" not in run.output


def test_unknown_lifetimes_are_not_stored_and_long_ones_capped(
    run_playbook: PlaybookRunner, odd_server: Recorder
) -> None:
    """A long lifetime is capped at the requested one."""
    tasks = []
    for case in LIFETIMES:
        for name in (case, f"{case} again"):
            tasks.append(task(name, TOKEN, _at(odd_server, case), register="made"))
            shown = "{{ [made.token.expires_in, made.cached] }}"
            tasks.append(task(f"show {name}", "ansible.builtin.debug", {"msg": shown}))
    run = run_playbook(play(*tasks)).succeeded()
    for case, (_answer, lifetime) in LIFETIMES.items():
        for name, cached in ((case, False), (f"{case} again", lifetime is not None)):
            expires_in, was_cached = run.task(f"show {name}").result["msg"]
            assert was_cached is cached, name
            assert expires_in is None if lifetime is None else lifetime - 60 < expires_in <= lifetime, (
                name,
                expires_in,
            )


def test_responses_are_limited_to_10_mib(run_playbook: PlaybookRunner) -> None:
    """Compressed or not."""
    with Recorder(_too_much) as server:
        tasks = [task(case, TOKEN, _at(server, case)) for case in ("full", "over", "bomb")]
        run = run_playbook(play(*tasks)).succeeded()
    assert run.task("full").done
    for case in ("over", "bomb"):
        assert "the response is larger than 10 MiB" in run.task(case).result["msg"]


def _hostile_text(marker: Path) -> str:
    """Return text with templates, terminal escapes and bidirectional characters."""
    pipe = f"lookup('ansible.builtin.pipe', 'touch {marker}')"
    file = f"lookup('ansible.builtin.file', '{marker.parent}/secret')"
    return f"{{{{ {pipe} }}}}{{% set x = {file} %}}{{{{ x }}}}\u001b]0;owned\u0007\u001b[31mred\u202ebackwards\u2066\u200b\u009b1m\r\nnext line"


def test_text_from_the_server_is_neither_templated_nor_raw(
    run_playbook: PlaybookRunner, tenant: Any, tmp_path: Path, core: str
) -> None:
    """In errors, descriptions and names."""
    marker = tmp_path / "touched"
    (tmp_path / "secret").write_text("content-of-a-file", encoding="utf-8")
    hostile_text = _hostile_text(marker)
    tenant.seed(applications=2, name=hostile_text)
    tenant.add_fault(operation="token", times=1, status=400, shape="oauth", error=hostile_text, message=hostile_text)
    tenant.add_fault(
        operation="ListApplications",
        times=1,
        status=403,
        json={
            "code": hostile_text,
            "message": hostile_text,
            "details": [{"field_violations": [{"field": hostile_text, "description": hostile_text}]}],
        },
    )
    tenant.add_fault(
        operation="ListApplications", times=1, status=200, body="<html>", headers={"Content-Type": "{{ 1 + 1 }}"}
    )
    names = "{{ read.applications | map(attribute='display_name') | list }}"
    run = run_playbook(
        play(
            task("Token error", APPLICATIONS, register="token_error"),
            task("Error", APPLICATIONS, register="error"),
            task("No JSON", APPLICATIONS, register="html"),
            task("Names", APPLICATIONS, register="read"),
            task(
                "Say",
                "ansible.builtin.debug",
                {"msg": ["{{ token_error.msg }}", "{{ error.msg }}", "{{ html.msg }}", names]},
            ),
            task("Show", "ansible.builtin.debug", {"var": "read"}),
            task("Fact", "ansible.builtin.set_fact", {"name": "{{ read.applications[-1].display_name }}"}),
            task("Fact again", "ansible.builtin.debug", {"msg": "{{ name }}"}),
            task(
                "Two of a name",
                "beyondidentity.management.application",
                {"display_name": "{{ (read.applications | rejectattr('is_managed') | first).display_name }}"},
            ),
        ),
        env=tenant.environment,
        args=["-vvv", "--diff"],
        core=core,
    ).succeeded()
    assert not marker.exists()
    assert "content-of-a-file" not in run.output
    assert "touch" in run.task("Error").result["msg"]
    assert "2 applications are named" in run.task("Two of a name").result["msg"]
    for name in ("Token error", "Error", "No JSON", "Two of a name"):
        assert _harmless(run.task(name).result["msg"]), name
    assert "\u001b" not in run.output and "\u0007" not in run.output
    assert hostile_text in run.task("Say").result["msg"][3]  # data stays as it is
    _no_facts(run)


def _harmless(text: str) -> bool:
    return len(text) < 1500 and not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


def _no_facts(run: PlaybookRun) -> None:
    assert not any("ansible_facts" in result.result for result in run.results if "beyondidentity" in result.action)
