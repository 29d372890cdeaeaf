"""The chat's messages and cards, and the tasks that a message may be about: statements only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, update

from db import AsyncSession
from models import Block, CardPurpose, ChatAuthor, ChatCard, ChatMessage, Task, TaskStatus

KEPT_MESSAGES = 400
LIVE = (TaskStatus.OPEN, TaskStatus.ACTIVE)


class ChatRepository:
    """Reads and writes of one person's chat."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: ChatMessage | ChatCard) -> None:
        """Store a message or a card; of the older messages the newest are kept."""
        self.session.add(row)
        await self.session.flush()
        if isinstance(row, ChatMessage):
            older = select(ChatMessage.id).where(ChatMessage.user_id == row.user_id).order_by(ChatMessage.id.desc())
            statement = delete(ChatMessage).where(
                ChatMessage.user_id == row.user_id,
                ChatMessage.id <= older.offset(KEPT_MESSAGES).limit(1).scalar_subquery(),
            )
            await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def get_message(self, user_id: int, message_id: int) -> ChatMessage | None:
        return await self.session.scalar(
            select(ChatMessage).where(ChatMessage.user_id == user_id, ChatMessage.id == message_id)
        )

    async def get_answer(self, user_id: int, message_id: int) -> ChatMessage | None:
        """The answer to a message."""
        return await self.session.scalar(
            select(ChatMessage).where(ChatMessage.user_id == user_id, ChatMessage.reply_to_id == message_id)
        )

    async def list_newest(self, user_id: int, limit: int, before_id: int | None = None) -> Sequence[ChatMessage]:
        """The newest messages, below an id when given, the newest first."""
        statement = select(ChatMessage).where(ChatMessage.user_id == user_id).order_by(ChatMessage.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(ChatMessage.id < before_id)
        return (await self.session.scalars(statement)).all()

    async def get_last_answer(self, user_id: int) -> ChatMessage | None:
        """The newest message that Dayloom wrote."""
        where = (ChatMessage.user_id == user_id, ChatMessage.author == ChatAuthor.DAYLOOM)
        return await self.session.scalar(select(ChatMessage).where(*where).order_by(ChatMessage.id.desc()).limit(1))

    async def list_cards(self, user_id: int, message_ids: Collection[int]) -> Sequence[ChatCard]:
        """The cards of these messages, in order."""
        statement = select(ChatCard).where(ChatCard.user_id == user_id, ChatCard.message_id.in_(message_ids))
        return (await self.session.scalars(statement.order_by(ChatCard.id))).all()

    async def get_card(self, user_id: int, card_id: int) -> ChatCard | None:
        return await self.session.scalar(select(ChatCard).where(ChatCard.user_id == user_id, ChatCard.id == card_id))

    async def get_open_card(self, user_id: int, purpose: CardPurpose, now: datetime) -> ChatCard | None:
        """The newest card of a purpose that can still be taken."""
        where = (ChatCard.user_id == user_id, ChatCard.purpose == purpose, ChatCard.settled_at.is_(None))
        statement = select(ChatCard).where(*where, ChatCard.expires_at > now).order_by(ChatCard.id.desc()).limit(1)
        return await self.session.scalar(statement)

    async def settle(self, user_id: int, card_id: int, now: datetime, outcome: str) -> bool:
        """Take a card, once: False when it was taken, has expired, or is somebody else's. One UPDATE decides a race."""
        statement = (
            update(ChatCard)
            .where(
                ChatCard.user_id == user_id,
                ChatCard.id == card_id,
                ChatCard.settled_at.is_(None),
                ChatCard.expires_at > now,
            )
            .values(settled_at=now, outcome=outcome)
            .returning(ChatCard.id)
        )
        return (await self.session.execute(statement, execution_options={"synchronize_session": False})).first() is not None

    async def settle_all(self, user_id: int, purpose: CardPurpose, now: datetime, outcome: str) -> None:
        """Close the open cards of a purpose."""
        where = (ChatCard.user_id == user_id, ChatCard.purpose == purpose, ChatCard.settled_at.is_(None))
        statement = update(ChatCard).where(*where).values(settled_at=now, outcome=outcome)
        await self.session.execute(statement, execution_options={"synchronize_session": False})

    async def clear(self, user_id: int) -> None:
        """Delete all messages, and their cards with them."""
        await self.session.execute(delete(ChatCard).where(ChatCard.user_id == user_id))
        statement = update(ChatMessage).where(ChatMessage.user_id == user_id).values(reply_to_id=None)
        await self.session.execute(statement, execution_options={"synchronize_session": False})
        await self.session.execute(delete(ChatMessage).where(ChatMessage.user_id == user_id))

    async def list_live_tasks(self, user_id: int, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks still to be done, with their first block."""
        return await self._list_tasks(user_id, [Task.status.in_(LIVE), Task.deleted_at.is_(None)], limit)

    async def list_tasks_like(
        self, user_id: int, beginnings: Sequence[str], limit: int, *, is_live: bool
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks whose title holds one of these beginnings of words: still to be done, or done, cancelled and deleted ones."""
        if not beginnings:
            return []
        like = or_(*(Task.title.icontains(part, autoescape=True) for part in beginnings))
        live = and_(Task.status.in_(LIVE), Task.deleted_at.is_(None))
        return await self._list_tasks(user_id, [like, live if is_live else ~live], limit)

    async def list_tasks_by_id(self, user_id: int, task_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
        return await self._list_tasks(user_id, [Task.id.in_(task_ids)], len(task_ids)) if task_ids else []

    async def list_tasks_planned(
        self, user_id: int, start_at: datetime, end_at: datetime, limit: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks still to be done whose first block begins within `[start_at, end_at)`."""
        where = [Task.status.in_(LIVE), Task.deleted_at.is_(None), Block.start_at >= start_at, Block.start_at < end_at]
        return await self._list_tasks(user_id, where, limit)

    async def list_tasks_due(
        self, user_id: int, start_at: datetime | None, end_at: datetime, limit: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks still to be done with a deadline within `[start_at, end_at)`, by deadline."""
        where = [Task.status.in_(LIVE), Task.deleted_at.is_(None), Task.deadline_at < end_at]
        where += [Task.deadline_at >= start_at] if start_at else []
        return await self._list_tasks(user_id, where, limit, Task.deadline_at)

    async def list_tasks_urgent(self, user_id: int, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks still to be done of importance 1 or 2, or with a priority from 7.0."""
        where = [Task.status.in_(LIVE), Task.deleted_at.is_(None), or_(Task.importance <= 2, Task.priority >= 7)]
        return await self._list_tasks(user_id, where, limit, Task.priority.desc())

    async def list_tasks_done(
        self, user_id: int, start_at: datetime, end_at: datetime, limit: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Tasks completed within `[start_at, end_at)`, in that order."""
        where = [Task.status == TaskStatus.COMPLETED, Task.deleted_at.is_(None)]
        where += [Task.completed_at >= start_at, Task.completed_at < end_at]
        return await self._list_tasks(user_id, where, limit, Task.completed_at)

    async def _list_tasks(
        self, user_id: int, conditions: Sequence[ColumnElement[bool]], limit: int, order: Any = Task.id
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        first = select(func.min(Block.start_at)).where(Block.task_id == Task.id).correlate(Task).scalar_subquery()
        statement = (
            select(*COLUMNS)
            .outerjoin(Block, and_(Block.task_id == Task.id, Block.start_at == first))
            .where(Task.user_id == user_id, *conditions)
            .order_by(order, Task.id)
            .limit(limit)
        )
        return (await self.session.execute(statement)).all()


COLUMNS = (
    *(Task.id, Task.title, Task.status, Task.deleted_at, Task.completed_at, Task.duration_minutes, Task.earliest_at),
    *(Task.deadline_at, Task.importance, Task.priority, Task.parent_id, Task.context, Task.unplaced_reason),
    *(Block.start_at, Block.end_at, Block.pinned, Block.reason),
)
