"""The chat: a message is stored, thought about outside any transaction, and answered once; what it asks for is done or offered.

A card keeps the exact operations that it offers, for this person, for ten minutes, to be taken once by one UPDATE. Taking it
never passes through a model; what is done at once and what is offered, `services.chat_acts` decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

from assistant.advice import ModelSettings
from assistant.chat import MAX_MESSAGE, Option, Turn, Understood, View, WhatIf
from assistant.chat_model import MAX_TURNS, ModelChat
from assistant.chat_rules import ChatRules
from assistant.gateway import Gateway
from assistant.operations import Operation
from errors import ConflictError, InvalidInputError, NotFoundError
from models import CardPurpose, ChatAuthor, ChatCard, ChatMessage, ModelCall
from repositories.chat import ChatRepository
from repositories.model_calls import ModelCallRepository
from repositories.users import UserRepository
from services import chat_view, model_settings
from services.chat_acts import ActService, Reply, deletes
from services.chat_answers import AnswerService
from services.fields import clean
from services.scope import Scope
from services.what_if import Preview

CONFIRM_MINUTES = 10
UNDO_HOURS = 24
GONE = "This was answered already, or its time is over. Say it again."
CANCELLED = "You cancelled this. Nothing was done."
FAILED = "Something went wrong on our side, and nothing was done. Try again; the server's log says more."
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

    async def ask(self, text: str) -> int:
        """Store a message; its id. A choice that is open stays so until it is answered. InvalidInputError on `text`."""
        await self.scope.lock()
        line = clean(text, keep="\n").strip()
        if not line:
            raise InvalidInputError("Say something first.", {"text": "Say something first."})
        if len(line) > MAX_MESSAGE:
            sentence = f"A message has at most {MAX_MESSAGE:,} characters; this has {len(line):,}."
            raise InvalidInputError(sentence, {"text": sentence})
        message = await self._write(ChatAuthor.PERSON, line, {})
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

    async def answer(self, talk: Talk, understood: Understood, previews: Sequence[Preview | str | None] = ()) -> bool:
        """Do or offer what was understood, and answer, once; False when it was cancelled or answered meanwhile."""
        await self.scope.lock()
        if not await self._is_waiting(talk.message_id):
            return False
        await self._log(understood)
        if talk.verdict and talk.card_id is not None:
            await self._settle(talk.card_id, 0 if talk.verdict != "no" else None, talk.message_id)
            return True
        await self.chat.settle_all(self.scope.person.id, CardPurpose.CHOICE, self.scope.now, "passed")
        reply = Reply(reply_to_id=talk.message_id, note=understood.fallback_reason or talk.over_budget or "")
        reply.source = understood.source
        await ActService(self.scope).perform(understood.operations, reply, is_unasked=understood.is_unasked)
        for choice in understood.choices:
            reply.say(choice.sentence)
            reply.cards.append((CardPurpose.CHOICE, choice))
        for question, preview in zip(understood.questions, [*previews, *[None] * len(understood.questions)], strict=False):
            reply.add(await AnswerService(self.scope).answer(question, preview))
            if isinstance(question, WhatIf) and isinstance(preview, Preview):
                reply.offer(question.operations)
                reply.is_previewed = True
        reply.say(understood.sentence)
        await self._send(reply)
        return True

    async def refuse(self, message_id: int, sentence: str, understood: Understood | None = None) -> bool:
        """Answer that nothing was done, and why; False when there is an answer already."""
        await self.scope.lock()
        if not await self._is_waiting(message_id):
            return False
        if understood:
            await self._log(understood)
        await self._send(Reply(reply_to_id=message_id, texts=[sentence]))
        return True

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
        reply = Reply(reply_to_id=reply_to_id)
        if pick is None:
            reply.say("Nothing was done.")
        elif card.purpose is CardPurpose.CHOICE:
            await ActService(self.scope).perform(options[pick].operations, reply)
        else:
            await ActService(self.scope).do(options[pick].operations, reply, is_undo=card.purpose is CardPurpose.UNDO)
        await self._send(reply)

    async def _send(self, reply: Reply) -> None:
        """Store the answer with its cards."""
        detail: dict[str, object] = {
            "lines": [asdict(line) for line in reply.lines],
            "task_ids": [*dict.fromkeys(reply.task_ids)][:20],
            "note": reply.note,
            "source": reply.source,
        }
        message = await self._write(ChatAuthor.DAYLOOM, " ".join(reply.texts), detail, reply.reply_to_id)
        if reply.operations:
            label = "Delete" if deletes(reply.operations) else "Do it"
            offer = Option(label=label, operations=reply.operations)
            card = await self._card(message, CardPurpose.CONFIRM, [offer], timedelta(minutes=CONFIRM_MINUTES))
            card.offers = card.offers | {"is_previewed": reply.is_previewed}
        for purpose, choice in reply.cards:
            await self._card(message, purpose, choice.options, timedelta(minutes=CONFIRM_MINUTES))
        if reply.undo:
            back = Option(label="Undo", operations=reply.undo)
            await self._card(message, CardPurpose.UNDO, [back], timedelta(hours=UNDO_HOURS))
        await self.scope.changed(is_replanned=False)

    async def _card(self, message: ChatMessage, purpose: CardPurpose, options: Sequence[Option], span: timedelta) -> ChatCard:
        card = ChatCard(
            user_id=message.user_id,
            message_id=message.id,
            purpose=purpose,
            offers={"options": [option.model_dump(mode="json") for option in options]},
            expires_at=self.scope.now + span,
        )
        await self.chat.add(card)
        return card

    async def _write(
        self, author: ChatAuthor, text: str, detail: dict[str, object], reply_to_id: int | None = None
    ) -> ChatMessage:
        message = ChatMessage(
            user_id=self.scope.person.id, at=self.scope.now, author=author, text=text, detail=detail, reply_to_id=reply_to_id
        )
        await self.chat.add(message)
        return message

    async def _message(self, message_id: int) -> ChatMessage:
        message = await self.chat.get_message(self.scope.person.id, message_id)
        if message is None or message.author is not ChatAuthor.PERSON:
            raise NotFoundError("This message does not exist any more.")
        return message

    async def _is_waiting(self, message_id: int) -> bool:
        """Whether the message is still there, and has no answer."""
        message = await self.chat.get_message(self.scope.person.id, message_id)
        return message is not None and await self.chat.get_answer(self.scope.person.id, message_id) is None

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

    async def _log(self, understood: Understood) -> None:
        for call in understood.calls:
            values = call.model_dump(exclude={"task_ids"})
            await ModelCallRepository(self.scope.session).add(ModelCall(user_id=self.scope.person.id, **values), call.task_ids)


async def think(talk: Talk, gateway: Gateway) -> Understood:
    """What the message comes to: asked of the model, where there is one, or of rules. Always answers."""
    if talk.verdict:
        return Understood()
    assistant = ModelChat(gateway, talk.model) if talk.model else ChatRules()
    return await assistant.understand(talk.text, talk.view, talk.history)
