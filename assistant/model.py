"""The assistant that asks a model: one call for each batch, every answer bounded, and rules for whatever is missing.

It never raises for what a model did and never imports DSPy itself; the gateway loads the modules in its thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from assistant.advice import Advice, Answer, CallRecord, ModelSettings, Priority, Situation, TaskBrief
from assistant.failures import ModelUnavailable
from assistant.gateway import Gateway, Program, Reply
from assistant.rules import RulesAssistant, estimate_minutes
from assistant.sanitise import PriorityGuess, SlotGuess, by_task, clean, one_line, to_advice, to_priority, zone_of

MAX_ADVISED = 100  # tasks in one call; with 2,000 output tokens about half of them fit
MAX_PRIORITISED = 200
TOKENS_PER_ADVICE = 40  # the least that an entry takes; an answer that is cut off still counts as far as it goes
TOKENS_PER_PRIORITY = 20
MAX_TITLE_CHARS = 300
MAX_NOTE_CHARS = 600
MAX_CONTEXT_CHARS = 2_000
MAX_TAKEN = 60
DAYS_AHEAD = 14

GuessT = TypeVar("GuessT", SlotGuess, PriorityGuess)


class ModelAssistant:
    """Answers like `Assistant`, for the person whose settings it was made with."""

    def __init__(self, gateway: Gateway, settings: ModelSettings, rules: RulesAssistant | None = None) -> None:
        self._gateway = gateway
        self._settings = settings
        self._rules = rules or RulesAssistant()

    async def advise(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> Answer:
        """Advice for every task, in the given order; at most one call, which costs one request unless a retry is due."""
        by_rules = await self._rules.advise(tasks, situation)
        asked = tasks[: min(MAX_ADVISED, self._settings.max_tokens // TOKENS_PER_ADVICE)]
        if not asked:
            return by_rules
        try:
            reply = await self._ask(_time_slots, "TimeSlotModule", asked, situation)
        except ModelUnavailable as unavailable:
            return _fallen_back(by_rules, unavailable, tasks)
        guesses = by_task(_guesses(reply, "advice", SlotGuess), (task.id for task in asked))
        advice: dict[int, Advice] = {}
        for task in asked:
            if guess := guesses.get(task.id):
                advice[task.id] = _with_duration(to_advice(guess, task, situation), task)
        merged = tuple(advice.get(item.task_id, item) for item in by_rules.advice)
        return _merged(Answer(advice=merged, source="model"), set(advice), tasks, asked, reply.record)

    async def prioritise(self, tasks: tuple[TaskBrief, ...], situation: Situation) -> Answer:
        """A priority for every task, in the given order; at most one call, as for `advise`."""
        by_rules = await self._rules.prioritise(tasks, situation)
        asked = tasks[: min(MAX_PRIORITISED, self._settings.max_tokens // TOKENS_PER_PRIORITY)]
        if not asked:
            return by_rules
        try:
            reply = await self._ask(_prioritizer, "PrioritizerModule", asked, situation)
        except ModelUnavailable as unavailable:
            return _fallen_back(by_rules, unavailable, tasks)
        guesses = by_task(_guesses(reply, "priorities", PriorityGuess), (task.id for task in asked))
        scored: dict[int, Priority] = {}
        for task in asked:
            if (guess := guesses.get(task.id)) and (priority := to_priority(guess, task)):
                scored[task.id] = priority
        merged = tuple(scored.get(item.task_id, item) for item in by_rules.priorities)
        return _merged(Answer(priorities=merged, source="model"), set(scored), tasks, asked, reply.record)

    async def _ask(self, build: Callable[[], Program], name: str, tasks: tuple[TaskBrief, ...], situation: Situation) -> Reply:
        inputs = {"situation": situation_json(situation), "tasks": tasks_json(tasks, situation)}
        return await self._gateway.call(
            self._settings, build, name=name, inputs=inputs, task_ids=tuple(task.id for task in tasks)
        )


def situation_json(situation: Situation) -> str:
    """The situation as one line of JSON, in local time, with the coming days spelled out (models get weekdays wrong)."""
    local = situation.now.astimezone(zone_of(situation))
    days = [local.date() + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    taken = sorted(situation.taken, key=lambda window: window.start)[:MAX_TAKEN]
    fields: dict[str, object] = {
        "now": local_time(situation.now, situation),
        "timezone": situation.timezone,
        "days": [f"{day:%A} {day.isoformat()}" for day in days],
        "working_hours": one_line(situation.working_hours),
        "about_the_person": clean(situation.context[:MAX_CONTEXT_CHARS]),
        "taken": [[local_time(window.start, situation), local_time(window.end, situation)] for window in taken],
    }
    return _json(_known(fields))


def tasks_json(tasks: tuple[TaskBrief, ...], situation: Situation) -> str:
    """The tasks as one line of JSON; what is not known is left out. New lines are escaped, so no text can forge a marker."""
    return _json([_task_fields(task, situation) for task in tasks])


def _task_fields(task: TaskBrief, situation: Situation) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": task.id,
        "title": one_line(task.title, MAX_TITLE_CHARS),
        "notes": clean(task.context[:MAX_NOTE_CHARS]),
        "duration_minutes": task.duration_minutes,
        "earliest_at": local_time(task.earliest_at, situation),
        "deadline_at": local_time(task.deadline_at, situation),
        "importance": task.importance,
        "waits_for": list(task.waits_for[:20]),
        "created_at": local_time(task.created_at, situation),
    }
    return _known(fields)


def _known(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def local_time(instant: datetime | None, situation: Situation) -> str | None:
    """ "2026-11-23T09:00" in the person's zone; None for None."""
    return instant.astimezone(zone_of(situation)).strftime("%Y-%m-%dT%H:%M") if instant else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _guesses(reply: Reply, name: str, kind: type[GuessT]) -> list[GuessT]:
    found = reply.outputs.get(name)
    return [guess for guess in found if isinstance(guess, kind)] if isinstance(found, list) else []


