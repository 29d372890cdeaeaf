"""The set of priorities: tasks of which some must come before others. Raw, the scores as the model gave them; saved, those
that the tasks would have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.advice import Assistant, ModelSettings, Situation, TaskBrief
from assistant.model import ModelAssistant
from assistant.rules import RulesAssistant
from assistant.sanitise import PriorityGuess
from evals.scoring import Case, Listener, Score, id_faults, read_cases, scored
from evals.situations import NOW, ZONE

HOURS = "Work: Mon-Fri 09:00-17:00"


async def run(settings: ModelSettings | None, limit: int | None) -> list[Score]:
    """Score the set, one case after the other."""
    listener = Listener()
    return [await _score(case, listener, settings) for case in read_cases("priorities")[:limit]]


async def _score(case: Case, listener: Listener, settings: ModelSettings | None) -> Score:
    assistant: Assistant = RulesAssistant() if settings is None else ModelAssistant(listener, settings)
    situation = Situation(now=NOW, timezone=ZONE, context=case.get("context", ""), working_hours=HOURS)
    answer = await assistant.prioritise(tuple(map(_brief, case["tasks"])), situation)
    guesses = None if settings is None else listener.guesses("priorities", PriorityGuess)
    raw = None
    if guesses is not None:
        raw = id_faults([guess.task_id for guess in guesses], [task["id"] for task in case["tasks"]])
        raw += _faults(case, {guess.task_id: guess.priority for guess in guesses if guess.task_id is not None})
    saved = _faults(case, {item.task_id: item.priority for item in answer.priorities})
    return scored(case["id"], raw, saved, is_asked=settings is not None)


def _brief(task: Case) -> TaskBrief:
    """A task of the set: `deadline` in local time, `days_old` whole days before now."""
    deadline = datetime.fromisoformat(task["deadline"]).replace(tzinfo=ZoneInfo(ZONE)) if "deadline" in task else None
    return TaskBrief(
        id=task["id"],
        title=task["title"],
        context=task.get("notes", ""),
        duration_minutes=task.get("minutes"),
        deadline_at=deadline,
        importance=task.get("importance"),
        waits_for=tuple(task.get("waits_for", ())),
        created_at=NOW - timedelta(days=task.get("days_old", 0)),
    )


def _faults(case: Case, scores: Mapping[int, float | None]) -> list[str]:
    """Pairs out of order (`above`: strictly; `not_below`: may be alike), and scores out of 0 to 10 or of their own `bands`."""
    found = [f"{task_id} has {score}" for task_id, score in scores.items() if score is None or not 0 <= score <= 10]
    known = {task_id: score for task_id, score in scores.items() if score is not None}
    for first, second in case.get("above", ()):
        if not known.get(first, -1.0) > known.get(second, 11.0):
            found.append(f"{first} ({known.get(first)}) is not above {second} ({known.get(second)})")
    for first, second in case.get("not_below", ()):
        if not known.get(first, -1.0) >= known.get(second, 11.0):
            found.append(f"{first} ({known.get(first)}) is below {second} ({known.get(second)})")
    for task_id, (low, high) in ((int(name), band) for name, band in case.get("bands", {}).items()):
        if not low <= known.get(task_id, -1.0) <= high:
            found.append(f"{task_id} ({known.get(task_id)}) is not within {low} to {high}")
    return found
