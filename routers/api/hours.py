"""Hours as JSON: named weekly sets, and the dates that differ. Times of the day are local, as HH:MM; 24:00 ends a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from routers.api.documented import CREATED, errors
from routers.api.schemas import Example, Schema
from routers.deps import OptionalId, Reading, RowId, reading, writing
from services import wording
from services.hour_service import HourService, OtherDays, ranges_of
from services.hours import NamedHours
from services.scope import Scope

router = APIRouter(tags=["hours"])

Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", examples=["09:00"])]
SetId = Annotated[int | None, Field(ge=1, lt=2**63)]
MORNINGS: Example = {
    "name": "Mornings",
    "cycle_weeks": 1,
    "week_now": 1,
    "ranges": [{"week": 1, "weekday": 0, "start": "08:00", "end": "12:00"}],
}
CHRISTMAS: Example = {"set_id": None, "first_on": "2026-12-24", "last_on": "2026-12-26", "stretches": [], "note": "Christmas"}


class StretchIO(BaseModel):
    """A stretch of a local day; one that ends up to its start runs over midnight."""

    model_config = ConfigDict(extra="forbid")

    start: Clock
    end: Clock


class RangeIO(StretchIO):
    """A stretch of every week, or of week number `week` (from 1) where weeks take turns; weekday 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    week: Annotated[int, Field(ge=1, le=4)] = 1


class HourSetIn(BaseModel):
    """A set of hours. With `cycle_weeks` above 1 so many weeks take turns, and this one is number `week_now`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [MORNINGS]})

    name: Annotated[str, Field(max_length=1000)]
    ranges: Annotated[tuple[RangeIO, ...], Field(max_length=84)]
    cycle_weeks: Annotated[int, Field(ge=1, le=4)] = 1
    week_now: Annotated[int, Field(ge=1, le=4)] = 1


class HourSetOut(Schema):
    """A set of hours; the usual one is that of tasks which name none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": 1, "is_usual": False, **MORNINGS}]})

    id: int
    name: str
    is_usual: bool
    cycle_weeks: int
    week_now: int
    ranges: tuple[RangeIO, ...]


class OtherDaysIO(BaseModel):
    """Dates that have these stretches instead of the usual hours (none: days off), of one set or (null) of all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHRISTMAS]})

    set_id: SetId = None
    first_on: date
    last_on: date | None = None
    stretches: Annotated[tuple[StretchIO, ...], Field(max_length=3)] = ()
    note: Annotated[str, Field(max_length=1000)] = ""


class HoursOut(Schema):
    """All sets, the usual one first, and the dates from today on that differ."""

    sets: tuple[HourSetOut, ...]
    exceptions: tuple[OtherDaysIO, ...]


@router.get("/hours")
async def get_hours(scope: Reading) -> HoursOut:
    """All hours."""
    service = HourService(scope)
    return HoursOut(sets=await _sets(service), exceptions=tuple(_days(days) for days in await service.list_ahead()))


@router.post("/hours", status_code=status.HTTP_201_CREATED, responses=CREATED)
async def create_hour_set(request: Request, response: Response, wanted: HourSetIn) -> HourSetOut:
    """Add a set of hours."""
    async with writing(request) as scope:
        made = await HourService(scope).add_set(wanted.name)
        await _store(scope, made.id, wanted)
    response.headers["Location"] = f"/api/v1/hours/{made.id}"
    async with reading(request) as scope:
        return await _set(scope, made.id)


@router.get("/hours/exceptions")
async def list_hour_exceptions(scope: Reading) -> tuple[OtherDaysIO, ...]:
    """The dates from today on that differ, those in a row as one."""
    return tuple(_days(days) for days in await HourService(scope).list_ahead())


@router.put("/hours/exceptions", responses=errors(404))
async def set_hour_exception(request: Request, days: OtherDaysIO) -> tuple[OtherDaysIO, ...]:
    """Give dates other hours, or none; what was set for them before is replaced. All that differ then."""
    async with writing(request) as scope:
        stretches = [(_minute(item.start), _minute(item.end)) for item in days.stretches]
        await HourService(scope).set_exception(days.set_id, days.first_on, stretches, days.note, days.last_on)
    async with reading(request) as scope:
        return tuple(_days(found) for found in await HourService(scope).list_ahead())


@router.delete("/hours/exceptions", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404))
async def delete_hour_exception(
    request: Request,
    first_on: date,
    last_on: Annotated[date | None, Query(description="The one day when left out.")] = None,
    set_id: OptionalId = None,
) -> None:
    """Give dates their usual hours again; 404 where nothing differs."""
    async with writing(request) as scope:
        await HourService(scope).remove_exception(set_id, first_on, last_on)


@router.get("/hours/{set_id}", responses=errors(404))
async def get_hour_set(scope: Reading, set_id: RowId) -> HourSetOut:
    """One set of hours."""
    return await _set(scope, set_id)


@router.put("/hours/{set_id}", responses=errors(404))
async def set_hour_set(request: Request, set_id: RowId, wanted: HourSetIn) -> HourSetOut:
    """Replace the name and the weeks of a set; the plan follows."""
    async with writing(request) as scope:
        await HourService(scope).rename_set(set_id, wanted.name)
        await _store(scope, set_id, wanted)
    async with reading(request) as scope:
        return await _set(scope, set_id)


@router.delete("/hours/{set_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404))
async def delete_hour_set(request: Request, set_id: RowId) -> None:
    """Remove a set; its tasks are planned in the usual one again. The last set stays (422)."""
    async with writing(request) as scope:
        await HourService(scope).delete_set(set_id)


async def _store(scope: Scope, set_id: int, wanted: HourSetIn) -> None:
    ranges = ranges_of((item.week - 1, item.weekday, _minute(item.start), _minute(item.end)) for item in wanted.ranges)
    await HourService(scope).set_weekly(set_id, ranges, wanted.cycle_weeks, wanted.week_now)


async def _set(scope: Scope, set_id: int) -> HourSetOut:
    service = HourService(scope)
    await service.require(set_id)
    return next(item for item in await _sets(service) if item.id == set_id)


async def _sets(service: HourService) -> tuple[HourSetOut, ...]:
    found = await service.sets()
    return tuple(_shown(item, service.today, is_usual=item is found[0]) for item in found)


def _shown(item: NamedHours, today: date, *, is_usual: bool) -> HourSetOut:
    weekly = item.weekly
    return HourSetOut(
        id=item.id,
        name=item.name,
        is_usual=is_usual,
        cycle_weeks=weekly.cycle_weeks,
        week_now=weekly.week_of(today) + 1,
        ranges=tuple(
            RangeIO(week=r.week + 1, weekday=r.weekday, start=_clock(r.start_minute), end=_clock(r.end_minute))
            for r in weekly.ranges
        ),
    )


def _days(days: OtherDays) -> OtherDaysIO:
    return OtherDaysIO(
        set_id=days.set_id,
        first_on=days.first_on,
        last_on=days.last_on,
        stretches=tuple(StretchIO(start=_clock(start), end=_clock(end)) for start, end in days.stretches),
        note=days.note,
    )


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    return "24:00" if minute == 1440 else wording.of_day(minute)
