"""The product as a process of its own: started as people start it, on a free port and a database of its own, ended by its pid.

It knows the environment and HTTP; it never imports the product.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from socket import socket
from types import TracebackType

import httpx2

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 20.0
STOP_SECONDS = 15.0
IDLE_SECONDS = 5.0
WORK = "SELECT count(*) FROM run_leases WHERE"
DATED = re.compile(r"\d{4}-\d\d-\d\d ")
NO_MODEL = "none/none"
"""A provider for which no environment has a key: rules answer, whatever `.env` says."""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def zone_at(hour: int) -> str:
    """A zone without daylight saving in which it is that hour of the day now, so that a test has the working day ahead."""
    offset = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/UTC"


class AppServer:
    """`cli.py migrate` and `cli.py serve`; a context manager. `environment` adds to or replaces the defaults.

    `database` is a migrated SQLite file to begin with a copy of, which spares the migration.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, database: Path | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._log_start = 0
        self._file, self._kept, self._database = folder / "app.db", folder / "kept.db", database
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
        self.environment = inherited | {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self._file}",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "TIMEZONE": zone_at(9),
            "AI_MODEL": NO_MODEL,
            **(environment or {}),
        }
        self.command: Sequence[str] = ("cli.py", "serve")
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    def __enter__(self) -> AppServer:
        if self._database is None:
            self.migrate()
        else:
            shutil.copyfile(self._database, self._file)
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self.client.close()

    @property
    def pid(self) -> int:
        """The process id. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def migrate(self) -> None:
        """Bring the database to the newest version."""
        subprocess.run([sys.executable, "cli.py", "migrate"], cwd=ROOT, env=self.environment, check=True)

    def start(self) -> None:
        """Start the process and wait until it serves pages."""
        self.launch()
        self.wait_for(lambda: self.client.get("/", follow_redirects=True).status_code == 200)

    def launch(self) -> None:
        """Start the process without waiting."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def wait_for(self, is_there: Callable[[], bool]) -> None:
        """Ask again until the answer is yes. Raises RuntimeError, with the log, when the process ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                if is_there():
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.005)
        raise RuntimeError(f"the server does not serve:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Ask it to end, and make sure of it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def keep(self) -> None:
        """Remember the SQLite database as it is, once its background has nothing to do."""
        self.wait_for(lambda: self._count(f"{WORK} leased_until_seconds IS NOT NULL OR due_seconds IS NOT NULL") == 0)
        self._copy(self._file, self._kept)
        self._log_start = self.log.stat().st_size

    def restore(self) -> bool:
        """Put back what `keep` remembered, while the process runs on, and sign out its client; whether that could be done."""
        deadline = time.monotonic() + IDLE_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if self._calm():
                self._copy(self._kept, self._file)
                self._log_start = self.log.stat().st_size
                self.client.cookies.clear()
                return True
            time.sleep(0.02)
        return False

    def complaints(self) -> list[str]:
        """The errors in its log since the last `keep` or `restore`."""
        lines = self.log.read_bytes()[self._log_start :].decode().splitlines()
        told: list[str] = []
        for line in lines:
            if " ERROR " in line or (told and not DATED.match(line)):
                told.append(line)
        return told

    def json(self, path: str) -> dict[str, object]:
        """What a GET of the JSON API answers."""
        answer: dict[str, object] = self.client.get(path).raise_for_status().json()
        return answer

    def post(self, path: str, fields: Mapping[str, str]) -> httpx2.Response:
        """Post a form as a page with scripts does."""
        return self.client.post(path, data=dict(fields), headers={"HX-Request": "true"}).raise_for_status()

    def _calm(self) -> bool:
        """Call off what its background has to do, unless it is at it: it would end in a database that has changed."""
        with closing(sqlite3.connect(self._file, timeout=IDLE_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            (working,) = connection.execute(f"{WORK} leased_until_seconds IS NOT NULL").fetchone()
            if not working:
                connection.execute("UPDATE run_leases SET due_seconds = NULL")
            connection.execute("COMMIT")
            return not working

    def _count(self, query: str) -> int:
        with closing(sqlite3.connect(self._file, timeout=IDLE_SECONDS)) as connection:
            found: int = connection.execute(query).fetchone()[0]
            return found

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        # SQLite's own copy: it locks out whoever uses the target, and they see the new content in their next transaction.
        with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target, timeout=IDLE_SECONDS)) as after:
            before.backup(after)

    def _end(self, by: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(by)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class ServerPool:
    """Servers that one test hands on to the next, each with its database as it was after its start.

    A start takes seconds of a core, putting a database back takes milliseconds.
    """

    def __init__(self, server: type[AppServer], folder: Path, database: Path, prepare: Callable[[AppServer], None]) -> None:
        self._server, self._folder, self._database, self._prepare = server, folder, database, prepare
        self._free: dict[AppServer, tuple[str, ...]] = {}
        self._numbers = count(1)

    def take(self, environment: Mapping[str, str]) -> AppServer:
        """A running server with this environment; at nine o'clock in the morning, unless it says otherwise."""
        kind = self._kind(environment)
        for server, its_kind in self._free.items():
            if its_kind == kind:
                del self._free[server]
                return server
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        server = self._server(folder, environment, None if "DATABASE_URL" in environment else self._database)
        try:
            server.__enter__()
            self._prepare(server)
            if "DATABASE_URL" not in environment:
                server.keep()
        except BaseException:
            server.__exit__(None, None, None)
            raise
        return server

    def give_back(self, server: AppServer, environment: Mapping[str, str]) -> None:
        """Keep it for another test with this environment, where its database can be put back."""
        if "DATABASE_URL" not in environment and server.restore():
            self._free[server] = self._kind(environment)
        else:
            server.__exit__(None, None, None)

    def close(self) -> None:
        """End those that are left."""
        for server in self._free:
            server.__exit__(None, None, None)
        self._free.clear()

    def _kind(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        return (zone_at(9), *(f"{name}={environment[name]}" for name in sorted(environment)))
