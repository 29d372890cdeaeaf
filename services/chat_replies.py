"""How answers are stored: whole, or step by step while they are open, each with the cards that it offers.

It decides nothing of what is done or said; who may still add to an answer, `is_open` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from assistant.chat import Option
from assistant.operations import Operation
from models import CardPurpose, ChatAuthor, ChatCard, ChatMessage
from repositories.chat import ChatRepository
from services.chat_acts import Reply, deletes
from services.scope import Scope

CONFIRM_MINUTES = 10
UNDO_HOURS = 24
OPEN_KEYS = {"is_open", "steps"}


class ReplyStore:
    """Stores one person's answers."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.chat = ChatRepository(scope.session)

    async def is_open(self, reply: Reply) -> bool:
        """Whether its message is still there, and the answer is not begun, or begun by this very reply and not ended."""
        if reply.reply_to_id is None:
            return True
        user_id = self.scope.person.id
        if await self.chat.get_message(user_id, reply.reply_to_id) is None:
            return False
        answer = await self.chat.get_answer(user_id, reply.reply_to_id)
        if answer is None:
            return reply.answer_id is None
        return answer.id == reply.answer_id and is_unfinished(answer)

    async def store(self, reply: Reply, *, is_open: bool = False) -> Reply:
        """Store the answer as far as it is; the reply that goes on with it. Cards other than Undo come with its end."""
        message = await self._message(reply)
        message.text = reply.text
        message.detail = {
            "lines": [asdict(line) for line in reply.lines],
            "task_ids": [*dict.fromkeys(reply.task_ids)][:20],
            "note": reply.note,
            "source": reply.source,
            **({"is_open": True, "steps": len(reply.done)} if is_open else {}),
        }
        undo = await self._undo(message, reply)
        if not is_open:
            await self._offers(message, reply)
        await self.scope.changed(is_replanned=False)
        return replace(reply, answer_id=message.id, undo_id=undo)

    async def end(self, answer: ChatMessage | None, sentence: str) -> bool:
        """End an answer that is open with a sentence; False for any other."""
        if answer is None or not is_unfinished(answer):
            return False
        answer.text = f"{answer.text}\n{sentence}"
        answer.detail = {name: value for name, value in answer.detail.items() if name not in OPEN_KEYS}
        await self.scope.changed(is_replanned=False)
        return True

    async def _message(self, reply: Reply) -> ChatMessage:
        """The message that holds the answer; a new one at its beginning."""
        known = await self.chat.get_message(self.scope.person.id, reply.answer_id) if reply.answer_id is not None else None
        if known is not None:
            return known
        message = ChatMessage(
            user_id=self.scope.person.id,
            at=self.scope.now,
            author=ChatAuthor.DAYLOOM,
            text=reply.text,
            detail={},
            reply_to_id=reply.reply_to_id,
        )
        await self.chat.add(message)
        return message

    async def _undo(self, message: ChatMessage, reply: Reply) -> int | None:
        """The card that takes back what was done so far."""
        if not reply.undo:
            return reply.undo_id
        options = [Option(label="Undo", operations=reply.undo)]
        known = await self.chat.get_card(message.user_id, reply.undo_id) if reply.undo_id is not None else None
        if known is not None:
            known.offers = _offers(options)
            return known.id
        return (await self._card(message, CardPurpose.UNDO, options, timedelta(hours=UNDO_HOURS))).id

    async def _offers(self, message: ChatMessage, reply: Reply) -> None:
        span = timedelta(minutes=CONFIRM_MINUTES)
        if reply.operations:
            card = await self._card(message, CardPurpose.CONFIRM, [_confirmation(reply.operations)], span)
            card.offers = card.offers | {"is_previewed": reply.is_previewed}
        for purpose, choice in reply.cards:
            await self._card(message, purpose, choice.options, span)

    async def _card(self, message: ChatMessage, purpose: CardPurpose, options: Sequence[Option], span: timedelta) -> ChatCard:
        card = ChatCard(
            user_id=message.user_id,
            message_id=message.id,
            purpose=purpose,
            offers=_offers(options),
            expires_at=self.scope.now + span,
        )
        await self.chat.add(card)
        return card


def is_unfinished(answer: ChatMessage) -> bool:
    """Whether more of the answer is to come, or was, when whoever wrote it is gone."""
    return bool(answer.detail.get("is_open"))


def _confirmation(operations: tuple[Operation, ...]) -> Option:
    return Option(label="Delete" if deletes(operations) else "Do it", operations=operations)


def _offers(options: Sequence[Option]) -> dict[str, object]:
    return {"options": [option.model_dump(mode="json") for option in options]}
