"""Projects and labels: found or made by name, renamed, deleted, and their budgets as the planner reads them."""

from __future__ import annotations

import pytest

from errors import InvalidInputError, NotFoundError
from models import Label, Project
from services.planning import PlanningService
from services.projects import Budget, Group, Kind, ProjectService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from services.today import TodayService
from tests.services.test_tasks import save
from tests.support.stage import Stage

KINDS = pytest.mark.parametrize("kind", [Project, Label])


async def groups(stage: Stage, kind: Kind) -> list[Group]:
    async with stage.reading() as scope:
        return [*await ProjectService(scope).list_groups(kind)]


async def change(
    stage: Stage, kind: Kind, group_id: int, name: str = "Finance", hours: str = "", who: int | None = None
) -> str:
    async with stage.writing(who) as scope:
        return await ProjectService(scope).save(kind, group_id, {"name": name, "hours": hours})


class TestSortIn:
    async def test_made_once_without_regard_to_case(self, stage: Stage) -> None:
        first, second = await stage.add("Invoices"), await stage.add("Taxes")
        await save(stage, first, project="Straße", labels="Desk, deep  work, DESK,")
        await save(stage, second, project="STRASSE", labels="desk")
        assert [(item.name, item.tasks) for item in await groups(stage, Project)] == [("Straße", 2)]
        assert [(item.name, item.tasks) for item in await groups(stage, Label)] == [("deep work", 1), ("DESK", 2)]

    async def test_shown_in_the_list(self, stage: Stage) -> None:
        task_id = await stage.add("Invoices")
        await save(stage, task_id, project="Finance", labels="desk, Deep work")
        async with stage.reading() as scope:
            (row,) = (row for group in (await TodayService(scope).page(None, {})).groups for row in group.rows)
        assert (row.project, row.labels) == ("Finance", ("Deep work", "desk"))

    async def test_taken_out(self, stage: Stage) -> None:
        task_id = await stage.add("Invoices")
        await save(stage, task_id, project="Finance", labels="desk")
        await save(stage, task_id, project="", labels="")
        assert (await stage.task(task_id)).project_id is None
        assert [item.tasks for kind in (Project, Label) for item in await groups(stage, kind)] == [0, 0]

    async def test_place_is_kept(self, stage: Stage) -> None:
        """The planner looks at budgets again, and the task keeps its place meanwhile."""
        task_id = await stage.add("Invoices")
        await stage.planned()
        await save(stage, task_id, project="Finance")
        assert (await stage.blocks(task_id))[0].source.value == "planner"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"project": "x" * 101}, "project"),
            ({"labels": "x" * 101}, "labels"),
            ({"labels": ",".join(str(number) for number in range(21))}, "labels"),
        ],
    )
    async def test_invalid(self, stage: Stage, changes: dict[str, str], field: str) -> None:
        task_id = await stage.add("Invoices")
        with pytest.raises(InvalidInputError) as caught:
            await save(stage, task_id, (), **changes)
        assert [*caught.value.fields] == [field]

    async def test_each_person_has_their_own(self, stage: Stage) -> None:
        task_id = await stage.add("Invoices")
        await save(stage, task_id, project="Finance", labels="desk")
        async with stage.reading(stage.eve) as scope:
            assert await ProjectService(scope).list_groups(Project) == ()
            assert await ProjectService(scope).list_groups(Label) == ()


@KINDS
class TestSave:
    async def test_valid(self, stage: Stage, kind: Kind) -> None:
        group = await self.one(stage, kind)
        assert await change(stage, kind, group.id, "  Money ", "7,5") == "Money"
        assert await groups(stage, kind) == [Group(group.id, "Money", "7.5", 1)]
        await change(stage, kind, group.id, "MONEY", "")
        assert await groups(stage, kind) == [Group(group.id, "MONEY", "", 1)]

    @pytest.mark.parametrize("hours", ["0", "-1", "169", "many", "1e2", "٣", "1.2.3", "."])
    async def test_hours(self, stage: Stage, kind: Kind, hours: str) -> None:
        group = await self.one(stage, kind)
        with pytest.raises(InvalidInputError) as caught:
            await change(stage, kind, group.id, "Money", hours)
        assert [*caught.value.fields] == ["hours"]

    @pytest.mark.parametrize("name", ["", " ", "x" * 101, "other"])
    async def test_name(self, stage: Stage, kind: Kind, name: str) -> None:
        group = await self.one(stage, kind)
        await save(stage, await stage.add("Else"), project="Other", labels="Other")
        with pytest.raises(InvalidInputError) as caught:
            await change(stage, kind, group.id, name)
        assert [*caught.value.fields] == ["name"]

    async def test_other_user_and_missing(self, stage: Stage, kind: Kind) -> None:
        group = await self.one(stage, kind)
        answers = []
        for group_id in (group.id, 4711):
            with pytest.raises(NotFoundError) as caught:
                await change(stage, kind, group_id, "Eve's", "", stage.eve)
            answers.append(caught.value.message)
            async with stage.writing(stage.eve) as scope:
                with pytest.raises(NotFoundError):
                    await ProjectService(scope).delete(kind, group_id)
        assert len({*answers}) == 1
        assert await groups(stage, kind) == [group]

    async def test_delete(self, stage: Stage, kind: Kind) -> None:
        group = await self.one(stage, kind)
        async with stage.writing() as scope:
            assert await ProjectService(scope).delete(kind, group.id) == "Finance"
        assert await groups(stage, kind) == []
        async with stage.reading() as scope:
            assert len(((await TodayService(scope).page(None, {})).groups)[0].rows) == 1

    async def one(self, stage: Stage, kind: Kind) -> Group:
        await save(stage, await stage.add("Invoices"), project="Finance", labels="Finance")
        return (await groups(stage, kind))[0]


async def test_label_without_commas(stage: Stage) -> None:
    await save(stage, await stage.add("Invoices"), labels="desk")
    with pytest.raises(InvalidInputError, match="another look") as caught:
        await change(stage, Label, (await groups(stage, Label))[0].id, "desk, deep")
    assert "commas" in caught.value.fields["name"]


async def test_budgets(stage: Stage) -> None:
    """Of those that have one: tasks still to be done, parts with their whole."""
    whole, done, alone = [await stage.add(title) for title in ("Move house", "Done", "Alone")]
    async with stage.writing() as scope:
        part = (await TaskService(scope).add("Van 1h", None, whole)).task.id
    for task_id in (whole, done):
        await save(stage, task_id, project="House", labels="heavy")
    await save(stage, alone, project="Other", labels="heavy")
    await change(stage, Project, (await groups(stage, Project))[0].id, "House", "10")
    await change(stage, Label, (await groups(stage, Label))[0].id, "heavy", "2.5")
    async with stage.writing() as scope:
        await TimeEntryService(scope).complete(done)
    expected = (Budget("House", 600, (whole, part)), Budget("heavy", 150, (whole, alone, part)))
    async with stage.reading() as scope:
        assert await ProjectService(scope).list_budgets(stage.ada) == expected
        assert (await PlanningService(scope).load()).budgets == expected
    async with stage.reading(stage.eve) as scope:
        assert await ProjectService(scope).list_budgets(stage.eve) == ()
