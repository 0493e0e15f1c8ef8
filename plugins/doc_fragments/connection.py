# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that modules and the token lookup share."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options, as in the table of module_utils/options.py; a test holds the two against each other."""

    DOCUMENTATION = r"""
options:
  issuer:
    description:
      - The authenticating application's URL as the Admin Console shows it. It names region, tenant, authenticating realm and application in one.
      - An endpoint below it, which ends in C(/token) or C(/authorize), is accepted too.
      - Variable C(beyondidentity_issuer), environment E(BEYONDIDENTITY_ISSUER).
    type: str
  region:
    description:
      - The region of the tenant. The host of O(issuer) decides where there is one, and a contradiction is an error. Without either it is V(us).
      - Variable C(beyondidentity_region), environment E(BEYONDIDENTITY_REGION).
    type: str
    choices: [us, eu, fedramp]
  auth_url:
    description:
      - Another authorization server than the region's, such as a gateway.
      - Variable C(beyondidentity_auth_url), environment E(BEYONDIDENTITY_AUTH_URL).
    type: str
  api_url:
    description:
      - Another Management API than the region's, such as a gateway.
      - Required where the Management API is called and O(issuer) or O(auth_url) is none of the regions' hosts.
      - Variable C(beyondidentity_api_url), environment E(BEYONDIDENTITY_API_URL).
    type: str
  tenant_id:
    description:
      - The tenant, where there is no O(issuer).
      - Variable C(beyondidentity_tenant_id), environment E(BEYONDIDENTITY_TENANT_ID).
    type: str
  auth_realm_id:
    description:
      - The realm of the authenticating application, where there is no O(issuer).
      - Variable C(beyondidentity_auth_realm_id), environment E(BEYONDIDENTITY_AUTH_REALM_ID).
    type: str
  application_id:
    description:
      - The authenticating application, where there is no O(issuer).
      - Variable C(beyondidentity_application_id), environment E(BEYONDIDENTITY_APPLICATION_ID).
    type: str
  realm_id:
    description:
      - The realm that is managed. The default is the realm of the authenticating application.
      - The environment variable E(BEYONDIDENTITY_PINNED_REALM_ID) limits a run to one realm. Then the modules refuse any other realm.
      - Variable C(beyondidentity_realm_id), environment E(BEYONDIDENTITY_REALM_ID).
    type: str
  client_id:
    description:
      - The client id of the authenticating application.
      - O(client_id), O(client_secret) and O(access_token) of a stronger source replace those of a weaker one together; they are never mixed.
      - Variable C(beyondidentity_client_id), environment E(BEYONDIDENTITY_CLIENT_ID).
    type: str
  client_secret:
    description:
      - The client secret of the authenticating application.
      - Give it as a vaulted variable or through the environment. What stands in a task itself, callback plugins can see.
      - Where it comes from the environment, no other source may say where it is sent. O(issuer), O(auth_url), O(api_url), O(proxy), O(ca_path) and
        O(validate_certs) are then accepted from the environment only, unless they name a host of Beyond Identity's.
      - Variable C(beyondidentity_client_secret), environment E(BEYONDIDENTITY_CLIENT_SECRET).
    type: str
  access_token:
    description:
      - Use this token and mint none. A self-contained one also tells tenant, realm and region, where they are not given.
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
      - How a token is got. With V(client_credentials) by the client's own credentials.
      - With V(authorization_code) by the sign-in of a person that the role P(beyondidentity.management.authorization_code#role) or the playbook
        C(beyondidentity.management.login) left. A browser is never opened from here.
      - Variable C(beyondidentity_grant_type), environment E(BEYONDIDENTITY_GRANT_TYPE).
    type: str
    choices: [client_credentials, authorization_code]
    default: client_credentials
  expiration_time:
    description:
      - The lifetime of a token that is minted, in seconds. The application's own setting caps it.
      - Variable C(beyondidentity_expiration_time), environment E(BEYONDIDENTITY_EXPIRATION_TIME).
    type: int
    default: 3600
  token_cache:
    description:
      - Where tokens are kept, always encrypted.
      - V(run) shares them between all hosts, tasks and lookups of one run.
      - V(user) keeps them in the user's cache directory, so that later runs share them too.
      - V(none) keeps none.
      - If the service refuses a kept token with HTTP 401 or 403, it is replaced once, because it may be revoked. A run requests at most one new token per
        credential and scopes in 60 seconds for this.
      - If the service refuses the client's credentials, they are not sent again for other hosts and items of the same task within 60 seconds. Each attempt of
        C(until) and each other task sends them again. Lookups share a refusal for 10 seconds.
      - While the service refuses the credentials of an application that the same run created less than 60 seconds ago, a token request is repeated for up to
        30 seconds. Tasks that are delegated to a remote host do not wait.
      - Variable C(beyondidentity_token_cache), environment E(BEYONDIDENTITY_TOKEN_CACHE).
    type: str
    choices: [run, user, none]
    default: run
  timeout:
    description:
      - The seconds that one request may take, from the name look-up to the last byte.
      - Variable C(beyondidentity_timeout), environment E(BEYONDIDENTITY_TIMEOUT).
    type: int
    default: 30
  retries:
    description:
      - How often a request is sent again after a connection fault or an HTTP status 429, 502, 503 or 504.
      - What creates an object is sent again only where it surely was not carried out.
      - Variable C(beyondidentity_retries), environment E(BEYONDIDENTITY_RETRIES).
    type: int
    default: 3
  retry_max_wait:
    description:
      - The longest wait, in seconds, that the server may ask for before a request is sent again.
      - The actual wait can be up to a tenth longer, because hosts and runs must not come back at the same time.
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
      - A file with certificates of the authorities to trust, or a folder with such files under their hashes, as C(openssl rehash) creates it.
      - Without it C(REQUESTS_CA_BUNDLE), C(CURL_CA_BUNDLE) and the authorities that come with requests count.
      - Variable C(beyondidentity_ca_path), environment E(BEYONDIDENTITY_CA_PATH).
    type: path
  client_cert:
    description:
      - A TLS client certificate's file, with its key unless O(client_key) has it.
      - Variable C(beyondidentity_client_cert), environment E(BEYONDIDENTITY_CLIENT_CERT).
    type: path
  client_key:
    description:
      - The file of the key of O(client_cert).
      - Variable C(beyondidentity_client_key), environment E(BEYONDIDENTITY_CLIENT_KEY).
    type: path
  client_key_password:
    description:
      - The pass phrase of an encrypted key in O(client_key), or in O(client_cert).
      - Variable C(beyondidentity_client_key_password), environment E(BEYONDIDENTITY_CLIENT_KEY_PASSWORD).
    type: str
  proxy:
    description:
      - The URL of a proxy for https. Without it C(HTTPS_PROXY) counts. C(NO_PROXY) exempts hosts from either.
      - Variable C(beyondidentity_proxy), environment E(BEYONDIDENTITY_PROXY).
    type: str
  reveal:
    description:
      - Show a result that carries a secret. Without it the result is hidden in all output, and still whole when registered.
      - For ad-hoc use. It is an argument only, neither variable nor environment.
    type: bool
    default: false
"""
