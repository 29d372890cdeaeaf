"""Background runs: claims and their fence, debounce, retries, overdue tasks, and plans that the world has overtaken."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select, update

from assistant.gateway import Gateway
from models import Block, BlockSource, LeaseKind, Plan, Run, RunLease
from planning.problem import Plan as KernelPlan
from planning.problem import Problem
from planning.process import Effort
from repositories.leases import LeaseRepository
from services.efforts import Efforts
from services.events import EventEdit, EventService
from services.runs import Runner, ask_plan
from services.time_entries import TimeEntryService
from tests.support.stage import NoSolver, SolverInside, Stage, local, until


class Gate(SolverInside):
    """Lets the test act while the planner thinks."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = asyncio.Event()
        self.open = asyncio.Event()
        self.solved = 0

    async def solve(self, problem: Problem, seconds: float, effort: Effort | None = None) -> KernelPlan:
        self.entered.set()
        await self.open.wait()
        self.solved += 1
        return await super().solve(problem, seconds, effort)


class Patient(SolverInside):
    """Is at 40 % until it is told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = asyncio.Event()

    async def solve(self, problem: Problem, seconds: float, effort: Effort | None = None) -> KernelPlan:
        assert effort is not None
        ended, effort.share = asyncio.Event(), 0.4
        effort.begin(ended.set)
        self.entered.set()
        await ended.wait()
        return await super().solve(problem, seconds)


class Broken(NoSolver):
    """Breaks in a way that nobody expects, until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.is_mended = False

    async def solve(self, problem: Problem, seconds: float, effort: Effort | None = None) -> KernelPlan:
        if not self.is_mended:
            raise RuntimeError("A defect.")
        return await super().solve(problem, seconds, effort)


async def lease(stage: Stage, kind: LeaseKind = LeaseKind.PLAN) -> RunLease:
    async with stage.reading() as scope:
        statement = select(RunLease).where(RunLease.user_id == stage.ada, RunLease.kind == kind)
        return (await scope.session.scalars(statement)).one()


async def runs(stage: Stage) -> int:
    async with stage.reading() as scope:
        return await scope.session.scalar(select(func.count()).select_from(Run).where(Run.user_id == stage.ada)) or 0


class TestPlan:
    async def test_valid(self, stage: Stage) -> None:
        ids = [await stage.add(f"Errand {number} 2h") for number in range(5)]
        await stage.settle(stage.runner(SolverInside()))
        blocks = [block for task_id in ids for block in await stage.blocks(task_id)]
        assert {block.source for block in blocks} == {BlockSource.PLANNER}
        assert all(block.reason for block in blocks)
        assert [(await stage.task(task_id)).needs_scheduling for task_id in ids] == [False] * 5
        assert (await lease(stage)).due_seconds is None

    async def test_draft_stands(self, stage: Stage) -> None:
        await stage.add("Errand 2h")
        await stage.settle(stage.runner(NoSolver()))
        async with stage.reading() as scope:
            run = (await scope.session.scalars(select(Run))).one()
        assert (run.engine, run.note) == ("draft", "The draft stands: There is no solver in this test.")

    async def test_many_changes_are_one_run(self, stage: Stage) -> None:
        stage.settings = stage.settings.model_copy(update={"plan_quiet_seconds": 0.5})
        background = asyncio.create_task(stage.settle(stage.runner()))
        for number in range(8):
            await stage.add(f"Errand {number}")
        await background
        assert await runs(stage) <= 2
        assert len(await stage.all_blocks()) == 8

    async def test_other_user(self, stage: Stage) -> None:
        hers = await stage.add("Eve's 2h", stage.eve)
        mine = await stage.add("Mine 2h")
        await stage.planned()
        assert (await stage.blocks(mine))[0].start_at == (await stage.blocks(hers, stage.eve))[0].start_at
        assert [block.user_id for block in await stage.all_blocks()] == [stage.ada]


