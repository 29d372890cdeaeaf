"""Background runs: claim due work in the database, think outside transactions, store under the claim's fence.

Any number of processes may run this side by side; what is due, and whose it is, only the database knows.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from assistant.gateway import Gateway
from config import Settings
from db import AsyncSession, Database
from errors import AppError, ConflictError
from logs import bound
from models import LeaseKind
from planning.process import SolverProcess
from repositories.leases import Claim, LeaseRepository
from repositories.series import SeriesRepository
from repositories.tasks import TaskRepository
from services import advice, planning, users
from services.advice import AdviceService
from services.away import AwayService
from services.efforts import Efforts
from services.plan_store import PlanStore
from services.planning import PlanningService
from services.scope import Scope
from services.series import SeriesService

log = logging.getLogger(__name__)

MAX_CLAIMS = 4
DRAIN_SECONDS = 8.0

Result = TypeVar("Result")


class StaleClaimError(Exception):
    """The lease ran out and somebody else took the work: nothing of ours is stored."""


class Runner:
    """Does the due work of one process. `clock` tells the time that runs plan with."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        gateway: Gateway,
        solver: SolverProcess,
        clock: Callable[[], datetime],
        efforts: Efforts | None = None,
    ) -> None:
        self.database = database
        self.settings = settings
        self.gateway = gateway
        self.solver = solver
        self.clock = clock
        self.efforts = efforts or Efforts()
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._running: dict[tuple[int, LeaseKind], asyncio.Task[None]] = {}
        self._thinking: set[asyncio.Task[object]] = set()
        self._is_draining = False

    async def tick(self) -> float | None:
        """Take up what is due, without waiting for it; seconds until more is due, or None."""
        async with self.database.read_scope() as session:
            due = await LeaseRepository(session).list_due(MAX_CLAIMS)
        for user_id, kind in due:
            if (user_id, kind) not in self._running:
                # A context of its own: the ids of the request that woke us are not those of the run.
                task = asyncio.create_task(self._run(user_id, kind), context=Context())
                self._running[user_id, kind] = task
                task.add_done_callback(partial(self._forget, (user_id, kind)))
        async with self.database.read_scope() as session:
            return await LeaseRepository(session).seconds_to_next()

    async def flag_overdue(self) -> None:
        """Tasks that should have been started a while ago, and were not, are planned again."""
        now = self.clock()
        before = now - timedelta(minutes=self.settings.overdue_minutes)
        async with self.database.read_scope() as session:
            owners = await TaskRepository(session).list_overdue_owners(before)
        for user_id in owners:
            async with self._scope(user_id, now) as scope:
                await AwayService(scope).flag_overdue()

    async def repeat(self) -> None:
        """Make the occurrences of recurring tasks whose day has begun."""
        now = self.clock()
        async with self.database.read_scope() as session:
            owners = await SeriesRepository(session).list_due_owners(now)
        for user_id in owners:
            with suppress(ConflictError):  # another process made it first
                async with self._scope(user_id, now) as scope:
                    await SeriesService(scope).make_due()

    async def drain(self) -> None:
        """End what is running: thinking is given up, and its claim given back, to be taken up by whoever is there.

        Only thoughts are cancelled: a transaction that is cut off in the middle may leave SQLite locked.
        """
        self._is_draining = True
        for thought in [*self._thinking]:
            thought.cancel()
        if self._running:
            await asyncio.wait([*self._running.values()], timeout=DRAIN_SECONDS)
        self._is_draining = False

    def _forget(self, key: tuple[int, LeaseKind], task: asyncio.Task[None]) -> None:
        self._running.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            # The database itself failed: the lease runs out, and the work is taken up again.
            log.error("A run could not be claimed or given back: %s", error)

    async def _run(self, user_id: int, kind: LeaseKind) -> None:
        async with self.database.session_scope() as session:
            claim = await LeaseRepository(session).claim(user_id, kind, self.name, self.settings.lease_seconds)
        if claim is None:
            return
        with bound(run_id=f"{kind}-{user_id}-{claim.attempt}"):
            is_done = asyncio.Event()
            heartbeat = asyncio.create_task(self._heartbeat(claim, is_done))
            try:
                await (self._advise(claim) if kind is LeaseKind.ADVISE else self._plan(claim))
            except StaleClaimError:
                log.warning("The claim was lost to another process; its result was dropped.")
            except (ConflictError, asyncio.CancelledError):
                await self._give_back(claim, None)
            except Exception as error:
                log.exception("The run failed.")
                await self._give_back(claim, f"{type(error).__name__}: {error}")
            finally:
                is_done.set()
                await heartbeat

    async def _advise(self, claim: Claim) -> None:
        async with self._reading(claim.user_id) as scope:
            questions = await AdviceService(scope).load()
        answers = await self._thought(advice.think(questions, self.gateway))
        async with self._scope(claim.user_id, self.clock()) as scope:
            await AdviceService(scope).store(questions, answers)
            await _finish(scope.session, claim)
            if claim.failures:  # which the pages show
                await scope.changed(is_replanned=False)
        if answers.advice.fallback_reason:
            log.warning("Rules answered for the model: %s", answers.advice.fallback_reason)

    async def _plan(self, claim: Claim) -> None:
        started_at = self.clock()
        async with self._reading(claim.user_id) as scope:
            rows = await PlanningService(scope).load()
        seconds = self.settings.plan_seconds
        async with self.efforts.following(claim.user_id, seconds) as effort:
            thought = await self._thought(planning.think(rows, self.solver, seconds, effort))
        async with self._scope(claim.user_id, self.clock()) as scope:
            await scope.lock()
            changes = await PlanStore(scope, rows, thought).store(claim.attempt, started_at)
            await _finish(scope.session, claim)
        plan = thought.plan
        log.info(
            "Planned %d tasks by %s (%s): %d changed, %d unplaced. %s",
            len(rows.tasks),
            plan.engine,
            plan.status,
            len(changes),
            len(plan.unplaced),
            thought.note,
        )

    async def _thought(self, thinking: Coroutine[object, object, Result]) -> Result:
        """Think in a task of its own, the one thing that `drain` cancels."""
        thought = asyncio.create_task(thinking)
        self._thinking.add(thought)
        thought.add_done_callback(self._thinking.discard)
        if self._is_draining:
            thought.cancel()
        return await thought

    async def _heartbeat(self, claim: Claim, is_done: asyncio.Event) -> None:
        """Hold the lease while the work takes long; when it is lost, the fence will say so at the end."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.settings.lease_seconds / 3):
                    await is_done.wait()
            if is_done.is_set():
                return
            try:
                async with self.database.session_scope() as session:
                    await LeaseRepository(session).renew(claim, self.settings.lease_seconds)
            except (AppError, SQLAlchemyError):
                log.warning("The lease could not be renewed; trying again.", exc_info=True)

    async def _give_back(self, claim: Claim, error: str | None) -> None:
        """Without an error the world only moved on, and the work is due at once; else it is due again after a pause."""
        async with self._scope(claim.user_id, self.clock()) as scope:
            await scope.lock()  # before the lease, as every request does: the other order deadlocks with them
            leases = LeaseRepository(scope.session)
            await (leases.retry_now(claim) if error is None else leases.fail(claim, error))
            await scope.changed(is_replanned=False)

    @asynccontextmanager
    async def _scope(self, user_id: int, now: datetime) -> AsyncIterator[Scope]:
        async with self.database.session_scope() as session:
            yield Scope(session, await users.get_person(session, self.settings, user_id), now, self.settings)

    @asynccontextmanager
    async def _reading(self, user_id: int) -> AsyncIterator[Scope]:
        async with self.database.read_scope() as session:
            yield Scope(session, await users.get_person(session, self.settings, user_id), self.clock(), self.settings)


async def _finish(session: AsyncSession, claim: Claim) -> None:
    if not await LeaseRepository(session).finish(claim):
        raise StaleClaimError


async def ask_plan(scope: Scope) -> None:
    """Have everything that may move planned anew, without waiting for quiet."""
    await scope.lock()
    await LeaseRepository(scope.session).ask(scope.person.id, {LeaseKind.PLAN: (0.0, 0.0)})
    await scope.changed(is_replanned=False)
