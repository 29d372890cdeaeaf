"""What a text can say of a time (days, minutes of the day, parts of the day) as values, and the readers of times of day.

A moment is still words: `assistant.quick_add` makes instants of it, in a person's zone, and decides what it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from assistant.words import Words, word_set

PARTS = {"morning": (360, 720), "afternoon": (720, 1080), "evening": (1080, 1440), "night": (1080, 1440)}
WHOLE_DAY = (0, 1440)
_NAMED_TIMES = {"noon": 720, "midday": 720, "midnight": 1440}
_HOUR_WORDS = frozenset({"at", "@", "by", "before", "until", "till", "til", "after", "from", "than", "around"})
_PREPOSITIONS = frozenset({"by", "before", "after", "from", "for", "on", "until", "till", "til"})
_GROWTH = word_set("increase reduce cut grow raise multiply divide lower improve drop boost decrease scale shrink")


@dataclass(frozen=True, slots=True)
class Reference:
    """What the words are relative to: the person's local now, whether 3/9 is the third of September, and whether a time is
    `asked` for: a word such as "by" stands before."""

    now: datetime
    day_first: bool = False
    asked: bool = False

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Days:
    """A local day or the days `first` to `last` ("next week"). Once over, those `step` days later are meant (0: never)."""

    first: date
    last: date
    step: int = 0

    def moved(self) -> Days:
        return replace(self, first=self.first + timedelta(days=self.step), last=self.last + timedelta(days=self.step))


@dataclass(frozen=True, slots=True)
class Moment:
    """What was said of a time: days, a minute of the day (1440: midnight, the end of it; `loose`: without am or pm), a part
    of the day in minutes, or minutes from now. `problem` is a sentence about something that does not exist."""

    days: Days | None = None
    minute: int | None = None
    loose: bool = False
    part: tuple[int, int] | None = None
    minutes_from_now: int | None = None
    problem: str = ""

    @property
    def clock(self) -> int | None:
        """The minute of the day. Without am or pm, 1 to 6 are afternoon unless a morning is meant; an evening is past noon."""
        if self.minute is None or not self.loose or self.minute >= 720:
            return self.minute
        late = self.part[0] >= 720 if self.part else self.minute < 7 * 60
        return self.minute + 720 if late else self.minute

    def joined(self, other: Moment) -> Moment | None:
        """Both together, or None where they speak of the same thing."""
        exact = self.minutes_from_now is not None or other.minutes_from_now is not None
        if exact or (self.days and other.days) or (self.part and other.part) or None not in (self.minute, other.minute):
            return None
        minute = other.minute if self.minute is None else self.minute
        problem = self.problem or other.problem
        return Moment(self.days or other.days, minute, self.loose or other.loose, self.part or other.part, None, problem)


Found = tuple[int, Moment]
Reader = Callable[[Words, int, Reference], Found | None]


def read_part_of_day(words: Words, at: int, reference: Reference) -> Found | None:
    """A part of a day: "this morning", "end of day" as "eod", and after a day "morning"."""
    if words.word(at) in {"eod", "cob"}:
        return at + 1, Moment(part=WHOLE_DAY)
    if words.word(at) == "this" and words.word(at + 1) in PARTS:
        return at + 2, replace(Moment(Days(reference.today, reference.today)), part=PARTS[words.word(at + 1)])
    is_free = reference.asked and words.word(at - 1) not in _PREPOSITIONS
    return (at + 1, Moment(part=PARTS[words.word(at)])) if is_free and words.word(at) in PARTS else None


def read_clock(words: Words, at: int, reference: Reference) -> Found | None:
    """A time of day: "5pm", "5:30 p.m.", "17:00", "noon", "9 o'clock", and after "at" or "by" a bare hour."""
    if words.word(at) in _NAMED_TIMES:
        is_meant = reference.asked or not words.word(at + 1)
        return (at + 1, Moment(minute=_NAMED_TIMES[words.word(at)])) if is_meant else None
    hour = words.number(at)
    if hour is None:
        return None
    minute = words.number(at + 2) if words.joined(at + 1) and words.joined(at + 2) and len(words.word(at + 2)) == 2 else None
    sign = words.word(at + 1)
    end = at + 3 if minute is not None and sign in {":", "."} else at + 1
    half, after = _half_of_day(words, end)
    if half:
        return after, _timed(hour, minute if end > at + 1 else 0, half)
    if end > at + 1:
        moment = _timed(hour, minute, "", words.word(at)[0] == "0")
        is_verse = not reference.asked and moment.loose and (minute or 0) % 5 > 0  # "John 3:16"
        return (end, moment) if sign == ":" and not is_verse else None
    return _bare_hour(words, at, hour)


def _half_of_day(words: Words, at: int) -> tuple[str, int]:
    word = words.word(at)
    if word in {"am", "pm"}:
        return word, at + 1
    if word in {"a", "p"} and words.word(at + 1) == "." and words.word(at + 2) == "m" and words.joined(at + 2):
        return word + "m", at + 3 + (words.word(at + 3) == "." and words.joined(at + 3))
    return "", at


def _bare_hour(words: Words, at: int, hour: int) -> Found | None:
    if [words.word(at + n) for n in (1, 2, 3)] in (["o", "'", "clock"], ["o", "’", "clock"]):
        return at + 4, _timed(hour, 0, "")
    if hour > 24 or words.word(at - 1) not in _HOUR_WORDS or not words.stands_free(at + 1):
        return None
    if words.word(at - 1) == "by" and any(words.word(at - n) in _GROWTH for n in range(2, 7)):
        return None
    return at + 1, _timed(hour, 0, "", words.word(at)[0] == "0")


def _timed(hour: int, minute: int | None, half: str, padded: bool = False) -> Moment:
    minute = minute or 0
    said = f"{hour}:{minute:02d}{half}" if minute or not half else f"{hour}{half}"
    if minute > 59 or hour > 24 or (hour == 24 and minute) or (half and hour == 0) or (half == "am" and hour > 12):
        return Moment(problem=f"There is no time {said}.")
    if half:
        hour = hour % 12 + 12 * (half == "pm") if hour <= 12 else hour
    return Moment(minute=hour * 60 + minute, loose=not half and not padded and 1 <= hour <= 12)
