"""G6: one running task for each person, whoever presses what at the same moment, over real HTTP."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import httpx2
import pytest
from sqlalchemy import func, select

from db import Database
from models import Task, TaskStatus, TimeEntry
from tests.e2e.server import AppServer
from tests.guarantees.report import Tally

HANDS = 32
TASKS = 6
VERBS = ("start", "start", "start", "stop", "complete", "reopen", "delete", "restore")
EXPECTED = {303, 404, 409}


async def open_entries(database: Database) -> list[int]:
    """How many open entries each person has who has any."""
    async with database.read_scope() as session:
        statement = select(func.count()).select_from(TimeEntry).where(TimeEntry.ended_at.is_(None)).group_by(TimeEntry.user_id)
        return [*await session.scalars(statement)]


async def is_consistent(database: Database) -> bool:
    """A task is active exactly while its entry is open."""
    async with database.read_scope() as session:
        active = {*await session.scalars(select(Task.id).where(Task.status == TaskStatus.ACTIVE))}
        return active == {*await session.scalars(select(TimeEntry.task_id).where(TimeEntry.ended_at.is_(None)))}


async def hammer(server: AppServer, database: Database, rounds: int, seed: int) -> None:
    rng, tally, seen = random.Random(seed), Tally("G6", seed, floor=HANDS * rounds), Counter[int]()
    limits = httpx2.Limits(max_connections=HANDS, max_keepalive_connections=HANDS)
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False, timeout=60, limits=limits) as http:
        for number in range(TASKS):
            assert (await http.post("/tasks", data={"text": f"Task {number} 30min"})).status_code == 303
        ids = [task["id"] for task in (await http.get("/api/v1/tasks")).json()["tasks"]]
        for round_number in range(rounds):
            presses = [f"/tasks/{rng.choice(ids)}/{rng.choice(VERBS)}" for _ in range(HANDS)]
            answers = await asyncio.gather(*(http.post(path) for path in presses))
            for path, answer in zip(presses, answers, strict=True):
                seen[answer.status_code] += 1
                tally.case(answer.status_code in EXPECTED, f"{path} answered {answer.status_code}: {answer.text[:300]}")
            tally.case(max(await open_entries(database), default=0) <= 1, f"two run after round {round_number}")
            tally.case(await is_consistent(database), f"status and entries differ after round {round_number}")
    tally.close()
    assert min(seen[303], seen[409], seen[404]) > rounds, f"the hands must win, lose and miss: {seen}"


async def test_one_running(server: AppServer, database: Database) -> None:
    await hammer(server, database, rounds=50, seed=6)


@pytest.mark.guarantees
async def test_one_running_long(server: AppServer, database: Database) -> None:
    await hammer(server, database, rounds=1_000, seed=random.SystemRandom().randrange(10**6))
