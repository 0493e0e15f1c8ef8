# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an error response says: in the shape of OAuth, of the Management API, of SCIM, and in no known shape."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    ResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.error_responses import (
    error_from_response,
    is_error,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import Response

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(), child, max_size=3),
    max_leaves=8,
)


def build_error(status: int, body: Any, headers: dict[str, str] | None = None) -> ResponseError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from_response(Response(status, headers or {}, content), "Asking")


@pytest.mark.parametrize(
    ("status", "body", "message", "code"),
    [
        (
            400,
            {"error": "invalid_scope", "error_description": "no such scope"},
            "HTTP 400 invalid_scope: no such scope.",
            "invalid_scope",
        ),
        (401, {"error": "invalid_client"}, "HTTP 401 invalid_client.", "invalid_client"),
        (403, {"code": "forbidden", "message": "forbidden"}, "HTTP 403 forbidden.", "forbidden"),
        (
            400,
            {
                "code": "bad_request",
                "message": "invalid parameters",
                "details": [
                    {
                        "type": "FieldViolations",
                        "field_violations": [
                            {"field": "realm.display_name", "description": "too long."},
                            {"field": "a", "description": "b"},
                        ],
                    },
                    {
                        "type": "ResourceInfo",
                        "resource_type": "Realm",
                        "id": "19a95130480dfa79",
                        "description": "not found",
                    },
                ],
            },
            "HTTP 400 bad_request: invalid parameters; realm.display_name: too long.; a: b; Realm 19a95130480dfa79: not found.",
            "bad_request",
        ),
        (
            409,
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "scimType": "uniqueness",
                "detail": "taken",
                "status": "409",
            },
            "HTTP 409 uniqueness: taken.",
            "uniqueness",
        ),
        (
            404,
            {
                "code": "not_found",
                "message": "realm not found",
                "details": [{"resource_type": "Realm", "id": "r1", "description": "realm not found"}],
            },
            "HTTP 404 not_found: Realm r1: realm not found.",
            "not_found",
        ),
        (404, {"code": "NOT_FOUND", "message": "Not found."}, "HTTP 404 NOT_FOUND.", "NOT_FOUND"),
        (401, b"", "HTTP 401 the credentials or the token are not accepted.", ""),
        (404, b"<html>404</html>", "HTTP 404 not found.", ""),
        (500, [], "HTTP 500 server error.", ""),
        (418, b"\xff\xfe", "HTTP 418.", ""),
        (502, {"error": {"code": 1}, "message": ["x"]}, "HTTP 502 x.", ""),
        (502, {"error": {"code": 1}, "traceId": "x"}, "HTTP 502 bad gateway.", ""),
        (400, {"code": "x", "details": {"field_violations": []}}, "HTTP 400 x.", "x"),
        (
            400,
            {"code": "x", "details": [None, "y", 3, {}, {"field_violations": "z"}, {"field_violations": [None, {}]}]},
            "HTTP 400 x: y.",
            "x",
        ),
        (
            401,
            {"error": {"code": "invalid_client", "message": "unknown client"}},
            "HTTP 401 invalid_client: unknown client.",
            "invalid_client",
        ),
        (
            400,
            {"errors": [{"field": "name", "message": "is taken"}, {"message": "try again"}, "and wait"]},
            "HTTP 400 name: is taken; try again; and wait.",
            "",
        ),
        (400, {"errors": {"name": ["is taken", "is short"]}}, "HTTP 400 name: is taken; name: is short.", ""),
        (
            403,
            {"errorCode": "E0000006", "errorSummary": "no permission", "errorId": "oaeSecret", "errorCauses": []},
            "HTTP 403 E0000006: no permission.",
            "E0000006",
        ),
        (
            403,
            {
                "type": "https://example.com/probs/credit",
                "title": "Not enough credit",
                "detail": "Balance is 30",
                "status": 403,
                "instance": "/account/12345",
            },
            "HTTP 403 Not enough credit; Balance is 30.",
            "",
        ),
        (500, {"error": "Something broke"}, "HTTP 500 Something broke.", ""),
        (
            500,
            {"fault": {"name": "x", "detail": {"errorcode": "policies.Failed"}}},
            "HTTP 500 policies.Failed.",
            "policies.Failed",
        ),
        (502, {"status": "502", "error": "502", "message": "down"}, "HTTP 502 down.", ""),
        (400, '{"message": "Ung\xfcltig"}'.encode("iso-8859-1"), "HTTP 400 Ung\xfcltig.", ""),
    ],
)
def test_each_shape_gives_one_message_and_a_code(status: int, body: Any, message: str, code: str) -> None:
    error = build_error(status, body)
    assert error.message == f"Asking: {message}"
    assert (error.status, error.code) == (status, code)
    assert error.details == {"status": status, **({"error": code} if code else {})}


