"""The unit of work: all or nothing, no lost updates, instants in UTC, and refusals as errors that a person may meet."""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from anyio import create_task_group
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

import sqlite
from db import BUSY, UNREAD, UNSURE, Database, epoch_now, reason_of, touch
from errors import ConflictError, InvalidInputError, UnavailableError
from models import Base, Event, Plan, Task, TaskStatus, TimeEntry, User
from repositories.events import EventRepository
from services.tasks import TaskService
from tests.support.databases import PostgresTemplates, Templates
from tests.support.forks import fork
from tests.support.gate import gate_to
from tests.support.stage import MONDAY, Stage


async def users(database: Database) -> int:
    async with database.read_scope() as session:
        return await session.scalar(select(func.count()).select_from(User)) or 0


async def test_a_page_that_goes_away(database: Database) -> None:
    """A statement in the middle of which the request is given up leaves nothing that waits for ever."""
    before = asyncio.all_tasks()

    async def look() -> None:
        async with database.read_scope() as session:
            await session.execute(select(User))

    for steps in range(30):
        async with create_task_group() as group:
            group.start_soon(look)
            for _ in range(steps):
                await asyncio.sleep(0)
            group.cancel_scope.cancel()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert await users(database) == 0


async def test_a_rollback_comes_after_what_was_cut_off(tmp_path: Path) -> None:
    """What SQLite's thread has not come to yet is undone, too, and not done afterwards by itself."""
    connection = await sqlite.connect(tmp_path / "one.db")
    await connection.cursor().execute("CREATE TABLE things (name TEXT)")
    await connection.cursor().execute("BEGIN IMMEDIATE")
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n"
    asked = [asyncio.ensure_future(connection.cursor().execute(sql)) for sql in (long, "INSERT INTO things VALUES ('a')")]
    await asyncio.sleep(0)
    for statement in asked:
        statement.cancel()
    await connection.rollback()
    assert await (await connection.cursor().execute("SELECT * FROM things")).fetchall() == []
    await connection.close()


def open_new_files(folder: Path, together: Barrier) -> None:
    for number in range(40):
        together.wait(30)
        asyncio.run(open_and_close(folder / f"{number}.db"))


async def open_and_close(path: Path) -> None:
    await (await sqlite.connect(path)).close()


