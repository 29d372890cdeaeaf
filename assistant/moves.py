"""Commands in plain English about when a thing is done: move, postpone, pin, let go, not before.

Each is a pattern with its reader. A time is pinned only where a time of day was said; a day alone says "not before".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from re import Match

from assistant.chat import EventView, TaskView
from assistant.edits import NO_EVENT, WHAT, WHICH, is_known, minutes_of, setting
from assistant.operations import ActOnTask, EditEvent, EditTask, Operation, PinTask, UnpinTask
from assistant.reading import Reading, rule
from assistant.stretches import Stretch
from assistant.targets import Thing

_WAY = re.compile(r"\s+(?:back|out|over)\s+(?=(?:to|until|till|by)\b)", re.IGNORECASE)
_BY = re.compile(r"^(?P<what>.+?) by (?P<length>.+)$", re.IGNORECASE)
_EARLIER = frozenset({"advance", "bring forward", "pull"})
_BACK = re.compile(r"^(?P<what>.+? (?:back|forward|up|later|earlier|out)) (?P<length>\S.*)$", re.IGNORECASE)
_DAYS = re.compile(
    r"^(?P<what>.+?)(?: (?:back|later|out|forward|up|earlier))? (?:by )?"
    r"(?P<length>(?:\d{1,3}|an?|one|two|three) (?:days?|weeks?))$",
    re.IGNORECASE,
)
_TO = re.compile(r"\s+(?:to|until|till|onto)\s+", re.IGNORECASE)
_ON = re.compile(r"\s+(?P<word>for|on|at|into|in|after|from)\s+|\s+", re.IGNORECASE)


def _move(reading: Reading, match: Match[str]) -> bool:
    """ "Move everything from today to tomorrow": the last "to" before a time divides it, else the first place before one."""
    text = _WAY.sub(" ", match["text"].strip())
    by = _BY.match(text) or _BACK.match(text)
    if by and (minutes := minutes_of(by["length"])):
        return _shift(reading, by["what"], minutes, match)
    if days := _DAYS.match(text):
        return _shift_days(reading, days["what"], days["length"], match)
    for divider in reversed([*_TO.finditer(text)]):
        if when := reading.when(text[divider.end() :]):
            return _move_to(reading, text[: divider.start()], when)
    for divider in _ON.finditer(text):
        if when := reading.when(text[divider.end() :]):
            return _move_to(reading, text[: divider.start()], when, is_after=divider["word"] == "after")
    return False


def _move_to(reading: Reading, phrase: str, when: Stretch, *, is_after: bool = False) -> bool:
    target = reading.targets.find(phrase, events=True)

    def make(thing: Thing) -> Sequence[Operation] | str:
        if isinstance(thing, EventView):
            return _moved_event(reading, thing, when)
        at = _on_its_day(reading, thing, when)
        if when.is_exact and not is_after and not target.is_many:
            return (PinTask(task_id=thing.id, start_at=at),)
        if target.is_many and thing.start_at is not None and thing.start_at >= at:
            return ()
        return not_before(reading, thing, when.end if is_after and not when.is_exact else at)

    return reading.on(phrase, make, events=True, which="Which one do you want to move?")


def _on_its_day(reading: Reading, thing: Thing, when: Stretch) -> datetime:
    """ "to 4pm" of something that lies on another day means that day."""
    if when.has_day or thing.start_at is None or thing.start_at <= reading.view.now:
        return when.start
    return datetime.combine(reading.local(thing.start_at).date(), reading.local(when.start).time(), reading.zone)


def not_before(reading: Reading, task: TaskView, at: datetime) -> Sequence[Operation] | str:
    """Let the planner put it there: a pin would be in the way."""
    if task.status == "active":
        return f"“{task.title}” is running. Stop it first."
    if task.deadline_at is not None and task.deadline_at <= at:
        return f"“{task.title}” is due {reading.spoken(task.deadline_at)}, before that. Move its deadline first."
    edit = EditTask(task_id=task.id, earliest_at=max(at, reading.view.now.replace(second=0, microsecond=0)))
    return (UnpinTask(task_id=task.id), edit) if task.pinned else (edit,)


def _moved_event(reading: Reading, event: EventView, when: Stretch) -> Sequence[Operation] | str:
    length = event.end_at - event.start_at
    if when.is_exact:
        start = _on_its_day(reading, event, when)
        return (EditEvent(event_id=event.id, start_at=start, end_at=start + length),)
    if not when.is_whole_days:
        return (EditEvent(event_id=event.id, start_at=when.start, end_at=when.end),)
    local = reading.local(event.start_at)
    start = datetime.combine(when.first_on, local.time(), reading.zone)
    return (EditEvent(event_id=event.id, start_at=start, end_at=start + length),)


def _shift(reading: Reading, phrase: str, minutes: int, match: Match[str]) -> bool:
    verb = match["verb"].lower()
    sign = -1 if verb in _EARLIER or phrase.lower().endswith(("forward", "earlier", "up")) else 1
    phrase = re.sub(r"\s+(?:back|forward|earlier|later|up|out)$", "", phrase, flags=re.IGNORECASE)

    def make(thing: Thing) -> Sequence[Operation] | str:
        if thing.start_at is None:
            return f"“{thing.title}” has no time to count from."
        if isinstance(thing, TaskView) and thing.status == "active":
            return f"“{thing.title}” is running. Stop it first."
        at = thing.start_at + sign * timedelta(minutes=minutes)
        if isinstance(thing, EventView):
            return (EditEvent(event_id=thing.id, start_at=at, end_at=at + (thing.end_at - thing.start_at)),)
        return (PinTask(task_id=thing.id, start_at=at),) if at > reading.view.now else "That time has passed."

    return reading.on(phrase, make, events=True, which="Which one do you want to move?")


def _shift_days(reading: Reading, phrase: str, length: str, match: Match[str]) -> bool:
    """ "Postpone the report by two days": not before that many days after the day on which it lies."""
    number, unit = length.lower().split()
    count = int(number) if number.isdecimal() else {"two": 2, "three": 3}.get(number, 1)
    span = timedelta(days=count * (7 if unit.startswith("week") else 1))
    is_ahead = match["verb"].lower() in _EARLIER or re.search(r"\b(?:forward|earlier|up)\b", match["text"], re.IGNORECASE)

    def make(thing: Thing) -> Sequence[Operation] | str:
        if is_ahead:
            return f"Say to which day, such as “move {thing.title} to today”."
        local = reading.local(thing.start_at or reading.view.now)
        if isinstance(thing, EventView):
            start = datetime.combine(local.date() + span, local.time(), reading.zone)
            return (EditEvent(event_id=thing.id, start_at=start, end_at=start + (thing.end_at - thing.start_at)),)
        return not_before(reading, thing, datetime.combine(local.date() + span, datetime.min.time(), reading.zone))

    return reading.on(phrase, make, events=True, which="Which one do you want to move?")


def _later(reading: Reading, match: Match[str]) -> bool:
    """ "Postpone the report": to tomorrow, as nothing else is said."""
    tomorrow = reading.when("tomorrow")
    return _move_to(reading, match["what"], tomorrow) if tomorrow else False


def _at(reading: Reading, match: Match[str]) -> bool:
    """ "Do the report tomorrow at 3", "put the slides on Friday": only for things that exist, else it is a new task."""
    found = reading.find_time(match["text"])
    if found is None or reading.when(match["text"]):
        return False
    when, phrase = found
    if not is_known(reading, phrase):
        return False
    if when.is_exact and when.start <= reading.view.now and match[0].lower().endswith("now"):
        return reading.on(phrase, _started, ("open",), which="Which one do you want to start?")
    return _move_to(reading, phrase, when)


def _started(thing: Thing) -> Sequence[Operation] | str:
    is_open = isinstance(thing, TaskView) and thing.status == "open"
    return (ActOnTask(kind="start_task", task_id=thing.id),) if is_open else f"“{thing.title}” cannot be started."


def pin(reading: Reading, match: Match[str]) -> bool:
    """ "Pin it": where it is; "pin it to Friday 3pm": there."""
    when = None
    phrase = match["what"]
    if found := reading.find_time(phrase):
        when, phrase = found

    def make(thing: Thing) -> Sequence[Operation] | str:
        if isinstance(thing, EventView):
            return "A busy time is fixed already."
        if when is not None and not when.is_exact:
            return f"Say at which time, such as “pin {thing.title} to Friday 15:00”."
        at = when.start if when else thing.start_at
        return (PinTask(task_id=thing.id, start_at=at),) if at else f"“{thing.title}” has no place yet: say at which time."

    return reading.on(phrase, make, which="Which one do you want to pin?")


def _unpin(reading: Reading, match: Match[str]) -> bool:
    return reading.on(
        match["what"],
        lambda thing: (
            (UnpinTask(task_id=thing.id),)
            if isinstance(thing, TaskView) and thing.pinned
            else f"“{thing.title}” is not pinned."
        ),
    )


def _since(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"])
    if when is None:
        return False
    is_after = (match["word"] or "").strip().lower() == "after"
    at = when.end if is_after and not when.is_exact else when.start

    def make(thing: Thing) -> Sequence[Operation] | str:
        return NO_EVENT if isinstance(thing, EventView) else not_before(reading, thing, at)

    return reading.on(match["what"], make, which=WHICH)


RULES = (
    rule(
        r"(?:do not|don't|dont|never) (?:start|begin|do|plan|schedule) (?P<what>.+?) (?P<word>before|until"
        r"|till) (?P<when>.+)",
        _since,
    ),
    rule(
        rf"{WHAT} (?:cannot|can't|can not|must not|may not|should not|shouldn't) (?:start|begin|be done"
        rf"|be started|be planned) (?P<word>before|until|till) (?P<when>.+)",
        _since,
    ),
    rule(
        r"(?:start|begin|do) (?P<what>.+?) (?:no earlier than|not before|not earlier than|only) "
        r"(?P<word>after |from |on )?(?P<when>.+)",
        _since,
    ),
    rule(
        r"(?:remove|clear|drop) (?:the )?(?:earliest start|start date|not before)(?: date)? (?:of|for|from) "
        r"(?P<what>.+)",
        setting(cleared=("earliest_at",)),
    ),
    rule(r"(?:unpin|un-pin|release|unlock|unfix|let go of|free) (?P<what>.+)", _unpin),
    rule(r"let (?:dayloom|the planner) (?:plan|have|place|decide(?: on)?) (?P<what>.+?)(?: again)?", _unpin),
    rule(r"(?:pin|fix|lock|keep|nail)(?: down)? (?P<what>.+?)(?: where it is| in place| there)?", pin),
    rule(
        r"(?P<verb>move|shift|push|postpone|delay|defer|re-?schedule|bump|advance|pull|bring forward|put off"
        r"|snooze|drag|bring|put|send)(?: back| forward| out| up)? (?P<text>.+)",
        _move,
    ),
    rule(
        r"(?:postpone|delay|defer|put off|snooze|push(?: back)?|bump) (?P<what>.+?)(?: (?:to )?(?:later|back"
        r"|off))?",
        _later,
    ),
    rule(
        r"(?:i(?:'ll| will|'m going to| want to| would like to|'d rather)? )?(?:do|plan|schedule|put|place"
        r"|start|work on) (?P<text>.+)",
        _at,
    ),
)
