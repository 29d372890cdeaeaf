"""The tokens of a text, the names that the grammar of `assistant.quick_add` knows, and durations of work.

It never searches a text and decides no meaning: it says what stands at one place, looking a fixed number of tokens ahead.
"""

from __future__ import annotations

import re
import unicodedata


def word_set(words: str) -> frozenset[str]:
    """A set of words, written as a line of them."""
    return frozenset(words.split())


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPRING = ("January", "February", "March", "April", "May", "June")
_AUTUMN = ("July", "August", "September", "October", "November", "December")
MONTHS = (*_SPRING, *_AUTUMN)
DAY_NAMES = {name.lower(): n for n, name in enumerate(WEEKDAYS)} | {name.lower()[:3]: n for n, name in enumerate(WEEKDAYS)}
DAY_NAMES |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
MONTH_NAMES = {name.lower(): n for n, name in enumerate(MONTHS, 1)} | {name.lower()[:3]: n for n, name in enumerate(MONTHS, 1)}
MONTH_NAMES |= {"sept": 9}
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
NUMBERS |= {"eleven": 11, "twelve": 12}

_MAX_MARKS = 30  # combining marks on one sign (as in Unicode's stream-safe text): normalising a longer run is quadratic
_TOKEN = re.compile(r"\d+|[^\W\d_]+|\S")
_CLOSERS = frozenset(",;.!?)]}:")
_HOURS = frozenset({"h", "hr", "hrs", "hour", "hours"})
_MINUTES = frozenset({"m", "min", "mins", "minute", "minutes"})
# Words of the grammar: a number before one of them may still be a time ("at 9 tomorrow"), before any other it counts things.
_FOLLOWERS = word_set(
    "at on by due before until till til from after not no starting deadline for in this next today tomorrow tonight noon "
    "midnight morning afternoon evening high low medium normal urgent critical asap prio priority with and about hard to"
).union(DAY_NAMES, MONTH_NAMES)


def clean_text(text: str) -> str:
    """The text in NFC with control characters as spaces, without lone surrogates and endless combining marks."""
    if text.isascii() and text.isprintable():
        return text
    kept, marks = [], 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category[0] == "M" else 0
        if marks <= _MAX_MARKS and category != "Cs":
            kept.append(" " if category in {"Cc", "Zl", "Zp"} else sign)
    return unicodedata.normalize("NFC", "".join(kept))


class Words:
    """The tokens of a text (runs of digits, runs of letters, single signs), in lower case, with their places."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self.starts = [m.start() for m in found]
        self.ends = [m.end() for m in found]
        self._lower = [m.group().lower() for m in found]

    def __len__(self) -> int:
        return len(self._lower)

    def word(self, at: int) -> str:
        """The token, or "" where there is none."""
        return self._lower[at] if 0 <= at < len(self._lower) else ""

    def number(self, at: int, digits: int = 2) -> int | None:
        """The token as a number of at most so many digits."""
        word = self.word(at)
        return int(word) if word.isdecimal() and len(word) <= digits else None

    def joined(self, at: int) -> bool:
        """Whether the token follows the one before it without a space."""
        return 0 < at < len(self._lower) and self.starts[at] == self.ends[at - 1]

    def opens(self, at: int) -> bool:
        """Whether a phrase may begin here: "3h" in "(3h)" and after a space, not in "v3h" or "x-3h"."""
        return not self.joined(at) or self.word(at - 1) in {"(", "[", "{"}

    def closes(self, at: int) -> bool:
        """Whether a phrase may end before this token: "3" does in "3, 4" and "3)", not in "3-day" or "3.10"."""
        if not self.joined(at):
            return True
        return self.word(at) in _CLOSERS and not (self.joined(at + 1) and self.word(at + 1).isalnum())

    def stands_free(self, at: int) -> bool:
        """Whether no plain word follows: then a number or an ambiguous name before `at` may be meant as a time."""
        return self.closes(at) and (not self.word(at).isalpha() or self.word(at) in _FOLLOWERS)


def read_duration(words: Words, at: int) -> tuple[int, int] | None:
    """Minutes of work and the token after them: "3h", "1h30", "1.5 hours", "half an hour", "1 hour and 15 minutes"."""
    if words.word(at) == "half":
        hour = at + 1 + (words.word(at + 1) in {"a", "an"})
        return _closed(words, hour + 1, 30) if words.word(hour) == "hour" else None
    amount = _amount(words, at)
    if amount is None:
        return None
    end, value, spelled = amount
    unit = words.word(end)
    if len(unit) == 1 and (spelled or (unit == "m" and not words.joined(end))):
        return None
    if unit in _MINUTES and words.word(at) not in {"a", "an"}:
        return _closed(words, end + 1, round(value))
    return _with_minutes(words, end + 1, round(value * 60)) if unit in _HOURS else None


def _amount(words: Words, at: int) -> tuple[int, float, bool] | None:
    number, spelled = words.number(at, 4), words.word(at) in NUMBERS or words.word(at) in {"a", "an"}
    value = float(NUMBERS.get(words.word(at), 1)) if spelled else number
    if value is None:
        return None
    at += 1
    fraction = words.number(at + 1) if words.word(at) in {".", ","} and words.joined(at) and words.joined(at + 1) else None
    if fraction is not None and not spelled:
        return at + 2, value + fraction / 10 ** len(words.word(at + 1)), False
    if [words.word(at + n) for n in range(3)] == ["and", "a", "half"]:
        return at + 3, value + 0.5, True
    return at, float(value), spelled


def _with_minutes(words: Words, at: int, minutes: int) -> tuple[int, int] | None:
    more = at + (words.word(at) == "and")
    rest = words.number(more)
    if words.word(more) == "a" and words.word(more + 1) == "half" and more > at:
        return _closed(words, more + 2, minutes + 30)
    if rest is not None and rest < 60 and words.word(more + 1) in _MINUTES and words.closes(more + 2):
        return more + 2, minutes + rest
    if rest is not None and rest < 60 and words.joined(at) and len(words.word(at)) == 2:
        return _closed(words, at + 1, minutes + rest)
    return _closed(words, at, minutes)


def _closed(words: Words, end: int, minutes: int) -> tuple[int, int] | None:
    return (end, minutes) if words.closes(end) else None
