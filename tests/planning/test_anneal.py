"""Annealing: what it must find on small instances, and that it is reproducible, resumable and never worse than its start."""

from __future__ import annotations

from hypothesis import given

from planning.anneal import Annealing
from planning.draft import draft
from planning.frame import Frame
from planning.layout import plan_cost
from planning.problem import Demand, Interval, Plan, Problem, Resource
from tests.planning.cases import assert_valid, block, codes, day, job, pinned, problems, starts
from tests.support.tries import tries

CHANGES = 1_500


def annealed(problem: Problem, start: Plan | None = None) -> Plan:
    plan = Annealing(Frame(problem)).run(start or draft(problem), CHANGES)
    assert_valid(problem, plan)
    return plan


class TestFinds:
    def test_smith(self) -> None:
        # one person, equal weights, nothing due: shortest first (Smith 1956)
        problem = day(job("long", 180), job("x", 20), job("y", 30), hours=((0, 240),))
        plan = annealed(problem, draft(problem, ["long", "y", "x"]))
        assert (starts(plan), plan.engine) == ({"x": 0, "y": 20, "long": 50}, "search")

    def test_a_chain_goes_together(self) -> None:
        # b is due at 90 and waits for a; both must pass the long one
        problem = day(job("long", 180), job("a", 30), job("b", after=("a",), deadline=90, weight=9))
        assert starts(annealed(problem, draft(problem, ["long", "a", "b"]))) == {"a": 0, "b": 30, "long": 90}

    def test_room_for_what_was_left_out(self) -> None:
        # 120 minutes: the two urgent ones fill them; from c and a there is only an exchange to get there
        problem = day(job("a", weight=5), job("b", weight=9), job("c", weight=1), hours=((0, 120),))
        plan = annealed(problem, draft(problem, ["c", "a", "b"]))
        assert codes(plan) == {"c": "no_room"}

    def test_a_hard_deadline_makes_others_go_back(self) -> None:
        problem = day(job("a"), job("b"), job("hard", deadline=60, deadline_is_hard=True, weight=0))
        start = draft(problem, ["a", "b", "hard"])
        assert codes(start) == {"hard": "hard_deadline"}
        assert starts(annealed(problem, start))["hard"] == 0

    def test_a_wish(self) -> None:
        # a at 120 as suggested, b inside its window; the order of the start has both at once
        problem = day(job("a", suggested_start=120), job("b", preferred=(Interval(300, 400),)), job("c"))
        start = Plan((block("a", 0), block("b", 60), block("c", 120)))
        first = Annealing(Frame(problem)).run(plan_cost(problem, start), CHANGES)
        assert starts(first) == {"c": 0, "a": 120, "b": 300}

    def test_goes_around_what_stays(self) -> None:
        # the team's job t holds bob until 60 and ada needs t; the split one stays where it is, in blocks from 60 and 95
        team = (Resource("ada", 1), Resource("bob", 1))
        jobs = (
            job("t", demands=(Demand("ada"), Demand("bob"))),
            job("x", 120, after=("t",)),
            job("y", 30, after=("t",)),
            job("z", 60, max_chunk=30),
        )
        problem = day(*jobs, resources=team, fixed=(pinned("t", 0),))
        plan = annealed(problem, draft(problem, ["z", "x", "y"]))
        assert starts(plan) == {"t": 0, "z": 60, "y": 125, "x": 155}

    def test_a_job_whose_chain_begins_outside_stays_out(self) -> None:
        # the split job finds no room, so neither a, which waits for it, nor b, which waits for a, may come in
        jobs = (job("split", 600, max_chunk=300), job("a", after=("split",)), job("b", after=("a",)), job("c"), job("d"))
        problem = day(*jobs)
        assert {*codes(annealed(problem))} == {"split", "a", "b"}

    def test_two_people(self) -> None:
        both = (Resource("ada", 1), Resource("bob", 1))
        jobs = [job(f"{who}{n}", n * 30, demands=(Demand(who),)) for who in ("ada", "bob") for n in (3, 2, 1)]
        problem = day(*jobs, resources=both)
        plan = annealed(problem, draft(problem, [entry.id for entry in jobs]))
        assert starts(plan) == {f"{who}{n}": start for who in ("ada", "bob") for n, start in ((1, 0), (2, 30), (3, 90))}


class TestProperties:
    @given(problems())
    @tries(60)
    def test_valid_reproducible_and_never_worse(self, problem: Problem) -> None:
        start = draft(problem, [entry.id for entry in problem.jobs])
        plan = Annealing(Frame(problem)).run(start, 300)
        assert_valid(problem, plan)
        assert plan.cost.total <= start.cost.total
        assert plan == Annealing(Frame(problem)).run(start, 300)

    @given(problems())
    @tries(30)
    def test_some_now_and_some_later_is_all_at_once(self, problem: Problem) -> None:
        start, later = draft(problem), Annealing(Frame(problem))
        plan = later.run(later.run(later.run(start, 100), 250), 450)
        assert plan == Annealing(Frame(problem)).run(start, 800)

    def test_stops_when_told(self) -> None:
        problem = day(job("long", 180), job("x", 20))
        start = draft(problem, ["long", "x"])
        assert Annealing(Frame(problem)).run(start, CHANGES, lambda: True) is start
