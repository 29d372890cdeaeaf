"""The assistant's run: what a model says is kept as advice, rules stand in for it, and its calls are bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import ModelCall
from repositories.model_calls import ModelCallRepository
from services.advice import AdviceService
from services.settings import SettingsService
from services.tasks import TaskService
from tests.support.model_server import ModelServer
from tests.support.stage import KEY, Stage, local, until


async def calls(stage: Stage, who: int | None = None) -> Sequence[ModelCall]:
    """The person's calls, the newest first, each with what went in and came out."""
    async with stage.reading(who) as scope:
        listed = await ModelCallRepository(scope.session).list_newest(scope.person.id, 100, None, None)
    async with stage.reading(who) as scope:
        found = [await ModelCallRepository(scope.session).get(scope.person.id, call.id) for call in listed]
        return [call for call in found if call]


class TestWithModel:
    async def test_valid(self, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        model.advice_by_title["Paint"] = {"duration_minutes": 75, "suggested_start": "2026-11-24T13:00"}
        model.priority_by_title["Paint"] = 8.25
        task_id = await stage.add("Paint")
        await stage.planned()
        task = await stage.task(task_id)
        assert (task.duration_minutes, task.duration_source, task.advice_source) == (75, "assistant", "model")
        assert (task.priority, task.priority_source, task.priority_reason) == (8.2, "model", "scripted: Paint")
        assert (task.needs_advice, task.needs_scheduling) == (False, False)
        (block,) = await stage.blocks(task_id)
        assert (block.start_at, block.end_at) == (local(24, "13:00"), local(24, "14:15"))
        assert "The slot that the assistant suggested" in block.reason

    @pytest.mark.parametrize(
        "advice", [{"earliest_at": "2026-12-20T09:00"}, {"earliest_at": "2027-11-01T09:00"}, {"duration_minutes": 600}]
    )
    async def test_advice_never_costs_the_place(self, stage: Stage, model: ModelServer, advice: dict[str, object]) -> None:
        """A start weeks away, or more hours than any day has: wishes that would leave the task without a slot."""
        await stage.use_model(model.url)
        model.advice_by_title["Passport"] = advice
        task_id = await stage.add("Passport")
        await stage.planned()
        assert (await stage.task(task_id)).advice_source == "model"
        assert len(await stage.blocks(task_id)) == 1

    async def test_person_goes_first(self, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        model.advice_by_title["Paint"] = {"duration_minutes": 75}
        task_id = await stage.add("Paint 30min")
        await stage.planned()
        assert (await stage.task(task_id)).duration_minutes == 30

    @pytest.mark.parametrize("start", ["2026-11-24T03:00", "2026-11-28T10:00", "2019-01-01T10:00", "2026-11-24T16:45"])
    async def test_slot_that_is_none(self, stage: Stage, model: ModelServer, start: str) -> None:
        """At night, at the weekend, in the past, over the end of the day: planned inside the hours all the same."""
        await stage.use_model(model.url)
        model.advice_by_title["Paint"] = {"suggested_start": start}
        task_id = await stage.add("Paint 60min")
        await stage.planned()
        (block,) = await stage.blocks(task_id)
        assert local(23, "9:00") <= block.start_at
        assert block.start_at.weekday() < 5
        hour = block.start_at + timedelta(hours=1)  # Berlin in November
        assert 9 <= hour.hour <= 16

    async def test_calls_are_logged(self, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        task_id = await stage.add("Paint")
        await stage.planned()
        found = await calls(stage)
        assert [call.status for call in found] == ["ok", "ok"]
        assert {(call.prompt_tokens, call.completion_tokens) for call in found} == {(120, 30)}
        assert all("Paint" in call.inputs and KEY not in call.inputs + call.outputs for call in found)
        assert {seen.key for seen in model.calls} == {KEY}
        async with stage.reading() as scope:
            assert await ModelCallRepository(scope.session).count_about(stage.ada, task_id) == 2
        assert await calls(stage, stage.eve) == []

    async def test_contexts_go_along(self, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        async with stage.writing() as scope:
            await SettingsService(scope).save_context({"context": "I paint before noon."})
        await stage.add("Paint // in the cellar")
        await stage.planned()
        assert any("I paint before noon." in seen.prompt and "in the cellar" in seen.prompt for seen in model.calls)

    async def test_twenty_tasks_cost_two_calls(self, stage: Stage, model: ModelServer) -> None:
        stage.settings = stage.settings.model_copy(update={"ai_quiet_seconds": 1.0})
        await stage.use_model(model.url)
        await stage.add("Errand 00")
        background = asyncio.create_task(stage.settle(stage.runner()))
        for number in range(1, 20):
            await stage.add(f"Errand {number:02d}")
        await background
        assert len(model.calls) == 2
        assert [len(seen.tasks) for seen in model.calls] == [20, 20]

    async def test_edited_meanwhile(self, stage: Stage, model: ModelServer) -> None:
        """What the model says about a title that is no longer so is dropped, and asked again."""
        await stage.use_model(model.url)
        model.fault, model.slow_seconds = "slow", 0.5
        task_id = await stage.add("Paint")
        background = asyncio.create_task(stage.settle(stage.runner()))
        await until(lambda: asyncio.sleep(0, bool(model.calls)))
        async with stage.writing() as scope:
            task = await TaskService(scope).get(task_id)
            task.title = "Varnish"
            await scope.session.flush()
        async with stage.writing() as scope:
            await AdviceService(scope).ask_again()
        await background
        assert (await stage.task(task_id)).advice_reason == "scripted: Varnish"


class TestWithoutModel:
    async def test_no_model(self, stage: Stage, model: ModelServer) -> None:
        task_id = await stage.add("Paint")
        await stage.planned()
        task = await stage.task(task_id)
        assert (task.advice_source, task.priority_source, task.needs_advice) == ("rules", "rules", False)
        assert model.requests == []

    @pytest.mark.parametrize("switch", ["person", "instance"])
    async def test_switched_off(self, stage: Stage, model: ModelServer, switch: str) -> None:
        await stage.use_model(model.url)
        if switch == "person":
            async with stage.writing() as scope:
                await SettingsService(scope).save_switch(is_on=False)
        else:
            stage.settings = stage.settings.model_copy(update={"ai_enabled": False})
        task_id = await stage.add("Paint")
        async with stage.writing() as scope:
            await AdviceService(scope).ask_again()
        await stage.planned()
        assert model.requests == []
        assert (await stage.task(task_id)).advice_source == "rules"

    @pytest.mark.parametrize("fault", ["500", "401", "garbage", "wrong_schema", "reset"])
    async def test_failing(self, stage: Stage, model: ModelServer, fault: str) -> None:
        await stage.use_model(model.url)
        model.fault = fault
        task_id = await stage.add("Paint 60min")
        await stage.planned()
        task = await stage.task(task_id)
        assert (task.advice_source, task.needs_advice, task.needs_scheduling) == ("fallback", False, False)
        (block,) = await stage.blocks(task_id)
        assert "rules were used instead of the model" in block.reason
        assert {call.status for call in await calls(stage)} == {"error"}
        assert all(call.error and KEY not in call.error for call in await calls(stage))

    async def test_stalling(self, stage: Stage, model: ModelServer) -> None:
        stage.settings = stage.settings.model_copy(update={"ai_deadline_seconds": 0.5})
        await stage.use_model(model.url)
        model.fault = "stall"
        task_id = await stage.add("Paint 60min")
        await stage.planned()
        assert "did not answer within 0.5 s" in (await stage.task(task_id)).advice_reason

    async def test_over_budget(self, stage: Stage, model: ModelServer) -> None:
        """Three calls a day: the first pair is made, a second one would be too much."""
        stage.settings = stage.settings.model_copy(update={"ai_daily_calls": 3})
        await stage.use_model(model.url)
        await stage.add("Paint")
        await stage.planned()
        task_id = await stage.add("Mow")
        async with stage.writing() as scope:
            for call in await scope.session.scalars(select(ModelCall)):
                call.started_at = stage.clock() - timedelta(hours=1)
        await stage.planned()
        assert len(model.calls) == 2
        task = await stage.task(task_id)
        assert task.advice_source == "fallback"
        assert "The 3 model calls of 24 hours are used up" in task.advice_reason


class TestAskAgain:
    async def test_valid(self, stage: Stage, model: ModelServer) -> None:
        """A model that is set later looks at what only rules have seen."""
        task_id = await stage.add("Paint")
        await stage.planned()
        await stage.use_model(model.url)
        async with stage.writing() as scope:
            await AdviceService(scope).ask_again()
        await stage.planned()
        assert (await stage.task(task_id)).advice_source == "model"

    async def test_other_user(self, stage: Stage, model: ModelServer) -> None:
        await stage.add("Paint", stage.eve)
        await stage.use_model(model.url)
        async with stage.writing() as scope:
            await AdviceService(scope).ask_again()
        await stage.planned()
        assert all("Paint" not in seen.prompt for seen in model.calls)
