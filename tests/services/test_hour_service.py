"""Typed changes of hours: sets, weeks that take turns, days off and other hours, and what the planner makes of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from errors import InvalidInputError, NotFoundError
from models import TaskStatus
from planning.hours import HourRange, Span
from repositories.tasks import TaskRepository
from services import hours
from services.hour_rules import spoken_week
from services.hour_service import HourService, OtherDays
from services.timeline import TimelineService
from tests.support.stage import MONDAY, Stage, local

MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
MORNING = HourRange(0, 540, 720)
MISSING = 10**6


async def act(stage: Stage, what: Callable[[HourService], Awaitable[object]], who: int | None = None) -> None:
    async with stage.writing(who) as scope:
        await what(HourService(scope))


async def ahead(stage: Stage, who: int | None = None) -> tuple[OtherDays, ...]:
    async with stage.reading(who) as scope:
        return await HourService(scope).list_ahead()


async def working(stage: Stage, start: datetime, end: datetime) -> tuple[Span, ...]:
    async with stage.reading() as scope:
        return hours.spans(await HourService(scope).sets(), scope.person.zone, start, end)


async def refused(stage: Stage, what: Callable[[HourService], Awaitable[object]]) -> list[str]:
    """The fields at fault."""
    with pytest.raises(InvalidInputError) as caught:
        await act(stage, what)
    assert all(sentence.endswith(".") for sentence in caught.value.fields.values())
    return [*caught.value.fields]


class TestSets:
    async def test_life(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            made = await HourService(scope).add_set("  Side \n project ", [MORNING])
            await HourService(scope).rename_set(made.id, "Evenings")
        async with stage.reading() as scope:
            names = [(item.name, len(item.weekly.ranges)) for item in await HourService(scope).sets()]
        assert names == [("Work", 5), ("Evenings", 1)]
        await act(stage, lambda service: service.delete_set(made.id))
        async with stage.reading() as scope:
            assert [item.name for item in await HourService(scope).sets()] == ["Work"]

    @pytest.mark.parametrize("name", ["", "  \x00", "work", "x" * 101])
    async def test_invalid_name(self, stage: Stage, name: str) -> None:
        assert await refused(stage, lambda service: service.add_set(name)) == ["name"]

    async def test_own_name(self, stage: Stage) -> None:
        """A set may keep its name, or change its case."""
        await act(stage, lambda service: service.rename_set(1, "WORK"))

    async def test_most(self, stage: Stage) -> None:
        for number in range(9):
            await act(stage, lambda service, name=f"Set {number}": service.add_set(name))  # type: ignore[misc]
        assert await refused(stage, lambda service: service.add_set("One more")) == ["name"]

    async def test_last_one_stays(self, stage: Stage) -> None:
        with pytest.raises(InvalidInputError, match="last set"):
            await act(stage, lambda service: service.delete_set(1))

    async def test_tasks_go_back(self, stage: Stage) -> None:
        """A task of a deleted set is flagged and planned in the usual hours; a done one is not planned."""
        task_id, done = await stage.add("Paint 1h"), await stage.add("Done 1h")
        async with stage.writing() as scope:
            made = await HourService(scope).add_set("Evenings", [HourRange(day, 1080, 1260) for day in range(7)])
            tasks = TaskRepository(scope.session)
            await tasks.update_quietly(stage.ada, task_id, hour_set_id=made.id, needs_scheduling=True)
            await tasks.update_quietly(
                stage.ada, done, hour_set_id=made.id, status=TaskStatus.COMPLETED, needs_scheduling=False
            )
        await stage.planned()
        assert [block.start_at for block in await stage.blocks(task_id)] == [local(23, "18:00")]
        await act(stage, lambda service: service.delete_set(made.id))
        task, other = await stage.task(task_id), await stage.task(done)
        assert (task.hour_set_id, task.needs_scheduling) == (None, True)
        assert (other.hour_set_id, other.needs_scheduling) == (None, False)
        await stage.planned()
        assert [block.start_at for block in await stage.blocks(task_id)] == [local(23, "9:00")]

    async def test_other_user(self, stage: Stage) -> None:
        """Ada's set and one that never was: alike for eve."""
        async with stage.writing() as scope:
            mine = (await HourService(scope).add_set("Mine")).id
        for set_id in (mine, MISSING):
            for what in (
                lambda service, set_id=set_id: service.rename_set(set_id, "Hers"),
                lambda service, set_id=set_id: service.delete_set(set_id),
                lambda service, set_id=set_id: service.set_weekly(set_id, []),
                lambda service, set_id=set_id: service.set_exception(set_id, TUE, []),
                lambda service, set_id=set_id: service.remove_exception(set_id, TUE),
            ):
                with pytest.raises(NotFoundError):
                    await act(stage, what, stage.eve)


