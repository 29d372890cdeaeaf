"""From a line of text to what is stored: the draft as the person would have it read, and its labels, windows and waits.

Whom a task is for is kept as a label (`services.assignees`). What a task is said to wait for and cannot be found is told and
does no harm.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant import quick_add, rules
from assistant.draft import Draft
from assistant.words import clean_text
from models import NAME_LENGTH, Energy, Task, TaskWindow
from repositories.tasks import TaskRepository
from services.assignees import label_of
from services.projects import ProjectService
from services.scope import Scope
from services.task_form import MOST_LABELS, MOST_PIECES, SHORTEST_PIECE
from services.task_windows import MOST_WINDOWS

MOST_TITLES = 500
MOST_IGNORED = 50
LEADS = ("after", "depends", "blocked", "waits")
"""Words without which a text names no other task."""
LIKE, CLEARLY = 0.8, 0.1
"""How like a title must be to what was said (difflib), and by how much more than the next."""
ENERGIES = {energy.value: energy for energy in Energy}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waits:
    """What a draft's task waits for: the tasks that were found, and the names for which none, or more than one, was."""

    found: tuple[tuple[int, str], ...] = ()
    missing: tuple[str, ...] = ()


class DraftService:
    """Reads lines of text for one person, and stores what hangs on a task."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)

    async def read(self, text: str, ignored: Sequence[str] = ()) -> Draft:
        """The draft of a line of text, in the person's zone and with their dates; `ignored` are anchors of removed chips.

        Its `problems` count what cannot be stored, too.
        """
        return await self.read_at(text, stretches(clean_text(text), ignored))

    async def read_at(self, text: str, ignored: Sequence[tuple[int, int]]) -> Draft:
        """`read` with the very stretches of the text that are to be left in the title."""
        titles = [title for _, title in await self._open_titles()] if _names_tasks(text) else []
        person = self.scope.person
        draft = quick_add.parse(
            text,
            self.scope.now,
            person.zone,
            day_first=person.day_first,
            ignored=ignored,
            tasks=titles,
        )
        return replace(draft, problems=(*draft.problems, *_problems(draft)))

    async def attach(self, task: Task, draft: Draft) -> Waits:
        """Store the project, the labels, the windows and the waits of a stored task. The caller holds the lock."""
        names = (*draft.labels, *map(label_of, draft.assignees))
        labels = tuple({name.casefold(): name for name in names}.values())
        await ProjectService(self.scope).sort_in(task, draft.project, labels or None)
        windows = [
            TaskWindow(user_id=task.user_id, task_id=task.id, weekdays=127, start_minute=start, end_minute=end)
            for start, end in draft.windows[:MOST_WINDOWS]
        ]
        if windows:
            await self.tasks.replace_windows(task.user_id, task.id, windows)
        waits = await self.waits(draft, task.id)
        if waits.found:
            await self.tasks.replace_waits_for(task.user_id, task.id, [other for other, _ in waits.found])
        return waits

    async def waits(self, draft: Draft, task_id: int = 0) -> Waits:
        """What "after ..." means among the person's tasks, other than the task itself."""
        if not draft.after:
            return Waits()
        titles = await self._open_titles(task_id)
        found: dict[int, str] = {}
        missing: list[str] = []
        for name in draft.after:
            one = await self._numbered(name, task_id) if name.startswith("#") else titled(name, titles)
            if one is None:
                missing.append(name)
            else:
                found[one[0]] = one[1]
        return Waits(tuple(found.items()), tuple(missing))

    async def _numbered(self, name: str, task_id: int) -> tuple[int, str] | None:
        number = int(name[1:]) if name[1:].isdecimal() else 0
        other = await self.tasks.get(self.scope.person.id, number)
        return (other.id, other.title) if other is not None and other.id != task_id else None

    async def _open_titles(self, except_id: int = 0) -> Sequence[tuple[int, str]]:
        return await self.tasks.list_titles(self.scope.person.id, MOST_TITLES, except_id)


