# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of ID tokens: claims, signatures and keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import id_token as module
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.id_token import (
    require_pyjwt,
    validate_id_token,
)
from tests.unit.authorization_server import APPLICATION_PATH, make_application_server
from tests.unit.raw_servers import build_response, record_requests

NONCE = "n0nce"
AZP_PATH = APPLICATION_PATH.removeprefix("/v1/")  # the service's tokens name the application by its path
OURS, OTHER = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}) for kid in ("one", "two"))


@dataclass(frozen=True)
class FromNow:
    """A time relative to when the test runs, which can be minutes after the test is collected."""

    seconds: int


def publish(key: Any, **changes: Any) -> dict[str, Any]:
    """Return a key as an issuer publishes it. A field that is `...` is missing."""
    fields = {**key.as_dict(private=False), **changes}
    return {name: value for name, value in fields.items() if value is not ...}


def make_claims(url: str, **changes: Any) -> dict[str, Any]:
    """Return valid claims of an issuer at a URL, with changes. A claim that is `...` is missing."""
    now = int(time.time())
    values = {
        "iss": url + APPLICATION_PATH,
        "aud": "cl1ent",
        "sub": "pat",
        "exp": now + 300,
        "iat": now,
        "nonce": NONCE,
        **changes,
    }
    return {
        name: now + value.seconds if isinstance(value, FromNow) else value
        for name, value in values.items()
        if value is not ...
    }


