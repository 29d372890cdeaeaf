"""Answers that come in pieces, on both engines: what is stored after each transaction, stopping, failing and undoing midway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from assistant.operations import ActOnTask, AddTask, Operation
from errors import InvalidInputError
from models import CardPurpose, ChatCard, TaskStatus
from repositories.chat import ChatRepository
from repositories.hours import HourRepository
from services.chat import CANCELLED, STOPPED, ChatService
from services.chat_acts import ActService, Reply
from services.chat_page import ChatPageService, MessageView
from services.chat_turns import ChatTurns
from services.scope import Scope
from services.tasks import TaskService
from tests.services.test_chat import say, take, turns
from tests.support.model_server import ModelServer, in_markers
from tests.support.stage import NoSolver, Stage, local

TWO = "add buy milk. add call mum"
TWO_AND_WHAT_IF = f"{TWO}. what if I take tomorrow off?"
MILK = "Added buy milk · 30 min (estimated) · first slot today 09:00."
MUM = "Added call mum · 20 min (estimated) · first slot today 09:30."


@dataclass
class Seen:
    """What a page shows of the talk: the words of the answer so far, what is said below them, and its buttons."""

    text: str
    phase: str
    model: str = ""
    cards: list[str] = field(default_factory=list)


class Watched(ChatTurns):
    """Turns that look at the talk, as a second tab would, after each of their transactions, and then do `between`."""

    def __init__(self, stage: Stage, between: Callable[[int], Awaitable[None]] | None = None) -> None:
        super().__init__(stage.database, stage.settings, stage.gateway, NoSolver(), stage.clock)
        self.stage = stage
        self.between = between
        self.seen: list[Seen] = []

    @asynccontextmanager
    async def _writing(self, user_id: int) -> AsyncIterator[Scope]:
        async with super()._writing(user_id) as scope:
            yield scope
        self.seen.append(await shown(self.stage))
        if self.between is not None:
            between, self.between = self.between, None
            await between(len(self.seen))


async def shown(stage: Stage) -> Seen:
    """The newest of the talk."""
    async with stage.reading() as scope:
        messages = (await ChatPageService(scope).view()).messages
    last: MessageView = messages[-1]
    phase = last.progress.phase if last.progress else ""
    text = last.text if last.author == "dayloom" else ""
    return Seen(text, phase, last.progress.model if last.progress else "", [card.purpose for card in last.cards])


async def ask(stage: Stage, text: str) -> int:
    async with stage.writing() as scope:
        return await ChatService(scope).ask(text)


async def titles(stage: Stage) -> list[str]:
    """The titles of the tasks that are there."""
    async with stage.reading() as scope:
        return sorted(task.title for task in await TaskService(scope).tasks.list_live(stage.ada))


async def undo_card(stage: Stage, message_id: int) -> ChatCard:
    """The one card of the answer, which takes back what was done."""
    async with stage.reading() as scope:
        chat = ChatRepository(scope.session)
        answer = await chat.get_answer(stage.ada, message_id)
        assert answer is not None
        (card,) = await chat.list_cards(stage.ada, [answer.id])
    assert card.purpose is CardPurpose.UNDO
    return card


class TestPieces:
    async def test_line_by_line_and_then_the_rest(self, stage: Stage) -> None:
        """Each piece begins with all that was said before it; the end is their sum."""
        message_id = await ask(stage, TWO_AND_WHAT_IF)
        assert (await shown(stage)).phase == "reading"
        mine = Watched(stage)
        await mine.take(stage.ada, message_id)
        texts = [seen.text for seen in mine.seen]
        assert texts[:3] == [MILK, f"{MILK}\n{MUM}", f"{MILK}\n{MUM}"]
        assert texts[3].startswith(f"{MILK}\n{MUM}\nNothing is done yet. If it were: ")
        assert [seen.phase for seen in mine.seen] == ["reading", "reading", "trying", ""]
        assert [sorted(seen.cards) for seen in mine.seen] == [["undo"], ["undo"], ["undo"], ["confirm", "undo"]]

    async def test_one_undo_takes_all_of_it_back(self, stage: Stage) -> None:
        message_id = await ask(stage, "add buy milk. take friday off")
        await turns(stage).take(stage.ada, message_id)
        assert await titles(stage) == ["buy milk"]
        assert await self._days_off(stage) == 1
        said = await take(stage, await undo_card(stage, message_id))
        assert said.startswith("Undone. ")
        assert await titles(stage) == []
        assert await self._days_off(stage) == 0

    async def _days_off(self, stage: Stage) -> int:
        async with stage.reading() as scope:
            return len(await HourRepository(scope.session).list_exceptions(stage.ada, local(23, "00:00").date()))

    async def test_a_model_is_named_while_it_is_asked(self, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        adds: Sequence[Operation] = [AddTask(text="buy milk"), AddTask(text="call mum")]
        model.reply = lambda seen: in_markers("steps", json.dumps([item.model_dump(exclude_none=True) for item in adds]))
        message_id = await ask(stage, "please sort out that I must call mum and buy milk")
        mine = Watched(stage)
        await mine.take(stage.ada, message_id)
        assert [(seen.text, seen.phase, seen.model) for seen in mine.seen] == [
            ("", "asking", "scripted"),
            ("", "asking", "scripted"),
            (MILK, "asking", "scripted"),
            (f"{MILK}\n{MUM}", "asking", "scripted"),
            (f"{MILK}\n{MUM}", "", ""),
        ]

    async def test_to_switch_is_one_change(self, stage: Stage) -> None:
        """It is done whole or not at all, and said at once."""
        first, second = await stage.add("Prepare slides 1h"), await stage.add("Write report 2h")
        await say(stage, "start the slides")
        message_id = await ask(stage, "stop the slides and start the report")
        mine = Watched(stage)
        await mine.take(stage.ada, message_id)
        assert [seen.text for seen in mine.seen] == ["Stopped “Prepare slides”. Started “Write report”."]
        assert [(await stage.task(number)).status for number in (first, second)] == [TaskStatus.OPEN, TaskStatus.ACTIVE]

    async def test_what_has_no_way_back_is_offered_with_what_follows(self, stage: Stage) -> None:
        """A day that differs already cannot be put back by one operation."""
        await say(stage, "take friday off")
        heard = await say(stage, "add buy milk. take friday off. add call mum")
        assert heard.text.startswith(f"{MILK}\nDo these 2 things?")
        assert len(heard.card(CardPurpose.CONFIRM).offers["options"][0]["operations"]) == 2
        assert await titles(stage) == ["buy milk"]
        await take(stage, heard.card(CardPurpose.CONFIRM))
        assert await titles(stage) == ["buy milk", "call mum"]


class TestStops:
    async def test_between_two_steps(self, stage: Stage) -> None:
        """What was done stays said, with its undo; the rest is not done."""
        message_id = await ask(stage, TWO_AND_WHAT_IF)
        mine = Watched(stage)
        mine.between = lambda _: turns(stage).stop(stage.ada, message_id)
        await mine.take(stage.ada, message_id)
        assert await titles(stage) == ["buy milk"]
        assert await shown(stage) == Seen(f"{MILK}\n{STOPPED}", "", "", ["undo"])
        await take(stage, await undo_card(stage, message_id))
        assert await titles(stage) == []

    async def test_before_the_first(self, stage: Stage) -> None:
        message_id = await ask(stage, TWO)
        await turns(stage).stop(stage.ada, message_id)
        mine = Watched(stage)
        await mine.take(stage.ada, message_id)
        assert (await shown(stage)).text == CANCELLED
        assert await titles(stage) == []

    async def test_after_the_end(self, stage: Stage) -> None:
        await say(stage, TWO)
        before = await shown(stage)
        await turns(stage).stop(stage.ada, 1)
        assert await shown(stage) == before

    async def test_to_undo_midway_is_to_stop(self, stage: Stage) -> None:
        message_id = await ask(stage, TWO)

        async def undo(_: int) -> None:
            await take(stage, await undo_card(stage, message_id))

        mine = Watched(stage, undo)
        await mine.take(stage.ada, message_id)
        assert await titles(stage) == []

    async def test_eve_stops_nothing_of_ada(self, stage: Stage) -> None:
        message_id = await ask(stage, TWO)
        mine = Watched(stage)
        mine.between = lambda _: turns(stage).stop(stage.eve, message_id)
        await mine.take(stage.ada, message_id)
        assert await titles(stage) == ["buy milk", "call mum"]


class TestFailures:
    async def test_of_a_later_step(self, stage: Stage) -> None:
        """It is refused by the same rule as its button; what was done before it stays, and is said."""
        task_id = await stage.add("Write report 2h")
        message_id = await ask(stage, f"{TWO}. start the report")

        async def complete(_: int) -> None:
            async with stage.writing() as scope:
                await TaskService(scope).delete(task_id)

        await Watched(stage, complete).take(stage.ada, message_id)
        text = (await shown(stage)).text
        assert [line.split(" · ")[0] for line in text.split("\n")] == [
            "Added buy milk",
            "Added call mum",
            "This task does not exist, or it was deleted. So the rest was not done.",
        ]
        assert [card.purpose for card in [await undo_card(stage, message_id)]] == [CardPurpose.UNDO]

    async def test_of_a_step_leaves_no_trace_of_it(self, stage: Stage) -> None:
        """A step that the database did not take is not said to be done."""
        reply = Reply(reply_to_id=await ask(stage, TWO))
        with suppress(InvalidInputError):
            async with stage.writing() as scope:
                assert await ChatService(scope).step(AddTask(text="buy milk"), reply)
                raise InvalidInputError("Too late.")
        assert (reply.done, reply.answer_id, await titles(stage)) == ([], None, [])

    async def test_when_the_process_ends_midway(self, stage: Stage) -> None:
        """Nobody goes on: later the page says so, and what was done is said and can be undone."""
        message_id = await ask(stage, TWO)
        async with stage.writing() as scope:
            await ChatService(scope).step(AddTask(text="buy milk"), Reply(reply_to_id=message_id))
        stage.clock.advance(minutes=2)
        async with stage.reading() as scope:
            last = (await ChatPageService(scope).view()).messages[-1]
        assert (last.text, last.state, [card.purpose for card in last.cards]) == (MILK, "lost", ["undo"])
        await take(stage, await undo_card(stage, message_id))
        assert await titles(stage) == []


class TestMark:
    async def test_differs_with_each_piece_and_ends_empty(self, stage: Stage) -> None:
        marks: list[str] = []
        message_id = await ask(stage, TWO_AND_WHAT_IF)

        class Marked(Watched):
            @asynccontextmanager
            async def _writing(self, user_id: int) -> AsyncIterator[Scope]:
                async with super()._writing(user_id) as scope:
                    yield scope
                async with stage.reading() as scope:
                    marks.append(await ChatPageService(scope).mark(message_id))

        await Marked(stage).take(stage.ada, message_id)
        assert marks == ["reading-1", "reading-2", "trying-2", ""]
        async with stage.reading(stage.eve) as scope:
            assert await ChatPageService(scope).mark(message_id) == ""


async def test_undo_goes_backwards(stage: Stage) -> None:
    """What was done last is taken back first."""
    task_id = await stage.add("Write report 2h")
    async with stage.writing() as scope:
        acts = ActService(scope)
        begun = await acts.step(ActOnTask(kind="start_task", task_id=task_id), Reply())
        assert begun is not None
        more = await acts.step(AddTask(text="buy milk"), begun)
        assert more is not None
    assert [item.kind for item in more.undo] == ["delete_task", "stop_task"]
