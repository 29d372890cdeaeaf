"""G42, basic: migrations go up, down and up, describe the tables, and may be run by two processes at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, delete, func, insert, inspect, literal, select, table, update
from sqlalchemy.engine import Connection

import migrations
from config import ROOT
from db import Database
from models import TASTES, Base, Task
from repositories.task_search import Words, has_words
from services.health import Problem, database_problem
from tests.conftest import as_environment
from tests.support.databases import Templates, in_thread
from tests.support.stage import Stage
from tests.test_config import run


def is_ours(name: str) -> bool:
    """Whether it is a table of the models: not Alembic's own, nor where SQLite keeps the words of tasks."""
    return name != "alembic_version" and not name.startswith("task_search")


async def tables(url: str) -> set[str]:
    """The names of the tables that are there."""

    def names(connection: Connection) -> set[str]:
        return {name for name in inspect(connection).get_table_names() if is_ours(name)}

    database = Database(url)
    try:
        async with database.reader.connect() as connection:
            return await connection.run_sync(names)
    finally:
        await database.close()


async def problem(url: str) -> Problem | None:
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
    """There is one newest revision, and the names of the files say it."""
    assert ScriptDirectory(str(ROOT / "alembic")).get_current_head() == migrations.head_revision()


def test_two_processes_at_once(templates: Templates) -> None:
    url = templates.create("nothing")
    script = f"import migrations; migrations.upgrade({url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert in_thread(tables(url)) == {*Base.metadata.tables}
    templates.drop(url)


async def test_data_stays(stage: Stage) -> None:
    """Migrating a database that is at the newest revision touches no row."""
    task_id = await stage.add("Write report")
    done = await asyncio.to_thread(run, "migrate", DATABASE_URL=as_environment(stage.database.url))
    assert (done.returncode, done.stderr) == (0, "")
    assert (await stage.task(task_id)).title == "Write report"


WORDS = {
    "status": "open",
    "state": "proposed",
    "kind": "plan",
    "source": "planner",
    "energy": "high",
    "author": "person",
    "purpose": "undo",
    "timezone": "Europe/Berlin",
    "role": "member",
    "meant_for": "invite",
    "scope": "read",
    "clock": "12",
    **dict.fromkeys(TASTES, "less"),
}
NUMBERS = {"temperature": 1.0, "max_tokens": 2000, "importance": 2, "weekdays": 3, "end_minute": 600, "focus_end_minute": 600}
TIMES = {"end_at": datetime(2026, 11, 24, tzinfo=UTC), "ended_at": datetime(2026, 11, 24, tzinfo=UTC)}
OTHER = {"waits_for_id": 2, "parent_id": None}
"""What constraints ask of a column; all else is made of its type."""


def value_of(column: Column[Any], number: int) -> object:
    if column.name in OTHER or (column.primary_key and column.name == "id"):
        return OTHER.get(column.name, number)
    if column.foreign_keys:
        return 1
    for known in (WORDS, NUMBERS, TIMES):
        if column.name in known:
            return known[column.name]
    match column.type.python_type.__name__:
        case "datetime":
            is_aware = getattr(column.type, "timezone", False)
            return datetime(2026, 11, 23, 9, number, tzinfo=UTC if is_aware else None)
        case "date":
            return date(2026, 11, 23)
        case "bool":
            return False
        case "dict":
            return {"a": 1}
        case "int" | "float":
            return number
        case _:
            return f"{column.name} {number}"[:16]


def fill(connection: Connection) -> dict[str, int]:
    """One row in every table that has none (two tasks, so that one may wait for the other); the number of rows of each."""
    empty = {name for name, total in count(connection).items() if total == 0}
    found = MetaData()
    found.reflect(connection, only=sorted(empty))
    for new in found.sorted_tables:
        for number in range(1, (1 + (new.name == "tasks")) * (new.name in empty) + 1):
            connection.execute(insert(new).values({column.name: value_of(column, number) for column in new.columns}))
    return count(connection)


def count(connection: Connection) -> dict[str, int]:
    """The number of rows of each table."""
    names = filter(is_ours, inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


async def within(url: str, work: Callable[[Connection], dict[str, int]]) -> dict[str, int]:
    database = Database(url)
    try:
        async with database.writer.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await database.close()


def kept(url: str, counts: dict[str, int]) -> bool:
    """Whether each of the tables has as many rows as it had."""
    return counts.items() <= in_thread(within(url, count)).items()


def test_every_step_keeps_every_row(templates: Templates) -> None:
    """G42: with rows in every table, one revision up, down and up again, from the first to the newest: nothing is lost."""
    url = templates.create("nothing")
    for revision, newer in pairwise(migrations.revisions()):
        migrations.upgrade(url, revision)
        counts = in_thread(within(url, fill))
        migrations.upgrade(url, newer)
        assert kept(url, counts)
        migrations.downgrade(url, revision)
        assert in_thread(within(url, count)) == counts
    migrations.upgrade(url)
    assert kept(url, counts)
    templates.drop(url)


@pytest.mark.guarantees
@pytest.mark.parametrize("revision", migrations.revisions())
def test_every_revision_keeps_every_row(templates: Templates, revision: str) -> None:
    """G42: up from each revision with rows in every table, down to it again, and up: nothing is lost on the way."""
    url = templates.create("nothing")
    migrations.upgrade(url, revision)
    counts = in_thread(within(url, fill))
    for _ in range(2):
        migrations.upgrade(url)
        assert kept(url, counts)
        migrations.downgrade(url, revision)
        assert in_thread(within(url, count)) == counts
    templates.drop(url)


def test_words_follow_tasks(templates: Templates) -> None:
    """0007 finds the words of tasks that were there before it, and nothing is lost on the way down and up again; at the newest
    revision, what SQLite keeps beside its tables still follows them."""

    def found(connection: Connection, word: str) -> list[int]:
        words = literal(word, Words())
        tasks = select(Task.id).where(has_words(Task.id, Task.title, Task.context, words)).order_by(Task.id)
        return [*connection.scalars(tasks)]

    def change(connection: Connection) -> dict[str, int]:
        assert found(connection, "title") == [1, 2]
        connection.execute(update(Task).where(Task.id == 1).values(title="other", context="notes"))
        assert (found(connection, "titl"), found(connection, "not")) == ([2], [1])
        connection.execute(delete(Task).where(Task.id == 2))
        assert found(connection, "title") == []
        return {}

    url = templates.create("nothing")
    migrations.upgrade(url, "0005")
    in_thread(within(url, fill))
    migrations.upgrade(url)
    migrations.downgrade(url, "0005")
    migrations.upgrade(url)
    in_thread(within(url, change))
    templates.drop(url)
