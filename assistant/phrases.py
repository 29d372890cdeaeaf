"""The phrases of quick-add: one pass over the words of a text that hands each place to the recognisers, in order.

It knows no zone and makes no instants. To teach it a phrase, add a recogniser to `_RECOGNISERS`: it looks at one token and a
fixed number of those after it, so a pass is linear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from assistant.dates import read_moment
from assistant.importance import read_importance
from assistant.instants import Role, Said
from assistant.moments import Moment, Reference
from assistant.words import Words, read_duration, word_set

Side = Literal["wish", "due", "since"]

SIDES: dict[Role, Side] = {"at": "wish", "by": "due", "before": "due", "from": "since", "after": "since"}
_QUOTES = {'"': '"', "“": "”", "«": "»", "`": "`", "'": "'"}
_SAID_BY: dict[Role, str] = {
    "by": "by, due, due by, due on, due at, deadline, deadline is, hard deadline, no later than, not later than, until, till",
    "before": "before, due before",
    "from": "from, not before, no earlier than, not earlier than, starting, starting from, starting on",
    "after": "after",
    "at": "at, on, @, for, around",
}
_ROLES = {tuple(phrase.split()): role for role, phrases in _SAID_BY.items() for phrase in phrases.split(", ")}
_ROLE_WORDS = frozenset(phrase[0] for phrase in _ROLES)
_ABOUT = word_set("for about approx approximately around ca circa ~ takes taking lasting est estimate duration")
_LIMITS = word_set("within end eod cob eow eom eoy")  # a limit even without "by": "Pay rent end of month"
_THROUGH = frozenset({"to", "-", "–", "—", "through", "thru"})


@dataclass(frozen=True, slots=True)
class Match:
    """The tokens `begin` to `end` and the one thing that they say; nothing: they are left in the title as they are."""

    begin: int
    end: int
    minutes: int | None = None
    importance: int | None = None
    said: Said | None = None
    is_hard: bool = False


class Scan:
    """One pass over the words: at each, the first recogniser that understands something takes it; each thing is said once."""

    def __init__(self, words: Words, reference: Reference) -> None:
        self.words, self.reference = words, reference
        self.matches: list[Match] = []
        self.said: dict[str, Said] = {}
        self.minutes: int | None = None
        self.importance: int | None = None
        self.is_hard = False

    def run(self) -> None:
        at, quoted = 0, _quoted(self.words)
        while at < len(self.words):
            match = Match(at, quoted[at] + 1) if at in quoted else self._recognised(at)
            if match and self._is_new(match):
                begin = match.begin - self._joins_the_last(match.begin)
                self.matches.append(replace(match, begin=begin))
            at = match.end if match else at + 1

    def after_match(self, at: int) -> bool:
        return bool(self.matches) and self.matches[-1].end == at

    def _recognised(self, at: int) -> Match | None:
        if not self.words.opens(at):
            return None
        return next((match for recognise in _RECOGNISERS if (match := recognise(self, at))), None)

    def _is_new(self, match: Match) -> bool:
        """Takes what the match says, unless it was said before: then the words stay in the title."""
        if match.minutes is not None and self.minutes is None:
            self.minutes = match.minutes
        elif match.importance is not None and self.importance is None:
            self.importance = match.importance
        elif match.said is None or not self._take(match.said):
            return False
        self.is_hard = self.is_hard or match.is_hard
        return True

    def _take(self, said: Said) -> bool:
        side = SIDES[said.role]
        known = self.said.get(side)
        if known is None:
            self.said[side] = said
            return True
        both = known.moment.joined(said.moment)
        if both is None or (known.role != said.role and both.minute is None):  # "by Friday before noon" names one time
            return False
        self.said[side] = Said(said.role, both)
        return True

    def _joins_the_last(self, begin: int) -> bool:
        return self.words.word(begin - 1) in {"and", "&"} and self.after_match(begin - 1)


def _quoted(words: Words) -> dict[int, int]:
    """Where a quotation begins, and where it ends."""
    opened: dict[str, int] = {}
    pairs: dict[int, int] = {}
    for at in range(len(words)):
        sign = words.word(at)
        if sign in opened and words.closes(at + 1):
            pairs[opened.pop(sign)] = at
        elif sign in _QUOTES and words.opens(at) and words.joined(at + 1):
            opened.setdefault(_QUOTES[sign], at)
    return pairs


def _repeated(scan: Scan, at: int) -> Match | None:
    """ "every Friday", "each 2 hours": one task cannot say it, so it stays in the title."""
    words = scan.words
    if words.word(at) not in {"every", "each"}:
        return None
    begin = at + 1 + (words.word(at + 1) == "other")
    found = read_moment(words, begin, replace(scan.reference, asked=True)) or read_duration(words, begin)
    return Match(at, found[0] if found else begin)


def _when(scan: Scan, at: int) -> Match | None:
    """A day or a time, with the words that say what it is for."""
    words, (role, begin) = scan.words, _role(scan.words, at)
    found = read_moment(words, begin, replace(scan.reference, asked=role is not None))
    if found is None and role and words.word(begin) == "the":
        found = read_moment(words, begin + 1, replace(scan.reference, asked=True))
    if found is None:
        return None
    end, moment = found
    role = role or ("by" if words.word(at) in _LIMITS else "at")
    ranged = _range_end(scan, end, moment)
    is_past = moment.days is not None and moment.days.last < scan.reference.today and SIDES[role] != "due"
    if ranged or is_past:  # a range is more than one moment; what is past and not due is what the task is about
        return Match(at, ranged or end)
    return Match(at, end, said=Said(role, moment), is_hard=words.word(at) == "hard")


def _role(words: Words, at: int) -> tuple[Role | None, int]:
    """What the words at a token ask for ("due by": a deadline; the longest phrase counts) and where the answer begins."""
    for length in (3, 2, 1) if words.word(at) in _ROLE_WORDS else ():
        role = _ROLES.get(tuple(words.word(at + n) for n in range(length)))
        if role is not None:
            return role, at + length + (words.word(at + length) == ":")
    return None, at


def _range_end(scan: Scan, at: int, first: Moment) -> int | None:
    words = scan.words
    if words.word(at) not in _THROUGH:
        return None
    second = read_moment(words, at + 1, replace(scan.reference, asked=True))
    if second is None:
        is_hour = words.word(at) == "to" and first.minute is not None and words.number(at + 1) is not None
        return at + 2 if is_hour and words.closes(at + 2) else None
    both_times = None not in (first.minute, second[1].minute)
    both_days = bool(first.days and second[1].days) and first.minute is None
    return second[0] if both_times or both_days else None


def _how_long(scan: Scan, at: int) -> Match | None:
    words, begin = scan.words, at
    while words.word(begin) in _ABOUT and begin < at + 2:
        begin += 1
    found = read_duration(words, begin + (begin > at and words.word(begin) in {":", "."}))
    if found is None:
        return None
    end = found[0] + (words.word(found[0]) == "of")  # "2 hours of yoga"
    return Match(at, end, minutes=found[1])


def _how_important(scan: Scan, at: int) -> Match | None:
    found = read_importance(scan.words, at, scan.after_match(at))
    return Match(at, found[0], importance=found[1]) if found else None


_RECOGNISERS: tuple[Callable[[Scan, int], Match | None], ...] = (_repeated, _when, _how_long, _how_important)
