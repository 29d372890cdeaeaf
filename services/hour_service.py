"""A person's hours as they change them: named weekly sets, and the dates that differ.

Typed calls for pages, chat, what-if and programs alike; the rules are `services.hour_rules`', forms are read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from errors import InvalidInputError, NotFoundError
from models import NAME_LENGTH, HourException, HourSet, LeaseKind
from planning.hours import HourRange, HoursError, MinuteRange
from repositories.hours import HourRepository
from repositories.tasks import TaskRepository
from services import hour_rules, hours
from services.fields import clean
from services.hour_rules import MINUTES_A_DAY
from services.hours import NamedHours
from services.scope import Scope

AGAIN = "Some fields need another look."


@dataclass(frozen=True, slots=True)
class OtherDays:
    """Dates in a row that have `stretches` instead of the usual hours (none: days off), of one set or (None) of all."""

    set_id: int | None
    first_on: date
    last_on: date
    stretches: tuple[MinuteRange, ...] = ()
    note: str = ""


class HourService:
    """Sets, weeks and dates of one person. Every change asks the planner to look again.

    A set that is missing or somebody else's raises NotFoundError; what cannot be raises InvalidInputError, with a sentence
    for each field at fault.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.hours = HourRepository(scope.session)

    @property
    def today(self) -> date:
        """The person's local date."""
        return self.scope.now.astimezone(ZoneInfo(self.scope.person.zone)).date()

    async def sets(self) -> tuple[NamedHours, ...]:
        """All sets, the usual one first."""
        return await hours.load(self.scope.session, self.scope.person.id, self.scope.now)

    async def add_set(self, name: str, ranges: Sequence[HourRange] = ()) -> HourSet:
        """Store a new set of hours (field `name`)."""
        await self.scope.lock()
        others = await self.hours.list_sets(self.scope.person.id)
        if len(others) >= hour_rules.MOST_SETS:
            raise InvalidInputError(AGAIN, {"name": f"There are {len(others)} sets already, and that is the most."})
        item = HourSet(user_id=self.scope.person.id, name=_name(name, others), cycle_weeks=1)
        await self.hours.add_set(item)
        await self._store_weeks(item, ranges)
        return item

    async def rename_set(self, set_id: int, name: str) -> HourSet:
        """Give a set another name (field `name`)."""
        await self.scope.lock()
        item = await self._set(set_id)
        others = [other for other in await self.hours.list_sets(item.user_id) if other.id != item.id]
        item.name = _name(name, others)
        await self._changed()
        return item

    async def delete_set(self, set_id: int) -> HourSet:
        """Remove a set with its dates; its tasks are planned in the usual one again. The last set cannot be removed."""
        await self.scope.lock()
        item = await self._set(set_id)
        if len(await self.hours.list_sets(item.user_id)) == 1:
            raise InvalidInputError("This is your last set of hours: tasks need one to be planned in.")
        tasks = TaskRepository(self.scope.session)
        for task_id in await tasks.leave_hour_set(item.user_id, item.id):
            tasks.note(item.user_id, task_id, self.scope.now, "person", f"Back in the usual hours: “{item.name}” was removed.")
        await self.hours.delete_set(item)
        await self._changed()
        return item

    async def set_weekly(
        self, set_id: int | None, ranges: Sequence[HourRange], cycle_weeks: int = 1, week_now: int = 1
    ) -> HourSet:
        """Set the weeks of a set (None: the usual one). With `cycle_weeks` above 1 so many weeks take turns, and this week is
        number `week_now` of them (from 1).

        The fields of its errors are `cycle_weeks`, `week_now` and days as `hour_rules.day_field` names them.
        """
        await self.scope.lock()
        item = await self._set(set_id)
        if not 1 <= cycle_weeks <= hour_rules.MOST_WEEKS:
            raise InvalidInputError(AGAIN, {"cycle_weeks": f"From 1 to {hour_rules.MOST_WEEKS} weeks may take turns."})
        if not 1 <= week_now <= cycle_weeks:
            raise InvalidInputError(AGAIN, {"week_now": f"This week is one of the {cycle_weeks} that take turns."})
        monday = self.today - timedelta(days=self.today.weekday())
        item.cycle_weeks = cycle_weeks
        item.cycle_from_on = monday - timedelta(weeks=week_now - 1) if cycle_weeks > 1 else None
        await self._store_weeks(item, ranges)
        return item

    async def require(self, set_id: int) -> None:
        """Raise NotFoundError for a set that is missing or somebody else's."""
        await self._set(set_id)

    async def list_ahead(self) -> tuple[OtherDays, ...]:
        """The dates from today on that differ, those in a row as one, by their first day."""
        return _in_rows(await self.hours.list_exceptions(self.scope.person.id, self.today))

    async def take_off(self, first_on: date, last_on: date | None = None, note: str = "") -> OtherDays:
        """Keep the days from `first_on` to `last_on` (None: that one day) free of all hours, whatever was set for them before.

        The fields of its errors are `first_on`, `last_on` and `note`.
        """
        return await self.set_exception(None, first_on, (), note, last_on)

    async def set_exception(
        self,
        set_id: int | None,
        falls_on: date,
        stretches: Sequence[MinuteRange],
        note: str = "",
        last_on: date | None = None,
    ) -> OtherDays:
        """Give a date (or each up to `last_on`) other hours, in local minutes of the day (an end up to the start lies on the
        next day); none: a day off. It is about one set, or (None) about all, and then it replaces what single sets had.

        The fields of its errors are `first_on`, `last_on`, `stretches` and `note`.
        """
        await self.scope.lock()
        if set_id is not None:
            await self._set(set_id)
        wanted = self._checked(OtherDays(set_id, falls_on, last_on or falls_on, tuple(stretches), note))
        user_id = self.scope.person.id
        rows = await self.hours.list_exceptions(user_id, wanted.first_on, wanted.last_on)
        await self.hours.delete_exceptions(user_id, [row.id for row in rows if set_id in {None, row.hour_set_id}])
        await self.hours.add_exceptions(_rows(user_id, wanted))
        await self._changed()
        return wanted

    async def remove_exception(self, set_id: int | None, first_on: date, last_on: date | None = None) -> tuple[OtherDays, ...]:
        """Give the days from `first_on` to `last_on` (None: that one day) their usual hours again; what they had instead.

        `set_id` as in `set_exception`: None removes what is about all sets. NotFoundError where nothing differs.
        """
        await self.scope.lock()
        rows = await self.hours.list_exceptions(self.scope.person.id, first_on, last_on or first_on)
        found = [row for row in rows if row.hour_set_id == set_id]
        if not found:
            raise NotFoundError("These days have their usual hours already.")
        await self.hours.delete_exceptions(self.scope.person.id, [row.id for row in found])
        await self._changed()
        return _in_rows(found)

    async def _set(self, set_id: int | None) -> HourSet:
        if set_id is None:
            return (await self.hours.list_sets(self.scope.person.id))[0]
        item = await self.hours.get_set(self.scope.person.id, set_id)
        if item is None:
            raise NotFoundError("This set of hours does not exist any more.")
        return item

    async def _store_weeks(self, item: HourSet, ranges: Sequence[HourRange]) -> None:
        stray = next((r for r in ranges if r.week >= item.cycle_weeks), None)
        if stray is not None:
            raise InvalidInputError(AGAIN, {"cycle_weeks": f"There is no week {stray.week + 1} of {item.cycle_weeks}."})
        problems = hour_rules.weekly_problems(ranges, item.cycle_weeks)
        if problems:
            raise InvalidInputError("Some days need another look.", problems)
        rows = [(r.week, r.weekday, r.start_minute, r.end_minute or MINUTES_A_DAY) for r in ranges]
        await self.hours.replace_ranges(item, rows)
        await self._changed()

    def _checked(self, days: OtherDays) -> OtherDays:
        """The days as they are stored. Raises InvalidInputError."""
        note = " ".join(clean(days.note).split())
        errors = hour_rules.dates_problems(days.first_on, days.last_on, self.today)
        problem = hour_rules.stretches_problem(days.stretches)
        errors |= {"stretches": problem} if problem else {}
        if len(note) > hour_rules.NOTE_LENGTH:
            errors["note"] = f"At most {hour_rules.NOTE_LENGTH} characters; this has {len(note)}."
        if errors:
            raise InvalidInputError(AGAIN, errors)
        return replace(days, stretches=tuple(sorted((low, high or MINUTES_A_DAY) for low, high in days.stretches)), note=note)

    async def _changed(self) -> None:
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)


