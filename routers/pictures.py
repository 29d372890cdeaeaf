"""The scale of a picture: how high its axis reaches, and how amounts read on it; `components/charts.html` draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from services import wording

Unit = Literal["number", "minutes", "dollars"]
STEPS: dict[Unit, float] = {"number": 1, "minutes": 60, "dollars": 0.0001}
"""What an axis is divided into; its middle is a whole number of them."""
_LEADING = (2, 4, 6, 8, 10)


def axis_top(groups: Sequence[object], keys: Sequence[str], unit: Unit, *, is_stacked: bool = False) -> float:
    """The round amount at or above the highest column, at least two steps. The `keys` of a group stand side by side, or upon
    each other."""
    amounts = [[getattr(group, key) or 0 for key in keys] for group in groups]
    highest = max((sum(each) if is_stacked else max(each) for each in amounts), default=0)
    steps = highest / STEPS[unit]
    power = 1
    while steps > 10 * power:
        power *= 10
    return next(lead for lead in _LEADING if lead * power >= steps) * power * STEPS[unit]


def amount(value: float, unit: Unit) -> str:
    """ "3 h", "$0.0042", "1,200"."""
    if unit == "minutes":
        return wording.hours(round(value))
    if unit == "dollars":
        return f"${value:.4f}".rstrip("0").rstrip(".") if value < 1 else f"${value:,.2f}"
    return f"{value:,.0f}"
