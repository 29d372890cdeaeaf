"""Times that a message speaks of, as stretches of a person's time: "tomorrow", "Thursday afternoon", "from 2 to 4pm on Friday".

It reads phrases with the readers of quick-add and makes instants of them; what a stretch is for, its callers decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.dates import read_moment
from assistant.instants import instant_of
from assistant.moments import PARTS, WHOLE_DAY, Moment, Reference
from assistant.words import Words

LEAD = frozenset(["on", "at", "in", "for", "from", "by", "to", "until", "till", "around", "during", "before", "after", "of"])
"""Words that may stand before a time and ask for one."""
LONGEST_PHRASE = 10
LONGEST_TEXT = 60
"""In words: what is longer is no command about a time."""
_ASKING = tuple([word] for word in ("at", "by", "to", "until", "till", "from", "around"))
_HALF = r"\s*(a\.?m\.?|p\.?m\.?)?"
_HOUR = rf"(\d{{1,2}})(?:[:.](\d\d))?{_HALF}"
_CLOCKS = re.compile(
    rf"(?<![\d/.:-])(?:from |between )?{_HOUR}\s*(?:-|–|to|and|until|till)\s*{_HOUR}(?![\d/:]|\w)", re.IGNORECASE
)
_THROUGH = re.compile(r"\s+(?:to|through|thru|until|till)\s+|\s*[-–]\s*", re.IGNORECASE)
_LAST = re.compile(r"^(?:the )?(?:last|past|previous) week$", re.IGNORECASE)
_REST = re.compile(r"^(?:the )?(?:rest|remainder) of ", re.IGNORECASE)
_MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class Stretch:
    """`[start, end)`, with its local dates. `is_exact`: a time of day without an end was said, and `end` is the same.
    `has_day`: a day was said too."""

    start: datetime
    end: datetime
    is_exact: bool
    first_on: date
    last_on: date
    has_day: bool = True

    @property
    def is_whole_days(self) -> bool:
        return not self.is_exact and self.end - self.start >= timedelta(hours=22)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Two times of one day, in minutes."""

    low: int
    high: int


def whole(phrase: str, now: datetime, zone: ZoneInfo) -> Stretch | None:
    """The stretch that a phrase is, when it is nothing else: "to Friday 3pm", "this afternoon", "tomorrow 2-4pm"."""
    words = phrase.strip(" ,.!?").split()
    text = " ".join(words)
    if not 0 < len(words) <= LONGEST_PHRASE:
        return None
    return _single(text, now, zone) or _special(text, now, zone) or _of_days(text, now, zone)


def _single(text: str, now: datetime, zone: ZoneInfo) -> Stretch | None:
    clocks, rest = _clocks(text)
    if clocks and not rest:
        return _between(None, clocks, now, zone)
    words = Words(rest)
    found = _moment_at(words, 0, now, zone)
    if found and found[0] == len(words) and not found[1].problem:
        return _between(found[1], clocks, now, zone) if clocks else _stretch(found[1], now, zone)
    return None


def find(text: str, now: datetime, zone: ZoneInfo) -> tuple[Stretch, str] | None:
    """The first stretch in a text, and the text without its words."""
    words = text.split()
    for length in range(min(len(words), LONGEST_PHRASE), 0, -1) if len(words) <= LONGEST_TEXT else ():
        for at in range(len(words) - length + 1):
            if length > 1 and words[at].lower() in LEAD and _is_time(words[at + 1 : at + length], now, zone):
                continue  # the same time is found with its word before it, which belongs to it: see below
            if length == 1 and words[at].isdecimal() and words[at - 1 : at] not in _ASKING:
                continue  # "task 2"
            stretch = whole(" ".join(words[at : at + length]), now, zone)
            if stretch is not None:
                begin = at - 1 if at and words[at - 1].lower() in LEAD else at
                return stretch, " ".join([*words[:begin], *words[at + length :]])
    return None


def problem(phrase: str, now: datetime, zone: ZoneInfo) -> str:
    """What is wrong with a time that does not exist ("There is no 31 February."); empty when nothing is."""
    words = Words(phrase)
    found = _moment_at(words, 0, now, zone)
    return found[1].problem if found else ""


def _is_time(words: list[str], now: datetime, zone: ZoneInfo) -> bool:
    return whole(" ".join(words), now, zone) is not None


def _moment_at(words: Words, at: int, now: datetime, zone: ZoneInfo) -> tuple[int, Moment] | None:
    reference = Reference(now.astimezone(zone), asked=True)
    if words.word(at) == "in" and (found := read_moment(words, at, reference)):
        return found  # "in 2 hours"
    while words.word(at) in LEAD:
        at += 1
    at += words.word(at) == "the" and (words.word(at + 1) in PARTS or words.word(at + 1) == "weekend")
    if words.word(at) == "weekend":
        weekend = read_moment(Words("this weekend"), 0, reference)
        return (at + 1, weekend[1]) if weekend else None
    if words.word(at) in PARTS and len(words) == at + 1:
        return at + 1, Moment(part=PARTS[words.word(at)])
    number = words.number(at)
    if number is not None and len(words) == at + 1 and 1 <= number <= 24:
        return at + 1, Moment(minute=number * 60, loose=number <= 12)
    return read_moment(words, at, reference)


