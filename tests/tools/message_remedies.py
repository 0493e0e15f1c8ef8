# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/troubleshooting.md says in addition to the source: the subject of each file, and advice where a message has none."""

from __future__ import annotations

# A heading of the page, and the files whose messages it has, as patterns.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "Network, proxy and TLS": ("plugins/module_utils/_http/*",),
    "Options": (
        "plugins/plugin_utils/option_*.py",
        "plugins/plugin_utils/argument_validation.py",
        "plugins/plugin_utils/value_errors.py",
        "plugins/module_utils/_ids.py",
        "plugins/module_utils/_oauth/connection.py",
        "plugins/module_utils/_oauth/issuer.py",
        "plugins/module_utils/_task/info.py",
        "plugins/module_utils/_task/runner.py",
        "plugins/module_utils/_task/whoami/*",
        "playbooks/whoami.yml",
    ),
    "Tokens and scopes": (
        "plugins/module_utils/_oauth/authorization_server.py",
        "plugins/module_utils/_oauth/scopes.py",
        "plugins/module_utils/_oauth/token*.py",
        "plugins/module_utils/_management/operation_*.py",
        "plugins/modules/token.py",
        "plugins/lookup/*.py",
        "plugins/plugin_utils/lookup_request.py",
        "plugins/filter/jwt_claims.py",
        "roles/client_credentials/*",
    ),
    "Sign in as a user": (
        "plugins/module_utils/_oauth/authorization_re*.py",
        "plugins/module_utils/_oauth/id_token.py",
        "plugins/module_utils/_oauth/missing_sign_in.py",
        "plugins/module_utils/_oauth/pkce.py",
        "plugins/module_utils/_oauth/redirect_uri.py",
        "plugins/module_utils/_oauth/stored_sign_ins.py",
        "plugins/module_utils/_task/code_exchange.py",
        "plugins/modules/authorize.py",
        "plugins/modules/pkce.py",
        "plugins/filter/code_challenge.py",
        "plugins/plugin_utils/listen_address.py",
        "plugins/plugin_utils/sign_in_*.py",
        "playbooks/login.yml",
        "roles/authorization_code/*",
    ),
    "Revoke tokens": (
        "plugins/module_utils/_management/issued_tokens.py",
        "plugins/module_utils/_task/revocation/*",
        "plugins/modules/revoke.py",
        "plugins/callback/revoke_tokens.py",
        "plugins/plugin_utils/revoke_run_tokens.py",
    ),
    "Record tokens in a file": ("plugins/plugin_utils/audit_*.py",),
    "The managed realm": (
        "plugins/module_utils/_management/managed_realm.py",
        "plugins/module_utils/_management/realm_limit.py",
        "plugins/plugin_utils/realm_pin.py",
    ),
    "Applications": ("plugins/module_utils/_management/application*.py",),
    "Other objects, names and IDs": (
        "plugins/module_utils/_management/authenticator_config.py",
        "plugins/module_utils/_management/field_limits.py",
        "plugins/module_utils/_management/group.py",
        "plugins/module_utils/_management/list_modes.py",
        "plugins/module_utils/_management/references.py",
        "plugins/module_utils/_management/resource_*.py",
        "plugins/module_utils/_management/role*.py",
    ),
    "People, passkeys and invitations": (
        "plugins/module_utils/_management/credential_removal.py",
        "plugins/module_utils/_management/identity*.py",
        "plugins/module_utils/_management/invitations.py",
        "plugins/module_utils/_management/passkeys.py",
        "plugins/module_utils/_task/identity_work.py",
        "plugins/module_utils/_task/signed_in_identity.py",
        "playbooks/onboard.yml",
        "roles/person/*",
    ),
    "The module api": (
        "plugins/module_utils/_management/client.py",
        "plugins/module_utils/_management/extra_parameters.py",
        "plugins/modules/api.py",
    ),
    "Unexpected responses of the service": (
        "plugins/module_utils/_management/object_lists.py",
        "plugins/module_utils/_management/paging.py",
        "plugins/module_utils/_management/response_ids.py",
        "plugins/modules/tenant_info.py",
    ),
    "Check mode": (
        "plugins/module_utils/_predicted.py",
        "plugins/module_utils/_management/predict*.py",
        "plugins/module_utils/_task/ensure_state.py",
    ),
    "Several hosts, and stored tokens": (
        "plugins/module_utils/_task/context.py",
        "plugins/plugin_utils/file_lock.py",
        "plugins/plugin_utils/module_action.py",
        "plugins/plugin_utils/remote_results.py",
        "plugins/plugin_utils/stores.py",
    ),
}

