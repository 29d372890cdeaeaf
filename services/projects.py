"""Projects and labels: found or made by name without regard to case, renamed, deleted, and how much of each fits into a week.

What is done about a budget is the planner's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from errors import InvalidInputError, NotFoundError
from models import NAME_LENGTH, Label, LeaseKind, Project, Task
from planning.hours import to_utc
from repositories.projects import Named, ProjectRepository
from services.fields import Fields
from services.scope import Scope

MOST_HOURS = 168
Kind = type[Project] | type[Label]


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `minutes_a_week` of these tasks are to be planned in a week. `name` is that of a project or a label; this week
    `spent_minutes` of it have been worked, also on tasks that are done."""

    name: str
    minutes_a_week: int
    task_ids: tuple[int, ...]
    spent_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A project or a label on its page; `hours_a_week` as it stands in its field ("": no budget)."""

    id: int
    name: str
    hours_a_week: str
    tasks: int


class ProjectService:
    """One person's projects and labels."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.groups = ProjectRepository(scope.session)

    async def list_groups(self, kind: Kind) -> tuple[Group, ...]:
        """All of a kind, by name."""
        user_id = self.scope.person.id
        counts = await self.groups.count_tasks(user_id, kind)
        return tuple(
            Group(item.id, item.name, _hours(item.weekly_minutes), counts.get(item.id, 0))
            for item in await self.groups.list_named(user_id, kind)
        )

    async def list_budgets(self, user_id: int) -> tuple[Budget, ...]:
        """The budgets of projects and labels that have tasks still to be done."""
        return (*await self._budgets(user_id, Project), *await self._budgets(user_id, Label))

    async def _budgets(self, user_id: int, kind: Kind) -> list[Budget]:
        members: dict[int, list[int]] = {}
        limits: dict[int, tuple[str, int]] = {}
        for row in await self.groups.list_members(user_id, kind):
            if row.weekly_minutes is not None:
                members.setdefault(row.id, []).append(row.task_id)
                limits[row.id] = (row.name, row.weekly_minutes)
        spent = await self._spent(user_id, kind) if limits else {}
        return [Budget(*limit, tuple(members[group_id]), spent.get(group_id, 0)) for group_id, limit in limits.items()]

    async def _spent(self, user_id: int, kind: Kind) -> dict[int, int]:
        """Minutes worked since Monday on the tasks of each, done ones included."""
        zone = ZoneInfo(self.scope.person.zone)
        today = self.scope.now.astimezone(zone).date()
        monday = to_utc(today - timedelta(days=today.weekday()), 0, zone)
        minutes: dict[int, int] = {}
        for group_id, started_at, ended_at in await self.groups.list_worked(user_id, kind, monday):
            worked = int((ended_at - max(started_at, monday)).total_seconds() // 60)
            minutes[group_id] = minutes.get(group_id, 0) + worked
        return minutes

    async def sort_in(self, task: Task, project: str | None, labels: Sequence[str] | None) -> bool:
        """Put a task into a project ("": into none) and give it labels, made where they are new; None leaves them.

        Returns whether that changed anything. The caller holds the lock.
        """
        is_changed = False
        if project is not None:
            found = await self._named(Project, project) if project else None
            is_changed = task.project_id != (found.id if found else None)
            task.project_id = found.id if found else None
        if labels is not None:
            known = await self.groups.list_task_labels(task.user_id, [task.id])
            if {name.casefold() for _, name in known} != {name.casefold() for name in labels}:
                made = [(await self._named(Label, name)).id for name in labels]
                await self.groups.replace_labels(task.user_id, task.id, made)
                is_changed = True
        return is_changed

    async def save(self, kind: type[Named], group_id: int, form: Mapping[str, str]) -> str:
        """Rename one and set its hours a week (empty: no budget); its name. The plan follows.

        Raises NotFoundError for a missing or foreign one, InvalidInputError with a sentence for each field at fault.
        """
        await self.scope.lock()
        group = await self._get(kind, group_id)
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        name = fields.line("name", NAME_LENGTH, "Give it a name.")
        if kind is Label and "," in name:
            fields.errors["name"] = "A label has no commas: they stand between labels."
        twin = await self.groups.get_by_key(group.user_id, kind, name.casefold())
        if twin is not None and twin.id != group.id:
            fields.errors["name"] = f"“{twin.name}” exists already."
        minutes = _minutes(fields)
        if fields.errors:
            raise InvalidInputError("Some fields need another look.", fields.errors)
        group.name, group.key, group.weekly_minutes = name, name.casefold(), minutes
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)
        return name

    async def delete(self, kind: type[Named], group_id: int) -> str:
        """Delete one; its tasks stay. Its name. Raises NotFoundError as `save` does."""
        await self.scope.lock()
        group = await self._get(kind, group_id)
        await self.groups.delete(group)
        await self.scope.changed(LeaseKind.PLAN)
        return group.name

    async def _get(self, kind: type[Named], group_id: int) -> Named:
        group = await self.groups.get(self.scope.person.id, kind, group_id)
        if group is None:
            raise NotFoundError(f"This {'project' if kind is Project else 'label'} does not exist any more.")
        return group

    async def _named(self, kind: type[Named], name: str) -> Named:
        """Find one by its name, or make it."""
        user_id, key = self.scope.person.id, name.casefold()
        found = await self.groups.get_by_key(user_id, kind, key)
        if found is None:
            found = kind(user_id=user_id, name=name, key=key)
            await self.groups.add(found)
        return found


def _hours(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes / 60:g}"


def _minutes(fields: Fields) -> int | None:
    """The field `hours` in minutes; None when it is empty."""
    text = fields.form.get("hours", "").strip().replace(",", ".")
    if not text:
        return None
    whole, _, part = text.partition(".")
    is_number = text.isascii() and whole.isdecimal() and (part.isdecimal() or not part) and len(text) < 8
    minutes = round(float(text) * 60) if is_number else 0
    if not 0 < minutes <= MOST_HOURS * 60:
        fields.errors["hours"] = f"Hours a week are a number above 0 and up to {MOST_HOURS}, such as 7.5."
    return minutes