def _clocks(text: str) -> tuple[Clocks | None, str]:
    """Two times in a row ("2-4pm"), and the text without them."""
    found = _CLOCKS.search(text)
    if found is None:
        return None, text
    hour, minute, half, to_hour, to_minute, to_half = found.groups()
    is_plain = not (half or to_half or minute or to_minute)
    if is_plain and not found.group().lower().startswith(("from", "between")) and "-" not in found.group():
        return None, text
    low, high = int(hour) * 60 + int(minute or 0), int(to_hour) * 60 + int(to_minute or 0)
    if max(low, high) > _MINUTES_A_DAY or int(minute or 0) > 59 or int(to_minute or 0) > 59:
        return None, text
    high = _in_half(high, to_half) if to_half else high
    low = _in_half(low, half or to_half) if half or (to_half and _in_half(low, to_half) < high) else low
    if not half and not to_half and low < 7 * 60 and len(hour) < 2:
        low += 720
    if high <= low and high < 720 and not to_half:
        high += 720
    if high <= low:
        return None, text
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return Clocks(low, high), " ".join(rest.split()).strip(" ,")


def _in_half(minutes: int, half: str) -> int:
    hour = minutes // 60 % 12
    return hour * 60 + minutes % 60 + (720 if half.lower().startswith("p") else 0)


def _stretch(moment: Moment, now: datetime, zone: ZoneInfo) -> Stretch:
    if moment.minutes_from_now is not None:
        at = now.replace(second=0, microsecond=0) + timedelta(minutes=moment.minutes_from_now)
        return _exact(at, zone)
    today = now.astimezone(zone).date()
    days = moment.days
    first, last = (days.first, days.last) if days else (today, today)
    if moment.clock is not None:
        at = instant_of(first, moment.clock, zone)
        if at < now and (days is None or days.step):
            at = instant_of(first + timedelta(days=days.step if days else 1), moment.clock, zone)
        return replace(_exact(at, zone), has_day=days is not None)
    low, high = moment.part or WHOLE_DAY
    if days is None and instant_of(today, high, zone) <= now:
        first = last = today + timedelta(days=1)
    return Stretch(instant_of(first, low, zone), instant_of(last, high, zone), False, first, last)


def _exact(at: datetime, zone: ZoneInfo) -> Stretch:
    day = at.astimezone(zone).date()
    return Stretch(at, at, True, day, day)


def _between(moment: Moment | None, clocks: Clocks, now: datetime, zone: ZoneInfo) -> Stretch | None:
    if moment is not None and (moment.days is None or moment.clock is not None):
        return None
    today = now.astimezone(zone).date()
    day = moment.days.first if moment and moment.days else today
    start, end = instant_of(day, clocks.low, zone), instant_of(day, clocks.high, zone)
    step = (moment.days.step if moment.days else 0) if moment else 1
    if end <= now and step:
        day += timedelta(days=step)
        start, end = instant_of(day, clocks.low, zone), instant_of(day, clocks.high, zone)
    return Stretch(start, end, False, day, day)


def _special(text: str, now: datetime, zone: ZoneInfo) -> Stretch | None:
    """Last week, the rest of a stretch, and now."""
    today = now.astimezone(zone).date()
    bare = re.sub(r"^(?:for|from|in|on|during|of) ", "", text, flags=re.IGNORECASE)
    if bare.lower() in {"now", "right now"}:
        return _exact(now.replace(second=0, microsecond=0), zone)
    if _LAST.match(bare):
        monday = today - timedelta(days=today.weekday() + 7)
        return _days(monday, monday + timedelta(days=6), zone)
    if rest := _REST.match(bare):
        name = bare[rest.end() :].lower().removeprefix("the ").removeprefix("this ")
        inner = whole({"day": "today", "week": "this week", "month": "this month"}.get(name, name), now, zone)
        if inner and inner.end > now:
            return Stretch(max(inner.start, now), inner.end, False, inner.first_on, inner.last_on)
    return None


def _days(first: date, last: date, zone: ZoneInfo) -> Stretch:
    return Stretch(instant_of(first, 0, zone), instant_of(last, _MINUTES_A_DAY, zone), False, first, last)


def _of_days(text: str, now: datetime, zone: ZoneInfo) -> Stretch | None:
    """From one day to another: "Monday to Wednesday", "24 Dec - 2 Jan"."""
    for through in _THROUGH.finditer(text):
        first, last = _single(text[: through.start()], now, zone), _single(text[through.end() :], now, zone)
        if first and last and first.is_whole_days and last.is_whole_days:
            last_on = last.last_on
            while last_on < first.first_on and last_on + timedelta(days=7) - first.first_on < timedelta(days=7):
                last_on += timedelta(days=7)
            return _days(first.first_on, last_on, zone) if last_on >= first.first_on else None
    return None