class TestFollowed:
    async def test_ended_early_by_its_person_alone(self, stage: Stage) -> None:
        """The best plan so far is stored as at its end, and nothing is due any more."""
        stage.settings = stage.settings.model_copy(update={"plan_seconds": 1000.0})
        task_id, solver = await stage.add("Write 2h"), Patient()
        told: list[tuple[int, int | None]] = []
        heard = asyncio.Event()

        def tell(user_id: int, percent: int | None) -> None:
            told.append((user_id, percent))
            if percent == 40:
                heard.set()

        efforts = Efforts(tell, pace_seconds=0.0)
        background = asyncio.create_task(stage.settle(stage.runner(solver, efforts)))
        await solver.entered.wait()
        await heard.wait()
        assert not efforts.end(stage.eve)
        assert efforts.end(stage.ada)
        await background
        assert {user_id for user_id, _ in told} == {stage.ada}
        assert told[-1] == (stage.ada, None)
        assert [block.source for block in await stage.blocks(task_id)] == [BlockSource.PLANNER]
        assert (await lease(stage)).due_seconds is None
        assert not efforts.end(stage.ada)


class TestOvertaken:
    async def test_event_added(self, stage: Stage) -> None:
        """What was thought before the meeting is not stored; the next run knows of it."""
        task_id, gate = await stage.add("Write 2h"), Gate()
        background = asyncio.create_task(stage.settle(stage.runner(gate)))
        await gate.entered.wait()
        async with stage.writing() as scope:
            await EventService(scope).add(EventEdit("Meeting", local(23, "9:00"), local(23, "12:00"), 0))
        gate.open.set()
        await background
        assert gate.solved >= 2
        assert (await stage.blocks(task_id))[0].start_at == local(23, "12:00")

    async def test_task_started(self, stage: Stage) -> None:
        first, gate = await stage.add("Write 2h"), Gate()
        second = await stage.add("Read 2h")
        background = asyncio.create_task(stage.settle(stage.runner(gate)))
        await gate.entered.wait()
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(second)
        gate.open.set()
        await background
        assert (await stage.blocks(second))[0].start_at == local(23, "9:00")
        assert (await stage.blocks(first))[0].start_at >= local(23, "11:00")

    async def test_task_added(self, stage: Stage) -> None:
        """A new task does not stop a run that never saw it; it only goes out of the way."""
        stage.settings = stage.settings.model_copy(update={"plan_quiet_seconds": 0.3})
        await stage.add("Write 2h")
        gate = Gate()
        background = asyncio.create_task(stage.settle(stage.runner(gate)))
        await gate.entered.wait()
        await stage.add("Read 2h")
        gate.open.set()
        await background
        first, second = await stage.all_blocks()
        assert first.end_at <= second.start_at


class TestClaim:
    async def test_two_runners(self, stage: Stage) -> None:
        ids = [await stage.add(f"Errand {number} 1h") for number in range(6)]
        await asyncio.gather(*(stage.settle(stage.runner()) for _ in range(3)))
        async with stage.reading() as scope:
            versions = [*await scope.session.scalars(select(Run.plan_version).where(Run.user_id == stage.ada))]
        assert len(versions) == len({*versions})
        assert [len(await stage.blocks(task_id)) for task_id in ids] == [1] * 6

    async def test_dead_owner(self, stage: Stage) -> None:
        """A claim that shows no life is taken over when its lease runs out."""
        task_id = await stage.add("Write 2h")
        await asyncio.sleep(0.05)
        async with stage.database.session_scope() as session:
            claim = await LeaseRepository(session).claim(stage.ada, LeaseKind.PLAN, "dead", 0.3)
        assert claim is not None
        await stage.planned()
        assert (await lease(stage)).attempt == claim.attempt + 1
        assert (await stage.blocks(task_id))[0].source is BlockSource.PLANNER

    async def test_fence(self, stage: Stage) -> None:
        """The claim is lost while the planner thinks: nothing of its result is stored."""
        task_id, gate = await stage.add("Write 2h"), Gate()
        runner = stage.runner(gate)
        background = asyncio.create_task(stage.settle(runner))
        await gate.entered.wait()
        async with stage.database.session_scope() as session:
            await session.execute(
                update(RunLease)
                .where(RunLease.kind == LeaseKind.PLAN)
                .values(owner="thief", attempt=RunLease.attempt + 1, leased_until_seconds=9e12)
            )
        gate.open.set()
        await until(lambda: asyncio.sleep(0, gate.solved > 0))
        await asyncio.sleep(0.3)
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)
        await runner.drain()
        assert await runs(stage) == 0
        assert (await stage.blocks(task_id))[0].source is BlockSource.PROVISIONAL
        assert (await stage.task(task_id)).needs_scheduling
        assert (await lease(stage)).owner == "thief"

    async def test_heartbeat(self, stage: Stage) -> None:
        """A run that takes longer than its lease keeps it."""
        stage.settings = stage.settings.model_copy(update={"lease_seconds": 0.3})
        task_id, gate = await stage.add("Write 2h"), Gate()
        background = asyncio.create_task(stage.settle(stage.runner(gate)))
        await gate.entered.wait()
        rival = stage.runner()
        for _ in range(10):
            await rival.tick()
            await asyncio.sleep(0.1)
        gate.open.set()
        await background
        await rival.drain()
        assert (await runs(stage), (await lease(stage)).attempt) == (1, 1)
        assert (await stage.blocks(task_id))[0].source is BlockSource.PLANNER

    async def test_cancelled(self, stage: Stage) -> None:
        """A process that ends gives the work back at once."""
        task_id, gate = await stage.add("Write 2h"), Gate()
        runner = stage.runner(gate)
        background = asyncio.create_task(stage.settle(runner))
        await gate.entered.wait()
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)
        await runner.drain()
        assert (await lease(stage)).owner is None
        await stage.planned()
        assert (await stage.blocks(task_id))[0].source is BlockSource.PLANNER


