"""Parts: a task with parts is a frame, its parts are planned, ordered, finished, deleted and brought back with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from errors import ConflictError, InvalidInputError, NotFoundError
from models import TaskStatus
from services import planning
from services.advice import AdviceService
from services.parts import PartService
from services.planning import PlanningService
from services.task_details import TaskDetailsService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from services.today import TodayService
from services.views import TaskRow
from tests.services.test_tasks import save
from tests.support.stage import NoSolver, Stage, local


async def part(stage: Stage, parent: int, text: str, who: int | None = None) -> int:
    async with stage.writing(who) as scope:
        return (await TaskService(scope).add(text, None, parent)).task.id


async def moving(stage: Stage, text: str = "Move house 8h") -> tuple[int, list[int]]:
    """A task with three parts of 1, 2 and 3 hours."""
    parent = await stage.add(text)
    return parent, [await part(stage, parent, f"{word} {hours}h") for hours, word in enumerate(("Van", "Boxes", "Drive"), 1)]


async def act(stage: Stage, verb: str, task_id: int) -> None:
    async with stage.writing() as scope:
        service = TaskService(scope) if verb in {"delete", "restore"} else TimeEntryService(scope)
        await getattr(service, verb)(task_id)


async def starts(stage: Stage, ids: list[int]) -> list[datetime]:
    return [block.start_at for task_id in ids for block in await stage.blocks(task_id)]


async def shown(stage: Stage) -> tuple[dict[int, tuple[str, TaskRow]], int]:
    """Each row with its group, and how many tasks are at risk."""
    async with stage.reading() as scope:
        view = await TodayService(scope).page(None, {})
    return {row.id: (group.key, row) for group in view.groups for row in group.rows}, view.at_risk


class TestFrame:
    async def test_is_not_planned_itself(self, stage: Stage) -> None:
        """The parts follow each other from 9:00 on; the frame has no block, is at no risk, and stands at its first part."""
        parent, parts = await moving(stage)
        for _ in ("at once", "by the planner"):
            assert await stage.blocks(parent) == []
            assert await starts(stage, parts) == [local(23, "9:00"), local(23, "10:00"), local(23, "12:00")]
            rows, at_risk = await shown(stage)
            key, row = rows[parent]
            assert (key, row.start_at, row.parts_total, row.parts_done) == ("today", local(23, "9:00"), 3, 0)
            assert (rows[parts[0]][1].parent_title, at_risk) == ("Move house", 0)
            await stage.planned()

    async def test_planner_does_not_know_it(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        async with stage.reading() as scope:
            rows = await PlanningService(scope).load()
        thought = await planning.think(rows, NoSolver(), 0.1)
        assert {job.id for job in thought.framed.problem.jobs} == {str(one) for one in parts}
        assert parent in {task.id for task in rows.tasks}

    @pytest.mark.parametrize("who", ["start", "pin"])
    async def test_is_not_worked_on_itself(self, stage: Stage, who: str) -> None:
        parent, _ = await moving(stage)
        with pytest.raises((ConflictError, InvalidInputError), match="part"):
            await (act(stage, "start", parent) if who == "start" else save(stage, parent, start_at="2026-11-25T10:00"))

    async def test_without_parts_again(self, stage: Stage) -> None:
        parent = await stage.add("Move house 2h")
        only = await part(stage, parent, "Van 1h")
        await act(stage, "delete", only)
        assert await starts(stage, [parent]) == [local(23, "9:00")]
        await act(stage, "restore", only)
        assert (await stage.blocks(parent), await starts(stage, [only])) == ([], [local(23, "9:00")])


class TestAdd:
    async def test_depth_is_one(self, stage: Stage) -> None:
        _, parts = await moving(stage)
        with pytest.raises(InvalidInputError, match="a part has no parts"):
            await part(stage, parts[0], "Wheels 1h")

    @pytest.mark.parametrize(("verb", "words"), [("start", "is running"), ("complete", "Reopen it")])
    async def test_whole_is_not_open(self, stage: Stage, verb: str, words: str) -> None:
        parent = await stage.add("Move house 2h")
        await act(stage, verb, parent)
        with pytest.raises(InvalidInputError, match=words):
            await part(stage, parent, "Van 1h")

    async def test_bad_text(self, stage: Stage) -> None:
        """Nothing is stored, and the whole keeps its place."""
        parent = await stage.add("Move house 2h")
        with pytest.raises(InvalidInputError, match="Say what is to be done"):
            await part(stage, parent, "  ")
        assert len(await stage.blocks(parent)) == 1

    async def test_other_user_and_missing(self, stage: Stage) -> None:
        parent = await stage.add("Move house 2h")
        answers = []
        for task_id in (parent, 4711):
            with pytest.raises(NotFoundError) as caught:
                await part(stage, task_id, "Van 1h", stage.eve)
            answers.append(caught.value.message)
        assert len({*answers}) == 1
        assert len(await stage.blocks(parent)) == 1


class TestOrder:
    async def test_in_any_order(self, stage: Stage) -> None:
        """The last part is due before the others could be done: allowed to go first, it does."""
        parent, parts = await moving(stage)
        await save(stage, parent, parts_in_order="")
        await save(stage, parts[2], deadline_at="2026-11-23T12:00", deadline_is_hard="on")
        await stage.planned()
        assert (await starts(stage, parts))[2] == local(23, "9:00")

    async def test_moved(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        async with stage.writing() as scope:
            assert (await PartService(scope).move(parts[2], "earlier")).id == parent
            await PartService(scope).move(parts[0], "earlier")
        async with stage.reading() as scope:
            details, _ = await TaskDetailsService(scope).show(parent)
        assert [row.id for row in details.parts] == [parts[0], parts[2], parts[1]]
        await stage.planned()
        assert await starts(stage, parts) == [local(23, "9:00"), local(23, "13:00"), local(23, "10:00")]

    async def test_against_a_wait(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        await save(stage, parts[1], (parts[0],))
        with pytest.raises(InvalidInputError, match="order cannot be"):
            async with stage.writing() as scope:
                await PartService(scope).move(parts[1], "earlier")
        async with stage.reading() as scope:
            details, _ = await TaskDetailsService(scope).show(parent)
        assert [row.id for row in details.parts] == parts

    async def test_other_user(self, stage: Stage) -> None:
        _, parts = await moving(stage)
        async with stage.writing(stage.eve) as scope:
            with pytest.raises(NotFoundError):
                await PartService(scope).move(parts[1], "earlier")

    async def test_no_part(self, stage: Stage) -> None:
        task_id = await stage.add("Call Bob")
        async with stage.writing() as scope:
            with pytest.raises(NotFoundError):
                await PartService(scope).move(task_id, "later")


class TestInherited:
    async def test_waits(self, stage: Stage) -> None:
        """What the whole waits for, each part waits for; what waits for the whole, waits for the last part."""
        first, last = await stage.add("Sign tomorrow 10:00 1h"), await stage.add("Party 1h")
        parent, parts = await moving(stage)
        await save(stage, parent, (first,))
        await save(stage, last, (parent,))
        assert await starts(stage, [last]) == [local(25, "9:00")]
        await stage.planned()
        assert await starts(stage, [*parts, last]) == [
            *(local(24, "11:00"), local(24, "12:00"), local(24, "14:00")),
            local(25, "9:00"),
        ]

    @pytest.mark.parametrize(("later", "earlier"), [("whole", "part"), ("part", "whole")])
    async def test_circle_within(self, stage: Stage, later: str, earlier: str) -> None:
        parent, parts = await moving(stage)
        ids = {"whole": parent, "part": parts[0]}
        with pytest.raises(InvalidInputError, match="circle"):
            await save(stage, ids[later], (ids[earlier],))

    async def test_circle_through_a_part(self, stage: Stage) -> None:
        other = await stage.add("Sign 1h")
        parent, parts = await moving(stage)
        await save(stage, other, (parent,))
        with pytest.raises(InvalidInputError, match="circle"):
            await save(stage, parts[1], (other,))

    async def test_dates(self, stage: Stage) -> None:
        """Parts begin after the whole's earliest start; one with a start of its own keeps that."""
        parent, parts = await moving(stage)
        await save(stage, parent, earliest_at="2026-11-25T09:00", parts_in_order="")
        await save(stage, parts[0], earliest_at="2026-11-24T09:00")
        await stage.planned()
        assert [at.day for at in await starts(stage, parts)] == [24, 25, 25]

    async def test_deadline(self, stage: Stage) -> None:
        """The last part ends at 15:00, after the whole is due: it is late, counted, and the reason says by when."""
        parent, parts = await moving(stage)
        await save(stage, parent, deadline_at="2026-11-23T14:00")
        await stage.planned()
        rows, at_risk = await shown(stage)
        assert (rows[parts[2]][1].late_minutes, at_risk) == (60, 1)
        assert "due today 14:00, 1 h late" in (await stage.blocks(parts[2]))[0].reason
        async with stage.reading() as scope:
            questions = await AdviceService(scope).load()
        assert {brief.deadline_at for brief in questions.everything} == {local(23, "14:00")}

    async def test_hard_deadline(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        await save(stage, parent, deadline_at="2026-11-23T14:00", deadline_is_hard="on")
        await stage.planned()
        assert await stage.blocks(parts[2]) == []
        assert "hard deadline today 14:00" in str((await stage.task(parts[2])).unplaced_reason)


class TestComplete:
    async def test_last_part_offers_the_whole(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        offers = []
        for one in parts:
            async with stage.writing() as scope:
                done = await TimeEntryService(scope).complete(one)
                offers.append(await PartService(scope).finished_parent(done))
        assert [offer.id if offer else None for offer in offers] == [None, None, parent]
        await stage.planned()
        rows, at_risk = await shown(stage)
        assert (rows[parent][0], rows[parent][1].parts_done, at_risk) == ("today", 3, 0)
        assert await stage.blocks(parent) == []

    async def test_whole_and_undo(self, stage: Stage) -> None:
        """The undo opens what the completion closed, and not what was done before."""
        parent, parts = await moving(stage)
        await act(stage, "complete", parts[0])
        stage.clock.advance(minutes=10)
        await act(stage, "start", parts[1])
        stage.clock.advance(minutes=10)
        await act(stage, "complete", parent)
        assert {(await stage.task(one)).status for one in (parent, *parts)} == {TaskStatus.COMPLETED}
        await act(stage, "reopen", parent)
        assert [(await stage.task(one)).status.value for one in (parent, *parts)] == ["open", "completed", "open", "open"]
        assert len(await starts(stage, parts[1:])) == 2

    async def test_reopened_part_opens_the_whole(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        await act(stage, "complete", parent)
        await act(stage, "reopen", parts[2])
        assert [(await stage.task(one)).status.value for one in (parent, *parts)] == ["open", "completed", "completed", "open"]


class TestDelete:
    async def test_together(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        await act(stage, "delete", parts[0])
        stage.clock.advance(minutes=1)
        await act(stage, "delete", parent)
        assert await stage.all_blocks() == []
        await act(stage, "restore", parent)
        assert [(await stage.task(one)).deleted_at is None for one in (parent, *parts)] == [True, False, True, True]
        assert len(await starts(stage, parts[1:])) == 2

    async def test_part_of_a_deleted_whole(self, stage: Stage) -> None:
        parent, parts = await moving(stage)
        await act(stage, "delete", parent)
        with pytest.raises(ConflictError, match="Bring that back first"):
            await act(stage, "restore", parts[0])

    async def test_part_of_a_running_whole(self, stage: Stage) -> None:
        parent = await stage.add("Move house 2h")
        only = await part(stage, parent, "Van 1h")
        await act(stage, "delete", only)
        await act(stage, "start", parent)
        with pytest.raises(ConflictError, match="Stop that first"):
            await act(stage, "restore", only)

    async def test_circle_made_meanwhile(self, stage: Stage) -> None:
        """A waits for B; B waits for C. While B is away, C comes to wait for A: B cannot come back."""
        a, b, c = [await stage.add(f"Step {name} 1h") for name in "ABC"]
        await save(stage, a, (b,))
        await save(stage, b, (c,))
        await act(stage, "delete", b)
        await save(stage, c, (a,))
        with pytest.raises(InvalidInputError, match="wait for itself"):
            await act(stage, "restore", b)
        await stage.planned()
        assert len(await stage.all_blocks()) == 2


async def test_every_part_is_found_again(stage: Stage) -> None:
    """The planner's second look changes nothing."""
    _, parts = await moving(stage)
    await stage.planned()
    before = await starts(stage, parts)
    stage.clock.advance(seconds=30)
    await stage.add("Call Bob 30min next week")
    await stage.planned()
    assert await starts(stage, parts) == before
    assert max(before) - min(before) == timedelta(hours=3)
