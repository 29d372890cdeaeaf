"""Commands in plain English about how much a task matters: set, raised, lowered, first.

Each is a pattern with its reader; the computed priority is another thing (`assistant.rules`).
"""

from __future__ import annotations

from re import Match

from assistant.chat import TaskView
from assistant.edits import WHAT, WHICH, edit, editor, setting, where_known
from assistant.operations import EditTask
from assistant.reading import Handler, Reading, rule

LEVELS = {
    **dict.fromkeys(("highest", "top", "urgent", "critical", "1", "the highest", "most important", "asap"), 1),
    **dict.fromkeys(("high", "higher", "important", "2", "very important"), 2),
    **dict.fromkeys(("medium", "normal", "3", "average", "regular"), 3),
    **dict.fromkeys(("low", "lower", "lowest", "unimportant", "4", "not important", "not urgent", "less important"), 4),
}
LEVEL = (
    r"(?P<level>(?:the )?(?:highest|top|high(?:er)?|medium|normal|average|low(?:er|est)?|(?:most |very "
    r"|not |less )?important|unimportant|urgent|not urgent|critical|asap|[1-4]))"
)


def change_level(reading: Reading, match: Match[str]) -> bool:
    return edit(reading, match["what"], importance=LEVELS[" ".join(match["level"].lower().split()).removeprefix("!")])


def step(by: int) -> Handler:
    def read(reading: Reading, match: Match[str]) -> bool:
        def make(task: TaskView) -> EditTask:
            return EditTask(task_id=task.id, importance=min(4, max(1, (task.importance or 3) + by)))

        return reading.on(match["what"], editor(make), which=WHICH)

    return read


RULES = (
    rule(
        r"(?:do|put|place|schedule|take|handle) (?P<what>.+?) first(?: on (?:the|my) list)?", where_known(setting(importance=1))
    ),
    rule(rf"{WHAT} (?:comes |goes )?first", where_known(setting(importance=1))),
    rule(
        rf"(?:raise|lift|bump|lower) (?P<what>.+?)(?: up| down)? to {LEVEL}(?:[- ](?:priority|prio|importance))?", change_level
    ),
    rule(r"(?:lower|reduce|decrease) (?P<what>.+?)'s (?:priority|prio|importance)", step(1)),
    rule(r"(?:raise|increase) (?P<what>.+?)'s (?:priority|prio|importance)", step(-1)),
    rule(
        rf"{WHAT} (?:isn't|is not|is no longer|aren't|are not|are no longer)"
        r" (?:that |so |very |really |too )?(?:important|urgent)(?: any ?more)?",
        where_known(step(1)),
    ),
    rule(
        rf"(?:set|change|make|put) (?:the )?(?:priority|prio|importance) (?:of|for|on) (?P<what>.+?) (?:to|as"
        rf"|at|=)?\s*!?{LEVEL}(?: priority)?",
        change_level,
    ),
    rule(
        rf"(?:set|change|make|put) (?P<what>.+?)(?:'s|’s)? (?:priority|prio|importance) (?:to|as|at"
        rf"|=)?\s*!?{LEVEL}(?: priority)?",
        change_level,
    ),
    rule(rf"(?:the )?(?:priority|prio|importance) (?:of|for) (?P<what>.+?) is(?: now)? {LEVEL}", change_level),
    rule(
        r"(?:raise|increase|bump(?: up)?|up) (?:the )?(?:priority|prio|importance) (?:of|for|on) (?P<what>.+)",
        step(-1),
    ),
    rule(r"make (?P<what>.+?) more (?:important|urgent)", step(-1)),
    rule(
        rf"(?:make|mark|set|flag|give|rate) (?P<what>.+?) (?:as |to |to be |a |an ){{0,3}}{LEVEL}(?:[- ](?:priority"
        rf"|prio|importance))?",
        change_level,
    ),
    rule(rf"{WHAT} (?:is|are|has|have)(?: now| a)? {LEVEL}(?:[- ](?:priority|prio|importance))?", change_level),
    rule(r"(?:prioriti[sz]e|focus on) (?P<what>.+)", setting(importance=1)),
    rule(r"(?:de-?prioriti[sz]e) (?P<what>.+)", setting(importance=4)),
    rule(r"(?:lower|decrease|reduce|drop) (?:the )?(?:priority|prio|importance) (?:of|for|on) (?P<what>.+)", step(1)),
    rule(
        r"(?:remove|clear|unset) (?:the )?(?:priority|prio|importance) (?:of|for|from|on) (?P<what>.+)",
        setting(cleared=("importance",)),
    ),
)