class TestFailure:
    async def test_retry(self, stage: Stage) -> None:
        """The first pause is 2 s; the plan is as it was, the state says so, and success forgets it."""
        task_id, solver = await stage.add("Write 2h"), Broken()
        runner = stage.runner(solver)
        background = asyncio.create_task(stage.settle(runner))

        async def has_failed() -> bool:
            return (await lease(stage)).failures > 0

        await until(has_failed)
        failed = await lease(stage)
        assert (failed.owner, failed.error) == (None, "RuntimeError: A defect.")
        assert (await stage.blocks(task_id))[0].source is BlockSource.PROVISIONAL
        solver.is_mended = True
        await background
        mended = await lease(stage)
        assert (mended.failures, mended.error, mended.due_seconds) == (0, None, None)
        assert (await stage.blocks(task_id))[0].source is BlockSource.PLANNER

    async def test_pauses_double(self, stage: Stage) -> None:
        pauses = []
        for _ in range(9):
            async with stage.database.session_scope() as session:
                await session.execute(update(RunLease).values(due_seconds=0, leased_until_seconds=None))
                leases = LeaseRepository(session)
                claim = await leases.claim(stage.ada, LeaseKind.PLAN, "me", 60)
                assert claim is not None
                assert await leases.fail(claim, "x" * 1000)
                await session.execute(update(RunLease).where(RunLease.user_id != stage.ada).values(due_seconds=None))
                await session.execute(update(RunLease).where(RunLease.kind == LeaseKind.ADVISE).values(due_seconds=None))
                pauses.append(round(await leases.seconds_to_next() or 0))
        assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300]


class TestOverdue:
    async def test_valid(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        await stage.planned()
        stage.clock.advance(minutes=30)
        await stage.runner().flag_overdue()
        assert (await stage.task(task_id)).needs_scheduling
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert block.start_at >= stage.clock()

    async def test_too_early(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        await stage.planned()
        stage.clock.advance(minutes=5)
        await stage.runner().flag_overdue()
        assert not (await stage.task(task_id)).needs_scheduling

    async def test_running(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(task_id)
        await stage.planned()
        stage.clock.advance(hours=4)
        await stage.runner().flag_overdue()
        assert not (await stage.task(task_id)).needs_scheduling


class TestAskPlan:
    async def test_valid(self, stage: Stage) -> None:
        await stage.add("Write 2h")
        await stage.planned()
        before = await runs(stage)
        async with stage.writing() as scope:
            await ask_plan(scope)
        await stage.planned()
        assert await runs(stage) == before + 1


class TestPages:
    async def test_revision_moves(self, stage: Stage) -> None:
        """Every stored plan is a new revision, by which open pages know."""

        async def revision() -> int:
            async with stage.reading() as scope:
                return await scope.session.scalar(select(Plan.revision).where(Plan.user_id == stage.ada)) or 0

        await stage.add("Write 2h")
        added = await revision()
        await stage.planned()
        assert await revision() > added > 0


@pytest.mark.parametrize("solver", [NoSolver, SolverInside])
async def test_nothing_to_plan(stage: Stage, solver: type[NoSolver]) -> None:
    async with stage.writing() as scope:
        await ask_plan(scope)
    await stage.settle(Runner(stage.database, stage.settings, Gateway(), solver(), stage.clock))
    async with stage.reading() as scope:
        assert (await scope.session.scalars(select(Block))).all() == []
