# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send a person to sign in."""

from __future__ import annotations

DOCUMENTATION = r"""
module: authorize
short_description: Send a person to sign in at Beyond Identity
version_added: 0.1.0
description:
  - Makes the request to an application's C(/authorize) endpoint (RFC 6749 section 4.1, with PKCE as in RFC 7636), whose URL a person opens in a browser.
  - With O(listen) it prints the URL at once, waits on the loopback O(redirect_uri) for the answer and returns its code.
    Without, the person pastes the address that the browser was sent to, for O(beyondidentity.management.token#module:redirect_response).
  - M(beyondidentity.management.token) exchanges the answer for a token. Role P(beyondidentity.management.authorization_code#role) composes all of it.
  - The result carries a secret, so that it is hidden in all output without C(no_log). What is registered is whole.
  - Runs on the controller, where the person is, even where the task is delegated.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
attributes:
  check_mode:
    details: The module does not wait for a response. With O(listen), the code in the result is predicted.
  delegation:
    support: none
  idempotent:
    support: partial
    details: Changes nothing, but asks the person each time.
options:
  scopes:
    description:
      - The scopes to ask for, as a list or as space-delimited text. With O(openid), V(openid) is added.
      - Within the application's allowed scopes, the service grants those that the person's roles allow.
    type: list
    elements: str
  operations:
    description:
      - Operations of the Management API by name, such as V(CreateRealm), whose scopes are asked for too.
    type: list
    elements: str
  openid:
    description:
      - Request an ID token, by adding the scope V(openid). An application with the protocol V(oidc) requires it.
      - Set to V(false) if the application has the protocol V(oauth2) and cannot grant V(openid). The response then has no ID token.
    type: bool
    default: true
  redirect_uri:
    description:
      - Where the browser is sent with the answer. It must be registered for the application, to the letter. The module cannot check this without a request.
      - An absolute URI without a fragment. C(https://HOST/PATH), C(http://) to loopback, or the private scheme of an app, such as C(com.example.app:/PATH).
      - With O(listen) it is C(http://127.0.0.1:PORT/PATH), C(http://[::1]:PORT/PATH) or C(http://localhost:PORT/PATH). A port of 0 stands for any free one.
      - With the host C(localhost), the module listens at C(127.0.0.1) and C(::1), or at one of them if the machine does not have the other.
    type: str
    required: true
  oauth_state:
    description: The C(state) of the request. Without it a fresh one is made, which is what you want.
    type: str
  nonce:
    description: The C(nonce) of the request. Without it a fresh one is made, which is what you want.
    type: str
  code_verifier:
    description: The PKCE verifier, 43 to 128 characters. Without it a fresh one is made, which is what you want.
    type: str
  code_challenge_method:
    description: How the challenge is derived. V(plain) is for applications that allow nothing else.
    type: str
    choices: [S256, plain]
    default: S256
  prompt:
    description: The C(prompt) parameter of OpenID Connect, such as V(login).
    type: str
  listen:
    description: Wait on the loopback O(redirect_uri) for the answer. Not in check mode, and only where there is a terminal.
    type: bool
    default: false
  open_browser:
    description:
      - With O(listen), open a browser on the controller if there is one.
      - The command in the environment variable C(BROWSER) is used if it is set. It gets the URL as its argument, and no terminal.
    type: bool
    default: false
  wait_timeout:
    description: With O(listen), how many seconds to wait for the person.
    type: int
    default: 300
notes:
  - If an option that the later exchange needs is missing or cannot be used, the module fails before it shows a URL. It checks the client's credentials,
    the TLS files, and with O(openid) the Python library C(PyJWT[crypto]), which validates the ID token.
  - Where there is no terminal (AWX, cron, CI) O(listen) fails at once, for nobody would see the URL.
  - A machine with a display needs no terminal with O(open_browser=true).
seealso:
  - module: beyondidentity.management.token
  - name: RFC 8252
    description: OAuth 2.0 for native apps, loopback redirection.
    link: https://datatracker.ietf.org/doc/html/rfc8252
"""

EXAMPLES = r"""
- name: Make a request, whose URL somebody opens
  beyondidentity.management.authorize:
    operations: [ListRealms]
    redirect_uri: http://127.0.0.1:8400/callback
  register: request

- name: Show it
  ansible.builtin.debug:
    msg: "{{ request.authorization.url }}"
"""

