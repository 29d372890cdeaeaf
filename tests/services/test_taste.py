"""What a person wants the planner to weigh, and that their plans follow it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from errors import InvalidInputError
from planning.problem import Problem, Taste
from repositories.tasks import TaskRepository
from services import snapshot
from services.planning import PlanningService
from services.taste import WISHES, TasteService, parse_taste, taste_form
from tests.support.stage import SolverInside, Stage, local

MORE = Taste("more", "more", "more", "more")


async def set_taste(stage: Stage, taste: Taste) -> None:
    async with stage.writing() as scope:
        await TasteService(scope).set_taste(taste)


async def problem_of(stage: Stage) -> Problem:
    """What the planner is asked."""
    async with stage.reading() as scope:
        return snapshot.build(await PlanningService(scope).load()).problem


class TestParse:
    @pytest.mark.parametrize("taste", [Taste(), MORE, Taste(calm="less"), Taste("less", "more", "normal", "less")])
    def test_there_and_back(self, taste: Taste) -> None:
        assert parse_taste(taste_form(taste)) == taste

    def test_nothing_said(self) -> None:
        assert parse_taste({}) == Taste()

    @pytest.mark.parametrize("said", ["", "MORE", "x" * 1000])
    def test_invalid(self, said: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            parse_taste({"taste_calm": said, "taste_times": said})
        assert [*caught.value.fields] == ["taste_times", "taste_calm"]

    def test_every_taste_has_words(self) -> None:
        assert [wish.name for wish in WISHES] == [*taste_form(Taste())]


class TestSetTaste:
    async def test_valid(self, stage: Stage) -> None:
        await set_taste(stage, MORE)
        async with stage.reading() as scope:
            assert await TasteService(scope).get() == MORE
        async with stage.reading(stage.eve) as scope:
            assert await TasteService(scope).get() == Taste()

    @pytest.mark.parametrize("name", ["deadlines", "importance", "times", "calm"])
    async def test_each_reaches_the_problem_and_nothing_else(self, stage: Stage, name: str) -> None:
        """What binds (hours, deadlines, pins) is the same problem as before."""
        await stage.add("Write 1h by friday")
        await stage.planned()
        before = await problem_of(stage)
        wanted = Taste(**{name: "more"})  # type: ignore[arg-type]
        await set_taste(stage, wanted)
        assert await problem_of(stage) == replace(before, taste=wanted)

    async def test_a_change_plans_again(self, stage: Stage) -> None:
        """One task is important, the other due tomorrow: which of them goes first, the plan says anew by itself."""
        stage.clock.advance(hours=-3)  # nothing is so near that it stays
        important, due = await stage.add("Think 3h"), await stage.add("Send 3h by tomorrow 12:00")
        await stage.planned()
        async with stage.writing() as scope:
            tasks = TaskRepository(scope.session)
            for task_id, priority in ((important, 8.0), (due, 3.0)):
                await tasks.update_quietly(stage.ada, task_id, priority=priority, needs_scheduling=True)
        for taste, first in ((Taste(calm="less"), important), (Taste("more", calm="less"), due), (Taste("more"), due)):
            await set_taste(stage, taste)
            await stage.settle(stage.runner(SolverInside()))
            begin = {task_id: (await stage.blocks(task_id))[0].start_at for task_id in (important, due)}
            assert sorted(begin.values()) == [local(23, "09:00"), local(23, "12:00")]
            assert begin[first] == local(23, "09:00"), taste
