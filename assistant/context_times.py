"""The times in a sentence about a week: days, hours of the day, parts of it, lengths; each with the tokens that say it.

It looks at one token and a fixed number of those after it, and does not decide what happens at that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from assistant.clock import read_clock
from assistant.context import DAY, DAYS, Day
from assistant.durations import read_duration
from assistant.moments import Reference
from assistant.names import COUNTS, DAY_NAMES, DAY_PLURALS, TENS, word_set
from assistant.repeat_days import GROUPS, WORKING, read_weekdays
from assistant.words import DASHES, Words

TimeKind = Literal["days", "range", "at", "part", "length", "every"]
PARTS = {"morning": (6 * 60, 12 * 60), "afternoon": (12 * 60, 18 * 60), "evening": (18 * 60, 23 * 60), "night": (21 * 60, DAY)}
PARTS |= {f"{name}s": span for name, span in PARTS.items()}
PARTS |= {"lunchtime": (12 * 60, 13 * 60), "lunchtimes": (12 * 60, 13 * 60)}
_PHRASES: dict[tuple[str, ...], tuple[int, int]] = {
    ("after", "lunch"): (13 * 60, 18 * 60),
    ("before", "lunch"): (6 * 60, 12 * 60),
    ("after", "work"): (17 * 60, 22 * 60),
    ("before", "work"): (6 * 60, 9 * 60),
    ("after", "dinner"): (20 * 60, 23 * 60),
    ("before", "noon"): (6 * 60, 12 * 60),
    ("before", "midday"): (6 * 60, 12 * 60),
    ("first", "thing", "in", "the", "morning"): (6 * 60, 10 * 60),
    ("first", "thing"): (6 * 60, 10 * 60),
    ("early", "in", "the", "morning"): (6 * 60, 9 * 60),
    ("late", "in", "the", "day"): (16 * 60, 20 * 60),
    ("late", "at", "night"): (21 * 60, DAY),
    ("at", "night"): (21 * 60, DAY),
    ("end", "of", "the", "day"): (16 * 60, 18 * 60),
    ("end", "of", "day"): (16 * 60, 18 * 60),
    ("late", "afternoon"): (15 * 60, 18 * 60),
    ("late", "afternoons"): (15 * 60, 18 * 60),
    ("late", "morning"): (10 * 60, 12 * 60),
    ("late", "mornings"): (10 * 60, 12 * 60),
    ("early", "morning"): (6 * 60, 9 * 60),
    ("early", "mornings"): (6 * 60, 9 * 60),
    ("early", "afternoon"): (12 * 60, 15 * 60),
    ("early", "afternoons"): (12 * 60, 15 * 60),
}
_OPENERS = word_set("after before first early late at end")
_THROUGH = word_set("to until till til through").union(DASHES)
_REFERENCE = Reference(datetime(2026, 1, 5, 12), asked=True)  # noqa: DTZ001 - no time here depends on a date
_EVERY_DAY: tuple[tuple[str, ...], ...] = (
    ("every", "day"),
    ("each", "day"),
    ("everyday",),
    ("daily",),
    ("every", "single", "day"),
    ("all", "days"),
)
_EVERY_DAY += (("7", "days", "a", "week"), ("seven", "days", "a", "week"), ("all", "week"))
_EVERY_DAY_OPENERS = frozenset(phrase[0] for phrase in _EVERY_DAY)
_SIDES: dict[str, Literal["before", "after"]] = {
    **dict.fromkeys(("before", "until", "till", "by"), "before"),
    **dict.fromkeys(("after", "past", "from", "since"), "after"),
}
_LEADS = word_set("on every each per during over at in for of about around @ from between earlier later")
_NAMED = word_set("noon midday midnight half quarter couple few a an")
_OPENING = _LEADS.union(
    _EVERY_DAY_OPENERS, _OPENERS, _SIDES, _NAMED, PARTS, DAY_NAMES, DAY_PLURALS, GROUPS, WORKING, COUNTS, TENS
)
"""All words that a time begins with: most words of a text are none of them, and nothing else is tried there."""
_AFTER_ARTICLE = word_set("half quarter couple few pair dozen hour hours hr hrs and ½ ¼ ¾").union(COUNTS, TENS)
_BEFORE_HOUR = word_set("day weekdays ,").union(DAY_NAMES)
_Clock: TypeAlias = tuple[int, int, bool]
"""A time of day: the token after it, its minute, and whether am or pm is open."""


@dataclass(frozen=True, slots=True)
class Time:
    """What the tokens `begin` to `end` say: days, minutes of the day from `low` to `high` (a point in time has no `high`;
    `is_loose`: said without am or pm), or a length in minutes (`low`)."""

    kind: TimeKind
    begin: int
    end: int
    low: int = 0
    high: int = 0
    days: tuple[Day, ...] = ()
    edge: Literal["", "before", "after"] = ""
    is_loose: bool = False


def read_time(words: Words, at: int) -> Time | None:
    """The time at a token; None where there is none."""
    word = words.word(at)
    if word.isdecimal():
        return _numbered(words, at) if words.opens(at) else None
    if word not in _OPENING or not words.opens(at):
        return None
    if word in {"a", "an"} and not (words.word(at + 1) in _AFTER_ARTICLE or words.word(at + 1).isdecimal()):
        return None
    found = _every_day(words, at) or _days(words, at) or _every(words, at) or _part(words, at)
    if found is not None:
        return found
    here = _clock(words, at)  # looked for once: it takes most of the time
    return _range(words, at, here) or _edge(words, at) or _point(words, at, here)


def _numbered(words: Words, at: int) -> Time | None:
    """The same where a number stands, which begins no day and no part of one; but "7 days a week" does."""
    found = _every_day(words, at) or _every(words, at)
    here = None if found else _clock(words, at)
    return found or (here and (_range(words, at, here) or _point(words, at, here)))


def _every_day(words: Words, at: int) -> Time | None:
    """ "every day", "daily", "7 days a week"."""
    if words.word(at) in _EVERY_DAY_OPENERS:
        for phrase in _EVERY_DAY:
            if words.run(at, len(phrase)) == phrase:
                return Time("days", at, at + len(phrase), days=DAYS)
    return None


def _days(words: Words, at: int) -> Time | None:
    """ "on Tue and Thu", "every weekday", "Mon-Fri", "Mondays"."""
    begin = at + (words.word(at) in {"on", "every", "each", "during", "over", "at"})
    begin += words.word(begin) in {"every", "each", "the", "all"} and begin > at
    found = read_weekdays(words, begin, may_be_short=False)
    if found is None:
        return None
    end = found[0]
    if words.word(end) in {"through", "until", "till"} and words.word(end + 1) in DAY_NAMES and len(found[1]) == 1:
        first, last = found[1][0][1], DAY_NAMES[words.word(end + 1)]
        days = [(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)]
        return Time("days", at, end + 2, days=tuple(DAYS[day] for day in sorted(days)))
    return Time("days", at, end, days=tuple(DAYS[day] for _, day in found[1]))


def _every(words: Words, at: int) -> Time | None:
    """ "every 2 hours", "after 90 minutes", "each hour", "every half hour", "for 45 minutes"."""
    lead = words.word(at)
    if lead in {"every", "each", "per"} and words.word(at + 1) == "hour":
        return Time("every", at, at + 2, low=60)
    begin = at + (lead in {"every", "each", "after", "for", "of", "about"})
    begin += words.word(begin) in {"about", "around", "at"} and begin > at
    begin += words.word(begin) == "least" and begin > at
    if words.run(begin, 2) in {("half", "hour"), ("half", "hourly")} and begin > at:
        return Time("every" if lead in {"every", "each", "after"} else "length", at, begin + 2, low=30)
    found = read_duration(words, begin) or _hyphened(words, begin)
    if found is None:
        return None
    end, minutes = found
    is_stretch = lead in {"every", "each", "after"}
    end += 2 * (is_stretch and words.run(end, 2) in {("of", "work"), ("of", "working"), ("at", "work")})
    return Time("every" if is_stretch else "length", at, end, low=minutes)


def _hyphened(words: Words, at: int) -> tuple[int, int] | None:
    """ "15-minute", "2-hour"."""
    number, unit = words.number(at, 3), words.word(at + 2)
    if number is None or words.word(at + 1) != "-" or not words.joined(at + 2):
        return None
    factor = {"minute": 1, "min": 1, "hour": 60, "hr": 60}.get(unit)
    return (at + 3, number * factor) if factor else None


def _part(words: Words, at: int) -> Time | None:
    """ "in the morning", "afternoons", "after lunch", "first thing"."""
    if words.word(at) in _OPENERS:
        for length in (5, 4, 3, 2):
            span = _PHRASES.get(words.run(at, length))
            if span is not None:
                return Time("part", at, at + length, *span)
    begin = at + (words.word(at) in {"in", "during", "over", "at", "on"})
    begin += words.word(begin) in {"the", "my"} and begin > at
    if begin > at and (phrase := _PHRASES.get(words.run(begin, 2))) is not None:
        return Time("part", at, begin + 2, *phrase)
    span = PARTS.get(words.word(begin))
    return Time("part", at, begin + 1, *span) if span is not None and (begin > at or words.closes(begin + 1)) else None


def _range(words: Words, at: int, here: _Clock | None) -> Time | None:
    """ "9-5", "from 9 to 5", "between 12 and 1", "9am – 5:30pm", "22:00 to 6:00"."""
    lead = words.word(at)
    begin = at + (lead in {"from", "between", "at"})
    first = here if begin == at else _clock(words, begin)
    if first is None:
        return None
    end, low, is_loose = first
    if words.word(end) not in (_THROUGH | {"and"} if lead == "between" else _THROUGH):
        return None
    last = _clock(words, end + 1)
    if last is None or not words.closes(last[0]):
        return None
    after, high, is_late_loose = last
    if is_loose and not is_late_loose and high > DAY // 2 and low < DAY // 2 and words.word(end) != "and":
        low = _nearer(low, high)
    return Time("range", at, after, low, high, is_loose=is_loose and is_late_loose)


def _nearer(low: int, high: int) -> int:
    """ "3-4pm" begins at 3pm; "9-5pm" in the morning."""
    return low + DAY // 2 if low + DAY // 2 < high else low


def _edge(words: Words, at: int) -> Time | None:
    """ "before 10", "after 4pm", "until noon", "not before 10", "earlier than 9", "later than 18:00"."""
    lead, begin = words.word(at), at + 1
    if lead in {"earlier", "later"} and words.word(at + 1) == "than":
        lead, begin = ("before" if lead == "earlier" else "after"), at + 2
    found = _clock(words, begin) if lead in _SIDES else None
    if found is None or not words.closes(found[0]):
        return None
    end = found[0] + (words.word(found[0]) in {"on", "onwards", "onward"} and words.word(found[0] + 1) not in DAY_NAMES)
    if _SIDES[lead] == "before":
        return Time("part", at, end, 0, found[1], edge="before", is_loose=found[2])
    return Time("part", at, end, found[1], DAY, edge="after", is_loose=found[2])


def _point(words: Words, at: int, here: _Clock | None) -> Time | None:
    """ "at noon", "at 18", "6pm", "18:00", "around half past 8"."""
    lead = words.word(at)
    begin = at + (lead in {"at", "around", "@", "about", "from"})
    begin += words.word(begin) in {"around", "about"} and begin > at
    found = here if begin == at else _clock(words, begin)
    if found is None or not words.closes(found[0]):
        return None
    is_bare = begin == at and words.number(at) is not None and found[0] == at + 1
    is_hour = is_bare and words.closes(at + 1) and not words.word(at + 1).isalpha()
    if is_bare and not (is_hour and at > 0 and words.word(at - 1) in _BEFORE_HOUR):
        return None
    return Time("at", at, found[0], found[1], is_loose=found[2])


def _clock(words: Words, at: int) -> _Clock | None:
    """The time of day that stands at a token, without anything before it."""
    found = read_clock(words, at, _REFERENCE)
    if found is not None and found[1].minute is not None and not found[1].problem:
        half, end = _said_half(words, found[0])
        minute = found[1].minute
        if half and found[1].loose:
            return end, minute % 720 + 720 * (half == "pm"), False
        return found[0], minute, found[1].loose
    if found is not None:
        return None
    number = words.number(at)
    if number is None or number > 24 or (words.word(at + 1) in {":", ".", "/"} and words.joined(at + 2)):
        return None
    half, end = _said_half(words, at + 1)
    if half and 1 <= number <= 12:
        return end, number % 12 * 60 + 720 * (half == "pm"), False
    return at + 1, number * 60, 1 <= number <= 12 and words.word(at)[0] != "0"


def _said_half(words: Words, at: int) -> tuple[str, int]:
    """ "in the morning", "in the evening", "at night" after an hour."""
    lead, following, part = words.word(at), words.word(at + 1), words.word(at + 2)
    if lead == "in" and following == "the" and part in {"morning", "afternoon", "evening"}:
        return ("am" if part == "morning" else "pm"), at + 3
    return ("pm", at + 2) if lead == "at" and following == "night" else ("", at)
