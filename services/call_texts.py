"""What went into a model's call and what came out, as somebody can read it: in named parts, JSON laid out, long texts foldable.

It reads the log's text and trusts none of it: what is not in the expected form is one part, as it was stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.fields import clean

FOLDED_LINES = 24
FOLDED_CHARS = 1600
HEAD_LINES, HEAD_CHARS = 8, 600
_MARKER = re.compile(r"^[ \t]*\[\[ ## (\w+) ## \]\][ \t]*$", re.MULTILINE)
_END = "completed"


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of a call's text (the name may be empty)."""

    name: str
    text: str

    @property
    def is_long(self) -> bool:
        """Too long to be shown at once."""
        return len(self.text) > FOLDED_CHARS or self.text.count("\n") >= FOLDED_LINES

    @property
    def head(self) -> str:
        """How a long one begins."""
        return "\n".join(self.text.splitlines()[:HEAD_LINES])[:HEAD_CHARS].rstrip() + "\n…"


def inputs_of(stored: str) -> tuple[Part, ...]:
    """The inputs, which are stored as one JSON object."""
    try:
        values = json.loads(stored)
    except (ValueError, RecursionError):
        return _whole(stored)
    if not isinstance(values, dict):
        return _whole(stored)
    return tuple(Part(clean(name.replace("_", " ")), laid_out(_text(value))) for name, value in values.items())


def outputs_of(stored: str) -> tuple[Part, ...]:
    """The answer: by the markers that were asked for, where it has them."""
    return tuple(Part(name, laid_out(text)) for name, text in _marked(stored) if name != _END and (name or text))


def laid_out(text: str) -> str:
    """JSON with a line for each value; anything else as it is. Without what JSON can escape and no page can hold, such as half
    of a surrogate pair."""
    try:
        found = json.loads(text)
        text = json.dumps(found, indent=2, ensure_ascii=False) if isinstance(found, dict | list) else text
    except (ValueError, RecursionError):
        pass
    return clean(text, keep="\n\t")


def _marked(text: str) -> Iterator[tuple[str, str]]:
    """(name, text) of what stands before the first marker and under each."""
    before, *rest = _MARKER.split(text)
    yield "", before.strip()
    for name, part in zip(rest[::2], rest[1::2], strict=True):
        yield name.replace("_", " "), part.strip()


def _whole(stored: str) -> tuple[Part, ...]:
    return (Part("", stored),) if stored else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
