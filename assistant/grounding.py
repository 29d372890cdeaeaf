"""Whether a person's own words ask for an operation: what a model adds of its own is shown before it is done.

Text in titles, notes and events reaches the model, and may be hostile; the message alone is the person's. It decides nothing.
"""

from __future__ import annotations

import re

from assistant import titles
from assistant.chat import View
from assistant.operations import (
    ActOnTask,
    AddEvent,
    AddTask,
    CatchUp,
    DeleteEvent,
    EditEvent,
    EditTask,
    Operation,
    PinTask,
    Replan,
    Reprioritise,
    SetHours,
    TakeOff,
    UnpinTask,
    UsualHours,
    WorkExtra,
)

_QUESTION = re.compile(
    r"^\W*(?:what|when|why|how|who|where|which|is|are|am|do|did|have|will|should|was|does|show|list)\b", re.IGNORECASE
)
_POINTING = re.compile(r"\b(?:it|that|this|them|those|these|both)\b", re.IGNORECASE)
_RUNNING = re.compile(r"\b(?:stop|pause|break|done|finished|finish|current|running|switch|doing)\b", re.IGNORECASE)
_TIME_OFF = re.compile(
    r"\b(?:off|vacation|holidays?|sick|ill|on leave|not work\w*|no work|don't work|(?:am|i'm|be) (?:away|out|free))\b",
    re.IGNORECASE,
)
_WORKING = re.compile(r"\b(?:work\w*|hours|available)\b", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)|`[^`]*`", re.DOTALL)
SHARE = 0.5
"""Of the words of a title, so many must be in the message."""
MOST_WORDS = 60
"""A longer message is a text that was pasted: it asks for nothing by itself."""
MOST_POINTING = 8
"""A longer message names what it means; its "it" may be about anything."""


def is_asked_for(operation: Operation, message: str, view: View) -> bool:
    """Whether the message names what the operation is about. A question, a quotation and a pasted text ask for nothing."""
    message = _QUOTED.sub(" ", message)
    if _QUESTION.match(message) or len(message.split()) > MOST_WORDS:
        return False
    match operation:
        case ActOnTask() | EditTask() | PinTask() | UnpinTask():
            return _names_task(operation.task_id, message, view)
        case AddTask():
            return _holds(message, operation.text)
        case AddEvent():
            return operation.title.lower() == "busy" or _holds(message, operation.title)
        case EditEvent() | DeleteEvent():
            event = view.event(operation.event_id)
            return event is not None and _holds(message, event.title)
        case TakeOff():
            return bool(_TIME_OFF.search(message))
        case WorkExtra() | SetHours() | UsualHours():
            return bool(_WORKING.search(message))
        case Replan() | Reprioritise() | CatchUp():
            return True


def _names_task(task_id: int, message: str, view: View) -> bool:
    task = view.task(task_id)
    if task is None:
        return False
    is_pointed_at = task_id in view.named and len(message.split()) <= MOST_POINTING and _POINTING.search(message)
    is_running = task.status == "active" and _RUNNING.search(message)
    is_numbered = re.search(rf"(?<!\d){task_id}(?!\d)", message)
    return bool(is_pointed_at or is_running or is_numbered) or _holds(message, task.title)


def _holds(message: str, text: str) -> bool:
    words, said = titles.words_of(text), titles.words_of(message)
    found = sum(any(titles.is_like(word, other) for other in said) for word in words)
    return found >= SHARE * len(words)