RETURN = r"""
authorization:
  description: The request, as the module M(beyondidentity.management.token) takes it.
  returned: success
  type: dict
  contains:
    url:
      description: What to open in a browser.
      type: str
      sample: https://auth-us.beyondidentity.com/v1/tenants/.../authorize?response_type=code&...
    state:
      description: Ties the answer to the request.
      type: str
      sample: 6WFfTVTEdVs-hBJAz9ZTtT3OwLPPbAOpLSFNGVgxRSc
    nonce:
      description: Ties the ID token to the request.
      type: str
      sample: Sqwpn0Kb8ApXcTUCGTDBH6TMHGRm-SqIJVGs7lWTc9E
    code_verifier:
      description: The PKCE verifier, a secret until it is used.
      type: str
      sample: dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
    code_challenge:
      description: Its challenge.
      type: str
      sample: E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
    redirect_uri:
      description: Where the browser is sent; with the port that was chosen for 0.
      type: str
      sample: http://127.0.0.1:8400/callback
    scopes:
      description: What is asked for.
      type: list
      elements: str
      sample: ["openid", "realms:read"]
    issuer:
      description: The issuer that the request is for.
      type: str
      sample: https://auth-us.beyondidentity.com/v1/tenants/.../applications/...
    client_id:
      description: The client that the request is of.
      type: str
      sample: AYYNcuOSpfqIf33JeegCzDIT
    code:
      description: The code that came, with O(listen) only. It is good once, for a short time.
      type: str
      sample: SplxlOBeZQQYbYS6WxSbIA
predicted:
  description: Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  version_added: 0.2.0
  sample: true
requests:
  description: How many HTTP requests the task made, which is none; the browser makes them.
  returned: success
  type: int
  sample: 0
"""

from dataclasses import dataclass

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationOptions,
    AuthorizationRequest,
    Listen,
    create_authorization_request,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.pkce import CODE_CHALLENGE_METHODS
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import build_predicted
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import ModuleSpec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.code_exchange import (
    validate_later_exchange,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module
from ansible_collections.beyondidentity.management.plugins.module_utils._task.scope_options import ScopeOptions

SPEC = ModuleSpec(
    options={
        "scopes": {"type": "list", "elements": "str"},
        "operations": {"type": "list", "elements": "str"},
        "openid": {"type": "bool", "default": True},
        "redirect_uri": {"type": "str", "required": True},
        "oauth_state": {"type": "str"},
        "nonce": {"type": "str"},
        "code_verifier": {"type": "str", "no_log": True},
        "code_challenge_method": {
            "type": "str",
            "choices": list(CODE_CHALLENGE_METHODS),
            "default": CODE_CHALLENGE_METHODS[0],
        },
        "prompt": {"type": "str"},
        "listen": {"type": "bool", "default": False},
        "open_browser": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 300},
    },
    ignored=frozenset({"access_token"}),
    controller_only=True,
)


@dataclass(frozen=True)
class ListenOptions:
    """Where and how long to wait for the response; `wait_timeout` is in seconds."""

    redirect_uri: str
    listen: bool
    open_browser: bool
    wait_timeout: int


def run(task: TaskContext) -> ModuleResult:
    """Create the authorization request, and wait for its response if `listen` is set."""
    options, listen_options = task.read(AuthorizationOptions), task.read(ListenOptions)
    scopes = task.read(ScopeOptions).resolve()
    if listen_options.wait_timeout < 1:
        raise OptionError(f"wait_timeout must be at least 1 second, not {listen_options.wait_timeout}.")
    validate_later_exchange(task, openid=options.openid)
    if options.code_challenge_method == "plain":
        task.warn("code_challenge_method 'plain' protects little. Use S256 if the application allows it.")

    def create(redirect_uri: str) -> AuthorizationRequest:
        return create_authorization_request(task.server, scopes=scopes, redirect_uri=redirect_uri, options=options)

    if task.check_mode and listen_options.listen:
        task.mark_as_predicted()
        return {
            "authorization": {**create(listen_options.redirect_uri).to_dict(), "code": build_predicted("code", scopes)}
        }
    if not listen_options.listen:
        return {"authorization": create(listen_options.redirect_uri).to_dict()}
    if task.listen is None:
        raise OptionError("listen works on the controller only.")
    listen: Listen = task.listen
    request = listen(listen_options.redirect_uri, create, listen_options.wait_timeout, listen_options.open_browser)
    return {"authorization": request.to_dict()}


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
