"""One line of text to a draft task: what is to be done, how long, when, by when, how important, and which characters said so.

It asks no model, reads no clock and stores nothing: `now` is handed in, and what it cannot understand stays in the title.

What the words mean, where English leaves a choice:

- A bare day ("Friday", "next week") is the window in which to do it: `earliest_at` its start, `deadline_at` its last minute.
- A day or hour with a time of day ("tomorrow 3pm") is `start_at`: not before it, and as soon after it as the plan allows.
- "by Friday" is the last minute of Friday (23:59), "by Friday 5pm" that time, "before Friday" the last minute of Thursday;
  "from Friday" is its first minute, "after Friday" that of Saturday. The end of a week is Friday, once that is over Sunday.
- "Friday" is the first one that is not over, today included; "next Friday" is that of the next week (from Monday).
  A time without a day is the next one; a day without a year too. "at 1" to "at 6" is afternoon, "at 7" to "at 12" as it stands.
- Midnight ends the day that it is said of. Times skipped by a clock change move on by the gap; of two, starts take the first.
- Importance: !1 urgent, critical, asap; !2 high; !3 medium, normal; !4 low.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from assistant.instants import Times, resolve, spoken
from assistant.moments import Reference
from assistant.phrases import SIDES, Match, Scan
from assistant.words import Words, clean_text

MAX_TITLE = 500
MAX_CONTEXT = 10_000
MAX_DURATION_MINUTES = 7 * 24 * 60
SCANNED = 2_000  # a line longer than this cannot become a title of MAX_TITLE: it is refused without being read

SpanKind = Literal["duration", "day", "start", "earliest", "deadline", "importance", "context"]

_CONTEXT = re.compile(r"(?:^|\s)//(?=\s|$)")
_LEFT_OVER = " ,;:.!?-–—"  # what may stay behind where a span was cut out


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` to `end` of `Draft.text`, what they were understood as, and the value in words."""

    kind: SpanKind
    start: int
    end: int
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a line of text says about a task. Times are aware, in the person's zone; the module says what they mean.

    `text` is the line as it was read (NFC, control characters as spaces), to which the spans refer. With `problems`, one
    sentence each, the draft is not to be stored.
    """

    text: str
    title: str
    duration_minutes: int | None = None
    start_at: datetime | None = None
    earliest_at: datetime | None = None
    deadline_at: datetime | None = None
    deadline_is_hard: bool = False
    importance: int | None = None
    context: str = ""
    spans: tuple[Span, ...] = ()
    problems: tuple[str, ...] = ()


def parse(text: str, now: datetime, zone: str, *, day_first: bool = False) -> Draft:
    """The draft that a line of text describes to a person in this zone. `day_first`: 3/9 is the third of September.

    Never raises for a text. Raises ValueError for a naive `now` and ZoneInfoNotFoundError for an unknown zone.
    """
    if now.tzinfo is None:
        raise ValueError("`now` must be aware.")
    text, tz = clean_text(text), ZoneInfo(zone)
    instant = now.astimezone(UTC).replace(second=0, microsecond=0)
    split = _CONTEXT.search(text)
    head, context = (text[: split.start()], text[split.end() :].strip()) if split else (text, "")
    words = Words(head if len(" ".join(head.split())) <= SCANNED else "")
    scan = Scan(words, Reference(instant.astimezone(tz), day_first))
    scan.run()
    wish, due, since = (scan.said.get(side) for side in ("wish", "due", "since"))
    nonsense = tuple(one.moment.problem for one in (wish, due, since) if one and one.moment.problem)
    times = Times(problems=nonsense) if nonsense else resolve(wish, due, since, instant, tz)
    spans = tuple(_span(match, scan, head, times, tz) for match in scan.matches)
    title = _title(head, spans)
    if split and context:
        begin = text.index("//", split.start())
        spans += (Span("context", begin, len(text.rstrip()), text[begin:].rstrip(), "context"),)
    start, earliest, deadline = (one and one.astimezone(tz) for one in (times.start_at, times.earliest_at, times.deadline_at))
    draft = Draft(text, title, scan.minutes, start, earliest, deadline, scan.is_hard, scan.importance, context, spans)
    return replace(draft, problems=(*_limits(draft), *times.problems))


def _span(match: Match, scan: Scan, head: str, times: Times, zone: ZoneInfo) -> Span:
    start, end = scan.words.starts[match.begin], scan.words.ends[match.end - 1]
    kind, value = _meaning(match, times, zone)
    return Span(kind, start, end, head[start:end], value)


def _meaning(match: Match, times: Times, zone: ZoneInfo) -> tuple[SpanKind, str]:
    if match.minutes is not None:
        return "duration", f"{match.minutes} minutes"
    if match.said is None:
        return "importance", f"importance {match.importance}"
    side = SIDES[match.said.role]
    if side == "due":
        return "deadline", spoken(times.deadline_at, zone) if times.deadline_at else ""
    if side == "since":
        return "earliest", spoken(times.earliest_at, zone) if times.earliest_at else ""
    if times.start_at:
        return "start", spoken(times.start_at, zone)
    ends = (times.earliest_at, times.deadline_at)
    return "day", " to ".join(spoken(one, zone) for one in ends if one)


def _title(head: str, spans: tuple[Span, ...]) -> str:
    """What no span took, without the signs that only held a span in its place: "Call Bob (tomorrow), 3pm." is "Call Bob"."""
    title, at = "", 0
    for span in (*spans, None):
        part = head[at : span.start if span else len(head)].strip()
        if at:
            if title.endswith(("(", "[", "{")) and part.startswith((")", "]", "}")):
                title, part = title[:-1], part[1:]
            part = part.lstrip(_LEFT_OVER)
        if span:
            part = part.rstrip(" ,;:-–—~")
        title = f"{title.rstrip()} {part}"
        at = span.end if span else at
    return " ".join(title.split())


def _limits(draft: Draft) -> tuple[str, ...]:
    """A sentence for each thing that has the wrong size."""
    problems = []
    if not any(not unicodedata.category(sign).startswith(("P", "Z", "C")) for sign in draft.title):
        problems.append("Say what is to be done: the text holds no words for a title.")
    if len(draft.title) > MAX_TITLE:
        problems.append(f"A title may have at most {MAX_TITLE} characters; this one has {len(draft.title)}.")
    if len(draft.context) > MAX_CONTEXT:
        problems.append(f"The text after // may have at most {MAX_CONTEXT} characters; this one has {len(draft.context)}.")
    if draft.duration_minutes == 0:
        problems.append("A task takes at least one minute.")
    if draft.duration_minutes is not None and draft.duration_minutes > MAX_DURATION_MINUTES:
        problems.append(f"A task takes at most {MAX_DURATION_MINUTES // 60} hours: divide it.")
    return tuple(problems)
