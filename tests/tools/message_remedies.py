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

_REVOKE_LATER = "Fix the named reason, and revoke the tokens by ID with the module `revoke`. Otherwise they stay valid until they expire."

# Advice for messages that have none of their own, by their text.
REMEDIES: dict[str, str] = {
    # Network
    "...: cannot connect to ... (...).": "Check the network, the host name and the port, and set `proxy` if your network requires a proxy.",
    # Options
    "Cannot use ...: ...": "The template of the named variable or argument failed. Correct the template, or the variable that it uses.",
    # Sign-in
    "The sign-in failed: ...": (
        "The service refused the sign-in for the given reason. With `invalid_scope`, add the scopes to the allowed scopes of the application. "
        "With `access_denied`, check the roles of the user."
    ),
    # Revocation
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
    # Check mode
    "The credentials are predicted too, so this task did not read the tenant. Its prediction ignores objects that exist there.": (
        "Nothing. The real run reads the tenant."
    ),
    # Hosts and stores
    "Cannot store tokens beyond this run: ...": "Fix the named reason. Until then, each run requests its own tokens.",
    "Cannot store tokens beyond this run in ...: ...": (
        "Give the folder to the account that runs Ansible. See [Storage](security.md#storage)."
    ),
    # The audit file
    "Cannot write to the audit file ...: ...": "Fix the named problem. Until then, tasks request no tokens.",
    "Not all revocations are recorded. ...": "Fix the named problem. The tokens are revoked, only the record is incomplete.",
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