def test_processes_open_a_new_file_at_once(tmp_path: Path) -> None:
    """SQLite refuses one of those that make a file be written ahead, and does not wait although it was told to."""
    together = get_context("forkserver").Barrier(4)
    processes = [fork(open_new_files, os.environ, tmp_path, together) for _ in range(4)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4


@pytest.mark.parametrize("templates", ["postgresql"], indirect=True)
async def test_a_lost_connection(database: Database) -> None:
    """One that the server has closed is replaced before anybody meets it."""
    own_id = select(func.pg_backend_pid())
    async with database.read_scope() as first, database.read_scope() as second:
        await first.execute(own_id)
        lost = await second.scalar(own_id)
    async with database.read_scope() as session:
        assert await session.scalar(own_id) != lost
        await session.execute(select(func.pg_terminate_backend(lost, 5000)))
    async with database.read_scope() as first, database.read_scope() as second:
        await first.execute(own_id)
        assert await second.scalar(own_id) not in {lost, None}


class TestSessionScope:
    async def test_committed(self, database: Database) -> None:
        async with database.session_scope() as session:
            session.add(User(name="ada", created_at=MONDAY))
        assert await users(database) == 1

    async def test_rolled_back(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the scope is what is tested
            async with database.session_scope() as session:
                session.add(User(name="ada", created_at=MONDAY))
                await session.flush()
                raise ZeroDivisionError
        assert await users(database) == 0

    async def test_no_lost_updates(self, stage: Stage) -> None:
        """Read, then write, by 8 tasks: the default driver of SQLite loses most of these without an error."""

        async def add_one() -> None:
            async with stage.writing() as scope:
                await scope.lock()
                version = await scope.session.scalar(select(Plan.version).where(Plan.user_id == stage.ada)) or 0
                await asyncio.sleep(0)
                await scope.session.execute(update(Plan).where(Plan.user_id == stage.ada).values(version=version + 1))

        await asyncio.gather(*(add_one() for _ in range(40)))
        async with stage.reading() as scope:
            assert await scope.session.scalar(select(Plan.version).where(Plan.user_id == stage.ada)) == 40

    async def test_listeners(self, database: Database) -> None:
        """They hear after the commit, or never."""
        heard: list[int] = []
        database.listeners.append(heard.append)
        async with database.session_scope() as session:
            touch(session, 7)
            touch(session, 7)
            assert heard == []
        assert heard == [7]
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the scope is what is tested
            async with database.session_scope() as session:
                touch(session, 8)
                raise ZeroDivisionError
        assert heard == [7]

    async def test_readers_do_not_wait(self, stage: Stage) -> None:
        task_id = await stage.add("Before")
        async with stage.writing() as writing:
            (await TaskService(writing).get(task_id)).title = "After"
            await writing.session.flush()
            async with asyncio.timeout(1):
                async with stage.reading() as reading:
                    assert (await TaskService(reading).get(task_id)).title == "Before"


class TestErrors:
    async def test_stale_row(self, stage: Stage) -> None:
        """Two sessions have read one row: the second to write it is refused."""
        async with stage.writing() as scope:
            event = Event(user_id=stage.ada, title="x", start_at=MONDAY, end_at=MONDAY + timedelta(hours=1))
            await EventRepository(scope.session).add(event)
        async with stage.database.read_scope() as session:
            stale = await session.get_one(Event, event.id)
        async with stage.writing() as scope:
            (await scope.session.get_one(Event, event.id)).title = "first"
        stale.title = "second"
        with pytest.raises(ConflictError, match="somewhere else"):
            async with stage.writing() as scope:
                scope.session.add(stale)

    async def test_unfit_value(self, stage: Stage) -> None:
        """A value that the engine cannot take is what was sent, and no defect; SQLite takes this one."""
        refused = pytest.raises(InvalidInputError, match="these values")
        with refused if stage.database.url.startswith("postgresql") else nullcontext():
            async with stage.database.read_scope() as session:
                await session.execute(select(User).where(User.name == "\0"))

    async def test_unreachable(self) -> None:
        database = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
        try:
            with pytest.raises(UnavailableError):
                await users(database)
        finally:
            await database.close()

    async def test_missing(self, templates: Templates) -> None:
        """The database, or its tables, are not there."""
        database = Database(templates.create("nothing"))
        try:
            with pytest.raises(UnavailableError):
                await users(database)
        finally:
            await database.close()
            templates.drop(database.url)

    async def test_logged(self, templates: Templates, caplog: pytest.LogCaptureFixture) -> None:
        """One line that says why, and nothing of what was to be written; nor does the error, which a traceback would show."""
        database = Database(templates.create("nothing"))
        try:
            with pytest.raises(UnavailableError) as caught:
                async with database.session_scope() as session:
                    session.add(User(name="Canary", created_at=MONDAY))
        finally:
            await database.close()
            templates.drop(database.url)
        (line,) = [record.getMessage() for record in caplog.records if record.name == "db"]
        assert line.startswith("The database failed: ")
        assert "users" in line
        assert "\n" not in line
        assert "Canary" not in line + str(caught.value.__cause__)

    def test_unfit_value_is_not_logged(self) -> None:
        """PostgreSQL's driver says which value it was: somebody's words, maybe."""
        error = DBAPIError("SELECT", {}, RuntimeError("wrapped"))
        assert error.orig is not None
        error.orig.__cause__ = ValueError("'Canary' is no number")
        assert reason_of(error) == "ValueError"


class TestConstraints:
    async def test_one_open_entry(self, stage: Stage) -> None:
        ids = [await stage.add("One"), await stage.add("Two")]
        with pytest.raises(IntegrityError):
            async with stage.database.session_scope() as session:
                session.add_all(TimeEntry(user_id=stage.ada, task_id=task_id, started_at=MONDAY) for task_id in ids)

    async def test_one_active_task(self, stage: Stage) -> None:
        for _ in range(2):
            await stage.add("Task")
        with pytest.raises(IntegrityError):
            async with stage.database.session_scope() as session:
                await session.execute(update(Task).values(status=TaskStatus.ACTIVE))

    async def test_every_table_has_an_owner(self) -> None:
        """But who is counted by the limits, of whom a digest is all that is known."""
        for table in Base.metadata.sorted_tables:
            assert table.name in {"users", "rate_counts"} or "user_id" in table.columns, table.name


class TestInstants:
    async def test_stored_in_utc(self, database: Database) -> None:
        local = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
        async with database.session_scope() as session:
            session.add(User(name="ada", created_at=local))
        async with database.read_scope() as session:
            found = await session.scalar(select(User.created_at))
        assert found == local
        assert found is not None
        assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)

    async def test_naive(self, database: Database) -> None:
        with pytest.raises(StatementError, match="naive"):
            async with database.session_scope() as session:
                session.add(User(name="ada", created_at=MONDAY.replace(tzinfo=None)))

    async def test_database_time(self, database: Database) -> None:
        async with database.read_scope() as session:
            seconds = await session.scalar(select(epoch_now()))
        assert seconds is not None
        assert abs(seconds - datetime.now(UTC).timestamp()) < 5


class TestLost:
    """A connection to PostgreSQL that ends in the middle: what is said of it is true."""

    @pytest.mark.parametrize(
        ("cut_at", "is_heard", "sentence", "count"),
        [(b"INSERT", False, BUSY, 0), (b"INSERT", True, BUSY, 0), (b"COMMIT", False, UNSURE, 0), (b"COMMIT", True, UNSURE, 1)],
        ids=["before", "unanswered", "commit-not-heard", "commit-done"],
    )
    async def test_while_writing(
        self, cut_at: bytes, is_heard: bool, sentence: str, count: int, postgresql_templates: PostgresTemplates
    ) -> None:
        url = postgresql_templates.create()
        async with gate_to(url) as gate:
            database = Database(gate.url(url))
            await users(database)
            gate.cut_at, gate.is_heard = cut_at, is_heard
            with pytest.raises(UnavailableError, match=sentence):
                async with database.session_scope() as session:
                    session.add(User(name="ada", created_at=MONDAY))
            assert gate.cut_at is None
            assert await users(database) == count
            await database.close()
        postgresql_templates.drop(url)

    async def test_while_reading(self, postgresql_templates: PostgresTemplates) -> None:
        """It may be what follows a change that is stored: nothing is said of that."""
        url = postgresql_templates.create()
        async with gate_to(url) as gate:
            database = Database(gate.url(url))
            gate.cut_at = b"SELECT count"
            with pytest.raises(UnavailableError, match=UNREAD):
                await users(database)
            await database.close()
        postgresql_templates.drop(url)
