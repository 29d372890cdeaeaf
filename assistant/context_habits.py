"""Two things that a clause may say: when tasks of a kind go best ("errands after lunch"), and what comes back every week ("gym
Tue and Thu at 18").

It reads no text by itself; `assistant.context_rules` decides in which order a clause is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from assistant.context import ALL_TASKS, DAY, DAYS, WORKDAYS, Constraint, Day, DaysOff, KindTime, Routine
from assistant.context_clauses import LINKS, Clause, Group
from assistant.context_times import Time
from assistant.kinds import is_known
from assistant.names import word_set

NEGATIONS = word_set("no not never don dont don't avoid without nothing hate dislike cannot can't cant won't wont neither nor")
_FIRST = word_set(
    "i i'm m we my our have got has go goes going to the a an usually always normally typically generally do does doing eat "
    "take taking attend there is s ’s are be am every each also then need want wants like likes prefer prefers must should "
    "would d ll will please plan schedule put book make making keep reserve handle answer check try so and or at on for in "
    "from of get no not never don t avoid without hate dislike let me us schedule scheduling any it all with that only just "
    "works fit suit suits best better ideally preferably can cannot around by well block protect because but"
)
_LAST = _FIRST | word_set("go fit best goes starts start begins lasts runs takes take happen happens time after before done")
_ASIDES = word_set("near with about when because which who where outside go goes work to")
_GENERIC = word_set("tasks task stuff things thing jobs items")
_NOT_NOUNS = word_set(
    "feel feels feeling tired am think know hungry sleepy energy awake happy busy lot people person live lives kids children "
    "available wake woke sleep hard brain slow distracted noisy quiet he she they it you long day early late free off person "
    "love loves enjoy enjoys commute travel driving drive something someone home there here arrive leave"
)
_EVENINGS = word_set("dinner supper movie cinema party tv choir pub bedtime bed")
_MORNINGS = word_set("breakfast wake alarm sunrise jog swim")
_AT_WORK = word_set("standup stand meeting meetings sync scrum huddle office team review retro client planning")
_DAILY = word_set(
    "lunch breakfast dinner supper brunch gym workout walk run jog nap coffee tea meditation meditate yoga prayer prayers "
    "school kids pickup dog lunchtime exercise commute stretching snack siesta bedtime sleep reading journal medication meds"
)
_MINUTES = {"standup": 15, "stand": 15, "coffee": 15, "tea": 15, "snack": 15, "meds": 15, "medication": 15, "walk": 30}
_MINUTES |= {"nap": 30, "breakfast": 30, "pickup": 30, "pick": 30, "drop": 30, "school": 30, "prayer": 15, "prayers": 15}
_MINUTES |= {"meditation": 15, "meditate": 15, "commute": 45, "journal": 15}
_HABITS = _DAILY.union(_MINUTES)


def is_negated(clause: Clause) -> bool:
    """Whether the clause says what shall not be."""
    return clause.has_any(NEGATIONS) or clause.has("don t", "can t", "won t", "rather not")


def span_of(clause: Clause, when: Time) -> tuple[int, int]:
    """The minutes of the day that a time means here, am and pm told apart by what the clause is about."""
    low, high = when.low, when.high
    if when.kind == "part" and not when.edge:
        return low, high
    is_evening = clause.has_any(_EVENINGS)
    is_morning = clause.has_any(_MORNINGS)
    if when.edge == "before":
        return 0, high + DAY // 2 if when.is_loose and high < 7 * 60 and not is_morning else high
    if when.edge == "after":
        is_late = when.is_loose and low < (10 * 60 if is_negated(clause) else 7 * 60)
        return (low + DAY // 2 if is_late else low), DAY
    is_work = clause.has("work", "working", "hours", "office", "shift", "job")
    earliest = 12 * 60 if is_evening else 4 * 60 if is_morning else 5 * 60 if is_work else 7 * 60
    if when.is_loose and low < earliest:
        low += DAY // 2
    if when.kind == "range" and high <= low and high <= DAY // 2 and high + DAY // 2 > low:
        high += DAY // 2
    return low, high


def kind_times(clause: Clause) -> Sequence[Constraint] | str:
    """ "no meetings before 10", "errands after lunch", "admin on Fridays", "calls only from 2 to 4"."""
    groups = [group for group in clause.groups if group.days or group.when]
    is_never, is_only = is_negated(clause), clause.has("only", "just", "exclusively")
    if not groups or any(group.length or group.every for group in groups):
        return ()
    if any(group.when and group.when.kind == "at" for group in groups):
        return "Say from when to when." if is_never else ()
    if _is_about_all(clause) and is_never:
        return time_off(groups, clause)
    abouts = [*_kinds(clause)]
    has_range = any(group.when and group.when.kind == "range" for group in groups)
    if not abouts or (has_range and not (is_never or is_only) and not all(_is_plural_kind(about) for about in abouts)):
        return ()
    if not is_never and _has_subject(clause) and not all(is_known(about.split()[-1]) for about in abouts):
        return ()
    rule: Literal["never", "only", "prefer"] = "never" if is_never else "only" if is_only else "prefer"
    found = []
    for about in abouts:
        for group in groups:
            start, end = _span(clause, group, is_never)
            found.append(KindTime(about=about, rule=rule, days=group.days or DAYS, start=start, end=end))
    return found


def _is_about_all(clause: Clause) -> bool:
    return clause.has("nothing", "anything", "everything") or (
        clause.has("work", "working", "tasks", "plan", "schedule") and not any(is_known(word) for word in clause.said)
    )


def time_off(groups: Sequence[Group], clause: Clause) -> Sequence[Constraint]:
    """ "nothing after 6pm", "don't plan anything on Sundays", "Friday afternoons off"."""
    if all(group.when is None for group in groups):
        return (DaysOff(days=tuple(day for group in groups for day in group.days)),)
    spans = ((group.days or DAYS, _span(clause, group, True)) for group in groups)
    return [KindTime(about=ALL_TASKS, rule="never", days=days, start=low, end=high) for days, (low, high) in spans]


def _span(clause: Clause, group: Group, is_never: bool) -> tuple[int, int]:
    if group.when is None:
        return 0, DAY
    low, high = span_of(clause, group.when)
    if is_never and group.when.kind == "part" and not group.when.edge:  # a morning begins at midnight where nothing may be
        return (0, high) if low == 6 * 60 else (low, DAY) if high > 22 * 60 else (low, high)
    return low, high


def _kinds(clause: Clause) -> Iterator[str]:
    """The kinds of tasks that a clause names, at most three words each."""
    parts: list[list[str]] = [[]]
    for at in clause.rest:
        word = clause.words.word(at)
        if word in LINKS:
            parts.append([])
        elif word[:1].isalnum():
            parts[-1].append(word)
    for part in parts:
        words = _stripped(part)
        words = words[: next((n for n, word in enumerate(words) if word in _ASIDES), len(words))]
        while len(words) > 1 and words[-1] in {*_GENERIC, "work"}:
            words = words[:-1]
        is_name = all(word.isalpha() or is_known(word) for word in words)
        if words and len(words) <= 3 and is_name and not any(word in _NOT_NOUNS | _GENERIC | {"work"} for word in words):
            yield " ".join(words)


def _stripped(words: Sequence[str]) -> list[str]:
    begin, end = 0, len(words)
    while begin < end and words[begin] in _FIRST:
        begin += 1
    while end > begin and words[end - 1] in _LAST:
        end -= 1
    return [*words[begin:end]]


def _is_plural_kind(about: str) -> bool:
    last = about.rsplit(maxsplit=1)[-1]
    return is_known(last) and (last.endswith("s") or last in {"admin", "email", "writing", "reading", "coding", "paperwork"})


def _has_subject(clause: Clause) -> bool:
    """Whether the person says what they do: "I sing in the morning" says nothing about tasks."""
    after = next((n for n, word in enumerate(clause.said) if word in {"i", "we"}), None)
    if after is None:
        return False
    following = [word for word in clause.said[after + 1 :] if word not in {"m", "d", "ll", "usually", "always", "really"}]
    return not following or following[0] not in _FIRST


def routines(clause: Clause) -> Sequence[Constraint] | str:
    """ "lunch at noon", "gym Tue and Thu at 18", "I pick up the kids at 3:30pm on weekdays"."""
    groups = [group for group in clause.groups if group.when and (group.when.kind in {"at", "range"})]
    title = _title(clause)
    if not groups or not title or len(title) > 60:
        return ()
    if is_negated(clause):
        return "Say from when to when."
    is_habit = clause.has_any(_HABITS)
    if not is_habit and clause.has("start", "starts", "begin", "begins", "end", "ends", "finish", "over", "stop", "leave"):
        return "Say from when to when."
    if clause.has("wake", "wake up", "get up", "go to bed", "bed", "deadline", "due"):
        return ()
    usual = next((group.days for group in clause.groups if group.days), _usual_days(clause))
    if not usual:
        return "Say on which days."
    length = next((group.length for group in clause.groups if group.length), None)
    found: list[Constraint] = []
    for group in groups:
        assert group.when is not None
        low, high = span_of(clause, group.when)
        end = high if group.when.kind == "range" else low + (length or _minutes(clause))
        found.append(Routine(title=title, days=group.days or usual, start=low % DAY, end=end % DAY or DAY))
    return found


def _usual_days(clause: Clause) -> tuple[Day, ...]:
    """Of what is not said to be on some days: meals are daily, meetings on working days; of all else nobody knows."""
    if clause.has_any(_AT_WORK):
        return WORKDAYS
    return DAYS if clause.has_any(_DAILY) else ()


def _minutes(clause: Clause) -> int:
    return next((_MINUTES[word] for word in clause.said if word in _MINUTES), 60)


def _title(clause: Clause) -> str:
    """The words that are no time, as they were written, without what only leads to them."""
    words, rest = clause.words, [at for at in clause.rest if clause.words.word(at) not in {"(", ")", "*", "•"}]
    first, last = 0, len(rest)
    while first < last and (words.word(rest[first]) in _FIRST or not words.word(rest[first])[:1].isalnum()):
        first += 1
    while first < last and (words.word(rest[last - 1]) in _LAST or not words.word(rest[last - 1])[:1].isalnum()):
        last -= 1
    rest = rest[first:last]
    shown = ""
    for before, at in zip([None, *rest], rest, strict=False):
        gap = "" if before is None or (before == at - 1 and words.joined(at)) else " "
        shown += gap + words.text[words.starts[at] : words.ends[at]]
    shown = "".join(sign for sign in shown if sign.isprintable())
    return shown[:1].upper() + shown[1:]
