# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client in check mode: it sends only reading operations, and predicts the effect of writing operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .._errors import ResponseError
from .._predicted import find_predicted, is_predicted
from .client import ManagementClient
from .operation import Operation
from .operation_catalogue import find_operation
from .paging import next_page
from .predicted_conflicts import PredictedConflicts
from .predicted_objects import add_credentials, build_built_in_server, build_predicted_object, get_name
from .predicted_operations import (
    LIST_OPERATIONS,
    RESOURCE_OPERATIONS,
    TOKENS,
    PredictedList,
    find_changed_list,
    get_address_place,
    get_prediction_place,
)
from .predictions import Prediction, Predictions
from .resource_changes import apply_changes, merge_changes
from .resource_types import GROUP, IDENTITY, RESOURCE_SERVER, Resource, ResourceType

_MEMBER_TYPES = {resource_type.collection: resource_type for resource_type in (GROUP, IDENTITY)}
"""The types of members, by the keys of lists. An object that is deleted is a member of none."""


class PredictingClient(ManagementClient):
    """Reads the tenant as it would be after the writes that were predicted so far.

    Args:
        predictions: what was predicted so far.
        has_credentials: whether the task has real credentials. Otherwise the tenant cannot be read.
        on_prediction: is called if a response is not, or not only, from the tenant.
    """

    is_predicting = True

    def __init__(
        self,
        *args: Any,
        predictions: Predictions,
        has_credentials: bool,
        on_prediction: Callable[[], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, reading_only=True, **kwargs)
        self._predictions = predictions
        self._has_credentials = has_credentials
        self._on_prediction = on_prediction
        self._conflicts = PredictedConflicts(self._predict, is_complete=predictions.is_shared)
        self._read_items: dict[tuple[str, str], Resource] = {}
        self._released: dict[tuple[str, str], Resource] = {}

    def call_with_status(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Carry out a reading operation, or predict a writing operation. See `ManagementClient`."""
        operation, given = find_operation(name), dict(parameters or {})
        self.build_url(operation, given)  # refuses wrong parameters
        complete = self._complete(operation, given)
        self._conflicts.refuse_missing(operation, complete)
        if not operation.is_reading:
            self._on_prediction()
            return 200, self._write(operation, complete, body or {})
        resource_type, action = RESOURCE_OPERATIONS.get(name, (None, ""))
        if resource_type and action == "get":
            return 200, self._get(resource_type, operation, complete, given)
        status, page = self._read(operation, given)
        if resource_type or name in LIST_OPERATIONS or name == TOKENS.list_operation:
            page = self._correct_page(operation, complete, given, page)
        return status, page

    def can_read(self, operation: Operation, parameters: Mapping[str, Any]) -> bool:
        """Whether an operation can be sent: nothing that it names, and no credential, is predicted."""
        complete = self._complete(operation, parameters)
        named = [complete[name] for name in complete if name in (*operation.path_parameters, *operation.query)]
        return self._has_credentials and find_predicted(named) is None

    def list_all(
        self, name: str, collection: str, parameters: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the objects of a listing operation. See `ManagementClient`."""
        is_known = name in RESOURCE_OPERATIONS or name == TOKENS.list_operation
        if is_known or self.can_read(find_operation(name), parameters or {}):
            yield from super().list_all(name, collection, parameters)
        else:
            self._on_prediction()

    def add_predictions(self, resource_type: ResourceType, items: list[Resource]) -> list[Resource]:
        """Return a listing, which can be older than the last predictions, as it would be after them."""
        complete = self._complete(find_operation(resource_type.list_operation), {})
        return self._correct(resource_type, complete, items)

    def remember_address_change(self, identity_id: str) -> None:
        """Predict that an identity has another primary e-mail address."""
        with self._predictions.edit(get_address_place(self.connection)) as prediction:
            prediction.change_list("identities", added=[identity_id])

    def has_changed_address(self, identity_id: str) -> bool:
        """Whether this run changed the primary e-mail address of an existing identity, or would change it."""
        predicted = self._predictions.read(get_address_place(self.connection)).added.get("identities", ())
        is_changed = identity_id in predicted and not is_predicted(identity_id)
        return is_changed or super().has_changed_address(identity_id)

    def _read(self, operation: Operation, given: Mapping[str, Any]) -> tuple[int, Resource]:
        if self.can_read(operation, given):
            return super().call_with_status(operation.name, given)
        self._on_prediction()
        return 200, {}

    def _get(
        self, resource_type: ResourceType, operation: Operation, complete: Mapping[str, Any], given: Mapping[str, Any]
    ) -> Resource:
        id = str(complete[resource_type.id_parameter])
        created = self._predict(resource_type, complete).created.get(id)
        if created:
            self._on_prediction()
            return add_credentials(self._apply_release(resource_type, complete, created))
        if not self.can_read(operation, given):
            self._on_prediction()
            raise ResponseError(
                f"{operation.name}: no object with the ID {id} is predicted.",
                "Check the ID. If it is from an earlier run with --check, remove it from the variables or the fact cache.",
                status=404,
            )
        item = super().call_with_status(operation.name, given)[1]
        corrected: Resource = self._correct(resource_type, complete, [item], is_complete=False)[0]
        return corrected

    def _correct_page(
        self, operation: Operation, complete: Mapping[str, Any], given: Mapping[str, Any], page: Resource
    ) -> Resource:
        """Return a page as it would be. Predicted objects are on the last page."""
        is_last = next_page(operation, dict(given), page) is None
        resource_type = RESOURCE_OPERATIONS.get(operation.name, (None, ""))[0]
        if resource_type:
            items = page.get(resource_type.collection)
            if page and not isinstance(items, list):
                return page
            corrected = self._correct(resource_type, complete, items or [], is_complete=is_last)
            page = {**page, resource_type.collection: corrected}
            difference = self._predict(resource_type, complete).difference
        elif operation.name == TOKENS.list_operation:
            prediction = self._predictions.read(get_prediction_place(self.connection, TOKENS))
            issued = [item for item in prediction.created.values() if _belongs_to(item, complete)]
            items = [item for item in page.get("tokens") or [] if _get_id(item) not in prediction.deleted]
            page = {**page, "tokens": [*items, *(issued if is_last else ())]}
            difference = prediction.difference - (len(prediction.created) - len(issued))
        else:
            return self._correct_lists(LIST_OPERATIONS[operation.name], complete, page, is_last=is_last)
        if difference and isinstance(page.get("total_size"), int):
            page["total_size"] += difference
        return page

    def _correct(
        self,
        resource_type: ResourceType,
        complete: Mapping[str, Any],
        items: Iterable[Any],
        *,
        is_complete: bool = True,
    ) -> list[Any]:
        """Return objects as they would be; with `is_complete`, also objects that would be created."""
        prediction = self._predict(resource_type, complete)
        corrected: list[Any] = []
        for item in items:
            id = _get_id(item)
            if id in prediction.deleted or is_predicted(id):
                continue
            if id in prediction.changed:
                self._on_prediction()
                item = apply_changes(item, prediction.changed[id])
            if id:
                item = self._apply_release(resource_type, complete, item)
                self._read_items[(resource_type.noun, id)] = item
            corrected.append(item)
        if is_complete and prediction.created:
            self._on_prediction()
            created = [self._apply_release(resource_type, complete, item) for item in prediction.created.values()]
            corrected += map(add_credentials, created)
        return corrected

    def _apply_release(self, resource_type: ResourceType, complete: Mapping[str, Any], item: Resource) -> Resource:
        released = self._conflicts.find_released(resource_type, item, complete)
        self._released[(resource_type.noun, item["id"])] = released
        return apply_changes(item, released) if released else item

    def _correct_lists(
        self, predicted: PredictedList, complete: Mapping[str, Any], page: Resource, *, is_last: bool
    ) -> Resource:
        prediction = self._predict(predicted, complete)
        page = dict(page)
        for key in predicted.keys:
            member_type = _MEMBER_TYPES.get(key)
            deleted = self._predict(member_type, complete).deleted if member_type else []
            gone = {*prediction.removed.get(key, ()), *deleted}
            items = [item for item in page.get(key) or [] if _get_id(item) not in gone]
            present = {*map(_get_id, items), *deleted}
            added = [item for item in prediction.added.get(key, ()) if is_last and item not in present]
            if key in prediction.added or deleted:
                self._on_prediction()
                for name in ("total_size", f"total_{key}_size"):
                    page.pop(name, None)
            offered = self._conflicts.find_offered(predicted, complete)
            if offered is not None:
                items, added = ([item for item in some if item in offered] for some in (items, added))
            page[key] = [*items, *(added if predicted.has_texts else ({"id": id} for id in added))]
        return page

    def _predict(self, subject: ResourceType | PredictedList, complete: Mapping[str, Any]) -> Prediction:
        """Return what is predicted of objects, or of an object's lists. Each realm has a resource server, read or not."""
        prediction = self._predictions.read(get_prediction_place(self.connection, subject, complete))
        is_readable = self._has_credentials and not is_predicted(complete.get("realm_id"))
        if subject is RESOURCE_SERVER and not is_readable:
            server = build_built_in_server(complete)
            prediction.created.setdefault(server["id"], server)
        return prediction

    def _write(self, operation: Operation, complete: Mapping[str, Any], body: Mapping[str, Any]) -> Resource:
        """Predict what a writing operation does, and return its response."""
        resource_type, action = RESOURCE_OPERATIONS.get(operation.name, (None, ""))
        if resource_type:
            return self._write_object(resource_type, action, complete, body)
        if operation.name == TOKENS.revoke_operation:
            with self._predictions.edit(get_prediction_place(self.connection, TOKENS)) as prediction:
                prediction.delete(str(complete["token_id"]))
        predicted, verb = find_changed_list(operation)
        if predicted:
            with self._predictions.edit(get_prediction_place(self.connection, predicted, complete)) as prediction:
                for key, sent in predicted.keys.items():
                    items = {"added" if verb == "Add" else "removed": body.get(sent) or ()}
                    prediction.change_list(key, **items)
        return {}

    def _write_object(
        self, resource_type: ResourceType, action: str, complete: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Resource:
        sent = body.get(resource_type.body_key)
        sent = sent if isinstance(sent, Mapping) else {}
        id = str(complete.get(resource_type.id_parameter))
        before = self._find_before(resource_type, complete) if action in ("update", "revoke") else {}
        if action == "revoke":
            sent = {"state": "REVOKED"}
        listed = [item for (noun, _id), item in self._read_items.items() if noun == resource_type.noun]
        self._conflicts.refuse_write(resource_type, action, complete, sent, listed)
        with self._predictions.edit(get_prediction_place(self.connection, resource_type, complete)) as prediction:
            if action == "create":
                created = build_predicted_object(resource_type, complete, sent, prediction.used_ids)
                prediction.create(created["id"], created)
                response = add_credentials(created)
                return {resource_type.response_key: response} if resource_type.response_key else response
            if action == "delete":
                prediction.delete(id)
                return {}
            prediction.change(id, merge_changes(self._released.get((resource_type.noun, id), {}), sent))
        return apply_changes(before, sent)

    def _find_before(self, resource_type: ResourceType, complete: Mapping[str, Any]) -> Resource:
        """Return an object that is going to be changed. The task has read most of them already."""
        id = str(complete[resource_type.id_parameter])
        created = self._predict(resource_type, complete).created.get(id)
        if created:
            return add_credentials(self._apply_release(resource_type, complete, created))
        return self._read_items.get((resource_type.noun, id), {"id": id})


def _get_id(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else item


def _belongs_to(token: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    return token.get("application_id") == parameters.get("application_id")


class ReplacingClient(ManagementClient):
    """Carries out all operations in a run with `--check`, for its tasks with `check_mode: false`. A write replaces predictions."""

    def __init__(self, *args: Any, predictions: Predictions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._predictions = predictions

    def call_with_status(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Carry out an operation. See `ManagementClient`."""
        called = super().call_with_status(name, parameters, body=body)
        operation = find_operation(name)
        if not operation.is_reading:
            self._forget(operation, self._complete(operation, parameters or {}), body or {})
        return called

    def _forget(self, operation: Operation, complete: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Forget what was predicted of the object that an operation wrote, or of its list."""
        resource_type, _action = RESOURCE_OPERATIONS.get(operation.name, (None, ""))
        predicted, _verb = find_changed_list(operation)
        if resource_type:
            name = get_name(body.get(resource_type.body_key) or {})
            with self._predictions.edit(get_prediction_place(self.connection, resource_type, complete)) as prediction:
                same = [id for id, item in prediction.created.items() if get_name(item) == name]
                for id in (*same, str(complete.get(resource_type.id_parameter))):
                    prediction.forget(id)
        elif predicted:
            with self._predictions.edit(get_prediction_place(self.connection, predicted, complete)) as prediction:
                prediction.forget_lists()
