"""What a person wants a plan to count more or less than usual, and the points that follow from it.

It weighs wishes only; what binds is a constraint of the problem, and no taste reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

Emphasis = Literal["less", "normal", "more"]

SUGGESTION = 3
"""Points x urgency for each minute between a start and the suggested one: more than earliness and spread can win back."""
OUTSIDE_PREFERRED = 3 * 1440
"""Points x urgency for a job outside its preferred windows: worth waiting three days for one, a weekend included."""
SPREAD = 1
"""Points x urgency for each minute by which a job reaches into the last day before its deadline."""
MOVE = 30 * 55
"""Points for a block that leaves its place in a week or later: half an hour of a job of middle urgency."""


@dataclass(frozen=True, slots=True)
class Taste:
    """How much a plan's wishes count: room before `deadlines`, `importance` first, the `times` that suit a job, and `calm`
    (few moves)."""

    deadlines: Emphasis = "normal"
    importance: Emphasis = "normal"
    times: Emphasis = "normal"
    calm: Emphasis = "normal"


NORMAL = Taste()


@dataclass(frozen=True, slots=True)
class Weights:
    """The points that a taste decides."""

    suggestion: int = SUGGESTION
    outside_preferred: int = OUTSIDE_PREFERRED
    spread: int = SPREAD
    move: int = MOVE


@cache
def weights(taste: Taste) -> Weights:
    """The points of a taste: less is a day's wait for a preferred time, no room before deadlines, ten minutes of a middling job
    for a move; more is nine days, four times the room, two hours."""
    third_or_triple = {"less": 1, "normal": 3, "more": 9}[taste.times]
    return Weights(
        suggestion=third_or_triple * SUGGESTION // 3,
        outside_preferred=third_or_triple * OUTSIDE_PREFERRED // 3,
        spread={"less": 0, "normal": 1, "more": 4}[taste.deadlines] * SPREAD,
        move={"less": MOVE // 3, "normal": MOVE, "more": 4 * MOVE}[taste.calm],
    )


def urgency(weight: float, importance: Emphasis = "normal") -> int:
    """The weight of a job, 0 to 10, as the whole number that multiplies its points: 10 to 100.

    With less regard for importance it is 40 to 70, with more it grows with the square, from 5 to 190: the middle stays 55.
    """
    if importance == "less":
        return 40 + round(3 * weight)
    return 10 + round(9 * weight) if importance == "normal" else round(5 + 1.5 * weight + 1.7 * weight * weight)
