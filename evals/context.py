"""The set of what people say about their week: raw, the items as the model gave them; saved, the constraints proposed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError

from assistant.advice import ModelSettings
from assistant.context import ADAPTER
from assistant.context_reader import read_by_model
from assistant.context_rules import read_context
from assistant.sanitise import ContextGuess
from evals.scoring import Case, Listener, Score, read_cases, scored

FIELDS = {
    "work": ("days", "start", "end"),
    "off": ("days",),
    "routine": ("title", "days", "start", "end"),
    "focus": ("start", "end"),
    "break": ("after_minutes", "minutes"),
    "buffer": ("minutes",),
    "window": ("about", "rule", "days", "start", "end"),
}
"""What an item of a kind says; the rest of a guess is not looked at."""


async def run(settings: ModelSettings | None, limit: int | None) -> list[Score]:
    """Score the set, one case after the other."""
    listener = Listener()
    return [await _score(case, listener, settings) for case in read_cases("context")[:limit]]


async def _score(case: Case, listener: Listener, settings: ModelSettings | None) -> Score:
    if settings is None:
        reading, guesses = read_context(case["text"]), None
    else:
        reading = await read_by_model(case["text"], listener, settings)
        guesses = listener.guesses("constraints", ContextGuess)
    raw = None if guesses is None else _faults([_item(guess) for guess in guesses], case["expected"])
    saved = _faults([found.constraint.model_dump(mode="json") for found in reading.found], case["expected"])
    return scored(case["text"], raw, saved, is_asked=settings is not None)


def _item(guess: ContextGuess) -> dict[str, object]:
    """A guess in the form of the set, as far as it says a constraint that can be."""
    fields = {name: getattr(guess, name) for name in FIELDS.get(guess.kind or "", ())}
    given: dict[str, object] = {"kind": guess.kind, **{name: value for name, value in fields.items() if value is not None}}
    if guess.days is not None and "days" in given:
        given["days"] = tuple(day.strip().lower()[:3] for day in guess.days)
    for name in ("minutes", "after_minutes"):
        if isinstance(minutes := given.get(name), float) and minutes.is_integer():
            given[name] = int(minutes)
    try:
        return ADAPTER.validate_python(given).model_dump(mode="json")
    except ValidationError:
        return given


def _faults(found: Sequence[dict[str, object]], expected: Sequence[dict[str, object]]) -> list[str]:
    """What is missing and what is too much; neither the order nor capital letters count."""
    said, wanted = ({json.dumps(item, sort_keys=True, default=str).casefold() for item in items} for items in (found, expected))
    return [f"lacks {item}" for item in sorted(wanted - said)] + [f"makes up {item}" for item in sorted(said - wanted)]
