"""The product as people meet it: a real server process, measured from outside over HTTP."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path

import httpx2
import psutil

from benchmarks.measure import LATENCY, Line, Section, latency, percentile, seconds_of
from benchmarks.seed import seed
from tests.e2e.server import AppServer
from tests.e2e.steps import WEEKDAYS

OPEN_TASKS = 50
PAUSE_SECONDS = 0.05
DISTURB_SECONDS = 0.8
"""A little longer than a run of the planner takes, so that runs end and begin anew."""
MEBIBYTE = 2**20


@contextmanager
def served(**environment: str) -> Iterator[AppServer]:
    """A server on a database of its own in a temporary folder, working 9 to 17 on every day, at 9 o'clock."""
    with (
        tempfile.TemporaryDirectory(prefix="dayloom-bench-") as name,
        AppServer(Path(name), {"LOG_LEVEL": "warning", **environment}) as server,
    ):
        server.post("/settings/hours/1", daily(17))
        yield server


def daily(last_hour: int) -> dict[str, str]:
    """The form of working hours from 9 on every day."""
    ends = {f"{day}_end_1": f"{last_hour}:00" for day in WEEKDAYS}
    return {"name": "Work"} | {f"{day}_start_1": "09:00" for day in WEEKDAYS} | ends


class Person:
    """What one person does at the keyboard, as requests."""

    def __init__(self, server: AppServer) -> None:
        self.server = server
        self.numbers = count(1)

    def add(self) -> int:
        """Add a task by the field; its id."""
        self.post()
        return self.newest()

    def post(self) -> None:
        """A quarter of an hour to two hours, due within the week, of any importance: days full enough to need a planner."""
        number = next(self.numbers)
        due = (datetime.now(UTC) + timedelta(days=number % 6 + 1)).date()
        text = f"Errand number {number} {number % 8 * 15 + 15}min by {due} {number % 5 + 12}:00 !{number % 4 + 1}"
        self.server.post("/tasks", {"text": text, "token": f"bench-{number}"})

    def newest(self) -> int:
        tasks = self.server.json("/api/v1/tasks?page_size=1")["tasks"]
        assert isinstance(tasks, list)
        return int(tasks[0]["id"])

    def delete(self, task_id: int) -> None:
        self.server.post(f"/tasks/{task_id}/delete", {})

    def has_plan(self, task_id: int) -> bool:
        """Whether the planner has confirmed or moved the task's first slot."""
        blocks = self.server.json("/api/v1/plan")["blocks"]
        assert isinstance(blocks, list)
        return any(block["task_id"] == task_id and block["source"] == "planner" for block in blocks)

    def wait_until_idle(self) -> None:
        """Until the page says that the planner has nothing to do."""
        self.server.wait_for(lambda: 'data-state="idle"' in self.server.client.get("/today/regions").text)


def busy(is_quick: bool) -> tuple[Section, Section, Section]:
    """Quick-add while the planner runs, the time from add to planned, and memory after all that."""
    with served() as server:
        person = Person(server)
        for _ in range(OPEN_TASKS):
            person.post()
        person.wait_until_idle()
        return _quick_add(person, 20 if is_quick else 150), _planned(person, 3 if is_quick else 25), _memory(server)


@contextmanager
def _disturbed(server: AppServer) -> Iterator[None]:
    """Meanwhile the working hours go back and forth, so that there is always a new plan to be made."""
    stopped = threading.Event()

    def disturb() -> None:
        with httpx2.Client(base_url=server.url, trust_env=False, headers={"HX-Request": "true"}) as client:
            for last_hour in cycle((18, 17)):
                client.post("/settings/hours/1", data=daily(last_hour)).raise_for_status()
                client.post("/plan/run", data={}).raise_for_status()
                if stopped.wait(DISTURB_SECONDS):
                    return

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _quick_add(person: Person, rounds: int) -> Section:
    """Each round adds a task, asks the do-nothing route, and takes the task away again."""
    process = psutil.Process(person.server.pid)
    adds, nothing = [], []
    with _disturbed(person.server):
        before, begin = _solver_seconds(process), time.perf_counter()
        for _ in range(rounds):
            adds.append(seconds_of(person.post))
            nothing.append(seconds_of(lambda: person.server.client.get("/healthz")))
            person.delete(person.newest())
            time.sleep(PAUSE_SECONDS)
        share = (_solver_seconds(process) - before) / (time.perf_counter() - begin)
    ratio = tuple(f"{percentile(adds, percent) / percentile(nothing, percent):.1f}x" for percent in (50, 95))
    return Section(
        f"Quick-add while the planner runs, {OPEN_TASKS} open tasks",
        LATENCY,
        (
            latency("POST /tasks (the page's request)", adds, 0.05),
            latency("GET /healthz (does nothing), interleaved", nothing),
            Line("ratio", ratio),
        ),
        f"The working hours change every {DISTURB_SECONDS:g} s; the solver was on a core for {share:.0%} of the time.",
    )


def _planned(person: Person, rounds: int) -> Section:
    person.wait_until_idle()
    samples = []
    for _ in range(rounds):
        begin = time.perf_counter()
        task_id = person.add()
        while not person.has_plan(task_id):
            time.sleep(0.02)
        samples.append(time.perf_counter() - begin)
        person.delete(task_id)
        person.wait_until_idle()
    return Section(
        f"From add to planned, no model, {OPEN_TASKS} open tasks",
        LATENCY,
        (latency("until the API shows the planner's block", samples, 2.0),),
        "0.3 s of it is the planner's wait for more tasks (PLAN_QUIET_SECONDS).",
    )


def _solver_seconds(process: psutil.Process) -> float:
    return sum(child.cpu_times().user + child.cpu_times().system for child in process.children())


def _memory(server: AppServer) -> Section:
    process = psutil.Process(server.pid)
    solvers = sum(child.memory_info().rss for child in process.children())
    sizes = (("web process", process.memory_info().rss), ("solver process", solvers))
    return Section(
        "Memory after that (resident)",
        ("MiB",),
        tuple(Line(name, (f"{size / MEBIBYTE:.0f}",)) for name, size in sizes),
    )


def today(is_quick: bool) -> Section:
    """The page at two sizes of account."""
    lines = []
    for size in (100, 1_000) if is_quick else (100, 10_000):
        with served() as server:
            server.stop()
            seed(Path(server.log.parent / "app.db"), size, datetime.now(UTC))
            server.start()
            samples, nothing = [], []
            for _ in range(20 if is_quick else 100):
                samples.append(seconds_of(lambda: server.client.get("/").raise_for_status()))
                nothing.append(seconds_of(lambda: server.client.get("/healthz")))
            lines += [latency(f"GET / with {size:,} tasks", samples, 0.1), latency("  GET /healthz, interleaved", nothing)]
    return Section("Today, nothing else running", LATENCY, tuple(lines), "One task in five is open and has a block.")


def start_up(is_quick: bool) -> Section:
    """From the start of the process to its first answers, with a migrated database."""
    healthy, page = [], []
    with served() as server:
        for _ in range(2 if is_quick else 5):
            server.stop()
            begin = time.perf_counter()
            server.launch()
            server.wait_for(lambda: server.client.get("/healthz").status_code == 200)
            healthy.append(time.perf_counter() - begin)
            server.wait_for(lambda: server.client.get("/").status_code == 200)
            page.append(time.perf_counter() - begin)
    return Section(
        "Start-up, process to first answer",
        LATENCY,
        (latency("/healthz", healthy, 2.0), latency("Today", page)),
    )
