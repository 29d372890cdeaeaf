"""A text about a person's week in clauses: what each is about, and its times in groups ("Tue 18:00, Thu 19:00" are two).

It passes over the text once, and does not decide what a clause means.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from assistant.context import DAYS, Day
from assistant.context_times import Time, read_time
from assistant.kinds import is_known
from assistant.names import word_set
from assistant.words import Words

_HARD = word_set(". ! ? • ·")
_SOFT = word_set("; , and but then also & plus - – — : ( ) / * + while whereas")
_WITHIN = word_set("- – : / * + &")
LINKS = word_set("and or & , / +")
_PADDING = word_set(
    "long each too please usually always though only just as well every normally sharp is it its it's that s for with a an of "
    "and or in all time times until day days the at mostly typically generally except not"
)
_ENDS = word_set(
    "finish finishes finishing end ends ending stop stopping leave done off over is i am m ' ’ we work home go at and then"
)
_STARTS = word_set("start starts starting begin begins arrive")
_MOST_PIECES = 12  # of one clause: more commas than that join nothing


@dataclass(frozen=True, slots=True)
class Group:
    """Days (none: not said), a time of the day, and lengths that belong together."""

    days: tuple[Day, ...] = ()
    when: Time | None = None
    length: int | None = None
    every: int | None = None
    is_inherited: bool = False


@dataclass
class Clause:
    """Tokens `begin` to `end`: the places of the words that are no time (`rest`), and the times."""

    words: Words
    begin: int
    end: int
    rest: list[int] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    is_question: bool = False

    @cached_property
    def said(self) -> list[str]:
        """The words that are no time, in lower case, without separators."""
        return [self.words.word(at) for at in self.rest if self.words.word(at)[:1].isalnum()]

    @cached_property
    def line(self) -> str:
        """The same as one line, with a space on both sides."""
        return f" {' '.join(self.said)} "

    def has(self, *phrases: str) -> bool:
        """Whether one of the phrases stands in it."""
        line = self.line
        return any(f" {phrase} " in line for phrase in phrases)

    def has_any(self, words: Set[str]) -> bool:
        """Whether one of the words stands in it."""
        return not words.isdisjoint(self.said)

    @property
    def place(self) -> tuple[int, int]:
        """The characters that it is made of."""
        return self.words.starts[self.begin], self.words.ends[self.end - 1]

    @cached_property
    def groups(self) -> list[Group]:
        """Its times, those that belong together as one."""
        found = [Group()]
        for time in self.times:
            _sort_in(found, time, is_except=self.words.word(time.begin - 1) in {"except", "excluding"})
        return [group for group in found if group != Group()]

    def absorb(self, other: Clause) -> None:
        """Take over what follows."""
        self.end = other.end
        self.rest += [other.begin - 1, *other.rest]
        self.times += other.times
        self.is_question |= other.is_question
        for name in ("said", "line", "groups"):
            self.__dict__.pop(name, None)


def _sort_in(found: list[Group], time: Time, *, is_except: bool) -> None:
    last = found[-1]
    match time.kind:
        case "days" if is_except:
            found[-1] = replace(last, days=tuple(day for day in last.days or DAYS if day not in time.days))
        case "days" if last.days and last.when and not last.is_inherited:
            found.append(Group(days=time.days))
        case "days" if last.is_inherited and not last.days:  # "9 to 12 and 13 to 17 on weekdays"
            found[:] = [group if group.days else replace(group, days=time.days) for group in found]
        case "days":
            days = time.days if last.is_inherited else tuple(dict.fromkeys((*last.days, *time.days)))
            found[-1] = replace(last, days=days, is_inherited=False)
        case "length":
            found[-1] = replace(last, length=last.length or time.low)
        case "every":
            found[-1] = replace(last, every=last.every or time.low)
        case _ if last.when is None:
            found[-1] = replace(last, when=time)
        case _:
            joined = _joined(last.when, time)
            found[-1:] = [replace(last, when=joined)] if joined else [last, Group(last.days, time, is_inherited=True)]


def _joined(one: Time, other: Time) -> Time | None:
    """ "after 2 and before 4" is one stretch; "in the afternoon from 2 to 4" is the narrower one."""
    if (one.edge, other.edge) == ("after", "before"):
        return Time("range", one.begin, other.end, one.low, other.high, is_loose=one.is_loose and other.is_loose)
    if one.kind == "part" and not one.edge and other.kind in {"range", "at"}:
        return other
    return one if other.kind == "part" and not other.edge and one.kind in {"range", "at"} else None


def clauses(words: Words) -> Iterator[Clause]:
    """The clauses of a text, one after the other."""
    for sentence in _sentences(words):
        yield from _merged(sentence)


def _sentences(words: Words) -> Iterator[list[Clause]]:
    """The pieces between commas and the like, in sentences; a new line begins a new one."""
    pieces: list[Clause] = []
    piece = Clause(words, 0, 0)
    at = 0
    while at < len(words):
        is_line = at > 0 and "\n" in words.text[words.ends[at - 1] : words.starts[at]]
        word = words.word(at)
        is_stop = word in _HARD and words.closes(at) and not (words.joined(at + 1) and words.word(at + 1).isalnum())
        if is_line or is_stop:
            piece.is_question = word == "?"
            yield [*pieces, piece]
            pieces = []
        is_comma = word in _SOFT and not (words.joined(at) and words.joined(at + 1) and word in _WITHIN)  # "stand-up", "1:1"
        if is_comma and not is_line and piece.begin < piece.end:
            pieces.append(piece)
        if is_stop or is_comma:
            at += 1
            piece = Clause(words, at, at)
            continue
        piece = Clause(words, at, at) if is_line else piece
        time = read_time(words, at)
        if time is not None:
            piece.times.append(time)
        else:
            piece.rest.append(at)
        at = time.end if time else at + 1
        piece.end = at
    yield [*pieces, piece]


def _merged(pieces: list[Clause]) -> Iterator[Clause]:
    """Pieces that only go on with the one before ("gym, Tuesdays, 18:00") are one clause with it."""
    held: Clause | None = None
    joined = 0
    for piece in pieces:
        if piece.begin == piece.end:
            if held is not None:
                held.is_question |= piece.is_question
            continue
        if held is not None and joined < _MOST_PIECES and _goes_on(held, piece):
            held.absorb(piece)
            joined += 1
            continue
        if held is not None:
            yield held
        held, joined = piece, 0
    if held is not None:
        yield held


def _goes_on(held: Clause, piece: Clause) -> bool:
    if not held.said:
        return bool(held.times) and not (piece.times and len(piece.said) > 4)
    if piece.times and _PADDING.issuperset(piece.said):
        return True
    if piece.times and held.has_any(_STARTS) and _ENDS.issuperset(piece.said):
        return True
    # "calls and meetings after lunch", "no meetings or calls before 10"
    link = held.words.word(piece.begin - 1)
    return not held.times and link in LINKS and is_known(held.said[-1]) and len(piece.said) <= 4
