"""Who waits for whom once parts are counted: parts take the place of their parent on both sides of a wait.

It computes; which waits a person may ask for is `services.tasks`' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planning.graph import find_circle
from repositories.tasks import TaskRepository

Waits = Mapping[int, frozenset[int]]
"""By task: what must end before it begins."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part and its parent; `is_in_order`: it waits for the part before it."""

    id: int
    parent_id: int
    is_in_order: bool
    is_live: bool = True


def waits_of(dependencies: Iterable[tuple[int, int]], parts: Sequence[Part]) -> Waits:
    """The waits of all tasks, from (task, what it waits for) pairs and the parts, each parent's in their order.

    What a parent waits for, each of its parts waits for; what waits for a parent waits for all its parts.
    """
    parts_of: dict[int, list[int]] = {}
    for part in parts:
        parts_of.setdefault(part.parent_id, []).append(part.id)
    found: dict[int, set[int]] = {}
    for later, earlier in dependencies:
        for one in parts_of.get(later, [later]):
            found.setdefault(one, set()).update(parts_of.get(earlier, [earlier]))
    for before, part in pairwise(parts):
        if part.is_in_order and before.parent_id == part.parent_id:
            found.setdefault(part.id, set()).add(before.id)
    return {task_id: frozenset(others) for task_id, others in found.items()}


def has_circle(waits: Waits) -> bool:
    """Whether some task would wait for itself."""
    everyone = {*waits, *(other for others in waits.values() for other in others)}
    return bool(find_circle({str(one): [str(other) for other in sorted(waits.get(one, ()))] for one in sorted(everyone)}))


async def list_parts(tasks: TaskRepository, user_id: int) -> tuple[Part, ...]:
    """The undeleted parts of a person's tasks, each parent's in their order."""
    return tuple(Part(*row) for row in await tasks.list_parts(user_id))


async def live_waits(tasks: TaskRepository, user_id: int) -> Waits:
    """The waits of all tasks, as far as parts still to be done go."""
    parts = [part for part in await list_parts(tasks, user_id) if part.is_live]
    return waits_of(await tasks.list_dependencies(user_id), parts)