_OTHER_SERVER = (
    "A server other than Beyond Identity may have responded. Check `issuer` and `api_url`, and any proxy or gateway."
)
_OTHER_SIGN_IN = "Start the sign-in again. Use the response of the newest sign-in, and close other tabs of the browser."
_NOT_THE_ISSUER = (
    "Do not trust the token. Check that `issuer` names the application that the user signs in to, then sign in again. "
    "If it happens again, report it to the administrator of the tenant."
)
_CHECK_VERIFIER = "Omit `code_verifier`: the module `authorize` generates a valid one."
_CRYPTOGRAPHY = "Install it for the Python that runs Ansible: `python3 -m pip install cryptography`. `ansible --version` shows which Python that is."
_REVOKE_LATER = "Fix the named reason, and revoke the tokens by ID with the module `revoke`. Otherwise they stay valid until they expire."
_FACTS = "Remove these facts from the host, and find out who set them: a host can set any fact about itself. Run the role on `localhost`."
_AS_THE_MESSAGE_SAYS = "Do what the message says."

# Advice for messages that have none of their own, by their text.
REMEDIES: dict[str, str] = {
    # Network
    "... '...' is empty.": "Set the option to a file in PEM format.",
    "... '...' has no certificate.": "Set the option to a file in PEM format, with a block `BEGIN CERTIFICATE`.",
    "... '...' has no private key.": "Set the option to a file in PEM format, with a block that ends in `PRIVATE KEY`.",
    "...: the response is compressed more than once.": _OTHER_SERVER,
    "... must be at least ..., not ...": "Set the named option to a larger number.",
    "...: '...' must not have a query or fragment.": "Remove `?` or `#` and all text behind it from the URL.",
    # Options
    "Both option ... and its alias ... are set.": "Remove one of the two.",
    "... is '...', but must be one of ...": "Use one of the listed values.",
    "... is '...', but must be true or false.": "Write `true` or `false`, without quotation marks.",
    "... must be text.": "Write the value in quotation marks. A list or a dictionary is not accepted.",
    "... is '...', but must be a whole number.": "Write a number without a decimal point.",
    "Cannot use ...: ...": "The template of the named variable or argument failed. Correct the template, or the variable that it uses.",
    "expiration_time must be at least 1 second, not ...": "Set it to the number of seconds that your work takes.",
    # Tokens and scopes
    "jwt_claims needs a token, which is text, not ... In a result of the module token, use token.access_token.": (
        "Pass the text of the token, such as `result.token.access_token`."
    ),
    "jwt_claims needs a token: printable ASCII characters without spaces, and not empty.": (
        "Pass the token only, without `Bearer` and without a line break."
    ),
    "jwt_claims cannot read this token: a referential (opaque) token contains no claims, or the token is damaged. "
    "The module beyondidentity.management.introspect asks the service for the claims.": (
        "Use the module `introspect`, or set `token_format: self_contained` for the application."
    ),
    "The scopes lookup has no option ...": "Remove the option. The lookup takes names of operations only.",
    "The scopes lookup needs operations, for example: lookup('beyondidentity.management.scopes', 'CreateRealm')": (
        "Add the names of the operations that you call. See the [table of operations](operations.md)."
    ),
    "No scopes are published for ... According to the API's documentation any token is sufficient, so set the scopes yourself.": (
        "Set `scopes` to any scope that the application can grant, and leave the operation out of `operations`."
    ),
    "Introspecting a token at .../v1/tenants/.../realms/.../introspect: the response does not say whether the token is active.": _OTHER_SERVER,
    "stored token: ... is not 1 to 16384 printable ASCII characters.": (
        "The stored token is damaged. Run again: the collection then requests a new token."
    ),
    "...: ... is not 1 to 16384 printable ASCII characters.": (
        "If `access_token` is yours, pass the token only, without `Bearer` and without a line break. "
        "If it is the service's response, check `issuer`, and any proxy or gateway."
    ),
    "...: token_type is '...', not 'Bearer'.": _OTHER_SERVER,
    # Sign-in
    "code_challenge needs a code verifier, which is text.": "Pass the text, such as `result.pkce.code_verifier` of the module `pkce`.",
    "The authorization response cannot be read.": "Paste the whole address that the browser shows after the sign-in, from `http` to the end.",
    "The authorization response has a parameter twice.": _OTHER_SIGN_IN,
    "The authorization response has the state of another sign-in.": _OTHER_SIGN_IN,
    "The authorization response is from another issuer: ...": _NOT_THE_ISSUER,
    "The sign-in failed: ...": (
        "The service refused the sign-in for the given reason. With `invalid_scope`, add the scopes to the allowed scopes of the application. "
        "With `access_denied`, check the roles of the user."
    ),
    "The authorization response has neither code nor error.": (
        "Paste the address that the browser shows after the sign-in, not the address that Ansible printed."
    ),
    "The ID token is from another issuer: ...": _NOT_THE_ISSUER,
    "The ID token belongs to another sign-in: its nonce is not the request's.": _OTHER_SIGN_IN,
    "The ID token was not issued to this client (azp).": _NOT_THE_ISSUER,
    "The ID token is signed with ..., not RS256.": _NOT_THE_ISSUER,
    "The ID token requires an extension that is not supported (crit).": _NOT_THE_ISSUER,
    "The ID token is signed with a key that the issuer does not publish.": _NOT_THE_ISSUER,
    "The key that the issuer publishes cannot be used.": _NOT_THE_ISSUER,
    "length must be from 43 to 128 characters, not ... (RFC 7636 section 4.1).": "Omit `length` for 43 characters.",
    "code_verifier must have 43 to 128 characters: letters, digits, and - . _ ~ (RFC 7636 section 4.1).": _CHECK_VERIFIER,
    "code_challenge_method must be one of ...": "Use `S256`.",
    "redirect_response needs authorization or oauth_state, to check the state.": (
        "Set `authorization` to the whole result of the module `authorize`."
    ),
    "wait_timeout must be at least 1 second, not ...": "Set it to the number of seconds that the user needs to sign in, such as 300.",
    "listen works on the controller only.": "Remove `delegate_to`. To sign in on another machine, paste the response instead.",
    # Revocation
    "Cannot revoke tokens at the end of the run: the Python library cryptography is missing.": (
        "The tokens of this run stay valid until they expire. " + _CRYPTOGRAPHY
    ),
    "The tokens of this run are not revoked: ...": (
        "The tokens stay valid until they expire. Revoke them with the module `revoke`. This is a bug in the collection. Please report it."
    ),
    "... of ... tokens were revoked, then: ...": "Fix the error behind the colon, then run again. The task revokes the remaining tokens.",
    "The application is public, and the token lacks tokens:delete.": (
        "Use the credentials of an administrator's application, see [Revoke tokens](revocation.md)."
    ),
    "The service does not accept the application's own credentials for a revocation (HTTP ...). "
    "With the protocol oidc, a revocation needs a token with the scope tokens:delete, and none is available.": (
        "Use the credentials of an administrator's application. Or sign in with `login_revocable: true`, see [Sign out](sign-in.md#sign-out)."
    ),
    "Not revoked, and valid until it expires: ...": _REVOKE_LATER,
    "Not revoked, and valid until they expire: ...": _REVOKE_LATER,
    # Objects
    "The response to the creation of ... '...' was lost or empty. The object was found by its name: ...": (
        "Nothing, if only this run creates objects with this name. Otherwise check that the object is yours."
    ),
    "... does not offer ...": "Check the spelling of the scopes, or add them to the resource server with the module `resource_server`.",
    "Set id, ... or both. Neither can be empty.": _AS_THE_MESSAGE_SAYS,
    # People
    "Set id or all: true, and not both.": _AS_THE_MESSAGE_SAYS,
    "A passkey was bound with the invitation ... before it could be revoked.": (
        "Find out who used the invitation. If it was not the person, revoke the passkey with the module `credential`."
    ),
    "This host reported facts named person_*, and hosts must not decide who gets access.": _FACTS,
    # The module api
    "... must be text, a number, true, false, or a list of these.": "Write the parameter as one of these. Put objects into `body`.",
    # Unexpected responses
    "...: the response has no list of ...": _OTHER_SERVER,
    "...: the response has no list.": _OTHER_SERVER,
    "...: the response's next_page_token is not text.": _OTHER_SERVER,
    "...: the response is not a list of SCIM resources.": _OTHER_SERVER,
    "...: ... must be a whole number of at least 1, not '...'.": "Correct the paging parameter, or remove it and set `all_pages: true`.",
    # Check mode
    "The service would refuse the request (HTTP ...): another ... has the ... '...'.": "Use another value, or change the other object first.",
    "The service would refuse the request (HTTP ...): no ... would have the ID ...": (
        "Check the ID. An earlier task of the play deletes the object, or no task creates it."
    ),
    "The service would refuse the request (HTTP ...): the ... is in use by objects of this run.": (
        "Remove the objects that use it first, in an earlier task."
    ),
    "...: no object with the ID ... is predicted.": (
        "Check the ID. If it is from an earlier run with `--check`, remove it from the variables or the fact cache."
    ),
    "The credentials are predicted too, so this task predicted without reading the tenant.": (
        "Nothing. Objects that exist in the tenant are not considered. The real run reads them."
    ),
    # Hosts and stores
    "validate_certs is false: certificates are not checked, so an attacker on the network can read all secrets.": (
        "Remove `validate_certs`. To trust an authority of your own, set `ca_path`."
    ),
    "... This task continues without the lock, so ... The process may hang: check it, and end it if it makes no progress.": (
        "Check the named process, and end it if it makes no progress."
    ),
    "Tasks cannot share tokens: the Python library cryptography is missing.": _CRYPTOGRAPHY,
    "Cannot store tokens beyond this run: ...": "Fix the named reason. Until then, each run requests its own tokens.",
    "Cannot store tokens beyond this run in ...: ...": (
        "Give the folder to the account that runs Ansible. See [Storage](security.md#storage)."
    ),
    # Playbooks and roles
    "...: the value is omit, which is not valid for a variable of a role. Do not set the variable, or use the role's default value instead of omit.": (
        "Remove the variable from the task that includes the role."
    ),
    "Beyond Identity cannot be used with these settings. The first line of the task before says why, and what to do.": _AS_THE_MESSAGE_SAYS,
    # The audit file
    "Cannot write to the audit file ...: ...": "Fix the named problem. Until then, tasks request no tokens.",
    "... is ignored: a managed host reported it as a fact, and a host must not decide which file is written.": (
        "Set the variable in the inventory or the playbook, or set the environment variable."
    ),
    "Not all revocations are recorded. ...": "Fix the named problem. The tokens are revoked, only the record is incomplete.",
    "...: cannot connect to ... (...).": "Check the network, the host name and the port, and set `proxy` if your network requires a proxy.",
}

