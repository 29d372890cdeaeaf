"""The chat's service on both engines: what is done at once, what is only offered, undo, and that eve sees and takes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from errors import AppError, ConflictError, InvalidInputError, NotFoundError
from models import CardPurpose, ChatAuthor, ChatCard, ChatMessage, Event, TaskStatus
from repositories.chat import ChatRepository
from repositories.events import EventRepository
from repositories.hours import HourRepository
from services import hours
from services.chat import CANCELLED, ChatService
from services.chat_turns import ChatTurns
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.support.stage import NoSolver, Stage, local


@dataclass(frozen=True)
class Heard:
    """An answer with its cards."""

    text: str
    lines: list[dict[str, object]]
    cards: list[ChatCard]
    note: str

    def card(self, purpose: CardPurpose) -> ChatCard:
        """The one card of that purpose."""
        (found,) = [card for card in self.cards if card.purpose is purpose]
        return found


def turns(stage: Stage) -> ChatTurns:
    return ChatTurns(stage.database, stage.settings, stage.gateway, NoSolver(), stage.clock)


async def say(stage: Stage, text: str, who: int | None = None) -> Heard:
    """A message, answered."""
    async with stage.writing(who) as scope:
        message_id = await ChatService(scope).ask(text)
    await turns(stage).take(who or stage.ada, message_id)
    async with stage.reading(who) as scope:
        chat = ChatRepository(scope.session)
        answer = await chat.get_answer(scope.person.id, message_id)
        assert answer is not None
        cards = [*await chat.list_cards(scope.person.id, [answer.id])]
    return Heard(answer.text, answer.detail["lines"], cards, answer.detail["note"])


async def take(stage: Stage, card: ChatCard, pick: int | None = 0, who: int | None = None) -> str:
    """Take an offer of a card; the answer's text."""
    async with stage.writing(who) as scope:
        await ChatService(scope).settle(card.id, pick)
    async with stage.reading(who) as scope:
        last = await ChatRepository(scope.session).get_last_answer(scope.person.id)
        assert last is not None
        return last.text


async def pinned_at(stage: Stage, task_id: int) -> object:
    return next((block.start_at for block in await stage.blocks(task_id) if block.pinned), None)


