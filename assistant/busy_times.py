"""Commands in plain English that add busy times: "block tomorrow 2-4pm", "meeting with Sam Thursday 2-3pm".

Each is a pattern with its reader; days off and hours of work stand in `assistant.hours_talk`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from re import Match

from assistant import hours_talk, quick_add
from assistant.edits import LENGTH, minutes_of
from assistant.operations import AddEvent, AddTask
from assistant.reading import Reading, rule
from assistant.stretches import Stretch

_JOINT = re.compile(r"^(?:for|to|as)\s+(?:the |my |a )?(?=\S)", re.IGNORECASE)
_WORK = re.compile(
    rf"^(?P<length>{LENGTH})\s+(?:for|on|to) (?P<what>.+)$",
    re.IGNORECASE,
)
_EVENT_NAME = re.compile(
    r"^(?:a |an |the |my )?(?:new )?(?P<kind>event|meeting|appointment|busy time|call|lunch"
    r"|block)?\s*(?:called |named |titled |: ?)?",
    re.IGNORECASE,
)


def _event(reading: Reading, match: Match[str]) -> bool:
    """ "Block tomorrow 2-4pm for the dentist", "I have a meeting with Bob on Thursday from 3 to 4pm"."""
    found = reading.find_time(match["text"])
    return _added(reading, match["text"], *found) if found else False


def _event_at(reading: Reading, match: Match[str]) -> bool:
    """ "Add an event ...": where no time is said, it is asked for."""
    return _event(reading, match) or reading.say("Say when, such as “meeting with Bob Thursday 3-4pm”.")


def _added(reading: Reading, text: str, when: Stretch, rest: str) -> bool:
    length = re.search(r"\bfor (\d+(?:\.\d+)?)\s?(h|hours?|min|mins|minutes?)\b", rest, re.IGNORECASE)
    minutes = 60
    if length:
        minutes = round(float(length[1]) * (60 if length[2].lower().startswith("h") else 1))
        rest = rest[: length.start()] + rest[length.end() :]
    work = _WORK.match(rest.strip())
    if work and when.is_exact:  # "an hour for lunch tomorrow at noon"
        minutes, rest = minutes_of(work["length"]) or minutes, work["what"]
    elif work and when.is_whole_days:  # "two hours tomorrow for deep work" has no time yet
        return reading.do(AddTask(text=f"{work['what']} {work['length']} {_said(text, rest)}".strip()))
    name = _EVENT_NAME.match(rest.strip())
    title = rest.strip()[name.end() :] if name else rest
    kind = (name["kind"] or "") if name else ""
    title = _JOINT.sub("", title.strip(" ,.")).strip()
    title = f"{kind} {title}".strip() if kind.lower() in {"meeting", "call", "lunch", "appointment"} else title
    end = when.start + timedelta(minutes=minutes) if when.is_exact else when.end
    if end <= reading.view.now:
        return reading.say("That time has passed.")
    title = title[:1].upper() + title[1:] if title else "Busy"
    return reading.do(AddEvent(title=title[:500], start_at=when.start, end_at=end))


def _met(reading: Reading, match: Match[str]) -> bool:
    """ "Meeting with Sam on Thursday 2-3pm", "dinner with Mum at 7": only where a time of day is said."""
    draft = quick_add.parse(match["text"].strip(), reading.view.now, reading.view.timezone)
    if draft.start_at is None or draft.problems or draft.recurrence:
        return False
    end = draft.end_at or draft.start_at + timedelta(minutes=draft.duration_minutes or 60)
    title = draft.title[:1].upper() + draft.title[1:]
    return reading.do(AddEvent(title=title, start_at=draft.start_at, end_at=end))


def _said(text: str, rest: str) -> str:
    """The words of a text that are not in the rest of it: those of its time."""
    left = rest.split()
    said = []
    for word in text.split():
        if word in left:
            left.remove(word)
        else:
            said.append(word)
    return " ".join(said)


def _busy(reading: Reading, match: Match[str]) -> bool:
    when = reading.when(match["when"])
    return hours_talk.kept_free(reading, when) if when else False


RULES = (
    rule(
        r"(?:i(?:'m| am) (?:busy|unavailable|not available|in meetings)|(?:block out|block off|block|reserve"
        r"|keep busy))(?: on| for)? (?P<when>.+)",
        _busy,
    ),
    rule(r"(?:block out|block off|block|reserve)\s+(?P<text>.+)", _event),
    rule(
        r"(?:add|create|make|schedule|put(?: in)?|set up|book)\s+(?P<text>(?:an? |the |my )?(?:new )?(?:event"
        r"|meeting|appointment|busy time)\b.+)",
        _event_at,
    ),
    rule(r"(?P<text>(?:meeting|appointment|lunch|dinner|breakfast|coffee) (?:with|at) .+)", _met),
    rule(r"(?:i have|i've got|there(?:'s| is)|i got)\s+(?P<text>(?:an? |the |my )(?!.*\b(?:task|todo)\b).+)", _event),
)
