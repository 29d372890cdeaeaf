"""Questions beside the plan itself: the clock, the usual hours, what comes after, where an hour is free.

Each is a pattern with its reader; what is planned, next, at risk and why stand in `assistant.questions`.
"""

from __future__ import annotations

from re import Match

from assistant import telling
from assistant.chat import AboutTask, AmIFree, ListPlan, ListTasks, Simple, TaskView, WhatIf
from assistant.edits import LENGTH
from assistant.operations import TakeOff
from assistant.reading import Reading, rule

_NAMES = {"day": "today", "week": "this week", "month": "this month"}


def _clock(reading: Reading, _match: Match[str]) -> bool:
    return reading.say(f"It is {telling.time_of(reading.local(reading.view.now))}.")


def _hours(reading: Reading, _match: Match[str]) -> bool:
    return reading.say(reading.view.hours + "." if reading.view.hours else "You have set no hours.")


def _list(reading: Reading, match: Match[str]) -> bool:
    """ "Anything on Friday?", "what's my afternoon like?", "how much do I have to do today?" """
    name = match["when"].strip()
    when = reading.when(_NAMES.get(name.lower(), name))
    return reading.ask(ListPlan(start_at=when.start, end_at=when.end)) if when and not when.is_exact else False


def _part(reading: Reading, match: Match[str]) -> bool:
    """ "What do I have after 3?": till the end of that day; "before noon": from now on, or the beginning of another day."""
    when = reading.when(match["when"]) or reading.when(f"at {match['when']}")
    if when is None or not when.is_exact:
        return False
    midnight = reading.local(when.start).replace(hour=0, minute=0)
    day = reading.when(f"{when.first_on:%Y-%m-%d}")
    if match["side"].lower() == "before":
        return reading.ask(ListPlan(start_at=max(midnight, reading.view.now), end_at=max(when.start, reading.view.now)))
    return reading.ask(ListPlan(start_at=when.start, end_at=day.end)) if day else False


def _due(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"])
    return reading.ask(ListPlan(start_at=when.start, end_at=when.end, what="due")) if when and not when.is_exact else False


def _done_in(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"] or "today")
    return reading.ask(ListPlan(start_at=when.start, end_at=when.end, what="done")) if when and not when.is_exact else False


def _room(reading: Reading, match: Match[str]) -> bool:
    """ "Do I have an hour free tomorrow?", "find me 2 hours on Wednesday": which time is free then."""
    when = reading.when(match["when"] or "this week")
    if when is None or when.is_exact:
        return False
    now = reading.view.now
    return reading.ask(AmIFree(start_at=max(when.start, now), end_at=max(when.end, now)))


def _off(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"])
    if when is None or not when.is_whole_days:
        return False
    return reading.ask(WhatIf(operations=(TakeOff(first_on=when.first_on, last_on=when.last_on),)))


def _will(reading: Reading, match: Match[str]) -> bool:
    """ "Will I finish the report on time?", "when is the invoice due?": how that task stands."""
    target = reading.targets.find(match["what"])
    thing = target.things[0] if len(target.things) == 1 else None
    if not isinstance(thing, TaskView):
        return False
    reading.mention((thing,))
    return reading.ask(AboutTask(kind="about", task_id=thing.id))


RULES = (
    rule(r"what(?:'s| is)? (?:the )?time(?: is it)?(?: now)?|what time is it(?: now)?|how late is it(?: now)?", _clock),
    rule(r"(?:what(?:'s| are| is)?|show(?: me)?|when are) my (?:usual |working |work |office )*hours", _hours),
    rule(
        r"what (?:should|shall|do|can|must) i (?:do|work on|start|tackle) (?:after (?:this|that|it)|afterwards|then)"
        r"|what(?:'s| is| comes) (?:after (?:this|that|it)|then|afterwards)",
        lambda reading, match: reading.ask(Simple(kind="whats_next")),
    ),
    rule(
        r"(?:is|are) there (?:anything|something|any(?: tasks?)?) (?:urgent|important|pressing)",
        lambda reading, match: reading.ask(ListTasks(which="urgent")),
    ),
    rule(r"(?:anything|something|plans)(?: on| for| planned(?: for)?)? (?P<when>.+)", _list),
    rule(r"what(?:'s| is) my (?P<when>.+?) (?:like|looking like|look like)", _list),
    rule(r"how much (?:work )?(?:do|will) i have(?: to do| left| planned)* (?:on |for )?(?P<when>.+)", _list),
    rule(
        r"(?:what(?:'s| is| do i have| have i got)?(?: on| planned| left)?|anything) (?P<side>after|before|from) (?P<when>.+)",
        _part,
    ),
    rule(r"(?:which|what) tasks (?:are due|have (?:a )?deadlines?) (?P<when>.+)", _due),
    rule(
        r"how (?:many (?:tasks|things)|much) (?:did|have) i (?:finish(?:ed)?|complete[d]?|do(?:ne)?|get done) ?(?P<when>.*)",
        _done_in,
    ),
    rule(
        rf"(?:do i have|is there|have i got|find(?: me)?|when (?:could|can|do) i (?:fit in|fit|squeeze in|find|have|get)) "
        rf"{LENGTH}(?: free| left| to spare)? ?(?:on |for )?(?P<when>.*)",
        _room,
    ),
    rule(r"(?:could|can|may|should) i (?:take|have|get) (?P<when>.+?) off", _off),
    rule(r"(?:will|can|do) i (?:finish|make|complete|manage|get) (?P<what>.+?)(?: done)?(?: on time| in time| by then)", _will),
    rule(
        r"(?:will|is) (?P<what>.+?) (?:going to )?be (?:late|done|ready|finished|on time|in time)(?: on time| in time)?", _will
    ),
    rule(r"when(?:'s| is| are| will) (?P<what>.+?) (?:be )?(?:due|done|finished|ready|over|planned|scheduled)", _will),
)
