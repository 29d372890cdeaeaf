"""The versions of a person's plan: what each run changed and why, and taking a run back.

Taking back touches only what still lies where the run put it; what the person has changed since stays as they left it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from errors import ConflictError, NotFoundError
from models import Block, BlockSource, Run, Task, TaskStatus
from planning.checker import check
from planning.draft import draft
from planning.explain import explain
from planning.problem import Fixed, Placement, Plan, Unplaced
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import diffs, snapshot, wording
from services.diffs import Change, Spot
from services.planning import PlanningService
from services.reasons import Words
from services.scope import Scope
from services.snapshot import Framed

RESTORED = "Back where it was: you took the planner's change back."
UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Version:
    """One run as the page shows it. `cost` is by term, in points; `seconds` is how long it took."""

    id: int
    plan_version: int
    at: datetime
    seconds: float
    engine: str
    status: str
    cost: Mapping[str, int]
    changes: tuple[Change, ...]
    total: int
    note: str
    undone_at: datetime | None

    @property
    def summary(self) -> str:
        """ "moved 2 of 31 blocks, added 1"; empty when nothing changed."""
        return diffs.moved(self.changes, self.total)

    @property
    def can_undo(self) -> bool:
        return bool(self.changes) and self.undone_at is None


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking a run back: the titles of what was taken back, those among them that had no place before it and were
    placed anew, and why others are not where they were."""

    restored: tuple[str, ...]
    placed_anew: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def sentence(self) -> str:
        back = len(self.restored) - len(self.placed_anew)
        words = [f"{wording.plural(back, 'task')} back where {'it was' if back == 1 else 'they were'}."] if back else []
        words += [f"{wording.plural(len(self.placed_anew), 'task')} placed anew."] if self.placed_anew else []
        return " ".join([*words, *self.left[:3]])


