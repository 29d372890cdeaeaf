"""The chat: a message is stored, thought about outside any transaction, and answered once; what it asks for is done or offered.

An answer that takes several steps is open until its last one: each is stored as it is done. A card keeps the exact operations
that it offers, for this person, to be taken once by one UPDATE. Taking it never passes through a model; what is done at once
and what is offered, `services.chat_acts` decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from assistant.advice import ModelSettings
from assistant.chat import MAX_MESSAGE, Option, Turn, Understood, View, WhatIf
from assistant.chat_model import MAX_TURNS, ModelChat
from assistant.chat_rules import ChatRules
from assistant.gateway import Gateway
from assistant.operations import Operation
from errors import ConflictError, InvalidInputError, NotFoundError
from models import CardPurpose, ChatAuthor, ChatMessage, ModelCall
from repositories.chat import ChatRepository
from repositories.model_calls import ModelCallRepository
from repositories.users import UserRepository
from services import chat_view, model_settings
from services.chat_acts import ActService, Reply, steps_of
from services.chat_answers import AnswerService
from services.chat_replies import ReplyStore
from services.fields import clean
from services.scope import Scope
from services.what_if import Preview

GONE = "This was answered already, or its time is over. Say it again."
CANCELLED = "You stopped this. Nothing was done."
STOPPED = "You stopped this here. The rest was not done."
FAILED = "Something went wrong on our side; the server's log says more."
NOTHING_DONE = "Nothing was done."
REST_NOT_DONE = "So the rest was not done."
Phase = Literal["asking", "trying"]
"""What is being done about a message that waits: a model is asked, or the plan of a what-if is looked for."""
Verdict = Literal["yes", "no", "undo"]
_VERDICTS: dict[Verdict, re.Pattern[str]] = {
    "yes": re.compile(
        r"(?:yes|yep|yeah|y|ok|okay|sure|do it|go ahead|confirm|confirmed|please do|yes please)[.!]*", re.IGNORECASE
    ),
    "no": re.compile(r"(?:no|nope|n|don't|do not|stop|cancel|discard|leave it|no thanks|never mind)[.!]*", re.IGNORECASE),
    "undo": re.compile(
        r"(?:undo|undo (?:that|it|the last (?:one|change))|take (?:that|it) back|revert(?: that)?)[.!]*", re.IGNORECASE
    ),
}


@dataclass(frozen=True, slots=True)
class Talk:
    """All that one message is thought about with. `verdict` answers the open card `card_id`, and nothing is thought."""

    message_id: int
    text: str
    view: View
    history: tuple[Turn, ...]
    model: ModelSettings | None
    over_budget: str | None = None
    verdict: Verdict | None = None
    card_id: int | None = None


class ChatService:
    """One person's chat."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.chat = ChatRepository(scope.session)
        self.replies = ReplyStore(scope)

    async def ask(self, text: str) -> int:
        """Store a message; its id. A choice that is open stays so until it is answered. InvalidInputError on `text`."""
        await self.scope.lock()
        line = clean(text, keep="\n").strip()
        if not line:
            raise InvalidInputError("Say something first.", {"text": "Say something first."})
        if len(line) > MAX_MESSAGE:
            sentence = f"A message has at most {MAX_MESSAGE:,} characters; this has {len(line):,}."
            raise InvalidInputError(sentence, {"text": sentence})
        message = ChatMessage(user_id=self.scope.person.id, at=self.scope.now, author=ChatAuthor.PERSON, text=line, detail={})
        await self.chat.add(message)
        await self.scope.changed(is_replanned=False)
        return message.id

    async def load(self, message_id: int) -> Talk:
        """Read what the message is to be thought about with. NotFoundError for a missing or foreign one."""
        message = await self._message(message_id)
        newest = await self.chat.list_newest(self.scope.person.id, MAX_TURNS, message_id)
        verdict, card_id = await self._verdict(message.text)
        model, over_budget = await self._model()
        return Talk(
            message_id=message.id,
            text=message.text,
            view=await chat_view.load(self.scope, message.text),
            history=tuple(Turn(who=item.author.value, text=item.text) for item in reversed(newest)),
            model=model,
            over_budget=over_budget,
            verdict=verdict,
            card_id=card_id,
        )

    async def tell(self, reply: Reply, phase: Phase, model: str = "") -> bool:
        """Say on the pages what is being done about a message; False when it was stopped or answered meanwhile."""
        await self.scope.lock()
        if reply.reply_to_id is None or not await self.replies.is_open(reply):
            return False
        message = await self._message(reply.reply_to_id)
        message.detail = {"phase": phase, "model": model, "since": self.scope.now.isoformat()}
        await self.scope.changed(is_replanned=False)
        return True

    async def log(self, understood: Understood) -> None:
        """Keep what was asked of a model, whatever becomes of its answer."""
        for call in understood.calls:
            values = call.model_dump(exclude={"task_ids"})
            await ModelCallRepository(self.scope.session).add(ModelCall(user_id=self.scope.person.id, **values), call.task_ids)

    async def step(self, operation: Operation, reply: Reply) -> Reply | None:
        """Do one of several things: the answer with its line. None: it must be offered first, or the answer has ended."""
        await self.scope.lock()
        if not await self.replies.is_open(reply) or (more := await ActService(self.scope).step(operation, reply)) is None:
            return None
        return await self.replies.store(more, is_open=True)

    async def answer(
        self, talk: Talk, understood: Understood, begun: Reply, previews: Sequence[Preview | str | None] = ()
    ) -> bool:
        """Do or offer what was not done by steps, answer the rest, and end; False when it was stopped or answered meanwhile."""
        reply = deepcopy(begun)
        await self.scope.lock()
        if not await self.replies.is_open(reply):
            return False
        if talk.verdict and talk.card_id is not None:
            await self._settle(talk.card_id, 0 if talk.verdict != "no" else None, talk.message_id)
            return True
        await self.chat.settle_all(self.scope.person.id, CardPurpose.CHOICE, self.scope.now, "passed")
        left, is_refused = understood.operations[len(reply.done) :], bool(steps_of(understood))
        await ActService(self.scope).perform(left, reply, is_unasked=understood.is_unasked or is_refused)
        for choice in understood.choices:
            reply.say(choice.sentence)
            reply.cards.append((CardPurpose.CHOICE, choice))
        for question, preview in zip(understood.questions, [*previews, *[None] * len(understood.questions)], strict=False):
            reply.add(await AnswerService(self.scope).answer(question, preview))
            if isinstance(question, WhatIf) and isinstance(preview, Preview):
                reply.offer(question.operations)
                reply.is_previewed = True
        reply.say(understood.sentence)
        await self.replies.store(reply)
        return True

    async def refuse(self, reply: Reply, sentence: str) -> bool:
        """Answer why no more was done; False when the answer has ended already."""
        await self.scope.lock()
        if not await self.replies.is_open(reply):
            return False
        await self.replies.store(replace(reply, texts=[sentence, REST_NOT_DONE if reply.done else NOTHING_DONE]))
        return True

    async def require(self, message_id: int) -> None:
        """Raise NotFoundError for a message that is missing or somebody else's, or that nobody asked."""
        await self._message(message_id)

    async def stop(self, message_id: int) -> None:
        """End the answer where it stands: what was done stays said, with its undo. One that has ended stays as it is."""
        await self.scope.lock()
        begun, unanswered = await self.chat.get_answer(self.scope.person.id, message_id), Reply(reply_to_id=message_id)
        if not await self.replies.end(begun, STOPPED) and await self.replies.is_open(unanswered):
            await self.replies.store(replace(unanswered, texts=[CANCELLED]))

    async def settle(self, card_id: int, pick: int | None) -> None:
        """Take an offer of a card (by its place), or none of them. ConflictError when it was taken, or its time is over."""
        await self.scope.lock()
        await self._settle(card_id, pick, None)

    async def clear(self) -> None:
        """Delete the whole talk."""
        await self.scope.lock()
        await self.chat.clear(self.scope.person.id)
        await self.scope.changed(is_replanned=False)

    async def offered(self, card_id: int) -> tuple[Operation, ...]:
        """The operations of an open confirmation, for a preview. NotFoundError for any other."""
        card = await self.chat.get_card(self.scope.person.id, card_id)
        if card is None or card.purpose is not CardPurpose.CONFIRM or card.settled_at or card.expires_at <= self.scope.now:
            raise NotFoundError(GONE)
        return Option.model_validate(card.offers["options"][0]).operations

    async def _settle(self, card_id: int, pick: int | None, reply_to_id: int | None) -> None:
        card = await self.chat.get_card(self.scope.person.id, card_id)
        options = [Option.model_validate(item) for item in card.offers["options"]] if card else []
        if card is None or (pick is not None and pick >= len(options)):
            raise NotFoundError(GONE)
        if not await self.chat.settle(card.user_id, card.id, self.scope.now, "declined" if pick is None else f"taken {pick}"):
            raise ConflictError(GONE)
        await self.replies.end(await self.chat.get_message(card.user_id, card.message_id), STOPPED)
        reply = Reply(reply_to_id=reply_to_id)
        if pick is None:
            reply.say("Nothing was done.")
        elif card.purpose is CardPurpose.CHOICE:
            await ActService(self.scope).perform(options[pick].operations, reply)
        else:
            await ActService(self.scope).do(options[pick].operations, reply, is_undo=card.purpose is CardPurpose.UNDO)
        await self.replies.store(reply)

    async def _message(self, message_id: int) -> ChatMessage:
        message = await self.chat.get_message(self.scope.person.id, message_id)
        if message is None or message.author is not ChatAuthor.PERSON:
            raise NotFoundError("This message does not exist any more.")
        return message

    async def _verdict(self, text: str) -> tuple[Verdict | None, int | None]:
        """A word of consent to the card that was shown last, or to take the last change back: never a model's business."""
        said = next((word for word, pattern in _VERDICTS.items() if pattern.fullmatch(text.strip())), None)
        if said is None:
            return None, None
        purpose = CardPurpose.UNDO if said == "undo" else CardPurpose.CONFIRM
        card = await self.chat.get_open_card(self.scope.person.id, purpose, self.scope.now)
        last = await self.chat.get_last_answer(self.scope.person.id)
        is_meant = card is not None and (said == "undo" or (last is not None and card.message_id == last.id))
        return (said, card.id) if card is not None and is_meant else (None, None)

    async def _model(self) -> tuple[ModelSettings | None, str | None]:
        """The person's model, and the sentence that says that its calls of a day are used up."""
        if not self.scope.person.uses_model:
            return None, None
        settings, user_id = self.scope.settings, self.scope.person.id
        since = self.scope.now - timedelta(days=1)
        if await ModelCallRepository(self.scope.session).count_since(user_id, since) >= settings.ai_daily_calls:
            return None, f"The {settings.ai_daily_calls} model calls of 24 hours are used up, so rules were used."
        return model_settings.resolve(await UserRepository(self.scope.session).get_preferences(user_id), settings), None


async def read(talk: Talk) -> Understood:
    """What rules make of the message; nothing for a word of consent, which is a card's business."""
    return Understood() if talk.verdict else await ChatRules().understand(talk.text, talk.view, talk.history)


async def think(talk: Talk, by_rules: Understood, model: ModelSettings, gateway: Gateway) -> Understood:
    """What the message comes to when a model is asked. Always answers."""
    return await ModelChat(gateway, model).ask(talk.text, talk.view, talk.history, by_rules)
