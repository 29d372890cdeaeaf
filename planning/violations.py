"""What the checker says, and the plain geometry that it says it with.

It knows only `planning.problem`: the rules themselves are `planning.checker`'s and `planning.checker_rests`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planning.problem import Interval, Placement

Rule = Literal[
    "allowed",
    "break",
    "budget",
    "buffer",
    "busy",
    "capacity",
    "deadline",
    "duration",
    "fixed",
    "grid",
    "horizon",
    "job_calendar",
    "max_chunk",
    "max_per_day",
    "min_chunk",
    "missing",
    "now",
    "one_block",
    "overlap",
    "placed_and_unplaced",
    "precedence",
    "predecessor_unplaced",
    "release",
    "resource_calendar",
    "unknown_job",
    "unplaced_twice",
]
Blocks: TypeAlias = dict[str, list[Placement]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks, the job that breaks it, and a sentence for the log."""

    rule: Rule
    job_id: str
    message: str


def minutes(block: Placement) -> int:
    return block.end - block.start


def broken(rule: Rule, block: Placement, what: str) -> Violation:
    return Violation(rule, block.job_id, f"The block {block.start} to {block.end} of job {block.job_id!r} {what}.")


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def covers(merged: list[Interval], block: Placement) -> bool:
    """Whether a block lies inside one of some merged intervals."""
    index = _last_before(merged, block.start + 1)
    return index >= 0 and merged[index].end >= block.end


def meets(merged: list[Interval], block: Placement) -> bool:
    """Whether a block has a minute in common with one of some merged intervals."""
    index = _last_before(merged, block.end)
    return index >= 0 and merged[index].end > block.start


def _last_before(merged: list[Interval], minute: int) -> int:
    """The index of the last interval that starts before a minute, -1 when there is none."""
    low, high = 0, len(merged)
    while low < high:
        middle = (low + high) // 2
        if merged[middle].start < minute:
            low = middle + 1
        else:
            high = middle
    return low - 1
