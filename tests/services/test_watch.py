"""What another process changes wakes the pages of this one, by a look at the database."""

from __future__ import annotations

from db import Database
from services.revisions import current_revision
from services.signals import Hub
from services.watch import Watch
from tests.support.cast import Cast
from tests.support.stage import Stage


def always() -> bool:
    return True


async def listening(stage: Stage, hub: Hub, who: int) -> None:
    """As a stream does that has read the newest revision."""
    hub.listen(who).clear()
    async with stage.reading(who) as scope:
        hub.told[who] = await current_revision(scope)


class TestLook:
    async def test_wakes_those_who_are_behind(self, stage: Stage) -> None:
        hub = Hub()
        await listening(stage, hub, stage.ada)
        await listening(stage, hub, stage.eve)
        watch = Watch(stage.database, hub, always)
        await watch.look()
        assert woken(hub) == set()
        await stage.add("Write 1h")
        await watch.look()
        assert woken(hub) == {stage.ada}

    async def test_wakes_whoever_is_shut_out(self, cast: Cast) -> None:
        """Their pages look whether they may still be shown, at whichever process."""
        hub = Hub()
        await listening(cast.stage, hub, cast.member.id)
        await cast.disable(cast.member)
        await Watch(cast.stage.database, hub, always).look()
        assert woken(hub) == {cast.member.id}

    async def test_nobody_listens(self, stage: Stage) -> None:
        await Watch(stage.database, Hub(), always).look()

    async def test_the_database_is_away(self) -> None:
        database, hub = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing"), Hub()
        event = hub.listen(1)
        event.clear()
        await Watch(database, hub, always).look()
        assert not event.is_set()
        await database.close()


class TestHub:
    def test_a_new_listener_looks_at_once(self) -> None:
        assert Hub().listen(1).is_set()

    def test_leaves_nothing(self) -> None:
        hub = Hub()
        event = hub.listen(1)
        hub.told[1] = 5
        hub.leave(1, event)
        assert (hub.people, hub.told) == (frozenset(), {})


def woken(hub: Hub) -> set[int]:
    return {who for who in hub.people if any(event.is_set() for event in hub._listeners[who])}
