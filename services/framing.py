"""A person's rows in the kernel's minutes: the frame, busy times, and what is left of a task.

It translates; what is fixed and how far ahead to look is `services.snapshot`'s, where things go is the kernel's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Block, Task, TimeEntry
from planning.problem import Busy, Interval, Placement
from services.taken import TakenTime

GRID_MINUTES = 5
LEAST_REMAINING_MINUTES = 5
PERSON = "person"


@dataclass(frozen=True, slots=True)
class Frame:
    """Minutes of the problem <-> instants. `origin` lies on the grid, at or before now."""

    origin: datetime

    def minute_before(self, at: datetime) -> int:
        """Whole minutes from the origin, rounded down."""
        return int((at - self.origin).total_seconds() // 60)

    def minute_after(self, at: datetime) -> int:
        """Whole minutes from the origin, rounded up."""
        return -int(-(at - self.origin).total_seconds() // 60)

    def step_after(self, at: datetime) -> int:
        """The first minute on the grid at or after an instant."""
        return -(-self.minute_after(at) // GRID_MINUTES) * GRID_MINUTES

    def placement(self, block: Block) -> Placement:
        """A stored block in whole minutes."""
        return Placement(str(block.task_id), self.minute_before(block.start_at), self.minute_after(block.end_at))

    def instant(self, minute: int) -> datetime:
        return self.origin + timedelta(minutes=minute)


def frame_at(now: datetime) -> Frame:
    """The frame of a run: its origin is `now` cut to the grid."""
    cut = now.replace(second=0, microsecond=0)
    return Frame(cut - timedelta(minutes=cut.minute % GRID_MINUTES))


def remaining_minutes(task: Task, entries: Iterable[TimeEntry]) -> int:
    """What is left of the task's duration after its ended entries, on the grid, at least one step of it."""
    worked = sum(
        int((entry.ended_at - entry.started_at).total_seconds() // 60) for entry in entries if entry.ended_at is not None
    )
    left = max(task.duration_minutes - worked, LEAST_REMAINING_MINUTES)
    return -(-left // GRID_MINUTES) * GRID_MINUTES


def busy(taken: Iterable[TakenTime], frame: Frame) -> tuple[Busy, ...]:
    """The person's events and routines, cut to whole minutes outwards."""
    return tuple(
        Busy(Interval(frame.minute_before(item.start_at), frame.minute_after(item.end_at)), item.title) for item in taken
    )
