"""Reading a person's words about their week without a model: a clause that is plainly one thing is it, all else is left over.

Deterministic and linear in the length of the text; it never raises, and a guess that could do harm is not made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from assistant.context import (
    DAY,
    DAYS,
    MAX_FOUND,
    MAX_TEXT,
    Break,
    Buffer,
    Constraint,
    Day,
    DaysOff,
    Focus,
    Found,
    Left,
    Reading,
    WorkHours,
)
from assistant.context_clauses import Clause, Group, clauses
from assistant.context_habits import NEGATIONS, is_negated, kind_times, routines, span_of, time_off
from assistant.context_times import Time
from assistant.names import MONTH_NAMES, word_set
from assistant.words import Words

BREAK_MINUTES = 15
MOST_TIMES = 50
"""In one sentence: whoever says more has pasted something, and sorting them takes the square of their number."""
MORNING = (6 * 60, 12 * 60)
_ONCE = word_set("today tomorrow tonight yesterday next upcoming holiday holidays vacation until").union(MONTH_NAMES) - {"may"}
_UNSURE = word_set(
    "if sometimes maybe perhaps occasionally might could unless rarely depends wish hope used wonder was were had"
)
_OTHERS = word_set(
    "he she they wife husband partner boss manager colleague colleagues friend friends coworker coworkers roommate bob alice "
    "son daughter mother father mum mom dad girlfriend boyfriend spouse everyone people someone clients customers her his "
    "their nobody you your"
)
_WITH_OTHERS = word_set("with call calls meeting meetings meet pick pickup drop visit see i walk")
_FOCUSED = (
    "deep work, deep focus, focus, focused, focusing, focussed, focus time, focus work, concentrate, concentration, "
    "think best, "
    "think clearest, think most clearly, work best, best work, do my best, at my best, most productive, productive, sharpest, "
    "sharp, most energy, most focused, peak, hard work, hard tasks, hardest, difficult tasks, demanding tasks, demanding work, "
    "most alert, thinking, best thinking, heavy work, creative work"
)
_FOCUS = tuple(_FOCUSED.split(", "))
_WORK = word_set("work works working workday hours shift shifts job available workweek")
_NOT_HOURS = ("work on", "work out", "working on", "working out", "work from", "work with", "work lunch", "work meeting")
_TASKS = (
    "tasks",
    "task",
    "things",
    "blocks",
    "items",
    "activities",
    "everything",
    "appointments",
    "to dos",
    "todos",
    "it",
    "one",
)
_ROOM = ("buffer", "gap", "breathing room", "breather", "padding", "transition", "transition time", "buffers", "gaps", "slack")


def read_context(text: str) -> Reading:
    """What a text says about a person's days. The places of all parts lie within it; what lies beyond MAX_TEXT characters is
    not read."""
    read = text[:MAX_TEXT]
    found: dict[Constraint, Found] = {}
    left: list[Left] = []
    for clause in clauses(Words(read)):
        if not clause.said and not clause.times:
            continue
        start, end = clause.place
        constraints, why = _understood(clause)
        for constraint in constraints:
            if constraint not in found and len(found) < MAX_FOUND:
                found[constraint] = Found(constraint=constraint, start=start, end=end)
        if not constraints and len(left) < MAX_FOUND:
            left.append(Left(start=start, end=end, why=why))
    return Reading(text=text, found=tuple(found.values()), left=tuple(left))


def _understood(clause: Clause) -> tuple[Sequence[Constraint], str]:
    """The constraints of a clause, or why there are none."""
    why = _no_rule(clause)
    if why is not None:
        return (), why
    try:
        for reader in (_break, _buffer, _focus, _work, kind_times, routines):
            found = reader(clause)
            if isinstance(found, str):
                return (), found
            if found:
                return found, ""
    except ValidationError as error:
        return (), sentence_of(error)
    return (), ""


def sentence_of(error: ValidationError) -> str:
    """The sentence of a rule that a value breaks."""
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    return message if first["type"] == "value_error" else "These numbers are out of range."


def _no_rule(clause: Clause) -> str | None:
    """Why a clause cannot be a rule; None: it can."""
    said = clause.said
    if clause.is_question:
        return "This is a question."
    if len(clause.times) > MOST_TIMES:
        return "These are too many times for one sentence: divide it."
    if clause.has_any(_UNSURE):
        return "This is not certain enough to plan by."
    is_once = clause.has_any(_ONCE) or any(len(word) == 4 and word.isdecimal() and word[:2] == "20" for word in said)
    if is_once or clause.has("this week", "last week", "this year", "last year"):
        return "This is not every week: add it as a busy time or a day off."
    if clause.has("opens", "closes", "is open", "is closed"):
        return "This is about somebody or something else."
    lead = next((word for word in said if word not in {"my", "the", "our", "a", "and", "so"}), "")
    if lead in _OTHERS and not clause.has_any(_WITH_OTHERS):
        return "This is about somebody or something else."
    return None


def _break(clause: Clause) -> Sequence[Constraint]:
    """ "a break every 2 hours", "15 minutes rest after 90 minutes", "no more than 2 hours in a row", "pomodoro"."""
    if clause.has("pomodoro", "pomodoros") and not is_negated(clause):
        return (Break(after_minutes=25, minutes=5),)
    if not _has_length(clause):
        return ()
    group = _whole(clause.groups)
    is_limit = clause.has(
        "in a row", "at a stretch", "at a time", "without a break", "non stop", "nonstop", "straight", "on end"
    )
    if is_limit and group.length and group.every is None and not clause.has("want", "like", "love"):
        return (Break(after_minutes=group.length, minutes=BREAK_MINUTES),)
    is_break = clause.has("break", "breaks", "pause", "pauses", "rest", "a breather", "time out", "stretch")
    if not is_break or group.every is None or clause.has_any(NEGATIONS):
        return ()
    return (Break(after_minutes=group.every, minutes=group.length or BREAK_MINUTES),)


def _buffer(clause: Clause) -> Sequence[Constraint] | str:
    """ "10 minutes between tasks", "a buffer of 15 min", "leave 5 minutes after each task"."""
    if not _has_length(clause):
        return ()
    group = _whole(clause.groups)
    minutes = group.length or (group.every if clause.has(*_ROOM) else None)
    if minutes is None:
        return ()
    is_about_all = clause.has(*(f"{lead} {noun}" for lead in ("between", "after each", "after every") for noun in _TASKS))
    is_about_all |= clause.has("between all tasks", "between my tasks", "between the tasks", "between two tasks")
    if not (is_about_all or clause.has(*_ROOM)):
        is_partial = clause.has("between", "after each", "after every")
        return "Room can be left after every task, not only after some." if is_partial else ()
    if not is_about_all and clause.has("between meetings", "after meetings", "after each meeting", "after every meeting"):
        return "Room can be left after every task, not only after some."
    return () if is_negated(clause) else (Buffer(minutes=minutes),)


def _focus(clause: Clause) -> Sequence[Constraint] | str:
    """ "deep work in the mornings", "I focus best from 8 to 11", "I'm a morning person"."""
    if clause.has("early bird", "early riser") and not is_negated(clause):
        return (Focus(start=MORNING[0], end=MORNING[1]),)
    if not clause.has("person", "owl", "lark", *_FOCUS):
        return ()
    group = _whole(clause.groups)
    is_person = group.when is not None and group.when.kind == "part" and clause.has("person", "owl", "lark")
    if not (is_person or clause.has(*_FOCUS)) or group.when is None:
        return ()
    if is_negated(clause) or group.when.kind == "at":
        return "Say from when to when you focus best."
    if group.days and {*DAYS[:5]} - {*group.days}:
        return "Focus time is the same on every day."
    low, high = span_of(clause, group.when)
    return (Focus(start=max(low, MORNING[0]) if group.when.edge else low, end=high),)


def _work(clause: Clause) -> Sequence[Constraint] | str:
    """ "I work Mon-Fri 9-5", "Fridays off", "no work on weekends", "I work Monday to Thursday"."""
    groups = clause.groups
    has_days = any(group.days for group in groups)
    is_off = has_days and (
        clause.has("off", "day off", "days off", "free of work") or (clause.has("keep") and clause.has("free"))
    )
    is_work = clause.has_any(_WORK) or clause.has("office day", "my day", "work day")
    is_work = is_work and not clause.has(*_NOT_HOURS)
    has_when = any(group.when for group in groups)
    if is_work and has_days and not has_when and (is_negated(clause) or clause.has("weekends are")):
        is_off = True
    if is_off and not has_when:
        return (DaysOff(days=_days(groups)),)
    if is_off:
        return time_off(groups, clause)
    if not is_work or is_negated(clause):
        return ()
    if not has_when:
        others = tuple(day for day in DAYS if day not in _days(groups))
        return (DaysOff(days=others),) if has_days and others and clause.has("work", "working days", "i work") else ()
    return _hours(clause, _bounds(groups))


def _bounds(groups: Sequence[Group]) -> list[Group]:
    """ "start at 8, finish at 5": two points are a range."""
    points = [group for group in groups if group.when]
    if len(points) == 2 and all(group.when and group.when.kind == "at" for group in points):
        first, last = points[0].when, points[1].when
        if first and last:
            span = Time("range", first.begin, last.end, first.low, last.low, is_loose=first.is_loose or last.is_loose)
            return [Group(_days(groups), span)]
    return [*groups]


def _hours(clause: Clause, groups: Sequence[Group]) -> Sequence[Constraint] | str:
    """Each group's days with its hours; days that are named again later have their own."""
    found: dict[Day, list[tuple[int, int]]] = {}
    start: int | None = None
    usual = next((group.days for group in groups if group.days), DAYS[:5])
    for group in groups:
        when = group.when
        if when is None:
            continue
        if when.kind != "range" and not (when.edge == "before" and start is not None):
            return "Say from when to when you work."
        low, high = span_of(clause, when)
        low = start if when.edge == "before" and start is not None else low
        start = low
        for day in group.days or usual:
            if not group.is_inherited:
                found[day] = []
            found.setdefault(day, []).append((low, high))
    return tuple(_as_hours(found))


def _as_hours(found: dict[Day, list[tuple[int, int]]]) -> Iterator[WorkHours]:
    """Days that have the same hours as one."""
    spans = dict.fromkeys(span for day in DAYS for span in found.get(day, ()))
    for low, high in spans:
        days = tuple(day for day in DAYS if (low, high) in found.get(day, ()))
        yield WorkHours(days=days, start=low, end=high % DAY or DAY)


def _has_length(clause: Clause) -> bool:
    return any(time.kind in {"length", "every"} for time in clause.times)


def _days(groups: Sequence[Group]) -> tuple[Day, ...]:
    said = {day for group in groups for day in group.days}
    return tuple(day for day in DAYS if day in said)


def _whole(groups: Sequence[Group]) -> Group:
    """The first of each thing that the groups say."""
    return Group(
        days=_days(groups),
        when=next((group.when for group in groups if group.when), None),
        length=next((group.length for group in groups if group.length), None),
        every=next((group.every for group in groups if group.every), None),
    )
