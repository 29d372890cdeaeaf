"""The list of all tasks, a page at a time. It reads; what is done to many tasks at once is `services.bulk`'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from models import Label, Project, SavedFilter
from repositories.projects import ProjectRepository
from repositories.task_list import TaskListRepository
from services import views
from services.saved_filters import SavedFilterService
from services.scope import Scope
from services.task_filter import FIRST_ROWS, NAMES, TaskFilter, parse, query_of, token_of
from services.today import task_row


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, and the token of the next one (None: this is the last)."""

    rows: tuple[views.TaskRow, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What the page shows of the list: rows, of which `drawn` are on the page with them; its filter as `values` and as the
    `query` of an address; the person's own filters; and where the next rows are (None: these are all)."""

    rows: tuple[views.TaskRow, ...]
    drawn: int
    values: Mapping[str, str]
    query: str
    saved: Sequence[SavedFilter]
    next_query: str | None

    @property
    def url(self) -> str:
        return f"/tasks?{self.query}" if self.query else "/tasks"

    @property
    def is_filtered(self) -> bool:
        """Whether more than an order was asked for."""
        return any(value for name, value in self.values.items() if name != "sort")


@dataclass(frozen=True, slots=True)
class Groups:
    """What a task may be sorted into: (id, name) of the projects and of the labels."""

    projects: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]


class TaskListService:
    """Searches one person's tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def page(self, asked: TaskFilter) -> Found:
        """The tasks that were asked for, in their order: four statements at most, whatever the list holds."""
        user_id, session = self.scope.person.id, self.scope.session
        rows, more = await TaskListRepository(session).list_rows(user_id, self.scope.now, asked)
        labels: dict[int, list[str]] = {}
        for task_id, name in await ProjectRepository(session).list_task_labels(user_id, [row.id for row in rows]):
            labels.setdefault(task_id, []).append(name)
        shown = tuple(task_row(row, labels.get(row.id, ())) for row in rows)
        return Found(shown, token_of(more, asked.sort) if more else None)

    async def listing(self, values: Mapping[str, str]) -> Listing:
        """The list as an address asks for it. Raises InvalidInputError as `parse` does."""
        asked = parse(values, self.scope.now, self.scope.person.zone)
        found = await self.page(asked)
        said = values.get("drawn", "") if asked.after else ""
        drawn = (int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0) + len(found.rows)
        following = query_of(values, after=found.next_token, drawn=str(drawn)) if found.next_token else None
        saved = await SavedFilterService(self.scope).list_all()
        kept = {name: values.get(name, "") for name in NAMES}
        return Listing(found.rows, max(drawn, FIRST_ROWS), kept, query_of(values), saved, following)

    async def shown(self, query: str, shown: str) -> Listing:
        """The list as a page shows it: of its `query`, so many rows."""
        return await self.listing({**dict(parse_qsl(query)), "after": "", "shown": shown})

    async def groups(self) -> Groups:
        """What the filters and the changes of many tasks offer."""
        groups, user_id = ProjectRepository(self.scope.session), self.scope.person.id
        projects = tuple((str(item.id), item.name) for item in await groups.list_named(user_id, Project))
        return Groups(projects, tuple((str(item.id), item.name) for item in await groups.list_named(user_id, Label)))
