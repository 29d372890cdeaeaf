"""Redis, where processes share what need not last: wakes of open pages, and the counts of limits. Loaded with REDIS_URL alone.

While it cannot be reached, `is_up` is False, everything goes on without it (`services.watch`, `services.limits`), the log has
said so once, and it is tried again every second. The link alone says whether it is up, by asking it every second: one answer
that comes too late on a busy machine is no reason to begin all counts anew somewhere else.
"""

from __future__ import annotations

import asyncio
import logging
import secrets

from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from errors import UnavailableError
from services.limits import Standing, WindowCounter
from services.signals import Hub

log = logging.getLogger(__name__)

CHANNEL = "dayloom:changed"
COUNTS = "dayloom:limits"
PATIENCE_SECONDS = 3.0
RETRY_SECONDS = 1.0
MOST_CONNECTIONS = 8
"""What is asked takes it a fraction of a millisecond, so that a queue is shorter than the opening of more connections."""
AWAY = "Redis cannot be reached."


class RedisLink:
    """One process's link. What `tell` is told, the hubs of all other processes are woken by."""

    def __init__(self, url: str, hub: Hub) -> None:
        self.url = url
        self.hub = hub
        self.pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MOST_CONNECTIONS,
            timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),  # what fails goes another way, at once
        )
        self.client = Redis(connection_pool=self.pool)
        self.is_up = False
        self._is_missed = False
        self._name = secrets.token_hex(8).encode()
        self._untold: set[int] = set()
        self._has_news = asyncio.Event()

    def tell(self, user_id: int) -> None:
        """A listener of the database; it waits for nothing."""
        self._untold.add(user_id)
        self._has_news.set()

    def _lost(self, error: Exception) -> None:
        """Go on without it; the log says so once."""
        if not self._is_missed:
            log.warning("Redis cannot be reached, so pages and limits go by the database until it is back: %s", error)
        self.is_up, self._is_missed = False, True

    async def run(self) -> None:
        """Hear and tell until cancelled, and come back to it whenever it comes back."""
        telling = asyncio.create_task(self._tell_all())
        try:
            while not _is_cancelled():
                try:
                    await self._hear()
                except (RedisError, OSError) as error:
                    self._lost(error)
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await self.pool.disconnect()

    async def _hear(self) -> None:
        """Listen until it is lost. Raises RedisError and OSError."""
        async with self.client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            await channel.get_message(timeout=PATIENCE_SECONDS)  # from now on nothing is missed
            await self.client.ping()
            self._found()
            while self.is_up and not _is_cancelled():
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=RETRY_SECONDS)
                if message is None:
                    await self.client.ping()  # a server that hangs closes no connection
                else:
                    self._heard(message["data"])

    def _found(self) -> None:
        if self._is_missed:
            log.warning("Redis is back.")
        self.is_up, self._is_missed = True, False
        self.hub.wake_all()  # for what was changed between the last look at the database and the first word from here
        self._has_news.set()

    def _heard(self, words: bytes) -> None:
        """`<name of a process> <id> <id> ...`; this process's own word comes back too, and its pages know already."""
        name, _, ids = words.partition(b" ")
        if name != self._name:
            for user_id in ids.split():
                if user_id.isdigit():
                    self.hub.wake(int(user_id))

    async def _tell_all(self) -> None:
        """Many changes in a row are one word."""
        while not _is_cancelled():
            await self._has_news.wait()
            self._has_news.clear()
            if not self.is_up or not self._untold:
                continue
            people, self._untold = self._untold, set()
            try:
                await self.client.publish(CHANNEL, b" ".join([self._name, *(str(user_id).encode() for user_id in people)]))
            except (RedisError, OSError) as error:
                self._untold |= people  # told when it is back
                self._lost(error)


def _is_cancelled() -> bool:
    """The client swallows a cancellation that comes while it waits for a connection or an answer (redis 8.1)."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class RedisCounter(WindowCounter):
    """Counts that all processes share, while Redis is there."""

    def __init__(self, link: RedisLink) -> None:
        storage = RedisStorage(
            f"async+{link.url}",
            implementation="redispy",
            key_prefix=COUNTS,
            connection_pool=link.pool,  # type: ignore[arg-type] # it is handed on as it is
        )
        super().__init__(storage)
        self.link = link

    async def take(self, rate: RateLimitItem, key: str) -> Standing:
        """Twice, if need be: a process that had no turn for long takes that for Redis's silence, and who went on to the next
        counter would begin anew there."""
        failure: Exception | None = None
        for _ in range(2):
            if not self.link.is_up:
                break
            try:
                return await super().take(rate, key)
            except (RedisError, OSError) as error:
                failure = error
        raise UnavailableError(AWAY) from failure
