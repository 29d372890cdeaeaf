"""Claims in database time: one winner, a fence, and work that was asked for meanwhile is not forgotten."""

from __future__ import annotations

import asyncio

from sqlalchemy import select, update

from models import LeaseKind, RunLease
from repositories.leases import Claim, LeaseRepository
from tests.support.stage import Stage


async def claim(stage: Stage, owner: str = "me", seconds: float = 60) -> Claim | None:
    async with stage.database.session_scope() as session:
        return await LeaseRepository(session).claim(stage.ada, LeaseKind.PLAN, owner, seconds)


async def ask(stage: Stage, quiet_seconds: float = 0, cap_seconds: float = 60) -> None:
    async with stage.database.session_scope() as session:
        await LeaseRepository(session).ask(stage.ada, {LeaseKind.PLAN: (quiet_seconds, cap_seconds)})


async def row(stage: Stage) -> RunLease:
    async with stage.database.read_scope() as session:
        statement = select(RunLease).where(RunLease.user_id == stage.ada, RunLease.kind == LeaseKind.PLAN)
        return (await session.scalars(statement)).one()


class TestAsk:
    async def test_quiet(self, stage: Stage) -> None:
        """Each asking begins the quiet anew, up to the cap after the first."""
        await ask(stage, 30, 50)
        first = await row(stage)
        await ask(stage, 40, 50)
        second = await row(stage)
        await ask(stage, 500, 50)
        third = await row(stage)
        assert first.due_seconds is not None
        assert first.first_asked_seconds is not None
        assert round(first.due_seconds - first.first_asked_seconds) == 30
        assert round((second.due_seconds or 0) - first.first_asked_seconds) == 40
        assert round((third.due_seconds or 0) - first.first_asked_seconds) == 50
        assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]

    async def test_not_yet(self, stage: Stage) -> None:
        await ask(stage, 30)
        assert await claim(stage) is None


class TestClaim:
    async def test_one_winner(self, stage: Stage) -> None:
        await ask(stage)
        won = await asyncio.gather(*(claim(stage, f"worker-{number}") for number in range(8)))
        assert sum(found is not None for found in won) == 1

    async def test_nothing_due(self, stage: Stage) -> None:
        assert await claim(stage) is None

    async def test_expired(self, stage: Stage) -> None:
        await ask(stage)
        first = await claim(stage, seconds=0.05)
        await asyncio.sleep(0.1)
        second = await claim(stage)
        assert first is not None
        assert second is not None
        assert second.attempt == first.attempt + 1
        async with stage.database.session_scope() as session:
            leases = LeaseRepository(session)
            assert not await leases.renew(first, 60)
            assert not await leases.finish(first)
            assert not await leases.fail(first, "too late")
            assert not await leases.retry_now(first)
            assert await leases.finish(second)

    async def test_same_owner_of_an_earlier_attempt(self, stage: Stage) -> None:
        """The attempt is the fence: the same process may have lost and won in between."""
        await ask(stage)
        first = await claim(stage, "me", 0.05)
        await asyncio.sleep(0.1)
        assert await claim(stage, "me") is not None
        assert first is not None
        async with stage.database.session_scope() as session:
            assert not await LeaseRepository(session).finish(first)


class TestFinish:
    async def test_asked_meanwhile(self, stage: Stage) -> None:
        await ask(stage)
        first = await claim(stage)
        await ask(stage)
        assert first is not None
        async with stage.database.session_scope() as session:
            assert await LeaseRepository(session).finish(first)
        assert (await row(stage)).due_seconds is not None
        assert await claim(stage) is not None

    async def test_all_done(self, stage: Stage) -> None:
        await ask(stage)
        first = await claim(stage)
        assert first is not None
        async with stage.database.session_scope() as session:
            assert await LeaseRepository(session).finish(first)
            assert await LeaseRepository(session).seconds_to_next() is None
        assert await claim(stage) is None


class TestSecondsToNext:
    async def test_leased(self, stage: Stage) -> None:
        """While somebody works, the next look is when their lease ends."""
        await ask(stage)
        await claim(stage, seconds=30)
        async with stage.database.read_scope() as session:
            seconds = await LeaseRepository(session).seconds_to_next()
        assert seconds is not None
        assert 25 < seconds <= 30

    async def test_list_due(self, stage: Stage) -> None:
        await ask(stage)
        async with stage.database.session_scope() as session:
            await session.execute(
                update(RunLease).where(RunLease.user_id == stage.eve, RunLease.kind == LeaseKind.ADVISE).values(due_seconds=1)
            )
        async with stage.database.read_scope() as session:
            leases = LeaseRepository(session)
            assert await leases.list_due(10) == [(stage.eve, LeaseKind.ADVISE), (stage.ada, LeaseKind.PLAN)]
            assert await leases.list_due(1) == [(stage.eve, LeaseKind.ADVISE)]
