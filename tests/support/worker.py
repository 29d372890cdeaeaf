"""A background of its own as a process that can be killed: the runner and the scheduler of the product.

It is forked (`forks.fork(worker.begin, environment)`), so that kill -9 meets workers that work rather than workers that import.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import logs
from assistant.gateway import Gateway
from config import get_settings
from db import Database
from planning.process import SolverProcess
from scheduler import Scheduler
from services.runs import Runner


def begin() -> None:
    """What the process does: work until it is killed."""
    asyncio.run(work())


async def work() -> None:
    settings = get_settings()
    logs.configure(settings.log_format, settings.log_level)
    database = Database(settings.database_url, settings.database_pool_size)
    runner = Runner(database, settings, Gateway(), SolverProcess(), lambda: datetime.now(UTC))
    scheduler = Scheduler(runner, settings.poll_seconds)
    database.listeners.append(scheduler.wake)
    scheduler.start()
    await asyncio.Event().wait()