@pytest.mark.parametrize(
    ("status", "headers", "hint"),
    [
        (
            429,
            {"Retry-After": "7200"},
            "The server requests a wait of 7200 seconds. To wait that long, set retry_max_wait to at least 7200.",
        ),
        (503, {"RateLimit-Reset": "61"}, "The server requests a wait of 61 seconds."),
        (429, {}, "Try again later, or increase retries."),
        (429, {"Retry-After": "0"}, "Try again later, or increase retries."),
        (429, {"Retry-After": "nonsense"}, "Try again later, or increase retries."),
    ],
)
def test_a_busy_server_gives_a_hint_on_the_wait(status: int, headers: dict[str, str], hint: str) -> None:
    assert hint in build_error(status, {"code": "too_many_requests"}, headers).message


@pytest.mark.parametrize("seconds", ["1e300", "9" * 4000])
def test_an_absurd_wait_does_not_lengthen_the_message(seconds: str) -> None:
    assert len(build_error(429, b"", {"Retry-After": seconds}).message) < 300


def test_hostile_text_becomes_harmless() -> None:
    error = build_error(
        400, {"error": "\x1b[2Jevil\n\u202e", "error_description": "{{ lookup('pipe', 'id') }}\r\n" + "A" * 5000}
    )
    assert error.code == "[2Jevil"
    assert len(error.message) < 600
    assert "\x1b" not in error.message and "\n" not in error.message and "\u202e" not in error.message


def test_the_message_has_only_the_first_details() -> None:
    violations = [{"field": f"f{number}", "description": "d"} for number in range(1000)]
    assert len(build_error(400, {"code": "x", "details": [{"field_violations": violations}]}).message) < 200


def test_a_deeply_nested_body_is_not_an_object() -> None:
    assert build_error(500, b"[" * 200_000).message == "Asking: HTTP 500 server error."
    with pytest.raises(MalformedResponseError, match="is nested in more than 100 levels"):
        Response(200, {}, b'{"a":' * 200_000).json("Asking")


@pytest.mark.parametrize(("levels", "is_refused"), [(100, False), (101, True), (500, True)])
@pytest.mark.parametrize("kind", ["object", "list"])
def test_an_object_has_at_most_100_levels(kind: str, levels: int, is_refused: bool) -> None:
    inner = levels - 1  # the object itself is a level
    begin, end = (b'{"a":' * inner, b"}" * inner) if kind == "object" else (b"[" * inner, b"]" * inner)
    response = Response(200, {}, b'{"top":' + (begin + b"1" + end) + b"}")
    if is_refused:
        with pytest.raises(MalformedResponseError, match="is nested in more than 100 levels"):
            response.json("Asking")
    else:
        assert "top" in response.json("Asking")


@pytest.mark.parametrize("content", [rb'{"token": "\ud800"}', rb'{"\udfff": 1}', rb'{"a": [{"b": "x\udc00"}]}'])
def test_half_a_character_is_an_error(content: bytes) -> None:
    """JSON can escape it, no file or terminal can show it."""
    with pytest.raises(MalformedResponseError, match="has text that is not valid Unicode"):
        Response(200, {}, content).json("Asking")
    assert Response(200, {}, content).json_or_none() is None
    assert Response(200, {}, rb'{"a": "\ud83d\ude00"}').json("Asking") == {"a": "\U0001f600"}, (
        "two halves are a character"
    )


@given(
    st.dictionaries(
        st.sampled_from(["error", "error_description", "code", "message", "detail", "details", "scimType"]), JSON
    ),
    st.sampled_from([400, 401, 429, 500]),
)
def test_each_body_gives_one_harmless_line(body: dict[str, Any], status: int) -> None:
    message = build_error(status, body).message
    assert message.startswith(f"Asking: HTTP {status}")
    assert not {unicodedata.category(char) for char in message} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.binary(max_size=200))