class TestSetWeekly:
    async def test_over_midnight(self, stage: Stage) -> None:
        await act(stage, lambda service: service.set_weekly(None, [HourRange(0, 1320, 360)]))
        task_id = await stage.add("Watch 6h")
        await stage.planned()
        assert [(b.start_at, b.end_at) for b in await stage.blocks(task_id)] == [(local(23, "22:00"), local(24, "4:00"))]

    async def test_none(self, stage: Stage) -> None:
        """Without hours there is no place, and the reason says what would help."""
        task_id = await stage.add("Watch 6h")
        await act(stage, lambda service: service.set_weekly(None, []))
        await stage.planned()
        assert await stage.blocks(task_id) == []
        assert "widen your hours" in str((await stage.task(task_id)).unplaced_reason).lower()

    async def test_weeks_take_turns(self, stage: Stage) -> None:
        """Mornings in one week, afternoons in the next; this week is the second."""
        weeks = [MORNING, HourRange(0, 780, 1020, 1)]
        await act(stage, lambda service: service.set_weekly(None, weeks, 2, 2))
        spans = await working(stage, MONDAY, MONDAY + timedelta(days=15))
        assert [(low.astimezone(UTC).date(), low.hour) for low, _ in spans] == [
            (MON, 12),
            (MON + timedelta(days=7), 8),
            (MON + timedelta(days=14), 12),
        ]
        task_id = await stage.add("Write 1h")
        await stage.planned()
        assert [block.start_at for block in await stage.blocks(task_id)] == [local(23, "13:00")]

    async def test_week_of_the_person(self, stage: Stage) -> None:
        """At 23:30 UTC on Sunday it is Monday in Berlin: the new week is the one that is meant."""
        stage.clock.at = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
        await act(stage, lambda service: service.set_weekly(None, [MORNING], 2, 1))
        async with stage.reading() as scope:
            (item,) = await HourService(scope).sets()
        assert item.weekly.cycle_from == date(2026, 11, 30)

    async def test_invalid(self, stage: Stage) -> None:
        twice = [HourRange(2, 540, 720), HourRange(2, 660, 780)]
        assert await refused(stage, lambda service: service.set_weekly(None, twice)) == ["wed"]
        four = [HourRange(2, start * 60, start * 60 + 30) for start in range(4)]
        assert await refused(stage, lambda service: service.set_weekly(None, four)) == ["wed"]
        assert await refused(stage, lambda service: service.set_weekly(None, [], 5)) == ["cycle_weeks"]
        assert await refused(stage, lambda service: service.set_weekly(None, [], 0)) == ["cycle_weeks"]
        assert await refused(stage, lambda service: service.set_weekly(None, [], 2, 3)) == ["week_now"]
        assert await refused(stage, lambda service: service.set_weekly(None, [HourRange(0, 0, 60, 1)])) == ["cycle_weeks"]
        assert len(await working(stage, MONDAY, MONDAY + timedelta(days=7))) == 5


class TestTakeOff:
    async def test_moves_tasks(self, stage: Stage) -> None:
        task_id = await stage.add("Write tomorrow 3h")
        await stage.planned()
        assert (await stage.blocks(task_id))[0].start_at == local(24, "9:00")
        await act(stage, lambda service: service.take_off(TUE, WED, "Fair"))
        await stage.planned()
        assert [block.start_at for block in await stage.blocks(task_id)] == [local(26, "9:00")]
        async with stage.reading() as scope:
            assert (await TimelineService(scope).with_week(TUE, TUE))[0].shades == ()

    async def test_is_about_all_sets(self, stage: Stage) -> None:
        """A day off is one, whatever a single set had for it before."""
        await act(stage, lambda service: service.set_exception(1, TUE, [(600, 720)]))
        await act(stage, lambda service: service.take_off(TUE))
        assert await ahead(stage) == (OtherDays(None, TUE, TUE),)
        assert await working(stage, local(24, "0:00"), local(25, "0:00")) == ()

    async def test_days_in_a_row_are_one(self, stage: Stage) -> None:
        await act(stage, lambda service: service.take_off(WED, date(2026, 12, 4), " Skiing \n trip "))
        await act(stage, lambda service: service.take_off(TUE))
        assert await ahead(stage) == (OtherDays(None, TUE, TUE), OtherDays(None, WED, date(2026, 12, 4), (), "Skiing trip"))
        stage.clock.advance(days=4)
        assert [days.first_on for days in await ahead(stage)] == [date(2026, 11, 27)]
        assert await ahead(stage, stage.eve) == ()

    @pytest.mark.parametrize(
        ("first_on", "last_on", "note", "field"),
        [
            (date(2026, 11, 22), None, "", "first_on"),
            (TUE, MON, "", "last_on"),
            (TUE, TUE + timedelta(days=60), "", "last_on"),
            (date(2030, 1, 1), None, "", "first_on"),
            (date.max, None, "", "first_on"),
            (TUE, None, "x" * 101, "note"),
        ],
    )
    async def test_invalid(self, stage: Stage, first_on: date, last_on: date | None, note: str, field: str) -> None:
        assert await refused(stage, lambda service: service.take_off(first_on, last_on, note)) == [field]

    async def test_longest(self, stage: Stage) -> None:
        await act(stage, lambda service: service.take_off(TUE, TUE + timedelta(days=59)))
        assert (await ahead(stage))[0].last_on == date(2027, 1, 22)


