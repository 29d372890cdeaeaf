"""What all resources have free while a plan is made, and the searches over several of them at once.

It keeps account of blocks and answers where one fits; it must not know costs or choose.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from planning.quota import Quota
from planning.rest import RestLine
from planning.timeline import Span, Timeline, intersection

Lane: TypeAlias = tuple[Timeline | RestLine | Quota, int, int]
"""A line, the units of it that a job needs, and the minutes after each block during which it needs them too."""
Lanes: TypeAlias = list[Lane]
"""What a job needs free at once."""
Demands: TypeAlias = Sequence[tuple[int, int]]
"""Indices of resources, and units."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What each block of a job is entered under: its demands, the minutes after it, and the budgets that it counts in."""

    demands: Demands
    buffer: int = 0
    budgets: Sequence[int] = ()


@dataclass(slots=True)
class Books:
    """By resource: its free units within its hours (`open`), at all hours (`whole`, only kept where jobs have buffers, else
    empty), and its pauses (`rests`, None where it takes none); and what the budgets have left (`quotas`).

    `passed` has, by kind of job, starts `[low, high)` of which `first` has found none free."""

    open: list[Timeline]
    whole: list[Timeline]
    rests: list[RestLine | None]
    quotas: list[Quota] = field(default_factory=list)
    passed: dict[Hashable, Span] = field(default_factory=dict)

    def copy(self) -> Books:
        return Books(
            [line.copy() for line in self.open],
            [line.copy() for line in self.whole],
            [None if line is None else line.copy() for line in self.rests],
            [quota.copy() for quota in self.quotas],
            self.passed.copy(),
        )

    def unbudgeted(self) -> Books:
        """The same books (not a copy), with budgets that have no limits."""
        return Books(self.open, self.whole, self.rests, [Quota((), quota.grid) for quota in self.quotas])

    def take(self, claim: Claim, start: int, end: int, sign: int = 1) -> None:
        """Enter the block `[start, end)` of a job; a `sign` of -1 takes it out again."""
        held_until = end + claim.buffer
        for place, units in claim.demands:
            self.open[place].take(start, held_until, sign * units)
            if self.whole:
                self.whole[place].take(start, held_until, sign * units)
            rest = self.rests[place]
            if rest is not None:
                rest.take(start, end, sign)
        for place in claim.budgets:
            self.quotas[place].take(start, end, sign)

    def lanes(self, claim: Claim) -> Lanes:
        """What a job needs free."""
        needed: Lanes = [(self.open[place], units, 0) for place, units in claim.demands]
        if claim.buffer:
            needed += [(self.whole[place], units, claim.buffer) for place, units in claim.demands]
        rests = (self.rests[place] for place, _ in claim.demands)
        needed += [(rest, 1, 0) for rest in rests if rest is not None]
        return needed + [(self.quotas[place], 1, 0) for place in claim.budgets]

    def first(self, kind: Hashable, lanes: Lanes, start: int, duration: int, last_end: int, grid: int) -> int | None:
        """`earliest` of the lanes of a kind of jobs, which does not look again where the last search found nothing.

        To be asked only of books that are filled and never emptied again, or by as much as had just been entered.
        """
        low, high = self.passed.get(kind, (start, start))
        found = earliest(lanes, high if low <= start < high else start, duration, last_end, grid)
        if start <= high:
            until = found if found is not None else max(high if low <= start else start, last_end - duration + 1)
            self.passed[kind] = (min(low, start), until)
        return found


def earliest(lanes: Lanes, start: int, duration: int, last_end: int, grid: int) -> int | None:
    """The first start on the grid, from `start` on, at which all lanes are free for `duration`, with an end by `last_end`."""
    if len(lanes) == 1:
        line, units, after = lanes[0]
        return line.earliest(start, duration + after, units, last_end + after)
    begin = start + -start % grid
    while begin + duration <= last_end:
        agreed = begin
        for line, units, after in lanes:
            found = line.earliest(agreed, duration + after, units, last_end + after)
            if found is None:
                return None
            agreed = found
        if agreed == begin:
            return begin
        begin = agreed
    return None


def latest(lanes: Lanes, start: int, duration: int, first_start: int, grid: int) -> int | None:
    """The last start on the grid, at or before `start` and from `first_start` on, at which all lanes are free."""
    begin = start - start % grid
    while begin >= first_start:
        agreed = begin
        for line, units, after in lanes:
            found = line.latest(agreed, duration + after, units, first_start)
            if found is None:
                return None
            agreed = found
        if agreed == begin:
            return begin
        begin = agreed
    return None


def fits(lanes: Lanes, start: int, end: int) -> bool:
    """Whether all lanes are free during `[start, end)`, and those with a buffer for that long after it."""
    return all(line.fits(start, end + after, units) for line, units, after in lanes)


def open_spans(lanes: Lanes, start: int, end: int) -> list[Span]:
    """Where in `[start, end)` all lanes are free, buffers and breaks aside."""
    spans = [(start, end)] if start < end else []
    for line, units, after in lanes:
        if isinstance(line, Timeline) and not after:
            spans = intersection(spans, line.spans(units))
    return spans
