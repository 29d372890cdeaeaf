"""Where a block may be put by hand: in the hours of its task and within what was said of it, around busy times, routines and
what is pinned.

It reads and says where; `services.pins` has the person's other promises, `services.calendar_moves` does the moving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from errors import InvalidInputError
from models import Block, Task
from planning.hours import Span, to_utc
from repositories.plans import PlanRepository
from services import bounds, hours, taken, wording
from services.bounds import Bound, Bounds
from services.scope import Scope

STEP = timedelta(minutes=15)
DAWN = datetime(1970, 1, 1, tzinfo=UTC)


class FreeTimes:
    """One person's free times."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.bounds = Bounds(scope)

    async def refuse(self, task: Task, start_at: datetime, end_at: datetime, block: Block | None = None) -> None:
        """Raise InvalidInputError, on the field `start_at`, for a time outside of the task's hours, one that breaks what the
        person has said of it, or one on busy time. Without a `block` the task gives up its other pins.

        What has passed is left to `services.pins`, which says that better.
        """
        if start_at < self.scope.now - timedelta(minutes=self.scope.settings.overdue_minutes):
            return
        low, high = start_at - timedelta(days=1), end_at + timedelta(days=1)
        work = await self._work(task, low, high)
        known = await taken.load(self.scope.session, self.scope.person.id, start_at, end_at)
        said = [Bound(work, self._hours_of(start_at, work)), *await self.bounds.of(task, low, high, known)]
        said += await self.bounds.a_day(task, block, end_at - start_at, low, high) if block else ()
        if broken := next((bound for bound in said if not bound.holds(start_at, end_at)), None):
            raise _refusal(f"{broken.sentence} The task's own page can pin it there all the same.")
        if busy := known.between(self.scope.person.zone, start_at, end_at):
            raise _refusal(f"“{busy[0].title}” is at that time. Choose another time, or move that first.")

    async def nearest(self, task: Task, block: Block, target: datetime, low: datetime, high: datetime) -> datetime | None:
        """The start nearest to `target` at which the block fits between `low` and `high`; None when there is none."""
        length = block.end_at - block.start_at
        fits = [_fit(start, end - length, target) for start, end in await self._free(task, block, low, high)]
        return min((at for at in fits if at is not None), key=lambda at: abs(at - target), default=None)

    def on_day(self, at: datetime, day: date) -> tuple[datetime, datetime, datetime]:
        """The instant of the same wall time on another local day, and the bounds of that day."""
        local = at.astimezone(self.zone)
        bounds = to_utc(day, 0, self.zone), to_utc(day + timedelta(days=1), 0, self.zone)
        return to_utc(day, local.hour * 60 + local.minute, self.zone), *bounds

    async def _free(self, task: Task, block: Block, low: datetime, high: datetime) -> Sequence[Span]:
        person, session = self.scope.person, self.scope.session
        known = await taken.load(session, person.id, low, high)
        in_the_way = [(item.start_at, item.end_at) for item in known.between(person.zone, low, high)]
        in_the_way += [
            (other.start_at, other.end_at)
            for other in await PlanRepository(session).list_blocks(person.id, low, high)
            if other.pinned and other.id != block.id
        ]
        said = await self.bounds.of(task, low, high, known)
        a_day = await self.bounds.a_day(task, block, block.end_at - block.start_at, low, high)
        work = bounds.within(await self._work(task, low, high), (*said, *a_day))
        return tuple(span for start, end in work for span in _around(max(start, low), min(end, high), sorted(in_the_way)))

    async def _work(self, task: Task, low: datetime, high: datetime) -> Sequence[Span]:
        """When the task's hours are: those of its own set, else the usual ones."""
        sets = await hours.load(self.scope.session, self.scope.person.id, low, high)
        chosen = next((item for item in sets if item.id == task.hour_set_id), next(iter(sets), None))
        return hours.spans([chosen], self.scope.person.zone, low, high) if chosen else ()

    def _hours_of(self, at: datetime, work: Sequence[Span]) -> str:
        zone, day = self.scope.person.zone, at.astimezone(self.zone).date()
        spans = [
            f"{wording.clock(low, zone)}–{wording.clock(high, zone)}"
            for low, high in work
            if low.astimezone(self.zone).date() == day
        ]
        if not spans:
            return f"{wording.short_day(day)} has no working hours for it."
        return f"That is outside the working hours of {wording.short_day(day)}, {' and '.join(spans)}."


def _around(low: datetime, high: datetime, in_the_way: Iterable[Span]) -> Iterable[Span]:
    """What is left of a stretch; `in_the_way` is sorted."""
    for start, end in in_the_way:
        if low < start and low < high:
            yield low, min(start, high)
        low = max(low, end)
    if low < high:
        yield low, high


def _fit(first: datetime, last: datetime, target: datetime) -> datetime | None:
    """The start nearest to the target from `first` to `last`: the target itself, else a quarter of an hour; all zones are whole
    quarters away from another."""
    if first <= target <= last:
        return target
    near = first + (DAWN - first) % STEP if target < first else last - (last - DAWN) % STEP
    return near if first <= near <= last else None


def _refusal(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, {"start_at": sentence})
