"""G42, basic: migrations go up, down and up, describe the tables, and may be run by two processes at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

import migrations
from config import ROOT
from db import Database
from models import Base
from services.health import database_problem
from tests.conftest import as_environment
from tests.support.databases import Templates, in_thread
from tests.support.stage import Stage
from tests.test_config import run


async def tables(url: str) -> set[str]:
    """The names of the tables that are there."""

    def names(connection: Connection) -> set[str]:
        return {*inspect(connection).get_table_names()} - {"alembic_version"}

    database = Database(url)
    try:
        async with database.reader.connect() as connection:
            return await connection.run_sync(names)
    finally:
        await database.close()


async def problem(url: str) -> str | None:
    database = Database(url)
    try:
        return await database_problem(database)
    finally:
        await database.close()


def test_up_down_up(database_url: str) -> None:
    everything = {*Base.metadata.tables}
    assert in_thread(tables(database_url)) == everything
    migrations.downgrade(database_url, "base")
    assert in_thread(tables(database_url)) == set()
    assert "not migrated" in str(in_thread(problem(database_url)))
    migrations.upgrade(database_url)
    assert in_thread(tables(database_url)) == everything
    assert in_thread(problem(database_url)) is None


def test_again(database_url: str) -> None:
    migrations.upgrade(database_url)
    assert in_thread(problem(database_url)) is None


def test_no_drift(database_url: str) -> None:
    """What the migrations build is what the tables say."""
    migrations.check(database_url)


def test_one_head() -> None:
    assert migrations.head_revision() is not None


def test_two_processes_at_once(templates: Templates) -> None:
    url = templates.create(is_migrated=False)
    script = f"import migrations; migrations.upgrade({url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert in_thread(tables(url)) == {*Base.metadata.tables}
    templates.drop(url)


async def test_data_stays(stage: Stage) -> None:
    """Migrating a database that is at the newest revision touches no row."""
    task_id = await stage.add("Write report")
    done = await asyncio.to_thread(run, "migrate", DATABASE_URL=as_environment(stage.database.url))
    assert (done.returncode, done.stderr) == (0, "")
    assert (await stage.task(task_id)).title == "Write report"
