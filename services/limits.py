"""How often somebody may do something, counted where all processes see it: in Redis, else in the database, else in this one.

Whatever counts may fail: then the next one counts, and nobody is refused for it. Keys are digests, so that no address is kept.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from db import Database
from errors import AppError
from repositories.rate_counts import Counted, RateCountRepository

CLEAN_EVERY = 1000
"""At its first count, and after so many more, a process forgets those whose time is over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether this time is one of those allowed, how many are left, and seconds until there are more."""

    is_let_in: bool
    remaining: int
    wait_seconds: int


class Counter(Protocol):
    """Counts what fits into a rate, and never more."""

    async def take(self, rate: RateLimitItem, key: str) -> Standing:
        """Count one. Raises AppError or SQLAlchemyError when it cannot count now."""
        ...


class Counters:
    """The first that works of several counters, those that most share first; the last one always works."""

    def __init__(self, *counters: Counter) -> None:
        self.counters = counters

    async def take(self, rate: RateLimitItem, *who: str) -> Standing:
        """Count one of `who`, who are told apart by all of these words."""
        key = hashlib.sha256("\0".join((str(rate), *who)).encode(errors="replace")).hexdigest()
        *shared, own = self.counters
        for counter in shared:
            try:
                return await counter.take(rate, key)
            except (AppError, SQLAlchemyError):
                continue
        return await own.take(rate, key)


class WindowCounter:
    """Counts in a store of the library: so many in any time that is as long as the rate's."""

    def __init__(self, storage: Storage) -> None:
        self.limiter = MovingWindowRateLimiter(storage)

    async def take(self, rate: RateLimitItem, key: str) -> Standing:
        is_let_in = await self.limiter.hit(rate, key)
        window = await self.limiter.get_window_stats(rate, key)
        return Standing(is_let_in, window.remaining, max(0, math.ceil(window.reset_time - time.time())))


class DatabaseCounter:
    """Counts in the database, by its clock: one statement for each that is let in."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._taken = 0

    async def take(self, rate: RateLimitItem, key: str) -> Standing:
        self._taken += 1
        if self._taken % CLEAN_EVERY == 1:
            async with self.database.session_scope() as session:
                await RateCountRepository(session).forget()
        async with self.database.session_scope() as session:
            counts = RateCountRepository(session)
            taken = await counts.take(key, rate.amount, rate.get_expiry())
            found = taken or await counts.look(key, rate.get_expiry())
        return Standing(taken is not None, *_left(found, rate.amount, rate.get_expiry()))


def counters_of_requests(database: Database, *shared: Counter) -> Counters:
    """For each request of the API, `shared` first. SQLite has one writer, for which reads must not wait: there each process
    counts its own."""
    by_database: Sequence[Counter] = [] if database.is_sqlite else [DatabaseCounter(database)]
    return Counters(*shared, *by_database, WindowCounter(MemoryStorage()))


def counters_of_attempts(database: Database, *shared: Counter) -> Counters:
    """For what is tried at the door, `shared` first. That is little, and it writes anyway: any database counts it."""
    return Counters(*shared, DatabaseCounter(database), WindowCounter(MemoryStorage()))


def _left(found: Counted, amount: int, period: int) -> tuple[int, int]:
    """How many are left, and whole seconds until there is room for one more than now."""
    passed = min(max(found.passed, 0.0), 1.0)
    weight = found.before * (1 - passed) + found.hits
    if found.hits >= amount:  # this period is full: room comes with the next one, in which it weighs less and less
        wait = 1 - passed + (1 - (amount - 1) / found.hits)
    elif weight > amount - 1:  # the period before still weighs too much
        wait = max(0.0, 1 - (amount - 1 - found.hits) / found.before - passed)
    else:
        wait = 1 - passed
    return max(0, math.floor(amount - weight)), math.ceil(wait * period)
