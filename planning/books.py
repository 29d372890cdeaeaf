"""What all resources have free while a plan is made, and the searches over several of them at once.

It keeps account of blocks and answers where one fits; it must not know costs or choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from planning.rest import RestLine
from planning.timeline import Timeline

Lane: TypeAlias = tuple[Timeline | RestLine, int, int]
"""A line, the units of it that a job needs, and the minutes after each block during which it needs them too."""
Lanes: TypeAlias = list[Lane]
"""What a job needs free at once."""
Demands: TypeAlias = Sequence[tuple[int, int]]
"""Indices of resources, and units."""


@dataclass(slots=True)
class Books:
    """By resource: its free units within its hours (`open`), at all hours (`whole`, only kept where jobs have buffers, else
    empty), and its pauses (`rests`, None where it takes none)."""

    open: list[Timeline]
    whole: list[Timeline]
    rests: list[RestLine | None]

    def copy(self) -> Books:
        return Books(
            [line.copy() for line in self.open],
            [line.copy() for line in self.whole],
            [None if line is None else line.copy() for line in self.rests],
        )

    def take(self, demands: Demands, start: int, end: int, buffer: int, sign: int = 1) -> None:
        """Enter the block `[start, end)` of a job with `buffer` minutes after it; a `sign` of -1 takes it out again."""
        for place, units in demands:
            self.open[place].take(start, end + buffer, sign * units)
            if self.whole:
                self.whole[place].take(start, end + buffer, sign * units)
            rest = self.rests[place]
            if rest is not None:
                rest.take(start, end, sign)

    def lanes(self, demands: Demands, buffer: int) -> Lanes:
        """What a job with these demands needs free."""
        needed: Lanes = [(self.open[place], units, 0) for place, units in demands]
        if buffer:
            needed += [(self.whole[place], units, buffer) for place, units in demands]
        rests = (self.rests[place] for place, _ in demands)
        return needed + [(rest, 1, 0) for rest in rests if rest is not None]


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
