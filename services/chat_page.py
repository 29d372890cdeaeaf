"""The chat as its page and drawer show it: the last messages with their cards, and suggestions that fit the moment.

It reads; what a suggestion or a card does when it is taken, `services.chat` decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from models import CardPurpose, ChatAuthor, ChatCard, ChatMessage
from repositories.chat import ChatRepository
from repositories.plans import PlanRepository
from repositories.task_rows import TaskRowRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services.chat_replies import is_unfinished
from services.scope import Scope

SHOWN = 60
LOST_MARGIN = timedelta(seconds=30)
EXAMPLE = "Add write the report, 2h by Friday"


@dataclass(frozen=True, slots=True)
class CardView:
    """A card: its options in words. `state` open: one can be taken; else why not any more. `taken` is the option's place.
    `is_previewed`: the message itself says what would become of the plan."""

    id: int
    purpose: Literal["confirm", "choice", "undo"]
    options: tuple[str, ...]
    state: Literal["open", "taken", "declined", "expired", "passed"]
    taken: int | None = None
    is_previewed: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """One thing of an answer."""

    title: str
    note: str
    task_id: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the answer to `message_id` is. `phase`: its words and the person's things are read, a `model` is asked since so
    many seconds, or a what-if is tried; `steps` of it are done. `mark` is another one whenever there is more to see."""

    message_id: int
    phase: Literal["reading", "asking", "trying"] = "reading"
    model: str = ""
    seconds: float = 0.0
    steps: int = 0

    @property
    def mark(self) -> str:
        return f"{self.phase}-{self.steps}"


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message. `state`: waiting for its answer, or for more of it, or lost, when the process that thought about it is gone.
    A message that waits has its `progress`."""

    id: int
    author: Literal["person", "dayloom"]
    text: str
    at: datetime
    lines: tuple[LineView, ...] = ()
    note: str = ""
    by_model: bool = False
    cards: tuple[CardView, ...] = ()
    state: Literal["", "waiting", "lost"] = ""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words to say; an example is put into the field to be changed first."""

    text: str
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class ChatView:
    """The talk and what could be said next. `older`: there are messages before these."""

    messages: tuple[MessageView, ...]
    suggestions: tuple[Suggestion, ...]
    older: int | None
    is_waiting: bool


class ChatPageService:
    """Reads one person's chat for a page."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.chat = ChatRepository(scope.session)

    async def view(self, before_id: int | None = None) -> ChatView:
        """The newest messages (below an id when given), oldest first."""
        user_id = self.scope.person.id
        found = await self.chat.list_newest(user_id, SHOWN + 1, before_id)
        shown = found[:SHOWN]
        cards = await self.chat.list_cards(user_id, [message.id for message in shown])
        questions = {message.id: message for message in found}
        answered = {message.reply_to_id for message in found}
        views = tuple(
            self._message(message, cards, self._progress(message, answered, questions)) for message in reversed(shown)
        )
        older = shown[-1].id if len(found) > SHOWN else None
        is_waiting = any(view.state == "waiting" for view in views)
        return ChatView(views, await self._suggestions(), older, is_waiting)

    async def mark(self, message_id: int) -> str:
        """How far the answer to a message is, to be compared; empty when it has ended, or the message is gone."""
        user_id = self.scope.person.id
        question = await self.chat.get_message(user_id, message_id)
        answer = await self.chat.get_answer(user_id, message_id)
        if question is None or (answer is not None and not is_unfinished(answer)):
            return ""
        return self._how_far(question, answer).mark

    def _progress(
        self, message: ChatMessage, answered: set[int | None], questions: Mapping[int, ChatMessage]
    ) -> Progress | None:
        """Of a question without an answer, or of an answer that has not ended: it is shown below what is there."""
        if message.author is ChatAuthor.PERSON:
            return None if message.id in answered else self._how_far(message, None)
        question = questions.get(message.reply_to_id or 0)
        return self._how_far(question, message) if question is not None and is_unfinished(message) else None

    def _how_far(self, question: ChatMessage, answer: ChatMessage | None) -> Progress:
        told, steps = question.detail, answer.detail.get("steps", 0) if answer is not None else 0
        if not told:
            return Progress(question.id, steps=steps)
        seconds = round((self.scope.now - datetime.fromisoformat(told["since"])).total_seconds(), 1)
        return Progress(question.id, told["phase"], told["model"].rpartition("/")[2], max(0.0, seconds), steps)

    def _message(self, message: ChatMessage, cards: Sequence[ChatCard], progress: Progress | None) -> MessageView:
        detail = message.detail
        patience = timedelta(seconds=self.scope.settings.ai_deadline_seconds) + LOST_MARGIN
        return MessageView(
            id=message.id,
            author=message.author.value,
            text=message.text,
            at=message.at,
            lines=tuple(LineView(line["title"], line["note"], line["task_id"]) for line in detail.get("lines", ())),
            note=detail.get("note", ""),
            by_model=detail.get("source") == "model",
            cards=tuple(self._card(card) for card in cards if card.message_id == message.id),
            state="" if progress is None else "waiting" if self.scope.now - message.at < patience else "lost",
            progress=progress,
        )

    def _card(self, card: ChatCard) -> CardView:
        options = tuple(str(item["label"]) for item in card.offers["options"])
        kind, _, place = card.outcome.partition(" ")
        if card.settled_at is None:
            is_open, is_previewed = card.expires_at > self.scope.now, bool(card.offers.get("is_previewed"))
            return CardView(card.id, card.purpose.value, options, "open" if is_open else "expired", None, is_previewed)
        state: Literal["taken", "declined", "passed"] = "taken" if kind == "taken" else "passed"
        return CardView(
            card.id,
            card.purpose.value,
            options,
            "declined" if kind == "declined" else state,
            int(place) if place else None,
        )

    async def _suggestions(self) -> tuple[Suggestion, ...]:
        """At most four, the most pressing first."""
        user_id, now, session = self.scope.person.id, self.scope.now, self.scope.session
        if not await TaskRepository(session).count_live(user_id):
            return (Suggestion(EXAMPLE, is_example=True), Suggestion("What can you do?"))
        found = []
        if await self.chat.get_open_card(user_id, CardPurpose.CONFIRM, now) is None:
            running = await TimeEntryRepository(session).get_running(user_id)
            found += [Suggestion("Stop"), Suggestion("Done")] if running else []
            coming = await PlanRepository(session).list_blocks(user_id, now, now + timedelta(days=1))
            found += [Suggestion("Start the next task")] if coming and not running else []
        if (await TaskRowRepository(session).list_at_risk(user_id, now, 1)).rows:
            found.append(Suggestion("What is at risk?"))
        return (*found, Suggestion("What is next?"), Suggestion("What do I have tomorrow?"))[:4]
