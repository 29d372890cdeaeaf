"""The checker's rules for work with pauses: how jobs are cut, buffers after blocks, and breaks after long stretches.

Like `planning.checker` it knows nothing of how plans are made and imports only `planning.problem`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from planning.problem import Job, Placement, Problem
from planning.violations import Blocks, Violation, broken, meets, merge, minutes


def check_cuts(problem: Problem, free: Iterable[Job], blocks: Blocks, planned: Blocks) -> Iterator[Violation]:
    """The blocks of a split job are neither too short nor too long, are apart from each other, and are few enough each day."""
    for job in free:
        own = planned[job.id]
        if not job.is_split or not own:
            continue
        shortest, longest = job.chunk_bounds(sum(map(minutes, own)))
        for block in own:
            if minutes(block) < shortest:
                yield broken("min_chunk", block, f"is shorter than {shortest} minutes")
            if minutes(block) > longest:
                yield broken("max_chunk", block, f"is longer than {longest} minutes")
        every, unfixed = sorted(blocks[job.id]), {*own}
        for before, after in pairwise(every):
            if before not in unfixed and after not in unfixed:
                continue
            if after.start < before.end:
                yield broken("overlap", after, "overlaps another block of its job")
            elif after.start == before.end:
                yield broken("max_chunk", after, "continues another block of its job without a pause")
        yield from _check_days(problem, job, every, own)


def _check_days(problem: Problem, job: Job, every: Iterable[Placement], own: Iterable[Placement]) -> Iterator[Violation]:
    """On no day with a planned block is there more of a job than its cap."""
    worked, planned = Counter(_minutes_by_day(problem, every)), Counter(_minutes_by_day(problem, own))
    for day_number in planned:
        if job.max_per_day is not None and worked[day_number] > job.max_per_day:
            what = f"has {worked[day_number]} minutes on a day that may have {job.max_per_day}"
            yield Violation("max_per_day", job.id, f"Job {job.id!r} {what}.")


def _minutes_by_day(problem: Problem, blocks: Iterable[Placement]) -> dict[int, int]:
    worked: Counter[int] = Counter()
    for block in blocks:
        start = block.start
        while start < block.end:
            midnight = min(block.end, problem.next_day(start))
            worked[problem.day_of(start)] += midnight - start
            start = midnight
    return worked


def check_buffers(problem: Problem, jobs: dict[str, Job], blocks: Blocks, planned: Blocks) -> Iterator[Violation]:
    """After a block its resources are held for its buffer, and are not busy; what is fixed may crowd what is fixed."""
    busy = {resource.id: merge(entry.interval for entry in resource.busy) for resource in problem.resources}
    steps: dict[str, list[tuple[int, int, int, int, str]]] = {resource.id: [] for resource in problem.resources}
    for job_id, placements in blocks.items():
        buffer, unfixed = jobs[job_id].buffer_after, {*planned.get(job_id, ())}
        for demand in jobs[job_id].demands:
            for block in placements:
                units, own = demand.units, demand.units * (block in unfixed)
                held_until = block.end + buffer
                entries = ((block.start, units, own, units), (block.end, 0, 0, -units), (held_until, -units, -own, 0))
                steps[demand.resource_id] += [(*entry, job_id) for entry in entries]
                if buffer and own and meets(busy[demand.resource_id], Placement(job_id, block.end, held_until)):
                    yield broken(
                        "buffer", block, f"is followed by a busy time of {demand.resource_id!r} within {buffer} minutes"
                    )
    for resource in problem.resources:
        held = held_by_planned = working = 0
        for _, units, own, at_work, job_id in sorted(steps[resource.id]):
            held, held_by_planned, working = held + units, held_by_planned + own, working + at_work
            if units > 0 and held_by_planned and held > resource.capacity >= working:
                message = f"Job {job_id!r} starts while {resource.id!r} is held for the buffer after another block."
                yield Violation("buffer", job_id, message)


def check_breaks(problem: Problem, jobs: dict[str, Job], blocks: Blocks, planned: Blocks) -> Iterator[Violation]:
    """A run of blocks without a break is no longer than the longest stretch, unless it is one block or fixed throughout."""
    unfixed = {block for own in planned.values() for block in own}
    for resource in problem.resources:
        if not resource.has_breaks:
            continue
        run: list[Placement] = []
        own = (block for job_id, placements in blocks.items() if _uses(jobs[job_id], resource.id) for block in placements)
        for block in (*sorted(own, key=lambda block: (block.start, block.end)), None):
            if block is not None and run and block.start - max(other.end for other in run) < resource.break_minutes:
                run.append(block)
                continue
            free = [other for other in run if other in unfixed]
            if len(run) > 1 and free and max(other.end for other in run) - run[0].start > resource.max_stretch:
                yield broken("break", free[0], f"is part of a stretch of over {resource.max_stretch} minutes without a break")
            run = [block] if block is not None else []


def _uses(job: Job, resource_id: str) -> bool:
    return any(demand.resource_id == resource_id for demand in job.demands)
