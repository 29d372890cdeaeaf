"""What the phrases of a text say, one by one (`Match`) and together (`Facts`).

Only values: `assistant.phrases` finds them, `assistant.quick_add` makes a draft of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.instants import Said
from assistant.marks import Mark
from assistant.repeats import Repeat
from assistant.roles import Side


@dataclass(frozen=True, slots=True)
class Match:
    """The tokens `begin` to `end` and the one thing that they say; nothing: they are left in the title as they are."""

    begin: int
    end: int
    minutes: int | None = None
    importance: int | None = None
    said: Said | None = None
    is_hard: bool = False
    repeat: Repeat | None = None
    mark: Mark | None = None
    times: tuple[int, str] | None = None  # so often, or so many units long: how long a series goes on
    hour: int | None = None
    is_past: bool = False
    stays: bool = False  # in the title all the same, as what is past does


@dataclass(slots=True)
class Facts:
    """What the matches of a text say together."""

    said: dict[Side, Said] = field(default_factory=dict)
    minutes: int | None = None
    importance: int | None = None
    is_hard: bool = False
    repeat: Repeat | None = None
    times: tuple[int, str] | None = None
    hours: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def named(self, kind: str) -> tuple[str, ...]:
        """The names that marks of a kind say, each once."""
        return tuple(dict.fromkeys(mark.name for mark in self.marks if mark.kind == kind))