def ranges_of(stretches: Iterable[tuple[int, int, int, int]]) -> tuple[HourRange, ...]:
    """Ranges from (week from 0, weekday, start minute, end minute). Raises InvalidInputError (`ranges`) for what is none."""
    try:
        return tuple(HourRange(weekday, start, end, week) for week, weekday, start, end in stretches)
    except HoursError as error:
        raise InvalidInputError(AGAIN, {"ranges": str(error)}) from None


def _name(name: str, others: Iterable[HourSet]) -> str:
    name = " ".join(clean(name).split())
    if not name:
        raise InvalidInputError(AGAIN, {"name": "Give the set a name, such as Personal."})
    if len(name) > NAME_LENGTH:
        raise InvalidInputError(AGAIN, {"name": f"At most {NAME_LENGTH} characters; this has {len(name)}."})
    if name.casefold() in {other.name.casefold() for other in others}:
        raise InvalidInputError(AGAIN, {"name": f"There is a set named “{name}” already."})
    return name


def _rows(user_id: int, days: OtherDays) -> list[HourException]:
    """One row for each stretch of each day, or one without minutes for a day off."""
    return [
        HourException(
            user_id=user_id, hour_set_id=days.set_id, falls_on=day, start_minute=start, end_minute=end, note=days.note
        )
        for day in (days.first_on + timedelta(days=number) for number in range((days.last_on - days.first_on).days + 1))
        for start, end in days.stretches or ((None, None),)
    ]


def _in_rows(exceptions: Iterable[HourException]) -> tuple[OtherDays, ...]:
    """Rows as days, and days in a row that are alike as one."""
    found: list[OtherDays] = []
    ordered = sorted(exceptions, key=lambda row: (row.hour_set_id or 0, row.falls_on, row.start_minute or 0))
    for (set_id, day), group in groupby(ordered, key=lambda row: (row.hour_set_id, row.falls_on)):
        rows = tuple(group)
        one = OtherDays(set_id, day, day, _stretches(rows), rows[0].note)
        last = found[-1] if found else None
        if last and replace(last, first_on=day, last_on=day) == one and day - last.last_on == timedelta(days=1):
            found[-1] = replace(last, last_on=day)
        else:
            found.append(one)
    return tuple(sorted(found, key=lambda days: (days.first_on, days.last_on, days.set_id or 0)))


def _stretches(rows: Iterable[HourException]) -> tuple[MinuteRange, ...]:
    minutes = ((row.start_minute, row.end_minute) for row in rows)
    return tuple((start, end) for start, end in minutes if start is not None and end is not None)
