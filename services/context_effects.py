"""What accepting a constraint does to a person's settings, and taking it back: the same calls that the settings' buttons make.

What a constraint replaced is kept with it. What the person has changed by hand since is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.context import ADAPTER, DAY, DAYS, Break, Buffer, Constraint, DaysOff, Focus, WorkHours
from errors import InvalidInputError
from models import ConstraintState, ContextConstraint
from planning.hours import HourRange, MinuteRange
from services.hour_service import HourService
from services.rhythm import Rhythm, RhythmService
from services.scope import Scope

Week = dict[int, list[MinuteRange]]
"""By weekday (0: Monday), its stretches."""
_OF_HOURS = {"work", "off"}


class ContextEffects:
    """The settings of one person as constraints change them. Times of the week need nothing: the planner reads them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def begin(self, item: ContextConstraint, accepted: Sequence[ContextConstraint]) -> None:
        """Do what it says; `accepted` are the others that are obeyed. Raises InvalidInputError."""
        constraint = ADAPTER.validate_python(item.value)
        if isinstance(constraint, WorkHours | DaysOff):
            await self._begin_hours(item, constraint, accepted)
        elif isinstance(constraint, Focus | Break | Buffer):
            await self._begin_rhythm(item, constraint, accepted)

    async def end(self, item: ContextConstraint, accepted: Sequence[ContextConstraint]) -> None:
        """Take back what it did, as far as that still stands."""
        constraint = ADAPTER.validate_python(item.value)
        if isinstance(constraint, WorkHours | DaysOff):
            await self._end_hours(item, constraint, accepted)
        elif isinstance(constraint, Focus | Break | Buffer):
            await self._end_rhythm(item, constraint)

    async def _begin_hours(
        self, item: ContextConstraint, constraint: WorkHours | DaysOff, accepted: Sequence[ContextConstraint]
    ) -> None:
        """Each of its days has its hours, beside those of other accepted hours of that day."""
        week = await self._week()
        others = [other for other in accepted if other.kind in _OF_HOURS]
        undo: dict[str, Any] = {}
        for day in constraint.days:
            number = DAYS.index(day)
            first = next((other.undo[day] for other in others if other.undo and day in other.undo), None)
            undo[day] = [list(stretch) for stretch in week.get(number, [])] if first is None else first
            week[number] = [] if isinstance(constraint, DaysOff) else _stretches(number, [constraint, *_values(others)])
        item.undo = undo
        await self._set_week(week)

    async def _end_hours(
        self, item: ContextConstraint, constraint: WorkHours | DaysOff, accepted: Sequence[ContextConstraint]
    ) -> None:
        week, others = await self._week(), _values(accepted)
        for day in constraint.days:
            number = DAYS.index(day)
            is_as_set = [] if isinstance(constraint, DaysOff) else _stretches(number, [constraint, *others])
            if sorted(week.get(number, [])) != is_as_set:
                continue
            rest = _stretches(number, others)
            week[number] = rest or [(low, high) for low, high in (item.undo or {}).get(day, ())]
        await self._set_week(week)

    async def _week(self) -> Week:
        """The usual set's week. Raises InvalidInputError where weeks take turns: then no one week is meant."""
        usual = (await HourService(self.scope).sets())[0]
        if usual.weekly.cycle_weeks > 1:
            raise InvalidInputError("Your weeks take turns, so set this under Working hours.")
        week: Week = {}
        for stretch in usual.weekly.ranges:
            week.setdefault(stretch.weekday, []).append((stretch.start_minute, stretch.end_minute))
        return week

    async def _set_week(self, week: Mapping[int, Iterable[MinuteRange]]) -> None:
        ranges = [HourRange(day, low, high) for day, stretches in sorted(week.items()) for low, high in stretches]
        try:
            await HourService(self.scope).set_weekly(None, ranges)
        except InvalidInputError as error:
            raise InvalidInputError(next(iter(error.fields.values()), error.message)) from error

    async def _begin_rhythm(
        self, item: ContextConstraint, constraint: Focus | Break | Buffer, accepted: Sequence[ContextConstraint]
    ) -> None:
        """There is one of each kind: another that was accepted is only proposed again, and what it replaced is kept here."""
        service = RhythmService(self.scope)
        rhythm = await service.get()
        item.undo = _undo(rhythm, constraint)
        for other in accepted:
            if other.kind == item.kind:
                if _with(rhythm, ADAPTER.validate_python(other.value)) == rhythm:
                    item.undo = other.undo
                other.state, other.undo = ConstraintState.PROPOSED, None
        await service.set_rhythm(_with(rhythm, constraint))

    async def _end_rhythm(self, item: ContextConstraint, constraint: Focus | Break | Buffer) -> None:
        service = RhythmService(self.scope)
        rhythm = await service.get()
        undo = dict(item.undo or {})
        if undo.get("focus"):
            undo["focus"] = tuple(undo["focus"])
        if _with(rhythm, constraint) == rhythm and undo:
            await service.set_rhythm(replace(rhythm, **undo))


def _with(rhythm: Rhythm, constraint: Constraint) -> Rhythm:
    """The rhythm as the constraint wants it."""
    match constraint:
        case Focus():
            return replace(rhythm, focus=(constraint.start, constraint.end))
        case Break():
            return replace(rhythm, max_stretch_minutes=constraint.after_minutes, break_minutes=constraint.minutes)
        case Buffer():
            return replace(rhythm, buffer_minutes=constraint.minutes)
        case _:
            return rhythm


def _undo(rhythm: Rhythm, constraint: Focus | Break | Buffer) -> dict[str, Any]:
    """What the constraint is about, as it stands."""
    match constraint:
        case Focus():
            return {"focus": list(rhythm.focus) if rhythm.focus else None}
        case Break():
            return {"max_stretch_minutes": rhythm.max_stretch_minutes, "break_minutes": rhythm.break_minutes}
        case Buffer():
            return {"buffer_minutes": rhythm.buffer_minutes}


def _values(items: Iterable[ContextConstraint]) -> list[Constraint]:
    return [ADAPTER.validate_python(item.value) for item in items]


def _stretches(weekday: int, constraints: Iterable[Constraint]) -> list[MinuteRange]:
    """The hours that the constraints give a day, by start."""
    found = (
        (item.start, item.end if item.end else DAY)
        for item in constraints
        if isinstance(item, WorkHours) and DAYS[weekday] in item.days
    )
    return sorted({*found})
