# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No request of any operation makes the emulator fail, and every response is as described."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beyondidentity_emulator.client import Tenant
from beyondidentity_emulator.management.catalogue import OPERATIONS, SCOPES
from beyondidentity_emulator.management.operation import Operation
from tests.support import openapi
from tests.unit.emulator import description, stage
from tests.unit.emulator.properties.checks import Service, check_response
from tests.unit.emulator.properties.requests import Endpoint, Header, requests
from tests.unit.emulator.properties.values import any_json, from_schema, mutated, odd_text, written

CORRELATION_ID: Header = (b"x-correlation_id", b"1")


def build_endpoint(operation: Operation, values: dict[str, str], token: str) -> Endpoint:
    """Return what correct requests of an operation have."""
    texts = odd_text | st.sampled_from(sorted(set(values.values())))
    schema, example = openapi.request_schema(operation.name), stage.body(operation, values)
    body = None
    if schema is not None:
        described = from_schema(schema, texts)
        correct = st.just(example) | described
        body = written(
            st.one_of(st.just(example), described, mutated(correct), mutated(correct), mutated(correct), any_json)
        )
    return Endpoint(
        operation.method,
        operation.path,
        ((b"Authorization", b"Bearer " + token.encode()), CORRELATION_ID),
        tuple(item["name"] for item in openapi.parameters(operation.name) if item["in"] == "query"),
        tuple(stage.query(operation, values).items()),
        body=body,
        texts=texts,
    )


@pytest.fixture(scope="module")
def shared(service: Service) -> Tenant:
    return service.emulator.create_tenant(undeployed_operations=[], conflicts="documented")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_no_request_of_an_operation_makes_the_emulator_fail(
    service: Service, shared: Tenant, operation: Operation, cases: Any
) -> None:
    values = {"tenant_id": shared.tenant_id, **stage.prepare(shared, operation)}
    endpoint = build_endpoint(operation, values, shared.request_token(*SCOPES))

    @cases
    @given(data=st.data())
    def send_any(data: st.DataObject) -> None:
        sent = data.draw(requests(endpoint, values))
        response = service.send(sent.request)
        check_response(response, sent.request)
        if sent.is_routed and not response.is_protocol_error:
            assert description.violations(operation.name, response.status, response.json) == []
        if sent.is_routed and operation.method == "DELETE" and response.status < 300:
            values.update(stage.prepare(shared, operation))

    send_any()
