"""How important a task is said to be, in words or as !1 to !4: what stands at one token of a text.

It never searches a text and scores nothing: the computed priority is another thing (`assistant.rules`).
"""

from __future__ import annotations

from assistant.names import word_set
from assistant.words import Words

_LEVELS = {
    "highest": 1,
    "top": 1,
    "urgent": 1,
    "critical": 1,
    "urgently": 1,
    "high": 2,
    "important": 2,
    "medium": 3,
    "normal": 3,
    "low": 4,
    "lowest": 4,
}
_BARE_LEVELS = word_set("high medium normal low important")
_PRIORITY = word_set("priority prio importance")
_HAVE_PRIORITY = word_set("queue queues lane lanes list lists ticket tickets customer customers inbox mail interrupt")
_NOT_ALONE = word_set("the a an is are if less more very how")  # "the urgent, the important" speaks of urgency


def read_importance(words: Words, at: int, follows: bool) -> tuple[int, int] | None:
    """ "!2", "p1", "high priority", "priority: high", "asap", a last "urgent", and "high" where it `follows` another phrase.

    Returns the token after it and the importance, 1 (highest) to 4.
    """
    begin = at + (words.word(at) in {"with", "as", "at"})
    begin += begin > at and words.word(begin) == "a"
    found = _marked(words, begin) or _named(words, begin) or _bare(words, at, follows)
    return found if found and words.closes(found[0]) else None


def _level(words: Words, at: int) -> int | None:
    number = words.number(at, 1)
    return number if number is not None and 1 <= number <= 4 else _LEVELS.get(words.word(at))


def _marked(words: Words, at: int) -> tuple[int, int] | None:
    """ "!2", "!high", "p1"."""
    if words.word(at) == "p" and words.joined(at + 1) and (words.stands_free(at + 2) or at == 0):
        level = words.number(at + 1, 1)
        return (at + 2, level) if level is not None and 1 <= level <= 4 else None
    level = _level(words, at + 1) if words.word(at) == "!" and words.joined(at + 1) else None
    if words.word(at + 1) == "important" and not words.stands_free(at + 2):  # of style sheets
        return None
    return (at + 2, level) if level else None


def _named(words: Words, at: int) -> tuple[int, int] | None:
    """ "high priority", "high-priority", "priority high", "prio: 1"."""
    noun = at + 1 + (words.word(at + 1) == "-")
    if words.word(at) in _LEVELS and words.word(noun) in _PRIORITY and words.word(noun + 1) not in _HAVE_PRIORITY:
        return noun + 1, _LEVELS[words.word(at)]
    if words.word(at) not in _PRIORITY:
        return None
    value = at + 1 + (words.word(at + 1) in {":", "=", "is"})
    level = _level(words, value)
    return (value + 1, level) if level and words.stands_free(value + 1) else None


def _bare(words: Words, at: int, follows: bool) -> tuple[int, int] | None:
    word = words.word(at)
    if word == "asap":
        return at + 1, 1
    if [words.word(at + n) for n in range(4)] == ["as", "soon", "as", "possible"]:
        return at + 4, 1
    if word == "not" and words.word(at + 1) == "urgent":
        return at + 2, 4
    if word in {"urgent", "critical", "urgently"}:
        is_meant = words.word(at - 1) not in _NOT_ALONE
    else:
        is_meant = word in _BARE_LEVELS and (follows or words.word(at - 1) == ",")
    return (at + 1, _LEVELS[word]) if is_meant and words.stands_free(at + 1) else None
