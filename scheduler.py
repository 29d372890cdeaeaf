"""The background's clock: APScheduler polls, and a commit wakes it. What is due, and who does it, the database decides."""

from __future__ import annotations

import asyncio
import math
import time
from contextvars import Context
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_RUNNING

from services.runs import Runner

WORK = "work"
OVERDUE = "overdue"
OVERDUE_EVERY_SECONDS = 30
REPEAT = "repeat"
REPEAT_EVERY_SECONDS = 30
WAKE_SECONDS = 0.05
LEAST_SECONDS = 0.02


class Scheduler:
    """The table of jobs, each one call into a service."""

    def __init__(self, runner: Runner, poll_seconds: float) -> None:
        self.runner = runner
        self.poll_seconds = poll_seconds
        self._busy = asyncio.Lock()
        self._next_look = math.inf
        self._clock = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30}
        )
        self._clock.add_job(self._work, "interval", seconds=poll_seconds, id=WORK, next_run_time=datetime.now(UTC))
        self._clock.add_job(self._overdue, "interval", seconds=OVERDUE_EVERY_SECONDS, id=OVERDUE)
        self._clock.add_job(self._repeat, "interval", seconds=REPEAT_EVERY_SECONDS, id=REPEAT, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        self._clock.start()

    def wake(self, _user_id: int) -> None:
        """Look for due work soon; a listener of the database, called after commits."""
        self._look_in(WAKE_SECONDS)

    async def stop(self) -> None:
        """No new work; what runs is given up, to be taken up again."""
        if self._clock.running:
            self._clock.pause()
            async with self._busy:  # a look that is under way ends by itself
                self._clock.shutdown(wait=False)
        await self.runner.drain()

    async def _work(self) -> None:
        async with self._busy:
            if self._clock.state != STATE_RUNNING:
                return  # it waited while everything was stopped
            self._next_look = math.inf
            next_seconds = await self.runner.tick()
        if next_seconds is not None and next_seconds < self.poll_seconds:
            self._look_in(max(next_seconds, LEAST_SECONDS))

    async def _overdue(self) -> None:
        async with self._busy:
            if self._clock.state == STATE_RUNNING:
                await self.runner.flag_overdue()

    async def _repeat(self) -> None:
        async with self._busy:
            if self._clock.state == STATE_RUNNING:
                await self.runner.repeat()

    def _look_in(self, seconds: float) -> None:
        """Look in so many seconds, unless that is planned for sooner already: many commits in a row make one look."""
        look = time.monotonic() + seconds
        if look < self._next_look and self._clock.state == STATE_RUNNING:
            self._next_look = look
            # A context of its own: what is bound in the caller's logs is not ours.
            Context().run(self._clock.modify_job, WORK, next_run_time=datetime.now(UTC) + timedelta(seconds=seconds))