class VersionService:
    """Reads the runs, and takes them back."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.plans = PlanRepository(scope.session)
        self.tasks = TaskRepository(scope.session)

    async def list_newest(self, limit: int, before_id: int | None = None) -> tuple[Version, ...]:
        """The newest runs, before the one of an id."""
        return tuple(_version(run) for run in await self.plans.list_runs(self.scope.person.id, limit, before_id))

    async def latest(self) -> Version | None:
        """The last run, whether it changed anything or not."""
        run = await self.plans.get_latest_run(self.scope.person.id)
        return _version(run) if run else None

    async def summary(self) -> str | None:
        """What the last run changed, in words, without reading its changes: empty when nothing, None when there is no word."""
        return await self.plans.get_latest_summary(self.scope.person.id)

    async def get(self, run_id: int) -> Version:
        """One run; NotFoundError for a missing or foreign one."""
        return _version(await self._run(run_id))

    async def undo(self, run_id: int) -> Undone:
        """Put every task that the run has moved back to its place before, where it still lies where the run put it.

        A task that the run placed for the first time is placed anew. A place that has passed, or that is no longer
        valid (the checker says so), is not given back. Raises ConflictError when there is nothing left to take back.
        """
        await self.scope.lock()
        run = await self._run(run_id)
        changes, _ = diffs.from_json(run.diff)
        if run.undone_at is not None:
            raise ConflictError("This change of the plan was taken back already.")
        undoing = _Undoing(self.scope, await PlanningService(self.scope).load(), changes)
        if not await undoing.begin():
            raise ConflictError(" ".join(["Nothing is left to take back.", *undoing.left[:3]]))
        await undoing.finish()
        run.undone_at = self.scope.now
        await self.plans.add_run(_run_of(self.scope, run, undoing.made))
        await self.scope.changed()
        return Undone(tuple(undoing.restored), tuple(undoing.placed_anew), tuple(undoing.left))

    async def _run(self, run_id: int) -> Run:
        run = await self.plans.get_run(self.scope.person.id, run_id)
        if run is None:
            raise NotFoundError("This version of the plan does not exist any more.")
        return run


class _Undoing:
    """Takes changes back in memory first, has the result checked, and keeps what holds."""

    def __init__(self, scope: Scope, rows: snapshot.Rows, changes: Sequence[Change]) -> None:
        self.scope = scope
        self.rows = rows
        self.plans = PlanRepository(scope.session)
        self.tasks = {task.id: task for task in rows.tasks}
        self.places = diffs.spots_of(rows.blocks)
        self.restored: list[str] = []
        self.placed_anew: list[str] = []
        self.left: list[str] = []
        self.made: list[Change] = []
        self.changes = [change for change in changes if self._is_as_left(change)]

    async def begin(self) -> bool:
        """Drop what cannot be had back; whether anything is left."""
        self.changes = [change for change in self.changes if not self._has_passed(change)]
        while wrong := self._broken():
            for change in [change for change in self.changes if change.task_id in wrong]:
                self.left.append(f"“{change.title}” stays: its old place is taken or no longer allowed.")
                self.changes.remove(change)
        return bool(self.changes)

    async def finish(self) -> None:
        """Write it, and what was `made` of it: from where each task was to where it is."""
        for change in self.changes:
            task = self.tasks[change.task_id]
            await self.plans.delete_task_blocks(task.user_id, task.id)
            self.plans.add_blocks([_block(task, spot) for spot in change.before])
            await TaskRepository(self.scope.session).update_quietly(task.user_id, task.id, unplaced_reason=None)
            TaskRepository(self.scope.session).note(task.user_id, task.id, self.scope.now, "person", "Took a re-plan back.")
        await self.scope.session.flush()
        anew = await self._placed_anew([change.task_id for change in self.changes if not change.before])
        for change in self.changes:
            spots = change.before or anew.get(change.task_id, ())
            if spots:
                self.restored.append(change.title)
            if spots and not change.before:
                self.placed_anew.append(change.title)
            if not spots:
                self.left.append(f"“{change.title}” has no place now.")
            kind: diffs.ChangeKind = "moved" if change.after and spots else "added" if spots else "removed"
            if spots != change.after:
                self.made.append(Change(change.task_id, change.title, kind, change.after, spots, RESTORED))

    async def _placed_anew(self, task_ids: Sequence[int]) -> Mapping[int, tuple[Spot, ...]]:
        """Give tasks without a place before the run a first one around all that stands, which stays; its spots, by task.

        The kernel places them with every rule, as no run follows that would mend a provisional slot.
        """
        if not task_ids:
            return {}
        rows = await PlanningService(self.scope).load()
        framed = snapshot.build(rows)
        fixed = [*framed.problem.fixed]
        for spot in sorted(_standing(framed, rows.blocks)):
            if all(item.placement.end <= spot.start or spot.end <= item.placement.start for item in fixed):
                fixed.append(Fixed(spot, "frozen"))
        problem = replace(framed.problem, fixed=tuple(fixed), current=())
        plan = await asyncio.to_thread(draft, problem, [str(task_id) for task_id in task_ids])
        words, reasons_of = Words(rows, framed), explain(problem, plan)
        missing = {int(entry.job_id): words.unplaced(entry) for entry in plan.unplaced}
        found: dict[int, tuple[Spot, ...]] = {}
        for task_id, placements in snapshot.by_task(plan.placements).items():
            if task_id in task_ids:
                spots = (Spot(framed.frame.instant(spot.start), framed.frame.instant(spot.end)) for spot in placements)
                found[task_id] = tuple(spots)
                reason = words.block(reasons_of[str(task_id)])
                self.plans.add_blocks([_block(self.tasks[task_id], spot, reason) for spot in found[task_id]])
        for task_id in missing.keys() & {*task_ids}:
            owner = self.tasks[task_id].user_id
            await TaskRepository(self.scope.session).update_quietly(owner, task_id, unplaced_reason=missing[task_id])
        return found

    def _is_as_left(self, change: Change) -> bool:
        """Whether the task lies where the run put it."""
        task = self.tasks.get(change.task_id)
        if task is None or task.status is not TaskStatus.OPEN:
            return False
        if {spot.times for spot in self.places.get(task.id, ())} == {spot.times for spot in change.after}:
            return True
        self.left.append(f"“{change.title}” stays: it has changed since.")
        return False

    def _has_passed(self, change: Change) -> bool:
        if all(spot.start_at >= self.scope.now for spot in change.before):
            return False
        self.left.append(f"“{change.title}” stays: its old time has passed.")
        return True

    def _broken(self) -> set[int]:
        """The tasks among those to be put back whose old place breaks a rule that is kept now, or crosses one that would."""
        wanted = {change.task_id: change.before for change in self.changes}
        new = self._violations(wanted) - self._violations({})
        wrong = {task_id for task_id, _ in new if task_id in wanted}
        for task_id in {task_id for task_id, _ in new} - {*wanted}:
            held = self.places.get(task_id, ())
            wrong |= {other for other, spots in wanted.items() if any(_cross(one, two) for one in spots for two in held)}
        return wrong or ({*wanted} if new else set())

    def _violations(self, wanted: Mapping[int, Sequence[Spot]]) -> set[tuple[int, str]]:
        """Which rules the standing plan would break, and for which task, with these tasks put elsewhere."""
        blocks = [block for block in self.rows.blocks if block.task_id not in wanted]
        blocks += [_block(self.tasks[task_id], spot) for task_id, spots in wanted.items() for spot in spots]
        framed = snapshot.build(replace(self.rows, blocks=blocks))
        placements = _standing(framed, blocks)
        placed = {item.job_id for item in placements}
        unplaced = tuple(Unplaced(job.id, "no_room") for job in framed.problem.jobs if job.id not in placed)
        return {(int(item.job_id), item.rule) for item in check(framed.problem, Plan(tuple(placements), unplaced))}


def _standing(framed: Framed, blocks: Sequence[Block]) -> set[Placement]:
    """The blocks as placements of a problem made with them: what it has fixed, and beside that what floats."""
    fixed = {item.placement for item in framed.problem.fixed}
    settled = {item.job_id for item in fixed} - {job.id for job in framed.problem.jobs if job.is_split}
    begun = {(item.job_id, item.start) for item in fixed}  # the block of what runs is stretched as time goes by
    loose = {framed.frame.placement(block) for block in blocks}
    return fixed | {spot for spot in loose if spot.job_id not in settled and (spot.job_id, spot.start) not in begun}


def _cross(one: Spot, two: Spot) -> bool:
    return one.start_at < two.end_at and two.start_at < one.end_at


def _version(run: Run) -> Version:
    changes, total = diffs.from_json(run.diff)
    return Version(
        id=run.id,
        plan_version=run.plan_version,
        at=run.finished_at,
        seconds=(run.finished_at - run.started_at).total_seconds(),
        engine=run.engine,
        status=run.status,
        cost=run.cost,
        changes=changes,
        total=total,
        note=run.note,
        undone_at=run.undone_at,
    )


def _run_of(scope: Scope, undone: Run, changes: Sequence[Change]) -> Run:
    """Taking a run back makes a version too, so that it can itself be taken back."""
    cost: dict[str, Any] = {}
    total = diffs.from_json(undone.diff)[1]
    return Run(
        user_id=scope.person.id,
        attempt=undone.attempt,
        plan_version=undone.plan_version,
        started_at=scope.now,
        finished_at=scope.now,
        engine=UNDO,
        status="best_found",
        cost=cost,
        diff=diffs.to_json(changes, total),
        note=f"You took version {undone.plan_version} back.",
    )


def _block(task: Task, spot: Spot, reason: str = RESTORED) -> Block:
    return Block(
        user_id=task.user_id,
        task_id=task.id,
        start_at=spot.start_at,
        end_at=spot.end_at,
        source=BlockSource.USER if spot.pinned else BlockSource.PLANNER,
        pinned=spot.pinned,
        reason=reason,
    )
