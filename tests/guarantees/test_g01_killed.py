"""G1: kill -9 at any moment loses or doubles no scheduled task."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing.context import ForkServerProcess

import psutil
import pytest
from sqlalchemy import func, select, text

from db import Database
from models import Block, BlockSource, Run, RunLease, Task
from services import users
from services.hour_service import HourService
from services.hours_form import parse_set
from services.scope import Scope
from services.tasks import TaskService
from tests.conftest import as_environment
from tests.guarantees.report import Tally
from tests.support.forks import fork
from tests.support.stage import person, settings_for
from tests.support.worker import begin

MOST_TASKS = 50
"""For one person: what a day or two hold, so that a plan takes no longer in the long size."""
WORKERS = 2
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_WEEK = {f"{day}_{edge}_1": "00:00" for day in DAYS for edge in ("start", "end")}
SETTLE_SECONDS = 90.0


class Workers:
    """Processes that plan, and that are killed one after the other; each gets a successor at once."""

    def __init__(self, url: str, count: int) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        pace = {"LEASE_SECONDS": "1", "POLL_SECONDS": "0.2", "PLAN_SECONDS": "0.05", "PLAN_QUIET_SECONDS": "0.05"}
        own = {"DATABASE_URL": as_environment(url), "SECRET_KEY": "k" * 48, "AI_MODEL": "none/none", "LOG_LEVEL": "error"}
        self._environment = kept | pace | own
        self._running = [self._start() for _ in range(count)]
        self.children: list[psutil.Process] = []

    def _start(self) -> ForkServerProcess:
        return fork(begin, self._environment)

    def kill(self, number: int) -> None:
        """kill -9, and another one takes its place."""
        self._end(self._running[number])
        self._running[number] = self._start()

    def close(self) -> None:
        for process in self._running:
            self._end(process)

    def orphans(self) -> list[int]:
        """Solvers that outlive their worker by more than a moment."""
        _, alive = psutil.wait_procs(self.children, timeout=5)
        return [process.pid for process in alive]

    def _end(self, process: ForkServerProcess) -> None:
        assert process.pid is not None
        self.children += psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.join()


@contextmanager
def working(url: str) -> Iterator[Workers]:
    workers = Workers(url, WORKERS)
    try:
        yield workers
    finally:
        workers.close()


async def act(database: Database, who: int, title: str) -> None:
    """Add a task as the web process does, with what happens at the real time of now."""
    settings = settings_for(database.url, plan_quiet_seconds=0.05)
    async with database.session_scope() as session:
        scope = Scope(session, await users.get_person(session, settings, who), datetime.now(UTC), settings)
        await TaskService(scope).add(f"{title} 30min")


async def everybody(database: Database, count: int) -> list[int]:
    """People who work around the clock, so that every task has a place."""
    settings = settings_for(database.url)
    people = [await person(database, f"person {number}", "Etc/UTC") for number in range(count)]
    for who in people:
        async with database.session_scope() as session:
            scope = Scope(session, await users.get_person(session, settings, who), datetime.now(UTC), settings)
            await HourService(scope).set_weekly(None, parse_set(WHOLE_WEEK).ranges)
    return people


async def pending(database: Database) -> int:
    """Tasks that the planner has still to look at, and work that is due."""
    async with database.read_scope() as session:
        tasks = await session.scalar(select(func.count()).select_from(Task).where(Task.needs_scheduling)) or 0
        due = await session.scalar(select(func.count()).select_from(RunLease).where(RunLease.due_seconds.is_not(None))) or 0
        return tasks + due


async def examine(database: Database, tally: Tally) -> None:
    """Every task once, no two at one time, one plan for each version, and a sound database."""
    async with database.read_scope() as session:
        blocks = (await session.scalars(select(Block).order_by(Block.user_id, Block.start_at))).all()
        tasks = (await session.scalars(select(Task))).all()
        runs = (await session.execute(select(Run.user_id, Run.plan_version, Run.attempt))).all()
        for task in tasks:
            own = [block for block in blocks if block.task_id == task.id]
            planned = len(own) == 1 and own[0].source is BlockSource.PLANNER and not task.needs_scheduling
            tally.case(planned, f"task {task.id} has {[(block.source, block.start_at) for block in own]}")
        for one, other in pairwise(blocks):
            is_apart = one.user_id != other.user_id or one.end_at <= other.start_at
            tally.case(is_apart, f"tasks {one.task_id} and {other.task_id} lie at one time")
        for column in (1, 2):
            keys = [(run[0], run[column]) for run in runs]
            tally.case(len(keys) == len({*keys}), "a plan version or a claim was stored twice")
        if database.url.startswith("sqlite"):
            tally.case(await session.scalar(text("PRAGMA integrity_check")) == "ok", "the file is damaged")
            tally.case((await session.execute(text("PRAGMA foreign_key_check"))).all() == [], "foreign keys are broken")


async def settles(database: Database) -> bool:
    """Whether all work comes to be done; nobody waits where nothing has been for SETTLE_SECONDS."""
    least, since = await pending(database), time.monotonic()
    while least and time.monotonic() < since + SETTLE_SECONDS:
        time.sleep(0.1)  # noqa: ASYNC251 - nothing else runs in this loop
        if (left := await pending(database)) < least:
            least, since = left, time.monotonic()
    return least == 0


async def kill_while_planning(database: Database, tasks: int, kills: int, seed: int) -> None:
    rng, tally = random.Random(seed), Tally("G1", seed, floor=tasks)
    people = await everybody(database, tasks // MOST_TASKS)
    with working(database.url) as workers:
        for number in range(tasks):
            await act(database, rng.choice(people), f"Task {number}")
            if number % max(1, tasks // kills) == tasks // kills - 1:
                time.sleep(rng.uniform(0, 0.7))  # noqa: ASYNC251 - a random moment of the workers' life
                workers.kill(rng.randrange(WORKERS))
        tally.case(await settles(database), "work is left undone")
    await examine(database, tally)
    tally.case(workers.orphans() == [], "a solver outlived its worker")
    async with database.read_scope() as session:
        tally.case(await session.scalar(select(func.count()).select_from(Task)) == tasks, "a task was lost")
    tally.close()


async def test_killed(database: Database) -> None:
    await kill_while_planning(database, tasks=300, kills=10, seed=1)


@pytest.mark.guarantees
async def test_killed_long(database: Database) -> None:
    await kill_while_planning(database, tasks=8_000, kills=150, seed=random.SystemRandom().randrange(10**6))
