"""Names and phrases that only look like days: "Black Friday", "Sat nav", "Sunday roast", "Tomorrow Never Dies".

Only tables and look-ups beside one token; what it does not know may still be refused by a reader.
"""

from __future__ import annotations

from assistant.names import DAY_NAMES, word_set
from assistant.words import Words

_ALSO_WORDS = frozenset({"sat", "sun", "wed", "mon"})  # "sat exam notes": a day only where no plain word follows
_AFTER_VERB = word_set("on in with to for about and")  # "the cat sat on the mat"
_BEFORE_DAYS = word_set(
    "black good cyber casual freaky manic blue super taco ruby fat shrove ash palm easter bloody maundy giving usa "
    "psychology bowl hate hated love given was were"
)
_BEFORE_WORDS = word_set(
    "they he she we you who cat dog i had have having has just never newly to get more some much morning midday evening up "
    "summer hot no under too and in of by with winter spring autumn rising setting full"
)
_AFTER_DAYS = word_set(
    "roast prayers prayer school blues times paper papers nav navs dress cream lotion lamp tan screen bath visor dial flower "
    "flowers deals deal edition mass specials league football crossword newspaper show best never weld addams market markets "
    "motivation season episode"
)
_PAIRS_AFTER_DAYS = frozenset(
    {("night", "live"), ("night", "fever"), ("night", "football"), ("night", "lights"), ("murder", "club"), ("the", "13th")}
    | {("on", "my"), ("the", "thirteenth"), ("the", "13")}
)


def is_name(words: Words, at: int, end: int) -> bool:
    """Whether the day name at a token, which ends before `end`, is a part of another name."""
    return words.word(at - 1) in _BEFORE_DAYS or words.word(end) in _AFTER_DAYS or words.run(end, 2) in _PAIRS_AFTER_DAYS


def is_word(words: Words, at: int) -> bool:
    """Whether "sat", "sun", "wed" or "mon" at a token is the word and not the day."""
    if words.word(at) not in _ALSO_WORDS:
        return False
    is_range = words.word(at + 1) == "to" and words.word(at + 2) in DAY_NAMES  # "Mon to Wed"
    follows = (
        not words.stands_free(at + 1)
        or (words.word(at + 1) in _AFTER_VERB and not is_range)
        or words.run(at + 1, 2) == ("&", "moon")
    )
    return follows or words.word(at - 1) in _BEFORE_WORDS


def is_title(words: Words, at: int) -> bool:
    """Whether a day's name at a token begins a title in title case: "Friday Night Dinner", not "Friday call Bob"."""
    follows = words.text[words.ends[at] :].split(maxsplit=8)[:8]
    if len(follows) < 2 or any(sign.isdigit() for word in follows for sign in word):
        return False
    return follows[0][0].isupper() and all(word[0].isupper() for word in follows if len(word) > 3)
