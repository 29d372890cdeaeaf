"""Moving busy times in the calendar: what is pinned at the new time is let go, and pinned again on the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.operations import EditEvent
from errors import ConflictError
from planning.hours import Span
from services.calendar_moves import STALE
from services.changes import ChangeService
from services.events import EventService, Pin
from services.pins import PinService
from services.scope import Scope

LOST = "Not all that was pinned there could be pinned again."


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """A busy time as the person saw it."""

    event_id: int
    start_at: datetime


@dataclass(frozen=True, slots=True)
class MovedEvent:
    """A sentence about a moved busy time, where it was, and the pins that it let go."""

    sentence: str
    was: Span
    released: tuple[Pin, ...]


class EventMoves:
    """One person's moves of busy times."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def move(
        self, shown: ShownEvent, start_at: datetime, end_at: datetime | None, pins: Sequence[Pin] = ()
    ) -> MovedEvent:
        """Move a busy time, or change its length; what is pinned there is let go. `pins` that it had let go are made again.

        Raises NotFoundError for a missing or foreign one, ConflictError when it lies elsewhere by now.
        """
        await self.scope.lock()
        event = await EventService(self.scope).get(shown.event_id)
        if event.start_at != shown.start_at:
            raise ConflictError(STALE)
        was = event.start_at, event.end_at
        operation = EditEvent(event_id=event.id, start_at=start_at, end_at=end_at)
        done = (await ChangeService(self.scope).apply([operation]))[0]
        lost = [pin for pin in pins if not await PinService(self.scope).pin_again(pin.task_id, pin.start_at, pin.end_at)]
        said = f"{done.sentence} {LOST}" if lost else done.sentence
        return MovedEvent(said, was, done.released)
