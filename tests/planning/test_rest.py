"""The pauses of a resource against trying every minute."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planning.rest import RestLine
from tests.support.tries import tries


@st.composite
def lines(draw: st.DrawFn) -> RestLine:
    line = RestLine(draw(st.integers(10, 40)), draw(st.integers(1, 15)), draw(st.sampled_from((1, 5))))
    minute = 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 30)), max_size=6)):
        line.take(minute + gap, minute + gap + length, 1)
        minute += gap + length
    return line


def is_rested(line: RestLine, start: int, end: int) -> bool:
    """Whether the run around a new block is short enough, from the definition."""
    run = {(start, end)}
    while True:
        low, high = min(a for a, _ in run), max(b for _, b in run)
        joined = {(a, b) for a, b in line.blocks if a - high < line.pause and low - b < line.pause}
        if joined <= run:
            return len(run) == 1 or high - low <= line.longest
        run |= joined


@given(lines(), st.integers(0, 150), st.integers(1, 45))
@tries(400)
def test_as_tried(line: RestLine, start: int, duration: int) -> None:
    grid = line.grid
    overlaps = {
        begin for begin in range(-200, 400) if any(begin < high and low < begin + duration for low, high in line.blocks)
    }
    good = [b for b in range(-200, 400) if b % grid == 0 and b not in overlaps and is_rested(line, b, b + duration)]
    first = line.earliest(start, duration, 1, 390)
    while first is not None and first in overlaps:  # where it overlaps is the timelines' to say
        first = line.earliest(first + 1, duration, 1, 390)
    last = line.latest(start, duration, 1, -200)
    while last is not None and last in overlaps:
        last = line.latest(last - 1, duration, 1, -200)
    assert first == min((b for b in good if b >= start and b + duration <= 390), default=None)
    assert last == max((b for b in good if b <= start), default=None)


@given(lines())
@tries(50)
def test_copies_are_apart(line: RestLine) -> None:
    twin = line.copy()
    twin.take(1000, 1010, 1)
    assert (1000, 1010) not in line.blocks
    twin.take(1000, 1010, -1)
    assert twin.blocks == line.blocks
