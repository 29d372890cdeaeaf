"""Two processes' links to one real Redis, which is killed and comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from limits import parse
from limits.aio.storage import MemoryStorage

from errors import UnavailableError
from services.limits import Counters, WindowCounter
from services.redis_link import RedisCounter, RedisLink
from services.signals import Hub
from tests.support.databases import UnavailableEngineError, is_ci
from tests.support.redis_server import RedisServer
from tests.support.stage import until

ADA = 1
RATE = parse("5/hour")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    try:
        server = RedisServer(tmp_path_factory.mktemp("redis"))
    except UnavailableEngineError as error:
        if is_ci():
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        yield server


@asynccontextmanager
async def linked(server: RedisServer) -> AsyncIterator[RedisLink]:
    """A link as a process has it, with a hub of its own."""
    link = RedisLink(server.url, Hub())
    running = asyncio.create_task(link.run())
    try:
        await until(lambda: is_up(link))
        yield link
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def is_up(link: RedisLink) -> bool:
    return link.is_up


async def is_down(link: RedisLink) -> bool:
    return not link.is_up


async def listen(link: RedisLink, user_id: int) -> asyncio.Event:
    event = link.hub.listen(user_id)
    event.clear()
    return event


class TestTell:
    async def test_the_other_hears(self, server: RedisServer) -> None:
        """And nobody else's pages do, nor those of who told it: they know."""
        async with linked(server) as one, linked(server) as other:
            ada, eve, own = await listen(other, ADA), await listen(other, ADA + 1), await listen(one, ADA)
            one.tell(ADA)
            await asyncio.wait_for(ada.wait(), 10)
            assert not eve.is_set()
            other.tell(ADA + 2)
            await other.client.publish("dayloom:changed", "another program's words 1")
            other.tell(ADA)
            await asyncio.wait_for(own.wait(), 10)

    async def test_strange_words(self, server: RedisServer) -> None:
        """Whatever else is said there, the link goes on listening."""
        async with linked(server) as one, linked(server) as other:
            ada = await listen(other, ADA)
            for words in ("", " ", "x", "x y", b"\xff \xfe", "x -1"):
                await one.client.publish("dayloom:changed", words)
            one.tell(ADA)
            await asyncio.wait_for(ada.wait(), 10)


class TestKilled:
    async def test_comes_back(self, server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
        """It says so once, wakes everybody when it is back, and counts again; meanwhile others count."""
        caplog.set_level(logging.WARNING)
        async with linked(server) as link:
            ada = await listen(link, ADA)
            shared = RedisCounter(link)
            counters = Counters(shared, WindowCounter(MemoryStorage()))
            assert (await counters.take(RATE, "ada")).remaining == 4
            server.kill()
            assert [(await counters.take(RATE, "ada")).remaining for _ in range(2)] == [4, 3]
            link.tell(ADA)
            await until(lambda: is_down(link))
            with pytest.raises(UnavailableError):
                await shared.take(RATE, "ada")
            server.start()
            await asyncio.wait_for(ada.wait(), 20)
            await until(lambda: is_up(link))
            assert (await counters.take(RATE, "ada")).remaining == 4
        words = [record.message.partition(",")[0] for record in caplog.records if "Redis" in record.message]
        assert words == ["Redis cannot be reached", "Redis is back."]


class TestCounter:
    async def test_over_two_processes(self, server: RedisServer) -> None:
        """G31: at once and from both, as many as the rate allows."""
        async with linked(server) as one, linked(server) as other:
            both = [RedisCounter(one), RedisCounter(other)]
            standings = await asyncio.gather(*(both[number % 2].take(RATE, "everybody") for number in range(20)))
        assert sum(standing.is_let_in for standing in standings) == 5
