"""The forms of hours: what they say, as typed values, and typed values as they stand in the forms.

Each mistake has a sentence at its field; what hours may be is `services.hour_rules`' to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from errors import InvalidInputError
from planning.hours import HourRange, MinuteRange
from services import hour_rules, wording
from services.fields import Fields
from services.hour_rules import DAYS_A_WEEK, MINUTES_A_DAY, MOST_WEEKS, STRETCHES_A_DAY, day_field
from services.hour_service import OtherDays
from services.hours import NamedHours

INCOMPLETE = "Give a start and an end, such as 09:00 and 17:00, or leave both empty."


@dataclass(frozen=True, slots=True)
class SetEdit:
    """What the form says about a set of hours; this week is number `week_now` of `cycle_weeks`."""

    name: str
    ranges: tuple[HourRange, ...]
    cycle_weeks: int = 1
    week_now: int = 1


def parse_set(form: Mapping[str, str]) -> SetEdit:
    """Read a set. Raises InvalidInputError; the fields of days are named by `day_field`."""
    form, cycle_weeks = in_full(form), shown_weeks(form)
    errors: dict[str, str] = {}
    ranges: list[HourRange] = []
    for week, weekday in _days(cycle_weeks):
        stretches = _stretches(form, day_field(week, weekday) + "_")
        if stretches is None:
            errors[day_field(week, weekday)] = INCOMPLETE
        ranges += [HourRange(weekday, start, end, week) for start, end in stretches or ()]
    errors = hour_rules.weekly_problems(ranges, cycle_weeks) | errors
    week_now = form.get("week_now", "1") if cycle_weeks > 1 else "1"
    if week_now not in _numbers(cycle_weeks):
        errors["week_now"] = "Choose which of the weeks this one is."
    if errors:
        raise InvalidInputError("Some days need another look.", errors)
    return SetEdit(form.get("name", ""), tuple(ranges), cycle_weeks, int(week_now))


def set_form(item: NamedHours, today: date) -> dict[str, str]:
    """A set as it stands in its form."""
    weeks = item.weekly.cycle_weeks
    form = {"name": item.name, "cycle_weeks": str(weeks), "week_now": str(item.weekly.week_of(today) + 1)}
    for week, weekday in _days(weeks):
        stretches = [(r.start_minute, r.end_minute) for r in item.weekly.ranges if (r.week, r.weekday) == (week, weekday)]
        form |= _written(day_field(week, weekday) + "_", stretches)
    return form


def shown_weeks(form: Mapping[str, str]) -> int:
    """How many weeks the form is about."""
    asked = form.get("cycle_weeks", "1").strip()
    return int(asked) if asked in _numbers(MOST_WEEKS) else 1


def in_full(form: Mapping[str, str]) -> Mapping[str, str]:
    """The form with the weeks that were asked for and did not stand in it yet: they repeat those that did."""
    later = (number for number in range(2, MOST_WEEKS + 1) if any(name.startswith(f"week{number}_") for name in form))
    known = max(later, default=1)
    filled = dict(form)
    for week, weekday in _days(shown_weeks(form)):
        if week >= known:
            source, target = day_field(week % known, weekday) + "_", day_field(week, weekday) + "_"
            filled |= {target + name.removeprefix(source): value for name, value in form.items() if name.startswith(source)}
    return filled


def spans(form: Mapping[str, str], prefix: str) -> tuple[tuple[str, str], ...]:
    """The stretches of a day as they were typed."""
    return tuple(
        (form.get(f"{prefix}start_{number}", ""), form.get(f"{prefix}end_{number}", ""))
        for number in range(1, STRETCHES_A_DAY + 1)
    )


def parse_days(form: Mapping[str, str], now: datetime, zone: str) -> OtherDays:
    """Read dates that differ. Raises InvalidInputError."""
    fields = Fields(form, now, zone)
    first_on = fields.day("first_on", "Choose a day.")
    last_on = fields.day("last_on")
    set_id = form.get("set_id", "").strip()
    if set_id and not (set_id.isascii() and set_id.isdecimal() and len(set_id) < 19):
        fields.errors["set_id"] = "Choose one of your sets of hours."
    stretches = _stretches(form, "")
    if stretches is None:
        fields.errors["stretches"] = INCOMPLETE
    if fields.errors or first_on is None:
        raise InvalidInputError("Some fields need another look.", fields.errors)
    return OtherDays(
        int(set_id) if set_id else None, first_on, last_on or first_on, tuple(stretches or ()), form.get("note", "")
    )


def days_form(days: OtherDays) -> dict[str, str]:
    """Dates that differ as they stand in their form."""
    form = {"first_on": days.first_on.isoformat(), "last_on": days.last_on.isoformat(), "note": days.note}
    return form | ({"set_id": str(days.set_id)} if days.set_id else {}) | _written("", days.stretches)


def minute(text: str) -> int | None:
    """ "09:30" as minutes of the day; None for what is no time."""
    hours, separator, minutes = text.partition(":")
    if not (separator and hours.isascii() and hours.isdecimal() and minutes[:2].isascii() and minutes[:2].isdecimal()):
        return None
    found = int(hours) * 60 + int(minutes[:2]) if len(hours) <= 2 else MINUTES_A_DAY
    return found if found < MINUTES_A_DAY and int(minutes[:2]) < 60 else None


def _stretches(form: Mapping[str, str], prefix: str) -> list[MinuteRange] | None:
    """The stretches of a day by their start, an end at midnight as 1440; None where one is incomplete."""
    found: list[MinuteRange] = []
    for start, end in spans(form, prefix):
        if not start.strip() and not end.strip():
            continue
        low, high = minute(start.strip()), minute(end.strip())
        if low is None or high is None:
            return None
        found.append((low, high or MINUTES_A_DAY))
    return sorted(found)


def _written(prefix: str, stretches: Sequence[MinuteRange]) -> dict[str, str]:
    form: dict[str, str] = {}
    for number, (start, end) in enumerate(stretches, start=1):
        form[f"{prefix}start_{number}"] = wording.of_day(start)
        form[f"{prefix}end_{number}"] = wording.of_day(end % MINUTES_A_DAY)
    return form


def _days(weeks: int) -> Iterator[tuple[int, int]]:
    return (divmod(number, DAYS_A_WEEK) for number in range(weeks * DAYS_A_WEEK))


def _numbers(most: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, most + 1))
