"""Circles in a graph of who waits for whom, by name.

It must know nothing of jobs, so that `planning.problem` can use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def find_circle(waits_for: Mapping[str, Sequence[str]]) -> list[str]:
    """The names of one circle, each waiting for the next and the last for the first; empty when there is none.

    Every name that is waited for must be a key. Those whose waits are over are peeled off (Kahn 1962); what is left waits in
    or for a circle, which a walk along the waits must enter. Takes time linear in names and waits.
    """
    open_waits = {name: len(others) for name, others in waits_for.items()}
    waited_by: dict[str, list[str]] = {name: [] for name in waits_for}
    for name, others in waits_for.items():
        for other in others:
            waited_by[other].append(name)
    done = [name for name, count in open_waits.items() if count == 0]
    while done:
        for name in waited_by[done.pop()]:
            open_waits[name] -= 1
            if open_waits[name] == 0:
                done.append(name)
    onward = {
        name: next(other for other in waits_for[name] if open_waits[other]) for name, count in open_waits.items() if count
    }
    if not onward:
        return []
    trail = {next(iter(onward)): 0}  # the walk, each name with its place in it
    while (following := onward[next(reversed(trail))]) not in trail:
        trail[following] = len(trail)
    return [*trail][trail[following] :]
