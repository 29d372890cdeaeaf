"""Every read takes the owner first, and what is another's looks like what does not exist."""

from __future__ import annotations

import ast
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config import ROOT
from models import CardPurpose, ChatAuthor, ChatCard, ChatMessage, Event, Label, ModelCall, Project, TaskWindow
from repositories.chat import ChatRepository
from repositories.context import ContextRepository
from repositories.events import EventRepository
from repositories.hours import HourRepository
from repositories.insights import InsightRepository
from repositories.leases import LeaseRepository
from repositories.model_calls import ModelCallRepository
from repositories.plans import PlanRepository
from repositories.projects import ProjectRepository
from repositories.series import SeriesRepository
from repositories.task_pages import TaskPageRepository, Wanted
from repositories.task_rows import Bounds, Page, TaskRowRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from repositories.users import UserRepository
from services.chat import ChatService
from services.context import ContextService
from services.hour_service import HourService
from services.projects import ProjectService
from services.scope import Scope
from services.settings import SettingsService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from services.versions import UNDO
from tests.support.stage import MONDAY, Stage

OF_ALL = {"get_first", "lock_creation", "count", "list_due", "seconds_to_next", "list_overdue_owners", "list_due_owners"} | {
    *("find_by_email", "find_by_session", "find_by_api_token", "find", "take", "end_by_digest", "has_owner"),
    *("list_everybody", "list_newest", "list_revisions", "look", "forget", "list_after"),
}
"""What the background and the start ask about everybody, where no person asks; what finds out who asks, by an address or a
secret; the two lists of those who run the instance (`services.accounts` refuses everybody else); counts of limits, which
know a digest and no person; and stored keys, for the command line."""
OWNED_BY_ROW = {
    "add",
    "delete",
    "add_blocks",
    "add_run",
    "add_set",
    "delete_set",
    "replace_ranges",
    "add_exceptions",
}
"""They take a row, which names its owner."""
BY_CLAIM = {"renew", "finish", "fail", "retry_now"}
LEAST_METHODS = 55
FAR = timedelta(days=3650)
EMPTY: tuple[object, ...] = (None, 0, "", [], (), {}, set())


