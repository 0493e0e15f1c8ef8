# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each field, query parameter and path parameter of each operation with a value of each wrong type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from beyondidentity_emulator.client import Tenant
from beyondidentity_emulator.management.catalogue import OPERATIONS, SCOPES
from beyondidentity_emulator.management.operation import Operation
from tests.support import openapi
from tests.unit.emulator import description, stage
from tests.unit.emulator.properties.bodies import FEW_WRONG, WRONG, list_bodies, list_variations
from tests.unit.emulator.properties.checks import LONG_RUN, Service, check_response, select
from tests.unit.emulator.properties.http_client import RawRequest
from tests.unit.emulator.properties.requests import SEGMENTS
from tests.unit.emulator.properties.values import TEXTS

pytestmark = pytest.mark.usefixtures("counted")


@pytest.fixture(scope="module")
def shared(service: Service) -> Tenant:
    return service.emulator.create_tenant(undeployed_operations=[], conflicts="documented")


class Caller:
    """Calls one operation, about objects that no other operation uses."""

    def __init__(self, service: Service, tenant: Tenant, operation: Operation) -> None:
        self.service, self.tenant, self.operation = service, tenant, operation
        self.failures: list[str] = []
        token = tenant.request_token(*SCOPES)
        self.headers = ((b"Authorization", b"Bearer " + token.encode()), (b"x-correlation_id", b"1"))
        self.prepare()

    def prepare(self) -> None:
        """Create the objects."""
        self.values = {"tenant_id": self.tenant.tenant_id, **stage.prepare(self.tenant, self.operation)}

    def call(self, body: Any = None, query: str | None = None, **segments: bytes) -> None:
        """Send a request; fail if the response is not as described."""
        given = {name: quote(value, safe="").encode() for name, value in self.values.items()}
        path = re.sub(rb"{(\w+)}", lambda match: {**given, **segments}[match[1].decode()], self.operation.path.encode())
        if query is None:
            query = "&".join(f"{name}={value}" for name, value in stage.query(self.operation, self.values).items())
        content = b"" if body is None else json.dumps(body).encode()
        headers = (*self.headers, (b"Content-Type", b"application/json")) if content else self.headers
        target = path + b"?" + query.encode() if query else path
        request = RawRequest(self.operation.method.encode(), target, headers, content)
        try:
            response = self.service.send(request)
            check_response(response, request)
            if not segments:
                assert description.violations(self.operation.name, response.status, response.json) == [], request
        except AssertionError as error:
            self.failures.append(str(error))
            return
        if self.operation.method == "DELETE" and response.status < 300:
            self.prepare()


def names(operation: Operation) -> str:
    return operation.name


@pytest.mark.parametrize(
    "operation", [item for item in OPERATIONS if openapi.request_schema(item.name) is not None], ids=names
)
def test_each_field_can_have_a_wrong_type(service: Service, shared: Tenant, operation: Operation) -> None:
    caller = Caller(service, shared, operation)
    for body in list_variations(list_bodies(operation, caller.values), WRONG if LONG_RUN else FEW_WRONG):
        caller.call(body)
    assert caller.failures == []


def list_queries(operation: Operation) -> Iterator[str]:
    described = {item["name"] for item in openapi.parameters(operation.name) if item["in"] == "query"}
    names = sorted({*described, "filter", "page_token"})
    for number, name in enumerate(names):
        for text in select(TEXTS, OPERATIONS.index(operation) + number):
            yield f"{name}={quote(text.encode('utf-8', 'surrogatepass'), safe='')}"


@pytest.mark.parametrize("operation", [item for item in OPERATIONS if item.method == "GET"], ids=names)
def test_each_query_parameter_can_have_any_text(service: Service, shared: Tenant, operation: Operation) -> None:
    caller = Caller(service, shared, operation)
    for query in list_queries(operation):
        caller.call(query=query)
    assert caller.failures == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
def test_each_path_parameter_can_have_any_bytes(service: Service, shared: Tenant, operation: Operation) -> None:
    caller = Caller(service, shared, operation)
    body = stage.body(operation, caller.values)
    for number, name in enumerate(re.findall(r"{(\w+)}", operation.path)):
        for segment in select(SEGMENTS, OPERATIONS.index(operation) + number):
            caller.call(body, **{name: segment})
    assert caller.failures == []
