"""The planner's use of the kernel: load a person's rows, think outside any transaction, and give new work a first slot.

The kernel places and the checker proves; what the checker refuses is never handed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from models import Block, BlockSource, Task, TaskStatus
from planning.checker import check
from planning.draft import draft
from planning.explain import explain
from planning.hours import local_midnights
from planning.problem import Busy, Fixed, Interval, Placement, Plan, Problem, Resource
from planning.process import Effort, SolverProcess, SolverUnavailable
from repositories.plans import PlanRepository
from repositories.projects import ProjectRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from repositories.users import UserRepository
from services import diffs, framing, hours, jobs, ordering, reasons, snapshot, taken, taste
from services.diffs import Change, Spot
from services.framing import GRID_MINUTES, PERSON, Frame
from services.jobs import Surroundings
from services.projects import ProjectService
from services.scope import Scope
from services.snapshot import Framed, Rows
from services.taken import Taken

Solver: TypeAlias = SolverProcess
"""The kernel in a process of its own, as those name it who only hand it on."""
FIRST_LOOK_DAYS = (14, 90, snapshot.MAX_HORIZON_DAYS)
"""How far ahead a first slot is looked for: nearly always the first look finds one, and reads little."""


class InvalidPlanError(Exception):
    """The checker refused a plan: a defect of the kernel, never stored."""


@dataclass(frozen=True, slots=True)
class Thought:
    """A checked plan with the reason of each task's place and of each unplaced task, ready to be shown or stored."""

    rows: Rows
    framed: Framed
    plan: Plan
    block_reasons: Mapping[int, str]
    unplaced_reasons: Mapping[int, str]
    note: str = ""

    def places(self) -> dict[int, tuple[Spot, ...]]:
        """Where the plan has each task."""
        frame, pinned = self.framed.frame, {item.placement for item in self.framed.problem.fixed if item.kind == "pinned"}
        return {
            task_id: tuple(Spot(frame.instant(spot.start), frame.instant(spot.end), spot in pinned) for spot in spots)
            for task_id, spots in snapshot.by_task(self.plan.placements).items()
        }

    def changes(self, before: Mapping[int, Sequence[Spot]]) -> tuple[Change, ...]:
        """What it changes of the places that stand. What is frozen or running is cut to the grid only: it has not moved."""
        reasons = {**self.block_reasons, **self.unplaced_reasons}
        kept = {item.placement for item in self.framed.problem.fixed if item.kind != "pinned"}
        loose = {int(spot.job_id) for spot in self.plan.placements if spot not in kept}
        still = {int(spot.job_id) for spot in kept} - loose
        return diffs.compare([task for task in self.rows.tasks if task.id not in still], before, self.places(), reasons)