def task_of(draft: Draft, scope: Scope, submit_key: str | None) -> Task:
    """The columns of a new task. A range of more than a day is a window to do it in."""
    stays = is_stay(draft)
    starts = [at for at in (draft.earliest_at, draft.start_at) if at is not None]
    minutes = draft.duration_minutes or rules.estimate_minutes(draft.title)
    chunk = draft.chunk_minutes if draft.chunk_minutes and draft.chunk_minutes < minutes else None
    return Task(
        user_id=scope.person.id,
        title=draft.title,
        context=draft.context,
        importance=draft.importance,
        duration_minutes=minutes,
        duration_source="person" if draft.duration_minutes else "rules",
        earliest_at=max(starts, default=None),
        deadline_at=draft.deadline_at or (draft.end_at if stays else None),
        deadline_is_hard=draft.deadline_is_hard,
        min_chunk_minutes=chunk,
        max_chunk_minutes=chunk,
        energy=ENERGIES.get(draft.energy or ""),
        submit_key=submit_key,
        created_at=scope.now,
        updated_at=scope.now,
    )


def is_stay(draft: Draft) -> bool:
    """Whether the range that was said is too long to be the time that the task takes."""
    return draft.start_at is not None and draft.end_at is not None and draft.end_at - draft.start_at > _DAY


def stretches(text: str, ignored: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where the words of removed chips stand now: each anchor, "17:tomorrow", is looked for nearest to its old place.

    What is not there any more is forgotten.
    """
    found: list[tuple[int, int]] = []
    for anchor in ignored[:MOST_IGNORED]:
        place, _, words = anchor.partition(":")
        at = int(place) if place.isascii() and place.isdecimal() and len(place) < 7 else -1
        if at < 0 or not words.strip():
            continue
        places = [text.find(words, at), text.rfind(words, 0, at + len(words))]
        begin = min((one for one in places if one >= 0), key=lambda one: abs(one - at), default=None)
        if begin is not None and (begin, begin + len(words)) not in found:
            found.append((begin, begin + len(words)))
    return tuple(found)


def titled(name: str, titles: Sequence[tuple[int, str]]) -> tuple[int, str] | None:
    """The one task that a name means: called so, or with all its words in the title, or clearly most like it; else None."""
    said = name.casefold().split()
    same = [one for one in titles if one[1].casefold().split() == said]
    within = same or [one for one in titles if {*said} <= {*one[1].casefold().split()}]
    if within:
        return within[0] if len(within) == 1 else None
    match = difflib.SequenceMatcher(b=" ".join(said))
    likeness: list[tuple[float, tuple[int, str]]] = []
    for one in titles:
        match.set_seq1(one[1].casefold())
        if match.quick_ratio() >= LIKE:
            likeness.append((match.ratio(), one))
    best, second = [*sorted(likeness, reverse=True), (0.0, (0, "")), (0.0, (0, ""))][:2]
    return best[1] if best[0] >= LIKE and best[0] - second[0] >= CLEARLY else None


def _names_tasks(text: str) -> bool:
    words = text[: quick_add.SCANNED].casefold()
    return any(lead in words for lead in LEADS)


def _problems(draft: Draft) -> tuple[str, ...]:
    """A sentence for each thing that was understood and cannot be stored."""
    problems = []
    names = (*draft.labels, *draft.assignees, *([draft.project] if draft.project else []))
    if any(len(name) >= NAME_LENGTH for name in names):
        problems.append(f"A label, a project or a person has fewer than {NAME_LENGTH} characters.")
    if len(draft.labels) + len(draft.assignees) > MOST_LABELS:
        problems.append(f"A task has at most {MOST_LABELS} labels.")
    if draft.chunk_minutes is not None and draft.chunk_minutes < SHORTEST_PIECE:
        problems.append(f"A piece of a task takes at least {SHORTEST_PIECE} minutes.")
    elif draft.chunk_minutes and draft.duration_minutes and draft.duration_minutes > draft.chunk_minutes * MOST_PIECES:
        problems.append(f"That would make more than {MOST_PIECES} pieces. Allow longer ones.")
    return tuple(problems)
