"""The planning runs of this process while they improve a plan: how far each is, and ending one with the best plan so far.

It knows nothing of plans, and forgets a run with its end. A run of another process is not known here: it ends by its limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from planning.process import Effort

PACE_SECONDS = 0.5
"""From one word about a run to the next, and before the first: most runs are over by then."""


class Efforts:
    """One for each process. `tell` hears how far a person's run is, in percent, and None at its end."""

    def __init__(self, tell: Callable[[int, int | None], None] | None = None, pace_seconds: float = PACE_SECONDS) -> None:
        self._tell = tell
        self._pace_seconds = pace_seconds
        self._efforts: dict[int, Effort] = {}

    @asynccontextmanager
    async def following(self, user_id: int, seconds: float) -> AsyncIterator[Effort]:
        """A person's run of at most so many seconds, from here to the end of the block."""
        effort = self._efforts[user_id] = Effort()
        telling = asyncio.create_task(self._telling(user_id, effort, seconds))
        try:
            yield effort
        finally:
            telling.cancel()
            if self._efforts.get(user_id) is effort:
                del self._efforts[user_id]
            self._say(user_id, None)

    def end(self, user_id: int) -> bool:
        """Have the person's run end with the best plan so far; False when none runs here."""
        effort = self._efforts.get(user_id)
        if effort is not None:
            effort.end()
        return effort is not None

    async def _telling(self, user_id: int, effort: Effort, seconds: float) -> None:
        """The greater share of the two that are limited: the work, and its time."""
        clock = asyncio.get_running_loop().time
        begin = clock()
        while True:
            await asyncio.sleep(self._pace_seconds)
            share = max(effort.share, (clock() - begin) / seconds)
            self._say(user_id, min(99, round(100 * share)))

    def _say(self, user_id: int, percent: int | None) -> None:
        if self._tell is not None:
            self._tell(user_id, percent)
