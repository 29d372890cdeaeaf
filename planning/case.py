"""One job that is late or left out: the question that every kind of repair answers, and what answers look like.

It holds the question and counts the work; which changes to try is the business of `planning.remedies` and
`planning.concessions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from planning.changes import Change, compare, growth, placed_ids
from planning.frame import NEVER
from planning.places import Blocks, Places
from planning.problem import Interval, Job, Placement, Plan, Problem
from planning.taste import urgency

RepairKind = Literal["move_others", "extend_deadline", "extra_time", "shorten", "split", "drop_job", "extend_other", "unpin"]


@dataclass(frozen=True, slots=True)
class Extra:
    """Time that could be opened for work, by the name that a person knows it by ("Saturday")."""

    name: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """A change after which the job asked about is placed and on time.

    `job_id` is the job that is changed: the one asked about, or the one left out that it waits for (`move_others`,
    `extend_deadline`, `extra_time`, `shorten`, `split`), or another (`drop_job`, `extend_other`, `unpin`). `minutes` is by how
    much a deadline is extended, how much work is done in the extra time, how long the shortened job is, or how long the
    chunks of the split one are at least. `name` is the extra time's, `block` the one unpinned. `problem` is the changed
    problem, `plan` a valid plan of it, `change` what that plan changes, and `harm` the points by which repairs are ranked.
    """

    kind: RepairKind
    job_id: str
    problem: Problem
    plan: Plan
    change: Change
    harm: int
    minutes: int = 0
    name: str = ""
    block: Placement | None = None


@dataclass(slots=True)
class Case:
    """The job asked about in a plan, the `target` that must find a place for it, and how many plans may still be tried."""

    problem: Problem
    plan: Plan
    asked: Job
    target: Job
    extra: tuple[Extra, ...] = ()
    left: int = 0

    def urgency(self, job: Job) -> int:
        """What the points of a job are multiplied by."""
        return urgency(job.weight, self.problem.taste.importance)

    def places(self, problem: Problem, last_end: int | None = None) -> Places:
        """The places of the target in a variant of the problem, those at which it is on time unless told otherwise."""
        self.left -= 1
        due = (job.deadline for job in (self.target, self.asked) if job.deadline is not None)
        return Places(problem, self.plan, self.target.id, min(due, default=NEVER) if last_end is None else last_end)

    def best(self, problem: Problem, places: Places, candidates: Iterable[Blocks], gone: str = "") -> Plan | None:
        """The cheapest plan with the target at one of the candidates that repairs and takes no other job's place but that of
        `gone`; where nobody need move, the first."""
        best: Plan | None = None
        for blocks in candidates:
            if self.left <= 0:
                break
            self.left -= 1
            plan = places.solved(blocks)
            if plan is None or not self.is_solved_by(problem, plan, gone):
                continue
            if best is None or plan.cost.total < best.cost.total:
                best = plan
            if not places.displaced(blocks):
                break
        return best

    def is_solved_by(self, problem: Problem, plan: Plan, gone: str = "") -> bool:
        """Whether the job asked about is placed and on time, and no other has lost its place."""
        return is_repaired(problem, plan, self.asked.id) and not placed_ids(self.plan) - placed_ids(plan) - {gone}

    def repair(
        self,
        kind: RepairKind,
        problem: Problem,
        plan: Plan,
        charge: int,
        *,
        job_id: str = "",
        minutes: int = 0,
        name: str = "",
        block: Placement | None = None,
    ) -> Repair:
        """The repair that a changed problem and its plan are; `charge` is what the change itself costs."""
        gone = {job.id for job in self.problem.jobs} - {job.id for job in problem.jobs}
        return Repair(
            kind,
            job_id or self.target.id,
            problem,
            plan,
            compare(self.problem, self.plan, problem, plan, self.target.id),
            charge + growth(self.problem, self.plan, problem, plan, self.target.id, gone),
            minutes,
            name,
            block,
        )


def case_about(problem: Problem, plan: Plan, job_id: str, extra: tuple[Extra, ...]) -> Case:
    """The case of a job that the problem has: its target is the first job left out that it waits for, through others or not."""
    jobs, placed = {job.id: job for job in problem.jobs}, placed_ids(plan)
    target = asked = jobs[job_id]
    while (before := next((jobs[p.job_id] for p in target.predecessors if p.job_id not in placed), None)) is not None:
        target = before
    return Case(problem, plan, asked, target, extra)


def is_repaired(problem: Problem, plan: Plan, job_id: str) -> bool:
    """Whether a job is placed, wholly, and ends by its deadline."""
    deadline = next(job.deadline for job in problem.jobs if job.id == job_id)
    ends = [block.end for block in plan.placements if block.job_id == job_id]
    return job_id in placed_ids(plan) and (deadline is None or max(ends) <= deadline)


def changed(problem: Problem, job: Job) -> Problem:
    """The problem with one of its jobs replaced by a variant of it."""
    return replace(problem, jobs=tuple(job if own.id == job.id else own for own in problem.jobs))
