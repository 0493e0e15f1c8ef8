# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that modules and the token lookup share."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options, as in the table of module_utils/_connection_options.py; a test compares the two.

    Modules extend `connection` and `connection.reveal`. The lookup, which has no result to reveal, extends `connection`. A
    module that sends nothing extends `connection.reveal`.
    """

    DOCUMENTATION = r"""
requirements:
  - python >= 3.10
  - requests >= 2.28
options:
  issuer:
    description:
      - URL of the authenticating application, from the Admin Console. The URL contains the region, the tenant, the authenticating realm and the application.
      - The URL can end with C(/token) or C(/authorize).
      - Variable C(beyondidentity_issuer), environment E(BEYONDIDENTITY_ISSUER).
    type: str
  region:
    description:
      - The region of the tenant. The default is the region of O(issuer), or else of a self-contained O(access_token), or else V(us).
      - If O(region) and the host of O(issuer) contradict each other, the task fails.
      - Variable C(beyondidentity_region), environment E(BEYONDIDENTITY_REGION).
    type: str
    choices: [us, eu, fedramp]
  auth_url:
    description:
      - URL of the authorization server, if it differs from the server of the region. For example, the URL of a gateway.
      - Variable C(beyondidentity_auth_url), environment E(BEYONDIDENTITY_AUTH_URL).
    type: str
  api_url:
    description:
      - URL of the Management API, if it differs from the API of the region. For example, the URL of a gateway.
      - Required for calls of the Management API if O(issuer) or O(auth_url) is not on a host of Beyond Identity.
      - Variable C(beyondidentity_api_url), environment E(BEYONDIDENTITY_API_URL).
    type: str
  tenant_id:
    description:
      - ID of the tenant, if O(issuer) is not set.
      - Variable C(beyondidentity_tenant_id), environment E(BEYONDIDENTITY_TENANT_ID).
    type: str
  auth_realm_id:
    description:
      - ID of the authenticating application's realm, if O(issuer) is not set.
      - Variable C(beyondidentity_auth_realm_id), environment E(BEYONDIDENTITY_AUTH_REALM_ID).
    type: str
  application_id:
    description:
      - ID of the authenticating application, if O(issuer) is not set.
      - Variable C(beyondidentity_application_id), environment E(BEYONDIDENTITY_APPLICATION_ID).
    type: str
  realm_id:
    description:
      - ID of the managed realm. The default is the realm of the authenticating application.
      - The environment variable E(BEYONDIDENTITY_PINNED_REALM_ID) limits a run to one realm. The modules then refuse to manage any other realm.
      - Variable C(beyondidentity_realm_id), environment E(BEYONDIDENTITY_REALM_ID).
    type: str
  client_id:
    description:
      - The client ID of the authenticating application.
      - Credentials of different sources are never mixed. If a source sets O(client_id), O(client_secret) or O(access_token), weaker sources cannot set any of
        these options.
      - Variable C(beyondidentity_client_id), environment E(BEYONDIDENTITY_CLIENT_ID).
    type: str
  client_secret:
    description:
      - The client secret of the authenticating application.
      - Set it in a vaulted variable or in the environment. Callback plugins can read the arguments of a task.
      - If O(client_secret) comes from the environment, O(issuer), O(auth_url), O(api_url), O(proxy), O(ca_path) and O(validate_certs) must come from the
        environment too. URLs on hosts of Beyond Identity and O(validate_certs=true) are accepted from any source.
      - Variable C(beyondidentity_client_secret), environment E(BEYONDIDENTITY_CLIENT_SECRET).
    type: str
  access_token:
    description:
      - Use this token instead of a token request. If the token is self-contained, it also supplies the tenant, realm and region that are not set.
      - Variable C(beyondidentity_access_token), environment E(BEYONDIDENTITY_ACCESS_TOKEN).
    type: str
  client_auth_method:
    description:
      - How the client authenticates at the token endpoint. V(none) is for public applications.
      - Variable C(beyondidentity_client_auth_method), environment E(BEYONDIDENTITY_CLIENT_AUTH_METHOD).
    type: str
    choices: [client_secret_basic, client_secret_post, none]
    default: client_secret_basic
  grant_type:
    description:
      - How the task requests a token. V(client_credentials) uses the credentials of the client.
      - V(authorization_code) uses the sign-in of a user that the role P(beyondidentity.management.authorization_code#role) or the playbook
        C(beyondidentity.management.login) stored. The task does not open a browser.
      - Variable C(beyondidentity_grant_type), environment E(BEYONDIDENTITY_GRANT_TYPE).
    type: str
    choices: [client_credentials, authorization_code]
    default: client_credentials
  expiration_time:
    description:
      - Requested lifetime of a token in seconds. The setting of the application limits it.
      - Variable C(beyondidentity_expiration_time), environment E(BEYONDIDENTITY_EXPIRATION_TIME).
    type: int
    default: 3600
  min_validity:
    description:
      - The minimum time in seconds for which a token must still be valid. A stored token with less time left is replaced, for all hosts and tasks.
      - The default is 60 seconds, or a tenth of the lifetime of the token if that is less.
      - Must be less than O(expiration_time). Choose a value well below the lifetime. Otherwise, nearly every task requests a new token.
      - A new token is sufficient if the lifetime that the service reports is at least this long. Otherwise the task fails, and other hosts fail without a token
        request. To get longer lifetimes, increase C(token_expires_after) of the application.
      - A stored sign-in is refreshed. If the sign-in has no refresh token, the task fails, and you must sign in again.
      - Variable C(beyondidentity_min_validity), environment E(BEYONDIDENTITY_MIN_VALIDITY).
    type: int
  token_cache:
    description:
      - Where tokens are stored. Stored tokens are always encrypted.
      - V(run) shares tokens between all hosts, tasks and lookups of one run.
      - V(user) stores tokens in the user's cache directory, so later runs share them too.
      - V(none) stores no tokens.
      - If the service refuses a stored token with HTTP 401 or 403, the run replaces the token once, because it may be revoked. For this, a run requests at
        most one new token in 60 seconds for each credential and set of scopes.
      - If the service refuses the client's credentials, other hosts and items of the same task do not send them again within 60 seconds. Each attempt of
        C(until) and each other task sends them again. Lookups share a refusal for 10 seconds.
      - If the service refuses the credentials of an application that the run created less than 60 seconds ago, the token request is repeated for up to
        30 seconds. Tasks that are delegated to a remote host do not wait.
      - Variable C(beyondidentity_token_cache), environment E(BEYONDIDENTITY_TOKEN_CACHE).
    type: str
    choices: [run, user, none]
    default: run
  timeout:
    description:
      - Time limit for one request in seconds, from name resolution to the last byte.
      - Variable C(beyondidentity_timeout), environment E(BEYONDIDENTITY_TIMEOUT).
    type: int
    default: 30
  retries:
    description:
      - The number of times that a request is sent again after a connection error or an HTTP status 429, 502, 503 or 504.
      - A request that creates an object is sent again only if it is certain that the service did not create the object.
      - Variable C(beyondidentity_retries), environment E(BEYONDIDENTITY_RETRIES).
    type: int
    default: 3
  retry_max_wait:
    description:
      - The longest wait in seconds that a server can request before a request is sent again. If the server requests a longer wait, the request is not
        sent again.
      - The actual wait can be up to a tenth longer, so hosts and runs do not retry at the same time.
      - Variable C(beyondidentity_retry_max_wait), environment E(BEYONDIDENTITY_RETRY_MAX_WAIT).
    type: int
    default: 60
  validate_certs:
    description:
      - Whether TLS certificates are verified.
      - Variable C(beyondidentity_validate_certs), environment E(BEYONDIDENTITY_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - File with the CA certificates to trust, or a folder of such files with their hashes as names, as C(openssl rehash) creates them.
      - The default is C(REQUESTS_CA_BUNDLE), then C(CURL_CA_BUNDLE), then the CA certificates of the library requests.
      - Variable C(beyondidentity_ca_path), environment E(BEYONDIDENTITY_CA_PATH).
    type: path
  client_cert:
    description:
      - File with a TLS client certificate. The file must contain the key too, unless O(client_key) is set.
      - Variable C(beyondidentity_client_cert), environment E(BEYONDIDENTITY_CLIENT_CERT).
    type: path
  client_key:
    description:
      - File with the key of O(client_cert).
      - Variable C(beyondidentity_client_key), environment E(BEYONDIDENTITY_CLIENT_KEY).
    type: path
  client_key_password:
    description:
      - The pass phrase of an encrypted key in O(client_key), or in O(client_cert).
      - Variable C(beyondidentity_client_key_password), environment E(BEYONDIDENTITY_CLIENT_KEY_PASSWORD).
    type: str
  proxy:
    description:
      - URL of a proxy for https. The default is C(HTTPS_PROXY). Hosts in C(NO_PROXY) are reached without a proxy.
      - Variable C(beyondidentity_proxy), environment E(BEYONDIDENTITY_PROXY).
    type: str
"""

    REVEAL = r"""
options:
  reveal:
    description:
      - Show a result that contains a secret. By default, the result is hidden in all output. A registered result is complete in both cases.
      - For ad-hoc commands. You can set it only as an argument, not as a variable or in the environment.
    type: bool
    default: false
"""
