"""What a new plan changes of the old one: one value for a run's record, for the preview of a change, and for undoing.

It compares and speaks; it reads and writes no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from models import Block, BlockSource, Task
from services import wording

ChangeKind = Literal["added", "moved", "removed"]


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One block of a task: its time, and whether the person pinned it there."""

    start_at: datetime
    end_at: datetime
    pinned: bool = False

    @property
    def times(self) -> tuple[datetime, datetime]:
        return self.start_at, self.end_at


@dataclass(frozen=True, slots=True)
class Change:
    """A task whose place differs: where it was (nothing: it had none, or only a first slot), where it is, and why."""

    task_id: int
    title: str
    kind: ChangeKind
    before: tuple[Spot, ...]
    after: tuple[Spot, ...]
    why: str = ""

    @property
    def moved_blocks(self) -> int:
        """How many of its blocks lie elsewhere now; a new task has moved none."""
        return 0 if self.kind == "added" else len({spot.times for spot in self.before} - {spot.times for spot in self.after})


def spots_of(blocks: Iterable[Block]) -> dict[int, tuple[Spot, ...]]:
    """The places of each task, by start. A first slot that the planner has not looked at is no place yet."""
    found: dict[int, list[Spot]] = {}
    for block in blocks:
        if block.source is BlockSource.PROVISIONAL:
            continue
        found.setdefault(block.task_id, []).append(Spot(block.start_at, block.end_at, block.pinned))
    return {task_id: tuple(sorted(spots)) for task_id, spots in found.items()}


def compare(
    tasks: Sequence[Task],
    before: Mapping[int, Sequence[Spot]],
    after: Mapping[int, Sequence[Spot]],
    reasons: Mapping[int, str],
) -> tuple[Change, ...]:
    """The tasks whose place differs, the earliest new place first; `reasons` say why a task is where it is, or nowhere."""
    found = []
    for task in tasks:
        was, now = tuple(before.get(task.id, ())), tuple(sorted(after.get(task.id, ())))
        if {spot.times for spot in was} == {spot.times for spot in now}:
            continue
        kind: ChangeKind = "removed" if not now else "moved" if was else "added"
        found.append(Change(task.id, task.title, kind, was, now, reasons.get(task.id, "")))
    return tuple(sorted(found, key=_by_place))


def moved(changes: Iterable[Change], total: int) -> str:
    """ "moved 2 of 31 blocks, added 1, 1 without a place" """
    changes = tuple(changes)
    kinds = [change.kind for change in changes]
    count = sum(change.moved_blocks for change in changes if change.kind == "moved")
    words = [f"moved {count} of {wording.plural(total, 'block')}"] if count else []
    words += [f"added {kinds.count('added')}"] if "added" in kinds else []
    words += [f"{kinds.count('removed')} without a place"] if "removed" in kinds else []
    return ", ".join(words)


def to_json(changes: Iterable[Change], total: int) -> dict[str, Any]:
    """The form in which a run keeps its changes, beside the number of blocks before it, and their sentence."""
    changes = tuple(changes)
    return {
        "summary": moved(changes, total),
        "total": total,
        "changes": [
            {
                "task_id": change.task_id,
                "title": change.title,
                "kind": change.kind,
                "before": [_spot_to_json(spot) for spot in change.before],
                "after": [_spot_to_json(spot) for spot in change.after],
                "why": change.why,
            }
            for change in changes
        ],
    }


def from_json(stored: Mapping[str, Any]) -> tuple[tuple[Change, ...], int]:
    """What `to_json` wrote: the changes, and the number of blocks before them. A run of the first version has only ids."""
    changes = tuple(
        Change(
            task_id=item["task_id"],
            title=item["title"],
            kind=item["kind"],
            before=tuple(_spot_from_json(spot) for spot in item["before"]),
            after=tuple(_spot_from_json(spot) for spot in item["after"]),
            why=item["why"],
        )
        for item in stored.get("changes", ())
    )
    return changes, stored.get("total", 0)


def _by_place(change: Change) -> tuple[bool, datetime, int]:
    first = min(change.after or change.before)
    return not change.after, first.start_at, change.task_id


def _spot_to_json(spot: Spot) -> list[Any]:
    return [spot.start_at.isoformat(), spot.end_at.isoformat(), spot.pinned]


def _spot_from_json(stored: Sequence[Any]) -> Spot:
    start_at, end_at, pinned = stored
    return Spot(datetime.fromisoformat(start_at), datetime.fromisoformat(end_at), pinned)
