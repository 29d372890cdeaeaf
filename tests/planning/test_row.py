"""A person's row against the same row made anew, and that a change refused leaves no trace."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from planning.draft import draft
from planning.frame import NEVER, Frame
from planning.layout import from_blocks, from_plan
from planning.problem import Predecessor, Problem, Resource
from planning.row import Row, rowable, rows
from tests.planning.cases import DAY, day, job, problems
from tests.support.tries import tries


def row_of(problem: Problem) -> Row:
    frame = Frame(problem)
    return Row(frame, 0, from_plan(frame, draft(problem)))


def starts(row: Row) -> dict[str, int]:
    return {row.frame.jobs[number].id: spans[0][0] for number, spans in row.blocks(row.order, row.begin).items()}


def state(row: Row) -> tuple[list[int], ...]:
    return row.order[:], row.begin[:], row.free[:], row.paid[:]


class TestChange:
    def test_a_swap_pushes_what_follows(self) -> None:
        row = row_of(day(job("a", 30, weight=9), job("b", 60), job("c", 90)))
        assert starts(row) == {"a": 0, "b": 30, "c": 90}
        before = sum(row.paid)
        dearer = row.change(0, 2, [row.order[1], row.order[0]], NEVER - 1)
        assert starts(row) == {"b": 0, "a": 60, "c": 90}
        assert dearer == sum(row.paid) - before > 0

    def test_a_gap_absorbs_what_is_pushed(self) -> None:
        # 0 to 60, a meeting, 90 to 480: c starts after the meeting, whichever of a and b is first
        row = row_of(day(job("a", 30), job("b", 20), job("c"), busy=((60, 90),)))
        assert starts(row)["c"] == 90
        row.change(0, 2, row.order[1::-1], NEVER - 1)
        assert starts(row)["c"] == 90

    def test_refused(self) -> None:
        row = row_of(day(job("a", 30, weight=9), job("b", 60), job("c", 90)))
        before = state(row)
        assert row.change(0, 2, row.order[1::-1], 0) is None
        assert state(row) == before

    def test_a_hard_deadline_is_not_for_sale(self) -> None:
        row = row_of(day(job("a", deadline=60, deadline_is_hard=True), job("b")))
        assert row.change(0, 2, row.order[::-1], NEVER - 1) is None

    @given(problems(), st.randoms(use_true_random=False))
    @tries(80)
    def test_as_made_anew(self, problem: Problem, random: Random) -> None:
        frame = Frame(problem)
        for place in rows(frame):
            blocks = from_plan(frame, draft(problem))
            row = Row(frame, place, blocks)
            others = {number: spans for number, spans in blocks.items() if number not in row.index}
            for _ in range(10):
                low, high = sorted((random.randint(0, len(row.order)), random.randint(0, len(row.order))))
                row.change(low, high, random.sample(row.order[low:high], high - low), random.choice((0, 10**6, NEVER - 1)))
                again = Row(frame, place, {**others, **row.blocks(row.order, row.begin)})
                assert again.begin == row.begin
                assert again.paid == row.paid
                lost = sum(frame.prices[row.numbers[j]].unplaced for j in row.out)
                layout = from_blocks(frame, {**others, **row.blocks(row.order, row.begin)})
                left_out = sum(frame.prices[n].unplaced for n in frame.free if n not in others and n not in row.index)
                paid = sum(frame.cost(number, spans) for number, spans in others.items())
                assert layout.cost == sum(row.paid) + lost + left_out + paid


class TestRowable:
    def test_who(self) -> None:
        jobs = (
            job("a"),
            job("split", max_chunk=30),
            job("lag", predecessors=(Predecessor("a", 10),)),
            job("b"),
            job("nobody", demands=()),
        )
        frame = Frame(day(*jobs))
        assert [frame.jobs[number].id for number in rowable(frame, 0)] == ["a", "b"]

    def test_no_row_for_a_team_or_one_job(self) -> None:
        assert rows(Frame(day(job("a"), job("b"), resources=(Resource("ada", 2),)))) == []
        assert rows(Frame(day(job("a")))) == []

    def test_no_row_on_too_fine_a_grid(self) -> None:
        jobs = (job(str(number), 60 + number) for number in range(40))
        assert rows(Frame(day(*jobs, horizon=100 * DAY, grid=1))) == []
