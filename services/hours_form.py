"""The weekly hours form: up to two ranges a day, each mistake with a sentence at its day."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from errors import InvalidInputError
from services.wording import WEEKDAYS

RANGES_A_DAY = 2
MINUTES_A_DAY = 1440
Range = tuple[int, int, int]


def parse_hours(form: Mapping[str, str]) -> list[Range]:
    """(weekday, start minute, end minute) of each range; an end at or before its start lies on the next day.

    Raises InvalidInputError, with the day's short name ("mon") as the field.
    """
    errors: dict[str, str] = {}
    ranges: list[Range] = []
    for weekday, name in enumerate(WEEKDAYS):
        day, key = list[Range](), name.lower()
        for number in range(1, RANGES_A_DAY + 1):
            start, end = (form.get(f"{key}_{edge}_{number}", "").strip() for edge in ("start", "end"))
            if not start and not end:
                continue
            low, high = _minute(start), _minute(end)
            if low is None or high is None:
                errors[key] = "Give a start and an end, such as 09:00 and 17:00, or leave both empty."
                break
            day.append((weekday, low, high or MINUTES_A_DAY))
        ranges += sorted(day)
        if key not in errors and _overlap(day):
            errors[key] = "These two ranges overlap."
    if not errors and _overlap_the_next_day(ranges):
        weekday = _overlap_the_next_day(ranges)[0]
        errors[WEEKDAYS[weekday].lower()] = "This runs over midnight into the next day's hours."
    if errors:
        raise InvalidInputError("Some days need another look.", errors)
    return ranges


def _minute(text: str) -> int | None:
    """ "09:30" as minutes of the day."""
    hours, separator, minutes = text.partition(":")
    if not separator or not (hours.isdecimal() and minutes[:2].isdecimal()) or len(hours) > 2:
        return None
    minute = int(hours) * 60 + int(minutes[:2])
    return minute if minute < MINUTES_A_DAY and int(minutes[:2]) < 60 else None


def _overlap(day: list[Range]) -> bool:
    spans = sorted((start, end if end > start else end + MINUTES_A_DAY) for _, start, end in day)
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _overlap_the_next_day(ranges: list[Range]) -> list[int]:
    """Weekdays whose last range runs into the first of the next day."""
    firsts = {weekday: start for weekday, start, _ in reversed(ranges)}
    return [weekday for weekday, start, end in ranges if end <= start and firsts.get((weekday + 1) % 7, MINUTES_A_DAY) < end]
