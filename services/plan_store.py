"""Storing a run's plan: blocks, reasons, history and the run in one transaction, or nothing when the plan has moved on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from errors import ConflictError
from models import Block, BlockSource, Run, Task, TaskStatus
from planning.problem import Placement
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import diffs, reasons, snapshot, wording
from services.diffs import Change, Spot
from services.planning import PlanningService, Thought
from services.scope import Scope
from services.snapshot import Rows


class PlanStore:
    """Makes a thought the person's plan."""

    def __init__(self, scope: Scope, rows: Rows, thought: Thought) -> None:
        self.scope = scope
        self.rows = rows
        self.thought = thought
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        self.kinds = {item.placement: item.kind for item in thought.framed.problem.fixed}

    async def store(self, attempt: int, started_at: datetime) -> tuple[Change, ...]:
        """Write all of it; what changed. Raises ConflictError when the plan is not the one that the thought began with."""
        person = self.scope.person
        if not await self.plans.advance(person.id, self.rows.version):
            raise ConflictError("The plan changed while the planner was thinking.")
        standing = await self.plans.list_live_blocks(person.id)
        known = {task.id for task in self.rows.tasks}
        changes = self.thought.changes(diffs.spots_of(standing))
        self._note(changes)
        await self._write_blocks([block for block in standing if block.task_id in known])
        await self._write_flags()
        await self.plans.add_run(self._run(changes, len(standing), attempt, started_at))
        await self._make_way([block for block in standing if block.task_id not in known])
        await self.scope.changed(is_replanned=False)
        return changes

    async def _write_blocks(self, standing: Sequence[Block]) -> None:
        """Only what differs is written: most blocks of most runs stay as they are."""
        before: dict[int, list[Block]] = {}
        for block in standing:
            before.setdefault(block.task_id, []).append(block)
        after = snapshot.by_task(self.thought.plan.placements)
        surplus: list[int] = []
        for task in self.rows.tasks:
            olds, news = [*before.get(task.id, ())], [*after.get(task.id, ())]
            for block in before.get(task.id, ()):
                spot = self.thought.framed.frame.placement(block)
                if spot in news:
                    self._move(block, spot)
                    olds.remove(block)
                    news.remove(spot)
            for block, placement in zip(olds, news, strict=False):
                self._move(block, placement)
            self.plans.add_blocks([self._block(task, placement) for placement in news[len(olds) :]])
            surplus += [block.id for block in olds[len(news) :]]
        await self.scope.session.flush()
        await self.plans.delete_blocks(self.scope.person.id, surplus)

    def _move(self, block: Block, placement: Placement) -> None:
        kind = self.kinds.get(placement)
        frame = self.thought.framed.frame
        start_at, end_at = frame.instant(placement.start), frame.instant(placement.end)
        if kind != "frozen" and (block.start_at, block.end_at) != (start_at, end_at):
            block.start_at, block.end_at = start_at, end_at
        source = BlockSource.USER if kind == "pinned" else BlockSource.PLANNER
        reason = self.thought.block_reasons.get(block.task_id, "")
        if kind == "pinned" and not reason.startswith(reasons.PINNED.rstrip(".")):
            reason = reasons.PINNED  # the others of its task float, for reasons of their own
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

    def _note(self, changes: Iterable[Change]) -> None:
        """Tell each task's history, in words, what the planner changed."""
        open_tasks = {task.id for task in self.rows.tasks if task.status is TaskStatus.OPEN}
        for change in changes:
            if change.kind == "removed":
                self._say(change.task_id, "No longer has a place in the plan.")
            elif change.task_id in open_tasks and change.kind == "added":
                self._say(change.task_id, f"Planned for {self._when(change.after)}.")
            elif change.task_id in open_tasks:
                is_let_go = any(spot.pinned for spot in change.before) and not any(s.pinned for s in change.after)
                why = " It was not started in time, so its pin was let go." if is_let_go else ""
                self._say(change.task_id, f"Moved from {self._when(change.before)} to {self._when(change.after)}.{why}")

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

    def _run(self, changes: Iterable[Change], total: int, attempt: int, started_at: datetime) -> Run:
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
            diff=diffs.to_json(changes, total),
            note=self.thought.note,
        )

    def _when(self, spots: Sequence[Spot]) -> str:
        first = wording.when(spots[0].start_at, self.scope.now, self.scope.person.zone)
        return first if len(spots) == 1 else f"{first} and {wording.plural(len(spots) - 1, 'more block')}"

    def _say(self, task_id: int, text: str) -> None:
        self.tasks.note(self.scope.person.id, task_id, self.scope.now, "planner", text)
