"""What each term charges, to the point, and that each outweighs the next."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given

from planning.draft import best_layout, draft
from planning.frame import Frame
from planning.layout import fixed_cost, to_plan
from planning.objective import (
    CALM_DAYS,
    TARDINESS,
    UNPLACED,
    evaluate,
    prices,
)
from planning.problem import MAX_HORIZON, Cost, Interval, Problem, Unplaced
from planning.taste import MOVE, OUTSIDE_PREFERRED, SUGGESTION, urgency
from tests.planning.cases import DAY, block, day, job, pinned, problems
from tests.support.tries import tries

MIDDLE = urgency(5)


class TestTerms:
    def test_urgency(self) -> None:
        assert [urgency(weight) for weight in (0, 5, 10)] == [10, 55, 100]

    def test_plain_job(self) -> None:
        # ends at 90, 60 minutes after now
        assert evaluate(day(job("a"), now=30), [block("a", 30)], []) == Cost(earliness=60 * MIDDLE)

    def test_unplaced(self) -> None:
        assert evaluate(day(job("a")), [], [Unplaced("a", "no_room")]) == Cost(unplaced=UNPLACED * MIDDLE)

    def test_tardiness_and_last_day(self) -> None:
        # ends at 60, 20 late; the last day of a deadline at 40 had begun before now: all 60 minutes are in it
        cost = evaluate(day(job("a", deadline=40)), [block("a", 0)], [])
        assert (cost.tardiness, cost.spread) == (20 * TARDINESS * MIDDLE, 60 * MIDDLE)

    def test_long_overdue_counts_from_now(self) -> None:
        assert evaluate(day(job("a", deadline=-(10**9))), [block("a", 0)], []).tardiness == 60 * TARDINESS * MIDDLE

    def test_suggestion(self) -> None:
        problem = day(job("a", suggested_start=100))
        assert evaluate(problem, [block("a", 70)], []).preference == 30 * SUGGESTION * MIDDLE
        assert evaluate(problem, [block("a", 130)], []).preference == 30 * SUGGESTION * MIDDLE

    def test_preferred_windows(self) -> None:
        problem = day(job("a", preferred=(Interval(0, 90), Interval(200, 300))))
        inside, outside = (evaluate(problem, [block("a", start)], []).preference for start in (30, 35))
        assert (inside, outside) == (0, OUTSIDE_PREFERRED * MIDDLE)

    def test_moves_cost_more_the_sooner_the_block(self) -> None:
        def moved(start: int) -> int:
            problem = day(job("a"), current=(block("a", start),), horizon=30 * DAY)
            return evaluate(problem, [block("a", 0)], []).moves

        assert [moved(start) for start in (0, 5, DAY, 6 * DAY, 20 * DAY)] == [0, CALM_DAYS * MOVE, 6 * MOVE, MOVE, MOVE]

    def test_what_the_person_moved_is_no_move(self) -> None:
        problem = day(job("a"), current=(block("a", 0),), fixed=(pinned("a", 60),))
        assert evaluate(problem, [block("a", 60)], []).moves == 0

    def test_several_blocks_count_from_the_first_to_the_last(self) -> None:
        problem = day(job("a", deadline=60), fixed=(pinned("a", 0, 30), pinned("a", 90, 30)))
        assert evaluate(problem, [block("a", 90, 30), block("a", 0, 30)], []).tardiness == 60 * TARDINESS * MIDDLE


class TestDominance:
    def test_a_placed_job_costs_less_than_an_unplaced_one(self) -> None:
        # the dearest place there is: a year late, a year from the suggestion, outside its windows, moved
        worst = day(
            job("a", deadline=0, suggested_start=0, preferred=(Interval(0, 60),)),
            current=(block("a", 0),),
            horizon=MAX_HORIZON,
        )
        price = prices(worst)[0]
        assert price.at(MAX_HORIZON - 60) < price.unplaced

    def test_a_deadline_outweighs_wishes(self) -> None:
        # of a job: one step of the grid late is worse than three days from its suggestion
        price = prices(day(job("a", deadline=3 * DAY, suggested_start=3 * DAY), horizon=4 * DAY))[0]
        assert price.at(3 * DAY - 60) < price.at(3 * DAY - 55)

    def test_a_suggestion_outweighs_an_early_end_and_the_last_day(self) -> None:
        price = prices(day(job("a", deadline=3 * DAY, suggested_start=2 * DAY + 300), horizon=4 * DAY))[0]
        costs = [price.at(start) for start in range(0, 2 * DAY + 301, 5)]
        assert all(later < earlier for earlier, later in pairwise(costs))

    def test_early_is_better_without_wishes(self) -> None:
        price = prices(day(job("a")))[0]
        assert price.at(0) < price.at(5)


class TestIncremental:
    @given(problems())
    @tries(50)
    def test_layouts_cost_what_their_plans_cost(self, problem: Problem) -> None:
        frame = Frame(problem)
        _, layout = best_layout(frame)
        assert layout.cost + fixed_cost(frame) == to_plan(frame, layout, "draft").cost.total >= draft(problem).cost.total
