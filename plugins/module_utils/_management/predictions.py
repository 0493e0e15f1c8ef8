# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run in check mode would have written. Later tasks of the run read their objects with it.

The predictions are in the run's store, one entry for each place where objects have their names, without secrets. The predictions
of a task with `check_mode: true` end with the task, as in a run without `--check`.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from .._masking import remove_secrets
from .._oauth.token_store import LockPurpose, TokenStore
from .._predicted import is_predicted
from .resource_changes import apply_changes, merge_changes
from .resource_types import Resource

_PURPOSE = LockPurpose("a prediction", 60.0)


@dataclass
class Prediction:
    """What would be different at one place.

    Attributes:
        created: the objects that would exist, by ID.
        changed: the new fields of objects that exist, by ID.
        deleted: the IDs of objects that would no longer exist, also those of predicted objects.
        added: the items that the lists of one object would have in addition, by the name of the list.
        removed: the items that these lists would no longer have.
    """

    created: dict[str, Resource] = field(default_factory=dict)
    changed: dict[str, Resource] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    added: dict[str, list[str]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)

    def create(self, id: str, item: Resource) -> None:
        """Predict an object. A token can be issued and revoked, and then issued again with the same ID."""
        self.created[id] = item
        if id in self.deleted:
            self.deleted.remove(id)

    def change(self, id: str, fields: Resource) -> None:
        """Predict new fields of an object. Of a nested object, fields that are not new stay."""
        if id in self.created:
            self.created[id] = apply_changes(self.created[id], fields)
        else:
            self.changed[id] = merge_changes(self.changed.get(id, {}), fields)

    def delete(self, id: str) -> None:
        """Predict that an object is deleted."""
        self.created.pop(id, None)
        self.changed.pop(id, None)
        if id not in self.deleted:
            self.deleted.append(id)

    def change_list(self, name: str, *, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Predict items that a list of an object gains or loses."""
        gained, lost = set(self.added.get(name, ())), set(self.removed.get(name, ()))
        gained, lost = (gained | set(added)) - set(removed), (lost | set(removed)) - set(added)
        self.added[name], self.removed[name] = sorted(gained), sorted(lost)

    @property
    def used_ids(self) -> set[str]:
        """The IDs of objects that were predicted, also if their deletion was predicted later."""
        return {*self.created, *self.deleted}

    @property
    def difference(self) -> int:
        """How many more objects a listing would have."""
        return len(self.created) - sum(not is_predicted(id) for id in self.deleted)

    def merge(self, earlier: Prediction, later: Prediction) -> None:
        """Add another call's changes of a prediction. Other calls may have changed this prediction too."""
        for id in {*earlier.used_ids, *earlier.changed} - {*later.used_ids, *later.changed}:
            self.forget(id)
        self.created.update(later.created)
        self.changed.update(later.changed)
        for id in later.deleted:
            self.delete(id)
        self.added, self.removed = later.added, later.removed

    def forget_lists(self) -> None:
        """Forget what was predicted of the lists of an object."""
        self.added, self.removed = {}, {}

    def forget(self, id: str) -> None:
        """Forget what was predicted of an object."""
        self.created.pop(id, None)
        self.changed.pop(id, None)
        if id in self.deleted:
            self.deleted.remove(id)


class Predictions:
    """The predictions of a run, or of one task.

    Args:
        store: the run's store; `None` for the predictions of one task.
        is_read_only: whether to store nothing. Then the predictions are those of the run, and of one task.
        known: the run's predictions, as `export` returns them, for a task without the run's store.
    """

    def __init__(
        self,
        store: TokenStore | None = None,
        *,
        is_read_only: bool = False,
        known: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._store = store
        self._is_own = is_read_only or store is None
        self._own = {place: Prediction(**entry) for place, entry in (known or {}).items()}
        self._edited: set[str] = set()
        self.is_shared = store is not None or known is not None  # whether all tasks of the run share the predictions

    def export(self) -> dict[str, Any]:
        """Return what a task without the run's store predicted, without secrets: one entry for each place."""
        return {place: remove_secrets(vars(self._own[place])) for place in sorted(self._edited)}

    def export_all(self) -> dict[str, Any]:
        """Return what the run predicted so far."""
        entries = self._store.list_entries() if self._store else ()
        return {entry["place"]: vars(_unpack(entry)) for entry in entries if "prediction" in entry}

    def add(self, earlier: Mapping[str, Any], later: Mapping[str, Any]) -> None:
        """Add what a task without the run's store predicted.

        Args:
            earlier: what the task knew of the run's predictions.
            later: what the task exported.
        """
        for place, entry in later.items():
            with self.edit(json.loads(place)) as prediction:
                prediction.merge(Prediction(**earlier.get(place, {})), Prediction(**entry))

    def read(self, place: Any) -> Prediction:
        """Return the prediction for a place, which is JSON-serialisable."""
        own = self._own.get(json.dumps(place))
        if own is not None:
            return deepcopy(own)
        entry = self._store.get(self._build_key(place)) if self._store else None
        return _unpack(entry) if entry else Prediction()

    @contextmanager
    def edit(self, place: Any) -> Iterator[Prediction]:
        """Provide the prediction for a place, and store what the caller changes in it."""
        with self._lock(place):
            prediction = self.read(place)
            yield prediction
            if self._is_own:
                self._own[json.dumps(place)] = prediction
                self._edited.add(json.dumps(place))
            elif self._store:
                self._store.put(self._build_key(place), _pack(place, prediction))

    def _lock(self, place: Any) -> AbstractContextManager[None]:
        return self._store.lock(self._build_key(place), _PURPOSE) if self._store else nullcontext()

    @staticmethod
    def _build_key(place: Any) -> list[Any]:
        return ["prediction", place]


def _pack(place: Any, prediction: Prediction) -> dict[str, str]:
    """Return a prediction as an entry of a store, which can hold one MiB: compressed, that is some ten thousand objects."""
    text = json.dumps(remove_secrets(vars(prediction)))
    packed = base64.b64encode(zlib.compress(text.encode("utf-8"), 1)).decode("ascii")
    return {"place": json.dumps(place), "prediction": packed}


def _unpack(entry: Mapping[str, Any]) -> Prediction:
    return Prediction(**json.loads(zlib.decompress(base64.b64decode(entry["prediction"]))))
