"""The planning runs of this process while they improve a plan: how far each is, and ending one with the best plan so far.

It knows nothing of plans, and forgets a run with its end. A run of another process is not known here: it ends by its limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from planning.process import Effort

PACE_SECONDS = 0.5
"""From one word about a run to the next, and before the first: most runs are over by then."""


class Efforts:
    """One for each process. `tell` hears how far a person's run is, in percent, and None at its end; `clock` (seconds) is
    monotonic."""

    def __init__(
        self, tell: Callable[[int, int | None], None] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._efforts: dict[int, Effort] = {}

    @contextmanager
    def following(self, user_id: int) -> Iterator[Effort]:
        """A person's run, from here to the end of the block."""
        told_at = self._clock()

        def tell(share: float) -> None:
            nonlocal told_at
            if self._clock() - told_at >= PACE_SECONDS:
                told_at = self._clock()
                self._say(user_id, round(100 * share))

        effort = self._efforts[user_id] = Effort(tell)
        try:
            yield effort
        finally:
            if self._efforts.get(user_id) is effort:
                del self._efforts[user_id]
            self._say(user_id, None)

    def end(self, user_id: int) -> bool:
        """Have the person's run end with the best plan so far; False when none runs here."""
        effort = self._efforts.get(user_id)
        if effort is not None:
            effort.end()
        return effort is not None

    def _say(self, user_id: int, percent: int | None) -> None:
        if self._tell is not None:
            self._tell(user_id, percent)
