"""Doing what a message asks for, or offering it: an answer is put together with what was done, what waits, and the way back.

Deleting, changing several tasks, what cannot be undone and what goes beyond the person's own words is only ever offered.
Several things that are done at once are steps, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.chat import Choice, Understood, WhatIf
from assistant.operations import ActOnTask, AddTask, DeleteEvent, EditTask, Operation, PinTask, UnpinTask
from models import CardPurpose
from repositories.chat import ChatRepository
from repositories.events import EventRepository
from services.changes import Applied, ChangeService
from services.chat_answers import Line, Said
from services.chat_undo import WayBack
from services.chat_words import Wordings
from services.scope import Scope

MOST_ADDED = 5
"""So many new tasks of one message are no bulk."""


@dataclass
class Reply:
    """An answer while it is put together. `done` has a sentence for each step that was done in a transaction of its own;
    `answer_id` and `undo_id` are the message and the card that hold it by then."""

    reply_to_id: int | None = None
    answer_id: int | None = None
    undo_id: int | None = None
    done: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    task_ids: list[int] = field(default_factory=list)
    cards: list[tuple[CardPurpose, Choice]] = field(default_factory=list)
    operations: tuple[Operation, ...] = ()
    undo: tuple[Operation, ...] = ()
    is_previewed: bool = False
    note: str = ""
    source: str = "rules"

    @classmethod
    def of(cls, message_id: int, understood: Understood, note: str | None) -> Reply:
        """The beginning of the answer to a message."""
        return cls(reply_to_id=message_id, note=understood.fallback_reason or note or "", source=understood.source)

    @property
    def text(self) -> str:
        """A line for each step, and what is said after them."""
        return "\n".join([*self.done, *([" ".join(self.texts)] if self.texts else [])])

    def say(self, sentence: str) -> None:
        if sentence:
            self.texts.append(sentence)

    def add(self, said: Said) -> None:
        self.say(said.text)
        self.lines += said.lines
        self.task_ids += said.task_ids

    def offer(self, operations: tuple[Operation, ...]) -> None:
        self.operations += operations


class ActService:
    """Does and offers operations, for one person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def perform(self, operations: Sequence[Operation], reply: Reply, *, is_unasked: bool = False) -> None:
        """Do what may be done at once; offer the rest."""
        if not operations:
            return
        back = [await WayBack(self.scope).of(operation) for operation in operations] if len(operations) == 1 else []
        if is_unasked or is_risky(operations) or None in back:
            reply.offer(tuple(operations))
            reply.add(await self._described(operations))
        else:
            await self.do(operations, reply)

    async def step(self, operation: Operation, reply: Reply) -> Reply | None:
        """Do one of several things: the reply with a line of its own for it. None: it cannot be undone, so it is not done."""
        if await WayBack(self.scope).of(operation) is None:
            return None
        part = Reply()
        await self.do([operation], part)
        return replace(
            reply,
            done=[*reply.done, " ".join(part.texts)],
            task_ids=[*reply.task_ids, *part.task_ids],
            undo=(*part.undo, *reply.undo),
        )

    async def do(self, operations: Sequence[Operation], reply: Reply, *, is_undo: bool = False) -> None:
        """Do all of them, one after the other, and remember the way back."""
        way, changes = WayBack(self.scope), ChangeService(self.scope)
        pins = await way.pins()
        steps: list[tuple[Operation, ...] | None] = []
        done: list[Applied] = []
        for operation in operations:
            step = await way.of(operation)
            (applied,) = await changes.apply([operation])
            steps.append(None if step is None else (*step, *way.added(operation, applied)))
            done.append(applied)
        reply.say("Undone." if is_undo else "")
        for applied in done:
            reply.say(applied.sentence)
        reply.task_ids += [applied.task_id for applied in done if applied.task_id is not None]
        back = [operation for step in reversed(steps) for operation in step or ()]
        if not is_undo and None not in steps:
            back += await way.lost_pins(pins, back)
            reply.undo = tuple(back)

    async def _described(self, operations: Sequence[Operation]) -> Said:
        """What would be done, for the card."""
        user_id = self.scope.person.id
        ids = [item.task_id for item in operations if isinstance(item, ActOnTask | EditTask | PinTask | UnpinTask)]
        rows = await ChatRepository(self.scope.session).list_tasks_by_id(user_id, set(ids))
        events = EventRepository(self.scope.session)
        names = {
            item.event_id: event.title
            for item in operations
            if isinstance(item, DeleteEvent) and (event := await events.get(user_id, item.event_id))
        }
        words = Wordings(self.scope, {row.id: row.title for row in rows}, names)
        spoken = [words.of(operation) for operation in operations]
        if len(spoken) == 1:
            return Said(f"{spoken[0]}?", (), tuple(ids))
        return Said(f"Do these {len(spoken)} things?", tuple(Line(text, "") for text in spoken), tuple(dict.fromkeys(ids)))


def steps_of(understood: Understood) -> tuple[Operation, ...]:
    """What is done step by step before the rest is answered: several things, or one before a preview, which takes a while."""
    operations = understood.operations
    is_previewed = any(isinstance(question, WhatIf) for question in understood.questions)
    is_long = is_previewed or (len(operations) > 1 and not _is_switch(operations))
    return operations if is_long and not understood.is_unasked and not is_risky(operations) else ()


def is_risky(operations: Sequence[Operation]) -> bool:
    """Whether they delete something, or change several tasks."""
    if deletes(operations):
        return True
    touched = {item.task_id for item in operations if isinstance(item, ActOnTask | EditTask | PinTask | UnpinTask)}
    added = sum(isinstance(item, AddTask) for item in operations)
    return (len(touched) > 1 and not _is_switch(operations)) or added > MOST_ADDED


def _is_switch(operations: Sequence[Operation]) -> bool:
    """To stop one task and start another is one change."""
    kinds = [item.kind for item in operations if isinstance(item, ActOnTask)]
    return len(operations) == 2 and sorted(kinds) == ["start_task", "stop_task"]


def deletes(operations: Sequence[Operation]) -> bool:
    """Whether any of them takes something away."""
    return any(
        isinstance(item, DeleteEvent) or (isinstance(item, ActOnTask) and item.kind == "delete_task") for item in operations
    )
