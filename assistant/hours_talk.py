"""Commands in plain English about a person's own time: days off, sick days, extra hours, the usual week, busy stretches.

Each is a pattern with its reader; a stretch of less than a day is a busy time, whole days are days off.
"""

from __future__ import annotations

import re
from datetime import timedelta
from re import Match

from assistant.operations import AddEvent, DayHours, SetHours, TakeOff, UsualHours, WorkExtra
from assistant.reading import Reading, rule
from assistant.stretches import Stretch

_NAMES_A_DAY = re.compile(r"\b(?!am\b|pm\b|to\b|from\b|until\b|till\b|and\b|between\b)[a-z]{2,}|\d/\d", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:every|each|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays|weekdays|daily)\b",
    re.IGNORECASE,
)
_DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_WEEK = rf"(?:(?:{_DAY})(?:\s*(?:-|–|to|through|and|,|&)\s*(?:{_DAY}))*|weekdays|week days|every day|daily|weekends)"


def _off(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"])
    return kept_free(reading, when) if when else False


def kept_free(reading: Reading, when: Stretch) -> bool:
    """Whole days are off; less than a day is a busy time."""
    if when.is_whole_days:
        return reading.do(TakeOff(first_on=when.first_on, last_on=when.last_on))
    end = when.start + timedelta(hours=1) if when.is_exact else when.end
    return reading.do(AddEvent(title="Busy", start_at=when.start, end_at=end))


def _extra(reading: Reading, match: Match[str]) -> bool:
    """ "I work Saturday 10-14": more hours on one day. Without times it is no command."""
    when = reading.when(match["when"])
    is_one_day = when is not None and not when.is_exact and not when.is_whole_days and when.first_on == when.last_on
    if when is None or not is_one_day or not _NAMES_A_DAY.search(match["when"]) or _EVERY.search(match["when"]):
        return False
    low, high = _minutes_of(reading, when)
    return reading.do(WorkExtra(day=when.first_on, start_minute=low, end_minute=high))


def _minutes_of(reading: Reading, when: Stretch) -> tuple[int, int]:
    start, end = reading.local(when.start), reading.local(when.end)
    high = end.hour * 60 + end.minute
    return start.hour * 60 + start.minute, high or 1440


def _hours(reading: Reading, match: Match[str]) -> bool:
    """ "I work Mon-Fri 9-5", "set my hours to 9:00-17:00 on weekdays": the usual week."""
    when = reading.when(f"from {match['hours']} tomorrow")
    if when is None or when.is_exact or when.is_whole_days:
        return False
    low, high = _minutes_of(reading, when)
    days = _weekdays(match["days"] or "weekdays")
    return reading.do(SetHours(ranges=tuple(DayHours(weekday=day, start_minute=low, end_minute=high) for day in days)))


def _weekdays(text: str) -> list[int]:
    """The weekdays of "Mon-Wed and Fri"."""
    text = text.lower().strip()
    if "weekend" in text:
        return [5, 6]
    if "week" in text:
        return [0, 1, 2, 3, 4]
    if "day" in text and not re.search(_DAY, text):
        return [*range(7)]
    found: list[int] = []
    for part in re.split(r"\s*(?:,|&|\band\b)\s*", text):
        ends = [_DAYS[name[:3]] for name in re.findall(_DAY, part)]
        if len(ends) == 2:
            found += [(ends[0] + step) % 7 for step in range((ends[1] - ends[0]) % 7 + 1)]
        else:
            found += ends
    return sorted(set(found))


def _today(reading: Reading, _match: Match[str]) -> bool:
    day = reading.local(reading.view.now).date()
    return reading.do(TakeOff(first_on=day, last_on=day))


def _usual(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"])
    return reading.do(UsualHours(first_on=when.first_on, last_on=when.last_on)) if when else False


RULES = (
    # Hours.
    rule(r"i(?:'m| am)(?: feeling)? (?:sick|ill|off sick|taking a sick day)(?: today)?|sick day(?: today)?", _today),
    rule(
        r"(?:i(?:'m| am|'ll be| will be) (?:working|in|available)|i(?:'ll| will)? (?:do )?work|work(?: extra)?"
        r"|(?:add|open) (?:extra |some )?hours)(?: on| for)? (?P<when>.+?) after all",
        _usual,
    ),
    rule(
        r"(?:cancel|remove|undo|forget) (?:my |the )?(?:day off|days off|time off|vacation|holiday|leave)"
        r"(?: on| for| from| in)? (?P<when>.+)",
        _usual,
    ),
    rule(
        r"(?:i(?:'ll| will| can|'m going to| want to)? (?:also )?work|i(?:'m| am) working|work(?: extra)?"
        r"|(?:add|open) (?:extra |some )?(?:working )?hours)(?: on| for)? (?P<when>.+?)(?: too| as well"
        r"| also)?",
        _extra,
    ),
    rule(
        rf"(?:i (?:usually |normally |now )?work|(?:set|change) my (?:working |work )?hours to|my (?:working "
        rf"|work )?hours are(?: now)?|working hours:?)\s+(?:(?:on |from )?(?P<days>{_WEEK})[, ]+)?(?:from "
        rf"|between )?(?P<hours>[\d:.]+\s*(?:am|pm)?\s*(?:-|–|to|until|and)\s*[\d:.]+\s*(?:am|pm)?)",
        _hours,
    ),
    rule(
        rf"(?:i (?:usually |normally |now )?work|(?:set|change) my (?:working |work )?hours to|my (?:working "
        rf"|work )?hours are(?: now)?)\s+(?:from |between )?(?P<hours>[\d:.]+\s*(?:am|pm)?\s*(?:-|–|to|until"
        rf"|and)\s*[\d:.]+\s*(?:am|pm)?)\s+(?:on )?(?P<days>{_WEEK})",
        _hours,
    ),
    rule(
        r"(?:i(?:'m| am| will be|'ll be) (?:off|sick|ill|away|out|on vacation|on holiday|on leave|not working"
        r"|out of office|travell?ing)|(?:i )?(?:take|i'm taking|taking|want to take|need|have|get)(?: a"
        r"| the)? (?:day|days|time|week)? ?off(?: work)?|(?:a )?(?:day|days|time) off|no work"
        r"|don'?t plan anything(?: for)?|do not plan anything(?: for)?|(?:my )?(?:vacation|holiday)(?: is)?"
        r"|(?:i )?(?:do not|don't|won't|will not|can't|cannot) work)(?: on| for| from| in)? (?P<when>.+)",
        _off,
    ),
    rule(r"(?:i )?(?:take|am taking|want to take|need|have|want|get) (?P<when>.+?) off(?: work)?", _off),
    rule(r"(?:keep|leave|make) (?P<when>.+?) (?:free|off|clear)(?: of work)?", _off),
)