class TestSetException:
    async def test_other_hours(self, stage: Stage) -> None:
        """A Saturday of work, up to the small hours; saying it again replaces it."""
        await act(stage, lambda service: service.set_exception(None, date(2026, 11, 28), [(540, 600)]))
        await act(stage, lambda service: service.set_exception(None, date(2026, 11, 28), [(1320, 120), (600, 720)], "Fair"))
        spans = await working(stage, local(28, "0:00"), local(30, "0:00"))
        assert spans == ((local(28, "10:00"), local(28, "12:00")), (local(28, "22:00"), local(29, "2:00")))

    async def test_one_set(self, stage: Stage) -> None:
        """Other hours of one set leave the others alone; its own go before those of all."""
        await act(stage, lambda service: service.add_set("Evenings", [HourRange(1, 1080, 1200)]))
        await act(stage, lambda service: service.take_off(TUE))
        await act(stage, lambda service: service.set_exception(1, TUE, [(600, 660)]))
        assert await working(stage, local(24, "0:00"), local(25, "0:00")) == ((local(24, "10:00"), local(24, "11:00")),)
        assert [days.set_id for days in await ahead(stage)] == [None, 1]

    async def test_clocks_change(self, stage: Stage) -> None:
        """28 March 2027 has 23 hours in Berlin: 01:00 to 04:00 are two of them."""
        day = date(2027, 3, 28)
        await act(stage, lambda service: service.set_exception(None, day, [(60, 240)]))
        spans = await working(stage, datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC))
        assert spans == ((datetime(2027, 3, 28, 0, tzinfo=UTC), datetime(2027, 3, 28, 2, tzinfo=UTC)),)

    @pytest.mark.parametrize("stretches", [[(600, 700), (650, 800)], [(-1, 60)], [(1440, 60)], [(0, 1441)], [(0, 1)] * 4])
    async def test_invalid(self, stage: Stage, stretches: list[tuple[int, int]]) -> None:
        assert await refused(stage, lambda service: service.set_exception(None, TUE, stretches)) == ["stretches"]
        assert await ahead(stage) == ()


class TestRemoveException:
    async def test_there_and_back(self, stage: Stage) -> None:
        await act(stage, lambda service: service.take_off(TUE, WED, "Fair"))
        async with stage.writing() as scope:
            removed = await HourService(scope).remove_exception(None, TUE, WED)
        assert removed == (OtherDays(None, TUE, WED, (), "Fair"),)
        assert len(await working(stage, MONDAY, MONDAY + timedelta(days=4))) == 4

    async def test_nothing_there(self, stage: Stage) -> None:
        await act(stage, lambda service: service.take_off(TUE))
        for set_id, day in ((1, TUE), (None, WED)):
            with pytest.raises(NotFoundError):
                await act(stage, lambda service, s=set_id, d=day: service.remove_exception(s, d))  # type: ignore[misc]

    async def test_other_user(self, stage: Stage) -> None:
        await act(stage, lambda service: service.take_off(TUE))
        with pytest.raises(NotFoundError):
            await act(stage, lambda service: service.remove_exception(None, TUE), stage.eve)
        assert len(await ahead(stage)) == 1


def test_spoken_week() -> None:
    weekdays = [HourRange(day, start, end) for day in (0, 1, 2, 4) for start, end in ((780, 1020), (540, 720))]
    spoken = "Mon–Wed 09:00–12:00, 13:00–17:00; Fri 09:00–12:00, 13:00–17:00; Sun 22:00–00:00"
    assert spoken_week([*weekdays, HourRange(6, 1320, 1440)]) == spoken
    assert spoken_week([]) == ""
