"""A desk of the product's own: people with hours, busy times and words about themselves, who add tasks and have them planned.

All of it goes through the services, over a SQLite file that is thrown away; only what the model is asked is narrowed to advice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import migrations
from assistant.advice import Advice, ModelSettings, TaskBrief
from assistant.gateway import Gateway
from config import get_settings
from db import Database
from models import Preferences
from planning.hours import Span
from planning.process import SolverProcess
from repositories.hours import HourRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services import advice, hours, planning, users
from services.advice import AdviceService, Questions
from services.context import ContextService
from services.events import EventEdit, EventService
from services.plan_store import PlanStore
from services.planning import PlanningService
from services.scope import Scope
from services.tasks import TaskService

NO_MODEL = "none/none"
SIGHT = timedelta(days=14)
SECONDS = 0.2
"""How long the solver may think about a case: most are proven best at once."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What one task came to: minutes, dates, energy, and where it lies."""

    minutes: float | None
    earliest_at: datetime | None
    deadline_at: datetime | None
    energy: str | None
    spots: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Who adds the tasks of a case. `ranges`: weekday, first and last minute of the day; none: weekdays from 9 to 17."""

    now: datetime
    zone: str
    about: str = ""
    ranges: Sequence[tuple[int, int, int]] = ()
    busy: Sequence[Span] = ()


class Desk:
    """One database, one solver."""

    def __init__(self, database: Database, gateway: Gateway, model: ModelSettings | None) -> None:
        self.database = database
        self.gateway = gateway
        self.model = model
        self.solver = SolverProcess()
        self.settings = get_settings()

    async def seat(self, person: Person) -> int:
        """Store a person; their id."""
        async with self.database.session_scope() as session:
            preferences = Preferences(timezone=person.zone, model=NO_MODEL)
            user_id = await users.add_person(session, "A person of a case", preferences, person.now)
            if person.ranges:
                repository = HourRepository(session)
                work = (await repository.list_sets(user_id))[0]
                await repository.replace_ranges(work, [(0, *item) for item in person.ranges])
        async with self._scope(user_id, person.now) as scope:
            await ContextService(scope).save(person.about)
            for start_at, end_at in person.busy:
                await EventService(scope).add(EventEdit("Busy", start_at, end_at, 0))
        return user_id

    async def add(self, user_id: int, now: datetime, lines: Sequence[str]) -> list[int]:
        """Add a task by each line of text; their ids."""
        async with self._scope(user_id, now) as scope:
            return [(await TaskService(scope).add(line)).task.id for line in lines]

    async def advise(self, user_id: int, now: datetime) -> tuple[TaskBrief, ...]:
        """Have the assistant look at the new tasks, as the background does; what it was told of them."""
        async with self._scope(user_id, now) as scope:
            questions = await AdviceService(scope).load()
        asked: Questions = replace(questions, model=self.model, over_budget=None, everything=(), context=None)
        answers = await advice.think(asked, self.gateway)
        async with self._scope(user_id, now) as scope:
            await AdviceService(scope).store(asked, answers)
        return asked.new

    async def plan(self, user_id: int, now: datetime) -> dict[int, Meant]:
        """Have everything planned, as the background does; what is stored of each task."""
        async with self._scope(user_id, now) as scope:
            rows = await PlanningService(scope).load()
        thought = await planning.think(rows, self.solver, SECONDS)
        async with self._scope(user_id, now) as scope:
            await PlanStore(scope, rows, thought).store(1, now)
        async with self._scope(user_id, now) as scope:
            blocks = await PlanRepository(scope.session).list_live_blocks(user_id)
            found: dict[int, Meant] = {}
            for task in await TaskRepository(scope.session).list_live(user_id):
                advised = Advice.model_validate(task.advice) if task.advice else Advice(task_id=task.id)
                found[task.id] = Meant(
                    task.duration_minutes,
                    task.earliest_at or advised.earliest_at,
                    task.deadline_at or advised.deadline_at,
                    task.energy or advised.energy,
                    tuple((block.start_at, block.end_at) for block in blocks if block.task_id == task.id),
                )
            return found

    async def work(self, user_id: int, person: Person) -> tuple[Span, ...]:
        """The person's working hours of the coming days."""
        async with self._scope(user_id, person.now) as scope:
            sets = await hours.load(scope.session, user_id, person.now)
        return hours.spans(sets, person.zone, person.now - timedelta(days=1), person.now + SIGHT)

    @asynccontextmanager
    async def _scope(self, user_id: int, now: datetime) -> AsyncIterator[Scope]:
        async with self.database.session_scope() as session:
            yield Scope(session, await users.get_person(session, self.settings, user_id), now, self.settings)


@asynccontextmanager
async def opened(gateway: Gateway, model: ModelSettings | None) -> AsyncIterator[Desk]:
    """A desk until the end of the block."""
    with TemporaryDirectory(prefix="dayloom-evals-") as folder:
        url = f"sqlite+aiosqlite:///{(Path(folder) / 'evals.db').as_posix()}"
        await asyncio.to_thread(migrations.upgrade, url)
        desk = Desk(Database(url), gateway, model)
        try:
            yield desk
        finally:
            await desk.solver.close()
            await desk.database.close()
