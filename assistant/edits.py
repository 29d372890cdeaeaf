"""Commands in plain English that change what a task is: its deadline, length, name, notes, pieces and order.

Each is a pattern with its reader; how much it matters is in `assistant.weights`, when it is done in `assistant.moves`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from re import Match

from assistant import quick_add
from assistant.chat import EventView, TaskView
from assistant.operations import EditEvent, EditTask, Operation
from assistant.reading import Handler, Make, Reading, rule
from assistant.targets import Thing

WHICH = "Which one do you want to change?"
_ANOTHER = re.compile(r"^(?:another|an? (?:extra|additional|further)) ", re.IGNORECASE)
LENGTH = r"(?:(?:an?|one|two|three|four|half an|\d+(?:[.,]\d+)?) ?(?:h|hours?|hrs?|min|mins|minutes?)\b)"
"""A length of time within a pattern."""
NO_EVENT = "That is a busy time, which has only a title and a time."


def edit(reading: Reading, phrase: str, **changes: object) -> bool:
    """Change columns of the tasks that a phrase means."""
    return reading.on(phrase, editor(lambda task: EditTask.model_validate({"task_id": task.id, **changes})), which=WHICH)


def editor(build: Callable[[TaskView], EditTask | str]) -> Make:
    """A maker for tasks alone."""

    def made(thing: Thing) -> Sequence[Operation] | str:
        if isinstance(thing, EventView):
            return NO_EVENT
        operation = build(thing)
        return operation if isinstance(operation, str) else (operation,)

    return made


def setting(**changes: object) -> Handler:
    return lambda reading, match: edit(reading, match["what"], **changes)


def where_known(handler: Handler) -> Handler:
    """The same, but only for what exists: else it is perhaps something new, and for other rules."""
    return lambda reading, match: is_known(reading, match["what"]) and handler(reading, match)


def is_known(reading: Reading, phrase: str) -> bool:
    """Whether a phrase means something that exists, by every word of it."""
    target = reading.targets.find(phrase, events=True)
    return bool(target.rivals) or (target.is_found and target.is_exact)


def minutes_of(text: str) -> int | None:
    """A length of work, as quick-add reads it; None for anything else."""
    draft = quick_add.parse(f"x {text}", _ANY_TIME, "UTC")
    is_all = draft.title == "x" and len(draft.spans) == 1
    return draft.duration_minutes if is_all and draft.duration_minutes and draft.duration_minutes > 0 else None


_ANY_TIME = datetime.fromisoformat("2026-01-05T09:00:00+00:00")  # a length does not depend on when it is read


def _length(reading: Reading, match: Match[str]) -> bool:
    minutes = minutes_of(re.sub(r"\s+(?:long|instead|now|of work)$", "", match["length"].strip(), flags=re.IGNORECASE))
    return edit(reading, match["what"], duration_minutes=minutes) if minutes else False


def lengthen(sign: int) -> Handler:
    def read(reading: Reading, match: Match[str]) -> bool:
        length = _ANOTHER.sub("", match["length"])
        minutes = minutes_of(length) or minutes_of(f"an {length}")
        if not minutes:
            return False

        def make(task: TaskView) -> EditTask | str:
            total = task.duration_minutes + sign * minutes
            return (
                EditTask(task_id=task.id, duration_minutes=total)
                if total > 0
                else f"“{task.title}” takes only {task.duration_minutes} min."
            )

        return reading.on(match["what"], editor(make), which=WHICH)

    return read


def change_due(reading: Reading, match: Match[str]) -> bool:
    """The deadline as quick-add reads "by ...": a day is its last minute."""
    word = "before" if re.search(r"\bbefore$", match["by"] or "") else "by"
    deadline = deadline_of(reading, f"{word} {match['when']}")
    if deadline is None:
        return False
    changes: dict[str, object] = {"deadline_at": deadline}
    if re.search(r"\bhard\b", match[0], re.IGNORECASE):
        changes["deadline_is_hard"] = True
    return edit(reading, match["what"], **changes)


def deadline_of(reading: Reading, phrase: str) -> datetime | None:
    draft = quick_add.parse(f"x {phrase}", reading.view.now, reading.view.timezone)
    return draft.deadline_at if draft.title == "x" and not draft.problems else None


def _hard(reading: Reading, match: Match[str]) -> bool:
    return edit(reading, match["what"], deadline_is_hard=match["hard"].lower() == "hard")


def _due_later(reading: Reading, match: Match[str]) -> bool:
    """ "Extend the deadline of X by 2 days"."""
    number, unit = int(match["number"] or 1), match["unit"].lower()
    span = timedelta(days=number * (7 if unit.startswith("w") else 1)) if unit[0] in "dw" else timedelta(hours=number)

    def make(task: TaskView) -> EditTask | str:
        if task.deadline_at is None:
            return f"“{task.title}” has no deadline."
        return EditTask(task_id=task.id, deadline_at=task.deadline_at + span)

    return reading.on(match["what"], editor(make), which=WHICH)


def _rename(reading: Reading, match: Match[str]) -> bool:
    title = match["title"].strip().strip('"“”').strip()
    return reading.on(
        match["what"],
        lambda thing: (
            (EditEvent(event_id=thing.id, title=title),)
            if isinstance(thing, EventView)
            else (EditTask(task_id=thing.id, title=title),)
        ),
        ("open", "active", "completed", "cancelled"),
        events=True,
        which="Which one do you want to rename?",
    )


def _split(reading: Reading, match: Match[str]) -> bool:
    minutes = minutes_of(
        match["length"]
        .removesuffix("s")
        .removesuffix(" chunk")
        .removesuffix(" piece")
        .removesuffix(" part")
        .removesuffix(" block")
    )
    return edit(reading, match["what"], min_chunk_minutes=minutes) if minutes else False


def _after(reading: Reading, match: Match[str]) -> bool:
    """ "Do the slides after the report": it waits for it. With "before" it is the other way round."""
    later, earlier = match["what"], match["other"]
    if match["order"].lower() == "before":
        later, earlier = earlier, later
    first = reading.targets.find(earlier)
    if first.problem or (first.is_found and isinstance(first.things[0], EventView)):
        return False
    if first.rivals:
        return reading.say("Several tasks match the one to wait for. Name it more exactly.")
    waits = tuple(thing.id for thing in first.things)

    def make(task: TaskView) -> EditTask | str:
        if task.id in waits:
            return "A task cannot wait for itself."
        return EditTask(task_id=task.id, waits_for=tuple(dict.fromkeys((*task.waits_for, *waits))))

    return reading.on(later, editor(make), which=WHICH)


def note(reading: Reading, match: Match[str]) -> bool:
    text = match["text"].strip().strip('"“”')

    def make(task: TaskView) -> EditTask:
        return EditTask(task_id=task.id, context=f"{task.context}\n{text}".strip()[:10_000])

    return reading.on(match["what"], editor(make), which="Which one is the note for?")


_TO_BE = r"(?:is|are|be|becomes|must be|should be|has to be|have to be|needs to be|need to be|shall be|was)"
WHAT = r"(?P<what>(?!what\b|when\b|why\b|how\b|who\b|which\b|is\b|am\b|are\b|do i\b|did\b|will\b|can\b|should\b).+?)"

RULES = (
    rule(
        r"(?:add|put|write|attach) (?:a )?(?:note|comment|context|detail)s?(?: to| on| for| in) "
        r"(?P<what>.+?)\s*(?::|saying|that says|-)\s*(?P<text>.+)",
        note,
    ),
    rule(r"note (?:on|for|to) (?P<what>.+?)\s*:\s*(?P<text>.+)", note),
    rule(r"(?:rename|retitle|call) (?P<what>.+?) (?:to|into|as) (?P<title>.+)", _rename),
    rule(r"(?:change|set) (?:the )?(?:title|name) of (?P<what>.+?) to (?P<title>.+)", _rename),
    rule(r"(?:do not|don't|dont|never|stop) split(?:ting)? (?P<what>.+)", setting(cleared=("min_chunk_minutes",))),
    rule(r"(?:do |plan )(?P<what>.+) in one (?:go|piece|sitting)", setting(cleared=("min_chunk_minutes",))),
    rule(
        r"(?:split|break|divide|chop)(?: up)? (?P<what>.+?)(?: up)? (?:in|into|in to)(?: chunks of| pieces of"
        r"| parts of)? (?P<length>.+?)",
        _split,
    ),
    # Deadlines.
    rule(rf"{WHAT} (?:has|have) a (?P<hard>hard|soft) (?:deadline|due date)", _hard),
    rule(
        r"(?:make |set )?(?:the )?(?:deadline|due date) (?:of|for|on) (?P<what>.+?) (?:is |to |as )?(?P<hard>hard|soft)",
        _hard,
    ),
    rule(
        r"(?:extend|move|push|postpone|delay)(?: back)? (?:the )?(?:deadline|due date) (?:of|for|on) "
        r"(?P<what>.+?) by (?:(?P<number>\d+) |an? |one )?(?P<unit>days?|weeks?|hours?)",
        _due_later,
    ),
    rule(
        r"(?:remove|clear|delete|drop|cancel|forget) (?:the )?(?:deadline|due date) (?:of|for|from|on) "
        r"(?P<what>.+)",
        setting(cleared=("deadline_at",)),
    ),
    rule(rf"{WHAT} (?:has|have|needs|need) no (?:deadline|due date)(?: any ?more)?", setting(cleared=("deadline_at",))),
    rule(
        r"(?:set|change|move|extend|push|put|make)(?: back)? (?:the |a )?(?P<hard>hard )?(?:deadline"
        r"|due date) (?:of|for|on) (?P<what>.+?) (?P<by>to|until|at|on|as|is|by) (?P<when>.+)",
        change_due,
    ),
    rule(
        r"(?:the )?(?P<hard>hard )?(?:deadline|due date) (?:of|for|on) (?P<what>.+?) (?P<by>is|to|:) "
        r"(?P<when>.+)",
        change_due,
    ),
    rule(rf"{WHAT} {_TO_BE} (?P<hard>hard )?due(?: (?P<by>by|on|at|before))? (?P<when>.+)", change_due),
    rule(rf"{WHAT} {_TO_BE} (?:done|finished|complete|completed|ready) (?P<by>by|before|until|on) (?P<when>.+)", change_due),
    rule(r"(?:make|set|mark) (?P<what>.+?) due(?: (?P<by>by|on|at|before|to))? (?P<when>.+)", change_due),
    rule(r"(?:finish|complete|do|get) (?P<what>.+?) (?:done )?(?P<by>by|before) (?P<when>.+)", change_due),
    # Length.
    rule(
        rf"{WHAT} (?:takes|take|will take|needs|need|is|should take|would take|requires|lasts"
        rf"|is going to take)(?: me)?(?: about| around| only| at least)? (?P<length>[\dahot][^,]*)",
        _length,
    ),
    rule(
        r"(?:set|change|make) (?:the )?(?:duration|length|estimate|time) (?:of|for|on) (?P<what>.+?) (?:to|at"
        r"|=)?\s*(?P<length>[\daho].*)",
        _length,
    ),
    rule(r"(?:extend|lengthen|prolong|increase) (?P<what>.+?) by (?P<length>.+)", lengthen(1)),
    rule(r"add (?P<length>.+?) (?:more )?to (?P<what>.+)", lengthen(1)),
    rule(r"(?:shorten|reduce|cut|trim) (?P<what>.+?) by (?P<length>.+)", lengthen(-1)),
    rule(
        r"(?:make|set|shorten|extend|estimate|change|cut|reduce|give) (?P<what>.+?) (?:to |at |take |last "
        r"|as )*(?P<length>[\daho].*)",
        _length,
    ),
    # Order.
    rule(
        rf"(?:do |plan |schedule |put |start )?{WHAT} (?:(?:must |should |has to |needs to )?(?:wait|waits?"
        rf"|come|comes|go|goes|depend|depends|happen|happens|be done|is done) )?(?P<order>after|before"
        rf"|behind)(?: i finish| finishing| i'm done with)? (?P<other>.+)",
        _after,
    ),
    rule(
        rf"{WHAT} (?:waits for|wait for|depends on|depend on|is blocked by|are blocked by|needs) "
        rf"(?P<other>.+)(?P<order>)",
        _after,
    ),
)
