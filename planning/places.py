"""Where else one job of a plan could be: places that are free, places that push others aside, and the plan that follows.

It solves again by list scheduling with the job held where it is told; which place is wanted is not its concern.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TypeAlias

from planning.books import Books, earliest, fits, latest, open_spans
from planning.changes import standing
from planning.checker import check
from planning.chunks import cut
from planning.draft import best_layout
from planning.frame import NEVER, Frame
from planning.layout import from_blocks, from_plan, to_plan
from planning.objective import evaluate
from planning.problem import Fixed, Plan, Problem, ProblemError
from planning.timeline import Span

Blocks: TypeAlias = tuple[Span, ...]

APART = 120
"""Minutes between the starts of two places that a person would call different."""
STEPS = 4
"""Places looked at within one gap, `APART` from each other."""
LOOKS = 40
"""Places that push others aside whose price is estimated, the cheapest for the job itself."""
FEWEST_CUTS, MOST_CUTS = 3, 60
"""Times from which a split job is cut anew, when it needs many blocks and when it needs few."""
CUT_BLOCKS = 1_000
"""Blocks cut in all for that."""


class Places:
    """The places of one job, all others being where the plan has them; it must end by `last_end`.

    The plan may be of a slightly different problem, with the same jobs or more. Raises ProblemError for an unknown job.
    """

    def __init__(self, problem: Problem, plan: Plan, job_id: str, last_end: int = NEVER) -> None:
        self.problem = standing(problem, plan, job_id)
        self.frame = Frame(self.problem)
        if job_id not in self.frame.index:
            raise ProblemError(f"There is no job {job_id!r} to look for places for.")
        self.number = self.frame.index[job_id]
        known = tuple(block for block in plan.placements if block.job_id in self.frame.index)
        self.kept = from_plan(self.frame, Plan(known))
        self.own = self.kept.pop(self.number, None)
        self.books = from_blocks(self.frame, self.kept).books
        self.last_end = last_end

    @property
    def is_free(self) -> bool:
        """Whether anything of the job is to be placed."""
        return self.number not in self.frame.fixed

    def free(self) -> list[Blocks]:
        """Places at which no other job needs to move, cheapest first."""
        ready, last_end = self._room()
        return self._found(self.books, self._anchors(self.books, ready, last_end), ready, last_end)

    def has_free(self) -> bool:
        """Whether there is any such place, as the books stand."""
        ready, last_end = self._room()
        return self._from(self.books, ready, ready, last_end) is not None

    def crowded(self) -> list[Blocks]:
        """Places that others hold now, those first that seem cheapest for all."""
        frame, number = self.frame, self.number
        ends = (frame.lower[before] + frame.rest[before] + lag for before, lag in frame.predecessors[number])
        ready, last_end = max([frame.lower[number], *ends]), min(frame.limit[number], self.last_end)
        edges = {edge for other in self.rivals for span in self.kept[other] for edge in span}
        anchors = [*self._anchors(frame.books, ready, last_end), *sorted(edges), last_end - frame.rest[number]]
        free = frame.lanes(number, self.books)
        found = (
            blocks
            for blocks in self._found(frame.books, anchors, ready, last_end)
            if self.displaced(blocks) or not all(fits(free, *block) for block in blocks)  # a budget may be spent elsewhere
        )
        return sorted(islice(found, LOOKS), key=lambda blocks: (self.estimate(blocks), blocks))

    def displaced(self, blocks: Blocks) -> list[int]:
        """The other jobs that a place leaves no room to stay: on the same resources, or waiting in vain."""
        frame, number = self.frame, self.number
        first, last = blocks[0][0], frame.end(number, blocks)
        buffer = frame.jobs[number].buffer_after
        early = {
            before for before, lag in frame.predecessors[number]
            if before in self.kept and frame.end(before, self.kept[before]) + lag > first
        }  # fmt: skip
        late = {after for after, lag in frame.successors[number] if after in self.kept and last + lag > self.kept[after][0][0]}
        met: set[int] = set()
        for start, end in blocks:
            near = bisect_left(self._held, (start - self._longest,)), bisect_left(self._held, (end + buffer,))
            met |= {other for _, high, other in self._held[slice(*near)] if start < high}
        return sorted(early | late | met)

    def estimate(self, blocks: Blocks) -> int:
        """What a place costs: the job itself, and moving each job in the way by about its own length."""
        prices, frame = self.frame.prices, self.frame
        moves = (
            sum(prices[other].current.values()) + prices[other].urgency * frame.rest[other] for other in self.displaced(blocks)
        )
        return frame.cost(self.number, blocks) + sum(moves)

    def solved(self, blocks: Blocks) -> Plan | None:
        """The plan with the job at a place, found by solving again near the old one; None: there is no valid one."""
        held = tuple(Fixed(block, "frozen") for block in self.frame.blocks(self.number, blocks))
        frame = Frame(replace(self.problem, fixed=(*self.problem.fixed, *held)))
        found = to_plan(frame, best_layout(frame, 1)[1], "draft")
        cost = evaluate(self.problem, found.placements, found.unplaced)
        plan = replace(found, cost=cost, status="best_found", engine="search")
        return None if check(self.problem, plan) else plan

    def _room(self) -> Span:
        """The earliest start and the latest end that the others allow; no room at all where a predecessor is left out."""
        frame, number = self.frame, self.number
        ready, last_end = frame.lower[number], min(frame.upper[number], self.last_end)
        for before, lag in frame.predecessors[number]:
            if before in self.kept:
                ready = max(ready, frame.end(before, self.kept[before]) + lag)
            elif before not in frame.fixed:
                last_end = ready
        for after, lag in frame.successors[number]:
            if after in self.kept:
                last_end = min(last_end, self.kept[after][0][0] - lag)
        return ready, last_end

    @cached_property
    def _held(self) -> list[tuple[int, int, int]]:
        """The blocks of the rivals, to the ends of their buffers, by start: start, end, job."""
        jobs = self.frame.jobs
        return sorted((low, high + jobs[other].buffer_after, other) for other in self.rivals for low, high in self.kept[other])

    @cached_property
    def _longest(self) -> int:
        return max((high - low for low, high, _ in self._held), default=0)

    @cached_property
    def rivals(self) -> list[int]:
        """The other free jobs that hold a resource which the job needs."""
        needed = {place for place, _ in self.frame.demands[self.number]}
        return [other for other in self.kept if any(place in needed for place, _ in self.frame.demands[other])]

    def _anchors(self, books: Books, ready: int, last_end: int) -> list[int]:
        """Times worth a look: in each gap a few, where the job would like to be, and near where it is."""
        price = self.frame.prices[self.number]
        marks = [low for low, _ in price.preferred] + ([] if price.suggested is None else [price.suggested])
        if self.own is not None:
            begin = self.own[0][0]
            marks += [begin - APART, begin, begin + APART]
        for low, high in open_spans(self.frame.lanes(self.number, books), ready, last_end):
            marks += [*range(low, high, APART)][:STEPS]
        return sorted({mark for mark in marks if ready <= mark < last_end} | {ready})

    def _found(self, books: Books, anchors: Iterable[int], ready: int, last_end: int) -> list[Blocks]:
        """The places near some times, cheapest first."""
        found: dict[Blocks, int] = {}
        for blocks in self._near(books, anchors, ready, last_end):
            if blocks not in found:
                found[blocks] = self.frame.cost(self.number, blocks)
        return sorted(found, key=lambda blocks: (found[blocks], blocks))

    def _near(self, books: Books, anchors: Iterable[int], ready: int, last_end: int) -> Iterator[Blocks]:
        frame, number = self.frame, self.number
        if number in frame.split:
            cuts = max(FEWEST_CUTS, min(MOST_CUTS, CUT_BLOCKS // frame.jobs[number].fewest_blocks))
            for anchor in islice(dict.fromkeys(anchors), cuts):
                blocks = self._from(books, anchor, ready, last_end)
                if blocks is not None:
                    yield blocks
            return
        duration, lanes = frame.rest[number], frame.lanes(number, books)
        for anchor in dict.fromkeys(anchors):
            after = earliest(lanes, max(anchor, ready), duration, last_end, frame.problem.grid)
            before = latest(lanes, min(anchor, last_end - duration), duration, ready, frame.problem.grid)
            yield from (((start, start + duration),) for start in (after, before) if start is not None)

    def _from(self, books: Books, anchor: int, ready: int, last_end: int) -> Blocks | None:
        """The first place from a time on."""
        frame, number = self.frame, self.number
        if number in frame.split:
            return cut(frame, books, number, max(anchor, ready), last_end)
        duration, lanes = frame.rest[number], frame.lanes(number, books)
        start = earliest(lanes, max(anchor, ready), duration, last_end, frame.problem.grid)
        return None if start is None else ((start, start + duration),)