def test_each_content_is_an_object_or_a_malformed_response(content: bytes) -> None:
    assert build_error(500, content).status == 500
    try:
        assert isinstance(Response(200, {"Content-Type": "text/html\x1b"}, content).json("Asking"), dict)
    except MalformedResponseError as error:
        assert "\x1b" not in error.message


def test_errors_have_only_details_with_a_value() -> None:
    assert BeyondIdentityError("a", "b", c=1, d=None, e="", f=[]).details == {"c": 1}
    assert str(BeyondIdentityError("a", "b")) == "a b"
    error = TransportError("x")
    assert error.sent and not error.permanent


@pytest.mark.parametrize(
    ("body", "reports_error"),
    [
        ({"error": "invalid_request"}, True),
        ({"error": {"code": "forbidden"}, "id": "x"}, True),
        ({"code": "not_found", "message": "no such realm"}, True),
        ({"code": "not_found", "message": "no such realm", "details": []}, True),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}, True),
        ({"code": "x", "message": "y", "id": "a resource with such fields"}, False),
        ({"code": "x"}, False),
        ({"code": 1, "message": "y"}, False),
        ({"error": None}, False),
        ({"error": []}, False),
        ({"error": True}, False),
        ({"schemas": [["x"]], "Resources": []}, False),
        ({"schemas": "urn"}, False),
        ({}, False),
        ([], False),
        (b"", False),
        (b"error", False),
    ],
)
def test_a_success_can_report_an_error(body: Any, reports_error: bool) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert is_error(Response(200, {}, content)) is reports_error
    assert is_error(Response(404, {}, content))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "not_found", "message": "gone"}, 404),
        ({"code": "NOT_FOUND", "message": "gone"}, 404),
        ({"code": "NotFound", "message": "gone"}, 404),
        ({"code": "404", "message": "gone"}, 404),
        ({"code": "conflict", "message": "taken", "details": []}, 409),
        ({"code": "already_exists", "message": "taken"}, 409),
        ({"code": "unauthorized", "message": "who?"}, 401),
        ({"code": "unauthenticated", "message": "who?"}, 401),
        ({"code": "forbidden", "message": "no"}, 403),
        ({"code": "permission_denied", "message": "no"}, 403),
        ({"code": "too_many_requests", "message": "wait"}, 429),
        ({"code": "internal_server_error", "message": "x"}, 500),
        ({"code": "field_violations", "message": "x"}, 400),
        ({"code": "ok", "message": "x"}, 400),
        ({"error": "invalid_token"}, 401),
        ({"error": "invalid_grant", "access_token": "x"}, 400),
        ({"error": {"code": 404, "message": "gone"}}, 404),
        ({"error": {"code": 7, "status": "PERMISSION_DENIED"}}, 403),
        ({"error": "Conflict", "statusCode": 409}, 409),
        ({"error": {"message": "x", "code": True}}, 400),
        ({"error": {"message": "x", "status": 200}}, 400),
        ({"error": {"message": "x", "status": 4040}}, 400),
        ({"errors": [{"status": "404", "title": "gone"}]}, 404),
        ({"errors": ["x"]}, 400),
        ({"errors": []}, 200),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "409", "scimType": "uniqueness"}, 409),
    ],
)  # fmt: skip
def test_an_error_with_a_status_of_success_has_the_status_that_it_means(body: Any, status: int) -> None:
    """Callers decide by the status."""
    error = build_error(200, body)
    assert error.message.startswith("Asking: HTTP 200 ") and error.status == status
    assert build_error(418, body).status == 418


@pytest.mark.parametrize(
    "body", [{"error": {"code": "x", "message": "y"}}, {"error": {"error": "x", "error_description": "y"}}]
)
def test_an_error_in_an_object_of_its_own_gives_the_same_message(body: Any) -> None:
    assert build_error(200, body).message == "Asking: HTTP 200 x: y."


@given(JSON, JSON)
def test_any_success_can_be_checked_for_an_error(body: Any, error: Any) -> None:
    for shape in (body, {"error": error}, {"schemas": body}, {"code": body, "message": error}):
        assert is_error(Response(200, {}, json.dumps(shape).encode())) in (True, False)