# What to do, where the advice of a message says only what is possible. It is added to that advice.
ADDITIONS: dict[str, str] = {
    "...: cannot connect to ...": "Check the spelling of the host in `issuer`, `auth_url` or `api_url`.",
    "client_key_password is too long.": "Check that the option has the pass phrase, and not the content of a file.",
    "...: '...' is not a valid ID.": "Check the value. If it is a name, use the option for names, such as `realm` instead of `realm_id`.",
    "The ... has the protocol '...'.": "Use the module `api`, or name another application.",
    "... needs the parameter ...": "Set the parameter.",
    "... has no parameter ...": "Use one of these parameters.",
    "traits must not have type.": "Remove it.",
    "traits has '...', which is not a published trait.": "Use one of these traits.",
    "'...' is not an operation of the Management API.": "Check the spelling.",
    "The managed realm has no ... '...'.": "Check the spelling, and that `realm_id` or `realm` names the right realm.",
    "Cannot change ...: ... is managed by Beyond Identity.": "Create an object of your own, and change that.",
    "Cannot delete the object: ... is managed by Beyond Identity.": "Remove the task.",
    "The ID token is not valid: ...": "Check the clock of this machine and `issuer`, then sign in again.",
    "...: '...' is not a valid scope.": "Check the spelling.",
    "... needs all: principal.": "Set `all: principal`, or remove the option.",
    "The token lookup needs scopes.": "Add scopes or operations.",
}

