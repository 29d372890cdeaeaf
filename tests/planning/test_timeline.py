"""The step function against a plain array of minutes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planning.timeline import Timeline, difference, intersection, merged
from tests.support.tries import tries

LOW, HIGH = 7, 120

spans = st.tuples(st.integers(-20, 150), st.integers(1, 40)).map(lambda pair: (pair[0], pair[0] + pair[1]))
held = st.lists(st.tuples(spans, st.integers(1, 2)), max_size=8)


def minutes_of(line: list[tuple[int, int]]) -> set[int]:
    return {minute for start, end in line for minute in range(start, end)}


@given(st.lists(spans, max_size=6), held, st.sampled_from((1, 5)), st.integers(0, 130), st.integers(1, 50), st.integers(1, 3))
@tries(300)
def test_as_an_array(
    open_spans: list[tuple[int, int]],
    taken: list[tuple[tuple[int, int], int]],
    grid: int,
    start: int,
    duration: int,
    units: int,
) -> None:
    line = Timeline(merged(open_spans), 3, LOW, HIGH, grid)
    levels = {minute: 3 if minute in minutes_of(open_spans) and LOW <= minute < HIGH else 0 for minute in range(-20, 200)}
    for (low, high), count in taken:
        line.take(low, high, count)
        for minute in range(max(low, LOW), min(high, HIGH)):
            levels[minute] -= count
    free = [
        begin
        for begin in range(LOW, HIGH)
        if begin % grid == 0 and all(levels[minute] >= units for minute in range(begin, begin + duration))
    ]
    later = [begin for begin in free if begin >= start and begin + duration <= HIGH - 10]
    earlier = [begin for begin in free if 20 <= begin <= start]
    assert line.earliest(start, duration, units, HIGH - 10) == min(later, default=None)
    assert line.latest(start, duration, units, 20) == max(earlier, default=None)
    aligned = start - start % grid
    assert line.fits(aligned, aligned + duration, units) == (aligned in free)
    assert minutes_of(line.spans(units)) == {minute for minute, level in levels.items() if level >= units}


@given(held)
@tries(100)
def test_giving_back_restores_it(taken: list[tuple[tuple[int, int], int]]) -> None:
    line = Timeline([(20, 90)], 3, LOW, HIGH, 5)
    before = line.copy()
    for (low, high), count in taken:
        line.take(low, high, count)
    for (low, high), count in taken:
        line.take(low, high, -count)
    assert (line.starts, line.levels) == (before.starts, before.levels)


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
@tries(200)
def test_algebra(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    one, other = merged(left), merged(right)
    assert minutes_of(intersection(one, other)) == minutes_of(left) & minutes_of(right)
    assert minutes_of(difference(one, other)) == minutes_of(left) - minutes_of(right)
    assert one == merged(one)


@given(
    st.lists(spans, max_size=6),
    st.lists(st.tuples(spans, st.booleans(), st.integers(0, 130), st.integers(1, 40), st.integers(20, 130)), max_size=12),
)
@tries(300)
def test_what_it_remembers_changes_no_answer(
    open_spans: list[tuple[int, int]], steps: list[tuple[tuple[int, int], bool, int, int, int]]
) -> None:
    line, held_now = Timeline(merged(open_spans), 3, LOW, HIGH, 5), list[tuple[int, int]]()
    for span, is_back, start, duration, last_end in steps:
        if is_back and held_now:
            line.take(*held_now.pop(), -1)
        else:
            held_now.append(span)
            line.take(*span, 1)
        fresh = line.copy()
        fresh.passed.clear()
        for units in (1, 3):
            assert line.earliest(start, duration, units, last_end) == fresh.earliest(start, duration, units, last_end)
