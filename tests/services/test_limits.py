"""G31: as many as a rate allows and not one more, whoever counts; and what counts may fail."""

from __future__ import annotations

import asyncio

import pytest
from limits import parse
from limits.aio.storage import MemoryStorage
from sqlalchemy import select, update

from db import Database, epoch_now
from models import RateCount
from services.limits import Counters, DatabaseCounter, Standing, WindowCounter, counters_of_requests
from tests.support.databases import SqliteTemplates

RATE = parse("5/hour")
WHO = "a digest"


async def take(database: Database, count: int) -> list[Standing]:
    return [await DatabaseCounter(database).take(RATE, WHO) for _ in range(count)]


async def row(database: Database) -> RateCount:
    async with database.read_scope() as session:
        return (await session.scalars(select(RateCount))).one()


async def go_back(database: Database, periods: int) -> None:
    """As if that much time had gone by."""
    async with database.session_scope() as session:
        await session.execute(update(RateCount).values(period=RateCount.period - periods))


class TestDatabaseCounter:
    async def test_one_after_the_other(self, database: Database) -> None:
        standings = await take(database, 7)
        assert [standing.is_let_in for standing in standings] == [True] * 5 + [False] * 2
        assert [standing.remaining for standing in standings] == [4, 3, 2, 1, 0, 0, 0]
        assert all(0 < standing.wait_seconds <= 2 * 3600 for standing in standings)

    async def test_at_once(self, database: Database) -> None:
        counter = DatabaseCounter(database)
        standings = await asyncio.gather(*(counter.take(RATE, WHO) for _ in range(20)))
        assert sum(standing.is_let_in for standing in standings) == 5

    async def test_others(self, database: Database) -> None:
        await take(database, 6)
        assert (await DatabaseCounter(database).take(RATE, "another digest")).is_let_in

    async def test_the_period_before_counts_by_its_share(self, database: Database) -> None:
        """Five times before: so many are free as of that period are over; by the database's clock, whichever minute it is."""
        await take(database, 5)
        await go_back(database, 1)
        async with database.read_scope() as session:
            passed = (await session.scalar(select(epoch_now())) or 0.0) / 3600 % 1
        let_in = sum(standing.is_let_in for standing in await take(database, 6))
        assert abs(let_in - 5 * passed) <= 1

    async def test_long_ago(self, database: Database) -> None:
        await take(database, 6)
        await go_back(database, 2)
        assert [standing.is_let_in for standing in await take(database, 6)] == [True] * 5 + [False]

    async def test_refused_ones_do_not_count(self, database: Database) -> None:
        await take(database, 9)
        assert (await row(database)).hits == 5

    async def test_forgets_what_is_over(self, database: Database) -> None:
        await take(database, 1)
        async with database.session_scope() as session:
            await session.execute(update(RateCount).values(over_seconds=0))
        assert (await DatabaseCounter(database).take(RATE, "another digest")).is_let_in
        assert (await row(database)).key == "another digest"


class TestCounters:
    async def test_goes_on_without_the_database(self) -> None:
        """Nobody is refused because nobody can count; then this process does."""
        database = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
        counters = counters_of_requests(database)
        standings = [await counters.take(RATE, "api", "127.0.0.1") for _ in range(6)]
        await database.close()
        assert [standing.is_let_in for standing in standings] == [True] * 5 + [False]

    async def test_told_apart(self) -> None:
        counters = Counters(WindowCounter(MemoryStorage()))
        assert [(await counters.take(parse("1/hour"), *who)).is_let_in for who in (("a", "b"), ("ab",), ("a", "b"))] == [
            True,
            True,
            False,
        ]

    @pytest.mark.parametrize("who", ["\ud800", "\0", "a" * 100_000, ""])
    async def test_any_words(self, who: str) -> None:
        assert (await Counters(WindowCounter(MemoryStorage())).take(RATE, "links", who)).is_let_in

    async def test_sqlite_is_not_written(self, sqlite_templates: SqliteTemplates) -> None:
        url = sqlite_templates.create()
        database = Database(url)
        await counters_of_requests(database).take(RATE, "api", "127.0.0.1")
        async with database.read_scope() as session:
            assert (await session.scalars(select(RateCount))).all() == []
        await database.close()
        sqlite_templates.drop(url)
