"""The list of all tasks: what is found by words and filters, in which order, and page by page, on both engines."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from errors import InvalidInputError
from models import TaskStatus
from repositories.tasks import TaskRepository
from services.projects import ProjectService
from services.task_filter import parse, query_of
from services.task_list import TaskListService
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.support.stage import MONDAY, ZONE, Stage, local

ODD = [
    *('"', "'", "*", "-", "()", "a*b", '"login', "login OR bug", "NOT", "NEAR(a b)", "title:login", "^login", "{x}", "\\"),
    *(
        "%",
        "_",
        "&|!",
        "a & b",
        ":*",
        "<->",
        "👍",
        "שלום",
        "\u202eabc",
        "x" * 5000,
        "word " * 1000,
        "\0",
        "a\0b",
        "½",
        "ﬀ",
        "\u0301",
    ),
]


async def titles(stage: Stage, values: Mapping[str, str] | None = None, who: int | None = None) -> list[str]:
    """What the list shows."""
    async with stage.reading(who) as scope:
        page = await TaskListService(scope).page(parse(values or {}, scope.now, ZONE))
        return [row.title for row in page.rows]


async def every_page(stage: Stage, values: Mapping[str, str], rows: int) -> list[list[str]]:
    """All pages of so many rows."""
    pages: list[list[str]] = []
    after = ""
    while True:
        async with stage.reading() as scope:
            asked = parse({**values, "after": after}, scope.now, ZONE)
            asked = type(asked)(**{name: getattr(asked, name) for name in asked.__slots__} | {"limit": rows})
            page = await TaskListService(scope).page(asked)
        pages.append([row.title for row in page.rows])
        if page.next_token is None:
            return pages
        after = page.next_token


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("login", ["Fix the login-bug"]),
            ("LOG", ["Fix the login-bug"]),
            ("bug fix", ["Fix the login-bug"]),
            ("login-b", ["Fix the login-bug"]),
            ("cellar", ["Tidy up"]),
            ("the", ["Tidy up", "Fix the login-bug"]),
            ("fi bug", []),
            ("🛒", ["🛒 Milk"]),
            ("🛒 mil", ["🛒 Milk"]),
            ("***", []),
            ("  ", ["🛒 Milk", "שלום לכולם", "Tidy up", "Fix the login-bug"]),
            ("לכו", ["שלום לכולם"]),
        ],
    )
    async def test_valid(self, stage: Stage, typed: str, found: list[str]) -> None:
        for text in ("Fix the login-bug 1h", "Tidy up // in the cellar", "שלום לכולם", "🛒 Milk"):
            await stage.add(text)
        assert await titles(stage, {"text": typed}) == found

    @pytest.mark.parametrize("typed", ODD)
    async def test_odd(self, stage: Stage, typed: str) -> None:
        """Any text is an answer, and never an error."""
        await stage.add("Fix the login bug")
        assert await titles(stage, {"text": typed}) in ([], ["Fix the login bug"])

    async def test_follows_changes(self, stage: Stage) -> None:
        task_id = await stage.add("Write report")
        async with stage.writing() as scope:
            await TaskRepository(scope.session).update_quietly(stage.ada, task_id, title="Write book")
        assert await titles(stage, {"text": "report"}) == []
        assert await titles(stage, {"text": "book"}) == ["Write book"]
        async with stage.writing() as scope:
            await TaskService(scope).delete(task_id)
        assert await titles(stage, {"text": "book"}) == []

    async def test_other_user(self, stage: Stage) -> None:
        await stage.add("Eve's secret #eve", stage.eve)
        for values in ({}, {"text": "secret"}, {"text": "se"}, {"project": "1"}, {"label": "1"}, {"sort": "planned"}):
            assert await titles(stage, {**values, "status": "any"}) == []
        assert await titles(stage, {"text": "secret"}, stage.eve) == ["Eve's secret"]


class TestFilters:
    async def test_status(self, stage: Stage) -> None:
        done, gone, running = await stage.add("Done"), await stage.add("Given up"), await stage.add("Running")
        await stage.add("Open")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(done)
            await TimeEntryService(scope).cancel(gone)
            await TimeEntryService(scope).start(running)
        assert await titles(stage) == ["Open", "Running"]
        assert await titles(stage, {"status": "completed"}) == ["Done"]
        assert await titles(stage, {"status": "cancelled"}) == ["Given up"]
        assert await titles(stage, {"status": "any"}) == ["Open", "Running", "Given up", "Done"]

    async def test_project_and_label_with_parts(self, stage: Stage) -> None:
        """A part belongs where its parent does, unless it says otherwise."""
        whole = await stage.add("Move house")
        await stage.add("Other")
        async with stage.writing() as scope:
            await ProjectService(scope).sort_in(await TaskService(scope).get(whole), "House", ("heavy",))
            await TaskService(scope).add("Pack", None, whole)
            own = (await TaskService(scope).add("Paint", None, whole)).task
            await ProjectService(scope).sort_in(own, "Art", None)
        assert await titles(stage, {"project": "1"}) == ["Pack", "Move house"]
        assert await titles(stage, {"project": "2"}) == ["Paint"]
        assert await titles(stage, {"label": "1"}) == ["Paint", "Pack", "Move house"]
        assert await titles(stage, {"project": "99"}) == []

    async def test_importance(self, stage: Stage) -> None:
        for text in ("First !1", "Second !2", "Unsaid"):
            await stage.add(text)
        assert await titles(stage, {"importance": "1"}) == ["First"]
        assert await titles(stage, {"importance": "none,2"}) == ["Unsaid", "Second"]

    async def test_due(self, stage: Stage) -> None:
        for text in ("Soon by today 17:00", "Report by Friday 12:00", "Far by 30 Dec", "Never"):
            await stage.add(text)
        late = await stage.add("Late")
        async with stage.writing() as scope:
            await TaskRepository(scope.session).update_quietly(stage.ada, late, deadline_at=local(20, "12:00"))
        assert await titles(stage, {"due": "today"}) == ["Soon"]
        assert await titles(stage, {"due": "week"}) == ["Report", "Soon"]
        assert await titles(stage, {"due": "overdue"}) == ["Late"]
        assert await titles(stage, {"due": "none"}) == ["Never"]
        assert len(await titles(stage, {"due": "any"})) == 4

    async def test_risk(self, stage: Stage) -> None:
        await stage.add("Fits 30min")
        await stage.add("Too much 8h by today 12:00")
        whole = await stage.add("Move house")
        async with stage.writing() as scope:
            await TaskService(scope).add("Pack 1h", None, whole)
        await stage.planned()
        assert "Too much" in await titles(stage, {"risk": "at_risk"})
        assert "Fits" not in await titles(stage, {"risk": "at_risk"})
        async with stage.writing() as scope:
            (block, *_) = await stage.all_blocks()
            await TaskRepository(scope.session).update_quietly(stage.ada, block.task_id, unplaced_reason=None)
            assert (await TaskListService(scope).page(parse({"risk": "unplaced"}, scope.now, ZONE))).next_token is None

    @pytest.mark.parametrize(
        "values",
        [
            *({"status": "x"}, {"due": "x"}, {"risk": "x"}, {"sort": "x"}, {"importance": "5"}, {"project": "-1"}),
            *({"label": "9" * 30}, {"project": "٣"}, {"after": "x"}, {"after": "WyJkdWUiLG51bGwsMV0"}, {"after": "A" * 9999}),
            {"sort": "due", "after": "WyJkdWUiLCAiMDAwMS0wMS0wMVQwMDowMCswMDowMCIsIDFd"},
        ],
    )
    def test_invalid(self, values: dict[str, str]) -> None:
        with pytest.raises(InvalidInputError) as refused:
            parse(values, MONDAY, ZONE)
        assert set(refused.value.fields) <= {*values}

    def test_query(self) -> None:
        assert query_of({"text": " a b ", "status": "", "sort": "created", "due": "week", "x": "y"}) == "text=a+b&due=week"
        assert parse({}, MONDAY, ZONE).statuses == {TaskStatus.OPEN, TaskStatus.ACTIVE}


class TestOrder:
    async def furnish(self, stage: Stage) -> None:
        """Seven tasks, of which some have no key in each order; one keeps its parent's deadline."""
        texts = ("beta !3 by Friday", "Alpha !1", "gamma by today 17:00", "Delta", "epsilon !1 by Friday")
        ids = [await stage.add(f"{text} 30min") for text in texts]
        async with stage.writing() as scope:
            await TaskService(scope).add("Zeta 10min", None, ids[2])
            await TimeEntryService(scope).complete(ids[3])
        await stage.planned()

    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("created", ["Zeta", "epsilon", "Delta", "gamma", "Alpha", "beta"]),
            ("due", ["gamma", "Zeta", "beta", "epsilon", "Delta", "Alpha"]),
            ("importance", ["Alpha", "epsilon", "beta", "Zeta", "Delta", "gamma"]),
        ],
    )
    async def test_valid(self, stage: Stage, sort: str, found: list[str]) -> None:
        await self.furnish(stage)
        assert await titles(stage, {"sort": sort, "status": "any"}) == found

    async def test_title(self, stage: Stage, database_url: str) -> None:
        await self.furnish(stage)
        found = await titles(stage, {"sort": "title", "status": "any"})
        if database_url.startswith("sqlite"):
            assert found == ["Alpha", "beta", "Delta", "epsilon", "gamma", "Zeta"]
        assert sorted(found) == sorted(["Alpha", "beta", "Delta", "epsilon", "gamma", "Zeta"])

    async def test_planned(self, stage: Stage) -> None:
        """In the order of the plan; a task with parts stands at the first of them, what has no place comes last."""
        await self.furnish(stage)
        async with stage.reading() as scope:
            asked = parse({"sort": "planned", "status": "any"}, scope.now, ZONE)
            rows = (await TaskListService(scope).page(asked)).rows
        starts = [row.start_at for row in rows if row.start_at and row.status == "open"]
        assert starts == sorted(starts)
        assert len(starts) == 5
        assert rows[-1].title == "Delta"

    @pytest.mark.parametrize("sign", ["Я", "\N{GRINNING FACE}", '"'])
    async def test_long_titles(self, stage: Stage, sign: str) -> None:
        """A place names the title, and an address holds the longest."""
        async with stage.writing() as scope:
            for number in range(3):
                (await TaskService(scope).add("Draft")).task.title = sign * 499 + str(number)
        pages = await every_page(stage, {"sort": "title"}, 1)
        assert [page[0][-1] for page in pages] == ["0", "1", "2"]

    @pytest.mark.parametrize("sort", ["created", "due", "importance", "priority", "planned", "title"])
    @pytest.mark.parametrize("rows", [1, 3])
    async def test_pages(self, stage: Stage, sort: str, rows: int) -> None:
        """Each task once, in the order of the one page that holds all."""
        await self.furnish(stage)
        values = {"sort": sort, "status": "any"}
        pages = await every_page(stage, values, rows)
        assert [title for page in pages for title in page] == await titles(stage, values)
        assert all(len(page) == rows for page in pages[:-1])
