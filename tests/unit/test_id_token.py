# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ID tokens are believed, and whose keys prove them."""

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
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.server import AuthorizationServer
from tests.unit.builders import make_connection, make_session
from tests.unit.raw_servers import RequestRecorder, build_response, record_requests

PATH = "/v1/tenants/t1/realms/r1/applications/a1"
NONCE = "n0nce"
OURS, OTHER = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}) for kid in ("one", "two"))


@dataclass(frozen=True)
class FromNow:
    """A moment so many seconds from when the test runs, which may be minutes after it was collected."""

    seconds: int


def public(key: Any, **changes: Any) -> dict[str, Any]:
    """A key as it is published; ``...`` leaves a field out."""
    fields = {**key.as_dict(private=False), **changes}
    return {name: value for name, value in fields.items() if value is not ...}


def server(url: str) -> AuthorizationServer:
    own = {"auth_url": url, "tenant_id": "t1", "auth_realm_id": "r1", "application_id": "a1"}
    return AuthorizationServer(make_connection(client_id="cl1ent", **own), make_session(retries=0))


def claims(url: str, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": url + PATH, "aud": "cl1ent", "sub": "pat", "exp": now + 300, "iat": now, "nonce": NONCE, **changes}
    return {
        name: now + value.seconds if isinstance(value, FromNow) else value
        for name, value in said.items()
        if value is not ...
    }


def validated(
    *,
    key: Any = OURS,
    header: Mapping[str, Any] | None = None,
    keys: Any = None,
    nonce: str | None = NONCE,
    token: str | None = None,
    seen: list[RequestRecorder] | None = None,
    said: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Validate a token, signed by ``key``, against the ``keys`` that the issuer publishes."""
    published = build_response({"keys": [public(OURS)] if keys is None else keys})
    with record_requests(published) as (url, recorder):
        if seen is not None:
            seen.append(recorder)
        head = {"alg": "RS256", "kid": "one", **(header or {})}
        head = {name: value for name, value in head.items() if value is not ...}
        made = jwt.encode(head, claims(url, **(said or {})), key, algorithms=[str(head["alg"])])
        return validate_id_token(token or made, server(url), nonce)


def refused(because: str, **how: Any) -> str:
    with pytest.raises(MalformedResponseError, match=because) as caught:
        validated(**how)
    return str(caught.value.message)


def test_a_good_one_tells_who_signed_in() -> None:
    seen: list[RequestRecorder] = []
    assert validated(seen=seen)["sub"] == "pat"
    assert [request.line for request in seen[0].requests] == [f"GET {PATH}/.well-known/jwks.json HTTP/1.1"]
    assert "authorization" not in seen[0].requests[0].headers


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["cl1ent"]},
        {"azp": "cl1ent"},
        {"aud": ["other", "cl1ent"], "azp": "cl1ent"},
        {"exp": FromNow(-30)},  # two clocks may differ
        {"iat": FromNow(30)},
    ],
)
def test_good_claims(changes: dict[str, Any]) -> None:
    assert validated(said=changes)["sub"] == "pat"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iss": "https://evil.example" + PATH}, "of another issuer: https://evil.example"),
        ({"iss": "http://127.0.0.1" + PATH + "/"}, "of another issuer"),
        ({"iss": PATH}, "of another issuer"),
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
def test_claims_that_are_not_believed(changes: dict[str, Any], said: str) -> None:
    refused(said, said=changes)


def test_without_a_nonce_of_ours_that_of_the_token_means_nothing() -> None:
    assert validated(nonce=None, said={"nonce": "x"})["sub"] == "pat"


def test_the_servers_words_are_one_harmless_line() -> None:
    assert "\x1b" not in refused("is signed with", token=_raw({"alg": "\x1b[31mX\n"}, {}))


def _raw(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand, as no library would make it."""
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _signed(header: dict[str, Any], body: dict[str, Any], secret: bytes) -> str:
    head, middle, _empty = _raw(header, body).split(".")
    digest = hmac.new(secret, f"{head}.{middle}".encode(), hashlib.sha256).digest()
    return f"{head}.{middle}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize("alg", ["none", "None", "", None, "HS256", "RS512", "PS256", "ES256", ["RS256"]])
def test_no_other_algorithm_will_do(alg: Any) -> None:
    with record_requests(build_response({"keys": [public(OURS)]})) as (url, recorder):
        with pytest.raises(BeyondIdentityError, match="is signed with .*, not RS256|is not valid"):
            validate_id_token(_raw({"alg": alg, "kid": "one"}, claims(url), b"x"), server(url), NONCE)
        assert recorder.requests == [], "nobody is asked for a key"


def test_the_public_key_is_no_secret() -> None:
    """The classic: an HMAC made with what everybody knows."""
    for secret in (OURS.as_pem(private=False), json.dumps(public(OURS)).encode()):
        with record_requests(build_response({"keys": [public(OURS)]})) as (url, _recorder):
            for alg in ("HS256", "RS256"):
                token = _signed({"alg": alg, "kid": "one"}, claims(url), secret)
                with pytest.raises(MalformedResponseError, match="not RS256|not valid"):
                    validate_id_token(token, server(url), NONCE)


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_other_signatures_by_the_right_key_are_refused(alg: str) -> None:
    key = RSAKey.import_key({**OURS.as_dict(private=True), "alg": alg})
    refused(f"is signed with {alg}, not RS256", key=key, header={"alg": alg}, keys=[public(OURS, alg=...)])


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "a.b", "a.b.c", "....", "s3cret.s3cret.s3cret", _raw({"alg": "RS256"}, {})[:-9]),
        base64.urlsafe_b64encode(b"[" * 12_000).decode() + ".e30.eA",
    ],
)
def test_what_is_no_token(token: str) -> None:
    assert "s3cret" not in refused("The ID token", token=token or ".")


