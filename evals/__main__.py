"""`python -m evals [set ...]`: score the configured model on sets of cases, its raw output and what is saved of it apart.

The model comes from the environment, as for the server. Without one it says so, and scores what rules make of the sets.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from assistant.advice import ModelSettings
from config import Settings, get_settings
from errors import ConfigurationError
from evals import chat, context, priorities, slots
from evals.scoring import Score, report, summary
from services.model_settings import environment_key

NO_MODEL = (
    "No model is configured, so only rules are scored. Set AI_MODEL (provider/model) and its key, such as OPENROUTER_API_KEY, "
    "or name a server of your own with --api-base."
)
SETS: dict[str, Callable[[ModelSettings | None, int | None], Awaitable[list[Score]]]] = {
    "slots": slots.run,
    "priorities": priorities.run,
    "chat": chat.run,
    "context": context.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: 0 when every case is right, 1 when not, 2 for a bad environment."""
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="set", help=f"of {', '.join(SETS)}; all of them when none is named")
    parser.add_argument("--limit", type=int, help="only the first so many cases of each")
    parser.add_argument("--api-base", help="the address of a server of your own, with the model from AI_MODEL")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.sets if name not in SETS]:
        parser.error(f"there is no set {unknown[0]!r}: choose from {', '.join(SETS)}")
    try:
        settings = get_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    model = model_of(settings, options.api_base)
    sys.stdout.write(f"{model.model}\n\n" if model else f"{NO_MODEL}\n\n")
    scores = asyncio.run(_run(options.sets or [*SETS], model, options.limit))
    sys.stdout.write(f"{summary(scores)}\n")
    return 0 if all(item.result for items in scores.values() for item in items) else 1


async def _run(names: Sequence[str], model: ModelSettings | None, limit: int | None) -> dict[str, list[Score]]:
    """Score the sets and say of each how it went once it is done: a slow model takes minutes."""
    scores: dict[str, list[Score]] = {}
    for name in names:
        scores[name] = await SETS[name](model, limit)
        sys.stdout.write(f"{report(name, scores[name])}\n\n")
        sys.stdout.flush()
    return scores


def model_of(settings: Settings, api_base: str | None) -> ModelSettings | None:
    """The model of the environment; None when there is none to ask. Its key is never sent to another address."""
    key = None if api_base else environment_key(settings.ai_model, settings)
    if key is None and not api_base:
        return None
    return ModelSettings(model=settings.ai_model, api_key=key, api_base=api_base)


if __name__ == "__main__":
    raise SystemExit(main())
