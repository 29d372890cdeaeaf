"""A background of its own as a process that can be killed: the runner and the scheduler of the product.

`worker` is a process that has not begun yet. Its code is loaded once, in multiprocessing's server of forks, so that kill -9
meets workers that work rather than workers that import.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess

import logs
from assistant.gateway import Gateway
from config import get_settings
from db import Database
from planning.process import SolverProcess
from scheduler import Scheduler
from services.runs import Runner


def worker(environment: Mapping[str, str]) -> ForkServerProcess:
    """A process that works until it is killed, once it is started. `environment` is the product's, and all that it has."""
    forks = get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    return forks.Process(target=begin, args=(dict(environment),), daemon=True)


def begin(environment: Mapping[str, str]) -> None:
    """What the process does."""
    os.environ.clear()
    os.environ.update(environment)
    asyncio.run(work())


async def work() -> None:
    """Work until killed."""
    settings = get_settings()
    logs.configure(settings.log_format, settings.log_level)
    database = Database(settings.database_url, settings.database_pool_size)
    runner = Runner(database, settings, Gateway(), SolverProcess(), lambda: datetime.now(UTC))
    scheduler = Scheduler(runner, settings.poll_seconds)
    database.listeners.append(scheduler.wake)
    scheduler.start()
    await asyncio.Event().wait()
