"""Recurring tasks: the next occurrence is made when one is done or skipped, or when its day begins; a series can be ended.

Occurrences are counted in local wall time (`assistant.recurrence`), so that nothing drifts and no clock change moves them.
The next one is the first that is neither made yet nor of a past day. What an occurrence waits for is its own affair.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from assistant.draft import Draft
from assistant.instants import instant_of
from assistant.recurrence import Rule, next_occurrence, occurrences, read_rule
from errors import ConflictError
from models import LeaseKind, Series, Task
from repositories.plans import PlanRepository
from repositories.series import SeriesRepository
from repositories.tasks import TaskRepository
from services import copies, views, wording
from services.parts import PartService
from services.pins import PinService
from services.scope import Scope

log = logging.getLogger(__name__)

MOST_LIVE = 3
"""So many occurrences of a series wait to be done at most: who leaves those is not helped by a fourth."""
SHOWN_NEXT = 3
_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class SeriesService:
    """One person's recurring tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.person.zone)
        self.series = SeriesRepository(scope.session)
        self.tasks = TaskRepository(scope.session)
        self.pins = PinService(scope)

    async def begin(self, task: Task, draft: Draft, *, is_before: bool = False) -> None:
        """Make a stored task the first occurrence of the series that a draft describes, or (`is_before`) one before it."""
        rule = read_rule(draft.recurrence or "")
        is_timed = draft.start_at is not None
        day = draft.first_on or self._wall(self.scope.now).date()
        first = draft.start_at.replace(tzinfo=None) if draft.start_at else datetime.combine(day, time())
        if rule.frequency == "HOURLY" and not is_timed:
            first = self._wall(self.scope.now).replace(second=0, microsecond=0)
        opens = draft.windows[0][0] if draft.windows and not is_timed else 0
        deadline = draft.deadline_at if rule.frequency != "HOURLY" else None
        series = Series(
            user_id=task.user_id,
            rule=str(rule),
            starts_at=first,
            is_timed=is_timed,
            earliest_minutes=_minutes(first, self._wall(draft.earliest_at)) if draft.earliest_at else opens,
            deadline_minutes=_minutes(first, self._wall(deadline)) if deadline else None,
        )
        await self.series.add(series)
        today = datetime.combine(self._wall(self.scope.now).date(), time())
        task.series_id, task.occurs_at = series.id, min(first, today) if is_before else first
        await self._set_template(series, task)
        await self._set_due(series)

    async def advance(self, task: Task) -> None:
        """An occurrence is done or skipped: make the one after it, where there is none yet."""
        series = await self.of(task)
        if series is None or series.ended_at is not None or task.occurs_at is None:
            return
        if task.occurs_at == await self.series.get_last(task.user_id, series.id):
            await self._make(series, self._next(series, task.occurs_at))
            await self._set_due(series)

    async def take_back(self, task: Task) -> None:
        """An occurrence is open again: the one that was made when it ended goes, unless somebody has touched it."""
        series = await self.of(task)
        if series is None or task.occurs_at is None or task.completed_at is None:
            return
        later = await self.series.list_untouched(task.user_id, series.id, task.occurs_at)
        made = [one.id for one in later if one.created_at == task.completed_at]
        if made:
            await self.series.delete_tasks(task.user_id, made)
            await self._set_due(series)

    async def place(self, task: Task) -> None:
        """Give a task that is open again its first slot: an occurrence with a time is pinned there while that lies ahead."""
        series = await self.of(task)
        start = self._ahead(series, task.occurs_at) if series is not None and task.occurs_at is not None else None
        if start is not None:
            await PlanRepository(self.scope.session).delete_task_blocks(task.user_id, task.id)
        await self.pins.first_block(task, start)

    async def make_due(self) -> None:
        """Make what is due: called by the background, in any number of processes."""
        await self.scope.lock()
        for series in await self.series.list_due(self.scope.person.id, self.scope.now):
            if await self.series.count_live(series.user_id, series.id) < MOST_LIVE:
                last = await self.series.get_last(series.user_id, series.id)
                at = self._next(series, last or series.starts_at)
                if at is not None and self._day_begins(at) <= self.scope.now:
                    await self._make(series, at)
                await self._set_due(series)
            else:
                series.due_at = self._day_begins(self._wall(self.scope.now) + _DAY)
        await self.scope.session.flush()

    async def replace(self, task: Task, draft: Draft) -> None:
        """Let what follows a task be of the series that a draft describes, instead of the one that it belongs to, if any."""
        series = await self.of(task)
        if series is not None and task.occurs_at is not None:
            await self._clear(series, task.occurs_at)
            series.ended_at, series.due_at = self.scope.now, None
        await self.begin(task, draft, is_before=True)
        words = wording.repeats(
            draft.recurrence or "", task.occurs_at or self._wall(self.scope.now), draft.start_at is not None
        )
        self._say(task, f"Repeats {words}.")

    async def left(self, task: Task) -> None:
        """A task was deleted: with its last occurrence that was still to be done, a series ends."""
        if task.series_id and not await self.series.count_live(task.user_id, task.series_id):
            await self.end(task)

    async def end(self, task: Task) -> None:
        """Make no more occurrences; those that there are stay."""
        series = await self.of(task)
        if series is not None and series.ended_at is None:
            series.ended_at, series.due_at = self.scope.now, None
            self._say(task, "Ended the series.")

    async def go_on(self, task: Task, ended_at: datetime | None = None) -> None:
        """Let an ended series of a task go on; with `ended_at`, only if it was ended then."""
        series = await self.of(task)
        if series is None or series.ended_at is None or ended_at not in {None, series.ended_at}:
            return
        series.ended_at = None
        self._say(task, "The series goes on.")
        if not await self.series.count_live(series.user_id, series.id):
            last = await self.series.get_last(series.user_id, series.id)
            await self._make(series, self._next(series, last or series.starts_at))
        await self._set_due(series)

    async def follow(self, task: Task, changed: Collection[str]) -> None:
        """Let all later occurrences be as this one is now; those that were made already, and nobody touched, are made anew.

        Of its time and dates only what was changed goes into the series; a pin moves the time of day, not the days.
        """
        series = await self.of(task)
        if series is None or task.occurs_at is None:
            return
        await self._clear(series, task.occurs_at)
        if "pin" in changed and not _is_often(read_rule(series.rule)):
            await self._move(series, task)
        if "earliest_at" in changed:
            series.earliest_minutes = _minutes(task.occurs_at, self._wall(task.earliest_at)) if task.earliest_at else None
        if "deadline_at" in changed:
            series.deadline_minutes = _minutes(task.occurs_at, self._wall(task.deadline_at)) if task.deadline_at else None
        await self._set_template(series, task)
        await self._set_due(series)
        await self.make_due()

    async def show(self, task: Task) -> views.Recurrence | None:
        """What the dialog says about a task's series."""
        series = await self.of(task)
        if series is None or task.occurs_at is None:
            return None
        since = max(task.occurs_at, datetime.combine(self._wall(self.scope.now).date(), time()) - _INSTANT)
        times = (at for at in occurrences(series.rule, series.starts_at, since) if at > since)
        upcoming = tuple(self._instant(at) for at in islice(times, SHOWN_NEXT)) if series.ended_at is None else ()
        words = wording.repeats(series.rule, series.starts_at, series.is_timed)
        return views.Recurrence(words, upcoming, series.is_timed, series.ended_at is not None)

    async def sentence(self, task: Task) -> str:
        """What becomes of the series of a task that was just done with, to follow another sentence; "" without one."""
        shown = await self.show(task)
        if shown is None:
            return ""
        if not shown.upcoming:
            return " It repeats no more."
        at, zone = shown.upcoming[0], self.scope.person.zone
        day = wording.day_name(self._wall(at).date(), self._wall(self.scope.now).date())
        return f" Next: {wording.moment(at, self.scope.now, zone) if shown.is_timed else day}."

    async def _make(self, series: Series, at: datetime | None) -> Task | None:
        """The occurrence at a wall time; None where it is there already, or where the series is over."""
        template = await self.series.get_template(series.user_id, series.id)
        if at is None or template is None:
            return None
        task = copies.copy_of(template, self.scope.now)
        task.series_id, task.occurs_at = series.id, at
        task.earliest_at = self._after(at, series.earliest_minutes)
        task.deadline_at = self._after(at, series.deadline_minutes)
        task.deadline_is_hard = template.deadline_is_hard and task.deadline_at is not None
        copies.prioritise(task, self.scope)
        try:
            await self.tasks.add(task)
        except IntegrityError:
            raise ConflictError(f"The next “{task.title}” was added meanwhile. Look again.") from None
        await copies.copy_belongings(self.scope, template, task)
        self.tasks.note(task.user_id, task.id, self.scope.now, "planner", "Added as the next of its series.")
        await self.pins.first_block(task, self._ahead(series, at))
        await PartService(self.scope).replace_all(task)
        await self.scope.changed(LeaseKind.ADVISE, LeaseKind.PLAN)
        return task

    async def _set_template(self, series: Series, task: Task) -> None:
        old = await self.series.get_template(series.user_id, series.id)
        if old is not None:
            await self.series.delete_tasks(series.user_id, [old.id])
        template = copies.copy_of(task, self.scope.now)
        template.series_id, template.deleted_at = series.id, self.scope.now
        template.deadline_is_hard = task.deadline_is_hard
        await self.tasks.add(template)
        await copies.copy_belongings(self.scope, task, template)

    async def _clear(self, series: Series, after: datetime) -> None:
        """Remove the later occurrences that nobody has touched."""
        later = await self.series.list_untouched(series.user_id, series.id, after)
        await self.series.delete_tasks(series.user_id, [one.id for one in later])

    async def _set_due(self, series: Series) -> None:
        """Note when the next occurrence must be made at the latest."""
        await self.scope.session.flush()
        last = await self.series.get_last(series.user_id, series.id)
        at = self._next(series, last or series.starts_at) if series.ended_at is None else None
        series.due_at = self._day_begins(at) if at else None
        await self.scope.session.flush()

    async def _move(self, series: Series, task: Task) -> None:
        """The occurrence was pinned elsewhere, or let go: so is the series, in its time of day."""
        blocks = await PlanRepository(self.scope.session).list_task_blocks(task.user_id, task.id)
        pin = next((block.start_at for block in blocks if block.pinned), None)
        at = self._wall(pin).time() if pin else time()
        assert task.occurs_at is not None, "an occurrence has its time"
        series.is_timed, series.earliest_minutes = pin is not None, 0
        series.starts_at = datetime.combine(series.starts_at.date(), at)
        task.occurs_at = datetime.combine(task.occurs_at.date(), at)

    def _next(self, series: Series, last: datetime) -> datetime | None:
        """The first occurrence after `last` that is not of a past day (of a past hour, where the series counts hours).

        Unless there are several a day, it is of a later day: `last` may be of before the series was moved to another time.
        """
        rule, now = read_rule(series.rule), self._wall(self.scope.now)
        today = datetime.combine(now.date(), time())
        earliest = now if rule.frequency == "HOURLY" else today - _INSTANT
        passed = last if _is_often(rule) else datetime.combine(last.date(), time.max)
        return next_occurrence(series.rule, series.starts_at, max(passed, earliest))

    def _ahead(self, series: Series, at: datetime) -> datetime | None:
        """The time of an occurrence; None where it has none, or where that has passed."""
        start = self._instant(at)
        return start if series.is_timed and start >= self.scope.now else None

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _instant(self, at: datetime) -> datetime:
        return instant_of(at.date(), at.hour * 60 + at.minute, self.zone)

    def _after(self, at: datetime, minutes: int | None) -> datetime | None:
        return None if minutes is None else self._instant(at + timedelta(minutes=minutes))

    def _day_begins(self, at: datetime) -> datetime:
        return self._instant(datetime.combine(at.date(), time()))

    async def of(self, task: Task) -> Series | None:
        """The series that a task belongs to."""
        return await self.series.get(task.user_id, task.series_id) if task.series_id else None

    def _say(self, task: Task, text: str) -> None:
        self.tasks.note(task.user_id, task.id, self.scope.now, "person", text)
        log.info("Task: %s", text, extra={"task_id": task.id})


def _is_often(rule: Rule) -> bool:
    """Whether there may be several a day."""
    return rule.frequency == "HOURLY" or bool(rule.by_hour)


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)
