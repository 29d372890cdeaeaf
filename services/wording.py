"""Times and durations in words, in a person's zone: one place, so that pages, reasons and messages read alike.

It formats; what is said where is decided by its callers.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from assistant import telling
from assistant.chips import described
from assistant.recurrence import read_rule

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def clock(at: datetime, zone: str) -> str:
    """ "09:30", or "9:30 am" by the person's clock."""
    return telling.time_of(at.astimezone(ZoneInfo(zone)))


def short_day(day: date) -> str:
    """ "Fri 27 Nov"."""
    return f"{day:%a} {day.day} {day:%b}"


def day_name(day: date, today: date) -> str:
    """ "Today", "Tomorrow", "Yesterday", "Fri" within the coming week, else "Fri 27 Nov" (with the year when it differs)."""
    days_ahead = (day - today).days
    if days_ahead in _NEAR_DAYS:
        return _NEAR_DAYS[days_ahead]
    if 1 < days_ahead < 7:
        return f"{day:%a}"
    return dates(day, day, today)


def dates(first: date, last: date, today: date) -> str:
    """ "Fri 27 Nov", "Thu 24 Dec – Sat 2 Jan 2027" (the year when it differs)."""
    days = [short_day(day) if day.year == today.year else f"{short_day(day)} {day.year}" for day in (first, last)]
    return days[0] if first == last else " – ".join(days)


def moment(at: datetime, now: datetime, zone: str) -> str:
    """ "Today 14:00", "Fri 17:00", "Fri 4 Dec 09:00"."""
    place = ZoneInfo(zone)
    local = at.astimezone(place)
    return f"{day_name(local.date(), now.astimezone(place).date())} {telling.time_of(local)}"


def when(at: datetime, now: datetime, zone: str) -> str:
    """A moment within a sentence: "today 14:00", "Fri 17:00"."""
    spoken = moment(at, now, zone)
    return spoken[0].lower() + spoken[1:] if spoken.startswith((*_NEAR_DAYS.values(),)) else spoken


def minutes(amount: int) -> str:
    """ "45 min", "3 h", "1 h 30 min", "2 d 4 h" for a stretch of a day or more."""
    hours, rest = divmod(amount, 60)
    if hours >= 24:
        days, hours = divmod(hours, 24)
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours and rest:
        return f"{hours} h {rest} min"
    return f"{hours} h" if hours else f"{rest} min"


def hours(amount: int) -> str:
    """Work of any length, which no day holds: "45 min", "3 h", "52 h 30 min"."""
    whole, rest = divmod(amount, 60)
    return minutes(amount) if whole < 24 else f"{whole:,} h {rest} min" if rest else f"{whole:,} h"


def repeats(rule: str, starts_at: datetime, is_timed: bool) -> str:
    """An RRULE and the wall time of its first occurrence as "every Monday at 09:00"."""
    return described(read_rule(rule), starts_at.hour * 60 + starts_at.minute if is_timed else None)


def local_input(at: datetime | None, zone: str) -> str:
    """The value of a date-and-time field, "2026-11-27T09:00"; empty for None."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at else ""


def plural(count: int, noun: str) -> str:
    """ "1 task", "2 tasks"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def of_day(minute: int) -> str:
    """Minutes since midnight as fields have them, "09:30"; 1440 is "24:00". In words they are `telling.minute_of_day`'s."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


_NEAR_DAYS = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}
