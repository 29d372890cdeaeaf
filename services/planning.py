"""The planner's use of the kernel: load a person's rows, think outside any transaction, and give new work a first slot.

The kernel places and the checker proves; what the checker refuses is never handed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Block, BlockSource, Task
from planning.checker import check
from planning.draft import draft
from planning.explain import explain
from planning.problem import Busy, Interval, Plan, Problem, Resource
from planning.process import SolverProcess, SolverUnavailable
from repositories.events import EventRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from repositories.users import UserRepository
from services import framing, reasons, snapshot
from services.framing import CALENDAR, GRID_MINUTES, PERSON
from services.scope import Scope
from services.snapshot import Framed, Rows

FIRST_LOOK_DAYS = (14, 90, snapshot.MAX_HORIZON_DAYS)
"""How far ahead a first slot is looked for: nearly always the first look finds one, and reads little."""


class InvalidPlanError(Exception):
    """The checker refused a plan: a defect of the kernel, never stored."""


@dataclass(frozen=True, slots=True)
class Thought:
    """A checked plan with the reason of each block and of each unplaced task, ready to be stored."""

    framed: Framed
    plan: Plan
    block_reasons: Mapping[int, str]
    unplaced_reasons: Mapping[int, str]
    note: str = ""


class PlanningService:
    """Reading for the planner, and first slots, of one person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        self.events = EventRepository(scope.session)
        self.users = UserRepository(scope.session)
        self.entries = TimeEntryRepository(scope.session)

    async def load(self) -> Rows:
        """All that a plan depends on, as it stands now."""
        person, now, settings = self.scope.person, self.scope.now, self.scope.settings
        head = await self.plans.get_head(person.id)
        last = now + timedelta(days=snapshot.MAX_HORIZON_DAYS)
        return Rows(
            version=head.version,
            now=now,
            zone=person.zone,
            tasks=await self.tasks.list_live(person.id),
            blocks=await self.plans.list_live_blocks(person.id),
            events=await self.events.list_between(person.id, now - timedelta(days=1), last),
            ranges=await self.users.list_ranges(person.id),
            entries=await self.entries.list_live(person.id),
            dependencies=await self.tasks.list_dependencies(person.id),
            frozen_minutes=settings.frozen_minutes,
            overdue_minutes=settings.overdue_minutes,
        )

    async def place_provisionally(self, task: Task) -> Block | None:
        """Give the task a first real free slot around all that is planned, in milliseconds and without a solver.

        Its own blocks are replaced. None when there is no room, or when it waits for something that has no place itself:
        the planner will say so.
        """
        await self.plans.delete_task_blocks(task.user_id, task.id)
        entries = await self.entries.list_for_tasks(task.user_id, [task.id])
        earliest = await self.plans.get_predecessors_end(task.user_id, task.id, self.scope.now)
        if earliest is None:
            return None
        left = framing.remaining_minutes(task, entries)
        for days in FIRST_LOOK_DAYS:
            block = await self._first_slot(task, left, earliest, days)
            if block is not None:
                self.plans.add_blocks([block])
                await self.scope.session.flush()
                return block
        return None

    async def _first_slot(self, task: Task, left_minutes: int, earliest: datetime, days: int) -> Block | None:
        person, now = self.scope.person, self.scope.now
        frame, end = framing.frame_at(now), now + timedelta(days=days)
        first = frame.step_after(max(now, earliest))
        if first >= frame.minute_before(end):
            return None
        events = await self.events.list_between(person.id, now, end)
        planned = [
            Busy(Interval(frame.minute_before(block.start_at), frame.minute_after(block.end_at)))
            for block in await self.plans.list_blocks(person.id, now, end)
        ]
        problem = Problem(
            jobs=(framing.job(task, left_minutes, frame),),
            resources=(Resource(PERSON, calendar=CALENDAR, busy=(*framing.busy(events, frame), *planned)),),
            calendars=(framing.calendar(await self.users.list_ranges(person.id), person.zone, frame, end),),
            horizon=frame.minute_before(end),
            now=first,
            grid=GRID_MINUTES,
        )
        spot = next(iter(draft(problem).placements), None)
        if spot is None:
            return None
        return Block(
            user_id=person.id,
            task_id=task.id,
            start_at=frame.instant(spot.start),
            end_at=frame.instant(spot.end),
            source=BlockSource.PROVISIONAL,
            reason=reasons.PROVISIONAL,
        )


async def think(rows: Rows, solver: SolverProcess, seconds: float) -> Thought:
    """Solve outside any transaction, in at most `seconds` and a margin; the draft stands when the solver cannot answer.

    Raises InvalidPlanError for a plan that the checker refuses.
    """
    framed = await asyncio.to_thread(snapshot.build, rows)
    note = ""
    try:
        plan = await solver.solve(framed.problem, seconds)
    except SolverUnavailable as error:
        plan, note = await asyncio.to_thread(draft, framed.problem), f"The draft stands: {error}"
    violations = await asyncio.to_thread(check, framed.problem, plan)
    if violations:
        raise InvalidPlanError("; ".join(violation.message for violation in violations[:5]))
    return await asyncio.to_thread(_explained, rows, framed, plan, note)


def _explained(rows: Rows, framed: Framed, plan: Plan, note: str) -> Thought:
    words = reasons.Words(rows, framed)
    return Thought(
        framed=framed,
        plan=plan,
        block_reasons={int(job_id): words.block(why) for job_id, why in explain(framed.problem, plan).items()},
        unplaced_reasons={int(entry.job_id): words.unplaced(entry) for entry in plan.unplaced},
        note=note,
    )