# Files with calls that only pass on a text of another file or library: how many. The texts of libraries and of the service
# are in the part of the page that is not generated.
PASSED_ON: dict[str, int] = {
    "plugins/filter/code_challenge.py": 1,
    "plugins/lookup/scopes.py": 1,
    "plugins/lookup/token.py": 2,
    "plugins/module_utils/_errors.py": 1,
    "plugins/module_utils/_http/connection_errors.py": 1,
    "plugins/module_utils/_management/field_limits.py": 2,
    "plugins/module_utils/_management/resource_creation.py": 1,
    "plugins/module_utils/_management/resource_state.py": 1,
    "plugins/module_utils/_oauth/stored_sign_ins.py": 1,
    "plugins/module_utils/_oauth/token_validity.py": 1,
    "plugins/module_utils/_task/whoami/own_application.py": 1,
    "plugins/module_utils/_task/whoami/token_check.py": 1,
    "plugins/modules/api.py": 1,
    "plugins/plugin_utils/argument_validation.py": 1,
    "plugins/plugin_utils/audit_option.py": 1,
    "plugins/plugin_utils/file_lock.py": 1,
    "plugins/plugin_utils/lookup_request.py": 3,
    "plugins/plugin_utils/module_action.py": 1,
    "plugins/plugin_utils/private_files.py": 3,
    "roles/person/tasks/present.yml": 1,
}
