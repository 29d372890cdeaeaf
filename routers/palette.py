"""The command palette: tasks, pages and actions that match what is typed; without scripts a page of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from routers.deps import Reading, is_htmx
from routers.navigation import NAVIGATION
from routers.rendering import render
from services.palette import Found, PaletteService, TaskAct
from services.views import TaskRow
from services.wording import plural

router = APIRouter(include_in_schema=False)

Kind = Literal["page", "dialog", "post", "click"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One line. `url` is a page, comes into the dialog, takes a POST (with `values`; the first is the button's own), or is the
    id of a control of the page that is clicked. `words` are others that people type for it; `row` is the task that it is."""

    label: str
    icon: str
    kind: Kind
    url: str
    detail: str = ""
    words: str = ""
    values: dict[str, str] = field(default_factory=dict)
    row: TaskRow | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    label: str
    hits: tuple[Hit, ...]


PAGES = (
    *(Hit(entry.label, entry.key, "page", entry.url, words=entry.words) for entry in NAVIGATION),
    Hit("Chat", "chat", "page", "/chat", words="talk assistant"),
    Hit("Insights", "history", "page", "/insights", words="pictures charts estimates focus deadlines statistics"),
    Hit("Versions of the plan", "undo", "page", "/plan/versions", words="changes moved history planner"),
    Hit("API", "tasks", "page", "/docs", words="docs documentation programs openapi developers"),
)
ACTIONS = (
    Hit("Plan again", "replan", "post", "/plan/run", words="replan schedule reschedule"),
    Hit("Reprioritise all", "priority", "post", "/plan/prioritise", words="prioritize priorities importance"),
    Hit("What if", "what-if", "page", "/plan/what-if", words="preview day off scenario"),
    Hit("New busy time", "clock", "dialog", "/events/new", words="event meeting appointment add"),
    Hit("Open the chat", "chat", "click", "chat-open", words="talk assistant ask"),
    Hit("Light theme", "theme", "post", "/settings/theme", words="look bright day mode", values={"theme": "light"}),
    Hit("Dark theme", "theme", "post", "/settings/theme", words="look night mode", values={"theme": "dark"}),
    Hit("System theme", "theme", "post", "/settings/theme", words="look auto mode", values={"theme": "system"}),
    Hit("Keyboard shortcuts", "keyboard", "click", "shortcuts-open", words="keys help"),
)
ACTS = {"start": ("Start", "play"), "stop": ("Stop", "stop"), "complete": ("Complete", "check")}


@router.get("/palette")
async def show(request: Request, scope: Reading, q: Annotated[str, Query()] = "") -> Response:
    found = await PaletteService(scope).find(q)
    groups = groups_of(found)
    total = plural(sum(len(group.hits) for group in groups), "result")
    template = "palette/_results.html" if is_htmx(request) else "palette/index.html"
    return render(
        request,
        scope,
        template,
        page="",
        q=q if is_htmx(request) else found.text,
        groups=groups,
        total=total,
        is_live=is_htmx(request),
    )


def groups_of(found: Found) -> tuple[Group, ...]:
    """What is found, the most telling first; a typed text can always become a task."""
    words = found.text.casefold().split()
    new = Hit(f"Add “{found.text}”", "plus", "post", "/tasks", "new task", values=_as_task(found.text))
    groups = (
        Group("Now", tuple(_act(act) for act in found.acts)),
        Group("Tasks", tuple(_task(row) for row in found.tasks)),
        Group("Actions", tuple(_matching(ACTIONS, words))),
        Group("Pages", tuple(_matching(PAGES, words))),
        Group("New", (new,) if found.text else ()),
    )
    return tuple(group for group in groups if group.hits)


def _matching(hits: Iterable[Hit], words: list[str]) -> Iterable[Hit]:
    """Those in which every word begins one of theirs."""
    for hit in hits:
        own = f"{hit.label} {hit.words}".casefold().split()
        if all(any(known.startswith(word) for known in own) for word in words):
            yield hit


def _act(act: TaskAct) -> Hit:
    label, icon = ACTS[act.verb]
    return Hit(f"{label}: {act.title}", icon, "post", f"/tasks/{act.task_id}/{act.verb}")


def _task(row: TaskRow) -> Hit:
    return Hit(row.title, "check" if row.status == "completed" else "today", "dialog", f"/tasks/{row.id}", row=row)


def _as_task(text: str) -> dict[str, str]:
    return {"text": text, "token": secrets.token_urlsafe(12)}