class PlanningService:
    """Reading for the planner, and first slots, of one person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        self.users = UserRepository(scope.session)
        self.entries = TimeEntryRepository(scope.session)

    async def load(self, *, with_missed: bool = False) -> Rows:
        """All that a plan depends on, as it stands now. What a person missed while away is left out, so that it stays as it is
        until they say so."""
        person, now, settings = self.scope.person, self.scope.now, self.scope.settings
        head = await self.plans.get_head(person.id)
        tasks, blocks = await self.tasks.list_live(person.id), await self.plans.list_live_blocks(person.id)
        if head.away_since_at is not None and not with_missed:
            missed = _missed(tasks, blocks, now - timedelta(minutes=settings.overdue_minutes))
            tasks = [task for task in tasks if task.id not in missed]
            blocks = [block for block in blocks if block.task_id not in missed]
        last = now + timedelta(days=snapshot.MAX_HORIZON_DAYS)
        known = await taken.load(self.scope.session, person.id, now - timedelta(days=1), last)
        return Rows(
            version=head.version,
            now=now,
            zone=person.zone,
            tasks=tasks,
            blocks=blocks,
            taken=known,
            labels=await self._labels(known),
            hours=await hours.load(self.scope.session, person.id, now),
            preferences=await self.users.get_preferences(person.id),
            windows=await self.tasks.list_windows(person.id),
            entries=await self.entries.list_live(person.id),
            dependencies=await self.tasks.list_dependencies(person.id),
            parts=await ordering.list_parts(self.tasks, person.id),
            budgets=await ProjectService(self.scope).list_budgets(person.id),
            frozen_minutes=settings.frozen_minutes,
            overdue_minutes=settings.overdue_minutes,
        )

    async def _labels(self, known: Taken) -> dict[int, list[str]]:
        """The labels of each task, where something accepted may be about a label."""
        found: dict[int, list[str]] = {}
        if known.kind_times:
            for task_id, name in await ProjectRepository(self.scope.session).list_all_task_labels(self.scope.person.id):
                found.setdefault(task_id, []).append(name)
        return found

    async def place_provisionally(self, task: Task) -> Block | None:
        """Give the task a first real free slot around all that is planned, in milliseconds and without a solver.

        Its own blocks are replaced; of a task that may be split, those that are pinned stay, and only the rest is placed.
        Returns its first block; None when there is no room, or when it waits for something that has no place itself: the
        planner will say so. A task with parts has no place of its own. Of many at once the planner places all.
        """
        if self.scope.is_of_many or await self.tasks.has_parts(task.user_id, task.id):
            return None
        pinned = await self._cleared(task)
        entries = await self.entries.list_for_tasks(task.user_id, [task.id])
        return await self._place(task, framing.remaining_minutes(task, entries), pinned)

    async def place_bare(self, task: Task) -> Block | None:
        """`place_provisionally` of a task that has no blocks, parts or work yet."""
        return None if self.scope.is_of_many else await self._place(task, framing.remaining_minutes(task, ()), ())

    async def _place(self, task: Task, left_minutes: int, pinned: Sequence[Block]) -> Block | None:
        waits = await ordering.live_waits(self.tasks, task.user_id)
        earliest = await self.plans.get_last_end(task.user_id, waits.get(task.id, ()), self.scope.now)
        if earliest is None:
            return None
        for days in FIRST_LOOK_DAYS:
            blocks = await self._first_slots(task, left_minutes, earliest, days, pinned)
            if blocks is not None:
                self.plans.add_blocks(blocks)
                await self.scope.session.flush()
                return min([*blocks, *pinned], key=lambda block: block.start_at)
        return None

    async def _cleared(self, task: Task) -> Sequence[Block]:
        """Take the task's blocks out of the plan, but for the pins of one that may be split; these."""
        missed = self.scope.now - timedelta(minutes=self.scope.settings.overdue_minutes)
        blocks = await self.plans.list_task_blocks(task.user_id, task.id)
        pinned = [block for block in blocks if jobs.is_split(task) and block.pinned and block.start_at >= missed]
        await self.plans.delete_blocks(task.user_id, [block.id for block in blocks if block not in pinned])
        return pinned

    async def _parent(self, task: Task) -> Task | None:
        return await self.tasks.get(task.user_id, task.parent_id) if task.parent_id else None

    async def _first_slots(
        self, task: Task, left_minutes: int, earliest: datetime, days: int, pinned: Sequence[Block]
    ) -> Sequence[Block] | None:
        """New blocks for what the pinned ones do not cover (none when they cover all); None when it has no room."""
        person, now = self.scope.person, self.scope.now
        frame, end = framing.frame_at(now), now + timedelta(days=days)
        first = frame.step_after(max(now, earliest))
        if first >= frame.minute_before(end):
            return None
        known = await taken.load(self.scope.session, person.id, now, end)
        planned = [
            Busy(Interval(frame.minute_before(block.start_at), frame.minute_after(block.end_at)))
            for block in await self.plans.list_blocks(person.id, now, end)
            if block.task_id != task.id
        ]
        around = await self.surroundings(task, frame, end, known)
        midnights = local_midnights(ZoneInfo(person.zone), frame.origin, end)
        kept = [_spot(block, frame) for block in pinned]
        problem = Problem(
            jobs=(jobs.job(task, left_minutes, around, parent=await self._parent(task)),),
            resources=(Resource(PERSON, busy=(*framing.busy(known.between(person.zone, now, end), frame), *planned)),),
            calendars=around.calendars,
            horizon=frame.minute_before(end),
            now=first,
            grid=GRID_MINUTES,
            day_starts=tuple(frame.minute_before(midnight) for midnight in midnights),
            fixed=tuple(Fixed(placement, "pinned") for placement in kept),
            taste=taste.of(around.preferences),
        )
        plan = draft(problem)
        if plan.unplaced:
            return None
        return [_provisional(task, frame, spot) for spot in plan.placements if spot not in kept]

    async def surroundings(self, task: Task, frame: Frame, end: datetime, known: Taken) -> Surroundings:
        """What the one task has to do with, from the frame's origin to `end`."""
        person = self.scope.person
        return Surroundings(
            frame,
            end,
            person.zone,
            await hours.load(self.scope.session, person.id, self.scope.now),
            await self.users.get_preferences(person.id),
            {task.id: await self.tasks.list_task_windows(person.id, task.id)},
            known.kind_times,
            await self._labels(known),
        )


def _spot(block: Block, frame: Frame) -> Placement:
    return Placement(str(block.task_id), frame.minute_before(block.start_at), frame.minute_after(block.end_at))


def _provisional(task: Task, frame: Frame, spot: Placement) -> Block:
    return Block(
        user_id=task.user_id,
        task_id=task.id,
        start_at=frame.instant(spot.start),
        end_at=frame.instant(spot.end),
        source=BlockSource.PROVISIONAL,
        reason=reasons.PROVISIONAL,
    )


def _missed(tasks: Sequence[Task], blocks: Sequence[Block], before: datetime) -> set[int]:
    """Open tasks that should have been started before `before` and that the planner was not asked about."""
    begun = {block.task_id for block in blocks if block.start_at < before}
    return {task.id for task in tasks if task.status is TaskStatus.OPEN and not task.needs_scheduling and task.id in begun}


async def think(rows: Rows, solver: SolverProcess, seconds: float, effort: Effort | None = None) -> Thought:
    """Solve outside any transaction, in at most `seconds` and a margin; the draft stands when the solver cannot answer.
    `effort` follows the solve, and may end it early.

    Raises InvalidPlanError for a plan that the checker refuses.
    """
    framed = await asyncio.to_thread(snapshot.build, rows)
    note = ""
    try:
        plan = await solver.solve(framed.problem, seconds, effort)
    except SolverUnavailable as error:
        plan, note = await asyncio.to_thread(draft, framed.problem), f"The draft stands: {error}"
    violations = await asyncio.to_thread(check, framed.problem, plan)
    if violations:
        raise InvalidPlanError("; ".join(violation.message for violation in violations[:5]))
    return await asyncio.to_thread(_explained, rows, framed, plan, note)


def _explained(rows: Rows, framed: Framed, plan: Plan, note: str) -> Thought:
    words = reasons.Words(rows, framed)
    return Thought(
        rows=rows,
        framed=framed,
        plan=plan,
        block_reasons={int(job_id): words.block(why) for job_id, why in explain(framed.problem, plan).items()},
        unplaced_reasons={int(entry.job_id): words.unplaced(entry) for entry in plan.unplaced},
        note=note,
    )
