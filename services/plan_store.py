"""Storing a run's plan: blocks, reasons, history and the run in one transaction, or nothing when the plan has moved on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from errors import ConflictError
from models import Block, BlockSource, Run, Task, TaskStatus
from planning.problem import Placement
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import snapshot, wording
from services.planning import PlanningService, Thought
from services.scope import Scope
from services.snapshot import Rows


@dataclass(slots=True)
class Diff:
    """The tasks whose place the run gave, changed or took, by id."""

    added: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stood before the run, and who had put it there."""

    start_at: datetime
    source: BlockSource
    pinned: bool


class PlanStore:
    """Makes a thought the person's plan."""

    def __init__(self, scope: Scope, rows: Rows, thought: Thought) -> None:
        self.scope = scope
        self.rows = rows
        self.thought = thought
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        problem = thought.framed.problem
        self.kinds = {item.placement.job_id: item.kind for item in problem.fixed}

    async def store(self, attempt: int, started_at: datetime) -> Diff:
        """Write all of it. Raises ConflictError when the plan is no longer the one that the thought began with."""
        person = self.scope.person
        if not await self.plans.advance(person.id, self.rows.version):
            raise ConflictError("The plan changed while the planner was thinking.")
        standing = await self.plans.list_live_blocks(person.id)
        known = {task.id for task in self.rows.tasks}
        diff = await self._write_blocks([block for block in standing if block.task_id in known])
        await self._write_flags()
        await self.plans.add_run(self._run(diff, attempt, started_at))
        await self._make_way([block for block in standing if block.task_id not in known])
        await self.scope.changed(is_replanned=False)
        return diff

    async def _write_blocks(self, standing: Sequence[Block]) -> Diff:
        before: dict[int, list[Block]] = {}
        for block in standing:
            before.setdefault(block.task_id, []).append(block)
        after = snapshot.by_task(self.thought.plan.placements)
        diff, surplus = Diff(), []
        for task in self.rows.tasks:
            olds, news = before.get(task.id, []), after.get(task.id, ())
            was = Place(olds[0].start_at, olds[0].source, olds[0].pinned) if olds else None
            for block, placement in zip(olds, news, strict=False):
                self._move(block, placement)
            self.plans.add_blocks([self._block(task, placement) for placement in news[len(olds) :]])
            surplus += [block.id for block in olds[len(news) :]]
            self._note(task, was, news, diff)
        await self.scope.session.flush()
        await self.plans.delete_blocks(self.scope.person.id, surplus)
        return diff

    def _move(self, block: Block, placement: Placement) -> None:
        """Only what differs is written: most blocks of most runs stay as they are."""
        kind = self.kinds.get(placement.job_id)
        frame = self.thought.framed.frame
        start_at, end_at = frame.instant(placement.start), frame.instant(placement.end)
        if kind != "frozen" and (block.start_at, block.end_at) != (start_at, end_at):
            block.start_at, block.end_at = start_at, end_at
        source = BlockSource.USER if kind == "pinned" else BlockSource.PLANNER
        reason = self.thought.block_reasons.get(block.task_id, "")
        if (block.pinned, block.source, block.reason) != (kind == "pinned", source, reason):
            block.pinned, block.source, block.reason = kind == "pinned", source, reason

    def _block(self, task: Task, placement: Placement) -> Block:
        frame = self.thought.framed.frame
        return Block(
            user_id=task.user_id,
            task_id=task.id,
            start_at=frame.instant(placement.start),
            end_at=frame.instant(placement.end),
            source=BlockSource.PLANNER,
            reason=self.thought.block_reasons.get(task.id, ""),
        )

    def _note(self, task: Task, was: Place | None, news: Sequence[Placement], diff: Diff) -> None:
        """Tell the task's history, in words, what the planner changed."""
        if not news:
            if was is not None:
                diff.removed.append(task.id)
                self._say(task, "No longer has a place in the plan.")
            return
        start_at = self.thought.framed.frame.instant(news[0].start)
        if task.status is not TaskStatus.OPEN:
            return
        if was is None or was.source is BlockSource.PROVISIONAL:
            diff.added.append(task.id)
            self._say(task, f"Planned for {self._when(start_at)}.")
        elif was.start_at != start_at:
            diff.moved.append(task.id)
            is_let_go = was.pinned and self.kinds.get(str(task.id)) != "pinned"
            why = " It was not started in time, so its pin was let go." if is_let_go else ""
            self._say(task, f"Moved from {self._when(was.start_at)} to {self._when(start_at)}.{why}")

    async def _write_flags(self) -> None:
        for task in self.rows.tasks:
            reason = self.thought.unplaced_reasons.get(task.id)
            if task.needs_scheduling or task.unplaced_reason != reason:
                await self.tasks.update_quietly(task.user_id, task.id, needs_scheduling=False, unplaced_reason=reason)

    async def _make_way(self, newcomers: Sequence[Block]) -> None:
        """A task that came while the planner was thinking may lie where the plan now is: it gets another first slot."""
        frame = self.thought.framed.frame
        taken = [(frame.instant(spot.start), frame.instant(spot.end)) for spot in self.thought.plan.placements]
        for block in newcomers:
            if any(start < block.end_at and block.start_at < end for start, end in taken):
                task = await self.tasks.get(block.user_id, block.task_id)
                if task is not None:
                    await PlanningService(self.scope).place_provisionally(task)

    def _run(self, diff: Diff, attempt: int, started_at: datetime) -> Run:
        plan = self.thought.plan
        return Run(
            user_id=self.scope.person.id,
            attempt=attempt,
            plan_version=self.rows.version + 1,
            started_at=started_at,
            finished_at=self.scope.now,
            engine=plan.engine,
            status=plan.status,
            cost=asdict(plan.cost) | {"total": plan.cost.total},
            diff=asdict(diff),
            note=self.thought.note,
        )

    def _when(self, at: datetime) -> str:
        return wording.when(at, self.scope.now, self.scope.person.zone)

    def _say(self, task: Task, text: str) -> None:
        self.tasks.note(task.user_id, task.id, self.scope.now, "planner", text)