class TestSingleEdits:
    async def test_done_at_once_and_undone(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        heard = await say(stage, "complete the report")
        assert heard.text == "Completed “Write report”."
        assert (await stage.task(task_id)).status is TaskStatus.COMPLETED
        assert await take(stage, heard.card(CardPurpose.UNDO)) == "Undone. Reopened “Write report”."
        assert (await stage.task(task_id)).status is TaskStatus.OPEN

    async def test_undo_in_words(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h !3")
        await say(stage, "make the report urgent")
        assert (await stage.task(task_id)).importance == 1
        await say(stage, "undo")
        assert (await stage.task(task_id)).importance == 3

    async def test_undo_of_a_pin_pins_back(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h tomorrow 10:00")
        heard = await say(stage, "move the report to Wednesday 14:00")
        assert await pinned_at(stage, task_id) == local(25, "14:00")
        await take(stage, heard.card(CardPurpose.UNDO))
        assert await pinned_at(stage, task_id) == local(24, "10:00")

    async def test_undo_of_a_busy_time_pins_back_what_it_let_go(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h tomorrow 10:00")
        heard = await say(stage, "block tomorrow 10-11 for the dentist")
        assert await pinned_at(stage, task_id) is None
        await take(stage, heard.card(CardPurpose.UNDO))
        assert await pinned_at(stage, task_id) == local(24, "10:00")
        async with stage.reading() as scope:
            assert await EventRepository(scope.session).list_between(stage.ada, local(24, "00:00"), local(25, "00:00")) == []

    @pytest.mark.parametrize(
        "message",
        [
            "rename the report to Annual report",
            "the report takes 3 hours",
            "the report is due Thursday 12:00",
            "remove the deadline of the report",
            "don't start the report before Wednesday",
            "split the report into 30 minute chunks",
            "do the report after the slides",
            "add a note to the report: ask Ada",
            "cancel the report",
            "start the report",
            "take Friday off",
            "I work Saturday 10-14",
            "I work Mon-Thu 8-16",
        ],
    )
    async def test_every_edit_has_a_way_back(self, stage: Stage, message: str) -> None:
        task_id = await stage.add("Write report 2h by Friday 17:00 !2 // with graphs")
        await stage.add("Prepare slides 1h")
        before = await self._state(stage, task_id)
        heard = await say(stage, message)
        assert await self._state(stage, task_id) != before, heard.text
        await take(stage, heard.card(CardPurpose.UNDO))
        assert await self._state(stage, task_id) == before

    async def _state(self, stage: Stage, task_id: int) -> tuple[object, ...]:
        task = await stage.task(task_id)
        async with stage.reading() as scope:
            sets = await hours.load(scope.session, stage.ada, stage.clock())
            waits = await TaskService(scope).tasks.list_waits_for(stage.ada, task_id)
        values = (task.title, task.context, task.duration_minutes, task.importance, task.deadline_at, task.earliest_at)
        return (*values, task.min_chunk_minutes, task.status, [*waits], sets)

    async def test_what_was_added_goes_away(self, stage: Stage) -> None:
        heard = await say(stage, "Create a high priority task to fix the login bug, 2h before Friday")
        task = await stage.task(1)
        assert (task.title, task.duration_minutes, task.importance) == ("fix the login bug", 120, 2)
        await take(stage, heard.card(CardPurpose.UNDO))
        assert (await stage.task(1)).deleted_at is not None

    async def test_refusal_of_the_service_is_the_answer(self, stage: Stage) -> None:
        await stage.add("Write report 2h")
        other = await stage.add("Prepare slides 1h")
        async with stage.writing() as scope:
            await TimeEntryService(scope).start(other)
        heard = await say(stage, "start the report")
        assert heard.text == "“Prepare slides” is running. Stop or complete it first. Nothing was done."

    async def test_several_are_all_or_none(self, stage: Stage) -> None:
        first = await stage.add("Write report 2h")
        await stage.add("Prepare slides 1h")
        heard = await say(stage, "complete the report; pin the slides to yesterday 10:00")
        card = heard.card(CardPurpose.CONFIRM)
        with pytest.raises(AppError):
            await take(stage, card)
        assert (await stage.task(first)).status is TaskStatus.OPEN


class TestConfirmations:
    async def test_deleting_waits(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        heard = await say(stage, "delete the report")
        assert heard.text == "Delete “Write report”?"
        assert (await stage.task(task_id)).deleted_at is None
        assert await take(stage, heard.card(CardPurpose.CONFIRM)) == "Deleted “Write report”."
        assert (await stage.task(task_id)).deleted_at is not None

    async def test_bulk_waits_and_can_be_undone(self, stage: Stage) -> None:
        ids = [await stage.add(f"Errand {number} 30min") for number in range(3)]
        heard = await say(stage, "complete everything from today")
        assert [line["title"] for line in heard.lines] == [f"Complete “Errand {number}”" for number in range(3)]
        await take(stage, heard.card(CardPurpose.CONFIRM))
        assert {(await stage.task(task_id)).status for task_id in ids} == {TaskStatus.COMPLETED}
        await say(stage, "undo")
        assert {(await stage.task(task_id)).status for task_id in ids} == {TaskStatus.OPEN}

    async def test_declined(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        heard = await say(stage, "delete the report")
        assert await take(stage, heard.card(CardPurpose.CONFIRM), None) == "Nothing was done."
        with pytest.raises(ConflictError):
            await take(stage, heard.card(CardPurpose.CONFIRM))
        assert (await stage.task(task_id)).deleted_at is None

    @pytest.mark.parametrize(("word", "is_deleted"), [("yes", True), ("ok", True), ("no", False)])
    async def test_in_words(self, stage: Stage, word: str, is_deleted: bool) -> None:
        task_id = await stage.add("Write report 2h")
        await say(stage, "delete the report")
        await say(stage, word)
        assert ((await stage.task(task_id)).deleted_at is not None) == is_deleted

    async def test_yes_means_the_card_that_was_shown_last(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        await say(stage, "delete the report")
        await say(stage, "what is next?")
        await say(stage, "yes")
        assert (await stage.task(task_id)).deleted_at is None

    async def test_expires(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        heard = await say(stage, "delete the report")
        stage.clock.advance(minutes=10, seconds=1)
        with pytest.raises(ConflictError):
            await take(stage, heard.card(CardPurpose.CONFIRM))
        assert (await stage.task(task_id)).deleted_at is None

    async def test_taken_once_by_many(self, stage: Stage) -> None:
        await stage.add("Write report 2h")
        heard = await say(stage, "delete the report")
        card = heard.card(CardPurpose.CONFIRM)
        results = await asyncio.gather(*(take(stage, card) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(result, str) for result in results) == 1
        assert {type(result) for result in results} == {str, ConflictError}

    async def test_eve_can_neither_see_nor_take_it(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        heard = await say(stage, "delete the report")
        card = heard.card(CardPurpose.CONFIRM)
        for pick in (0, None):
            with pytest.raises(NotFoundError):
                await take(stage, card, pick, stage.eve)
        async with stage.reading(stage.eve) as scope:
            with pytest.raises(NotFoundError):
                await ChatService(scope).offered(card.id)
            assert await ChatRepository(scope.session).list_newest(stage.eve, 10) == []
        assert (await say(stage, "yes", stage.eve)).cards == []
        assert (await stage.task(task_id)).deleted_at is None
        assert (await say(stage, "delete task 1", stage.eve)).text == "There is no task 1."


class TestChoices:
    async def test_two_that_match(self, stage: Stage) -> None:
        first, second = await stage.add("Review budget 1h"), await stage.add("Review contract 1h")
        heard = await say(stage, "complete the review")
        assert (heard.text, len(heard.card(CardPurpose.CHOICE).offers["options"])) == ("Which one is done?", 2)
        assert (await take(stage, heard.card(CardPurpose.CHOICE), 1)) == "Completed “Review contract”."
        assert ((await stage.task(first)).status, (await stage.task(second)).status) == (TaskStatus.OPEN, TaskStatus.COMPLETED)

    async def test_gone_on_with_in_words(self, stage: Stage) -> None:
        await stage.add("Review budget 1h")
        second = await stage.add("Review contract 1h")
        await say(stage, "complete the review")
        assert (await say(stage, "the contract")).text == "Completed “Review contract”."
        assert (await stage.task(second)).status is TaskStatus.COMPLETED

    async def test_choosing_to_delete_is_confirmed(self, stage: Stage) -> None:
        first = await stage.add("Review budget 1h")
        await stage.add("Review contract 1h")
        heard = await say(stage, "delete the review")
        assert await take(stage, heard.card(CardPurpose.CHOICE)) == "Delete “Review budget”?"
        assert (await stage.task(first)).deleted_at is None
        await say(stage, "yes")
        assert (await stage.task(first)).deleted_at is not None


class TestAnswers:
    async def test_plan_of_a_day(self, stage: Stage) -> None:
        await stage.add("Write report 2h tomorrow 10:00")
        async with stage.writing() as scope:
            event = Event(user_id=stage.ada, title="Standup", start_at=local(24, "09:00"), end_at=local(24, "09:15"))
            await EventRepository(scope.session).add(event)
        heard = await say(stage, "what do I have tomorrow?")
        assert heard.text == "2 h of work planned tomorrow, 1 busy time."
        assert [(line["title"], line["note"]) for line in heard.lines] == [
            ("Standup", "tomorrow 09:00–09:15, busy"),
            ("Write report", "tomorrow 10:00–12:00"),
        ]

    @pytest.mark.parametrize(
        ("message", "text"),
        [
            ("what is next?", "Next:"),
            ("what's running?", "Nothing is running."),
            ("what is at risk?", "Nothing is at risk: all is planned in time."),
            ("am I free Thursday afternoon?", "Yes, you are free Thu 12:00–18:00."),
            ("am I free tomorrow at 11?", "No, not at tomorrow 11:00. What is planned can move around it."),
            (
                "am I free tomorrow?",
                "Partly. Free tomorrow: tomorrow 09:00–10:00, tomorrow 12:00–17:00. What is planned can move around it.",
            ),
            ("why is the report tomorrow?", "Pinned by you."),
            ("what is overdue?", "Nothing is past its deadline."),
            ("what did I do today?", "Nothing was completed today."),
            ("what is due this week?", "Nothing is due from Mon 23 Nov to Sun 29 Nov."),
            ("how many tasks do I have?", "You have 1 open task."),
        ],
    )
    async def test_computed(self, stage: Stage, message: str, text: str) -> None:
        await stage.add("Write report 2h tomorrow 10:00")
        assert (await say(stage, message)).text == text

    async def test_what_if_does_nothing_and_offers_it(self, stage: Stage) -> None:
        await stage.add("Write report 2h tomorrow")
        await stage.planned()
        heard = await say(stage, "what if I take tomorrow off?")
        assert heard.text.startswith("Nothing is done yet. If it were: ")
        assert await self._days_off(stage) == 0
        await take(stage, heard.card(CardPurpose.CONFIRM))
        assert await self._days_off(stage) == 1

    async def _days_off(self, stage: Stage) -> int:
        async with stage.reading() as scope:
            return len(await HourRepository(scope.session).list_exceptions(stage.ada, local(23, "00:00").date()))

    async def test_it_is_what_was_named_last(self, stage: Stage) -> None:
        await stage.add("Prepare slides 1h")
        task_id = await stage.add("Write report 2h")
        await say(stage, "when is the report?")
        await say(stage, "start it")
        assert (await stage.task(task_id)).status is TaskStatus.ACTIVE


class TestTurns:
    async def test_a_stopped_turn_does_nothing(self, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        async with stage.writing() as scope:
            message_id = await ChatService(scope).ask("complete the report")
        mine = turns(stage)
        await mine.stop(stage.ada, message_id)
        await mine.take(stage.ada, message_id)
        assert (await stage.task(task_id)).status is TaskStatus.OPEN
        async with stage.reading() as scope:
            answer = await ChatRepository(scope.session).get_answer(stage.ada, message_id)
            assert answer is not None
            assert answer.text == CANCELLED

    async def test_answered_once_by_two_processes(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            message_id = await ChatService(scope).ask("add buy milk")
        await asyncio.gather(*(turns(stage).take(stage.ada, message_id) for _ in range(4)))
        async with stage.reading() as scope:
            assert await TaskService(scope).tasks.count_live(stage.ada) == 1

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
    async def test_refused_messages(self, stage: Stage, text: str) -> None:
        async with stage.writing() as scope:
            with pytest.raises(InvalidInputError):
                await ChatService(scope).ask(text)

    async def test_cleared(self, stage: Stage) -> None:
        await say(stage, "what is next?")
        await say(stage, "what is next?", stage.eve)
        async with stage.writing() as scope:
            await ChatService(scope).clear()
            assert await ChatRepository(scope.session).list_newest(stage.ada, 10) == []
            assert len(await ChatRepository(scope.session).list_newest(stage.eve, 10)) == 2

    async def test_only_the_newest_are_kept(self, stage: Stage) -> None:
        async with stage.writing() as scope:
            chat = ChatRepository(scope.session)
            for number in range(405):
                at = stage.clock() + timedelta(seconds=number)
                await chat.add(ChatMessage(user_id=stage.ada, at=at, author=ChatAuthor.PERSON, text="x", detail={}))
            assert len(await chat.list_newest(stage.ada, 1000)) == 400
