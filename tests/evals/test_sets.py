"""The sets of slots, priorities and context: sound, and scored as they should be for a model that is perfect, wrong or mad.

The model is asked over a real socket, and what is saved is what the product stores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import pytest

from assistant.advice import ModelSettings
from assistant.gateway import warm
from evals import context, priorities, slots
from evals.__main__ import SETS, main
from evals.scoring import Score, id_faults, read_cases, report, summary
from evals.slots import Room, person_of
from tests.evals import perfect
from tests.support.model_server import ModelServer, Seen, in_markers

LEAST_CASES = 40
FEW = 4


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    warm()


def settings_of(model: ModelServer) -> ModelSettings:
    return ModelSettings(model="openai/scripted", api_key="sk-x-0001", api_base=model.url, deadline_seconds=5)


def wrong(scores: Sequence[Score], part: str) -> dict[str, list[str]]:
    """The notes about one part, raw or saved, by case."""
    found = {item.case: [note for note in item.notes if note.startswith(part)] for item in scores}
    return {name: notes for name, notes in found.items() if notes}


@pytest.mark.parametrize("name", SETS)
def test_there_are_enough(name: str) -> None:
    cases = read_cases(name)
    names = [case.get("id") or case.get("message") or case["text"] for case in cases]
    assert len({*names}) == len(cases) >= LEAST_CASES


def test_slots_are_sound() -> None:
    for case in read_cases("slots"):
        person = person_of(case)
        room = Room(person.now, ZoneInfo(person.zone), (), ())
        assert {*case} <= {"id", "now", "zone", "context", "hours", "busy", "tasks"}
        for task in case["tasks"]:
            assert {*task} <= {"add", "minutes", "earliest", "deadline", "energy", "within"}
            assert {*task.get("energy", ())} <= {"low", "medium", "high"}
            assert "minutes" not in task or 5 <= task["minutes"][0] <= task["minutes"][1] <= 480
            pairs = [*task.get("within", ()), *(task[name] for name in ("earliest", "deadline") if task.get(name))]
            assert all(person.now < room.span(pair)[1] > room.span(pair)[0] for pair in pairs)


def test_priorities_are_sound() -> None:
    for case in read_cases("priorities"):
        ids = {task["id"] for task in case["tasks"]}
        assert {*case} <= {"id", "context", "tasks", "above", "not_below", "bands"}
        assert case.get("above") or case.get("not_below") or case.get("bands")
        for task in case["tasks"]:
            assert {*task} <= {"id", "title", "notes", "importance", "deadline", "minutes", "waits_for", "days_old"}
            assert {*task.get("waits_for", ())} <= ids - {task["id"]}
        assert {one for pair in (*case.get("above", ()), *case.get("not_below", ())) for one in pair} <= ids
        assert {int(name) for name in case.get("bands", {})} <= ids


class TestPerfect:
    async def test_slots(self, model: ModelServer) -> None:
        """Perfect advice is right in every case, and the plan that is made of it too."""
        model.reply = perfect.slots()
        scores = await slots.run(settings_of(model), None)
        assert (wrong(scores, "raw"), wrong(scores, "saved")) == ({}, {})
        assert all(item.raw and item.result for item in scores)
        assert len(model.calls) == len(scores)  # nothing but the advice is asked for

    async def test_priorities(self, model: ModelServer) -> None:
        model.reply = perfect.priorities()
        scores = await priorities.run(settings_of(model), None)
        assert (wrong(scores, "raw"), wrong(scores, "saved")) == ({}, {})
        assert all(item.raw and item.result for item in scores)

    async def test_context(self, model: ModelServer) -> None:
        """Where nothing is to be found and the model finds nothing, rules are heard, and one of the cases misleads them."""
        model.reply = perfect.context()
        scores = await context.run(settings_of(model), None)
        assert wrong(scores, "raw") == {}
        assert [item.case for item in scores if not item.result] == ["My brother works nights and has Mondays off."]


class TestWrong:
    async def test_slots(self, model: ModelServer) -> None:
        """A night's slot of a day's length, a made-up deadline: raw wrong; but no plan leaves the hours or the busy times."""

        def reply(seen: Seen) -> str:
            entry = {"duration_minutes": 1440, "suggested_start": "2026-11-25T03:00", "deadline_at": "2026-11-23T09:05"}
            return in_markers("advice", json.dumps([{"task_id": task["id"], **entry} for task in seen.tasks]))

        model.reply = reply
        scores = await slots.run(settings_of(model), 12)
        assert [item.raw for item in scores] == [False] * 12
        hard = ("past", "outside working hours", "busy", "same time", "no slot")
        saved = [note for notes in wrong(scores, "saved").values() for note in notes]
        assert [note for note in saved if any(word in note for word in hard)] == []
        assert 0 < sum(item.result for item in scores) < 12

    async def test_priorities(self, model: ModelServer) -> None:
        """Scores upside down are taken over, since they are scores; one out of range is not."""
        model.reply = lambda seen: in_markers(
            "priorities", json.dumps([{"task_id": task["id"], "priority": n} for n, task in enumerate(seen.tasks)])
        )
        upside_down = await priorities.run(settings_of(model), 1)
        assert [(item.raw, item.result) for item in upside_down] == [(False, False)]
        model.reply = lambda seen: in_markers(
            "priorities", json.dumps([{"task_id": task["id"], "priority": 99} for task in seen.tasks])
        )
        beyond = await priorities.run(settings_of(model), 1)
        assert [(item.raw, item.result) for item in beyond] == [(False, True)]

    async def test_context(self, model: ModelServer) -> None:
        entry = {"words": "Fridays off", "kind": "off", "days": ["mon"]}
        model.reply = lambda seen: in_markers("constraints", json.dumps([entry]))
        scores = await context.run(settings_of(model), 3)
        assert [item.raw for item in scores] == [False] * 3
        assert [item.result for item in scores] == [True, True, False]  # words that the text does not hold count for nothing


@pytest.mark.parametrize(
    ("run", "fault"),
    [
        (slots.run, "garbage"),
        *((run, fault) for run in (priorities.run, context.run) for fault in ("garbage", "prose", "500")),
    ],
)
async def test_mad(run: Callable[..., object], fault: str, model: ModelServer) -> None:
    """What cannot be read is counted apart, and what is saved is what rules say."""
    model.fault = fault
    settings = settings_of(model).model_copy(update={"deadline_seconds": 0.5})
    scores: list[Score] = await run(settings, FEW)  # type: ignore[misc]
    by_rules: list[Score] = await run(None, FEW)  # type: ignore[misc]
    assert [item.raw for item in scores] == [None] * FEW
    assert [(item.case, item.result) for item in scores] == [(item.case, item.result) for item in by_rules]
    assert f"raw answers: 0 right of 0 usable of {FEW} asked" in report("a set", scores)
    assert "raw answers" not in report("a set", by_rules)


def test_ids() -> None:
    assert id_faults([1, 2], [1, 2]) == []
    assert id_faults([2, 2, 9, None], [1, 2]) == [
        "says nothing of [1]",
        "speaks of [9, None], which nobody asked about",
        "speaks of [2] more than once",
    ]


def test_summary() -> None:
    scores = [Score("a", True, True, True), Score("b", None, True, True), Score("c", False, False, True, ("raw: bad",))]
    assert summary({"slots": scores, "chat": [Score("d", None, False)]}).splitlines()[1:] == [
        "slots             3      3       2          1            2",
        "chat              1      0       0          -            0",
    ]


class TestCommandLine:
    def test_some_sets(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("OPENROUTER", "OPENAI", "ANTHROPIC", "DEEPSEEK", "GEMINI", "GROQ"):
            monkeypatch.setenv(f"{name}_API_KEY", "")
        assert main(["priorities", "context", "--limit", "2"]) == 0
        said = capsys.readouterr().out
        assert "priorities: 2 cases" in said
        assert "chat" not in said

    def test_an_unknown_set(self) -> None:
        with pytest.raises(SystemExit) as left:
            main(["poems"])
        assert left.value.code == 2
