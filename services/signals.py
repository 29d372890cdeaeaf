"""Who listens to whose changes in this process: commits wake the event streams of a person's open pages.

Of changes it carries no content. A stream asks the database what the newest revision is, so a wake that is lost costs only
time. How far a planning run of this process is, it tells in percent: that is nowhere else, and is worth nothing afterwards.
"""

from __future__ import annotations

import asyncio


class Hub:
    """Wakes the streams of a person. Commits of this process do, and what is heard of other processes."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[asyncio.Event]] = {}
        self.told: dict[int, int] = {}
        """The newest revision that a stream has read, of everybody who listens."""
        self.percent: dict[int, int] = {}
        """How far the planning run of a person is, while it improves a plan."""
        self.is_closing = False

    @property
    def people(self) -> frozenset[int]:
        """Whose changes somebody listens to."""
        return frozenset(self._listeners)

    def listen(self, user_id: int) -> asyncio.Event:
        """An event that is set at each of the person's changes; hand it to `leave` at the end.

        It is set at first: who looks, and then listens, has missed what came between, and looks again.
        """
        event = asyncio.Event()
        event.set()
        self._listeners.setdefault(user_id, set()).add(event)
        return event

    def leave(self, user_id: int, event: asyncio.Event) -> None:
        self._listeners[user_id].discard(event)
        if not self._listeners[user_id]:
            del self._listeners[user_id]
            self.told.pop(user_id, None)

    def wake(self, user_id: int) -> None:
        """A listener of the database."""
        for event in self._listeners.get(user_id, ()):
            event.set()

    def wake_all(self) -> None:
        """Something may have changed of anybody."""
        for user_id in self._listeners:
            self.wake(user_id)

    def tell(self, user_id: int, percent: int | None) -> None:
        """How far a planning run is; None: it has ended, which its stored plan tells the pages."""
        if percent is None:
            self.percent.pop(user_id, None)
        else:
            self.percent[user_id] = percent
            self.wake(user_id)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.is_closing = True
        self.wake_all()
