# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run in check mode would have written. Later tasks of the run read their objects with it.

The predictions are in the run's store, one entry for each place where objects have their names, without secrets. What a
task with `check_mode: true` predicts ends with the task, as in a run without `--check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
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
        """Predict an object."""
        self.created[id] = item

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
    """

    def __init__(self, store: TokenStore | None = None, *, is_read_only: bool = False) -> None:
        self._store = store
        self._is_own = is_read_only or store is None
        self._own: dict[str, Prediction] = {}

    @property
    def is_shared(self) -> bool:
        """Whether all tasks of the run share the predictions."""
        return self._store is not None

    def read(self, place: Any) -> Prediction:
        """Return the prediction for a place, which is JSON-serialisable."""
        if repr(place) in self._own:
            return self._own[repr(place)]
        entry = self._store.get(self._build_key(place)) if self._store else None
        return Prediction(**entry) if entry else Prediction()

    @contextmanager
    def edit(self, place: Any) -> Iterator[Prediction]:
        """Provide the prediction for a place, and store what the caller changes in it."""
        with self._lock(place):
            prediction = self.read(place)
            yield prediction
            if self._is_own:
                self._own[repr(place)] = prediction
            elif self._store:
                self._store.put(self._build_key(place), remove_secrets(vars(prediction)))

    def _lock(self, place: Any) -> AbstractContextManager[None]:
        return self._store.lock(self._build_key(place), _PURPOSE) if self._store else nullcontext()

    @staticmethod
    def _build_key(place: Any) -> list[Any]:
        return ["prediction", place]