def validate(
    *,
    key: Any = OURS,
    header: Mapping[str, Any] | None = None,
    keys: Any = None,
    nonce: str | None = NONCE,
    token: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the claims of a token that `key` signs, after validation with the `keys` that the issuer publishes.

    Args:
        header: changes of the token's header.
        token: the token, instead of one that is signed here.
        changes: changes of the claims.
    """
    published = build_response({"keys": [publish(OURS)] if keys is None else keys})
    with record_requests(published) as (url, _recorder):
        head = {"alg": "RS256", "kid": "one", **(header or {})}
        head = {name: value for name, value in head.items() if value is not ...}
        signed = jwt.encode(head, make_claims(url, **(changes or {})), key, algorithms=[str(head["alg"])])
        return validate_id_token(token or signed, make_application_server(url), nonce)


def refuse(message: str, **given: Any) -> str:
    """Validate a token that is refused with this message, and return the whole message."""
    with pytest.raises(MalformedResponseError, match=message) as caught:
        validate(**given)
    return str(caught.value.message)


def test_a_valid_id_token_says_which_user_signed_in() -> None:
    with record_requests(build_response({"keys": [publish(OURS)]})) as (url, recorder):
        token = jwt.encode({"alg": "RS256", "kid": "one"}, make_claims(url), OURS)
        assert validate_id_token(token, make_application_server(url), NONCE)["sub"] == "pat"
    assert [request.line for request in recorder.requests] == [f"GET {APPLICATION_PATH}/.well-known/jwks.json HTTP/1.1"]
    assert "authorization" not in recorder.requests[0].headers


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["cl1ent"]},
        {"azp": "cl1ent"},
        {"aud": ["other", "cl1ent"], "azp": "cl1ent"},
        {"azp": AZP_PATH},
        {"aud": ["cl1ent", "other"], "azp": AZP_PATH},
        {"exp": FromNow(-30)},  # two clocks can differ
        {"iat": FromNow(30)},
    ],
)
def test_valid_claims_are_accepted(changes: dict[str, Any]) -> None:
    assert validate(changes=changes)["sub"] == "pat"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iss": "https://evil.example" + APPLICATION_PATH}, "from another issuer: https://evil.example"),
        ({"iss": "http://127.0.0.1" + APPLICATION_PATH + "/"}, "from another issuer"),
        ({"iss": APPLICATION_PATH}, "from another issuer"),
        ({"iss": ...}, 'not valid: .*"iss"'),
        ({"aud": "other"}, "not valid: .*[Aa]udience"),
        ({"aud": ["other"]}, "not valid: .*[Aa]udience"),
        ({"aud": []}, 'not valid: .*"aud"'),
        ({"aud": ...}, 'not valid: .*"aud"'),
        ({"aud": ["cl1ent", "other"]}, "not issued to this client .azp."),
        ({"aud": ["cl1ent", "other"], "azp": "other"}, "not issued to this client .azp."),
        ({"azp": "other"}, "not issued to this client .azp."),
        ({"azp": None}, "not issued to this client .azp."),
        ({"azp": ["cl1ent"]}, "not issued to this client .azp."),
        ({"azp": [AZP_PATH]}, "not issued to this client .azp."),
        ({"azp": AZP_PATH + "2"}, "not issued to this client .azp."),
        ({"azp": AZP_PATH.replace("t1", "t2")}, "not issued to this client .azp."),
        ({"azp": AZP_PATH.replace("r1", "r2")}, "not issued to this client .azp."),
        ({"azp": AZP_PATH + "/"}, "not issued to this client .azp."),
        ({"azp": APPLICATION_PATH}, "not issued to this client .azp."),
        ({"azp": AZP_PATH.upper()}, "not issued to this client .azp."),
        ({"azp": "a1"}, "not issued to this client .azp."),
        ({"azp": ""}, "not issued to this client .azp."),
        ({"exp": FromNow(-90)}, "not valid: .*expired"),
        ({"exp": ...}, 'not valid: .*"exp"'),
        ({"exp": "soon"}, "not valid: .*Expiration"),
        ({"exp": float("inf")}, "not valid"),
        ({"exp": [1]}, "not valid"),
        ({"iat": ...}, 'not valid: .*"iat"'),
        ({"iat": FromNow(90)}, "not valid: .*iat"),
        ({"nbf": FromNow(90)}, "not valid: .*nbf"),
        ({"nonce": ...}, "belongs to another sign-in"),
        ({"nonce": None}, "belongs to another sign-in"),
        ({"nonce": "other"}, "belongs to another sign-in"),
        ({"nonce": [NONCE]}, "belongs to another sign-in"),
    ],
)
def test_invalid_claims_are_refused(changes: dict[str, Any], message: str) -> None:
    refuse(message, changes=changes)


def test_a_nonce_is_not_checked_if_the_request_had_none() -> None:
    assert validate(nonce=None, changes={"nonce": "x"})["sub"] == "pat"


def test_text_of_the_token_is_sanitized() -> None:
    message = refuse("is signed with", token=_encode_token({"alg": "\x1b[31mX\n"}, {}))
    assert "\x1b" not in message and "\n" not in message


def _encode_token(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    """Return a token that no library would create."""
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _sign_with_hmac(header: dict[str, Any], body: dict[str, Any], secret: bytes) -> str:
    head, middle, _empty = _encode_token(header, body).split(".")
    digest = hmac.new(secret, f"{head}.{middle}".encode(), hashlib.sha256).digest()
    return f"{head}.{middle}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize("alg", ["none", "None", "", None, "HS256", "RS512", "PS256", "ES256", ["RS256"]])
def test_another_algorithm_is_refused_before_keys_are_read(alg: Any) -> None:
    with record_requests(build_response({"keys": [publish(OURS)]})) as (url, recorder):
        with pytest.raises(BeyondIdentityError, match="is signed with .*, not RS256|is not valid"):
            validate_id_token(
                _encode_token({"alg": alg, "kid": "one"}, make_claims(url), b"x"), make_application_server(url), NONCE
            )
        assert recorder.requests == []


def test_an_hmac_with_the_public_key_is_refused() -> None:
    """RFC 8725 section 2.1."""
    for secret in (OURS.as_pem(private=False), json.dumps(publish(OURS)).encode()):
        with record_requests(build_response({"keys": [publish(OURS)]})) as (url, _recorder):
            for alg in ("HS256", "RS256"):
                token = _sign_with_hmac({"alg": alg, "kid": "one"}, make_claims(url), secret)
                with pytest.raises(MalformedResponseError, match="not RS256|not valid"):
                    validate_id_token(token, make_application_server(url), NONCE)


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_another_algorithm_with_the_right_key_is_refused(alg: str) -> None:
    key = RSAKey.import_key({**OURS.as_dict(private=True), "alg": alg})
    refuse(f"is signed with {alg}, not RS256", key=key, header={"alg": alg}, keys=[publish(OURS, alg=...)])


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "a.b", "a.b.c", "....", "s3cret.s3cret.s3cret", _encode_token({"alg": "RS256"}, {})[:-9]),
        base64.urlsafe_b64encode(b"[" * 12_000).decode() + ".e30.eA",
    ],
)
def test_a_malformed_token_is_refused_and_not_repeated(token: str) -> None:
    assert "s3cret" not in refuse("The ID token", token=token or ".")


def test_a_critical_extension_is_refused() -> None:
    with record_requests(build_response({"keys": [publish(OURS)]})) as (url, _recorder):
        for names in (["exp"], ["b64"], []):
            signed = _encode_token({"alg": "RS256", "kid": "one", "crit": names, "exp": 1}, make_claims(url)).rstrip(
                "."
            )
            signature = OURS.private_key.sign(signed.encode(), PKCS1v15(), SHA256())
            token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
            with pytest.raises(MalformedResponseError, match="crit|not valid"):
                validate_id_token(token, make_application_server(url), NONCE)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"key": OTHER}, "not valid: .*[Ss]ignature"),
        ({"header": {"kid": "unknown"}}, "a key that the issuer does not publish"),
        ({"header": {"kid": ...}, "keys": [publish(OURS), publish(OTHER)]}, "a key that the issuer does not publish"),
        ({"keys": [publish(OURS), publish(OTHER, kid="one")]}, "a key that the issuer does not publish"),
        ({"keys": [publish(OURS, use="enc")]}, "a key that the issuer does not publish"),
        ({"keys": [publish(OURS, kid=...)]}, "a key that the issuer does not publish"),
        ({"keys": [publish(ECKey.generate_key("P-256", {"kid": "one"}))]}, "a key that the issuer does not publish"),
        ({"keys": [publish(OURS, alg="RS512")]}, "a key that the issuer does not publish"),
        ({"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}]}, "a key that the issuer does not publish"),
        ({"keys": []}, "a key that the issuer does not publish"),
        ({"keys": "none"}, "a key that the issuer does not publish"),
        ({"keys": 7}, "a key that the issuer does not publish"),
        ({"keys": ["none", None, 7]}, "a key that the issuer does not publish"),
        ({"keys": [{"kty": "RSA", "kid": "one"}]}, "publishes for the ID token is not valid"),
        ({"keys": [{"kty": "RSA", "kid": "one", "n": 7, "e": ["AQAB"]}]}, "publishes for the ID token is not valid"),
        ({"keys": [{"kty": "RSA", "kid": "one", "n": "!", "e": "AQAB"}]}, "publishes for the ID token is not valid"),
        ({"header": {"kid": ""}}, "a key that the issuer does not publish"),
    ],
)
def test_a_token_that_no_published_key_verifies_is_refused(given: dict[str, Any], message: str) -> None:
    refuse(message, **given)


@pytest.mark.parametrize(
    "given",
    [
        {"header": {"kid": ...}},
        {"header": {"kid": ...}, "keys": [publish(OURS, kid=..., use=..., alg=...)]},
        {"keys": [publish(OTHER), publish(OURS)]},
        {"header": {"kid": "two"}, "key": OTHER, "keys": [publish(OURS), publish(OTHER)]},
        {"keys": [publish(OURS), {"kty": "future"}, "odd"]},
        {"header": {"kid": ...}, "keys": [publish(OURS), publish(ECKey.generate_key("P-256"))]},
    ],
)
def test_a_token_is_verified_with_the_matching_key(given: dict[str, Any]) -> None:
    assert validate(**given)["sub"] == "pat"


def test_keys_in_or_named_by_the_token_are_ignored() -> None:
    with record_requests(build_response({"keys": [publish(OTHER, kid="one")]})) as (elsewhere, recorder):
        header = {"jku": f"{elsewhere}/jwks.json", "x5u": f"{elsewhere}/cert", "jwk": publish(OTHER)}
        refuse("not valid: .*[Ss]ignature", key=OTHER, header=header)
        assert validate(header=header)["sub"] == "pat"
        assert recorder.requests == []


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        ("404 Not Found", ResponseError, "Reading the keys at .* HTTP 404"),
        ("302 Found", MalformedResponseError, "redirect"),
    ],
)
def test_keys_that_cannot_be_read_are_an_error(status: str, error: type[BeyondIdentityError], message: str) -> None:
    with record_requests(build_response({}, "Location: https://evil.example/", status=status)) as (url, _recorder):
        token = jwt.encode({"alg": "RS256"}, make_claims(url), OURS)
        with pytest.raises(error, match=message):
            validate_id_token(token, make_application_server(url), NONCE)


@pytest.mark.parametrize(("name", "value"), [("IMPORT_ERROR", "Traceback"), ("has_crypto", False)])
def test_a_missing_library_is_reported_with_the_command_to_install_it(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_pyjwt()
    monkeypatch.setattr(module, name, value)
    with pytest.raises(OptionError, match=r"python -m pip install 'PyJWT\[crypto\]'") as caught:
        require_pyjwt()
    assert "Traceback" not in caught.value.message
