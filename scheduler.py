"""The background's clock: APScheduler polls, and a commit wakes it. What is due, and who does it, the database decides."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from services.runs import Runner

WORK = "work"
OVERDUE = "overdue"
OVERDUE_EVERY_SECONDS = 30


class Scheduler:
    """The table of jobs, each one call into a service."""

    def __init__(self, runner: Runner, poll_seconds: float) -> None:
        self.runner = runner
        self.poll_seconds = poll_seconds
        self._woken = False
        self._ticking = False
        self._clock = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30}
        )
        self._clock.add_job(self._work, "interval", seconds=poll_seconds, id=WORK, next_run_time=datetime.now(UTC))
        self._clock.add_job(runner.flag_overdue, "interval", seconds=OVERDUE_EVERY_SECONDS, id=OVERDUE)

    def start(self) -> None:
        self._clock.start()

    def wake(self, _user_id: int) -> None:
        """Look for due work now; a listener of the database, called after commits."""
        self._woken = True
        if not self._ticking:
            self._look_in(0)

    async def stop(self) -> None:
        """No new work; what runs is given up, to be taken up again."""
        self._clock.shutdown(wait=False)
        await asyncio.sleep(0)
        await self.runner.drain()

    async def _work(self) -> None:
        self._ticking, self._woken = True, False
        try:
            next_seconds = await self.runner.tick()
        finally:
            self._ticking = False
        if self._woken:
            next_seconds = 0.0
        if next_seconds is not None and next_seconds < self.poll_seconds:
            self._look_in(max(next_seconds, 0.02))

    def _look_in(self, seconds: float) -> None:
        if self._clock.running:
            self._clock.modify_job(WORK, next_run_time=datetime.now(UTC) + timedelta(seconds=seconds))
