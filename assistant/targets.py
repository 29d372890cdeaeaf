"""Who is meant by the words after a verb: "it", "task 5", "the login bug", "everything from this afternoon".

It never guesses: where several match alike it says so, and what it cannot find it names. What is done is not its business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from assistant import stretches, titles
from assistant.chat import EventView, Status, TaskView, View
from assistant.stretches import Stretch

LIVE: tuple[Status, ...] = ("open", "active")
Thing = TaskView | EventView

_IT = re.compile(
    r"^(?:it|that|this|that one|this one|(?:that|this|the same) (?:task|event|meeting)|the task)$",
    re.IGNORECASE,
)
_THEM = re.compile(
    r"^(?:them|those|these|(?:them|those|these|all|both|all three|the two|the three)(?: (?:of them|tasks|ones|two|three))?)$",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"^(?:tasks?|numbers?|no\.?|#)\s*#?\d+(?:\s*(?:,|and|&|\s)\s*#?\d+)*$|^#\d+$", re.IGNORECASE)
_RUNNING = re.compile(
    r"^(?:(?:the|my) )?(?:current|running|active) (?:one|task)$|^the one (?:that is )?running$"
    r"|^(?:what|the task) (?:i am|i'm) (?:doing|working on)(?: now)?$",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^(?:(?:the|my) )?(?:next|upcoming|following) (?:one|task|thing)$|^what(?:'s| is) next$",
    re.IGNORECASE,
)
_NTH = re.compile(r"^(?:the )?(first|second|third|fourth|fifth|last)(?: (?:one|task))?$", re.IGNORECASE)
_ORDER = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
_ALL = re.compile(
    r"^(?:all(?: of)?|every|any|each|my|the|whatever|what)(?: (?:of )?(?:my|the|these|those))?"
    r"(?: (?P<kind>[a-z-]+(?: priority)?))? (?:tasks|task|things|thing|todos|stuff|items|work|ones|is|i have|i've got)"
    r"(?P<rest>\b.*)$",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(r"^(?:everything|all|anything)(?P<rest>\b.*)$", re.IGNORECASE)
_WHOSE = re.compile(
    r"^(?:all )?(?:of )?(?:my )?(?P<when>.+?)(?:'s|’s|s') (?:(?P<kind>[a-z-]+) )?(?:tasks|work|plan"
    r"|stuff)$",
    re.IGNORECASE,
)
_MY_DAY = re.compile(
    r"^(?:my |the )?(?:whole |entire |rest of (?:the |my )?)?(?P<when>day|morning|afternoon|evening|week)$",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"^(?P<how>both|all|every|each|(?:all )?(?:the|my) two)(?: of)?(?: the| my| these| those)? (?P<what>.+)$", re.IGNORECASE
)
_EXCEPT = re.compile(
    r"\s+(?:except|but not|apart from|other than|besides|without)(?: for)?\s+(?P<out>.+)$",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:that|which|are|is|i|have|planned|scheduled|due|left|still|currently|set|for"
    r"|with|about|called|named|containing|in|on|to do|of|my|the|list|plan|title|calendar)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:,|&|\band\b)\s*", re.IGNORECASE)
_TAIL = re.compile(r"\s+(?:task|todo|item|to-do|one|please|event|meeting|appointment)$", re.IGNORECASE)
_HEAD = re.compile(r"^(?:the|my|a|an|that|this|our|task|to)\s+", re.IGNORECASE)
_KINDS = re.compile(
    r"open|unfinished|remaining|overdue|late|urgent|important|done|completed|finished|planned|unplanned|pinned|other|short"
    r"|(?:high|low)[- ]priority"
)


@dataclass(frozen=True, slots=True)
class Target:
    """The things that are meant; `is_many`: a plural was said; `is_exact`: none was matched by likeness alone.

    `rivals` are several that match alike where one is meant, and then `things` is empty. `problem` says why nothing is meant.
    """

    things: tuple[Thing, ...] = ()
    rivals: tuple[Thing, ...] = ()
    is_many: bool = False
    is_exact: bool = False
    problem: str = ""

    @property
    def is_found(self) -> bool:
        return bool(self.things)


class Targets:
    """Finds what is meant within one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.zone = ZoneInfo(view.timezone)

    def find(self, phrase: str, statuses: Sequence[Status] = LIVE, *, events: bool = False) -> Target:
        """What a phrase means, among tasks of these states (and events). A title in quotes is taken as it stands."""
        phrase = phrase.strip().strip("?!.,;: ")
        quoted = re.fullmatch(r"[\"“'‘«](.+)[\"”'’»]", phrase)
        if quoted:
            return self._by_title(quoted[1], statuses, events, is_quoted=True)
        for reader in (self._by_word, self._by_number, self._by_range):
            found = reader(phrase, statuses)
            if found is not None:
                return found
        whole = self._by_plural(phrase, statuses, events) or self._by_title(phrase, statuses, events)
        if whole.rivals and self._is_plural_of(phrase, whole.rivals):  # "the reviews", where each is one review
            return Target(whole.rivals, is_many=True, is_exact=True)
        return whole if whole.is_found and whole.is_exact else self._by_parts(phrase, statuses, events) or whole

    def _by_word(self, phrase: str, statuses: Sequence[Status]) -> Target | None:
        """Pronouns, and the tasks that need no name."""
        named = [task for task_id in self.view.named if (task := self.view.task(task_id))]
        if _IT.match(phrase):
            return self._named(named or [task for task in [self.view.running] if task and "active" in statuses])
        if _THEM.match(phrase) and len(named) > 1:
            return Target(tuple(named), is_many=True, is_exact=True)
        if _THEM.match(phrase) and phrase.lower() != "all" and "task" not in phrase.lower():
            return Target(problem="I do not know which ones you mean. Name them, or say “all tasks from this afternoon”.")
        if nth := _NTH.match(phrase):
            place = _ORDER[nth[1].lower()]
            return Target((named[place],), is_exact=True) if place < len(named) and named else None
        if _RUNNING.match(phrase):
            running = self.view.running
            return Target((running,), is_exact=True) if running else Target(problem="Nothing is running.")
        if _NEXT.match(phrase):
            coming = self.upcoming()
            return Target((coming[0],), is_exact=True) if coming else Target(problem="Nothing is planned next.")
        return None

    def upcoming(self) -> list[TaskView]:
        """Open tasks that have a slot which has not ended, by start."""
        now = self.view.now
        coming = [task for task in self.view.tasks if task.status == "open" and task.start_at and (task.end_at or now) > now]
        return sorted(coming, key=lambda task: (task.start_at or now, task.id))

    def _named(self, named: Sequence[TaskView]) -> Target:
        if len(named) > 1:
            return Target(rivals=tuple(named))
        return Target(tuple(named), is_exact=True) if named else Target(problem="I do not know what “it” is. Name the task.")

    def _by_number(self, phrase: str, statuses: Sequence[Status]) -> Target | None:
        if not _NUMBERS.match(phrase):
            return None
        titled = [task for score, task in titles.rank(phrase, self.view.tasks) if score == titles.EXACT]
        numbers = [int(number) for number in re.findall(r"\d{1,18}", phrase)]
        found = [self.view.task(number) for number in numbers]
        missing = [number for number, task in zip(numbers, found, strict=True) if task is None]
        if missing:
            return Target(tuple(titled), is_exact=True) if titled else Target(problem=f"There is no task {missing[0]}.")
        return Target(tuple(task for task in found if task), is_many=len(found) > 1, is_exact=True)

    def _by_range(self, phrase: str, statuses: Sequence[Status]) -> Target | None:
        """ "everything from this afternoon", "all overdue tasks", "today's tasks", "my afternoon", maybe with exceptions."""
        left_out = _EXCEPT.search(phrase)
        words = phrase[: left_out.start()] if left_out else phrase
        kind, rest, when = self._parse_range(words)
        if kind is None:
            return None
        found = self._select(kind, rest, when, statuses)
        if left_out:
            out = self.find(left_out["out"], statuses)
            if not out.is_found:
                return replace(out, problem=out.problem or f"I do not know what to leave out: “{left_out['out']}”.")
            found = [task for task in found if task not in out.things]
        if not self.view.is_whole and when is None:
            return Target(
                problem=f"You have {self.view.live_total:,} tasks, too many for one message. Name a day, or some of them."
            )
        said = " ".join(words.split())
        return Target(tuple(found), is_many=True, is_exact=True) if found else Target(problem=f"I found nothing for “{said}”.")

    def _parse_range(self, words: str) -> tuple[str | None, str, Stretch | None]:
        """The kind of tasks ("" for any; None when the words speak of no range), words of titles, and when."""
        now, zone = self.view.now, self.zone
        if mine := _MY_DAY.match(words):
            when = stretches.whole({"day": "today", "week": "this week"}.get(mine["when"].lower(), mine["when"]), now, zone)
            return ("" if when else None), "", when
        if whose := _WHOSE.match(words):
            when = stretches.whole(whose["when"], now, zone)
            return ((whose["kind"] or "").lower() if when else None), "", when
        every = _ALL.match(words) or _EVERYTHING.match(words)
        if every is None:
            return None, "", None
        kind = (every.groupdict().get("kind") or "").lower()
        is_plural = not re.match(r"^(?:my|the)\b", words, re.IGNORECASE) or re.search(r"\btasks\b|\bthings\b", words)
        found = stretches.find(every["rest"], now, zone)
        rest = " ".join(_FILLER.sub(" ", found[1] if found else every["rest"]).split()).strip(" ,.!?")
        if not is_plural or (kind in _EMPTY_KINDS and not found and not rest and words.lower().startswith("what")):
            return None, "", None
        if kind and not _KINDS.fullmatch(kind):
            kind, rest = "", f"{kind} {rest}".strip()
        if re.search(r"\b(?:overdue|late|urgent|unplanned|pinned)\b", rest, re.IGNORECASE):
            kind, rest = rest.lower(), ""
        return kind, rest, found[0] if found else None

    def _select(self, kind: str, rest: str, when: Stretch | None, statuses: Sequence[Status]) -> list[TaskView]:
        wanted = [status for status in statuses if status in LIVE] or [*statuses]
        if kind in {"done", "completed", "finished"}:
            wanted = ["completed"]
        found = [task for task in self.view.tasks if task.status in wanted and self._is_kind(task, kind)]
        if when is not None:
            found = [task for task in found if task.start_at and task.end_at and touches(task, when)]
        if rest:
            meant = {task.id for _, task in titles.rank(rest, found)}
            found = [task for task in found if task.id in meant]
        return sorted(found, key=lambda task: (task.start_at is None, task.start_at or self.view.now, task.id))

    def _is_kind(self, task: TaskView, kind: str) -> bool:
        match kind.replace("-", " "):
            case "overdue":
                return task.deadline_at is not None and task.deadline_at < self.view.now
            case "late":
                return task.is_late or (task.deadline_at is not None and task.deadline_at < self.view.now)
            case "urgent" | "important" | "high priority":
                return (task.importance or 9) <= 2 or (task.priority or 0) >= 7
            case "low priority":
                return task.importance == 4
            case "unplanned":
                return task.start_at is None
            case "pinned":
                return task.pinned
            case _:
                return True

    def _by_plural(self, phrase: str, statuses: Sequence[Status], events: bool) -> Target | None:
        """ "both reviews", "all review tasks": everything that the title matches."""
        plural = _PLURAL.match(phrase)
        if plural is None:
            return None
        found = self._by_title(plural["what"], statuses, events)
        things = found.things or found.rivals
        is_right = len(things) == 2 if plural["how"].lower().endswith(("both", "two")) else bool(things)
        return Target(things, is_many=True, is_exact=True) if is_right else None

    def _is_plural_of(self, phrase: str, rivals: Sequence[Thing]) -> bool:
        last = titles.words_of(phrase)[-1:]
        words = {word for thing in rivals for word in titles.words_of(thing.title)}
        return any(len(word) > 3 and word.endswith("s") and word not in words and word[:-1] in words for word in last)

    def _by_parts(self, phrase: str, statuses: Sequence[Status], events: bool) -> Target | None:
        """ "the report and the slides": several titles in a row, where each names one thing."""
        parts = [part for part in _SPLIT.split(re.sub(r"^both\s+", "", phrase, flags=re.IGNORECASE)) if part]
        if not 1 < len(parts) <= 20:
            return None
        each = [self.find(part, statuses, events=events) for part in parts]
        if any(not item.is_found for item in each):
            return None
        things = tuple(dict.fromkeys(thing for item in each for thing in item.things))
        return Target(things, is_many=len(things) > 1, is_exact=all(item.is_exact for item in each))

    def _by_title(self, phrase: str, statuses: Sequence[Status], events: bool, *, is_quoted: bool = False) -> Target:
        """Tasks of the wanted states come before others; of those that match alike none is chosen."""
        tasks, busy = self.view.tasks, self.view.events if events else ()
        for wanted in (phrase,) if is_quoted else dict.fromkeys((phrase, _trimmed(phrase))):
            ranked: list[tuple[float, Thing]] = [*titles.rank(wanted, tasks), *titles.rank(wanted, busy)]
            fitting = [item for item in ranked if isinstance(item[1], EventView) or item[1].status in statuses]
            ranked = sorted(fitting or ranked, key=lambda item: -item[0])
            if not ranked:
                continue
            top = titles.best(ranked)
            if len(top) == 1:
                return Target((top[0],), is_exact=ranked[0][0] >= 1.0)
            return Target(rivals=tuple(top))
        return Target(problem=f"I found no task like “{phrase}”." if phrase else "Say which task you mean.")


def touches(task: TaskView, when: Stretch) -> bool:
    """Whether the task's slot begins within the stretch, or runs at its moment."""
    if task.start_at is None or task.end_at is None:
        return False
    if when.is_exact:
        return task.start_at <= when.start < task.end_at
    return when.start <= task.start_at < when.end


def _trimmed(phrase: str) -> str:
    """Without the words that only say that it is a task."""
    return _TAIL.sub("", _HEAD.sub("", phrase))


_EMPTY_KINDS = frozenset({"", "open"})