def methods() -> list[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The public methods of all repositories."""
    found = []
    for path in sorted((ROOT / "repositories").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Repository"):
                found += [
                    (path, item)
                    for item in node.body
                    if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and not item.name.startswith("_")
                ]
    return found


def test_owner_comes_first() -> None:
    found = methods()
    assert len(found) >= LEAST_METHODS
    strays = [
        f"{path.name}:{method.lineno} {method.name}"
        for path, method in found
        if method.name not in OF_ALL | OWNED_BY_ROW | BY_CLAIM
        and (len(method.args.args) < 2 or method.args.args[1].arg != "user_id")
    ]
    assert strays == []


def call_of(who: int) -> ModelCall:
    """A call as it stands in the log."""
    took = {"duration_ms": 1, "attempts": 1}
    return ModelCall(user_id=who, module="m", model="x/y", started_at=MONDAY, inputs="", outputs="", status="ok", **took)


async def converse(stage: Stage, scope: Scope) -> None:
    """A question of ada's with its answer, and a card of each kind."""
    chat, asked = ChatRepository(scope.session), await ChatService(scope).ask("delete the draft")
    answer = ChatMessage(
        user_id=stage.ada, at=MONDAY, author=ChatAuthor.DAYLOOM, text="Delete it?", detail={}, reply_to_id=asked
    )
    await chat.add(answer)
    offer = {"label": "Delete it", "operations": []}
    for purpose in CardPurpose:
        own = {"user_id": stage.ada, "message_id": answer.id, "purpose": purpose}
        await chat.add(ChatCard(**own, offers={"options": [offer]}, expires_at=MONDAY + FAR))


async def furnish(stage: Stage) -> None:
    """Ada has one of everything, with id 1 each; eve has nothing."""
    task_id = await stage.add("Draft 2h // in the cellar")
    other = await stage.add("Send it 30min")
    done = await stage.add("Done by Friday 17:00 #done")
    async with stage.writing() as scope:
        await TimeEntryService(scope).start(done)
    stage.clock.advance(minutes=5)
    whole = await stage.add("Move house")
    async with stage.writing() as scope:
        await TaskService(scope).add("Pack 1h", None, whole)
        task = await TaskService(scope).get(other)
        task.submit_key = "a" * 64
        await ProjectService(scope).sort_in(task, "Letters", ("Desk",))
        window = TaskWindow(user_id=stage.ada, task_id=other, weekdays=127, start_minute=540, end_minute=1020)
        await TaskRepository(scope.session).replace_windows(stage.ada, other, [window])
        await TimeEntryService(scope).complete(done)
        await TimeEntryService(scope).start(task_id)
        await TaskRepository(scope.session).replace_waits_for(stage.ada, other, [task_id])
        await EventRepository(scope.session).add(
            Event(user_id=stage.ada, title="Standup", start_at=MONDAY, end_at=MONDAY + timedelta(hours=1))
        )
        call = call_of(stage.ada)
        await ModelCallRepository(scope.session).add(call, [task_id])
        await SettingsService(scope).save_context({"context": "I paint before noon. Lunch at noon."})
        await converse(stage, scope)
        await ContextService(scope).accept_all()
        await HourService(scope).take_off(date(2026, 12, 24), note="Christmas")
        await TaskRepository(scope.session).update_quietly(stage.ada, other, hour_set_id=1)
    friday = await stage.add("Water plants every Friday")
    async with stage.writing() as scope:
        await TimeEntryService(scope).complete(friday)
    await stage.planned()


async def reads(stage: Stage, who: int) -> dict[str, object]:
    """What every read of every repository says when `who` asks for ada's things."""
    start, end = MONDAY - FAR, MONDAY + FAR
    async with stage.database.read_scope() as session:
        task, plan, entry = TaskRepository(session), PlanRepository(session), TimeEntryRepository(session)
        event, call, user = EventRepository(session), ModelCallRepository(session), UserRepository(session)
        hours, context = HourRepository(session), ContextRepository(session)
        rows, group = TaskRowRepository(session), ProjectRepository(session)
        series = SeriesRepository(session)
        block_id = (await plan.list_live_blocks(stage.ada))[0].id
        answers: dict[str, object] = {
            "tasks.get": await task.get(who, 1, with_deleted=True),
            "tasks.list_live": await task.list_live(who),
            "tasks.get_by_submit_start": await task.get_by_submit_start(who, "a" * 32),
            "tasks.list_wanted": await TaskPageRepository(session).list_wanted(who, Wanted(), "newest", 10, 0),
            "tasks.get_row of a page": await TaskPageRepository(session).get_row(who, 1),
            "tasks.list_titles": await task.list_titles(who, 10, 0),
            "tasks.list_existing": await task.list_existing(who, [1, 2, 3]),
            "tasks.list_groups": (await rows.list_groups(who, MONDAY, Bounds(start, end, end), {"today": (0, 9)}, 9))[0][
                "today"
            ],
            "tasks.list_placed": await rows.list_placed(who, MONDAY, 10),
            "tasks.get_row": await rows.get_row(who, 1, MONDAY),
            "tasks.count_live": await task.count_live(who),
            "tasks.list_dependencies": await task.list_dependencies(who),
            "tasks.list_waits_for": await task.list_waits_for(who, 2),
            "tasks.list_changes": await task.list_changes(who, 1, 10),
            "tasks.list_completed": await task.list_completed(who, 10, None),
            "tasks.list_windows": await task.list_windows(who),
            "tasks.list_task_windows": await task.list_task_windows(who, 2),
            "tasks.list_parts": await task.list_parts(who),
            "tasks.list_parts_of": await task.list_parts_of(who, 4),
            "tasks.list_part_rows": await rows.list_part_rows(who, 4, MONDAY),
            "series.get": await series.get(who, 1),
            "series.get_template": await series.get_template(who, 1),
            "series.get_last": await series.get_last(who, 1),
            "series.count_live": await series.count_live(who, 1),
            "series.list_untouched": await series.list_untouched(who, 1, MONDAY.replace(tzinfo=None)),
            "series.list_due": await series.list_due(who, end),
            "tasks.has_parts": await task.has_parts(who, 4),
            "projects.list_named": await group.list_named(who, Project),
            "projects.get": await group.get(who, Label, 1),
            "projects.get_by_key": await group.get_by_key(who, Label, "desk"),
            "projects.list_task_labels": await group.list_task_labels(who, [2]),
            "projects.list_members": await group.list_members(who, Project),
            "projects.count_tasks": await group.count_tasks(who, Label),
            "plans.list_blocks": await plan.list_blocks(who, start, end),
            "plans.list_timeline_rows": await plan.list_timeline_rows(who, start, end),
            "plans.list_live_rows": await plan.list_live_rows(who),
            "plans.list_live_blocks": await plan.list_live_blocks(who),
            "plans.list_task_blocks": await plan.list_task_blocks(who, 1),
            "plans.get_block": await plan.get_block(who, block_id),
            "plans.get_revision": await plan.get_revision(who),
            "time_entries.get_running": await entry.get_running(who),
            "time_entries.list_for_tasks": await entry.list_for_tasks(who, [1]),
            "time_entries.list_of_running": await entry.list_of_running(who),
            "time_entries.list_live": await entry.list_live(who),
            "time_entries.list_newest": await entry.list_newest(who, 10, None, 1),
            "events.get": await event.get(who, 1),
            "events.list_between": await event.list_between(who, start, end),
            "model_calls.get": await call.get(who, 1),
            "model_calls.list_newest": await call.list_newest(who, 10, None, None),
            "model_calls.list_newest of a task": await call.list_newest(who, 10, None, task_id=1),
            "model_calls.list_tasks": await call.list_tasks(who, [1]),
            "model_calls.list_usage": await call.list_usage(who, start),
            "model_calls.list_modules": await call.list_modules(who),
            "model_calls.list_called_tasks": await call.list_called_tasks(who, 10),
            "model_calls.count_about": await call.count_about(who, 1),
            "model_calls.count_since": await call.count_since(who, start),
            "events.list_taken": await event.list_taken(who, start, end),
            "projects.list_all_task_labels": await group.list_all_task_labels(who),
            "context.get": await context.get(who),
            "context.list_constraints": await context.list_constraints(who),
            "context.get_constraint": await context.get_constraint(who, 1),
            "users.get_context": await user.get_context(who),
            **await past_reads(InsightRepository(session), who, start, end),
            **await chat_reads(ChatRepository(session), who, start, end),
            "hours.get_set": await hours.get_set(who, 1),
            "hours.list_exceptions": await hours.list_exceptions(who, start.date()),
            "tasks.count_by_hour_set": await task.count_by_hour_set(who),
        }
        return {name: answer.rows if isinstance(answer, Page) else answer for name, answer in answers.items()}


async def past_reads(past: InsightRepository, who: int, start: datetime, end: datetime) -> dict[str, object]:
    """What the insights read."""
    return {
        "insights.list_finished": await past.list_finished(who, start),
        "insights.list_labels": await past.list_labels(who, start),
        "insights.list_worked": await past.list_worked(who, start),
        "insights.list_due": await past.list_due(who, start, end),
        "insights.list_runs": await past.list_runs(who, start, UNDO),
    }


async def chat_reads(chat: ChatRepository, who: int, start: datetime, end: datetime) -> dict[str, object]:
    """What the chat reads."""
    return {
        "chat.get_message": await chat.get_message(who, 1),
        "chat.get_answer": await chat.get_answer(who, 1),
        "chat.list_newest": await chat.list_newest(who, 10),
        "chat.get_last_answer": await chat.get_last_answer(who),
        "chat.list_cards": await chat.list_cards(who, [2]),
        "chat.get_card": await chat.get_card(who, 1),
        "chat.get_open_card": await chat.get_open_card(who, CardPurpose.CONFIRM, MONDAY),
        "chat.list_live_tasks": await chat.list_live_tasks(who, 10),
        "chat.list_tasks_like": await chat.list_tasks_like(who, ["draf"], 10, is_live=True),
        "chat.list_tasks_by_id": await chat.list_tasks_by_id(who, [1]),
        "chat.list_tasks_planned": await chat.list_tasks_planned(who, start, end, 10),
        "chat.list_tasks_done": await chat.list_tasks_done(who, start, end, 10),
    }


async def test_other_user(stage: Stage) -> None:
    await furnish(stage)
    mine, hers = await reads(stage, stage.ada), await reads(stage, stage.eve)
    assert [name for name, answer in mine.items() if answer in EMPTY] == [], "ada must see what is asked for"
    assert [name for name, answer in hers.items() if answer not in EMPTY] == [], "eve must see nothing"


async def test_other_users_writes(stage: Stage) -> None:
    """Statements that change rows by id change none of another's."""
    await furnish(stage)
    async with stage.database.session_scope() as session:
        chat = ChatRepository(session)
        assert not await chat.settle(stage.eve, 1, MONDAY, "taken 0")
        await chat.settle_all(stage.eve, CardPurpose.CONFIRM, MONDAY, "passed")
        await chat.clear(stage.eve)
        assert await chat.get_open_card(stage.ada, CardPurpose.CONFIRM, MONDAY) is not None
    async with stage.database.session_scope() as session:
        task, plan = TaskRepository(session), PlanRepository(session)
        await task.update_quietly(stage.eve, 1, title="Eve was here")
        await plan.delete_task_blocks(stage.eve, 1)
        await plan.delete_blocks(stage.eve, [1, 2, 3])
        assert not await TimeEntryRepository(session).close(stage.eve, 1, MONDAY + FAR)
        await task.flag_parts(stage.eve, 4)
        await SeriesRepository(session).delete_tasks(stage.eve, [1, 2, 3])
        await ProjectRepository(session).copy_labels(stage.eve, 2, 1)
        await task.replace_windows(stage.eve, 2, [])
        await ProjectRepository(session).replace_labels(stage.eve, 2, [])
        assert await task.flag_overdue(stage.eve, MONDAY + FAR) == []
        await task.replace_waits_for(stage.eve, 2, [])
        assert await task.leave_hour_set(stage.eve, 1) == []
        await HourRepository(session).delete_exceptions(stage.eve, [1])
        await ContextRepository(session).delete_constraints(stage.eve, [1])
    async with stage.reading() as scope:
        assert (await TaskService(scope).get(1)).title == "Draft"
        assert await TaskRepository(scope.session).list_waits_for(stage.ada, 2) == [(1, "Draft")]
    assert len(await stage.all_blocks()) == 4
    async with stage.reading() as scope:
        assert len(await HourService(scope).list_ahead()) == 1
        assert len(await ContextRepository(scope.session).list_constraints(stage.ada)) == 1
        assert len(await TaskRepository(scope.session).list_task_windows(stage.ada, 2)) == 1
        assert await ProjectRepository(scope.session).list_task_labels(stage.ada, [2]) == [(2, "Desk")]
    assert not (await stage.task(5)).needs_scheduling


@pytest.mark.parametrize("waits_for", [[], [1], [1, 1000]])
async def test_links_to_anothers_tasks_are_not_stored(stage: Stage, waits_for: list[int]) -> None:
    """A model's call about a task of somebody else is logged without that link."""
    await furnish(stage)
    async with stage.database.session_scope() as session:
        call = call_of(stage.eve)
        await ModelCallRepository(session).add(call, waits_for)
        assert await ModelCallRepository(session).list_tasks(stage.eve, [call.id]) == {}
        assert (await session.scalars(select(ModelCall).where(ModelCall.user_id == stage.eve))).one() is call


async def test_leases_are_each_persons_own(stage: Stage) -> None:
    async with stage.database.read_scope() as session:
        for who in (stage.ada, stage.eve):
            assert {lease.user_id for lease, _ in await LeaseRepository(session).list_states(who)} == {who}
