"""The turns of the chat in one process: each message is thought about in a task of its own, which a request may wait for.

What is stored under a message's one answer is the fence: a turn that was stopped, or answered elsewhere, does no more. An
answer comes in pieces, each in a transaction of its own that tells the pages: what is asked, each step once done, its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from assistant.advice import ModelSettings
from assistant.chat import Understood, WhatIf
from assistant.gateway import Gateway
from assistant.operations import Operation
from config import Settings
from db import Database
from errors import AppError
from planning.process import SolverProcess
from services import chat, users, what_if
from services.chat import FAILED, ChatService, Talk
from services.chat_acts import Reply, steps_of
from services.planning import InvalidPlanError
from services.scope import Scope
from services.what_if import Preview

log = logging.getLogger(__name__)


class ChatTurns:
    """Answers messages. `clock` tells the time that they are answered at."""

    def __init__(
        self, database: Database, settings: Settings, gateway: Gateway, solver: SolverProcess, clock: Callable[[], datetime]
    ) -> None:
        self.database = database
        self.settings = settings
        self.gateway = gateway
        self.solver = solver
        self.clock = clock
        self._turns: dict[int, asyncio.Task[None]] = {}
        self._thoughts: dict[tuple[int, int], asyncio.Task[Understood]] = {}
        """By whose message it is, and which."""
        self._is_closing = False

    def begin(self, user_id: int, message_id: int) -> asyncio.Task[None]:
        """Think about a message and answer it, whether anybody waits or not."""
        turn = asyncio.create_task(self.take(user_id, message_id), name=f"chat-{message_id}")
        self._turns[message_id] = turn
        turn.add_done_callback(partial(self._forget, message_id))
        return turn

    async def stop(self, user_id: int, message_id: int) -> None:
        """End the answer where it stands, and stop thinking. A message that has its whole answer keeps it."""
        async with self._writing(user_id) as scope:
            await ChatService(scope).stop(message_id)
        if thought := self._thoughts.get((user_id, message_id)):
            thought.cancel()

    async def close(self) -> None:
        """Give up what is being thought about: nothing of it is done."""
        self._is_closing = True
        for thought in [*self._thoughts.values()]:
            thought.cancel()
        await asyncio.gather(*self._turns.values(), return_exceptions=True)

    async def take(self, user_id: int, message_id: int) -> None:
        """One message from reading to its answer; no transaction is open while it is thought about."""
        reply = Reply(reply_to_id=message_id)
        try:
            async with self._reading(user_id) as scope:
                talk = await ChatService(scope).load(message_id)
            understood = await self._understood(user_id, talk, reply)
            reply = Reply.of(message_id, understood, talk.over_budget)
            for operation in steps_of(understood):
                async with self._writing(user_id) as scope:
                    more = await ChatService(scope).step(operation, reply)
                if more is None:
                    break
                reply = more
            previews = await self._previews(user_id, understood, reply)
            async with self._writing(user_id) as scope:
                await ChatService(scope).answer(talk, understood, reply, previews)
        except AppError as error:
            await self._refuse(user_id, reply, error.message)
        except Exception:
            log.exception("A message could not be answered.")
            await self._refuse(user_id, reply, FAILED)

    async def preview(self, user_id: int, operations: tuple[Operation, ...]) -> Preview | str:
        """What the plan would be after operations; a sentence where that cannot be."""
        try:
            return await what_if.preview(
                partial(self._rehearsing, user_id), operations, self.solver, self.settings.plan_seconds
            )
        except AppError as error:
            return error.message
        except InvalidPlanError:
            log.exception("A preview was refused by the checker.")
            return "No valid plan was found for that."

    async def _understood(self, user_id: int, talk: Talk, reply: Reply) -> Understood:
        """What the message comes to: what rules are certain of costs no call."""
        by_rules = await chat.read(talk)
        if talk.verdict or talk.model is None or by_rules.is_certain:
            return by_rules
        async with self._writing(user_id) as scope:
            if not await ChatService(scope).tell(reply, "asking", talk.model.model):
                return by_rules
        understood = await self._thought(user_id, talk, by_rules, talk.model)
        async with self._writing(user_id) as scope:
            await ChatService(scope).log(understood)
        return understood

    async def _thought(self, user_id: int, talk: Talk, by_rules: Understood, model: ModelSettings) -> Understood:
        """Think in a task of its own, the one thing that is ever cancelled: a transaction is not cut off in the middle."""
        thought = asyncio.create_task(chat.think(talk, by_rules, model, self.gateway))
        self._thoughts[user_id, talk.message_id] = thought
        if self._is_closing:
            thought.cancel()
        try:
            return await thought
        finally:
            del self._thoughts[user_id, talk.message_id]

    async def _previews(self, user_id: int, understood: Understood, reply: Reply) -> list[Preview | str | None]:
        """What each what-if comes to, in the places of their questions."""
        asked = [question.operations if isinstance(question, WhatIf) else None for question in understood.questions]
        if any(asked):
            async with self._writing(user_id) as scope:
                if not await ChatService(scope).tell(reply, "trying"):
                    return []
        return [await self.preview(user_id, operations) if operations else None for operations in asked]

    async def _refuse(self, user_id: int, reply: Reply, sentence: str) -> None:
        async with self._writing(user_id) as scope:
            await ChatService(scope).refuse(reply, sentence)

    def _forget(self, message_id: int, turn: asyncio.Task[None]) -> None:
        self._turns.pop(message_id, None)
        if not turn.cancelled() and (error := turn.exception()):
            log.error("The answer to a message could not be stored: %s", error)

    @asynccontextmanager
    async def _reading(self, user_id: int) -> AsyncIterator[Scope]:
        async with self.database.read_scope() as session:
            yield Scope(session, await users.get_person(session, self.settings, user_id), self.clock(), self.settings)

    @asynccontextmanager
    async def _writing(self, user_id: int) -> AsyncIterator[Scope]:
        async with self.database.session_scope() as session:
            yield Scope(session, await users.get_person(session, self.settings, user_id), self.clock(), self.settings)

    @asynccontextmanager
    async def _rehearsing(self, user_id: int) -> AsyncIterator[Scope]:
        async with self.database.rehearsal_scope() as session:
            yield Scope(session, await users.get_person(session, self.settings, user_id), self.clock(), self.settings)
