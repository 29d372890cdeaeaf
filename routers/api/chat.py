"""The chat as JSON: messages with their answers, and the cards that answers offer."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from routers.api.documented import errors
from routers.api.schemas import Schema
from routers.deps import OptionalId, Reading, RowId, reading, turns_of, writing
from services.chat import ChatService
from services.chat_page import ChatPageService

router = APIRouter(tags=["chat"])


class MessageIn(BaseModel):
    """Something to say: a wish, a question, or "yes" to the card that was shown last."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Move today's tasks to tomorrow"}]})

    text: Annotated[str, Field(max_length=20_000)]


class PickIn(BaseModel):
    """Which option of a card is taken, by its place from 0."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"option": 0}]})

    option: Annotated[int, Field(ge=0, le=100)] = 0


class CardOut(Schema):
    """What a message offers to do. One option of an `open` card can be taken, once."""

    id: int
    purpose: Literal["confirm", "choice", "undo"]
    options: tuple[str, ...]
    state: Literal["open", "taken", "declined", "expired", "passed"]
    taken: int | None


class LineOut(Schema):
    """One thing of an answer."""

    title: str
    note: str
    task_id: int | None


class MessageOut(Schema):
    """One message. `waiting`: its answer, or more of it, is being thought about; `lost`: it will not come."""

    id: int
    author: Literal["person", "dayloom"]
    text: str
    at: AwareDatetime
    lines: tuple[LineOut, ...]
    note: str
    by_model: bool
    cards: tuple[CardOut, ...]
    state: Literal["", "waiting", "lost"]


class MessagesOut(Schema):
    """Messages, the oldest first; with `older` as `before` come those before them (null: there are none)."""

    messages: tuple[MessageOut, ...]
    older: int | None


@router.get("/chat")
async def list_messages(scope: Reading, before: OptionalId = None) -> MessagesOut:
    """The newest messages, or those before one."""
    return MessagesOut.model_validate(await ChatPageService(scope).view(before))


@router.post("/chat", status_code=status.HTTP_201_CREATED)
async def post_message(
    request: Request,
    message: MessageIn,
    wait_seconds: Annotated[float, Query(ge=0, le=30, description="How long to wait for the answer.")] = 10,
) -> MessagesOut:
    """Say something: the message and, once it is there, its answer. Ask `GET /chat` again for one that took longer."""
    async with writing(request) as scope:
        message_id = await ChatService(scope).ask(message.text)
    turn = turns_of(request).begin(scope.person.id, message_id)
    await asyncio.wait({turn}, timeout=wait_seconds)
    return await _since(request, message_id)


@router.post("/chat/{message_id}/stop", responses=errors(404))
async def stop_answer(request: Request, message_id: RowId) -> MessagesOut:
    """End the answer to a message where it stands: what was done by then stays, with its undo. One that has ended stays as it
    is. The message and what there is of its answer."""
    async with reading(request) as scope:
        await ChatService(scope).require(message_id)
        user_id = scope.person.id
    await turns_of(request).stop(user_id, message_id)
    return await _since(request, message_id)


@router.delete("/chat", status_code=status.HTTP_204_NO_CONTENT)
async def clear_chat(request: Request) -> None:
    """Delete the whole talk. What was done in it stays."""
    async with writing(request) as scope:
        await ChatService(scope).clear()


@router.post("/chat/cards/{card_id}/confirm", responses=errors(404, 409))
async def confirm_card(request: Request, card_id: RowId, pick: PickIn) -> MessagesOut:
    """Take an option of a card: what came of it, as a message. 409 when it was taken, or its time is over."""
    return await _settle(request, card_id, pick.option)


@router.post("/chat/cards/{card_id}/decline", responses=errors(404, 409))
async def decline_card(request: Request, card_id: RowId) -> MessagesOut:
    """Take none of a card's options: nothing is done."""
    return await _settle(request, card_id, None)


async def _settle(request: Request, card_id: int, option: int | None) -> MessagesOut:
    async with reading(request) as scope:
        newest = max((message.id for message in (await ChatPageService(scope).view()).messages), default=0)
    async with writing(request) as scope:
        await ChatService(scope).settle(card_id, option)
    return await _since(request, newest + 1)


async def _since(request: Request, message_id: int) -> MessagesOut:
    """The messages from one on."""
    async with reading(request) as scope:
        view = await ChatPageService(scope).view()
    found = [message for message in view.messages if message.id >= message_id]
    return MessagesOut(messages=tuple(MessageOut.model_validate(message) for message in found), older=None)