@pytest.mark.parametrize("name", ["access_token", "client_secret", "data", "stack", "url", "id", "items"])
def test_only_texts_under_names_of_reasons_are_read(name: str) -> None:
    for value in ("s3cret", ["s3cret"], {"value": "s3cret"}, [{"value": ["s3cret"]}]):
        assert "s3cret" not in build_error(400, {"data": {"message": "no", name: value}, name: value}).message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"success": False, "errors": [{"code": 10000, "message": "no login"}], "result": None}, "10000: no login"),
        ({"error": {"code": 10000}}, "10000: the credentials or the token are not accepted"),
        ({"error": {"code": 401, "message": "no", "status": "UNAUTHENTICATED"}}, "no"),
        ({"errors": [{"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}]}, "UNAUTHENTICATED: no"),
        ({"errors": [{"source": {"pointer": "/data/name"}, "detail": "too short"}]}, "/data/name: too short"),
        ({"errors": {"name": {"message": "too short"}}}, "name: too short"),
        ({"title": "T", "invalid-params": [{"name": "age", "reason": "too low"}]}, "T; age: too low"),
        ({"detail": [{"loc": ["body", "names", 0], "msg": "missing"}]}, "body.names.0: missing"),
        ({"fault": {"faultstring": "bad key", "detail": {"errorcode": "K1"}}}, "K1: bad key"),
        ({"Error": {"Code": "Denied", "Message": "no login"}}, "Denied: no login"),
        ({"userMessage": "no login", "developerMessage": "key 7"}, "no login; key 7"),
        ({"error_code": "c", "error_msg": "m"}, "c: m"),
        ({"ERRORTEXT": "t", "err": "two words"}, "t; two words"),
        ({"response": {"status": {"statusCode": "A7", "statusDescription": "quota"}}}, "A7: quota"),
        ({"message": {"text": "no login"}}, "no login"),
        ({"meta": {"error": {"code": "deep", "message": "no"}}}, "deep: no"),
    ],
)
def test_the_words_in_names_tell_codes_and_reasons(body: dict[str, Any], said: str) -> None:
    assert build_error(401, body).message == f"Asking: HTTP 401 {said}."


def test_what_does_not_explain_the_refusal_is_not_read_if_the_refusal_explains_itself() -> None:
    request = {"description": "the realm of the request", "code": "r", "fields": [{"title": "of the request"}]}
    body = {"message": "no", "request": request, "details": [{"description": "too short"}]}
    assert build_error(400, body).message == "Asking: HTTP 400 no; too short."


@pytest.mark.parametrize(
    "body",
    [
        {"message": "first", "errors": [{"message": f"other {number}"} for number in range(200_000)]},
        {"message": "first", "errors": {f"field {number}": ["wrong"] for number in range(200_000)}},
        {"message": "first", "errors": [[None] * 5000, "late"]},
        {"data": [{"message": "first"}, *([{}] * 5000), {"message": "late"}]},
    ],
)
def test_only_the_beginning_of_a_large_body_is_read(body: dict[str, Any]) -> None:
    """Otherwise a server could keep a task busy for minutes."""
    message = build_error(400, body).message
    assert message.startswith("Asking: HTTP 400 first") and "late" not in message
    assert len(message) < 600


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"message": "x"}]},
        {"errors": {"name": ["x"]}},
        {"errorCode": "E1"},
        {"error": {"code": "x"}},
        {"error": "x", "data": {}},
    ],
)
def test_an_error_with_a_success_status_is_an_error(body: dict[str, Any]) -> None:
    assert is_error(Response(200, {}, json.dumps(body).encode()))


@pytest.mark.parametrize(
    "body",
    [
        {"id": "1", "errors": [{"line": 2}]},
        {"id": "1", "errorCode": "E1"},
        {"errorCode": ""},
        {"errors": []},
        {"errors": {}},
        {"error": None},
        {"access_token": "x"},
    ],
)
def test_a_result_is_no_error(body: dict[str, Any]) -> None:
    assert not is_error(Response(200, {}, json.dumps(body).encode()))


def test_problem_details_with_a_success_status_are_an_error() -> None:
    content = json.dumps({"type": "about:blank", "title": "No login"}).encode()
    problem = Response(200, {"Content-Type": "application/problem+json; charset=utf-8"}, content)
    assert is_error(problem) and error_from_response(problem, "Asking").message == "Asking: HTTP 200 No login."
    assert not is_error(Response(200, {"Content-Type": "application/json"}, content))
