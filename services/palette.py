"""What the command palette finds among a person's tasks: by the words of their titles, and to do something with one of them.

Pages and actions are the web's; this reads tasks alone and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from repositories.task_rows import TaskRowRepository
from services import views
from services.fields import clean
from services.scope import Scope
from services.today import TodayService, task_row

Verb = Literal["start", "stop", "complete"]

MOST_TASKS = 7
MOST_WORDS = 8
LONGEST_QUERY = 200
VERBS: dict[str, Verb] = {
    "start": "start",
    "begin": "start",
    "stop": "stop",
    "pause": "stop",
    "complete": "complete",
    "finish": "complete",
    "done": "complete",
}


@dataclass(frozen=True, slots=True)
class TaskAct:
    """Something that can be done with a task at once."""

    verb: Verb
    task_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Found:
    """The tasks whose titles have all words, and what can be done with some: with the running one, or as a first word says."""

    text: str
    tasks: tuple[views.TaskRow, ...]
    acts: tuple[TaskAct, ...]


class PaletteService:
    """Reads for the palette."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rows = TaskRowRepository(scope.session)

    async def find(self, query: str) -> Found:
        """`query` as it was typed; only its beginning counts when it is long."""
        text = " ".join(clean(query[:LONGEST_QUERY]).split())
        words = text.split(" ")[:MOST_WORDS] if text else []
        if not words:
            running = await TodayService(self.scope).running()
            return Found(text, (), _of_running(running.task) if running else ())
        verb = VERBS.get(words[0].casefold())
        named = await self._search(words[1:], is_live=True) if verb else ()
        acts = tuple(TaskAct(verb, row.id, row.title) for row in named if verb and _can(verb, row))
        return Found(text, await self._search(words, is_live=False), acts)

    async def _search(self, words: list[str], *, is_live: bool) -> tuple[views.TaskRow, ...]:
        found = await self.rows.list_titled(self.scope.person.id, self.scope.now, words, MOST_TASKS, is_live=is_live)
        return tuple(task_row(row) for row in found)


def _of_running(row: views.TaskRow) -> tuple[TaskAct, ...]:
    return TaskAct("stop", row.id, row.title), TaskAct("complete", row.id, row.title)


def _can(verb: Verb, row: views.TaskRow) -> bool:
    match verb:
        case "start":
            return row.status == "open" and not row.is_frame
        case "stop":
            return row.status == "active"
        case "complete":
            return True
