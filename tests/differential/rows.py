# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of the differential test as data, and what is compared of their responses."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import requests
import yaml

from tests.differential.servers import REDIRECT_URI, SECONDS, Server

FOLDER = Path(__file__).parent
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FORM = "application/x-www-form-urlencoded"
CLIENT_REQUEST = {
    "response_type": "code",
    "redirect_uri": REDIRECT_URI,
    "scope": "openid realms:read realms:create",
    "state": "s t",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
Parameters = list[tuple[str, str]]


def read_table(name: str) -> dict[str, Any]:
    """Return one of the tables: `requests` or `differences`."""
    table: dict[str, Any] = yaml.safe_load(FOLDER.joinpath(f"{name}.yml").read_text(encoding="utf-8"))
    return table


@dataclass
class Exchange:
    """One row at one server."""

    server: Server
    row: dict[str, Any]
    tokens: dict[str, str] = field(default_factory=dict)
    """The tokens of the row, by name, to be watched."""

    @property
    def client(self) -> str:
        """Return the name of the client that sends the request."""
        return str(self.row.get("client", "web"))

    def describe_outcome(self) -> str:
        """Send the request; return what matters of the response."""
        try:
            response = self._send()
        except requests.ConnectionError:
            return "connection closed"
        outcome = self._describe(response)
        if not self.row.get("watch"):
            return outcome
        if response.ok and response.content and self.row["endpoint"] == "token":
            self.tokens["new access"] = response.json()["access_token"]
        states = [f"{name} {'active' if self._is_active(token) else 'ended'}" for name, token in self.tokens.items()]
        return "; ".join([outcome, *states])

    def _send(self) -> requests.Response:
        endpoint = self.row["endpoint"]
        parameters = list(self._list_parameters())
        method = self.row.get("method", "GET" if endpoint == "authorize" else "POST")
        headers = {"Accept": "application/json"}
        if endpoint != "authorize":
            headers |= self._authenticate(parameters)
        headers |= {name: self._fill(value) for name, value in self.row.get("headers", {}).items()}
        url = self.server.build_url(endpoint, self.client)
        query = list(self.row.get("query", {}).items())
        body: str | Iterator[bytes] | None = self.row.get("raw", urlencode(parameters))
        if method == "GET":
            query, body = [*query, *parameters], None
        elif (content_type := self.row.get("content_type", FORM)) is not None:
            headers["Content-Type"] = content_type
        if self.row.get("chunked"):
            body = iter([str(body).encode()])
        response = self.server.session.request(
            method, url, params=urlencode(query), data=body, headers=headers, allow_redirects=False, timeout=SECONDS
        )
        return (
            self.server.follow(response, self.row.get("decision", "approve")) if endpoint == "authorize" else response
        )

    def _list_parameters(self) -> Iterator[tuple[str, str]]:
        defaults = self._choose_defaults()
        for name, value in {**defaults, **self.row.get("set", {})}.items():
            if value is not None:
                yield name, self._fill(value)
        for name, value in self.row.get("also", []):
            yield name, self._fill(value)

    def _choose_defaults(self) -> dict[str, str]:
        endpoint, own_id = self.row["endpoint"], {"client_id": self.client} if self.client == "public" else {}
        if endpoint == "authorize":
            return {"client_id": self.client, **CLIENT_REQUEST}
        if endpoint != "token":
            return {"token": "{access}", **own_id}
        if self.row.get("grant") == "refresh":
            return {"grant_type": "refresh_token", "refresh_token": "{refresh}", **own_id}
        if self.client == "machine":
            return {"grant_type": "client_credentials", "scope": "realms:read"}
        code = {"code": "{code}", "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
        return {"grant_type": "authorization_code", **code, **own_id}

    def _authenticate(self, parameters: Parameters) -> dict[str, str]:
        how = self.row.get("auth", "none" if self.client == "public" else "basic")
        name = "nobody" if how.startswith("unknown") else self.client
        secret = f"secret of {name}" + ("!" if how.startswith("wrong") else "")
        if how in ("post", "both") or how.endswith("in the body"):
            parameters += [("client_id", name), ("client_secret", secret)]
        return _build_basic(name, secret) if how in ("basic", "both", "wrong", "unknown") else {}

    def _fill(self, value: str) -> str:
        return re.sub(r"{([^{}\"]+)}", lambda match: self._find_value(match[1]), value)

    def _find_value(self, name: str) -> str:
        values: dict[str, Callable[[], str]] = {
            "client_id": lambda: self.client,
            "challenge": lambda: CHALLENGE,
            "2 MB": lambda: "x" * 2_000_000,
            "public basic": lambda: _build_basic("public", "")["Authorization"].split()[1],
            "code": lambda: self._sign_in(self.client),
            "other code": lambda: self._sign_in("other"),
            "public code": lambda: self._sign_in("public"),
            "used code": lambda: self._use_code()[0],
            "expired code": self._expire_code,
            "access": lambda: self._request_tokens()["access_token"],
            "refresh": lambda: self._request_tokens()["refresh_token"],
            "id token": lambda: self._request_tokens()["id_token"],
            "forged id token": lambda: self._request_tokens()["id_token"][:-4] + "AAAA",
            "other access": lambda: self._request_tokens("other")["access_token"],
            "other refresh": lambda: self._request_tokens("other")["refresh_token"],
            "rotated refresh": lambda: self._rotate()[0],
            "narrowed refresh": lambda: self._rotate(scope="openid realms:read")[1],
            "revoked refresh": lambda: self._revoke(self._request_tokens()["refresh_token"]),
            "revoked access": lambda: self._revoke(self._request_tokens()["access_token"]),
            "refresh of a code used twice": self._use_code_twice,
        }
        return values[name]()

    def _sign_in(self, client: str) -> str:
        response = self.server.session.get(
            self.server.build_url("authorize", client),
            params={"client_id": client, **CLIENT_REQUEST},
            allow_redirects=False,
            timeout=SECONDS,
        )
        return read_redirect(self.server.follow(response, "approve"))["code"]

    def _expire_code(self) -> str:
        with self.server.expire_codes():
            return self._sign_in(self.client)

    def _use_code(self) -> tuple[str, dict[str, str]]:
        code = self._sign_in(self.client)
        return code, self._exchange(self.client, code)

    def _use_code_twice(self) -> str:
        code, tokens = self._use_code()
        self._call("token", self.client, **self._choose_defaults_of_exchange(code))
        return tokens["refresh_token"]

    def _request_tokens(self, client: str = "") -> dict[str, str]:
        client = client or (self.client if self.client != "machine" else "web")
        return self._exchange(client, self._sign_in(client))

    def _exchange(self, client: str, code: str) -> dict[str, str]:
        return self._watch(self._call("token", client, **self._choose_defaults_of_exchange(code)))

    def _choose_defaults_of_exchange(self, code: str) -> dict[str, str]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }

    def _rotate(self, **form: str) -> tuple[str, str]:
        old = self._request_tokens()["refresh_token"]
        response = self._call("token", self.client, grant_type="refresh_token", refresh_token=old, **form)
        return old, self._watch(response, "rotated ")["refresh_token"]

    def _revoke(self, token: str) -> str:
        self._call("revoke", self.client, token=token)
        return token

    def _call(self, endpoint: str, client: str, **form: str) -> requests.Response:
        headers = {"Content-Type": FORM}
        if client == "public":
            form["client_id"] = client
        else:
            headers |= _build_basic(client, f"secret of {client}")
        url = self.server.build_url(endpoint, client)
        return self.server.session.post(url, data=urlencode(form), headers=headers, timeout=SECONDS)

    def _watch(self, response: requests.Response, prefix: str = "") -> dict[str, str]:
        assert response.status_code == 200, response.text
        document: dict[str, str] = response.json()
        for kind in ("access", "refresh"):
            self.tokens[prefix + kind] = document[f"{kind}_token"]
        return document

    def _is_active(self, token: str) -> bool:
        return bool(self._call("introspect", "web", token=token).json()["active"])

    def _describe(self, response: requests.Response) -> str:
        if (response.headers.get("Location") or "").startswith(REDIRECT_URI):
            back = read_redirect(response)
            state = "state" if back.get("state") == self._find_state() else "no state"
            return f"redirect with {back.get('error', 'code' if 'code' in back else 'nothing')} and {state}"
        parts = [str(response.status_code)]
        try:
            document = response.json()
        except ValueError:
            document = None
        if isinstance(document, dict):
            parts += _describe_document(document)
        if "no-store" in response.headers.get("Cache-Control", "") and self.row["endpoint"] == "token":
            parts.append("no-store")
        if "WWW-Authenticate" in response.headers:
            parts.append(response.headers["WWW-Authenticate"].split()[0])
        if "Allow" in response.headers and response.status_code == 405:
            parts.append("Allow")
        return " ".join(parts)

    def _find_state(self) -> str | None:
        return {**CLIENT_REQUEST, **self.row.get("set", {})}["state"] or None


def _describe_document(document: dict[str, Any]) -> Iterator[str]:
    if "error" in document:
        yield str(document["error"])
    elif "active" in document:
        yield "active" if document["active"] else "inactive"
    elif "access_token" in document:
        yield "+".join(sorted(name for name in document if name.endswith("_token")))
        yield f"for {document['scope']}" if "scope" in document else "without scope"


def _build_basic(name: str, secret: str) -> dict[str, str]:
    """Return the Authorization header; the name and secret are form-encoded (RFC 6749 section 2.3.1)."""
    credentials = f"{quote_plus(name)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def read_redirect(response: requests.Response) -> dict[str, str]:
    """Return the parameters that a redirect gives to the client."""
    target = urlsplit(response.headers["Location"])
    values = parse_qs(target.query or target.fragment, keep_blank_values=True)
    return {name: value for name, (value, *_others) in values.items()}
