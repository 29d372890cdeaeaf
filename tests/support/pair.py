"""Two web processes on one PostgreSQL, with a Redis that comes and goes; and people who ask them from many addresses."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from socket import create_connection, socket
from typing import Any, TypeVar

import httpx2

from tests.e2e.server import AppServer
from tests.support.databases import PostgresTemplates
from tests.support.forks import ForkedServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_until

Result = TypeVar("Result")
API = "/api/v1"
RATE = 30
"""Requests of one address to the API in an hour: whoever needs more asks from another."""
PACE = {"POLL_SECONDS": "0.2", "PLAN_QUIET_SECONDS": "0.05", "PLAN_SECONDS": "0.1", "LEASE_SECONDS": "1"}
AWAY, BACK = "Redis cannot be reached", "Redis is back."


@dataclass
class Pair:
    """Both servers believe who asks (`somebody`), as behind a proxy. `redis` is None where there is none to be had."""

    templates: PostgresTemplates
    url: str
    environment: dict[str, str]
    first: AppServer
    second: AppServer
    redis: RedisServer | None
    _addresses: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def both(self) -> tuple[AppServer, AppServer]:
        return self.first, self.second

    def somebody(self) -> dict[str, str]:
        """Headers of an address that nobody has asked from before."""
        number = next(self._addresses)
        return {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}

    def begin_redis(self) -> None:
        """Start it, and wait until both processes have found it."""
        assert self.redis is not None
        self.redis.start()
        wait_until(lambda: all(BACK in self.last_word(server) for server in self.both))

    def end_redis(self) -> None:
        """kill -9, and wait until both processes have missed it."""
        if self.redis is not None:
            self.redis.kill()
            wait_until(lambda: all(AWAY in self.last_word(server) for server in self.both))

    @staticmethod
    def last_word(server: AppServer) -> str:
        """What a process said of Redis last."""
        return next((line for line in reversed(server.log.read_text().splitlines()) if "Redis" in line), "")

    def wait_until_planned(self) -> None:
        """Until nothing is due."""
        wait_until(lambda: not self.templates.ask(self.url, "SELECT 1 FROM run_leases WHERE due_seconds IS NOT NULL"), 60)


@contextmanager
def two_processes(templates: PostgresTemplates, folder: Path, redis: RedisServer | None) -> Iterator[Pair]:
    """Start both; at the end, both and the database are gone."""
    url = templates.create()
    shared = {
        **PACE,
        "DATABASE_URL": url.replace("postgresql+asyncpg://", "postgresql://"),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOW_REMOTE": "true",
        "RATE_LIMIT": f"{RATE}/hour",
        "TIMEZONE": "Etc/UTC",
        **({"REDIS_URL": redis.url} if redis else {}),
    }
    servers = []
    for name in ("first", "second"):
        (folder / name).mkdir()
        servers.append(ForkedServer(folder / name, shared))
    try:
        for server in servers:
            server.start()
        yield Pair(templates, url, shared, servers[0], servers[1], redis)
    finally:
        for server in servers:
            server.stop()
            server.client.close()
        templates.drop(url)


def is_serving(server: AppServer) -> bool:
    """Whether it shows pages."""
    return server.client.get("/", follow_redirects=True).status_code == 200


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """What they give, each in a thread of its own. Raises what one of them raises."""
    with ThreadPoolExecutor(len(acts)) as executor:
        return [future.result() for future in [executor.submit(act) for act in acts]]


def status_of(answer: httpx2.Response) -> int:
    """The status; a redirect of a form is a success."""
    return 200 if answer.status_code == 303 else answer.status_code


def at_both(pair: Pair, times: int, method: str, path: str, **sent: Any) -> list[httpx2.Response]:
    """The same request at both processes, so many times each, all at once."""
    acts = [partial(server.client.request, method, path, **sent) for server in pair.both * times]
    return at_once(acts)


@contextmanager
def asking(pair: Pair) -> Iterator[dict[str, int]]:
    """Meanwhile somebody at each process adds tasks and reads the list; the worse status of both by the task's title."""
    answers: dict[str, int] = {}
    is_over = threading.Event()

    def ask(server: AppServer, run: str) -> None:
        for number in count():
            title = f"Asked {run} {number}"
            added = server.client.post("/tasks", data={"text": f"{title} 15min", "token": secrets.token_hex(8)})
            listed = server.client.get(f"{API}/tasks?page_size=1", headers=pair.somebody())
            answers[title] = status_of(added) if status_of(added) != 200 else max(200, listed.status_code)
            if is_over.is_set():
                return

    with ThreadPoolExecutor(2) as executor:
        asked = [executor.submit(ask, server, secrets.token_hex(4)) for server in pair.both]
        try:
            yield answers
        finally:
            is_over.set()
    for future in asked:
        future.result()


def wait_for_more(answers: Sized, more: int = 5) -> None:
    """Until so many more have been answered."""
    enough = len(answers) + more
    wait_until(lambda: len(answers) >= enough)


def titles(pair: Pair, begin: str) -> Counter[str]:
    """The titles that begin so, and how often each is there."""
    rows = pair.templates.ask(pair.url, f"SELECT title FROM tasks WHERE title LIKE '{begin}%' AND deleted_at IS NULL")
    return Counter(str(title) for (title,) in rows)


@contextmanager
def asleep(*pids: int) -> Iterator[None]:
    """These processes do nothing meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def begin(server: AppServer, line: str, length: int = 0, *, until: bytes) -> socket:
    """Send the head of a request, and read what comes of it so far."""
    connection = create_connection(("127.0.0.1", server.port), timeout=20)
    head = f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    body = "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n" if length else ""
    connection.sendall(f"{head}{body}Content-Length: {length}\r\n\r\n".encode())
    met = b""
    while until not in met:
        met += (part := connection.recv(4096))
        assert part, met
    return connection


def read_all(connection: socket) -> bytes:
    """All that comes until the other side closes."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def is_refusing(server: AppServer) -> bool:
    """Whether nobody listens at its port any more."""
    try:
        create_connection(("127.0.0.1", server.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False
