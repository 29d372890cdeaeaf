"""What the settings page shows of a person's hours, and what its forms ask to be stored.

It reads forms through `services.hours_form` and acts through `services.hour_service`; it has no rules of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from repositories.tasks import TaskRepository
from services import hour_rules, hours_form, wording
from services.hour_rules import DAYS_A_WEEK, STRETCHES_A_DAY
from services.hour_service import HourService, OtherDays
from services.hours import NamedHours
from services.scope import Scope

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the part `part` of the page and could not be stored, with a sentence for each field at fault."""

    part: str
    form: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day of a week: its fields begin with `field`; the first `used` of its stretches are in sight."""

    field: str
    label: str
    spans: tuple[tuple[str, str], ...]
    used: int
    error: str | None


@dataclass(frozen=True, slots=True)
class WeekShown:
    """A week of the cycle, numbered from 1."""

    number: int
    is_now: bool
    days: tuple[DayShown, ...]

    @property
    def has_errors(self) -> bool:
        return any(day.error for day in self.days)


@dataclass(frozen=True, slots=True)
class SetShown:
    """A set with its form. `heir` takes over its `tasks` when it is deleted; None: it is the last one and stays."""

    id: int
    name: str
    summary: str
    form: Mapping[str, str]
    errors: Mapping[str, str]
    weeks: tuple[WeekShown, ...]
    is_usual: bool
    tasks: int
    heir: str | None

    @property
    def week_choices(self) -> tuple[tuple[str, str], ...]:
        return tuple((str(week.number), f"Week {week.number}") for week in self.weeks)


@dataclass(frozen=True, slots=True)
class DaysShown:
    """Dates that differ: when, what there is instead, whose, and the form that removes them."""

    dates: str
    what: str
    set_name: str | None
    note: str
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HoursShown:
    """All of it. `new` is the form of a set to add, `days_form` that of dates to add."""

    sets: tuple[SetShown, ...]
    new: Typed
    days: tuple[DaysShown, ...]
    days_form: Typed
    days_spans: tuple[tuple[str, str], ...]
    today: date

    @property
    def set_choices(self) -> tuple[tuple[str, str], ...]:
        return ("", "All hours"), *((str(item.id), item.name) for item in self.sets)


class HoursSettings:
    """The hours of one person on the settings page."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.service = HourService(scope)

    async def show(self, typed: Typed | None = None) -> HoursShown:
        """The parts about hours, with what was typed in its place."""
        stored = await self.service.sets()
        counts = await TaskRepository(self.scope.session).count_by_hour_set(self.scope.person.id)
        names = {item.id: item.name for item in stored}
        days_form = _typed(typed, "days")
        return HoursShown(
            sets=tuple(self._set(item, stored, counts.get(item.id, 0), typed) for item in stored),
            new=_typed(typed, "hours"),
            days=tuple(self._days(days, names) for days in await self.service.list_ahead()),
            days_form=days_form,
            days_spans=hours_form.spans(days_form.form, ""),
            today=self.service.today,
        )

    async def save_set(self, set_id: int, form: Mapping[str, str]) -> bool:
        """Store the name and the weeks of a set; whether it has another name now.

        Raises InvalidInputError and NotFoundError.
        """
        await self.service.require(set_id)
        edit = hours_form.parse_set(form)
        names = [item.name for item in await self.service.sets()]
        renamed = await self.service.rename_set(set_id, edit.name)
        await self.service.set_weekly(set_id, edit.ranges, edit.cycle_weeks, edit.week_now)
        return renamed.name not in names

    async def add_days(self, form: Mapping[str, str]) -> str:
        """Store dates that differ; a sentence that says so. Raises InvalidInputError and NotFoundError."""
        days = hours_form.parse_days(form, self.scope.now, self.scope.person.zone)
        stored = await self.service.set_exception(days.set_id, days.first_on, days.stretches, days.note, days.last_on)
        return f"{self._dates(stored)}: {_what(stored).lower()}."

    async def remove_days(self, form: Mapping[str, str]) -> tuple[str, Mapping[str, str] | None]:
        """Give dates their usual hours again; a sentence that says so, and the form that brings back what was removed."""
        days = hours_form.parse_days(form, self.scope.now, self.scope.person.zone)
        removed = await self.service.remove_exception(days.set_id, days.first_on, days.last_on)
        undo = hours_form.days_form(removed[0]) if len(removed) == 1 else None
        return f"{self._dates(days)}: the usual hours again.", undo

    def _set(self, item: NamedHours, all_sets: Sequence[NamedHours], tasks: int, typed: Typed | None) -> SetShown:
        mine = _typed(typed, f"hours-{item.id}")
        form = dict(hours_form.in_full(mine.form)) if mine.form else hours_form.set_form(item, self.service.today)
        week_now = item.weekly.week_of(self.service.today)
        return SetShown(
            id=item.id,
            name=item.name,
            summary=_summary(item, week_now),
            form=form | {"cycle_weeks": str(hours_form.shown_weeks(form))},
            errors=mine.errors,
            weeks=_weeks(form, mine.errors),
            is_usual=item is all_sets[0],
            tasks=tasks,
            heir=next((other.name for other in all_sets if other is not item), None),
        )

    def _days(self, days: OtherDays, names: Mapping[int, str]) -> DaysShown:
        return DaysShown(
            dates=self._dates(days),
            what=_what(days),
            set_name=names[days.set_id] if days.set_id else None,
            note=days.note,
            form=hours_form.days_form(days),
        )

    def _dates(self, days: OtherDays) -> str:
        return wording.dates(days.first_on, days.last_on, self.service.today)


def _typed(typed: Typed | None, part: str) -> Typed:
    """What was typed into a part; nothing, for another."""
    return typed if typed and typed.part == part else Typed(part, {}, {})


def _weeks(form: Mapping[str, str], errors: Mapping[str, str]) -> tuple[WeekShown, ...]:
    return tuple(
        WeekShown(
            number=week + 1,
            is_now=form.get("week_now", "1") == str(week + 1),
            days=tuple(_day(form, errors, week, weekday) for weekday in range(DAYS_A_WEEK)),
        )
        for week in range(hours_form.shown_weeks(form))
    )


def _day(form: Mapping[str, str], errors: Mapping[str, str], week: int, weekday: int) -> DayShown:
    field = hour_rules.day_field(week, weekday)
    spans = hours_form.spans(form, f"{field}_")
    used = max((number for number in range(1, STRETCHES_A_DAY + 1) if any(spans[number - 1])), default=1)
    return DayShown(field, DAY_NAMES[weekday], spans, used, errors.get(field))


def _summary(item: NamedHours, week_now: int) -> str:
    """This week's hours in words."""
    spoken = hour_rules.spoken_week([r for r in item.weekly.ranges if r.week == week_now]) or "No hours"
    weeks = item.weekly.cycle_weeks
    return spoken if weeks == 1 else f"{spoken} (week {week_now + 1} of {weeks})"


def _what(days: OtherDays) -> str:
    count = (days.last_on - days.first_on).days + 1
    if days.stretches:
        spoken = hour_rules.spoken_stretches(days.stretches)
        return spoken if count == 1 else f"{spoken} each day"
    return "Day off" if count == 1 else f"{count} days off"