def _with_duration(advice: Advice, task: TaskBrief) -> Advice:
    """A task needs a duration: the rules' estimate where neither the person nor the model gave one."""
    if task.duration_minutes is not None or advice.duration_minutes is not None:
        return advice
    return advice.model_copy(update={"duration_minutes": estimate_minutes(task.title)})


def _fallen_back(by_rules: Answer, unavailable: ModelUnavailable, tasks: tuple[TaskBrief, ...]) -> Answer:
    failure = unavailable.failure
    return by_rules.model_copy(
        update={
            "by_rules": frozenset(task.id for task in tasks),
            "fallback_reason": f"{failure.what}, so rules were used: {failure.todo}.",
            "calls": (unavailable.record,) if unavailable.record else (),
        }
    )


def _merged(
    answer: Answer, answered: set[int], tasks: tuple[TaskBrief, ...], asked: tuple[TaskBrief, ...], record: CallRecord
) -> Answer:
    left = frozenset(task.id for task in tasks) - answered
    return answer.model_copy(
        update={
            "source": "model" if answered else "rules",
            "by_rules": left,
            "fallback_reason": _shortfall(len(tasks), len(asked), len(left)) if left else None,
            "calls": (record,),
        }
    )


def _shortfall(given: int, asked: int, left: int) -> str:
    if left == given:
        return "The model's answer fitted none of the tasks, so rules were used: see the AI log."
    unasked = given - asked
    if unasked == left:
        return (
            f"One call takes {asked} tasks, so rules were used for the other {unasked}: raise max_tokens in Settings for more."
        )
    return f"The model gave nothing usable for {left} of {given} tasks, so rules were used for those: see the AI log."


def _time_slots() -> Program:
    from assistant.modules import TimeSlotModule

    program: Program = TimeSlotModule()
    return program


def _prioritizer() -> Program:
    from assistant.modules import PrioritizerModule

    program: Program = PrioritizerModule()
    return program
