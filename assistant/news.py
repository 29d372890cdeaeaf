"""What people tell of their tasks rather than order: "I sent the invoice", "login bug fixed", "I won't get to it today".

Each is a pattern with its reader. A thing is done only where the verb that is told is the one its title begins with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Match

from assistant import hours_talk, titles
from assistant.chat import EventView
from assistant.commands import COMPLETE
from assistant.edits import WHAT, change_due, is_known, lengthen, setting, where_known
from assistant.moves import not_before, pin
from assistant.operations import Operation
from assistant.reading import Reading, rule
from assistant.targets import Thing

_PAST = {
    "bought": "buy", "brought": "bring", "built": "build", "chose": "choose", "did": "do", "drew": "draw", "drove": "drive",
    "fed": "feed", "found": "find", "gave": "give", "given": "give", "got": "get", "held": "hold", "hung": "hang",
    "laid": "lay", "led": "lead", "left": "leave", "made": "make", "met": "meet", "paid": "pay", "put": "put",
    "ran": "run", "rang": "ring", "read": "read", "rewritten": "rewrite", "rewrote": "rewrite", "said": "say", "saw": "see",
    "sent": "send", "set": "set", "shot": "shoot", "showed": "show", "shown": "show", "sold": "sell", "spoke": "speak",
    "swept": "sweep", "taken": "take", "taught": "teach", "told": "tell", "took": "take", "went": "go", "wrote": "write",
    "written": "write",
}  # fmt: skip
_SUBJECTS = frozenset(_PAST[word] for word in ("told", "rang", "met", "said")) | {"call", "email", "text", "ask", "visit"}
_ADVERBS = r"(?:(?:just|already|finally|also|now|today|this morning) )*"
_SOON = r"(?:today|tonight|tomorrow|this (?:morning|afternoon|evening|week))"


def _bases(verb: str) -> tuple[str, ...]:
    """The verbs that a past form may be of: "fixed" of fix, "planned" of plan, "tidied" of tidy, "filed" of file."""
    verb = verb.lower()
    if verb in _PAST:
        return (_PAST[verb],)
    if not verb.endswith("ed") or len(verb) < 4:
        return ()
    stem = verb[:-2]
    doubled = (stem[:-1],) if len(stem) > 2 and stem[-1] == stem[-2] else ()
    return (stem, f"{stem}e", *doubled, *((f"{stem[:-1]}y",) if stem.endswith("i") else ()))


def _did(reading: Reading, match: Match[str]) -> bool:
    """ "I sent the invoice", "invoice sent": completes "Send the invoice", and nothing whose title has another verb."""
    for base in _bases(match["verb"]):
        phrase = f"{base} {match['what']}"
        target = reading.targets.find(phrase, ("open", "active", "completed"))
        meant = target.rivals or (target.things if target.is_exact else ())
        is_told = match.groupdict().get("bare") is None or base not in _SUBJECTS  # "dentist called": who called whom?
        if meant and is_told and all(titles.words_of(thing.title)[:1] == (base,) for thing in meant):
            return COMPLETE(reading, _renamed(phrase))
    return False


def _renamed(phrase: str) -> Match[str]:
    found = re.compile(r"(?P<what>.+)", re.DOTALL).match(phrase)
    if found is None:
        raise ValueError("A phrase is never empty.")
    return found


def _not_then(reading: Reading, match: Match[str]) -> bool:
    """ "I won't get to the report today": not before tomorrow; "the report can wait until Thursday": not before that."""
    phrase, said = match["what"] or "it", match.groupdict().get("when")
    when = reading.when(said or "today")
    if when is None or not is_known(reading, phrase):
        return False
    at = when.start if match.groupdict().get("until") else when.end

    def make(thing: Thing) -> Sequence[Operation] | str:
        if isinstance(thing, EventView):
            return f"“{thing.title}” is a busy time. Say to when, such as “move {thing.title} to tomorrow at 10”."
        return not_before(reading, thing, at)

    return reading.on(phrase, make, events=True, which="Which one can wait?")


def _free(reading: Reading, match: Match[str]) -> bool:
    """ "Clear my afternoon", "free up Friday": kept free, and the planner moves what was there."""
    name = match["when"].lower()
    when = reading.when({"day": "today", "week": "this week"}.get(name, name))
    return hours_talk.kept_free(reading, when) if when is not None and not when.is_exact else False


def _split_how(reading: Reading, match: Match[str]) -> bool:
    if not is_known(reading, match["what"]):
        return False
    return reading.say(f"Say how long each part should be, such as “split {match['what']} into 1h chunks”.")


FIRST = (
    rule(
        r"i (?:can't|cannot|can not|won't|will not|couldn't|could not|(?:'m|am) not going to|don't|do not)"
        r"(?: (?:have|find|get)(?: the| any| enough)? time| want)?(?: to| for)?(?! make it\b)"
        r"(?: (?:do|finish|get to|start|manage|make|work on))? "
        rf"(?P<what>.+?) (?P<when>{_SOON})",
        _not_then,
    ),
    rule(rf"(?:don't|do not) (?:do|start|begin|plan|schedule) (?P<what>.+?) (?P<when>{_SOON})", _not_then),
    rule(rf"(?:skip|leave|not) (?P<what>.+?) (?:for )?(?P<when>{_SOON})", _not_then),
    rule(rf"not(?P<what>) (?P<when>{_SOON})", _not_then),
    rule(rf"{WHAT} (?:can|could|may|will have to|has to) wait (?P<until>until|till|for) (?P<when>.+)", _not_then),
    rule(rf"{WHAT} (?:can|could|may|will have to|has to) wait", _not_then),
    rule(
        r"i(?:'ve| have)?(?: just| already)? (?:finished|completed|did|done) (?P<what>.+?)"
        r" (?:yesterday|last night|already|today|this morning|earlier)",
        where_known(COMPLETE),
    ),
    rule(r"(?:clear|free(?: up)?|empty|open up) (?:my |the |all of (?:my )?)?(?:whole )?(?P<when>.+)", _free),
    rule(r"(?:don't|do not|never) (?:move|touch|shift) (?P<what>.+)", where_known(pin)),
    rule(r"(?:keep|leave) (?P<what>.+?) (?:where|as|when) (?:it|they) (?:is|are)", where_known(pin)),
    rule(r"(?:split|break|divide|chop)(?: up)? (?P<what>(?!.*\binto?\b).+?)(?: up)?", _split_how),
    rule(r"give me (?P<by>until|till) (?P<when>.+?) (?:for|to (?:do|finish)) (?P<what>.+)", change_due),
    rule(
        r"(?:set|change|move|extend|push|put)(?: back)? (?P<what>(?!the (?:deadline|due date)\b).+?)(?:'s)? "
        r"(?:deadline|due date) (?P<by>to|until|at|on|as|by) (?P<when>.+)",
        change_due,
    ),
    rule(r"no (?:deadline|due date) (?:for|on) (?P<what>.+)", setting(cleared=("deadline_at",))),
    rule(r"give (?P<what>.+?) (?P<length>(?:another|an? (?:extra|additional)) .+?)(?: more)?", lengthen(1)),
    rule(r"give (?P<what>.+?) (?P<length>(?:\d|an? |one |two |half ).*?) (?:more|longer)", lengthen(1)),
    rule(
        rf"{WHAT} (?:will take|takes|needs|is going to take) (?P<length>[\dahot].*?) (?:longer|more)",
        lengthen(1),
    ),
)
LAST = (
    rule(
        rf"(?:i(?:'ve| have)? )?{_ADVERBS}(?P<verb>[a-z]+) (?P<what>.+?)(?: (?:just now|already|today|this morning|now))?", _did
    ),
    rule(
        r"(?P<what>.+?)(?: (?:is|are|was|were|has been|have been|got)(?: now| all| just| already)*) (?P<verb>[a-z]+)"
        r"(?: now| already)?",
        _did,
    ),
    rule(r"(?P<what>.+?)(?P<bare>) (?P<verb>[a-z]+)", _did),
    rule(rf"{WHAT} (?:(?:is|are|was|were) )?(?:finished|done|completed|complete)", where_known(COMPLETE)),
)
