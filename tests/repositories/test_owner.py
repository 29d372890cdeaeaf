"""Every read takes the owner first, and what is another's looks like what does not exist."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config import ROOT
from models import Event, ModelCall
from repositories.events import EventRepository
from repositories.leases import LeaseRepository
from repositories.model_calls import ModelCallRepository
from repositories.plans import PlanRepository
from repositories.tasks import Page, TaskRepository
from repositories.time_entries import TimeEntryRepository
from repositories.users import UserRepository
from services.settings import SettingsService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.support.stage import MONDAY, Stage

OF_ALL = {"get_first", "lock_creation", "count", "list_due", "seconds_to_next", "list_overdue_owners"}
"""What the background and the start ask about everybody; each is called where no person asks."""
OWNED_BY_ROW = {"add", "delete", "add_blocks", "add_run"}
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


async def furnish(stage: Stage) -> None:
    """Ada has one of everything, with id 1 each; eve has nothing."""
    task_id = await stage.add("Draft 2h // in the cellar")
    other = await stage.add("Send it 30min")
    done = await stage.add("Done")
    async with stage.writing() as scope:
        await TimeEntryService(scope).complete(done)
        await TimeEntryService(scope).start(task_id)
        await TaskRepository(scope.session).replace_waits_for(stage.ada, other, [task_id])
        await EventRepository(scope.session).add(
            Event(user_id=stage.ada, title="Standup", start_at=MONDAY, end_at=MONDAY + timedelta(hours=1))
        )
        call = call_of(stage.ada)
        await ModelCallRepository(scope.session).add(call, [task_id])
        await SettingsService(scope).save_context({"context": "I paint before noon."})
    await stage.planned()


async def reads(stage: Stage, who: int) -> dict[str, object]:
    """What every read of every repository says when `who` asks for ada's things."""
    start, end = MONDAY - FAR, MONDAY + FAR
    async with stage.database.read_scope() as session:
        task, plan, entry = TaskRepository(session), PlanRepository(session), TimeEntryRepository(session)
        event, call, user = EventRepository(session), ModelCallRepository(session), UserRepository(session)
        answers: dict[str, object] = {
            "tasks.get": await task.get(who, 1, with_deleted=True),
            "tasks.list_live": await task.list_live(who),
            "tasks.list_page": (await task.list_page(who, None, 10, 0))[0],
            "tasks.list_titles": await task.list_titles(who, 10, 0),
            "tasks.list_existing": await task.list_existing(who, [1, 2, 3]),
            "tasks.list_planned": await task.list_planned(who, None, None, 10, 0),
            "tasks.list_done_since": await task.list_done_since(who, start, 10, 0),
            "tasks.get_row": await task.get_row(who, 1),
            "tasks.count_live": await task.count_live(who),
            "tasks.list_dependencies": await task.list_dependencies(who),
            "tasks.list_waits_for": await task.list_waits_for(who, 2),
            "tasks.list_changes": await task.list_changes(who, 1, 10),
            "tasks.list_completed": await task.list_completed(who, 10, None),
            "plans.list_blocks": await plan.list_blocks(who, start, end),
            "plans.list_timeline_rows": await plan.list_timeline_rows(who, start, end),
            "plans.list_live_rows": await plan.list_live_rows(who),
            "plans.list_live_blocks": await plan.list_live_blocks(who),
            "plans.list_task_blocks": await plan.list_task_blocks(who, 1),
            "plans.get_revision": await plan.get_revision(who),
            "time_entries.get_running": await entry.get_running(who),
            "time_entries.list_for_tasks": await entry.list_for_tasks(who, [1]),
            "time_entries.list_live": await entry.list_live(who),
            "events.get": await event.get(who, 1),
            "events.list_between": await event.list_between(who, start, end),
            "model_calls.get": await call.get(who, 1),
            "model_calls.list_newest": await call.list_newest(who, 10, None, None),
            "model_calls.list_newest of a task": await call.list_newest(who, 10, None, 1),
            "model_calls.list_task_ids": await call.list_task_ids(who, [1]),
            "model_calls.count_about": await call.count_about(who, 1),
            "model_calls.count_since": await call.count_since(who, start),
            "users.get_context": await user.get_context(who),
        }
        return {name: answer.rows if isinstance(answer, Page) else answer for name, answer in answers.items()}


async def test_other_user(stage: Stage) -> None:
    await furnish(stage)
    mine, hers = await reads(stage, stage.ada), await reads(stage, stage.eve)
    assert [name for name, answer in mine.items() if answer in EMPTY] == [], "ada must see what is asked for"
    assert [name for name, answer in hers.items() if answer not in EMPTY] == [], "eve must see nothing"


async def test_other_users_writes(stage: Stage) -> None:
    """Statements that change rows by id change none of another's."""
    await furnish(stage)
    async with stage.database.session_scope() as session:
        task, plan = TaskRepository(session), PlanRepository(session)
        await task.update_quietly(stage.eve, 1, title="Eve was here")
        await plan.delete_task_blocks(stage.eve, 1)
        await plan.delete_blocks(stage.eve, [1, 2, 3])
        assert not await TimeEntryRepository(session).close(stage.eve, 1, MONDAY + FAR)
        assert await task.flag_overdue(stage.eve, MONDAY + FAR) == []
        await task.replace_waits_for(stage.eve, 2, [])
    async with stage.reading() as scope:
        assert (await TaskService(scope).get(1)).title == "Draft"
        assert await TaskRepository(scope.session).list_waits_for(stage.ada, 2) == [(1, "Draft")]
    assert len(await stage.all_blocks()) == 2


@pytest.mark.parametrize("waits_for", [[], [1], [1, 1000]])
async def test_links_to_anothers_tasks_are_not_stored(stage: Stage, waits_for: list[int]) -> None:
    """A model's call about a task of somebody else is logged without that link."""
    await furnish(stage)
    async with stage.database.session_scope() as session:
        call = call_of(stage.eve)
        await ModelCallRepository(session).add(call, waits_for)
        assert await ModelCallRepository(session).list_task_ids(stage.eve, [call.id]) == {}
        assert (await session.scalars(select(ModelCall).where(ModelCall.user_id == stage.eve))).one() is call


async def test_leases_are_each_persons_own(stage: Stage) -> None:
    async with stage.database.read_scope() as session:
        for who in (stage.ada, stage.eve):
            assert {lease.user_id for lease in await LeaseRepository(session).list_states(who)} == {who}
