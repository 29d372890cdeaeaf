"""What a plan costs: the weights, in one place, and the price of each job at each start, in whole points.

It judges plans and makes none; it must not look at whether a plan is valid (that is `planning.checker`).

All terms but the moves grow with the urgency of the job, so that a job weighs its own wishes alike whatever its priority, and
two jobs that want the same time are settled by priority. Each term outweighs the next: see the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from planning.problem import Cost, Job, Placement, Problem, Unplaced

UNPLACED = 1_000_000_000
"""Points x urgency for a job left out: more than a job can otherwise cost within the longest horizon."""
TARDINESS = 1_000
"""Points x urgency for each minute that a job ends after its deadline (or after now, when the deadline has passed)."""
SUGGESTION = 3
"""Points x urgency for each minute between a start and the suggested one: more than earliness and spread can win back."""
OUTSIDE_PREFERRED = 3 * 1440
"""Points x urgency for a job outside its preferred windows: worth waiting three days for one, a weekend included."""
EARLINESS = 1
"""Points x urgency for each minute from now to the end of a job."""
SPREAD = 1
"""Points x urgency for each minute by which a job reaches into the last day before its deadline."""
LAST_DAY = 1440
"""How long before its deadline the last day of a job begins, in minutes."""
MOVE = 30 * 55
"""Points for a block that leaves its place in a week or later: half an hour of a job of middle urgency."""
CALM_DAYS = 7
"""A block that starts d days from now costs `CALM_DAYS - d` times MOVE to move, and MOVE at least."""


def urgency(weight: float) -> int:
    """The weight of a job, 0 to 10, as the whole number that multiplies its points: 10 to 100."""
    return 10 + round(9 * weight)


@dataclass(slots=True)
class JobPrice:
    """The terms of one job as a function of its start (and end). `known` remembers totals: search asks again and again."""

    duration: int
    urgency: int
    now: int
    deadline: int | None
    suggested: int | None
    preferred: tuple[tuple[int, int], ...]
    current_start: int | None
    move: int
    known: dict[int, int] = field(default_factory=dict)

    def at(self, start: int) -> int:
        """The total of one block of the job's duration from `start`."""
        total = self.known.get(start)
        if total is None:
            total = self.known[start] = self.terms(start, start + self.duration).total
        return total

    def terms(self, start: int, end: int) -> Cost:
        """All terms of a job that runs from `start` to `end`."""
        late = last_day = 0
        if self.deadline is not None:
            late = max(0, end - max(self.deadline, self.now))
            last_day = max(0, end - max(self.deadline - LAST_DAY, self.now))
        away = 0 if self.suggested is None else abs(start - self.suggested)
        outside = bool(self.preferred) and not any(low <= start and end <= high for low, high in self.preferred)
        return Cost(
            tardiness=TARDINESS * self.urgency * late,
            preference=self.urgency * (SUGGESTION * away + OUTSIDE_PREFERRED * outside),
            earliness=EARLINESS * self.urgency * max(0, end - self.now),
            spread=SPREAD * self.urgency * last_day,
            moves=0 if self.current_start in {None, start} else self.move,
        )

    @property
    def unplaced(self) -> int:
        return UNPLACED * self.urgency


def prices(problem: Problem) -> list[JobPrice]:
    """The price of each job, in the order of `problem.jobs`.

    A suggestion outside what can still be planned is ignored. A job with fixed blocks has not been moved by the planner, and
    neither has one whose current block has begun without it.
    """
    settled = {fixed.placement.job_id for fixed in problem.fixed}
    current: dict[str, int] = {}
    for placement in problem.current:
        current[placement.job_id] = min(placement.start, current.get(placement.job_id, placement.start))
    return [_price(problem, job, None if job.id in settled else current.get(job.id)) for job in problem.jobs]


def evaluate(problem: Problem, placements: Iterable[Placement], unplaced: Sequence[Unplaced]) -> Cost:
    """The cost of a plan. A job in several blocks counts from its first start to its last end."""
    spans: dict[str, tuple[int, int]] = {}
    for block in placements:
        low, high = spans.get(block.job_id, (block.start, block.end))
        spans[block.job_id] = (min(low, block.start), max(high, block.end))
    left_out = {entry.job_id for entry in unplaced}
    sums = [0] * 6
    for job, price in zip(problem.jobs, prices(problem), strict=True):
        if job.id in spans:
            cost = price.terms(*spans[job.id])
            terms = (0, cost.tardiness, cost.preference, cost.earliness, cost.spread, cost.moves)
            sums = [total + term for total, term in zip(sums, terms, strict=True)]
        elif job.id in left_out:
            sums[0] += price.unplaced
    return Cost(*sums)


def _price(problem: Problem, job: Job, current_start: int | None) -> JobPrice:
    now = problem.now
    is_reachable = job.suggested_start is not None and now <= job.suggested_start < problem.horizon
    can_stay = current_start is not None and current_start >= now
    days_ahead = (current_start - now) // 1440 if current_start is not None else 0
    return JobPrice(
        duration=job.duration,
        urgency=urgency(job.weight),
        now=now,
        deadline=job.deadline,
        suggested=job.suggested_start if is_reachable else None,
        preferred=tuple((window.start, window.end) for window in job.preferred),
        current_start=current_start if can_stay else None,
        move=MOVE * max(1, CALM_DAYS - days_ahead),
    )
