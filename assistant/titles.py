"""How well words that a person typed name a title: whole, by its words, or nearly so. It decides nothing about who is meant.

Own code rather than rapidfuzz or difflib: likeness of whole strings cannot tell "the report" from any title with that word,
so words are compared one by one, and for those the few rules below take 2 ms for 400 titles (`tests/assistant/test_titles`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

EXACT = 2.0
"""The score of a title that was said whole."""
GOOD = 0.6
"""The least score of a title that may be meant."""
NEAR = 0.1
"""Titles that score so little less than the best are meant as likely as it."""

ALIKE = 0.85
LONGEST_WORD = 24
"""Longer ones are no words, and comparing them would take long."""

_WORD = re.compile(r"[^\W_]+")
_EMPTY = re.compile("the|a|an|my|our|this|that|to|for|of|on|in|with|and|at|about|tasks?|todo|item|one|please|some")


class Titled(Protocol):
    @property
    def title(self) -> str: ...


TitledT = TypeVar("TitledT", bound=Titled)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that carry meaning, in lower case; all of them where none does."""
    found = tuple(word.lower() for word in _WORD.findall(text))
    return tuple(word for word in found if not _EMPTY.fullmatch(word)) or found


def rank(phrase: str, things: Iterable[TitledT]) -> list[tuple[float, TitledT]]:
    """The things whose title the phrase may name, the best first: EXACT, or from GOOD up to 1.0 (every word is there)."""
    wanted = words_of(phrase)
    if not wanted:
        return []
    scored = [(_score(wanted, thing.title), thing) for thing in things]
    return sorted((item for item in scored if item[0] >= GOOD), key=lambda item: -item[0])


def best(ranked: Sequence[tuple[float, TitledT]]) -> list[TitledT]:
    """Those at the top that are meant as likely as the first."""
    return [thing for score, thing in ranked if score >= ranked[0][0] - NEAR]


def is_like(word: str, other: str) -> bool:
    """Whether two words, in lower case, are the same but for their form or a slip."""
    return _likeness(word, other) >= ALIKE


def _score(wanted: Sequence[str], title: str) -> float:
    have = words_of(title)
    if tuple(wanted) == have:
        return EXACT
    return sum(max((_likeness(word, other) for other in have), default=0.0) for word in wanted) / len(wanted)


@lru_cache(maxsize=20_000)
def _likeness(word: str, other: str) -> float:
    """1 for the same word, less for another form of it, a beginning of it, or a slip of the keyboard; 0 for another word."""
    if word == other:
        return 1.0
    short, long = sorted((word, other), key=len)
    if len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 4:
        return 0.95
    if len(short) >= 5 and short[:-1] == long[: len(short) - 1] and len(long) - len(short) <= 3:
        return 0.9  # "reviewing", "reviewed"; "buying", "buy" is a beginning
    is_word = 4 <= len(short) <= LONGEST_WORD and not (word.isdecimal() or other.isdecimal())
    if not is_word or len(long) - len(short) > 2:
        return 0.0
    slips = _slips(word, other)
    return 0.85 if slips <= 1 else 0.75 if slips == 2 and len(short) >= 7 else 0.0


def _slips(word: str, other: str) -> int:
    """How many letters are missing, added, wrong or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for i, letter in enumerate(word, 1):
        last, row = row, [i, *([0] * len(other))]
        for j, sign in enumerate(other, 1):
            row[j] = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == sign:
                row[j] = min(row[j], before[j - 2] + 1)
        before = last
    return row[-1]
