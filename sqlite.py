"""SQLite as SQLAlchemy asks it here: a statement and its whole answer are one turn of the connection's thread.

The driver takes four (a cursor, the statement, its rows, the cursor's end), and each of them waits for that thread and back:
that cost more than most statements, and more still while another thread computes. It knows nothing of what is asked.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import aiosqlite

ROWS_AT_ONCE = 64
"""What the driver wants to know for reading in pieces, which nobody does."""
DEFERRED = "BEGIN"
BUSY_SECONDS = 5.0
"""How long a statement waits for the writer of another process."""


class Connection(aiosqlite.Connection):
    """A connection whose cursors answer at once. It begins no transactions by itself, and a deferred one, which takes no lock
    before its first statement, with that. `is_resting`: its thread has answered all that it was asked."""

    is_beginning, is_resting = False, True

    def __init__(self, path: str | Path) -> None:
        super().__init__(lambda: _connect(path), ROWS_AT_ONCE)
        self._thread.daemon = True  # as SQLAlchemy has it: a process ends although a connection was left open

    def cursor(self) -> Cursor:  # type: ignore[override]  # the driver's is a coroutine and a context in one
        return Cursor(self, self._conn.cursor())

    async def rollback(self) -> None:
        """At once, without a turn of the thread: it waits for nothing. But a statement that was cut off comes before it, or
        would be done after it."""
        if self.is_beginning:
            self.is_beginning = False
        elif self.is_resting:
            self._conn.rollback()
        else:
            await super().rollback()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.is_resting = False
        answer = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        self.is_resting = True
        return answer


class Cursor(aiosqlite.Cursor):
    """One statement and its answer."""

    _conn: Connection
    _rows: list[Any]

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Cursor:
        if sql == DEFERRED:
            self._conn.is_beginning, self._rows = True, []
            return self
        before = DEFERRED if self._conn.is_beginning else None
        self._conn.is_beginning = False
        answer = self._execute(_answer, self._cursor, before, sql, parameters or ())  # type: ignore[no-untyped-call]
        self._rows = await answer
        return self

    async def fetchall(self) -> Iterable[sqlite3.Row]:
        return self._rows

    async def close(self) -> None:
        self._cursor.close()


async def connect(path: str | Path) -> Connection:
    """Open the file."""
    connection = Connection(path)
    await connection
    return connection


def _connect(path: str | Path) -> sqlite3.Connection:
    """Its cursors are made and closed in another thread, one after the other: a connection has one user at a time."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Readers and a writer do not wait for each other (https://sqlite.org/wal.html). A file stays so, and where two make a new
    one so at once, SQLite refuses one of them without waiting: it cannot know that the other will not wait for it."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _answer(cursor: sqlite3.Cursor, before: str | None, sql: str, parameters: Any) -> list[Any]:
    """Run in the connection's thread."""
    if before:
        cursor.execute(before)
    return cursor.execute(sql, parameters).fetchall()
