"""What a plan costs: the price of each job at each start, in whole points, by the weights here and those of `planning.taste`.

It judges plans and makes none; it must not look at whether a plan is valid (that is `planning.checker`).

All terms but the moves grow with the urgency of the job, so that a job weighs its own wishes alike whatever its priority, and
two jobs that want the same time are settled by priority. Each term outweighs the next: see the weights.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeAlias

from planning.problem import MAX_MINUTE, Cost, Job, Placement, Problem, Unplaced, unfixed_minutes
from planning.taste import Weights, urgency, weights

UNPLACED = 10_000_000_000
"""Points x urgency for a job left out: more than a job can otherwise cost within the longest horizon."""
TARDINESS = 10_000
"""Points x urgency for each minute that a job ends after its deadline (or after now, when that has passed).

Five minutes of the least urgent job outweigh a weekend of the most urgent: nothing is late for others to be sooner."""
EARLINESS = 1
"""Points x urgency for each minute from now to the end of a job."""
LAST_DAY = 1440
"""How long before its deadline the last day of a job begins, in minutes."""
CALM_DAYS = 7
"""A block that starts d days from now costs `CALM_DAYS - d` times `Weights.move` to move, and that much at least."""
CUT = 60
"""Points x urgency for each block of a split job beyond the fewest that can hold it: worth ending an hour later."""

Windows: TypeAlias = tuple[tuple[tuple[int, int], ...], tuple[int, ...]]
"""Sorted windows, and how far each and all before it reach."""


@dataclass(slots=True)
class JobPrice:
    """The terms of one job as a function of its start (and end), or of its blocks when it is split, by the problem's `weights`.

    `preferred` is sorted, and `reach` has the last end of each window and all before it. `current` says by the start of each of
    its current blocks what leaving it costs, `kept` are these blocks, `fewest` is the least number of blocks that can hold it.
    `known` remembers totals: search asks again and again.
    """

    duration: int
    urgency: int
    now: int
    deadline: int | None
    suggested: int | None
    preferred: tuple[tuple[int, int], ...]
    current: dict[int, int]
    reach: tuple[int, ...] = ()
    kept: tuple[tuple[int, int], ...] = ()
    fewest: int = 1
    weights: Weights = field(default_factory=Weights)
    known: dict[int, int] = field(default_factory=dict)

    @property
    def current_start(self) -> int | None:
        """Where its (first) block is in the current plan."""
        return next(iter(self.current), None)

    def at(self, start: int) -> int:
        """The total of one block of the job's duration from `start`."""
        total = self.known.get(start)
        if total is None:
            total = self.known[start] = self.terms(start, start + self.duration).total
        return total

    def terms(self, start: int, end: int) -> Cost:
        """All terms of a job that is one block from `start` to `end`."""
        return self.of([(start, end)])

    def of(self, blocks: Sequence[tuple[int, int]]) -> Cost:
        """All terms of a job in some blocks, sorted by start: it counts from its first start to its last end."""
        start, end = blocks[0][0], max(end for _, end in blocks) if len(blocks) > 1 else blocks[0][1]
        late = last_day = 0
        if self.deadline is not None:
            late = max(0, end - max(self.deadline, self.now))
            last_day = max(0, end - max(self.deadline - LAST_DAY, self.now))
        away = 0 if self.suggested is None else abs(start - self.suggested)
        outside = bool(self.preferred) and not all(self._prefers(*block) for block in blocks)
        return Cost(
            tardiness=TARDINESS * self.urgency * late,
            preference=self.urgency * (self.weights.suggestion * away + self.weights.outside_preferred * outside),
            earliness=EARLINESS * self.urgency * max(0, end - self.now),
            spread=self.weights.spread * self.urgency * last_day,
            moves=self._moves(blocks) if self.current else 0,
            cuts=CUT * self.urgency * max(0, len(blocks) - self.fewest),
        )

    def _prefers(self, start: int, end: int) -> bool:
        place = bisect_right(self.preferred, (start, MAX_MINUTE)) - 1
        return place >= 0 and self.reach[place] >= end

    def _moves(self, blocks: Sequence[tuple[int, int]]) -> int:
        starts = {start for start, _ in blocks}
        return sum(points for start, points in self.current.items() if start not in starts)

    @property
    def unplaced(self) -> int:
        return UNPLACED * self.urgency


