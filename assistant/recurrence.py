"""Recurrence rules (RFC 5545) in local wall time: reading and writing them, and the occurrences of a series.

It knows no zone and no clock: `assistant.instants` makes instants of wall times, so that 9:00 stays 9:00 when clocks change.
Where the RFC skips a month without a 31st, the last day of that month counts here; each occurrence is counted from the start
of the series, so nothing drifts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Literal, get_args

from assistant.calendar_dates import month_of

Frequency = Literal["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_INTERVAL = 1_000
MAX_COUNT = 10_000
_EMPTY_PERIODS = 1_500  # so many periods without an occurrence, and the series is taken to have none
_PARTS = frozenset(
    ["FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSETPOS", "COUNT", "UNTIL", "WKST"]
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule. `by_day` holds (n, weekday): the n-th of the month or year (negative: from its end), 0: each."""

    frequency: Frequency
    interval: int = 1
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    count: int | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        parts = [f"FREQ={self.frequency}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        for name, numbers in (("BYMONTH", self.by_month), ("BYMONTHDAY", self.by_month_day)):
            parts += [f"{name}={','.join(map(str, numbers))}"] if numbers else []
        days = ",".join(f"{n or ''}{CODES[day]}" for n, day in self.by_day)
        parts += [f"BYDAY={days}"] if days else []
        for name, numbers in (("BYHOUR", self.by_hour), ("BYSETPOS", self.positions)):
            parts += [f"{name}={','.join(map(str, numbers))}"] if numbers else []
        parts += [f"COUNT={self.count}"] if self.count else []
        parts += [f"UNTIL={self.until:%Y%m%dT%H%M%S}"] if self.until else []
        return ";".join(parts)


def read_rule(text: str) -> Rule:
    """The rule that an RRULE value says. Raises ValueError, with a sentence, for what is no rule or what is refused here."""
    said: dict[str, str] = {}
    for part in text.strip().removeprefix("RRULE:").upper().split(";"):
        name, sign, value = part.partition("=")
        if not sign or name not in _PARTS or name in said or len(value) > 200:
            raise ValueError(f"“{part[:40]}” is no part of a recurrence that is understood here.")
        said[name] = value
    frequency = next((one for one in get_args(Frequency) if one == said.get("FREQ")), None)
    if frequency is None:
        raise ValueError("A recurrence is hourly, daily, weekly, monthly or yearly.")
    rule = Rule(
        frequency,
        _number(said.get("INTERVAL", "1"), 1, MAX_INTERVAL),
        _numbers(said.get("BYMONTH"), 1, 12),
        _numbers(said.get("BYMONTHDAY"), -31, 31),
        tuple(_day(one) for one in said["BYDAY"].split(",")) if "BYDAY" in said else (),
        _numbers(said.get("BYHOUR"), 0, 23),
        _numbers(said.get("BYSETPOS"), -366, 366),
        _number(said["COUNT"], 1, MAX_COUNT) if "COUNT" in said else None,
        _until(said["UNTIL"]) if "UNTIL" in said else None,
    )
    if rule.count and rule.until:
        raise ValueError("A recurrence ends after a count or at a date, not both.")
    return rule


def _number(text: str, least: int, most: int) -> int:
    digits = text.removeprefix("-").removeprefix("+")
    if (
        not digits.isascii()
        or not digits.isdecimal()
        or len(digits) > 6
        or not least <= int(text) <= most
        or int(text) == 0 > least
    ):
        raise ValueError(f"“{text[:20]}” must be a number from {least} to {most}.")
    return int(text)


def _numbers(text: str | None, least: int, most: int) -> tuple[int, ...]:
    return tuple(_number(one, least, most) for one in text.split(",")) if text is not None else ()


def _day(text: str) -> tuple[int, int]:
    if text[-2:] not in CODES:
        raise ValueError(f"“{text[:20]}” is no weekday.")
    return (_number(text[:-2], -53, 53) if text[:-2] else 0), CODES.index(text[-2:])


def _until(text: str) -> datetime:
    """A wall time; a day alone is meant to its end. The Z of an imported rule is not a zone here."""
    try:
        if len(text) == 8:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
        return datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        raise ValueError(f"“{text[:20]}” is no date to end at.") from None


def next_occurrence(rrule: str, start: datetime, after: datetime) -> datetime | None:
    """The first occurrence later than `after` of the series that begins at `start`; None when it has ended.

    All times are naive local wall times. Raises ValueError for a rule that `read_rule` refuses. The work is bounded: a series
    with a COUNT is counted through (at most 10,000), any other is entered near `after`.
    """
    return next((one for one in occurrences(rrule, start, after) if one > after), None)


def occurrences(rrule: str, start: datetime, since: datetime | None = None) -> Iterator[datetime]:
    """The occurrences of the series from `start` on, in order; with `since`, those long before it may be left out.

    `start` is itself one only where the rule says so. Raises ValueError for a rule that `read_rule` refuses.
    """
    rule = read_rule(rrule)
    return _series(rule, start, start if since is None or rule.count else max(since, start))


def _series(rule: Rule, start: datetime, since: datetime) -> Iterator[datetime]:
    left, empty = rule.count, 0
    for period in count(max(0, _periods_between(rule, start, since) - 1)):
        try:
            found = [one for one in _in_period(rule, start, period) if one >= start]
        except (OverflowError, ValueError):  # past the year 9999
            return
        empty = 0 if found else empty + 1
        if empty > _EMPTY_PERIODS:
            return
        for one in found:
            if left == 0 or (rule.until and one > rule.until):
                return
            left = left - 1 if left is not None else None
            yield one
        if left == 0:
            return


def _periods_between(rule: Rule, start: datetime, since: datetime) -> int:
    """So many whole periods lie before `since`, or one more."""
    days = (since.date() - start.date()).days
    months = (since.year - start.year) * 12 + since.month - start.month
    passed = {"HOURLY": int((since - start).total_seconds() // 3600), "DAILY": days, "WEEKLY": days // 7, "MONTHLY": months}
    return passed.get(rule.frequency, since.year - start.year) // rule.interval


def _in_period(rule: Rule, start: datetime, period: int) -> list[datetime]:
    """The occurrences of the period-th hour, day, week, month or year, in order."""
    if rule.frequency == "HOURLY":
        hour = start + timedelta(hours=period * rule.interval)
        is_one = _fits(rule, hour.date()) and (not rule.by_hour or hour.hour in rule.by_hour)
        return [hour] if is_one else []
    times = [time(hour, start.minute, start.second) for hour in sorted({*rule.by_hour})] or [start.time()]
    found = [datetime.combine(day, at) for day in sorted({*_days(rule, start.date(), period)}) for at in times]
    if rule.positions:
        kept = {position - (position > 0) for position in rule.positions if -len(found) <= position <= len(found)}
        found = sorted({found[position] for position in kept})
    return found


def _days(rule: Rule, start: date, period: int) -> list[date]:
    if rule.frequency == "DAILY":
        day = start + timedelta(days=period * rule.interval)
        return [day] if _fits(rule, day) else []
    if rule.frequency == "WEEKLY":
        monday = start + timedelta(days=7 * period * rule.interval - start.weekday())
        weekdays = [day for _, day in rule.by_day] or [start.weekday()]
        days = [monday + timedelta(days=day) for day in weekdays]
        return [day for day in days if not rule.by_month or day.month in rule.by_month]
    if rule.frequency == "MONTHLY":
        first, last = month_of(start, period * rule.interval)
        return _of_span(rule, start, first, last) if not rule.by_month or first.month in rule.by_month else []
    return _of_year(rule, start, start.year + period * rule.interval)


def _fits(rule: Rule, day: date) -> bool:
    last = month_of(day, 0)[1].day
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or day.day in {_clamped(one, last) for one in rule.by_month_day})
        and (not rule.by_day or day.weekday() in {weekday for _, weekday in rule.by_day})
    )


def _clamped(day: int, last: int) -> int:
    """The 31st of a month of 30 days is the 30th; -1 is the last day, and never before the first."""
    return min(day, last) if day > 0 else max(last + 1 + day, 1)


def _of_span(rule: Rule, start: date, first: date, last: date) -> list[date]:
    """The days of a month that the rule names; where it names none, the day on which the series started."""
    numbers = {_clamped(one, last.day) for one in rule.by_month_day}
    days = {day for one in rule.by_day for day in _weekdays(first, last, *one)}
    if not rule.by_day:
        return [first.replace(day=day) for day in numbers or {_clamped(start.day, last.day)}]
    return [day for day in days if not numbers or day.day in numbers]


def _weekdays(first: date, last: date, position: int, weekday: int) -> list[date]:
    begin = first + timedelta(days=(weekday - first.weekday()) % 7)
    days = [begin + timedelta(weeks=n) for n in range((last - begin).days // 7 + 1)]
    if position == 0:
        return days
    return days[position - (position > 0) :][:1] if -len(days) <= position <= len(days) else []


def _of_year(rule: Rule, start: date, year: int) -> list[date]:
    if rule.by_day and not rule.by_month and not rule.by_month_day:
        return [day for one in rule.by_day for day in _weekdays(date(year, 1, 1), date(year, 12, 31), *one)]
    months = rule.by_month or (tuple(range(1, 13)) if rule.by_month_day else (start.month,))
    return [day for month in months for day in _of_span(rule, start, *month_of(date(year, month, 1), 0))]
