"""`python -m evals`: score the configured model on a set of cases, its raw output and what is made of it apart.

The model comes from the environment, as for the server. Without one it says so, and scores what rules make of the set.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.advice import ModelSettings
from assistant.chat import Turn, Understood, View
from assistant.chat_model import ModelChat
from assistant.chat_rules import ChatRules
from assistant.gateway import Gateway
from config import Settings, get_settings
from errors import ConfigurationError
from evals.shapes import shape
from evals.situations import VIEW, ZONE
from services.model_settings import environment_key

SETS = Path(__file__).parent
NO_MODEL = (
    "No model is configured, so only rules are scored. Set AI_MODEL (provider/model) and its key, such as OPENROUTER_API_KEY, "
    "or name a server of your own with --api-base."
)


@dataclass(frozen=True, slots=True)
class Score:
    """One case. `raw`: the model's own answer is right (None: it was not asked, or could not be read); `result`: what the
    product would come to is right, where rules that are certain go first and step in."""

    message: str
    raw: bool | None
    result: bool
    found: dict[str, Any]
    expected: dict[str, Any]
    text: str = ""


class Doubtful(ChatRules):
    """Rules that are certain of nothing, so that the model is asked about every case."""

    async def understand(self, message: str, view: View, history: tuple[Turn, ...] = ()) -> Understood:
        return (await super().understand(message, view, history)).model_copy(update={"is_certain": False})


def read_cases(name: str) -> list[dict[str, Any]]:
    """The cases of a set: a message, what the talk was before, and the shape that it should come to."""
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text().splitlines() if line.strip()]


async def score(case: dict[str, Any], model: ModelChat | None) -> Score:
    """Ask once. Sentences are not compared: where nothing can be done there must be one, and nothing else."""
    history = tuple(Turn(who=who, text=text) for who, text in case.get("history", ()))
    by_rules = await ChatRules().understand(case["message"], VIEW, history)
    answered = await model.understand(case["message"], VIEW, history) if model else by_rules
    result = by_rules if by_rules.is_certain else answered
    expected: dict[str, Any] = {name: case[name] for name in ("do", "ask", "choose") if name in case}
    return Score(
        message=case["message"],
        raw=_is_right(answered, expected) if answered.source == "model" else None,
        result=_is_right(result, expected),
        found=shape(result, ZONE),
        expected=expected,
        text=answered.calls[0].outputs if answered.calls else "",
    )


def _is_right(understood: Understood, expected: dict[str, Any]) -> bool:
    found = shape(understood, ZONE)
    sentence = found.pop("say", "")
    return found == expected and bool(expected or sentence)


async def run(name: str, settings: ModelSettings | None, limit: int | None) -> list[Score]:
    """Score a set, one case after the other: providers limit how many may be asked at once."""
    model = ModelChat(Gateway(), settings, Doubtful()) if settings else None
    return [await score(case, model) for case in read_cases(name)[:limit]]


def report(scores: Sequence[Score]) -> str:
    """The counts, raw answers and results apart, and each case that went wrong."""
    lines = []
    asked = [item for item in scores if item.text]
    if asked:
        read = [item for item in asked if item.raw is not None]
        lines.append(f"raw answers: {sum(bool(item.raw) for item in read)} right of {len(read)} usable of {len(asked)} asked")
    right = sum(item.result for item in scores)
    lines.append(f"results: {right} right of {len(scores)} ({right / max(1, len(scores)):.0%})")
    for item in scores:
        if not item.result:
            lines += [
                f"- {item.message}",
                f"    expected {json.dumps(item.expected)}",
                f"    found    {json.dumps(item.found)}",
            ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: 0 when every case is right, 1 when not, 2 for a bad environment."""
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("set", nargs="?", default="chat", choices=sorted(path.stem for path in SETS.glob("*.jsonl")))
    parser.add_argument("--limit", type=int, help="only the first so many cases")
    parser.add_argument("--api-base", help="the address of a server of your own, with the model from AI_MODEL")
    options = parser.parse_args(arguments)
    try:
        settings = get_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    model = model_of(settings, options.api_base)
    sys.stdout.write(f"{model.model}\n" if model else f"{NO_MODEL}\n")
    scores = asyncio.run(run(options.set, model, options.limit))
    sys.stdout.write(f"{report(scores)}\n")
    return 0 if all(item.result for item in scores) else 1


def model_of(settings: Settings, api_base: str | None) -> ModelSettings | None:
    """The model of the environment; None when there is none to ask. Its key is never sent to another address."""
    key = None if api_base else environment_key(settings.ai_model, settings)
    if key is None and not api_base:
        return None
    return ModelSettings(model=settings.ai_model, api_key=key, api_base=api_base)


if __name__ == "__main__":
    raise SystemExit(main())
