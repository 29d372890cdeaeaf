"""The scales of pictures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from routers.pictures import Unit, amount, axis_top


@dataclass(frozen=True)
class Pair:
    one: float | None
    two: float = 0


@pytest.mark.parametrize(
    ("highest", "unit", "top"),
    [
        (None, "number", 2),
        (0, "number", 2),
        (2, "number", 2),
        (3, "number", 4),
        (10, "number", 10),
        (11, "number", 20),
        (1999, "number", 2000),
        (61, "minutes", 120),
        (121, "minutes", 240),
        (0.0437, "dollars", 0.06),
    ],
)
def test_top(highest: float | None, unit: Unit, top: float) -> None:
    assert axis_top([Pair(0), Pair(highest)], ["one"], unit) == pytest.approx(top)


def test_stacked() -> None:
    groups = [Pair(3, 4), Pair(6, 0)]
    assert axis_top(groups, ["one", "two"], "number") == 6
    assert axis_top(groups, ["one", "two"], "number", is_stacked=True) == 8
    assert axis_top([], ["one"], "number") == 2


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1200, "number", "1,200"),
        (45, "minutes", "45 min"),
        (90, "minutes", "1 h 30 min"),
        (3150, "minutes", "52 h 30 min"),
        (0.004, "dollars", "$0.004"),
        (0, "dollars", "$0"),
        (1234.5, "dollars", "$1,234.50"),
    ],
)
def test_amount(value: float, unit: Unit, words: str) -> None:
    assert amount(value, unit) == words
