"""The person's own order of their tasks: moving one writes that one. The planner does not look at it.

New tasks come on top (`models.rank_of_new`): a list is read from there, so none is overlooked at the end of a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl

from errors import InvalidInputError
from models import Task
from repositories.task_list import Place, TaskListRepository
from repositories.task_order import Rank, TaskOrderRepository
from services.scope import Scope
from services.task_filter import parse
from services.tasks import TaskService

Side = Literal["before", "after"]
Way = Literal["top", "up", "down"]
APART = 1 << 20
"""Between ranks at the ends of the order: twenty times a task may be put into the middle of what is between two."""
TOP: Rank = (-(2**62), 0)
AROUND = (64, 1024, 16384, 262144)
"""So many tasks make room, where between two there is no more: the fewest that can."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A task that was moved, one sentence about it, and its way back ("after=41"; None: it stands where it stood)."""

    task: Task
    sentence: str
    back: str | None = None


class TaskOrderService:
    """Moves one person's tasks in their own order."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.order = TaskOrderRepository(scope.session)
        self.tasks = TaskService(scope)

    async def move(self, task_id: int, side: Side, other_id: int) -> Moved:
        """Put a task right before or after another. Raises NotFoundError where either is missing or foreign."""
        await self.scope.lock()
        task, other = await self.tasks.get(task_id), await self.tasks.get(other_id)
        if task is other:
            raise InvalidInputError("A task cannot stand beside itself.")
        words = "above" if side == "before" else "below"
        return await self._put(task, (other.rank, other.id), side, f"“{task.title}” is now {words} “{other.title}”.")

    async def move_along(self, task_id: int, way: Way, listed: str) -> Moved:
        """Put a task on top of all, or one step up or down in the list that a query names. Raises NotFoundError."""
        await self.scope.lock()
        task = await self.tasks.get(task_id)
        if way == "top":
            first = await self._beside(task, TOP, is_above=False)
            if first is None or (task.rank, task.id) < first:
                return Moved(task, f"“{task.title}” is on top already.")
            return await self._put(task, first, "before", f"“{task.title}” is on top.")
        asked = parse(dict(parse_qsl(listed)) | {"sort": "own", "after": ""}, self.scope.now, self.scope.person.zone)
        asked = replace(asked, after=Place(task.rank, task.id), limit=1, is_upwards=way == "up")
        places, _ = await TaskListRepository(self.scope.session).list_places(task.user_id, self.scope.now, asked)
        if not places:
            return Moved(task, f"“{task.title}” is at the {'top' if way == 'up' else 'end'} of this list already.")
        return await self.move(task_id, "before" if way == "up" else "after", places[0].task_id)

    async def _put(self, task: Task, other: Rank, side: Side, sentence: str) -> Moved:
        back = await self._way_back(task)
        far = await self._beside(task, other, is_above=side == "before")
        above, below = (far, other) if side == "before" else (other, far)
        rank = await self._between(task, above, below)
        await self.order.set_rank(task.user_id, task.id, task.series_id, rank)
        await self.scope.changed(is_replanned=False)
        return Moved(task, sentence, back)

    async def _way_back(self, task: Task) -> str | None:
        """Beside whom a task stands now; None when it is the only one."""
        place = (task.rank, task.id)
        if above := await self._beside(task, place, is_above=True):
            return f"after={above[1]}"
        below = await self._beside(task, place, is_above=False)
        return f"before={below[1]}" if below else None

    async def _beside(self, task: Task, place: Rank, *, is_above: bool) -> Rank | None:
        found = await self.order.list_beside(task.user_id, place, 1, task.id, is_above=is_above)
        return found[0] if found else None

    async def _between(self, task: Task, above: Rank | None, below: Rank | None) -> int:
        """A rank between two neighbours, of whom one may be missing."""
        if below is None:
            return (above or (0, 0))[0] + APART
        if above is None:
            return below[0] - APART
        return (above[0] + below[0]) // 2 if below[0] - above[0] > 1 else await self._make_room(task, below)

    async def _make_room(self, task: Task, below: Rank) -> int:
        """Spread what stands above a place, as little of it as gives room; a rank right above the place."""
        for count in AROUND:
            rows = [*await self.order.list_beside(task.user_id, below, count + 1, task.id, is_above=True)]
            end = rows.pop()[0] if len(rows) > count else min(rows[-1][0], below[0]) - APART * (len(rows) + 2)
            step = (below[0] - end) // (len(rows) + 2)
            if step > 1:
                for number, (_, other_id) in enumerate(rows, 2):
                    await self.order.set_rank(task.user_id, other_id, None, below[0] - number * step)
                return below[0] - step
        raise InvalidInputError("There is no room left there. Put it one place further, or on top.")


def target_of(values: Mapping[str, str]) -> tuple[Side, int] | Way:
    """Where to, from an address: `before` or `after` with a task's id, or `to` with a way. Raises InvalidInputError."""
    for side in ("before", "after"):
        text = values.get(side, "")
        if text.isascii() and text.isdecimal() and len(text) < 19:
            return side, int(text)
    for way in ("top", "up", "down"):
        if values.get("to") == way:
            return way
    raise InvalidInputError("Say where to: before or after a task, or to the top, up or down.")
