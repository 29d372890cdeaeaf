"""The evaluation set of the chat holds, and its scoring tells raw answers from results; asked over a real socket."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter

from assistant.advice import ModelSettings
from assistant.gateway import warm
from evals.__main__ import NO_MODEL, main, model_of
from evals.chat import run
from evals.scoring import read_cases, report
from evals.situations import EVENTS, TASKS
from tests.support.model_server import ModelServer, Seen, in_markers
from tests.support.stage import settings_for

LEAST_CASES = 40
IDS = {task.id for task in TASKS} | {event.id for event in EVENTS}


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    warm()


def settings_of(model: ModelServer) -> ModelSettings:
    return ModelSettings(model="openai/scripted", api_key="sk-x-0001", api_base=model.url, deadline_seconds=5)


def test_the_set() -> None:
    cases = read_cases("chat")
    assert len({case["message"] for case in cases}) == len(cases) >= LEAST_CASES
    for case in cases:
        assert {*case} <= {"message", "do", "ask", "choose", "history"}
        for item in (*case.get("do", ()), *case.get("ask", ())):
            assert item.get("task_id", 1) in IDS
            TypeAdapter(str).validate_python(item["kind"])


async def test_a_perfect_model(model: ModelServer) -> None:
    """A model that knows the answers has all of them right, raw and as results: rules that are certain are right."""
    cases = {case["message"]: case for case in read_cases("chat")}

    def perfect(seen: Seen) -> str:
        message = next(text for text in cases if f"{json.dumps(text, ensure_ascii=False)}\n" in seen.prompt)
        case = cases[message]
        steps = [*case.get("do", ()), *(item for item in case.get("ask", ()) if item["kind"] != "what_if")]
        steps += [{**item, "what_if": True} for one in case.get("ask", ()) for item in one.get("operations", ())]
        if "choose" in case:
            steps.append({"kind": "complete_task", "candidates": [5, 6]})
        reply = "" if steps else "I cannot do that."
        return f"{in_markers('steps', json.dumps(steps))}\n\n[[ ## reply ## ]]\n{reply}"

    model.reply = perfect
    scores = await run(settings_of(model), None)
    assert [item.case for item in scores if not item.raw] == []
    assert [item.case for item in scores if not item.result] == []
    assert f"raw answers: {len(scores)} right of {len(scores)} usable of {len(scores)} asked" in report("chat", scores)


async def test_a_useless_model(model: ModelServer) -> None:
    """What cannot be read is counted apart, and the result is that of rules."""
    model.reply = lambda seen: in_markers("steps", '[{"kind": "rm"}]')
    scores = await run(settings_of(model), 3)
    assert [item.raw for item in scores] == [None, None, None]
    assert "raw answers: 0 right of 0 usable of 3 asked" in report("chat", scores)


def test_no_model(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENROUTER_API_KEY",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "DEEPSEEK_API_KEY",
        "GEMINI_API_KEY",
        "GROQ_API_KEY",
    ):
        monkeypatch.setenv(name, "")
    assert main(["chat", "--limit", "2"]) in {0, 1}
    assert NO_MODEL in capsys.readouterr().out


def test_the_key_stays_with_its_provider() -> None:
    settings = settings_for("sqlite+aiosqlite:////tmp/x.db", ai_model="openai/gpt", openai_api_key="sk-secret-0001")
    own = model_of(settings, "http://127.0.0.1:9/v1")
    theirs = model_of(settings, None)
    assert own is not None
    assert theirs is not None
    assert (own.api_key, theirs.api_key) == (None, "sk-secret-0001")
