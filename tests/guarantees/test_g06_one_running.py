"""G6: one running task for each person, whoever presses what at the same moment, over real HTTP."""

from __future__ import annotations

import asyncio
import random
import re
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import Database
from models import Task, TaskStatus, TimeEntry
from tests.conftest import as_environment
from tests.e2e.server import AppServer
from tests.guarantees.report import Tally
from tests.support.forks import ForkedServer

HANDS = 32
TASKS = 6
VERBS = ("start", "start", "start", "stop", "complete", "reopen", "delete", "restore")
EXPECTED = {303, 404, 409}
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[AppServer]:
    server = ForkedServer(tmp_path, {"DATABASE_URL": as_environment(database_url)})
    server.start()
    yield server
    server.stop()
    server.client.close()


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


async def press(hand: tuple[StreamReader, StreamWriter], path: str) -> tuple[int, str]:
    """The status and the body. A whole client would take as long to ask as the server takes to answer."""
    reader, writer = hand
    writer.write(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    assert length, head
    return int(head[9:12]), (await reader.readexactly(int(length[1]))).decode()


async def hammer(server: AppServer, database: Database, rounds: int, seed: int) -> None:
    rng, tally, seen = random.Random(seed), Tally("G6", seed, floor=HANDS * rounds), Counter[int]()
    for number in range(TASKS):
        assert server.client.post("/tasks", data={"text": f"Task {number} 30min"}).status_code == 303
    ids = [task["id"] for task in server.client.get("/api/v1/tasks").json()["tasks"]]
    hands = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(HANDS)]
    try:
        for round_number in range(rounds):
            presses = [f"/tasks/{rng.choice(ids)}/{rng.choice(VERBS)}" for _ in range(HANDS)]
            answers = await asyncio.gather(*map(press, hands, presses))
            for path, (status, said) in zip(presses, answers, strict=True):
                seen[status] += 1
                tally.case(status in EXPECTED, f"{path} answered {status}: {said[:300]}")
            tally.case(max(await open_entries(database), default=0) <= 1, f"two run after round {round_number}")
            tally.case(await is_consistent(database), f"status and entries differ after round {round_number}")
    finally:
        for _, writer in hands:
            writer.close()
            await writer.wait_closed()
    tally.close()
    assert min(seen[303], seen[409], seen[404]) > rounds, f"the hands must win, lose and miss: {seen}"


async def test_one_running(server: AppServer, database: Database) -> None:
    await hammer(server, database, rounds=50, seed=6)


@pytest.mark.guarantees
async def test_one_running_long(server: AppServer, database: Database) -> None:
    await hammer(server, database, rounds=1_000, seed=random.SystemRandom().randrange(10**6))
