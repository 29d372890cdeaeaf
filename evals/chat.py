"""The chat's set: a message, what the talk was before, and the operations, questions or choices that it should come to."""

from __future__ import annotations

import json
from typing import Any

from assistant.advice import ModelSettings
from assistant.chat import Turn, Understood, View
from assistant.chat_model import ModelChat
from assistant.chat_rules import ChatRules
from assistant.gateway import Gateway
from evals.scoring import Case, Score, read_cases
from evals.shapes import shape
from evals.situations import VIEW, ZONE


class Doubtful(ChatRules):
    """Rules that are certain of nothing, so that the model is asked about every case."""

    async def understand(self, message: str, view: View, history: tuple[Turn, ...] = ()) -> Understood:
        return (await super().understand(message, view, history)).model_copy(update={"is_certain": False})


async def run(settings: ModelSettings | None, limit: int | None) -> list[Score]:
    """Score the set, one case after the other: providers limit how many may be asked at once."""
    model = ModelChat(Gateway(), settings, Doubtful()) if settings else None
    return [await _score(case, model) for case in read_cases("chat")[:limit]]


async def _score(case: Case, model: ModelChat | None) -> Score:
    """Ask once. Sentences are not compared: where nothing can be done there must be one, and nothing else."""
    history = tuple(Turn(who=who, text=text) for who, text in case.get("history", ()))
    by_rules = await ChatRules().understand(case["message"], VIEW, history)
    answered = await model.understand(case["message"], VIEW, history) if model else by_rules
    result = by_rules if by_rules.is_certain else answered
    expected: dict[str, Any] = {name: case[name] for name in ("do", "ask", "choose") if name in case}
    is_by_model, is_right = answered.source == "model", _is_right(result, expected)
    notes = [f"expected {json.dumps(expected)}", f"found    {json.dumps(shape(result, ZONE))}"]
    return Score(
        case["message"],
        _is_right(answered, expected) if is_by_model else None,
        is_right,
        model is not None,
        () if is_right else tuple(notes),
    )


def _is_right(understood: Understood, expected: dict[str, Any]) -> bool:
    found = shape(understood, ZONE)
    sentence = found.pop("say", "")
    return found == expected and bool(expected or sentence)
