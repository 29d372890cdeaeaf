"""Who listens to whose changes in this process: commits wake the event streams of a person's open pages.

It carries no content. A stream asks the database what the newest revision is, so a wake that is lost costs only time.
"""

from __future__ import annotations

import asyncio


class Hub:
    """Wakes the streams of a person."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[asyncio.Event]] = {}
        self.is_closing = False

    def listen(self, user_id: int) -> asyncio.Event:
        """An event that is set at each of the person's changes; hand it to `leave` at the end."""
        event = asyncio.Event()
        self._listeners.setdefault(user_id, set()).add(event)
        return event

    def leave(self, user_id: int, event: asyncio.Event) -> None:
        self._listeners[user_id].discard(event)
        if not self._listeners[user_id]:
            del self._listeners[user_id]

    def wake(self, user_id: int) -> None:
        """A listener of the database."""
        for event in self._listeners.get(user_id, ()):
            event.set()

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.is_closing = True
        for user_id in [*self._listeners]:
            self.wake(user_id)
