"""Busy times: statements only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Row, bindparam, literal, null, select, type_coerce, union_all

from db import AsyncSession
from models import ConstraintState, ContextConstraint, Event

OF_THE_WEEK = ("routine", "window")
"""The kinds of constraints that are about times of the week."""


class EventRepository:
    """Reads and writes of one person's events."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, user_id: int, event_id: int) -> Event | None:
        return await self.session.scalar(select(Event).where(Event.user_id == user_id, Event.id == event_id))

    async def list_between(self, user_id: int, start_at: datetime, end_at: datetime) -> Sequence[Event]:
        """The events that touch `[start_at, end_at)`, by start."""
        statement = (
            select(Event)
            .where(Event.user_id == user_id, Event.end_at > start_at, Event.start_at < end_at)
            .order_by(Event.start_at, Event.id)
        )
        return (await self.session.scalars(statement)).all()

    async def list_taken(self, user_id: int, start_at: datetime, end_at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
        """In one statement the events that touch `[start_at, end_at)` (`value` is None) and the accepted constraints about
        times of the week (title and times are empty), each with its `kind` and `id`."""
        values = {"user_id": user_id, "start_at": start_at, "end_at": end_at}
        return (await self.session.execute(_TAKEN, values)).all()

    async def add(self, event: Event) -> None:
        self.session.add(event)
        await self.session.flush()

    async def delete(self, event: Event) -> None:
        await self.session.delete(event)
        await self.session.flush()


_TAKEN = union_all(
    select(
        literal("event").label("kind"),
        Event.id,
        Event.title,
        Event.start_at,
        Event.end_at,
        type_coerce(null(), JSON).label("value"),
    ).where(Event.user_id == bindparam("user_id"), Event.end_at > bindparam("start_at"), Event.start_at < bindparam("end_at")),
    select(ContextConstraint.kind, ContextConstraint.id, literal(""), null(), null(), ContextConstraint.value).where(
        ContextConstraint.user_id == bindparam("user_id"),
        ContextConstraint.state == ConstraintState.ACCEPTED,
        ContextConstraint.kind.in_(OF_THE_WEEK),
    ),
)
