"""The chat with a model: one call a message, its steps validated against what it was shown, and rules for all else.

It never raises for what a model did. What a model adds to the person's own words is marked, so that it is shown first.
"""

from __future__ import annotations

import json

from assistant.advice import ModelSettings, Situation
from assistant.chat import MAX_MESSAGE, TaskView, Turn, Understood, View
from assistant.chat_guess import StepGuess, Steps, UnusableStep, to_steps
from assistant.chat_rules import ChatRules
from assistant.failures import ModelUnavailable
from assistant.gateway import Gateway, Program, Reply
from assistant.grounding import is_asked_for
from assistant.model import local_time, situation_json
from assistant.sanitise import clean, one_line

MAX_TASKS = 60
MAX_EVENTS = 40
MAX_TURNS = 6
MAX_TURN_CHARS = 300
MAX_TITLE_CHARS = 200
MAX_NOTE_CHARS = 160
MAX_REPLY_CHARS = 600


class ModelChat:
    """`ChatAssistant` for the person whose settings it was made with. What rules are certain of costs no call."""

    def __init__(self, gateway: Gateway, settings: ModelSettings, rules: ChatRules | None = None) -> None:
        self._gateway = gateway
        self._settings = settings
        self._rules = rules or ChatRules()

    async def understand(self, message: str, view: View, history: tuple[Turn, ...] = ()) -> Understood:
        """What the message comes to; at most one call, which costs one request unless a retry is due."""
        by_rules = await self._rules.understand(message, view, history)
        return by_rules if by_rules.is_certain else await self.ask(message, view, history, by_rules)

    async def ask(self, message: str, view: View, history: tuple[Turn, ...], by_rules: Understood) -> Understood:
        """What the model makes of the message; what rules made of it where the model cannot be used."""
        shown = view.tasks[:MAX_TASKS]
        try:
            reply = await self._ask(message, view, history, shown)
        except ModelUnavailable as unavailable:
            failure = unavailable.failure
            reason = f"{failure.what}, so rules were used: {failure.todo}."
            calls = (unavailable.record,) if unavailable.record else ()
            return by_rules.model_copy(update={"fallback_reason": reason, "calls": calls})
        return self._read(reply, message, view, shown) or by_rules.model_copy(
            update={
                "fallback_reason": "The model's answer could not be used, so rules were used: see the AI log.",
                "calls": (reply.record,),
            }
        )

    async def _ask(self, message: str, view: View, history: tuple[Turn, ...], shown: tuple[TaskView, ...]) -> Reply:
        inputs = {
            "situation": situation_json(_situation(view)),
            "tasks": tasks_json(shown, view),
            "events": events_json(view),
            "history": history_json(history),
            "message": _json(clean(message[:MAX_MESSAGE])),
        }
        task_ids = tuple(task.id for task in shown)
        return await self._gateway.call(self._settings, _chat, name="ChatAssistantModule", inputs=inputs, task_ids=task_ids)

    def _read(self, reply: Reply, message: str, view: View, shown: tuple[TaskView, ...]) -> Understood | None:
        """None for an answer that cannot be used."""
        found = reply.outputs.get("steps")
        guesses = [guess for guess in found if isinstance(guess, StepGuess)] if isinstance(found, list) else []
        sentence = one_line(str(reply.outputs.get("reply") or ""), MAX_REPLY_CHARS)
        try:
            steps = to_steps(guesses, view, shown)
        except UnusableStep:
            return None
        if not guesses and not sentence:
            return None
        return Understood(
            operations=tuple(steps.operations),
            questions=tuple(steps.questions),
            choices=tuple(steps.choices),
            sentence="" if guesses else sentence,
            is_unasked=_goes_beyond(steps, message, view),
            source="model",
            calls=(reply.record,),
        )


def _goes_beyond(steps: Steps, message: str, view: View) -> bool:
    return not all(is_asked_for(operation, message, view) for operation in steps.operations)


def tasks_json(tasks: tuple[TaskView, ...], view: View) -> str:
    """The tasks as one line of JSON; new lines are escaped, so no title can forge a marker."""
    return _json([_known(_task_fields(task, view)) for task in tasks])


def events_json(view: View) -> str:
    """The busy times, likewise."""
    situation = _situation(view)
    return _json(
        [
            {
                "id": event.id,
                "title": one_line(event.title, MAX_TITLE_CHARS),
                "start_at": local_time(event.start_at, situation),
                "end_at": local_time(event.end_at, situation),
            }
            for event in view.events[:MAX_EVENTS]
        ]
    )


def history_json(history: tuple[Turn, ...]) -> str:
    """The last messages of the talk, cut short."""
    return _json([[turn.who, one_line(turn.text, MAX_TURN_CHARS)] for turn in history[-MAX_TURNS:]])


def _task_fields(task: TaskView, view: View) -> dict[str, object]:
    situation = _situation(view)
    return {
        "id": task.id,
        "title": one_line(task.title, MAX_TITLE_CHARS),
        "status": task.status,
        "named_last": task.id in view.named or None,
        "start_at": local_time(task.start_at, situation),
        "end_at": local_time(task.end_at, situation),
        "pinned": task.pinned or None,
        "deadline_at": local_time(task.deadline_at, situation),
        "earliest_at": local_time(task.earliest_at, situation),
        "duration_minutes": task.duration_minutes,
        "importance": task.importance,
        "priority": task.priority,
        "part_of": task.parent_id,
        "waits_for": list(task.waits_for[:10]),
        "notes": one_line(task.context, MAX_NOTE_CHARS),
    }


def _situation(view: View) -> Situation:
    return Situation(now=view.now, timezone=view.timezone, context=view.about, working_hours=view.hours)


def _known(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _chat() -> Program:
    from assistant.modules import ChatAssistantModule

    program: Program = ChatAssistantModule()
    return program
