"""Filters of the list of all tasks under a name: kept, renamed and removed. What one finds is `services.task_list`'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from errors import InvalidInputError, NotFoundError
from models import NAME_LENGTH, SavedFilter
from repositories.saved_filters import SavedFilterRepository
from services.fields import Fields
from services.scope import Scope
from services.task_filter import parse, query_of

MOST_FILTERS = 30


class SavedFilterService:
    """One person's filters."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.filters = SavedFilterRepository(scope.session)

    async def list_all(self) -> Sequence[SavedFilter]:
        """All of them, by name."""
        return await self.filters.list_all(self.scope.person.id)

    async def add(self, form: Mapping[str, str]) -> SavedFilter:
        """Keep `query` under `name`. Raises InvalidInputError for a name that is missing, too long or taken, or no filter."""
        await self.scope.lock()
        known = await self.list_all()
        if len(known) >= MOST_FILTERS:
            raise InvalidInputError(f"You have {MOST_FILTERS} filters, which is the most. Remove one first.")
        values = dict(parse_qsl(form.get("query", "")[:4000]))
        parse(values, self.scope.now, self.scope.person.zone)
        name = self._name(form, known)
        saved = SavedFilter(user_id=self.scope.person.id, name=name, key=name.casefold(), query=query_of(values))
        await self.filters.add(saved)
        await self.scope.changed(is_replanned=False)
        return saved

    async def rename(self, filter_id: int, form: Mapping[str, str]) -> SavedFilter:
        """Raises as `add` does, and NotFoundError for a missing or foreign one."""
        await self.scope.lock()
        saved = await self._get(filter_id)
        name = self._name(form, [other for other in await self.list_all() if other is not saved])
        saved.name, saved.key = name, name.casefold()
        await self.scope.session.flush()
        await self.scope.changed(is_replanned=False)
        return saved

    async def delete(self, filter_id: int) -> SavedFilter:
        """Remove one; no task changes. Raises NotFoundError for a missing or foreign one."""
        await self.scope.lock()
        saved = await self._get(filter_id)
        await self.filters.delete(saved)
        await self.scope.changed(is_replanned=False)
        return saved

    async def _get(self, filter_id: int) -> SavedFilter:
        saved = await self.filters.get(self.scope.person.id, filter_id)
        if saved is None:
            raise NotFoundError("This filter does not exist any more.")
        return saved

    def _name(self, form: Mapping[str, str], others: Sequence[SavedFilter]) -> str:
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        name = fields.line("name", NAME_LENGTH, "Give the filter a name.")
        if any(other.key == name.casefold() for other in others):
            fields.errors["name"] = f"There is a filter “{name}” already."
        if fields.errors:
            raise InvalidInputError(fields.errors["name"], fields.errors)
        return name
