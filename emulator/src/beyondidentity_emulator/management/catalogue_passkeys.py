# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on passkeys and credential binding jobs."""

from __future__ import annotations

from .operation import IDENTITY, REALM, define_operation

CREDENTIAL = IDENTITY + "/credentials/{credential_id}"
JOBS = IDENTITY + "/credential-binding-jobs"
BATCHES = REALM + "/batch-credential-binding-jobs"
BATCH = BATCHES + "/{batch_credential_binding_job_id}"
JOB = JOBS + "/{credential_binding_job_id}"

PASSKEYS = (
    define_operation("ListCredentials", "GET", IDENTITY + "/credentials", "credentials:read"),
    define_operation("GetCredential", "GET", CREDENTIAL, "credentials:read"),
    define_operation("RevokeCredential", "POST", CREDENTIAL + ":revoke", "credentials:revoke"),
    define_operation("CreateCredentialBindingJob", "POST", JOBS, "credential-binding-jobs:create"),
    define_operation("ListCredentialBindingJobs", "GET", JOBS, "credential-binding-jobs:read"),
    define_operation("GetCredentialBindingJob", "GET", JOB, "credential-binding-jobs:read"),
    define_operation("SetCredentialBindingJobRevoked", "POST", JOB + ":revoke", "credential-binding-jobs:revoke"),
    define_operation("CreateBatchCredentialBindingJob", "POST", BATCHES, "credential-binding-jobs:create"),
    define_operation("GetBatchCredentialBindingJob", "GET", BATCH, "credential-binding-jobs:read"),
    define_operation(
        "ListBatchCredentialBindingJobResults", "GET", BATCH + ":listResults", "credential-binding-jobs:read"
    ),
)
