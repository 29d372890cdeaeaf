"""English days, from "tomorrow" to 27/11/2026, and moments made of a day and a time: what stands at one token of a text.

It never searches a text, knows no task and decides no meaning ("by", "from"): `assistant.quick_add` does. A new kind of day is
a new reader in `_PIECES`; the first that understands wins, and each looks a fixed number of tokens ahead.
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta

from assistant.moments import PARTS, WHOLE_DAY, Days, Found, Moment, Reader, Reference, read_clock, read_part_of_day
from assistant.words import DAY_NAMES, MONTH_NAMES, MONTHS, NUMBERS, WEEKDAYS, Words, read_duration, word_set

_LAST_YEAR = 2999
_ALSO_WORDS = frozenset({"sat", "sun", "wed"})  # "sat exam notes": a day only where no plain word follows
_AFTER_VERB = word_set("on in with to for about and")  # "the cat sat on the mat"
_ALSO_VERBS = frozenset({"may", "march", "mar"})  # "march 5 miles"
_NAMED_DAYS = {"today": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "tomorow": 1, "yesterday": -1}
_LONG_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 0, "months": 0}
_ENDS = {"eow": "week", "eom": "month", "eoy": "year"}
_DETERMINERS = word_set("the a an every each last past per of my some in his her")
_FRACTIONS = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)})
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_DASHES = frozenset({"-", "/"})


def read_moment(words: Words, at: int, reference: Reference) -> Found | None:
    """The day, the time of day or both at a token, and the token after them."""
    found = _piece(words, at, reference)
    for _ in range(2):
        more = _piece(words, _bridge(words, found[0]), replace(reference, asked=True)) if found else None
        both = found[1].joined(more[1]) if found and more else None
        if more is None or both is None:
            break
        found = more[0], both
    return found


def _bridge(words: Words, at: int) -> int:
    at += words.word(at) == ","
    if words.word(at) == "in" and words.word(at + 1) == "the":
        return at + 2
    return at + (words.word(at) in {"at", "@", "on"})


def _piece(words: Words, at: int, reference: Reference) -> Found | None:
    for reader in _PIECES:
        found = reader(words, at, reference)
        if found is not None:
            return found if words.closes(found[0]) else None
    return None


def _named_day(words: Words, at: int, reference: Reference) -> Found | None:
    word, after = words.word(at), [words.word(at + n) for n in range(1, 4)]
    if word in _NAMED_DAYS:
        return at + 1, _on(reference.today + timedelta(days=_NAMED_DAYS[word]))
    if word == "tonight":
        return at + 1, replace(_on(reference.today), part=PARTS["evening"])
    if [word, *after[:2]] == ["day", "after", "tomorrow"]:
        return at + 3, _on(reference.today + timedelta(days=2))
    if [word, *after] == ["the", "day", "after", "tomorrow"]:
        return at + 4, _on(reference.today + timedelta(days=2))
    return None


def _on(first: date, last: date | None = None, step: int = 0) -> Moment:
    return Moment(Days(first, last or first, step))


def _end_of(words: Words, at: int, reference: Reference) -> Found | None:
    today, end, unit, ahead = reference.today, at + 1, _ENDS.get(words.word(at)), False
    if unit is None:
        if (words.word(at), words.word(at + 1)) != ("end", "of"):
            return None
        end = at + 2 + (words.word(at + 2) in {"the", "this", "next"})
        ahead, unit, end = words.word(end - 1) == "next", words.word(end), end + 1
    if unit == "day":
        return end, Moment(part=WHOLE_DAY)
    if unit == "week":  # the working week ends on Friday; from Saturday on, the week ends on Sunday
        return end, _on(_monday(today) + timedelta(days=(4 if ahead or today.weekday() < 5 else 6) + 7 * ahead))
    if unit == "year":
        return end, _on(date(today.year + ahead, 12, 31))
    if unit == "month":
        return end, _on(_month(today, ahead)[1])
    month = MONTH_NAMES.get(unit)
    return (end, _on(_month(today, (month - today.month) % 12)[1])) if month else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date, ahead: int) -> tuple[date, date]:
    """The first and the last day of the month so many months later."""
    months = day.year * 12 + day.month - 1 + ahead
    first, after = (date((months + n) // 12, (months + n) % 12 + 1, 1) for n in (0, 1))
    return first, after - timedelta(days=1)


def _period(words: Words, at: int, reference: Reference) -> Found | None:
    if words.word(at) not in {"this", "next"}:
        return None
    today, ahead, unit = reference.today, words.word(at) == "next", words.word(at + 1)
    monday = _monday(today) + timedelta(weeks=ahead)
    if unit == "week":
        return at + 2, _on(max(monday, today), monday + timedelta(days=6))
    if unit == "weekend":
        return at + 2, _on(max(monday + timedelta(days=5), today), monday + timedelta(days=6))
    if unit == "month":
        first, last = _month(today, ahead)
        return at + 2, _on(max(first, today), last)
    return None


def _weekday(words: Words, at: int, reference: Reference) -> Found | None:
    lead = words.word(at) if words.word(at) in {"this", "next", "coming"} else ""
    end = at + 1 + bool(lead)
    name = words.word(end - 1)
    if name not in DAY_NAMES or (not reference.asked and not lead and words.word(at - 1) in _DETERMINERS):
        return None
    is_plain = not words.stands_free(end) or words.word(end) in _AFTER_VERB
    if name in _ALSO_WORDS and is_plain and not (reference.asked or lead):
        return None
    dated = None if lead or not words.closes(end) else _date_after(words, end, reference)
    if dated is not None:
        return dated[0], _checked(dated[1], DAY_NAMES[name])
    if lead == "next":  # of the week after this one; a week begins on Monday
        return end, _on(_monday(reference.today) + timedelta(days=7 + DAY_NAMES[name]))
    day = reference.today + timedelta(days=(DAY_NAMES[name] - reference.today.weekday()) % 7)
    return end, _on(day, step=7)


def _date_after(words: Words, at: int, reference: Reference) -> Found | None:
    at += words.word(at) == ","
    for reader in (_month_day, _numeric_day, _day_of_month):
        found = reader(words, at, replace(reference, asked=True))
        if found is not None and words.closes(found[0]):
            return found
    return None


def _checked(moment: Moment, weekday: int) -> Moment:
    day = moment.days.first if moment.days else None
    if day is None or day.weekday() == weekday:
        return moment
    return Moment(
        problem=f"{day.day} {MONTHS[day.month - 1]} {day.year} is a {WEEKDAYS[day.weekday()]}, not a {WEEKDAYS[weekday]}."
    )


def _month_day(words: Words, at: int, reference: Reference) -> Found | None:
    """ "27 Nov", "the 27th of November 2026", "Nov 27", "November 27th, 2026"."""
    if words.word(at) in MONTH_NAMES:
        day, end = _ordinal(words, at + 1)
        if day is None or (words.word(at) in _ALSO_VERBS and not (reference.asked or words.stands_free(end))):
            return None
        month = words.word(at)
    else:
        day, end = _ordinal(words, at + (words.word(at) == "the"))
        end += words.word(end) == "of"
        month, end = words.word(end), end + 1
    if day is None or month not in MONTH_NAMES or not words.closes(end):
        return None
    year_at = end + (words.word(end) == ",")
    year = _year(words, year_at)
    return (year_at + 1 if year else end), _dated(day, MONTH_NAMES[month], year, reference)


def _ordinal(words: Words, at: int) -> tuple[int | None, int]:
    number = words.number(at)
    end = at + 1 + (words.word(at + 1) in _ORDINALS and words.joined(at + 1))
    return (number, end) if number is not None and 1 <= number <= 31 else (None, end)


def _year(words: Words, at: int) -> int | None:
    year = words.number(at, 4)
    return year if year is not None and 1900 <= year <= _LAST_YEAR and words.closes(at + 1) else None


def _dated(day: int, month: int, year: int | None, reference: Reference) -> Moment:
    """The day; without a year the next one that comes. A day that no calendar has is a problem, in words."""
    for candidate in [year] if year is not None else range(reference.today.year, reference.today.year + 9):
        is_real = 1 <= day <= calendar.monthrange(candidate, month)[1]
        if is_real and (year is not None or date(candidate, month, day) >= reference.today):
            return _on(date(candidate, month, day))
    return Moment(problem=f"There is no {day} {MONTHS[month - 1]}{f' {year}' if year is not None else ''}.")


def _numeric_day(words: Words, at: int, reference: Reference) -> Found | None:
    """ "2026-11-27", "27/11", "3/9/2026" (by `day_first`; what can be read only one way is), "27.11.2026"."""
    first, sign, second = words.number(at, 4), words.word(at + 1), words.number(at + 2)
    if first is None or second is None or not (words.joined(at + 1) and words.joined(at + 2)):
        return None
    has_third = words.word(at + 3) == sign and words.joined(at + 3) and words.joined(at + 4)
    third = words.number(at + 4, 4) if has_third else None
    if len(words.word(at)) == 4:
        is_iso = sign in _DASHES and third is not None and 1900 <= first <= _LAST_YEAR
        return _iso(words, at, (first, second, third), reference) if is_iso and third is not None else None
    is_dated = sign == "/" or (sign == "." and third is not None)
    if len(words.word(at)) > 2 or not is_dated or (third is None and not _is_short_date(first, second, reference.asked)):
        return None
    year = third + 2000 if third is not None and third < 100 else third
    month, day = (second, first) if reference.day_first or sign == "." else (first, second)
    if month > 12:
        month, day = day, month
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1900 <= (year or 2000) <= _LAST_YEAR):
        return None
    return at + (3 if third is None else 5), _dated(day, month, year, reference)


def _is_short_date(first: int, second: int, asked: bool) -> bool:
    """Not "24/7"; "1/2" only where a date is asked for."""
    return (first, second) != (24, 7) and (asked or (first, second) not in _FRACTIONS)


def _iso(words: Words, at: int, numbers: tuple[int, int, int], reference: Reference) -> Found:
    year, month, day = numbers
    end = at + 5
    if not 1 <= month <= 12:
        return end, Moment(problem=f"There is no date {year}-{month:02d}-{day:02d}.")
    dated = _dated(day, month, year, reference)
    if words.word(end) == "t" and words.joined(end) and words.joined(end + 1):
        time = read_clock(words, end + 1, reference)
        return (time[0], dated.joined(time[1]) or dated) if time else (end, dated)
    return end, dated


def _day_of_month(words: Words, at: int, reference: Reference) -> Found | None:
    """ "the 15th" after a word that asks for a time: the next 15th."""
    day, end = _ordinal(words, at + (words.word(at) == "the"))
    if day is None or not reference.asked or words.word(end - 1) not in _ORDINALS or not words.stands_free(end):
        return None
    for ahead in range(3):
        first, last = _month(reference.today, ahead)
        if day <= last.day and first.replace(day=day) >= reference.today:
            return end, _on(first.replace(day=day))
    return None


def _from_now(words: Words, at: int, reference: Reference) -> Found | None:
    """ "in 3 days", "in two weeks", "in a month", "in 90 minutes", and the same with "within"."""
    if words.word(at) not in {"in", "within"}:
        return None
    duration = read_duration(words, at + 1)
    if duration is not None:
        return duration[0], Moment(minutes_from_now=duration[1])
    word, unit = words.word(at + 1), words.word(at + 2)
    count = NUMBERS.get(word, 1 if word in {"a", "an"} else words.number(at + 1, 3))
    if count is None or unit not in _LONG_UNITS:
        return None
    if _LONG_UNITS[unit]:
        return at + 3, _on(reference.today + timedelta(days=count * _LONG_UNITS[unit]))
    first, last = _month(reference.today, count)
    return at + 3, _on(first.replace(day=min(reference.today.day, last.day)))


_PIECES: tuple[Reader, ...] = (
    _named_day,
    _end_of,
    _from_now,
    _period,
    _weekday,
    _month_day,
    _numeric_day,
    read_clock,
    read_part_of_day,
    _day_of_month,
)
