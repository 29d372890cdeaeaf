"""What the quick-add field shows while somebody types: a chip for each thing understood, the title that remains, problems.

It stores nothing; adding the same text with the same anchors stores what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.draft import Draft, Span
from services import wording
from services.drafts import DraftService, stretches
from services.scope import Scope

MOST_CHIPS = 30
MOST_OTHERS = 3
"""Other readings are read for so many chips at most: each is one more reading of the text."""
DATED = ("day", "start", "earliest", "deadline")


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing understood. `anchor` takes it away again, a line for each stretch of words; the words of another reading are
    in the whole text `other_text`, with what it would say (both "" where there is one reading)."""

    kind: str
    label: str
    anchor: str
    other_label: str = ""
    other_text: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as it is understood now; `ignored` are the anchors of removed chips at their present places."""

    title: str
    chips: tuple[Chip, ...]
    ignored: tuple[str, ...]
    problems: tuple[str, ...]


class ChipService:
    """Reads what a person types; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.drafts = DraftService(scope)

    async def hear(self, text: str, ignored: Sequence[str] = ()) -> Heard:
        """The chips of a text; `ignored` as `DraftService.read` takes it."""
        draft = await self.drafts.read(text, ignored)
        things = _things(draft)[:MOST_CHIPS]
        unsure = [spans for spans in things if any(span.other for span in spans)][:MOST_OTHERS]
        chips = [await self._chip(draft, spans, ignored if spans in unsure else None) for spans in things]
        kept = (f"{begin}:{draft.text[begin:end]}" for begin, end in stretches(draft.text, ignored))
        return Heard(draft.title, tuple(chips), tuple(kept), draft.problems)

    async def _chip(self, draft: Draft, spans: Sequence[Span], ignored: Sequence[str] | None) -> Chip:
        """The chip of a thing, with its other reading unless `ignored` is None."""
        label = self._label(draft, spans[0])
        anchor = "\n".join(f"{span.start}:{span.text}" for span in spans)
        for span in spans:
            if span.other and ignored is not None:
                other_text = draft.text[: span.start] + span.other + draft.text[span.end :]
                other = await self.drafts.read(other_text, ignored)
                read = next((one for one in _things(other) if span.start in {part.start for part in one}), None)
                other_label = self._label(other, read[0]) if read else ""
                if other_label not in {"", label} and not other.problems:
                    return Chip(spans[0].kind, label, anchor, other_label, other_text)
        return Chip(spans[0].kind, label, anchor)

    def _label(self, draft: Draft, span: Span) -> str:
        if span.kind == "recurrence" and draft.recurrence and draft.start_at:
            return wording.repeats(draft.recurrence, draft.start_at, is_timed=True)
        return _shortened(span.label, self.scope.now.year) if span.kind in DATED else span.label


def _things(draft: Draft) -> list[tuple[Span, ...]]:
    """The spans of a draft in their order, those of its recurrence as one thing."""
    series = tuple(span for span in draft.spans if span.kind == "recurrence")
    return [
        series if span.kind == "recurrence" else (span,)
        for span in draft.spans
        if span.kind != "recurrence" or span is series[0]
    ]


def _shortened(label: str, year: int) -> str:
    """Without this year, and with the day of a range once: "Tue 24 Nov, 15:00–16:00"."""
    first, to, last = label.replace(f" {year}", "").partition(" to ")
    day, comma, end = last.rpartition(", ")
    return f"{first}–{end}" if comma and first.startswith(f"{day}, ") else first + to + last
