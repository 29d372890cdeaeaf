"""What a person says about themselves: read, accepted, removed, dismissed; and that the planner obeys what was accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from errors import InvalidInputError, NotFoundError
from models import Energy, LeaseKind, TaskWindow
from repositories.tasks import TaskRepository
from services import snapshot, taken
from services.context import ContextService, ContextShown
from services.hour_rules import spoken_week
from services.hour_service import HourService
from services.pins import PinService
from services.planning import PlanningService
from services.projects import ProjectService
from services.rhythm import Rhythm, RhythmService
from services.settings import SettingsService
from services.tasks import TaskService
from services.timeline import TimelineService
from tests.support.stage import Stage, local

ALL = (
    "I work Mon-Fri 8-4, lunch at noon, no meetings before 10, deep work in the mornings, gym Tue and Thu at 15:00, "
    "I need a break every 2 hours, 10 minutes between tasks. I like chess."
)


async def save(stage: Stage, text: str) -> None:
    async with stage.writing() as scope:
        await SettingsService(scope).save_context({"context": text})


async def show(stage: Stage, who: int | None = None) -> ContextShown:
    async with stage.reading(who) as scope:
        return await ContextService(scope).show()


async def chip(stage: Stage, start: str) -> int:
    """The id of the one chip that says what begins so."""
    shown = await show(stage)
    (found,) = [item for item in (*shown.proposed, *shown.accepted, *shown.dismissed) if item.says.startswith(start)]
    return found.id


async def accept(stage: Stage, start: str) -> None:
    constraint_id = await chip(stage, start)
    async with stage.writing() as scope:
        await ContextService(scope).accept(constraint_id)


async def remove(stage: Stage, start: str) -> None:
    constraint_id = await chip(stage, start)
    async with stage.writing() as scope:
        await ContextService(scope).remove(constraint_id)


async def week(stage: Stage) -> str:
    async with stage.reading() as scope:
        return spoken_week((await HourService(scope).sets())[0].weekly.ranges)


async def rhythm(stage: Stage) -> Rhythm:
    async with stage.reading() as scope:
        return await RhythmService(scope).get()


class TestSave:
    async def test_valid(self, stage: Stage) -> None:
        """All is proposed, nothing is obeyed, and what is not understood says so."""
        await save(stage, ALL)
        shown = await show(stage)
        assert [item.says for item in shown.proposed] == [
            "Work Mon–Fri 08:00–16:00",
            "Lunch every day 12:00–13:00",
            "Meetings never before 10:00",
            "Focus time 06:00–12:00",
            "Gym Tue and Thu 15:00–16:00",
            "Break of 15 min after 2 h",
            "10 min free after each task",
        ]
        assert shown.proposed[4].words == "gym Tue and Thu at 15:00"
        assert (shown.accepted, shown.dismissed, shown.left) == ((), (), (("I like chess", ""),))
        assert (shown.source, shown.note, shown.is_waiting) == ("rules", "", False)
        assert await week(stage) == "Mon–Fri 09:00–17:00"
        assert await rhythm(stage) == Rhythm()

    async def test_other_user(self, stage: Stage) -> None:
        await save(stage, ALL)
        assert await show(stage, stage.eve) == ContextShown()
        constraint_id = await chip(stage, "Gym")
        for act in (ContextService.accept, ContextService.remove):
            with pytest.raises(NotFoundError):
                async with stage.writing(stage.eve) as scope:
                    await act(ContextService(scope), constraint_id)

    async def test_again(self, stage: Stage) -> None:
        """What was accepted or dismissed stays so when the text is edited; what the text no longer says is gone."""
        await save(stage, "Gym Tue at 18:00. Lunch at noon. Fridays off. Choir Wed at 20:00.")
        await accept(stage, "Gym")
        await accept(stage, "Choir")
        await remove(stage, "Lunch")
        await save(stage, "I do Lunch at 12:00; gym on Tuesdays 18-19. Dinner at 7.")
        shown = await show(stage)
        assert [item.says for item in shown.proposed] == ["Dinner every day 19:00–20:00"]
        assert [item.says for item in shown.accepted] == ["Gym Tue 18:00–19:00", "Choir Wed 20:00–21:00"]
        assert [item.says for item in shown.dismissed] == ["Lunch every day 12:00–13:00"]

    async def test_nothing(self, stage: Stage) -> None:
        await save(stage, ALL)
        await save(stage, "")
        assert await show(stage) == ContextShown()

    async def test_missing(self, stage: Stage) -> None:
        for act in (ContextService.accept, ContextService.remove):
            with pytest.raises(NotFoundError):
                async with stage.writing() as scope:
                    await act(ContextService(scope), 99)


class TestHours:
    async def test_there_and_back(self, stage: Stage) -> None:
        await save(stage, "I work Mon-Thu 8-12 and 13-16. Fridays off.")
        for start in ("Work Mon–Thu 08", "Work Mon–Thu 13", "No work"):
            await accept(stage, start)
        assert await week(stage) == "Mon–Thu 08:00–12:00, 13:00–16:00"
        await remove(stage, "Work Mon–Thu 08")
        assert await week(stage) == "Mon–Thu 13:00–16:00"
        await remove(stage, "Work Mon–Thu 13")
        assert await week(stage) == "Mon–Thu 09:00–17:00"
        await remove(stage, "No work")
        assert await week(stage) == "Mon–Fri 09:00–17:00"

    async def test_changed_by_hand_since(self, stage: Stage) -> None:
        await save(stage, "I work Mon-Fri 8-16")
        await accept(stage, "Work")
        async with stage.writing() as scope:
            ranges = (await HourService(scope).sets())[0].weekly.ranges
            await HourService(scope).set_weekly(None, [item for item in ranges if item.weekday != 2])
        await remove(stage, "Work")
        assert await week(stage) == "Mon–Tue 09:00–17:00; Thu–Fri 09:00–17:00"

    async def test_weeks_that_take_turns(self, stage: Stage) -> None:
        await save(stage, "Fridays off")
        async with stage.writing() as scope:
            await HourService(scope).set_weekly(None, (), 2)
        with pytest.raises(InvalidInputError, match="take turns"):
            await accept(stage, "No work")
        assert [item.says for item in (await show(stage)).proposed] == ["No work Fri"]

    async def test_overlapping(self, stage: Stage) -> None:
        await save(stage, "I work Mon 9-13. I work on Mon 12-17.")
        await accept(stage, "Work Mon 09")
        with pytest.raises(InvalidInputError, match="overlap"):
            await accept(stage, "Work Mon 12")


class TestRhythm:
    async def test_there_and_back(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            await RhythmService(scope).set_rhythm(Rhythm(90, 10, 5, (600, 660)))
        await save(stage, ALL)
        for start in ("Focus", "Break", "10 min"):
            await accept(stage, start)
        assert await rhythm(stage) == Rhythm(120, 15, 10, (360, 720))
        for start in ("Focus", "Break", "10 min"):
            await remove(stage, start)
        assert await rhythm(stage) == Rhythm(90, 10, 5, (600, 660))

    async def test_one_of_each_kind(self, stage: Stage) -> None:
        """A second focus time takes the place of the first, and removing it brings back what stood before both."""
        await save(stage, "Deep work 9-11. Focus in the afternoon.")
        await accept(stage, "Focus time 09:00")
        await accept(stage, "Focus time 12:00")
        assert [item.says for item in (await show(stage)).proposed] == ["Focus time 09:00–11:00"]
        assert (await rhythm(stage)).focus == (720, 1080)
        await remove(stage, "Focus time 12:00")
        assert (await rhythm(stage)).focus is None

    async def test_changed_by_hand_since(self, stage: Stage) -> None:
        await save(stage, "10 minutes between tasks")
        await accept(stage, "10 min")
        async with stage.writing() as scope:
            await RhythmService(scope).set_rhythm(Rhythm(buffer_minutes=25))
        await remove(stage, "10 min")
        assert await rhythm(stage) == Rhythm(buffer_minutes=25)


class TestPlan:
    async def test_nothing_before_it_is_accepted(self, stage: Stage) -> None:
        await save(stage, ALL)
        task_id = await stage.add("Write 8h")
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.end_at) == (local(23, "09:00"), local(23, "17:00"))

    async def test_routine(self, stage: Stage) -> None:
        """The plan that stands goes around lunch, new work too at once, and comes back when the chip is removed."""
        first = await stage.add("Write 4h")
        await stage.planned()
        await save(stage, "lunch at noon")
        await accept(stage, "Lunch")
        await stage.planned()
        (block,) = await stage.blocks(first)
        assert (block.start_at, block.end_at) == (local(23, "13:00"), local(23, "17:00"))
        second = await stage.add("Read 3h")
        (provisional,) = await stage.blocks(second)
        assert (provisional.start_at, provisional.end_at) == (local(23, "09:00"), local(23, "12:00"))
        await remove(stage, "Lunch")
        await stage.add("Long 8h")
        await stage.planned()
        assert len({block.start_at.date() for block in await stage.all_blocks()}) == 2

    async def test_pin_over_a_routine(self, stage: Stage) -> None:
        """What a person pins into their lunch stays there."""
        await save(stage, "lunch at noon")
        await accept(stage, "Lunch")
        task_id = await stage.add("Meet Ann today 12:00 1h")
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        async with stage.writing() as scope:
            await PinService(scope).pin_block(block.id, local(23, "12:00"))
        await stage.add("Other 2h")
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.pinned) == (local(23, "12:00"), True)

    async def test_never(self, stage: Stage) -> None:
        await save(stage, "no meetings before 10 or after 12")
        await accept(stage, "Meetings never before 10")
        await accept(stage, "Meetings never after 12")
        meeting, other = await stage.add("Meeting with Ann 1h"), await stage.add("Write 1h")
        await stage.planned()
        (met,), (wrote,) = await stage.blocks(meeting), await stage.blocks(other)
        assert local(23, "10:00") <= met.start_at < met.end_at <= local(23, "12:00")
        assert wrote.start_at == local(23, "09:00")

    async def test_only(self, stage: Stage) -> None:
        await save(stage, "Calls only on Thursdays from 2 to 4")
        await accept(stage, "Calls only")
        task_id = await stage.add("Call Bob 30min")
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert local(26, "14:00") <= block.start_at < block.end_at <= local(26, "16:00")

    async def test_no_room(self, stage: Stage) -> None:
        """What cannot be is shown with its reason."""
        await save(stage, "Calls only from 2 to 4")
        await accept(stage, "Calls only")
        task_id = await stage.add("Call everybody 3h")
        await stage.planned()
        assert await stage.blocks(task_id) == []
        assert "The times in which it must lie" in str((await stage.task(task_id)).unplaced_reason)

    async def test_preferred(self, stage: Stage) -> None:
        await save(stage, "errands after lunch, #desk on Thursdays")
        await accept(stage, "Errands best")
        await accept(stage, "Desk best")
        errand, labelled = await stage.add("Buy milk 1h"), await stage.add("Sort 1h")
        async with stage.writing() as scope:
            await ProjectService(scope).sort_in(await TaskService(scope).get(labelled), None, ("Desk",))
            await scope.changed(LeaseKind.PLAN)
        await stage.planned()
        (bought,), (sorted_,) = await stage.blocks(errand), await stage.blocks(labelled)
        assert bought.start_at >= local(23, "13:00")
        assert bought.end_at <= local(23, "18:00")
        assert local(26, "09:00") <= sorted_.start_at < sorted_.end_at <= local(26, "17:00")

    async def test_a_day_that_is_far(self, stage: Stage) -> None:
        """A wish for Fridays waits for Friday, but not past a deadline, and not for a day without hours."""
        await save(stage, "admin on Fridays, chores on weekends")
        await accept(stage, "Admin best")
        await accept(stage, "Chores best")
        free, due, chore = [await stage.add(line) for line in ("Invoice Bob 1h", "Invoice Eve 1h by Wed", "Laundry 1h")]
        await stage.planned()
        days = [(await stage.blocks(task_id))[0].start_at.day for task_id in (free, due, chore)]
        assert days == [27, 23, 23]

    async def test_a_task_knows_better(self, stage: Stage) -> None:
        """Hard windows of its own count more than what holds for its kind."""
        await save(stage, "no meetings before 10")
        await accept(stage, "Meetings")
        task_id = await stage.add("Meeting 30min")
        async with stage.writing() as scope:
            row = TaskWindow(user_id=stage.ada, task_id=task_id, is_hard=True, weekdays=127, start_minute=540, end_minute=600)
            await TaskRepository(scope.session).replace_windows(stage.ada, task_id, [row])
            await TaskRepository(scope.session).update_quietly(stage.ada, task_id, needs_scheduling=True)
            await scope.changed()
            await PlanningService(scope).place_provisionally(await TaskService(scope).get(task_id))
        (block,) = await stage.blocks(task_id)
        assert block.end_at <= local(23, "10:00")

    async def test_all_tasks(self, stage: Stage) -> None:
        await save(stage, "nothing before 11")
        await accept(stage, "All tasks never before 11")
        task_id = await stage.add("Write 1h")
        (block,) = await stage.blocks(task_id)
        assert block.start_at == local(23, "11:00")

    async def test_focus(self, stage: Stage) -> None:
        await save(stage, "deep work 14-16")
        await accept(stage, "Focus")
        task_id = await stage.add("Prove it 1h")
        async with stage.writing() as scope:
            await TaskRepository(scope.session).update_quietly(stage.ada, task_id, energy=Energy.HIGH, needs_scheduling=True)
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert local(23, "14:00") <= block.start_at < block.end_at <= local(23, "16:00")

    async def test_buffer_and_break(self, stage: Stage) -> None:
        await save(stage, "10 minutes between tasks, a 20 minute break after 2 hours")
        await accept(stage, "10 min")
        await accept(stage, "Break")
        for number in range(4):
            await stage.add(f"Part {number} 50min")
        await stage.planned()
        blocks = await stage.all_blocks()
        gaps = [(late.start_at - early.end_at).total_seconds() / 60 for early, late in pairwise(blocks)]
        assert all(gap >= 10 for gap in gaps)
        assert any(gap >= 20 for gap in gaps)

    async def test_many_routines_leave_a_short_horizon(self, stage: Stage) -> None:
        """Lunch and a night every day for a year count as less time, not as work to be done."""
        await save(stage, "lunch at noon, sleep 23:00-7:00 every day, dinner at 7")
        async with stage.writing() as scope:
            await ContextService(scope).accept_all()
        await stage.add("Write 1h")
        async with stage.reading() as scope:
            framed = snapshot.build(await PlanningService(scope).load())
        assert framed.problem.horizon <= 15 * 1440

    async def test_accept_all(self, stage: Stage) -> None:
        await save(stage, ALL)
        async with stage.writing() as scope:
            assert await ContextService(scope).accept_all() == 7
        shown = await show(stage)
        assert (len(shown.accepted), shown.proposed) == (7, ())
        assert await week(stage) == "Mon–Fri 08:00–16:00"


class TestTaken:
    async def test_timeline(self, stage: Stage) -> None:
        await save(stage, "lunch 12-1 on weekdays")
        await accept(stage, "Lunch")
        async with stage.reading() as scope:
            dates = [local(day, "12:00").date() for day in (23, 28)]
            days = [(await TimelineService(scope).with_week(day, day))[0] for day in dates]
        monday, saturday = days
        assert [(item.kind, item.title, item.start_at) for item in monday.items] == [("routine", "Lunch", local(23, "12:00"))]
        assert (monday.capacity_minutes, saturday.items) == (7 * 60, ())

    @pytest.mark.parametrize(("day", "hours"), [(28, 7), (27, 8)])
    async def test_daylight_saving(self, stage: Stage, day: int, hours: int) -> None:
        """A night from 23:00 to 7:00 is as long as the clocks make it: an hour shorter when they go forward in March 2027."""
        await save(stage, "sleep 23:00-7:00 every day")
        await accept(stage, "Sleep")
        noon = datetime(2027, 3, day, 10, tzinfo=UTC)
        async with stage.reading() as scope:
            known = await taken.load(scope.session, stage.ada, noon - timedelta(days=1), noon)
        (night,) = known.between("Europe/Berlin", noon - timedelta(hours=20), noon)
        assert night.end_at - night.start_at == timedelta(hours=hours)

    async def test_other_user(self, stage: Stage) -> None:
        await save(stage, "lunch at noon, no calls before 10")
        async with stage.writing() as scope:
            await ContextService(scope).accept_all()
        async with stage.reading(stage.eve) as scope:
            assert await taken.load(scope.session, stage.eve, local(1, "00:00"), local(30, "00:00")) == taken.Taken()
