"""A background of its own as a process that can be killed: the runner and the scheduler of the product on DATABASE_URL.

`python -m tests.support.worker`; the environment is the product's. It says in one line that it works, and ends by a signal.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import logs
from assistant.gateway import Gateway
from config import get_settings
from db import Database
from planning.process import SolverProcess
from scheduler import Scheduler
from services.runs import Runner


async def main() -> None:
    """Work until killed."""
    settings = get_settings()
    logs.configure(settings.log_format, settings.log_level)
    database = Database(settings.database_url, settings.database_pool_size)
    runner = Runner(database, settings, Gateway(), SolverProcess(), lambda: datetime.now(UTC))
    scheduler = Scheduler(runner, settings.poll_seconds)
    database.listeners.append(scheduler.wake)
    scheduler.start()
    sys.stdout.write("working\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
