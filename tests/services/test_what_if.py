"""What if: previews that write nothing and say what the change itself would bring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from sqlalchemy import func, select

from assistant.operations import ActOnTask, AddEvent, AddTask, CatchUp, EditTask, Operation, PinTask, TakeOff, WorkExtra
from errors import InvalidInputError, NotFoundError
from models import Base
from repositories.task_rows import TaskRowRepository
from services import users, what_if, what_if_form
from services.changes import ChangeService
from services.scope import Scope
from services.what_if import Preview
from tests.support.stage import MONDAY, NoSolver, SolverInside, Stage, local

MONDAY_ON = date(2026, 11, 23)


async def preview(stage: Stage, *operations: Operation, who: int | None = None) -> Preview:
    @asynccontextmanager
    async def rehearse() -> AsyncIterator[Scope]:
        async with stage.database.rehearsal_scope() as session:
            person = await users.get_person(session, stage.settings, who or stage.ada)
            yield Scope(session, person, stage.clock(), stage.settings)

    return await what_if.preview(rehearse, operations, SolverInside(), 1.0)


async def everything(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    async with stage.database.read_scope() as session:
        found = {}
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
        assert await session.scalar(select(func.count()).select_from(Base.metadata.tables["users"])) == 2
        return found


class TestPreview:
    async def test_day_off(self, stage: Stage) -> None:
        """Monday off: both of Monday's tasks would lie on Tuesday."""
        first, second = await stage.add("Write 3h"), await stage.add("Read 2h")
        await stage.planned()
        found = await preview(stage, TakeOff(first_on=MONDAY_ON, last_on=MONDAY_ON))
        assert found.summary == "moved 2 of 2 blocks"
        assert {change.task_id for change in found.changes} == {first, second}
        assert all(spot.start_at >= local(24, "09:00") for change in found.changes for spot in change.after)
        assert found.applied[0].sentence == "Mon 23 Nov is off."

    async def test_nothing_is_written(self, stage: Stage) -> None:
        task_id = await stage.add("Write 3h by Friday")
        await stage.planned()
        before = await everything(stage)
        await preview(
            stage,
            AddTask(text="One more 6h by Wednesday", importance=1),
            EditTask(task_id=task_id, duration_minutes=60, cleared=("deadline_at",)),
            AddEvent(title="Dentist", start_at=local(23, "09:00"), end_at=local(23, "10:00")),
            WorkExtra(day=date(2026, 11, 28), start_minute=600, end_minute=840),
            TakeOff(first_on=date(2026, 11, 24), last_on=date(2026, 11, 25)),
            ActOnTask(kind="delete_task", task_id=task_id),
        )
        assert await everything(stage) == before

    async def test_it_is_what_comes(self, stage: Stage) -> None:
        """Applying brings just what the preview has shown."""
        for title in ("Write 3h by Tuesday 12:00", "Read 2h", "Call 1h by Monday 17:00"):
            await stage.add(title)
        runner = stage.runner(SolverInside())
        await stage.settle(runner)
        operations = (AddTask(text="Report 4h by Tuesday 10:00", importance=1),)
        found = await preview(stage, *operations)
        async with stage.writing() as scope:
            await ChangeService(scope).apply(operations)
        await stage.settle(runner)
        ids = {task.title: task.id for task in [await stage.task(block.task_id) for block in await stage.all_blocks()]}
        wanted = {change.title: [spot.times for spot in change.after] for change in found.changes}
        assert "Report" in wanted
        for title, spots in wanted.items():
            assert [(block.start_at, block.end_at) for block in await stage.blocks(ids[title])] == spots

    async def test_risks(self, stage: Stage) -> None:
        """Two tasks of 6 h due tonight cannot both be: the preview names the one that would be late."""
        await stage.add("Write 6h by today 17:00")
        await stage.planned()
        found = await preview(stage, AddTask(text="Other 6h by today 17:00"))
        assert [risk.title for risk in found.new_risks] in (["Other"], ["Write"])
        await stage.add("Other 6h by today 17:00")
        await stage.planned()
        async with stage.reading() as scope:
            (late,) = (await TaskRowRepository(scope.session).list_at_risk(stage.ada, stage.clock(), 5)).rows
        solved = await preview(stage, EditTask(task_id=late.id, deadline_at=local(27, "17:00")))
        assert [risk.task_id for risk in solved.solved_risks] == [late.id]
        assert solved.new_risks == ()

    async def test_refused(self, stage: Stage) -> None:
        """What the button would refuse has no preview."""
        with pytest.raises(NotFoundError):
            await preview(stage, PinTask(task_id=10**6, start_at=local(24, "09:00")))
        task_id = await stage.add("Write 2h")
        with pytest.raises(InvalidInputError):
            await preview(stage, PinTask(task_id=task_id, start_at=local(20, "09:00")))

    async def test_other_user(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        for operation in (
            EditTask(task_id=task_id, title="Mine"),
            PinTask(task_id=task_id, start_at=local(24, "09:00")),
            ActOnTask(kind="delete_task", task_id=task_id),
        ):
            with pytest.raises(NotFoundError):
                await preview(stage, operation, who=stage.eve)

    async def test_without_a_solver(self, stage: Stage) -> None:
        await stage.add("Write 2h")

        @asynccontextmanager
        async def rehearse() -> AsyncIterator[Scope]:
            async with stage.database.rehearsal_scope() as session:
                yield Scope(session, await users.get_person(session, stage.settings, stage.ada), MONDAY, stage.settings)

        found = await what_if.preview(rehearse, [], NoSolver(), 1.0)
        assert found.summary == "added 1"


class TestAway:
    async def missed(self, stage: Stage) -> list[int]:
        """Four tasks of Monday that nobody started, on Thursday."""
        task_ids = [await stage.add(f"{title} 1h") for title in ("Write", "Read", "Call", "Plan")]
        await stage.planned()
        stage.clock.advance(days=3)
        await stage.runner().flag_overdue()
        await stage.planned()
        return task_ids

    async def test_nothing_moves_by_itself(self, stage: Stage) -> None:
        task_ids = await self.missed(stage)
        assert {(await stage.blocks(task_id))[0].start_at.date() for task_id in task_ids} == {MONDAY_ON}
        newcomer = await stage.add("New 1h")
        await stage.planned()
        assert (await stage.blocks(newcomer))[0].start_at >= stage.clock()
        assert {(await stage.blocks(task_id))[0].start_at.date() for task_id in task_ids} == {MONDAY_ON}

    async def test_one_preview(self, stage: Stage) -> None:
        task_ids = await self.missed(stage)
        found = await preview(stage, CatchUp())
        assert {change.task_id for change in found.changes} == {*task_ids}
        assert found.summary == "moved 4 of 4 blocks"
        assert found.applied[0].sentence == "4 tasks planned from now on."
        async with stage.writing() as scope:
            await ChangeService(scope).apply([CatchUp()])
        await stage.planned()
        assert all([(await stage.blocks(task_id))[0].start_at >= stage.clock() for task_id in task_ids])

    async def test_few_are_simply_planned_again(self, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        await stage.planned()
        stage.clock.advance(days=3)
        await stage.runner().flag_overdue()
        await stage.planned()
        assert (await stage.blocks(task_id))[0].start_at >= stage.clock()


class TestForm:
    def test_kinds(self) -> None:
        forms: dict[str, dict[str, str]] = {
            "take_off": {"first_on": "2026-11-27"},
            "add_task": {"text": "Write 6h by Wednesday"},
            "edit_task": {"task_id": "5", "deadline_at": "2026-11-27T12:00"},
            "add_event": {"title": "Dentist", "start_at": "2026-11-27T09:00", "end_at": "2026-11-27T10:00"},
            "work_extra": {"day": "2026-11-28", "from": "10:00", "to": "14:00"},
        }
        for kind, form in forms.items():
            (operation,) = what_if_form.parse({"kind": kind, **form}, MONDAY, "Europe/Berlin")
            assert operation.kind == kind
            assert what_if_form.read_change_set(what_if_form.write_change_set((operation,))) == (operation,)

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"kind": "take_off"}, "first_on"),
            ({"kind": "take_off", "first_on": "2026-11-27", "last_on": "2026-11-26"}, "last_on"),
            ({"kind": "add_task", "text": " "}, "text"),
            ({"kind": "edit_task", "task_id": "5"}, "deadline_at"),
            ({"kind": "edit_task", "task_id": "x", "deadline_at": "2026-11-27T12:00"}, "task_id"),
            ({"kind": "add_event", "title": "x", "start_at": "2026-11-27T10:00", "end_at": "2026-11-27T10:00"}, "end_at"),
            ({"kind": "work_extra", "day": "2026-11-28", "from": "14:00", "to": "10:00"}, "to"),
            ({"kind": "work_extra", "day": "2026-11-28", "from": "", "to": "10:00"}, "from"),
        ],
    )
    def test_invalid(self, form: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            what_if_form.parse(form, MONDAY, "Europe/Berlin")
        assert field in caught.value.fields

    @pytest.mark.parametrize(
        "text", ["", "[]", "{", '{"operations": [{"kind": "drop_table"}]}', '{"operations": [{"kind": "take_off"}]}']
    )
    def test_no_change_set(self, text: str) -> None:
        with pytest.raises(InvalidInputError):
            what_if_form.read_change_set(text)
