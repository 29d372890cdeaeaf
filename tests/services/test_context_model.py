"""A person's words read by a model in the background: once for each saved text, and by rules when it fails."""

from __future__ import annotations

import pytest

from assistant.context_reader import NOTHING
from assistant.context_rules import read_context
from services.ai_log import AiLogService, CallFilter
from services.context import ContextService, ContextShown
from services.settings import SettingsService
from tests.support.model_server import Json, ModelServer
from tests.support.stage import Stage

TEXT = "The gym has me on Tuesdays from six to seven in the evening. Lunch at noon."
GYM: Json = {
    "words": "The gym has me on Tuesdays from six to seven in the evening",
    "kind": "routine",
    "title": "Gym",
    "days": ["tue"],
    "start": "18:00",
    "end": "19:00",
}


async def save(stage: Stage, text: str) -> None:
    async with stage.writing() as scope:
        await SettingsService(scope).save_context({"context": text})


async def show(stage: Stage) -> ContextShown:
    async with stage.reading() as scope:
        return await ContextService(scope).show()


def reads(model: ModelServer) -> int:
    """How often the model was asked to read a text."""
    return sum("[[ ## constraints ## ]]" in seen.prompt for seen in model.calls)


async def test_the_model_reads(stage: Stage, model: ModelServer) -> None:
    """Rules answer at once, the model soon; what the person dismissed meanwhile stays dismissed."""
    model.constraints = [GYM, GYM | {"title": "Lunch", "words": "Lunch at noon", "start": "12:00", "end": "13:00"}]
    await stage.use_model(model.url)
    await save(stage, TEXT)
    shown = await show(stage)
    assert (shown.source, shown.is_waiting) == ("rules", True)
    lunch = next(item for item in shown.proposed if item.says.startswith("Lunch"))
    async with stage.writing() as scope:
        await ContextService(scope).accept(lunch.id)
    await stage.planned()
    shown = await show(stage)
    assert [item.says for item in shown.proposed] == ["Gym Tue 18:00–19:00", "Lunch Tue 12:00–13:00"]
    assert [item.says for item in shown.accepted] == ["Lunch every day 12:00–13:00"]
    assert (shown.source, shown.note, shown.is_waiting) == ("model", "", False)
    assert reads(model) == 1


async def test_one_call_for_a_text(stage: Stage, model: ModelServer) -> None:
    """G19: saved again, edited before it was read, or beside new tasks: a text is read once."""
    model.constraints = [GYM]
    await stage.use_model(model.url)
    await save(stage, "Something else.")
    await save(stage, TEXT)
    await stage.planned()
    await save(stage, TEXT)
    await stage.add("Write report")
    await stage.planned()
    assert reads(model) == 1
    await save(stage, f"{TEXT} Really.")
    await stage.planned()
    assert reads(model) == 2


async def test_the_log(stage: Stage, model: ModelServer) -> None:
    model.constraints = [GYM]
    await stage.use_model(model.url)
    await save(stage, TEXT)
    await stage.planned()
    async with stage.reading() as scope:
        calls, _ = await AiLogService(scope).page(CallFilter(), None)
    assert "ContextModule" in {call.module for call in calls}


@pytest.mark.parametrize("fault", ["500", "prose", "html", "wrong_schema", "reset", "stall"])
async def test_failing(stage: Stage, model: ModelServer, fault: str) -> None:
    """Rules stay, the page says why, and the model is not asked again until the person saves."""
    stage.settings = stage.settings.model_copy(update={"ai_deadline_seconds": 0.6})
    model.fault = fault
    await stage.use_model(model.url)
    await save(stage, TEXT)
    await stage.planned()
    shown = await show(stage)
    assert (shown.source, shown.is_waiting) == ("rules", False)
    assert ", so rules were used" in shown.note
    assert [item.says for item in shown.proposed if item.says.startswith("Lunch")] == ["Lunch every day 12:00–13:00"]
    asked = reads(model)
    await stage.planned()
    assert reads(model) == asked


async def test_over_budget(stage: Stage, model: ModelServer) -> None:
    stage.settings = stage.settings.model_copy(update={"ai_daily_calls": 2})
    await stage.use_model(model.url)
    await save(stage, TEXT)
    await stage.planned()
    assert reads(model) == 0
    assert "are used up" in (await show(stage)).note


async def test_a_text_saved_meanwhile(stage: Stage, model: ModelServer) -> None:
    """An answer about a text that is not there any more is dropped."""
    model.constraints = [GYM]
    await stage.use_model(model.url)
    await save(stage, TEXT)
    async with stage.reading() as scope:
        unread = await ContextService(scope).unread()
    assert unread is not None
    await save(stage, "Fridays off")
    async with stage.writing() as scope:
        await ContextService(scope).keep(unread, read_context(unread.text))
    shown = await show(stage)
    assert ([item.says for item in shown.proposed], shown.is_waiting) == (["No work Fri"], True)


async def test_nothing_fits(stage: Stage, model: ModelServer) -> None:
    model.constraints = [GYM | {"words": "the pool has me"}]
    await stage.use_model(model.url)
    await save(stage, TEXT)
    await stage.planned()
    assert (await show(stage)).note == NOTHING


async def test_switched_off(stage: Stage, model: ModelServer) -> None:
    await stage.use_model(model.url)
    async with stage.writing() as scope:
        await SettingsService(scope).save_switch(is_on=False)
    await save(stage, TEXT)
    await stage.planned()
    assert (model.requests, (await show(stage)).source, (await show(stage)).is_waiting) == ([], "rules", False)