def test_an_extension_that_must_be_understood_is_not_passed_over() -> None:
    with record_requests(build_response({"keys": [public(OURS)]})) as (url, _recorder):
        for names in (["exp"], ["b64"], []):
            signed = _raw({"alg": "RS256", "kid": "one", "crit": names, "exp": 1}, claims(url)).rstrip(".")
            signature = OURS.private_key.sign(signed.encode(), PKCS1v15(), SHA256())
            token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
            with pytest.raises(MalformedResponseError, match="crit|not valid"):
                validate_id_token(token, server(url), NONCE)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"key": OTHER}, "not valid: .*[Ss]ignature"),
        ({"header": {"kid": "unknown"}}, "a key that the issuer does not publish"),
        ({"header": {"kid": ...}, "keys": [public(OURS), public(OTHER)]}, "a key that the issuer does not publish"),
        ({"keys": [public(OURS), public(OTHER, kid="one")]}, "a key that the issuer does not publish"),
        ({"keys": [public(OURS, use="enc")]}, "a key that the issuer does not publish"),
        ({"keys": [public(OURS, kid=...)]}, "a key that the issuer does not publish"),
        ({"keys": [public(ECKey.generate_key("P-256", {"kid": "one"}))]}, "a key that the issuer does not publish"),
        ({"keys": [public(OURS, alg="RS512")]}, "a key that the issuer does not publish"),
        ({"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}]}, "a key that the issuer does not publish"),
        ({"keys": []}, "a key that the issuer does not publish"),
        ({"keys": "none"}, "a key that the issuer does not publish"),
        ({"keys": 7}, "a key that the issuer does not publish"),
        ({"keys": ["none", None, 7]}, "a key that the issuer does not publish"),
        ({"keys": [{"kty": "RSA", "kid": "one"}]}, "publishes can't be used"),
        ({"keys": [{"kty": "RSA", "kid": "one", "n": 7, "e": ["AQAB"]}]}, "publishes can't be used"),
        ({"keys": [{"kty": "RSA", "kid": "one", "n": "!", "e": "AQAB"}]}, "publishes can't be used"),
        ({"header": {"kid": ""}}, "a key that the issuer does not publish"),
    ],
)
def test_keys_that_do_not_prove_it(how: dict[str, Any], said: str) -> None:
    refused(said, **how)


@pytest.mark.parametrize(
    "how",
    [
        {"header": {"kid": ...}},
        {"header": {"kid": ...}, "keys": [public(OURS, kid=..., use=..., alg=...)]},
        {"keys": [public(OTHER), public(OURS)]},
        {"header": {"kid": "two"}, "key": OTHER, "keys": [public(OURS), public(OTHER)]},
        {"keys": [public(OURS), {"kty": "future"}, "odd"]},
        {"header": {"kid": ...}, "keys": [public(OURS), public(ECKey.generate_key("P-256"))]},
    ],
)
def test_keys_that_prove_it(how: dict[str, Any]) -> None:
    assert validated(**how)["sub"] == "pat"


def test_where_the_token_says_that_its_key_is_nobody_looks() -> None:
    with record_requests(build_response({"keys": [public(OTHER, kid="one")]})) as (elsewhere, theirs):
        header = {"jku": f"{elsewhere}/jwks.json", "x5u": f"{elsewhere}/cert", "jwk": public(OTHER)}
        refused("not valid: .*[Ss]ignature", key=OTHER, header=header)
        assert validated(header=header)["sub"] == "pat"
        assert theirs.requests == []


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        ("404 Not Found", ResponseError, "Reading the keys at .* HTTP 404"),
        ("302 Found", MalformedResponseError, "redirect"),
    ],
)
def test_keys_that_can_not_be_had(status: str, error: type[BeyondIdentityError], said: str) -> None:
    with record_requests(build_response({}, "Location: https://evil.example/", status=status)) as (url, _recorder):
        token = jwt.encode({"alg": "RS256"}, claims(url), OURS)
        with pytest.raises(error, match=said):
            validate_id_token(token, server(url), NONCE)


@pytest.mark.parametrize(("name", "value"), [("IMPORT_ERROR", "Traceback"), ("has_crypto", False)])
def test_without_the_library_it_says_what_to_install(name: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    require_pyjwt()
    monkeypatch.setattr(module, name, value)
    with pytest.raises(OptionError, match=r"python -m pip install 'PyJWT\[crypto\]'") as caught:
        require_pyjwt()
    assert "Traceback" not in caught.value.message
