"""The head of a person's plan, its runs and its blocks: statements only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, select, update

from db import AsyncSession
from models import Block, Plan, Run, Task, TaskStatus
from repositories.task_rows import DEADLINE
from repositories.tasks import PARENT

FORGET = {"synchronize_session": "evaluate"}
"""SQLite gives the ids of deleted blocks to new ones, so the session must not remember the old."""
LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)
KEPT_RUNS = 500
_DAWN, _DUSK = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class PlanRepository:
    """Reads and writes of one person's plan."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get_head(self, user_id: int) -> Plan:
        return (await self.session.scalars(_HEAD, {"user_id": user_id})).one()

    async def lock(self, user_id: int) -> None:
        """Let one writer at a time change this person's things: no deadlocks, no lost races. (SQLite always does.)"""
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(_LOCK, {"user_id": user_id})

    async def get_revision(self, user_id: int) -> int:
        return await self.session.scalar(_REVISION, {"user_id": user_id}) or 0

    async def list_revisions(self, user_ids: Collection[int]) -> dict[int, int]:
        """The newest revision of each of these people."""
        rows = await self.session.execute(_REVISIONS, {"user_ids": [*user_ids]})
        return {row.user_id: row.revision for row in rows}

    async def bump(self, user_id: int, *, is_replanned: bool) -> None:
        """Number a change: the revision always, the version too when a planner that is running now has read what changed."""
        await self.session.execute(_REPLANNED if is_replanned else _REVISED, {"of": user_id})

    async def set_away(self, user_id: int, since: datetime | None) -> None:
        """Remember since when the person is away; None: they are back."""
        statement = update(Plan).where(Plan.user_id == user_id).values(away_since_at=since)
        await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def advance(self, user_id: int, version: int) -> bool:
        """Move from `version` to the next; False when it has moved on already."""
        statement = (
            update(Plan)
            .where(Plan.user_id == user_id, Plan.version == version)
            .values(version=Plan.version + 1, revision=Plan.revision + 1)
            .returning(Plan.version)
        )
        return (await self.session.execute(statement, execution_options={"synchronize_session": False})).first() is not None

    async def list_blocks(self, user_id: int, start_at: datetime, end_at: datetime | None = None) -> Sequence[Block]:
        """The blocks of tasks still to be done that end after `start_at` (and start before `end_at`), by start."""
        values = {"user_id": user_id, "start_at": start_at, "end_at": end_at or _DUSK}
        return (await self.session.scalars(_BLOCKS, values)).all()

    async def list_timeline_rows(self, user_id: int, start_at: datetime, end_at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
        """The blocks that touch `[start_at, end_at)` with what a timeline shows of their tasks, done ones included."""
        values = {"user_id": user_id, "start_at": start_at, "end_at": end_at}
        return (await self.session.execute(_TIMELINE, values)).all()

    async def list_live_rows(self, user_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
        """The blocks of all tasks still to be done, with what is shown of them."""
        return (await self.session.execute(_BLOCK_ROWS.where(Task.status.in_(LIVE)), {"user_id": user_id})).all()

    async def list_live_blocks(self, user_id: int) -> Sequence[Block]:
        """Every block of a task still to be done, past ones included."""
        return await self.list_blocks(user_id, _DAWN)

    async def list_task_blocks(self, user_id: int, task_id: int) -> Sequence[Block]:
        return (await self.session.scalars(_TASK_BLOCKS, {"user_id": user_id, "task_id": task_id})).all()

    async def get_block(self, user_id: int, block_id: int) -> Block | None:
        return await self.session.scalar(select(Block).where(Block.user_id == user_id, Block.id == block_id))

    async def get_last_end(self, user_id: int, task_ids: Collection[int], now: datetime) -> datetime | None:
        """When the last of these tasks has ended by the plan (`now` when nothing is left); None when some has no place."""
        statement = (
            select(Task.id, func.max(Block.end_at))
            .outerjoin(Block, Block.task_id == Task.id)
            .where(Task.user_id == user_id, Task.id.in_(task_ids), Task.status.in_(LIVE), Task.deleted_at.is_(None))
            .group_by(Task.id)
        )
        ends = [end_at for _, end_at in await self.session.execute(statement)] if task_ids else []
        return None if None in ends else max([now, *ends])

    async def get_first_pin(self, user_id: int, task_ids: Collection[int]) -> datetime | None:
        """The first pinned start among those of these tasks that are still to be done."""
        statement = (
            select(func.min(Block.start_at))
            .join(Task, Task.id == Block.task_id)
            .where(Block.user_id == user_id, Task.id.in_(task_ids), Block.pinned)
            .where(Task.status.in_(LIVE), Task.deleted_at.is_(None))
        )
        return await self.session.scalar(statement) if task_ids else None

    async def list_pinned_tasks(self, user_id: int) -> set[int]:
        """The tasks that have a pinned block."""
        return set(await self.session.scalars(select(Block.task_id).where(Block.user_id == user_id, Block.pinned)))

    async def delete_blocks(self, user_id: int, block_ids: Sequence[int]) -> None:
        if block_ids:
            statement = delete(Block).where(Block.user_id == user_id, Block.id.in_(block_ids))
            await self.session.execute(statement, execution_options=FORGET)

    async def delete_task_blocks(self, user_id: int, task_id: int) -> None:
        statement = delete(Block).where(Block.user_id == user_id, Block.task_id == task_id)
        await self.session.execute(statement, execution_options=FORGET)

    def add_blocks(self, blocks: Sequence[Block]) -> None:
        self.session.add_all(blocks)

    async def add_run(self, run: Run) -> None:
        """Keep a run, and of the older ones the newest."""
        self.session.add(run)
        await self.session.flush()
        oldest = select(Run.id).where(Run.user_id == run.user_id).order_by(Run.id.desc()).offset(KEPT_RUNS).limit(1)
        statement = delete(Run).where(Run.user_id == run.user_id, Run.id <= oldest.scalar_subquery())
        await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def get_run(self, user_id: int, run_id: int) -> Run | None:
        return await self.session.scalar(select(Run).where(Run.user_id == user_id, Run.id == run_id))

    async def get_latest_run(self, user_id: int) -> Run | None:
        return await self.session.scalar(select(Run).where(Run.user_id == user_id).order_by(Run.id.desc()).limit(1))

    async def get_latest_summary(self, user_id: int) -> str | None:
        """The sentence of the last run, which none of the first versions' has."""
        return await self.session.scalar(_LATEST_SUMMARY, {"user_id": user_id})

    async def list_runs(self, user_id: int, limit: int, before_id: int | None) -> Sequence[Run]:
        """Runs, the newest first."""
        statement = select(Run).where(Run.user_id == user_id).order_by(Run.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(Run.id < before_id)
        return (await self.session.scalars(statement)).all()


_OWN_PLAN = Plan.user_id == bindparam("user_id")
_HEAD = select(Plan).where(_OWN_PLAN).execution_options(populate_existing=True)
_LOCK = select(Plan.version).where(_OWN_PLAN).with_for_update()
_REVISION = select(Plan.revision).where(_OWN_PLAN)
_REVISIONS = select(Plan.user_id, Plan.revision).where(Plan.user_id.in_(bindparam("user_ids", expanding=True)))
_REVISED = (
    update(Plan)
    .where(Plan.user_id == bindparam("of"))
    .values(revision=Plan.revision + 1)
    .execution_options(synchronize_session=False)
)
_REPLANNED = _REVISED.values(version=Plan.version + 1)
_LATEST_SUMMARY = (
    select(Run.diff["summary"].as_string()).where(Run.user_id == bindparam("user_id")).order_by(Run.id.desc()).limit(1)
)
_OWN_BLOCKS = Block.user_id == bindparam("user_id")
_TOUCHING = (Block.end_at > bindparam("start_at"), Block.start_at < bindparam("end_at"))
_TASK_BLOCKS = select(Block).where(_OWN_BLOCKS, Block.task_id == bindparam("task_id")).order_by(Block.start_at)
_BLOCKS = (
    select(Block)
    .join(Task, Task.id == Block.task_id)
    .where(_OWN_BLOCKS, *_TOUCHING, Task.status.in_(LIVE), Task.deleted_at.is_(None))
    .order_by(Block.start_at, Block.id)
)
_BLOCK_ROWS: Select[*tuple[Any, ...]] = (
    select(
        *(Block.id.label("block_id"), Block.task_id, Block.start_at, Block.end_at),
        *(Block.source, Block.pinned, Block.reason),
        *(Task.title, Task.status, Task.priority, DEADLINE.label("deadline_at")),
    )
    .join(Task, Task.id == Block.task_id)
    .outerjoin(PARENT, PARENT.id == Task.parent_id)
    .where(_OWN_BLOCKS, Task.deleted_at.is_(None))
    .order_by(Block.start_at, Block.id)
)
"""Columns of blocks and their tasks, by start; a part has its parent's deadline where it has none of its own."""
_TIMELINE = _BLOCK_ROWS.where(*_TOUCHING)
