"""Commands in plain English that add things or are buttons of a task: add, block, start, stop, complete, cancel, delete, hours.

Each is a pattern with its reader; changes of what a task is stand in `assistant.edits`, questions in `assistant.questions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Match
from typing import Literal

from assistant import titles
from assistant.chat import EventView, Status
from assistant.edits import is_known, note
from assistant.operations import (
    MAX_OPERATIONS,
    ActOnTask,
    AddTask,
    CatchUp,
    DeleteEvent,
    Operation,
    Replan,
    Reprioritise,
)
from assistant.reading import Handler, Reading, rule
from assistant.targets import LIVE, Thing

Verb = Literal["start_task", "stop_task", "complete_task", "reopen_task", "cancel_task", "delete_task", "restore_task"]

_LEVEL = r"(?:urgent|critical|(?:top|highest|high|medium|normal|low|lowest)[- ]priority|important|high|low)"
_LENGTH = r"(?:\d+(?:[.,]\d+)?\s?(?:h|hours?|hrs?|min|mins|minutes?)|half[- ]hour|one[- ]hour|two[- ]hour)"
_WORDS_BEFORE = re.compile(
    rf"^(?:a |an |one )?(?:new )?(?P<words>(?:(?:{_LEVEL}|{_LENGTH}|quick)[, ]+)*)(?:task|todo|to-do|item"
    rf"|reminder)\b[ :,-]*",
    re.IGNORECASE,
)
_NAMED = re.compile(r"^(?:(?:called|named|titled|saying|that says|with the title|to|for|about|:|-)\s*)", re.IGNORECASE)
_TO_THE_LIST = re.compile(
    r"\s+(?:to|on|onto|in) (?:my|the) (?:list|tasks|task list|todo list|to-do list|plan|day|backlog)\b",
    re.IGNORECASE,
)
_STATES: dict[Status, str] = {
    "open": "open already",
    "active": "running",
    "completed": "completed already",
    "cancelled": "cancelled",
    "deleted": "deleted",
}
_ONTO = re.compile(r"^(?P<text>.+?) to (?:the |my )?(?P<what>.+?) task$", re.IGNORECASE)
_SEVERAL = re.compile(r"^(?:the following |these |\w+ )?(?:tasks|todos|to-dos|things|items) ?: *(?P<list>.+)$", re.IGNORECASE)


def _add(reading: Reading, match: Match[str]) -> bool:
    """ "Create a high priority task to fix the login bug, 2h before Friday": quick-add reads the line that is left."""
    text = _TO_THE_LIST.sub("", match["text"].strip())
    if (onto := _ONTO.match(match["text"].strip())) and is_known(reading, onto["what"]):
        return note(reading, onto)
    if several := _SEVERAL.match(match["text"].strip()):
        names = [name for name in re.split(r"\s*(?:,|;|\band\b)\s*(?:and\s+)?", several["list"].strip()) if name]
        return reading.do(*(AddTask(text=name) for name in names)) if len(names) < MAX_OPERATIONS else False
    if match[0].lower().startswith("put ") and text == match["text"].strip():
        return _perhaps(reading, match)
    before = _WORDS_BEFORE.match(text)
    if before:
        text = _NAMED.sub("", text[before.end() :])
    text = text.strip().strip('"“”').strip()
    if not titles.words_of(text):
        return reading.say("Say what is to be done, such as “add write the report, 2h by Friday”.")
    extra = before["words"].strip(" ,").replace("important", "high priority") if before else ""
    return reading.do(AddTask(text=f"{text}, {extra}" if extra and extra != "quick" else text))


def _remember(reading: Reading, match: Match[str]) -> bool:
    return reading.do(AddTask(text=match["text"].strip()))


def _perhaps(reading: Reading, match: Match[str]) -> bool:
    """ "Do the laundry tomorrow": nothing that exists is named so, and it sounds like something new."""
    reading.is_certain = False
    return _remember(reading, match)


def _button(verb: Verb, statuses: Sequence[Status], which: str, *, events: bool = False) -> Handler:
    def read(reading: Reading, match: Match[str]) -> bool:
        phrase = (match.groupdict().get("what") or "it").strip()
        if verb == "start_task" and len(reading.targets.find(phrase, statuses).things) > 1:
            return reading.say("One task runs at a time. Say which one you want to start.")

        def make(thing: Thing) -> Sequence[Operation] | str:
            if isinstance(thing, EventView):
                return (DeleteEvent(event_id=thing.id),)
            refusal = _refusal(verb, thing.status)
            return f"“{thing.title}” is {refusal}." if refusal else (ActOnTask(kind=verb, task_id=thing.id),)

        return reading.on(phrase, make, statuses, events=events, which=which)

    return read


def _refusal(verb: Verb, status: Status) -> str:
    """Why a task of that status cannot have that done; empty when it can."""
    fitting: dict[Verb, tuple[Status, ...]] = {
        "start_task": ("open",),
        "stop_task": ("active",),
        "complete_task": LIVE,
        "cancel_task": LIVE,
        "reopen_task": ("completed", "cancelled"),
        "delete_task": ("open", "active", "completed", "cancelled"),
        "restore_task": ("deleted",),
    }
    if status in fitting[verb]:
        return ""
    return "not running" if verb == "stop_task" and status == "open" else _STATES[status]


def _stop(reading: Reading, _match: Match[str]) -> bool:
    running = reading.view.running
    if running is None:
        return reading.say("Nothing is running.")
    reading.mention((running,))
    return reading.do(ActOnTask(kind="stop_task", task_id=running.id))


def _done(reading: Reading, match: Match[str]) -> bool:
    """ "Done!": what runs, else what was named last."""
    running = reading.view.running
    if running is not None:
        reading.mention((running,))
        return reading.do(ActOnTask(kind="complete_task", task_id=running.id))
    return COMPLETE(reading, match)


def _switch(reading: Reading, match: Match[str]) -> bool:
    running = reading.view.running
    target = reading.targets.find(match["what"], ("open",))
    if running is not None and target.is_found and running not in target.things:
        reading.do(ActOnTask(kind="stop_task", task_id=running.id))
    return START(reading, match)


def _plain(operation: Operation) -> Handler:
    return lambda reading, match: reading.do(operation)


def _start_it(reading: Reading, _match: Match[str]) -> bool:
    """Without a name: what was named last, else what comes next."""
    phrase = "it" if reading.view.named else "the next task"
    return reading.on(phrase, lambda thing: (ActOnTask(kind="start_task", task_id=thing.id),), ("open",))


START = _button("start_task", ("open",), "Which one do you want to start?")
COMPLETE = _button("complete_task", LIVE, "Which one is done?")
REOPEN = _button("reopen_task", ("completed", "cancelled"), "Which one is open again?")
RESTORE = _button("restore_task", ("deleted",), "Which one do you want back?")

RULES = (
    # The planner.
    rule(
        r"(?:re-?plan|plan again|re-?schedule|reorganis?z?e|optimi[sz]e|replan)(?: (?:everything|all|it all"
        r"|my (?:day|week|plan|tasks|schedule)|the (?:day|week|plan)|all my tasks|all tasks|please))*|(?:plan"
        r"|organi[sz]e|schedule) my (?:day|week)(?: again)?|make (?:me )?a (?:new )?plan"
        r"(?: for (?:today|tomorrow|the (?:day|week)))?",
        _plain(Replan()),
    ),
    rule(
        r"(?:re-?prioriti[sz]e|recompute (?:all |the )?priorities|compute (?:the )?priorities again"
        r"|sort by priority)(?: (?:everything|all|my tasks|all tasks|all my tasks|the list|my list))*",
        _plain(Reprioritise()),
    ),
    rule(r"(?:catch me up|catch up|plan what i missed|re-?plan what i missed|i(?:'m| am) back)", _plain(CatchUp())),
    # Adding tasks.
    rule(
        r"(?:stop|pause|halt)(?: (?:it|working|work|the (?:clock|timer)|now|everything|what i(?:'m| am) doing"
        r"|(?:the )?(?:current|running) (?:one|task)))*|(?:i(?:'m| am) )?(?:taking|take) a break"
        r"|(?:i need a )?break|take five|(?:i(?:'m| am) )?done for (?:today|the day)|call it a day",
        _stop,
    ),
    rule(r"(?:do not|don't|dont|never) (?:let me )?forget (?:to )?(?P<text>.+)", _remember),
    rule(r"(?:remind me|remember)(?: to| about| that i (?:have|need) to) (?P<text>.+)", _remember),
    rule(r"(?:remind me|remember) (?!of\b)(?P<text>.+)", _perhaps),
    rule(
        r"(?:i (?:need|have|ought|want|gotta|got) to|i've got to|i gotta|i must|i should) (?!(?:see|know)\b)(?P<text>.+)",
        _remember,
    ),
    rule(r"i (?:need|want|have|got) (?P<text>.+)", _perhaps),
    rule(
        r"(?:(?:add|create|make|new|insert|put|note down|jot down|write down)\s*:?\s+|(?:new )?(?:task"
        r"|todo):\s*)(?P<text>.+)",
        _add,
    ),
    # The life of a task.
    rule(
        r"(?:stop|pause|halt)(?: working on| with)? (?P<what>.+)",
        _button("stop_task", ("active",), "Which one do you want to stop?"),
    ),
    rule(r"(?:start|begin|resume|continue|go)(?: now)?", _start_it),
    rule(r"(?:switch|change) (?:over )?to (?P<what>.+)", _switch),
    rule(
        r"(?:(?:i(?:'m| am) )?(?:start|starting|begin|beginning|resume|continue|kick off|get going|get started"
        r"|go on|carry on)(?: working| work)?(?: on| with)?|work on|(?:i(?:'m| am) )?working on|(?:i(?:'m"
        r"| am) )?(?:doing)) (?P<what>.+?)(?: now| right now| again)?",
        START,
    ),
    rule(
        r"(?:mark|set|flag)(?: off)? (?P<what>.+?) (?:as )?(?:not (?:done|complete|completed|finished)|undone"
        r"|open|incomplete|unfinished|to ?do)(?: again)?",
        REOPEN,
    ),
    rule(
        r"(?:(?:re-?open|un-?complete|un-?finish|un-?check|un-?cancel|reactivate) (?P<what>.+))",
        REOPEN,
    ),
    rule(
        r"(?P<what>.+?) (?:is not|isn't|isnt|was not|wasn't|are not|aren't) (?:done|finished|complete"
        r"|completed)(?: yet| after all)?",
        REOPEN,
    ),
    rule(
        r"(?:mark|set|check|tick|flag)(?: off)? (?P<what>.+?) (?:as |off as )?(?:done|complete|completed"
        r"|finished|ready)",
        COMPLETE,
    ),
    rule(
        r"(?:all |i(?:'m| am|'ve| have) )?(?:done|finished|complete|completed|finish|that's it|ready)(?: now"
        r"| with (?:it|this|that))?",
        _done,
    ),
    rule(
        r"(?:complete|completed|finish|finished|done(?: with)?|tick(?: off)?|check(?: off)?|close|i(?:'ve"
        r"| have)?(?: just)? (?:finished|completed|done|did)|i(?:'m| am) (?:done|finished|through) with"
        r"|(?:i )?got (?=.+ done$)|wrap up|cross(?: off)?|strike(?: off)?) (?P<what>.+?)(?: off| done)?",
        COMPLETE,
    ),
    rule(
        r"(?P<what>(?!what|when|why|how|who|where|which|is |are |was |am |should |will |can |did |do "
        r"|does ).+?) (?:is|are|was|were|got) (?:now |all )?(?:done|finished|complete|completed"
        r"|ready)(?: now)?",
        COMPLETE,
    ),
    rule(r"(?:restore|bring back|undelete|recover|get back|un-?remove) (?P<what>.+)", RESTORE),
    rule(r"(?:bring|get) (?P<what>.+) back", RESTORE),
    rule(
        r"(?:delete|remove|trash|erase|throw away|get rid of|kill|purge|wipe|clear(?= all| every| my| the"
        r"| completed)) (?P<what>.+?)(?: (?:from|off) (?:my|the) (?:list|plan|calendar|day))?",
        _button("delete_task", ("open", "active", "completed", "cancelled"), "Which one do you want to delete?", events=True),
    ),
    rule(
        r"(?:cancel|abandon|drop|scrap|call off|forget(?: about)?|give up(?: on)?|never mind|nevermind|skip"
        r"|i(?:'m not going to| am not going to|'ll not| will not| won't)(?: do)?) (?P<what>.+)",
        _button("cancel_task", LIVE, "Which one do you want to cancel?", events=True),
    ),
    rule(r"(?P<text>(?:do|plan) (?!(?:i|you|we|it|this|that|them)\b).+)", _perhaps),
    rule(r"schedule (?P<text>.+)", _perhaps),
)
