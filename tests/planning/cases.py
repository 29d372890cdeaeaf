"""Small problems in few words, and random ones for hypothesis. It decides nothing about plans."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

from hypothesis import strategies as st

from planning.checker import check
from planning.problem import (
    MAX_MINUTE,
    Allowance,
    Budget,
    Busy,
    Calendar,
    Demand,
    Emphasis,
    Fixed,
    FixedKind,
    Interval,
    Job,
    Placement,
    Plan,
    Predecessor,
    Problem,
    ProblemError,
    Resource,
    Taste,
)

ADA = (Demand("ada"),)
DAY = 1440


def job(name: str, duration: int = 60, **fields: object) -> Job:
    """A job for ada; `after` names its predecessors."""
    after = fields.pop("after", ())
    assert isinstance(after, tuple)
    fields = {"demands": ADA, "predecessors": tuple(Predecessor(other) for other in after), **fields}
    return Job(name, duration, **fields)  # type: ignore[arg-type]


def day(
    *jobs: Job, hours: tuple[tuple[int, int], ...] = ((0, 480),), busy: tuple[tuple[int, int], ...] = (), **fields: object
) -> Problem:
    """A problem of ada alone: working from minute 0 to 480, busy at times, with a horizon of a day and a grid of 5."""
    times = tuple(Busy(Interval(*span), "Meeting") for span in busy)
    calendars = (Calendar("Work", tuple(Interval(*span) for span in hours)),)
    fields = {"resources": (Resource("ada", 1, "Work", times),), "horizon": DAY, "calendars": calendars, **fields}
    return Problem(jobs=jobs, **fields)  # type: ignore[arg-type]


def block(name: str, start: int, length: int = 60) -> Placement:
    return Placement(name, start, start + length)


def pinned(name: str, start: int, length: int = 60, kind: FixedKind = "pinned") -> Fixed:
    return Fixed(block(name, start, length), kind)


def budget(*minutes: int, of: str = "ab", every: int = DAY) -> Budget:
    """So many minutes for the jobs named by one letter each, in one day (or what `every` says) after the other."""
    days = (Interval(number * every, (number + 1) * every) for number in range(len(minutes)))
    return Budget("Project", tuple(of), tuple(map(Allowance, days, minutes)))


def starts(plan: Plan) -> dict[str, int]:
    return {placement.job_id: placement.start for placement in reversed(plan.placements)}


def codes(plan: Plan) -> dict[str, str]:
    return {entry.job_id: entry.code for entry in plan.unplaced}


def assert_valid(problem: Problem, plan: Plan) -> None:
    assert check(problem, plan) == ()


def intervals(most: int, low: int, high: int) -> st.SearchStrategy[tuple[Interval, ...]]:
    """Sorted intervals that do not touch."""
    marks = st.lists(st.integers(low, high), max_size=2 * most, unique=True).map(sorted)
    return marks.map(lambda points: tuple(Interval(a, b) for a, b in zip(points[::2], points[1::2], strict=False)))


@st.composite
def problems(draw: st.DrawFn, most_jobs: int = 8) -> Problem:
    """Any problem: several resources, crowded or empty, with fixed and current blocks and wishes that make no sense."""
    horizon, now, grid = (
        draw(st.sampled_from((240, 1440, 4000))),
        draw(st.sampled_from((0, 37))),
        draw(st.sampled_from((1, 5, 15))),
    )
    calendars = (Calendar("c0", draw(intervals(4, 0, horizon))), Calendar("c1", (Interval(0, horizon),)))
    calendar_names = st.sampled_from((None, "c0", "c1"))
    resources = tuple(
        Resource(name, capacity, draw(calendar_names), _busy(draw(intervals(3, 0, horizon))), *_breaks(draw, capacity))
        for name, capacity in (("r0", draw(st.sampled_from((1, 1, 3)))), ("r1", draw(st.sampled_from((1, 1, 3)))))
    )
    jobs = tuple(draw(_jobs(number, resources, horizon)) for number in range(draw(st.integers(0, most_jobs))))
    names = st.sampled_from([entry.id for entry in jobs]) if jobs else st.nothing()
    spans = st.tuples(names, st.integers(-50, horizon), st.integers(1, 90)).map(lambda span: block(*span))
    fixed = draw(st.lists(spans, max_size=2)) if jobs else []
    current = draw(st.lists(spans, max_size=6, unique_by=lambda span: span.job_id)) if jobs else []
    fields = (jobs, resources, horizon, now, grid, calendars, draw(st.sampled_from(((), (100, 1500), (0, 1440, 2880)))))
    kept = tuple(current)
    budgets, taste = draw(_budgets(jobs, horizon)), draw(st.just(Taste()) | tastes())
    try:
        return Problem(*fields, tuple(Fixed(entry, "pinned") for entry in fixed), kept, budgets=budgets, taste=taste)
    except ProblemError:  # the fixed blocks overlap beyond capacity
        return Problem(*fields, (), kept, budgets=budgets, taste=taste)


def tastes() -> st.SearchStrategy[Taste]:
    """Any taste."""
    return st.builds(Taste, *[st.sampled_from(get_args(Emphasis))] * 4)


@st.composite
def _budgets(draw: st.DrawFn, jobs: tuple[Job, ...], horizon: int) -> tuple[Budget, ...]:
    """Mostly none; or one or two of some jobs each, over spans that touch or not."""
    budgets: list[Budget] = []
    for number in range(draw(st.sampled_from((0, 0, 1, 2)))):
        marks = draw(st.lists(st.integers(-50, horizon), min_size=2, max_size=4, unique=True).map(sorted))
        spans = [span for span in pairwise(marks) if draw(st.booleans())]
        minutes = st.sampled_from((0, 30, 60, 100))
        names = tuple(entry.id for entry in jobs if draw(st.booleans()))
        budgets.append(Budget(f"b{number}", names, tuple(Allowance(Interval(*span), draw(minutes)) for span in spans)))
    return tuple(budgets)


def _breaks(draw: st.DrawFn, capacity: int) -> tuple[int, int]:
    return draw(st.sampled_from(((0, 0), (0, 0), (60, 10), (100, 45)))) if capacity == 1 else (0, 0)


def _busy(spans: tuple[Interval, ...]) -> tuple[Busy, ...]:
    return tuple(Busy(span, "Meeting") for span in spans)


@st.composite
def _jobs(draw: st.DrawFn, number: int, resources: tuple[Resource, ...], horizon: int) -> Job:
    anywhen = st.integers(-horizon, 3 * horizon) | st.integers(-horizon, horizon) | st.sampled_from((-MAX_MINUTE, MAX_MINUTE))
    demands = tuple(
        Demand(resource.id, draw(st.integers(1, resource.capacity)))
        for resource in resources
        if draw(st.booleans()) or resource.capacity == 1
    )
    before = draw(st.lists(st.integers(0, number - 1), max_size=2, unique=True)) if number else []
    return Job(
        f"j{number}",
        draw(st.integers(1, 90)),
        release=draw(st.sampled_from((0, 0, 100)) | anywhen),
        deadline=draw(st.none() | anywhen),
        deadline_is_hard=draw(st.booleans()),
        weight=draw(st.floats(0, 10)),
        demands=demands,
        calendar=draw(st.sampled_from((None, None, "c0"))),
        allowed=draw(st.none() | st.none() | intervals(3, 0, horizon)),
        preferred=draw(intervals(2, 0, horizon)),
        suggested_start=draw(st.none() | anywhen),
        buffer_after=draw(st.sampled_from((0, 0, 0, 7, 30))),
        **draw(_limits()),  # type: ignore[arg-type]
        predecessors=tuple(Predecessor(f"j{other}", draw(st.sampled_from((0, 0, 0, 10, 10, MAX_MINUTE)))) for other in before),
    )


def _limits() -> st.SearchStrategy[dict[str, int]]:
    """How a job may be split: mostly not at all."""
    low, high, cap = st.sampled_from((5, 10, 30)), st.sampled_from((30, 45, 60)), st.sampled_from((5, 45, 80))
    some = st.fixed_dictionaries({}, optional={"min_chunk": low, "max_chunk": high, "max_per_day": cap})
    return st.one_of(st.just({}), some)
