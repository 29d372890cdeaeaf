"""The chat's service with a scripted model: what a message costs, budgets, fallbacks in the answer, cancelling a thought."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from assistant.gateway import Gateway, RetryPolicy, warm
from models import Task, TaskStatus
from repositories.chat import ChatRepository
from repositories.model_calls import ModelCallRepository
from services.chat import CANCELLED, ChatService
from tests.services.test_chat import say, turns
from tests.support.model_server import ModelServer, in_markers
from tests.support.stage import Stage, settings_for, until

VAGUE = "would you sort out the report matter"


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    warm()


async def logged(stage: Stage) -> int:
    async with stage.reading() as scope:
        return len(await ModelCallRepository(scope.session).list_newest(stage.ada, 100, None, None))


async def test_one_call_a_message_and_none_for_what_is_certain(stage: Stage, model: ModelServer) -> None:
    """G19."""
    task_id = await stage.add("Write report 2h")
    await stage.use_model(model.url)
    model.reply = lambda seen: in_markers("steps", json.dumps([{"kind": "edit_task", "task_id": task_id, "importance": 1}]))
    for number in range(5):
        heard = await say(stage, f"{VAGUE} {number}")
        assert heard.text == "“Write report”: importance 1."
    assert len(model.calls) == await logged(stage) == 5
    await say(stage, "what is next?")
    await say(stage, "undo")
    await say(stage, "start the report")
    assert len(model.calls) == 5


async def test_the_budget_of_a_day(stage: Stage, model: ModelServer) -> None:
    await stage.add("Write report 2h")
    await stage.use_model(model.url)
    model.reply = lambda seen: in_markers("steps", json.dumps([{"kind": "whats_next"}]))
    gateway = Gateway(now=stage.clock, retry=RetryPolicy(attempts=1))
    thrifty = replace(stage, settings=settings_for(stage.database.url, ai_daily_calls=2), gateway=gateway)
    notes = [(await say(thrifty, f"{VAGUE} {number}")).note for number in range(4)]
    assert len(model.calls) == 2
    assert notes[:2] == ["", ""]
    assert all("2 model calls of 24 hours are used up" in note for note in notes[2:])


async def test_a_failing_model_says_that_rules_answered(stage: Stage, model: ModelServer) -> None:
    await stage.add("Write report 2h")
    await stage.use_model(model.url)
    model.fault = "401"
    heard = await say(stage, "start the reprot")
    assert heard.text == "Started “Write report”."
    assert "so rules were used" in heard.note
    assert await logged(stage) == 1


async def test_stopped_while_the_model_thinks(stage: Stage, model: ModelServer) -> None:
    task_id = await stage.add("Write report 2h")
    await stage.use_model(model.url)
    model.fault, model.slow_seconds = "slow", 3.0
    async with stage.writing() as scope:
        message_id = await ChatService(scope).ask(VAGUE)
    mine = turns(stage)
    turn = mine.begin(stage.ada, message_id)

    async def is_asked() -> bool:
        return bool(model.calls)

    await until(is_asked)
    await mine.stop(stage.eve, message_id)
    done, _ = await asyncio.wait({turn}, timeout=0.3)
    assert not done, "it is ended by whose it is alone"
    await mine.stop(stage.ada, message_id)
    with pytest.raises(asyncio.CancelledError):
        await turn
    async with stage.reading() as scope:
        answer = await ChatRepository(scope.session).get_answer(stage.ada, message_id)
        assert answer is not None
        assert answer.text == CANCELLED
    assert (await stage.task(task_id)).status is TaskStatus.OPEN


async def test_closing_gives_up_what_is_thought_about(stage: Stage, model: ModelServer) -> None:
    await stage.add("Write report 2h")
    await stage.use_model(model.url)
    model.fault = "stall"
    async with stage.writing() as scope:
        message_id = await ChatService(scope).ask(VAGUE)
    mine = turns(stage)
    mine.begin(stage.ada, message_id)
    await asyncio.sleep(0.1)
    async with asyncio.timeout(2):
        await mine.close()
    async with stage.reading() as scope:
        assert await ChatRepository(scope.session).get_answer(stage.ada, message_id) is None


async def test_only_a_part_of_many_tasks_is_shown(stage: Stage, model: ModelServer) -> None:
    """Of a large account the model sees what the message may be about, first; and rules find it too."""
    async with stage.writing() as scope:
        now = stage.clock()
        scope.session.add_all(
            Task(
                user_id=stage.ada,
                title=f"Errand {number}",
                duration_minutes=30,
                duration_source="rules",
                created_at=now,
                updated_at=now,
            )
            for number in range(1000)
        )
    task_id = await stage.add("Write the annual report 2h")
    await stage.use_model(model.url)
    model.reply = lambda seen: in_markers("steps", json.dumps([{"kind": "about", "task_id": task_id}]))
    heard = await say(stage, "would you look into the anual reprot matter")
    assert [line["task_id"] for line in heard.lines] == [task_id]
    assert len(model.calls[0].tasks) <= 60
    assert model.calls[0].tasks[0]["id"] == task_id
