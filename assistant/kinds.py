"""Which tasks a person means by a kind: "meetings", "errands", "#admin". A word of the title or a label says so.

It compares words; when such tasks are planned is the planner's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from assistant.context import ALL_TASKS
from assistant.names import word_set

_FAMILIES = {
    "meeting": "meeting meet meetup sync standup retro retrospective interview 1:1 1-1 one-on-one catchup huddle workshop",
    "call": "call phone ring dial telephone videocall zoom",
    "errand": "errand shop shopping grocery groceries buy pharmacy bank supermarket collect",
    "admin": "admin administration paperwork invoice expense tax form bureaucracy filing",
    "email": "email e-mail mail inbox reply correspondence",
    "chore": "chore clean cleaning laundry dishes vacuum tidy ironing hoover",
    "writing": "writing write draft essay report blog article",
    "reading": "reading read",
    "coding": "coding code programming program develop implement debug refactor",
    "workout": "workout exercise gym run running training swim yoga",
    "study": "study studying learn homework revision revise",
    "review": "review proofread feedback",
    "design": "design designing sketch mockup",
    "planning": "planning plan",
}
_FAMILIES["exercise"] = _FAMILIES["workout"]
_FAMILIES["phone"] = _FAMILIES["call"]
_FAMILIES["shopping"] = _FAMILIES["errand"]
_FAMILIES["appointment"] = "appointment doctor dentist haircut hairdresser"
_WORD = re.compile(r"\w+(?:[:'’-]\w+)*")
_KEPT = word_set("process progress business fitness news pass class gas bus address")


def matches(about: str, title: str, labels: Iterable[str] = ()) -> bool:
    """Whether a task of that title and those labels is of the kind; each word of the kind must be there in some form."""
    if about == ALL_TASKS:
        return True
    wanted = _stems(about)
    if any(_stems(label) == wanted for label in labels):
        return True
    said = _stems(title)
    return bool(wanted) and all(said & _family(word) for word in wanted)


def is_known(word: str) -> bool:
    """Whether the word, in the plural or not, is the name of a kind."""
    return _stem(word.casefold()) in _FAMILIES


@cache
def _family(stem: str) -> frozenset[str]:
    return frozenset({stem, *(_stem(word) for word in _FAMILIES.get(stem, "").split())})


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(text.casefold()))


def _stem(word: str) -> str:
    """The singular of a plain plural: "calls", "groceries", "lunches"."""
    if word in _KEPT or len(word) < 4:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
