"""A person's words about their week, read by a model: one call, every constraint bounded by its type and tied to their words.

What a model says that the words do not, or that cannot be, is dropped with a reason; without a usable answer rules read.
"""

from __future__ import annotations

import json
import re

from pydantic import ValidationError

from assistant.advice import ModelSettings
from assistant.context import ADAPTER, DAYS, MAX_FOUND, MAX_TEXT, Constraint, Found, Left, Part, Reading
from assistant.context_clauses import clauses
from assistant.context_rules import read_context, sentence_of
from assistant.failures import ModelUnavailable
from assistant.gateway import Gateway, Program
from assistant.sanitise import ContextGuess, clean, one_line
from assistant.words import Words

MAX_TITLE = 60
_FIELDS: dict[str, tuple[str, ...]] = {
    "work": ("days", "start", "end"),
    "off": ("days",),
    "routine": ("title", "days", "start", "end"),
    "focus": ("start", "end"),
    "break": ("after_minutes", "minutes"),
    "buffer": ("minutes",),
    "window": ("about", "rule", "days", "start", "end"),
}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(:00)?")
NOTHING = "The model's answer fitted none of your words, so rules were used: see the AI log."


async def read_by_model(text: str, gateway: Gateway, settings: ModelSettings) -> Reading:
    """What the text says, by the model of `settings` in at most one call. Always answers: rules where the model does not."""
    try:
        reply = await gateway.call(settings, _program, name="ContextModule", inputs={"text": text_json(text)})
    except ModelUnavailable as unavailable:
        failure = unavailable.failure
        why = f"{failure.what}, so rules were used: {failure.todo}."
        calls = (unavailable.record,) if unavailable.record else ()
        return read_context(text).model_copy(update={"fallback_reason": why, "calls": calls})
    said = reply.outputs.get("constraints")
    guesses = [guess for guess in said if isinstance(guess, ContextGuess)] if isinstance(said, list) else []
    reading = to_reading(text, guesses)
    if not reading.found and (by_rules := read_context(text)).found:
        reading = by_rules.model_copy(update={"fallback_reason": NOTHING})
    return reading.model_copy(update={"calls": (reply.record,)})


def text_json(text: str) -> str:
    """The text as one line of JSON: new lines are escaped, so it can forge no marker."""
    return json.dumps(clean(text[:MAX_TEXT]), ensure_ascii=False)


def to_reading(text: str, guesses: list[ContextGuess]) -> Reading:
    """The guesses that hold, each with the words that say it; what is left of the text; and why a guess was dropped."""
    found: dict[Constraint, Found] = {}
    dropped: list[Left] = []
    for guess in guesses[: MAX_FOUND * 2]:
        place = _place(text, guess.words)
        if place is None:
            continue
        try:
            constraint = ADAPTER.validate_python(_fields(guess, text[place[0] : place[1]], text))
        except ValidationError as error:
            dropped.append(Left(start=place[0], end=place[1], why=sentence_of(error)))
            continue
        if len(found) < MAX_FOUND:
            found.setdefault(constraint, Found(constraint=constraint, start=place[0], end=place[1]))
    left = [*dropped[:MAX_FOUND]]
    for clause in clauses(Words(text[:MAX_TEXT])):
        if (clause.said or clause.times) and not _is_covered(clause.place, [*found.values(), *left]):
            left.append(Left(start=clause.place[0], end=clause.place[1]))
    left.sort(key=lambda part: part.start)
    return Reading(text=text, found=tuple(found.values()), left=tuple(left[:MAX_FOUND]), source="model")


def _place(text: str, words: str | None) -> tuple[int, int] | None:
    """Where the text says the words, whatever their case and spaces; None: it does not."""
    parts = one_line(words, MAX_TEXT).split()
    if not parts or sum(map(len, parts)) < 3:
        return None
    match = re.search(r"\s+".join(map(re.escape, parts)), text, re.IGNORECASE)
    return match.span() if match else None


def _fields(guess: ContextGuess, words: str, text: str) -> dict[str, object]:
    """The fields of the guess's kind and no others, in the form that the types want."""
    fields: dict[str, object] = {"kind": guess.kind}
    for name in _FIELDS.get(guess.kind or "", ()):
        value: object = getattr(guess, name)
        if name in {"start", "end"}:
            value = _clock(guess.start if name == "start" else guess.end)
        elif name == "days":
            value = tuple(DAYS) if guess.days is None and guess.kind == "window" else _days(guess.days)
        elif name == "title":
            value = _named(guess.title, words, text)
        elif name == "about":
            value = "tasks" if guess.about == "tasks" else _named(guess.about, words, text).lower()
        elif name in {"minutes", "after_minutes"} and isinstance(value, float):
            value = int(value) if value.is_integer() else value
        if value is not None:
            fields[name] = value
    return fields


def _named(name: str | None, words: str, text: str) -> str:
    """A name that the person used; otherwise their words themselves."""
    line = one_line(name, MAX_TITLE)
    known = text.casefold()
    is_theirs = bool(line) and all(part.rstrip("s").casefold() in known for part in line.split())
    return line if is_theirs else one_line(words, MAX_TITLE)


def _clock(said: str | None) -> str | None:
    match = _CLOCK.fullmatch((said or "").strip())
    return f"{int(match[1]):02d}:{match[2]}" if match else None


def _days(said: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(day.strip().lower()[:3] for day in (said or [])[:20]))


def _is_covered(place: tuple[int, int], parts: list[Part]) -> bool:
    return any(part.start < place[1] and place[0] < part.end for part in parts)


def _program() -> Program:
    from assistant.modules import ContextModule

    program: Program = ContextModule()
    return program
