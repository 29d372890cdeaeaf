"""G15 at test size: every fault x every call site, over a real socket. An answer for every task within the deadline and a
second, rules where the model failed, the reason in words, the error in the log, a breaker that opens, and nothing left behind.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time

import psutil
import pytest

from assistant.advice import Answer, ModelSettings, Situation, TaskBrief
from assistant.gateway import Gateway, RetryPolicy, warm
from assistant.model import ModelAssistant
from tests.support.model_server import BAD_BODIES, BAD_CONNECTIONS, BAD_TEXTS, BAD_VALUES, ERROR_STATUSES, ModelServer

DEADLINE_SECONDS = 0.6
FAILING = (*(str(status) for status in ERROR_STATUSES), *BAD_TEXTS, *BAD_BODIES, *BAD_CONNECTIONS)
SITES = ("advise", "prioritise")
Tasks = tuple[TaskBrief, ...]


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    warm()


@pytest.fixture
def assistant(settings: ModelSettings) -> ModelAssistant:
    gateway = Gateway(retry=RetryPolicy(attempts=2, first_wait_seconds=0.01))
    return ModelAssistant(gateway, settings.model_copy(update={"deadline_seconds": DEADLINE_SECONDS}))


async def ask(site: str, assistant: ModelAssistant, tasks: Tasks, situation: Situation) -> Answer:
    started = time.monotonic()
    answer = await (assistant.advise if site == "advise" else assistant.prioritise)(tasks, situation)
    assert time.monotonic() - started < DEADLINE_SECONDS + 1
    assert [item.task_id for item in answer.advice or answer.priorities] == [task.id for task in tasks]
    answer.model_dump_json().encode()
    return answer


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("fault", FAILING)
async def test_rules_take_over_and_the_breaker_opens(
    site: str, fault: str, assistant: ModelAssistant, model_server: ModelServer, tasks: Tasks, situation: Situation
) -> None:
    model_server.fault = fault
    for _ in range(3):
        answer = await ask(site, assistant, tasks, situation)
        assert (answer.source, answer.by_rules) == ("rules", frozenset({11, 12, 13}))
        assert ", so rules were used: " in (answer.fallback_reason or "")
        if answer.calls:
            (record,) = answer.calls
            assert record.status == "error"
            assert record.error
    sent = len(model_server.calls)
    assert 1 <= sent <= 6
    resting = await ask(site, assistant, tasks, situation)
    assert "is not asked again for" in (resting.fallback_reason or "")
    assert (resting.calls, len(model_server.calls)) == ((), sent)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("fault", BAD_VALUES)
async def test_no_bad_value_gets_through(
    site: str, fault: str, assistant: ModelAssistant, model_server: ModelServer, tasks: Tasks, situation: Situation
) -> None:
    model_server.fault = fault
    answer = await ask(site, assistant, tasks, situation)
    assert len(model_server.calls) == len(answer.calls) == 1
    assert {item.task_id for item in answer.advice or answer.priorities} == {11, 12, 13}
    for advice in answer.advice:
        times = (advice.earliest_at, advice.deadline_at, advice.suggested_start)
        assert all(moment is None or moment >= situation.now for moment in times)
        assert advice.duration_minutes is not None or advice.task_id == 13
    if fault in {"foreign_ids", "ten_thousand"}:
        assert (answer.source, answer.by_rules) == ("rules", frozenset({11, 12, 13}))


async def test_the_sentence_for_a_model_that_is_too_slow(
    assistant: ModelAssistant, model_server: ModelServer, tasks: Tasks, situation: Situation
) -> None:
    model_server.fault = "stall"
    answer = await ask("advise", assistant, tasks, situation)
    assert answer.fallback_reason == (
        "The model did not answer within 0.6 s, so rules were used: try again later, or choose a faster model in Settings."
    )


async def test_a_slow_right_answer_is_taken(
    settings: ModelSettings, model_server: ModelServer, tasks: Tasks, situation: Situation
) -> None:
    model_server.fault, model_server.slow_seconds = "slow", DEADLINE_SECONDS
    patient = ModelAssistant(Gateway(), settings.model_copy(update={"deadline_seconds": 30.0}))
    assert (await patient.advise(tasks, situation)).source == "model"


async def test_the_loop_stays_free_while_a_model_misbehaves(
    settings: ModelSettings, model_server: ModelServer, tasks: Tasks, situation: Situation
) -> None:
    """Every fault at once beside a ticker: pages must go on being served, so no step may hold the event loop for long."""
    longest, last, over = 0.0, time.monotonic(), False

    async def tick() -> None:
        nonlocal longest, last
        while not over:
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    ticker = asyncio.create_task(tick())
    quick = settings.model_copy(update={"deadline_seconds": DEADLINE_SECONDS})
    for fault in FAILING:
        if fault not in BAD_CONNECTIONS:
            model_server.fault = fault
            await ModelAssistant(Gateway(retry=RetryPolicy(1)), quick).advise(tasks, situation)
    over = True
    await ticker
    assert longest < 1.0


async def test_nothing_is_left_behind(
    assistant: ModelAssistant, model_server: ModelServer, tasks: Tasks, situation: Situation, caplog: pytest.LogCaptureFixture
) -> None:
    port = int(model_server.url.rsplit(":", 1)[1].split("/")[0])
    before = {thread.name for thread in threading.enumerate()}
    for fault in (None, "stall", "one_byte_a_second", "reset", "hang_up", "ten_megabytes", "503"):
        model_server.fault = fault
        await ask("prioritise", assistant, tasks, situation)
    await asyncio.sleep(0.1)
    gc.collect()
    ours = [
        link
        for link in psutil.Process().net_connections("tcp")
        if link.raddr and link.raddr.port == port and link.status == psutil.CONN_ESTABLISHED
    ]
    assert ours == []
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    left = {thread.name for thread in threading.enumerate()} - before
    assert [name for name in left if not name.startswith("asyncio_")] == []
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
