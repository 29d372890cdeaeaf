"""What all sets share: their cases, the score of one, the report, and a gateway that remembers what the model said.

It asks nobody by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from assistant.advice import ModelSettings
from assistant.gateway import Gateway, Program, Reply

SETS = Path(__file__).parent
Case = dict[str, Any]
Guess = TypeVar("Guess")


@dataclass(frozen=True, slots=True)
class Score:
    """One case. `raw`: the model's own answer is right (None: it was not asked, or could not be read); `result`: what the
    product would store is right, where rules fill gaps and nothing unsound passes. `notes` say what is wrong with either."""

    case: str
    raw: bool | None
    result: bool
    is_asked: bool = False
    notes: tuple[str, ...] = ()


class Listener(Gateway):
    """The gateway as it is, and the fields of its last answer as they were read, before anything is made of them."""

    heard: Mapping[str, object] | None = None

    async def call(
        self,
        settings: ModelSettings,
        build: Callable[[], Program],
        *,
        name: str,
        inputs: Mapping[str, str],
        task_ids: tuple[int, ...] = (),
    ) -> Reply:
        self.heard = None
        reply = await super().call(settings, build, name=name, inputs=inputs, task_ids=task_ids)
        self.heard = reply.outputs
        return reply

    def guesses(self, field: str, kind: type[Guess]) -> list[Guess] | None:
        """The entries of a field of the last answer; None when there was none, or none that could be read."""
        entries = (self.heard or {}).get(field)
        return [entry for entry in entries if isinstance(entry, kind)] if isinstance(entries, list) else None


def scored(name: str, raw_faults: Sequence[str] | None, faults: Sequence[str], *, is_asked: bool) -> Score:
    """The score of a case by what is wrong with the raw answer (None: there is none) and with the result."""
    notes = [f"raw: {fault}" for fault in raw_faults or ()] + [f"saved: {fault}" for fault in faults]
    return Score(name, None if raw_faults is None else not raw_faults, not faults, is_asked, tuple(notes))


def id_faults(said: Sequence[int | None], asked: Sequence[int]) -> list[str]:
    """Whether an answer speaks of each task once, and of no other."""
    found = []
    if missing := sorted({*asked} - {*said}):
        found.append(f"says nothing of {missing}")
    if foreign := [one for one in said if one not in asked]:
        found.append(f"speaks of {foreign}, which nobody asked about")
    if twice := sorted({one for one in said if one in asked and said.count(one) > 1}, key=str):
        found.append(f"speaks of {twice} more than once")
    return found


def read_cases(name: str) -> list[Case]:
    """The cases of a set, one on each line of its file."""
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()]


def report(name: str, scores: Sequence[Score]) -> str:
    """The counts, raw answers and results apart, and each case that went wrong."""
    lines = [f"{name}: {len(scores)} cases"]
    asked = [item for item in scores if item.is_asked]
    if asked:
        read = [item for item in asked if item.raw is not None]
        lines.append(f"raw answers: {sum(bool(item.raw) for item in read)} right of {len(read)} usable of {len(asked)} asked")
    right = sum(item.result for item in scores)
    lines.append(f"results: {right} right of {len(scores)} ({right / max(1, len(scores)):.0%})")
    for item in scores:
        if item.notes:
            lines += [f"- {item.case}", *(f"    {note}" for note in item.notes)]
    return "\n".join(lines)


def summary(sets: Mapping[str, Sequence[Score]]) -> str:
    """One line for each set."""
    lines = [f"{'set':<12}{'cases':>7}{'asked':>7}{'usable':>8}{'raw right':>11}{'saved right':>13}"]
    for name, scores in sets.items():
        asked = sum(item.is_asked for item in scores)
        usable = sum(item.raw is not None for item in scores)
        raw = f"{sum(bool(item.raw) for item in scores)}" if asked else "-"
        lines.append(f"{name:<12}{len(scores):>7}{asked:>7}{usable:>8}{raw:>11}{sum(item.result for item in scores):>13}")
    return "\n".join(lines)
