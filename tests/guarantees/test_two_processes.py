"""Two web processes on one PostgreSQL, with Redis and with the database alone: G2, G9, G10, G11, G31, and events of the other.

One pair serves the whole file. With REDIS_URL set and Redis away, a process goes by the database, as without REDIS_URL.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import httpx2
import psutil
import pytest
from selectolax.lexbor import LexborHTMLParser

from db import Database
from tests.e2e.server import AppServer
from tests.guarantees.report import Tally
from tests.guarantees.test_g01_killed import act, everybody, examine, pending
from tests.support.databases import PostgresTemplates, UnavailableEngineError, is_ci
from tests.support.forks import ForkedServer
from tests.support.pages import filled
from tests.support.pair import (
    API,
    AWAY,
    BACK,
    RATE,
    Pair,
    asking,
    asleep,
    at_both,
    begin,
    is_refusing,
    is_serving,
    read_all,
    status_of,
    titles,
    two_processes,
    wait_for_more,
)
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_until

By = Literal["redis", "database"]
TOLD_SECONDS = 4.0
"""Less than a stream waits by itself: what comes sooner, was told."""
RECOVERY_SECONDS = 5.0
DRAIN_SECONDS = 10.0


@pytest.fixture(scope="module")
def pair(postgresql_templates: PostgresTemplates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    try:
        redis = RedisServer(folder)
    except UnavailableEngineError as error:
        if is_ci():
            pytest.fail(str(error))
        redis = None
    with two_processes(postgresql_templates, folder, redis) as pair:
        yield pair
        if redis:
            redis.kill()


@pytest.fixture
def redis(pair: Pair) -> Iterator[None]:
    """It runs meanwhile, and both have found it."""
    if pair.redis is None:
        pytest.skip("There is no redis-server.")
    pair.begin_redis()
    yield
    pair.end_redis()


@pytest.fixture(params=["redis", "database"])
def by(request: pytest.FixtureRequest) -> By:
    """By what the processes share: Redis while it runs, else the database."""
    if request.param == "redis":
        request.getfixturevalue("redis")
    found: By = request.param
    return found


class TestEvents:
    """What is changed at one process reaches the pages of the other, and of a page that moves over, too."""

    def test_told(self, pair: Pair, by: By) -> None:
        """A question to the chat changes the page and nothing of the plan, so that no process plans and tells of that."""
        patience = httpx2.Timeout(20, read=TOLD_SECONDS)
        numbers = []
        for here, there in [pair.both, pair.both[::-1]] * 2:
            with here.client.stream("GET", "/stream", timeout=patience) as answer:
                lines = answer.iter_lines()
                assert next(lines).startswith(":")
                there.post("/chat", {"text": "What is next?"})
                numbers.append(first_number(lines))
        assert numbers == sorted(numbers)
        with pair.second.client.stream(
            "GET", "/stream", headers={"Last-Event-ID": str(numbers[0])}, timeout=patience
        ) as answer:
            assert int(next(line for line in answer.iter_lines() if line.startswith("id:")).partition(":")[2]) >= numbers[-1]


class TestLimits:
    """G31: as many as the rate allows, over both."""

    def test_one_after_the_other(self, pair: Pair, by: By) -> None:
        who = pair.somebody()
        answers = [pair.both[number % 2].client.get(f"{API}/user-unknown", headers=who) for number in range(RATE + 2)]
        assert [answer.status_code for answer in answers] == [404] * RATE + [429] * 2
        assert [int(answer.headers["ratelimit-remaining"]) for answer in answers] == [*range(RATE - 1, -1, -1), 0, 0]
        assert pair.first.client.get(f"{API}/user-unknown", headers=pair.somebody()).status_code == 404

    def test_at_once(self, pair: Pair, by: By) -> None:
        answers = at_both(pair, RATE, "GET", f"{API}/user-unknown", headers=pair.somebody())
        assert Counter(answer.status_code for answer in answers) == {404: RATE, 429: RATE}


@pytest.mark.usefixtures("redis")
def test_redis_killed_under_way(pair: Pair) -> None:
    """Nobody who asks meanwhile meets an error, the log says it once for each process, and it comes back by itself."""
    with asking(pair) as answers:
        wait_for_more(answers)
        pair.end_redis()
        wait_for_more(answers)
        pair.begin_redis()
        wait_for_more(answers)
    assert {*answers.values()} == {200}
    for server in pair.both:
        words = [AWAY in line for line in server.log.read_text().splitlines() if AWAY in line or BACK in line]
        assert words == [True, False] * (len(words) // 2)


class TestDoubleSubmit:
    """G9: the same form, or the same request, at both at once and again: one row."""

    def test_form(self, pair: Pair) -> None:
        for number in range(5):
            form = {"text": f"Form {number} 15min", "token": secrets.token_hex(8)}
            assert [status_of(answer) for answer in at_both(pair, 3, "POST", "/tasks", data=form)] == [200] * 6
        assert titles(pair, "Form") == Counter(f"Form {number}" for number in range(5))

    def test_key(self, pair: Pair) -> None:
        for number in range(5):
            headers = pair.somebody() | {"Idempotency-Key": secrets.token_hex(8)}
            answers = at_both(pair, 3, "POST", f"{API}/tasks", json={"text": f"Key {number} 15min"}, headers=headers)
            assert [answer.status_code for answer in answers] == [201] * 6
            assert len({answer.json()["id"] for answer in answers}) == 1
            assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
        assert titles(pair, "Key") == Counter(f"Key {number}" for number in range(5))


class TestLostUpdates:
    """G10: of two who edit a task, the second is told, and sees both."""

    def test_form(self, pair: Pair) -> None:
        pair.first.post("/tasks", {"text": "Letter 15min", "token": secrets.token_hex(8)})
        pair.wait_until_planned()
        ((task_id,),) = pair.templates.ask(pair.url, "SELECT id FROM tasks WHERE title = 'Letter'")
        forms = [form_of(server, f"/tasks/{task_id}") for server in pair.both]
        saved, refused = (
            server.client.post(f"/tasks/{task_id}", data=form | {"title": f"Letter of {name}"}, headers={"HX-Request": "true"})
            for server, form, name in zip(pair.both, forms, ("Ada", "Bob"), strict=True)
        )
        assert (saved.status_code, refused.status_code) == (200, 409)
        told = LexborHTMLParser(refused.text)
        (shown,) = told.css("#task-form [name=title]")
        assert (shown.attributes["value"], "Letter of Ada" in told.css(".notice")[0].text()) == ("Letter of Bob", True)
        assert titles(pair, "Letter") == {"Letter of Ada": 1}

    def test_program(self, pair: Pair) -> None:
        """Everybody has read the same; one of them writes."""
        headers = pair.somebody()
        made = pair.first.client.post(f"{API}/tasks", json={"text": "Essay 15min"}, headers=headers)
        pair.wait_until_planned()
        read = pair.second.client.get(f"{API}/tasks/{made.json()['id']}", headers=headers)

        condition, path = headers | {"If-Match": read.headers["etag"]}, f"{API}/tasks/{made.json()['id']}"
        answers = at_both(pair, 4, "PATCH", path, json={"title": "Edited essay"}, headers=condition)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}


class TestClaims:
    """G2: processes that race for the same work, and fall asleep over it, do nothing twice and store nothing stale."""

    async def test_paused(self, pair: Pair) -> None:
        await race(pair, tasks=60, pauses=4, seed=2)

    @pytest.mark.guarantees
    async def test_paused_long(self, pair: Pair) -> None:
        await race(pair, tasks=5_000, pauses=300, seed=random.SystemRandom().randrange(10**6))


async def race(pair: Pair, tasks: int, pauses: int, seed: int) -> None:
    """A process that sleeps longer than its lease loses the work to the other one; what it thought is dropped."""
    rng, tally = random.Random(seed), Tally("G2", seed, floor=tasks)
    database = Database(pair.url)
    try:
        people = await everybody(database, max(4, tasks // 50))
        for number in range(tasks):
            await act(database, rng.choice(people), f"Raced {number}")
            if number % max(1, tasks // pauses) == 0:
                sleeper = rng.choice(pair.both)
                with asleep(sleeper.pid):
                    time.sleep(rng.uniform(0.5, 1.5))  # noqa: ASYNC251 - a lease lasts one second
        wait_until(lambda: not pair.templates.ask(pair.url, "SELECT 1 FROM run_leases WHERE due_seconds IS NOT NULL"), 120)
        tally.case(await pending(database) == 0, "work is left undone")
        await examine(database, tally)
    finally:
        await database.close()
    tally.close()


class TestDatabaseLost:
    """Connections end in the middle of whatever they do, and the server is started anew: nothing that was told is lost."""

    def test_dropped_and_restarted(self, pair: Pair) -> None:
        disturb(pair, [pair.templates.disconnect] * 3 + [lambda _url: pair.templates.restart()])

    @pytest.mark.guarantees
    def test_long(self, pair: Pair) -> None:
        disturb(pair, ([pair.templates.disconnect] * 9 + [lambda _url: pair.templates.restart()]) * 5)


def disturb(pair: Pair, disturbances: list[Callable[[str], None]]) -> None:
    """Each time, both serve again within five seconds. Who is refused meanwhile is told so, and asks again."""
    with asking(pair) as answers:
        for disturbance in disturbances:
            wait_for_more(answers)
            disturbance(pair.url)
            for server in pair.both:
                wait_until(lambda server=server: is_serving(server), RECOVERY_SECONDS)  # type: ignore[misc]
    pair.wait_until_planned()
    assert {*answers.values()} <= {200, 503}
    kept = titles(pair, "Asked")
    assert {title for title, status in answers.items() if status == 200} - {*kept} == set()
    assert set(kept.values()) == {1}


class TestDrain:
    """G11: SIGTERM ends a process within ten seconds, and fails nobody."""

    def test_small(self, pair: Pair, tmp_path: Path) -> None:
        drain(pair, tmp_path, streams=10)

    @pytest.mark.guarantees
    def test_long(self, pair: Pair, tmp_path: Path) -> None:
        drain(pair, tmp_path, streams=200)


def drain(pair: Pair, folder: Path, streams: int) -> None:
    """Requests that have begun are answered, streams end, and another process takes up the plan that was being made."""
    if pair.redis:
        pair.begin_redis()
    third = ForkedServer(folder, pair.environment | {"PLAN_SECONDS": "30"})
    try:
        third.start()
        open_streams = [begin(third, "GET /stream", until=b"\r\n\r\n") for _ in range(streams)]
        with asleep(*(server.pid for server in pair.both)):
            hang_while_planning(pair, third)
        forms = [f"text=Drained+{number}+15min".encode() for number in range(10)]
        requests = [begin(third, "POST /tasks", len(form), until=b"100 Continue\r\n\r\n") for form in forms]
        os.kill(third.pid, signal.SIGTERM)
        wait_until(lambda: is_refusing(third))
        for request, form in zip(requests, forms, strict=True):
            request.sendall(form)
        assert [read_all(request)[:12] for request in requests] == [b"HTTP/1.1 303"] * len(forms)
        assert [read_all(stream)[-5:] for stream in open_streams] == [b"0\r\n\r\n"] * streams
        wait_until(lambda: not third.is_running, DRAIN_SECONDS)
        assert third.complaints() == []
    finally:
        third.kill()
        third.client.close()
        pair.end_redis()
    pair.wait_until_planned()
    assert titles(pair, "Drained") == Counter(f"Drained {number}" for number in range(len(forms)))
    assert pair.templates.ask(pair.url, "SELECT 1 FROM tasks WHERE needs_scheduling AND deleted_at IS NULL") == []


def hang_while_planning(pair: Pair, server: AppServer) -> None:
    """Bring a process to where it has claimed a plan and waits for its solver, which sleeps."""
    (solver,) = psutil.Process(server.pid).children()
    solver.suspend()
    server.post("/tasks", {"text": "Hung 15min", "token": secrets.token_hex(8)})
    claimed = f"SELECT 1 FROM run_leases WHERE kind = 'plan' AND owner LIKE '%-{server.pid}-%'"
    wait_until(lambda: bool(pair.templates.ask(pair.url, claimed)))


def first_number(lines: Iterator[str]) -> int:
    """The number of the next event of a stream."""
    return int(next(line for line in lines if line.startswith("id:")).partition(":")[2])


def form_of(server: AppServer, path: str) -> dict[str, str]:
    """What a browser would send of a task's dialog."""
    return filled(LexborHTMLParser(server.client.get(path).raise_for_status().text), "task-form")
