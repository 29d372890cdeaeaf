"""What else is possible with a task: each option is a change set that does what its words say."""

from __future__ import annotations

from models import Task
from services import options, planning, users
from services.changes import ChangeService
from services.options import Option
from services.planning import PlanningService
from services.scope import Scope
from services.snapshot import Rows
from services.tasks import TaskService
from tests.support.stage import SolverInside, Stage, local


async def rows_of(stage: Stage, who: int | None = None) -> Rows:
    async with stage.reading(who) as scope:
        return await PlanningService(scope).load()


async def repairs(stage: Stage, task_id: int) -> tuple[Option, ...]:
    return await options.repairs(await rows_of(stage), task_id, SolverInside(), 1.0)


async def after(stage: Stage, option: Option) -> Rows:
    """The rows as they would be after an option, with nothing written."""
    async with stage.database.rehearsal_scope() as session:
        scope = Scope(session, await users.get_person(session, stage.settings, stage.ada), stage.clock(), stage.settings)
        await ChangeService(scope).apply(option.operations)
        return await PlanningService(scope).load()


async def done(stage: Stage, option: Option) -> None:
    """Do what an option says, and let the planner follow."""
    async with stage.writing() as scope:
        await ChangeService(scope).apply(option.operations)
    await stage.settle(stage.runner(SolverInside()))


async def is_in_time(stage: Stage, task_id: int) -> bool:
    task, blocks = await stage.task(task_id), await stage.blocks(task_id)
    return bool(blocks) and (task.deadline_at is None or max(block.end_at for block in blocks) <= task.deadline_at)


async def overfull(stage: Stage) -> Task:
    """A day of 8 hours with 6 h and 3 h due on its night, hard: one of the two finds no place."""
    for text in ("Write 6h by today 22:00", "Read 3h by today 22:00"):
        task_id = await stage.add(text)
        async with stage.writing() as scope:
            task = await ChangeService(scope).tasks.get(task_id)
            task.deadline_is_hard = True
    await stage.settle(stage.runner(SolverInside()))
    (left_out,) = [task for task in (await rows_of(stage)).tasks if task.unplaced_reason]
    return left_out


class TestWhole:
    async def test_parts_are_planned_in_its_stead(self, stage: Stage) -> None:
        """A task with parts has no time of its own: nothing else is possible with it, and nothing breaks."""
        whole = await stage.add("Move house")
        async with stage.writing() as scope:
            await TaskService(scope).add("Pack 1h", None, whole)
        await stage.planned()
        assert await repairs(stage, whole) == ()
        assert await options.alternatives(await rows_of(stage), whole, SolverInside(), 1.0) == ()


class TestAlternatives:
    async def test_valid(self, stage: Stage) -> None:
        """The cheapest other slot comes first, is another one, and pins the task where it says."""
        first, _ = await stage.add("Write 2h"), await stage.add("Read 2h")
        await stage.settle(stage.runner(SolverInside()))
        found = await options.alternatives(await rows_of(stage), first, SolverInside(), 1.0)
        assert 2 <= len(found) <= 3
        standing = (await stage.blocks(first))[0].start_at
        assert all(option.start_at != standing for option in found)
        assert all(option.title and option.cost for option in found)
        await done(stage, found[0])
        (block,) = await stage.blocks(first)
        assert (block.start_at, block.end_at, block.pinned) == (found[0].start_at, found[0].end_at, True)

    async def test_late_in_words(self, stage: Stage) -> None:
        task_id = await stage.add("Write 4h by today 17:00")
        await stage.settle(stage.runner(SolverInside()))
        found = await options.alternatives(await rows_of(stage), task_id, SolverInside(), 1.0)
        late = [option for option in found if option.end_at is not None and option.end_at > local(23, "17:00")]
        assert all("after its deadline" in option.cost for option in late)
        assert any(option not in late for option in found), "13:00 would be in time"

    async def test_other_user(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        for who, asked in ((stage.eve, task_id), (stage.ada, 10**6)):
            assert await options.alternatives(await rows_of(stage, who), asked, SolverInside(), 1.0) == ()
            assert await options.repairs(await rows_of(stage, who), asked, SolverInside(), 1.0) == ()


class TestRepairs:
    async def test_every_repair_repairs(self, stage: Stage) -> None:
        """Whatever is offered first, second, ... : the task has its place in time once it is done."""
        left_out = await overfull(stage)
        found = await repairs(stage, left_out.id)
        assert {"Move", "Work", "Shorten"} <= {option.title.split()[0] for option in found}
        for option in found:
            thought = await planning.think(await after(stage, option), SolverInside(), 1.0)
            spots = thought.places().get(left_out.id, ())
            task = next(task for task in thought.rows.tasks if task.id == left_out.id)
            assert spots, option
            assert task.deadline_at is None or spots[-1].end_at <= task.deadline_at, option

    async def test_doing_one(self, stage: Stage) -> None:
        left_out = await overfull(stage)
        option = (await repairs(stage, left_out.id))[0]
        await done(stage, option)
        assert await is_in_time(stage, left_out.id)

    async def test_nothing_to_repair(self, stage: Stage) -> None:
        task_id = await stage.add("Write 2h")
        await stage.settle(stage.runner(SolverInside()))
        assert await repairs(stage, task_id) == ()
