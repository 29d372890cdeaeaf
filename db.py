"""The database: engines, the unit of work, and the only commit in the project.

A request or a job step is one `session_scope()`; reads that change nothing take `read_scope()`. Both engines behave alike
on SQLite (one writer connection that begins IMMEDIATE, a pool of readers) and PostgreSQL.
"""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from socket import gaierror
from typing import IO, Any

from anyio import CancelScope
from sqlalchemy import DateTime, Dialect, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Float, TypeDecorator

import sqlite
from errors import AppError, ConflictError, InvalidInputError, UnavailableError

log = logging.getLogger(__name__)

TOUCHED = "touched"
RESTS_SINCE, REST_SECONDS = "rests since", 60.0
BUSY = "The database did not answer in time. Nothing was changed: try again in a moment."
UNREAD = "The database did not answer in time. Look again in a moment."
"""What a failed read says: it may come after a change that is stored."""
UNSURE = "The database did not say whether this was saved. Look whether it is there before you try again."
"""What is said of a COMMIT that nobody has answered."""
UNMIGRATED = "The database is not ready yet. Nothing was changed: try again in a moment."
UNDEFINED_TABLE = "42P01"
"""PostgreSQL's code; SQLite has words for it."""
NO_TABLE = "no such table"
UNFIT_VALUE = "22"
"""How PostgreSQL's codes begin for values that it cannot take, such as a text with a zero byte."""
AWAY = ("08", "53", "57")
"""How they begin when a connection is lost, there is no room for one more, or the server is stopped or starts."""
BEATEN = "40"
"""How they begin when two transactions stood in each other's way, and this one gave way."""
UNFIT = "The database cannot take one of these values. Nothing was changed: look again at what you sent."
CHANGED = "This was changed somewhere else at the same moment. Nothing was stored: look again, then try again."


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. SQLite gives naive values back, so the zone is attached on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite's text is read in one step: a list has hundreds of instants."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class epoch_now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The database's own clock in seconds since 1970, so that processes with different clocks agree on leases."""

    type = Float()
    inherit_cache = True


@compiles(epoch_now, "sqlite")
def _epoch_now_sqlite(_element: epoch_now, _compiler: SQLCompiler, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(epoch_now, "postgresql")
def _epoch_now_postgresql(_element: epoch_now, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"


class Database:
    """The engines of one process. `url` is an async SQLAlchemy URL; `pool_size` counts PostgreSQL connections."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.listeners: list[Callable[[int], None]] = []
        self._lock: IO[bytes] | None = None
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite_engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
            self.reader = _sqlite_engine(url, pool_size=4, begin="BEGIN")
        else:
            self.writer = self.reader = _postgresql_engine(url, pool_size)
        self._write_session = async_sessionmaker(self.writer, expire_on_commit=False)
        self._read_session = async_sessionmaker(self.reader, expire_on_commit=False)

    @asynccontextmanager
    async def session_scope(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error. Then the listeners hear whose things changed."""
        with _translated(BUSY), _undisturbed():
            async with self._write_session() as session:
                yield session
                await session.flush()  # so that nothing but the COMMIT itself is left, after which nobody can know
                with _translated(UNSURE):
                    await session.commit()
        touched: set[int] = session.info.get(TOUCHED, set())
        for user_id in touched:
            for listener in self.listeners:
                listener(user_id)

    @asynccontextmanager
    async def rehearsal_scope(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is always rolled back: what would be, without being so. What was read in it stays readable."""
        with _translated(BUSY), _undisturbed():
            async with self._write_session() as session:
                yield session
                session.expunge_all()
                await session.rollback()

    @asynccontextmanager
    async def read_scope(self, *, is_logged: bool = True) -> AsyncIterator[AsyncSession]:
        """One consistent view for reading; it never waits for a writer. Without `is_logged` who asks logs that it failed."""
        with _translated(UNREAD, is_logged=is_logged), _undisturbed():
            async with self._read_session() as session:
                yield session

    def claim(self) -> bool:
        """Whether no other process serves this SQLite file, as a lock beside it says, which ends with the process. True where
        nobody can tell, and for PostgreSQL, which is for several."""
        if not self.is_sqlite or self._lock or sys.platform == "win32":
            return True
        import fcntl

        try:
            self._lock = Path(f"{make_url(self.url).database}-served").open("ab")  # noqa: SIM115 - held until `close`
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._release()
            return False
        except OSError as error:
            log.warning("Nobody can tell whether another process serves this database: %s", error)
        return True

    def _release(self) -> None:
        if self._lock:
            self._lock.close()
        self._lock = None

    async def close(self) -> None:
        """Give every connection back."""
        self._release()
        await self.writer.dispose()
        await self.reader.dispose()


@asynccontextmanager
async def attempt(session: AsyncSession) -> AsyncIterator[None]:
    """A part of a transaction that may fail by itself: what an error leaves half done in it is undone, and the rest goes on.
    What was read in it must be read anew then."""
    async with session.begin_nested():
        yield


def _undisturbed() -> CancelScope:
    """Transactions are short, and a page that goes away waits for them.

    A statement that is cut off leaves SQLAlchemy's SQLite connection half closed, and a task that waits for it for ever.
    """
    return CancelScope(shield=True)


@contextmanager
def _translated(if_away: str, *, is_logged: bool = True) -> Iterator[None]:
    """What the database refuses, as the errors that a person may meet; `if_away` is said when it does not answer."""
    level = logging.ERROR if is_logged else logging.DEBUG
    try:
        yield
    except StaleDataError as error:
        raise ConflictError(CHANGED) from error
    except DBAPIError as error:
        met = _met(error, if_away)
        if met is None:
            raise
        log.log(level, "The database failed: %s", reason_of(error))
        raise met from error
    except (PoolTimeoutError, ConnectionError, FileNotFoundError, gaierror) as error:  # no file: a stopped server's socket
        log.log(level, "The database failed: %s", reason_of(error))
        raise UnavailableError(if_away) from error


def reason_of(error: BaseException) -> str:
    """What the database or the way to it said, in one line for the log: without the statement, and without a value that it
    could not take, since both hold what people have written."""
    said: BaseException = (error.orig or error) if isinstance(error, DBAPIError) else error
    said = (said.__cause__ if isinstance(error, DBAPIError) else None) or said  # the driver's own; asyncpg's is wrapped
    is_about_a_value = isinstance(error, DBAPIError) and isinstance(_met(error, ""), InvalidInputError)
    words = str(said).strip().splitlines()
    return type(said).__name__ + ("" if is_about_a_value or not words else f": {words[0]}")


def _met(error: DBAPIError, if_away: str) -> AppError | None:
    """What a person is told of it; None: it is a defect."""
    state = getattr(error.orig, "sqlstate", None) or ""
    is_unfit_argument = isinstance(getattr(error.orig, "__cause__", None), ValueError)  # as asyncpg says it, by itself
    if isinstance(error, DataError) or state.startswith(UNFIT_VALUE) or is_unfit_argument:
        return InvalidInputError(UNFIT)
    if state.startswith(BEATEN):
        return ConflictError(CHANGED)
    if state == UNDEFINED_TABLE or str(error.orig).startswith(NO_TABLE):
        return UnavailableError(UNMIGRATED)
    is_away = isinstance(error, OperationalError | InterfaceError | InternalError) or state.startswith(AWAY)
    return UnavailableError(if_away) if is_away else None


def touch(session: AsyncSession, user_id: int) -> None:
    """Say that this transaction changes something of that person; listeners hear of it after the commit, or never."""
    session.info.setdefault(TOUCHED, set()).add(user_id)


def _sqlite_engine(url: str, pool_size: int, begin: str) -> AsyncEngine:
    """The driver's own transactions lose updates silently (a read, then a write): the engine begins them itself."""
    connect = partial(sqlite.connect, make_url(url).database or "")
    engine = create_async_engine(
        url, pool_size=pool_size, max_overflow=0, pool_timeout=10, async_creator=connect, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql_engine(url: str, pool_size: int) -> AsyncEngine:
    """Connections that were lost are replaced. The driver hears at once when the server closes one; one that has rested for a
    while may have been forgotten on the way. To ask each time (`pool_pre_ping`) would be three questions more of each scope."""
    options: dict[str, Any] = {"max_overflow": 0, "pool_timeout": 10, "pool_use_lifo": True, "hide_parameters": True}
    engine = create_async_engine(url, pool_size=pool_size, **options)

    @event.listens_for(engine.sync_engine, "checkin")
    def _rest(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _refuse_lost(connection: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        rested = time.monotonic() - record.info.get(RESTS_SINCE, math.inf)
        if rested > REST_SECONDS or connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine


__all__ = ["AsyncConnection", "AsyncSession", "Database", "UTCDateTime", "attempt", "epoch_now", "reason_of", "touch"]