def prices(problem: Problem) -> list[JobPrice]:
    """The price of each job, in the order of `problem.jobs`.

    A suggestion outside what can still be planned is ignored. A fixed block has not been moved by the planner, and neither has
    one that has begun without it.
    """
    pins, current = problem.pins(), _current(problem)
    known: dict[int, Windows] = {}  # jobs with the same hours often share them
    for job in problem.jobs:
        if id(job.preferred) not in known:
            known[id(job.preferred)] = _windows(job)
    return [
        _price(problem, job, pins.get(job.id, []), current.get(job.id, []), known[id(job.preferred)]) for job in problem.jobs
    ]


def evaluate(
    problem: Problem,
    placements: Iterable[Placement],
    unplaced: Sequence[Unplaced],
    priced: Sequence[JobPrice] | None = None,
) -> Cost:
    """The cost of a plan. A job with fixed blocks whose rest is left out costs what a job left out costs. `priced` saves making
    the `prices` of the problem anew."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for block in placements:
        spans.setdefault(block.job_id, []).append((block.start, block.end))
    left_out = {entry.job_id for entry in unplaced}
    if problem.objective == "makespan":
        lost = sum(UNPLACED * urgency(job.weight, problem.taste.importance) for job in problem.jobs if job.id in left_out)
        return Cost(unplaced=lost, makespan=max((end for blocks in spans.values() for _, end in blocks), default=0))
    sums = [0] * 7
    for job, price in zip(problem.jobs, priced or prices(problem), strict=True):
        if job.id in left_out:
            sums[0] += price.unplaced
        elif job.id in spans:
            cost = price.of(sorted(spans[job.id]))
            terms = (0, cost.tardiness, cost.preference, cost.earliness, cost.spread, cost.moves, cost.cuts)
            sums = [total + term for total, term in zip(sums, terms, strict=True)]
    return Cost(*sums)


def _current(problem: Problem) -> dict[str, list[tuple[int, int]]]:
    """The current blocks of each job, by start."""
    current: dict[str, list[tuple[int, int]]] = {}
    for block in sorted(problem.current, key=lambda block: (block.start, block.end)):
        current.setdefault(block.job_id, []).append((block.start, block.end))
    return current


def _windows(job: Job) -> Windows:
    """The preferred windows of a job by start, and the last end of each and all before it."""
    spans = sorted((window.start, window.end) for window in job.preferred)
    return tuple(spans), tuple(accumulate((end for _, end in spans), max))


def _price(
    problem: Problem, job: Job, pins: Sequence[Placement], current: Sequence[tuple[int, int]], windows: Windows
) -> JobPrice:
    now, points = problem.now, weights(problem.taste)
    is_reachable = job.suggested_start is not None and now <= job.suggested_start < problem.horizon
    rest = unfixed_minutes(job, pins)
    pinned = {(block.start, block.end) for block in pins}
    kept = tuple(block for block in current if block[0] >= now and block not in pinned) if rest else ()
    if not job.is_split:
        kept = kept[:1] if kept == tuple(current) else ()
    fewest = len(pins) + (-(-rest // job.chunk_bounds(rest)[1]) if rest else 0)
    return JobPrice(
        duration=job.duration,
        urgency=urgency(job.weight, problem.taste.importance),
        now=now,
        deadline=job.deadline,
        suggested=job.suggested_start if is_reachable else None,
        preferred=windows[0],
        reach=windows[1],
        current={start: points.move * max(1, CALM_DAYS - (start - now) // 1440) for start, _ in kept},
        kept=kept,
        fewest=fewest,
        weights=points,
    )
