"""The page Tasks: the list and its filters in the address, what is done to many at once, and kept filters."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from services.projects import ProjectService
from services.saved_filters import SavedFilterService
from services.task_fields import TaskFieldsService
from services.tasks import TaskService
from tests.support.pages import Site, has, text, value
from tests.support.stage import Stage, local

RESULTS = ["#task-results", "#toasts"]


def shown(tree: LexborHTMLParser) -> list[str]:
    """The titles of the rows."""
    return [" ".join(link.text().split()) for link in tree.css("li.task .task-title")]


def targets(tree: LexborHTMLParser) -> list[str]:
    return [str(part.attributes["hx-target"]) for part in tree.css("hx-partial")]


async def undo(site: Site, part: LexborHTMLParser) -> LexborHTMLParser:
    """Press the button of the message."""
    button = part.css_first(".toast button[formaction]")
    assert button is not None
    return await site.press(str(button.attributes["formaction"]), {"listed": ""})


class TestShow:
    async def test_empty(self, site: Site) -> None:
        assert has(await site.page("/tasks"), "#no-tasks")
        assert has(await site.page("/tasks?text=zebra"), "#no-match")

    async def test_page_and_fragment(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report")
        await stage.add("Fix the login bug")
        page = await site.page("/tasks?text=logi&sort=due")
        assert shown(page) == ["Fix the login bug"]
        assert value(page, "#task-text") == "logi"
        assert text(page, "label[for=field-filter-sort]") == "Sorted by"
        part = await site.part("/tasks?text=logi&sort=due")
        assert shown(part) == ["Fix the login bug"]
        section = part.css_first("#task-results")
        assert section is not None
        assert section.attributes["data-url"] == "/tasks?text=logi&sort=due"
        assert text(part, "#found-count") == "1 task"

    async def test_more(self, site: Site, stage: Stage) -> None:
        """The next rows by a link, each task once; a redraw draws as many rows as the page has."""
        for number in range(53):
            await stage.add(f"Errand {number} 5min")
        page = await site.page("/tasks")
        link = page.css_first("li.more a")
        assert link is not None
        assert text(page, "#found-count") == "More than 50 tasks"
        following = str(link.attributes["href"])
        more = await site.part(following)
        assert (len(shown(page)), len(shown(more))) == (50, 3)
        assert not {*shown(page)} & {*shown(more)}
        assert value(more, "input[name=shown]") == "53"
        assert shown(await site.page(following)) == shown(more)
        assert len(shown(await site.part("/tasks/list?listed=&shown=53"))) == 53

    @pytest.mark.parametrize("query", ["status=x", "project=x", "after=x", "sort=title&after=WyJkdWUiLG51bGwsMV0"])
    async def test_invalid(self, site: Site, query: str) -> None:
        assert has(await site.page(f"/tasks?{query}", 422), ".error-page")
        assert has(await site.part(f"/tasks?{query}", 422), ".toast[data-kind=error]")

    @pytest.mark.parametrize("typed", ["%22", "'", "*", "-", "%F0%9F%91%8D", "%ED%A0%80", "%00", "%D7%A9", "x" * 5000, "%25"])
    async def test_odd_text(self, site: Site, stage: Stage, typed: str) -> None:
        await stage.add("Write report")
        await site.page(f"/tasks?text={typed}")
        await site.part(f"/tasks?text={typed}&sort=title&status=any")

    async def test_markup_in_titles_and_text(self, site: Site, stage: Stage) -> None:
        await stage.add("<b>bold</b> move")
        page = await site.page("/tasks?text=%3Cb%3Ebold")
        assert shown(page) == ["<b>bold</b> move"]
        assert not has(page, "#task-list b")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        await stage.add("Eve's secret +Hidden #hush", stage.eve)
        page = await site.page("/tasks?status=any")
        assert shown(page) == []
        assert "Hidden" not in str(page.html)
        assert "hush" not in str(page.html)
        assert shown(await site.page("/tasks?project=1&status=any")) == []

    async def test_buttons_of_rows_redraw_this_page(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report")
        await stage.add("Other")
        part = await site.press(f"/tasks/{task_id}/complete", {"listed": "", "shown": "50"})
        assert targets(part) == RESULTS
        assert shown(part) == ["Other"]
        answer = await site.submit(f"/tasks/{task_id}/reopen", {"listed": "sort=due"})
        assert answer.headers["location"] == "/tasks?sort=due"


class TestBulk:
    async def test_complete_and_undo(self, site: Site, stage: Stage) -> None:
        ids = [str(await stage.add(title)) for title in ("First", "Second", "Third")]
        part = await site.press("/tasks/bulk/complete", {"ids": ids[:2], "listed": ""})
        assert text(part, ".toast-text") == "Completed 2 tasks."
        assert shown(part) == ["Third"]
        again = await undo(site, part)
        assert text(again, ".toast-text") == "2 tasks are open again."
        assert shown(again) == ["Third", "Second", "First"]

    async def test_delete_with_parts_and_undo(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        async with stage.writing() as scope:
            part_id = (await TaskService(scope).add("Pack", None, whole)).task.id
        await stage.add("Stays")
        part = await site.press("/tasks/bulk/delete", {"ids": [str(part_id), str(whole)], "listed": ""})
        assert text(part, ".toast-text") == "Deleted 1 task."
        assert shown(part) == ["Stays"]
        assert shown(await undo(site, part)) == ["Stays", "Pack", "Move house"]

    async def test_undo_counts_as_the_act(self, site: Site, stage: Stage) -> None:
        """What went with its whole is not counted again when it comes back."""
        whole = await stage.add("Move house")
        async with stage.writing() as scope:
            for title in ("Pack", "Drive"):
                await TaskService(scope).add(title, None, whole)
        for act, done, back in (("complete", "Completed 1 task.", "open again"), ("delete", "Deleted 1 task.", "back")):
            stage.clock.advance(minutes=1)
            part = await site.press(f"/tasks/bulk/{act}", {"ids": [str(whole)], "listed": ""})
            assert text(part, ".toast-text") == done
            stage.clock.advance(minutes=1)
            again = await undo(site, part)
            assert text(again, ".toast-text") == f"1 task is {back}."
            assert shown(again) == ["Drive", "Pack", "Move house"]

    async def test_undo_of_what_can_be(self, site: Site, stage: Stage) -> None:
        """One that cannot come back keeps no other away."""
        whole, other = await stage.add("Move house"), await stage.add("Other")
        async with stage.writing() as scope:
            part_id = (await TaskService(scope).add("Pack", None, whole)).task.id
        stage.clock.advance(seconds=1)
        deleted = await site.press("/tasks/bulk/delete", {"ids": [str(part_id), str(other)], "listed": ""})
        stage.clock.advance(seconds=1)
        alone = await site.press("/tasks/bulk/delete", {"ids": [str(whole)], "listed": ""})
        part = await undo(site, deleted)
        assert text(part, ".toast-text") == (
            "1 task is back; “Pack” is not: It is a part of “Move house”, which was deleted. Bring that back first."
        )
        assert shown(part) == ["Other"]
        assert (await stage.task(other)).needs_scheduling
        assert shown(await undo(site, alone)) == ["Other", "Move house"]
        back = await undo(site, deleted)
        assert text(back, ".toast-text") == "1 task is back."
        assert shown(back) == ["Pack", "Other", "Move house"]

    async def test_undo_of_a_circle(self, site: Site, stage: Stage) -> None:
        """What would wait for itself by now stays away, and only that."""
        first, second, third, other = [await stage.add(title) for title in ("First", "Second", "Third", "Other")]

        async def wait(task_id: int, others: tuple[int, ...]) -> None:
            async with stage.writing() as scope:
                await TaskFieldsService(scope).patch(task_id, {"waits_for": others})

        await wait(first, (second,))
        await wait(second, (third,))
        part = await site.press("/tasks/bulk/delete", {"ids": [str(second), str(other)], "listed": ""})
        await wait(third, (first,))
        back = await undo(site, part)
        assert text(back, ".toast-text").startswith("1 task is back; “Second” is not: By now this would wait for itself")
        assert shown(back) == ["Other", "Third", "First"]

    async def test_undo_of_nothing_that_can_be(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        async with stage.writing() as scope:
            part_id = (await TaskService(scope).add("Pack", None, whole)).task.id
        deleted = await site.press("/tasks/bulk/delete", {"ids": [str(part_id)], "listed": ""})
        stage.clock.advance(seconds=1)
        await site.press("/tasks/bulk/delete", {"ids": [str(whole)], "listed": ""})
        url = deleted.css(".toast button")[0].attributes["hx-post"] or ""
        assert "Bring that back first" in text(await site.press(url, {"listed": ""}, 409), ".toast-text")

    async def test_undo_takes_back_no_more(self, site: Site, stage: Stage) -> None:
        """What was deleted at another moment stays so."""
        first, second = str(await stage.add("First")), str(await stage.add("Second"))
        await site.press("/tasks/bulk/delete", {"ids": [first], "listed": ""})
        stage.clock.advance(seconds=1)
        part = await site.press("/tasks/bulk/delete", {"ids": [second], "listed": ""})
        assert shown(await undo(site, part)) == ["Second"]

    async def test_edit(self, site: Site, stage: Stage) -> None:
        ids = [str(await stage.add(title)) for title in ("First #old", "Second #old #kept")]
        async with stage.writing() as scope:
            await ProjectService(scope).sort_in(await TaskService(scope).get(int(ids[0])), "Work", None)
        change = {"project": "1", "add_label": "new", "remove_label": "1", "importance": "2", "deadline_at": "2026-11-27T17:00"}
        part = await site.press("/tasks/bulk/edit", {"ids": ids, "listed": "", **change})
        assert text(part, ".toast-text") == "Changed 2 tasks."
        for task_id, labels in zip(ids, (["Work", "new"], ["Work", "kept", "new"]), strict=True):
            task = await stage.task(int(task_id))
            assert (task.importance, task.deadline_at is not None) == (2, True)
            assert [tag.text().strip() for tag in part.css(f"#task-{task_id} .tag")] == labels
        await site.press(
            "/tasks/bulk/edit", {"ids": ids, "listed": "", "project": "none", "importance": "none", "no_deadline": "on"}
        )
        task = await stage.task(int(ids[0]))
        assert (task.importance, task.deadline_at, task.project_id) == (None, None, None)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({}, "nothing was chosen"),
            ({"importance": "7"}, "Importance"),
            ({"deadline_at": "2020-01-01T10:00"}, "has passed"),
            ({"deadline_at": "soon"}, "not a date"),
            ({"add_label": "a,b"}, "no commas"),
        ],
    )
    async def test_invalid_edit(self, site: Site, stage: Stage, fields: dict[str, str], words: str) -> None:
        """A sentence, and no task is changed."""
        ids = [str(await stage.add(title)) for title in ("First", "Second")]
        versions = [(await stage.task(int(task_id))).version for task_id in ids]
        part = await site.press("/tasks/bulk/edit", {"ids": ids, "listed": "", **fields}, 422)
        assert words in text(part, ".toast-text")
        assert [(await stage.task(int(task_id))).version for task_id in ids] == versions

    async def test_edit_that_does_not_fit(self, site: Site, stage: Stage) -> None:
        """As in the dialog: five hours need more than the two between the earliest start and the deadline."""
        task_id = await stage.add("Write 5h")
        async with stage.writing() as scope:
            (await TaskService(scope).get(task_id)).earliest_at = local(25, "9:00")
        part = await site.press(
            "/tasks/bulk/edit", {"ids": [str(task_id)], "listed": "", "deadline_at": "2026-11-25T11:00"}, 422
        )
        assert "“Write”: 5 h do not fit" in text(part, ".toast-text")
        assert (await stage.task(task_id)).deadline_at is None

    @pytest.mark.parametrize("act", ["complete", "delete", "edit"])
    async def test_nothing_chosen(self, site: Site, act: str) -> None:
        for ids in ([], ["x"], [""]):
            part = await site.press(f"/tasks/bulk/{act}", {"ids": ids, "importance": "1"}, 422)
            assert "Choose some tasks" in text(part, ".toast-text")
        assert "At most 200" in text(
            await site.press(f"/tasks/bulk/{act}", {"ids": [str(number) for number in range(1, 202)]}, 422), ".toast-text"
        )

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        hers = await stage.add("Eve's", stage.eve)
        for act in ("complete", "delete", "edit"):
            await site.press(f"/tasks/bulk/{act}", {"ids": [str(hers)], "importance": "1"}, 404)
        async with stage.writing(stage.eve) as scope:
            await TaskService(scope).delete(hers)
        moment = str(int(stage.clock().timestamp()) * 10**6)
        await site.press(f"/tasks/bulk/restore?at={moment}", {"listed": ""})
        assert (await stage.task(hers, stage.eve)).deleted_at is not None

    @pytest.mark.parametrize("at", ["", "x", "9" * 40, "-1"])
    async def test_no_moment(self, site: Site, at: str) -> None:
        await site.press(f"/tasks/bulk/restore?at={at}", {}, 404)
        await site.press("/tasks/bulk/explode", {}, 404)

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        task_id = str(await stage.add("Write report"))
        answer = await site.submit("/tasks/bulk/complete", {"ids": [task_id], "listed": "sort=due"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?sort=due")
        assert has(await site.page("/tasks"), ".toast button[formaction^='/tasks/bulk/reopen']")


class TestSavedFilters:
    async def test_valid(self, site: Site) -> None:
        part = await site.press("/filters", {"name": "Due soon", "query": "due=week&page=9", "listed": "due=week"})
        assert targets(part) == RESULTS
        assert text(part, "#filter-1 .view[aria-current]") == "Due soon"
        assert has(await site.page("/tasks"), "#filter-1 a[href='/tasks?due=week']")
        await site.press("/filters/1", {"name": "This week"})
        assert text(await site.page("/tasks"), "#filter-1 a.view") == "This week"
        await site.press("/filters/1/delete", {"listed": ""})
        assert not has(await site.page("/tasks"), "#filter-1")

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"name": "", "query": "due=week"}, "Give the filter a name"),
            ({"name": "x" * 101, "query": "due=week"}, "At most 100"),
            ({"name": "taken", "query": "due=week"}, "already"),
            ({"name": "New", "query": "due=never"}, "not among"),
        ],
    )
    async def test_invalid(self, site: Site, form: dict[str, str], words: str) -> None:
        await site.press("/filters", {"name": "Taken", "query": "due=week"})
        assert words in text(await site.press("/filters", form, 422), ".toast-text")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        async with stage.writing(stage.eve) as scope:
            await SavedFilterService(scope).add({"name": "Eve's", "query": "due=week"})
        await site.press("/filters/1", {"name": "Mine"}, 404)
        await site.press("/filters/1/delete", {}, 404)
        assert "Eve's" not in str((await site.page("/tasks")).html)
        await site.press("/filters", {"name": "Eve's", "query": ""})

    async def test_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/filters", {"name": "Due soon", "query": "due=week"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?due=week")


class TestMove:
    async def test_buttons_and_undo(self, site: Site, stage: Stage) -> None:
        for title in ("First", "Second", "Third"):
            task_id = await stage.add(title)
        page = await site.page("/tasks?sort=own")
        assert shown(page) == ["Third", "Second", "First"]
        assert text(page, "#own-order").endswith("The planner does not look at it, but at importance and deadlines.")
        assert has(page, f"#task-{task_id} button[formaction='/tasks/{task_id}/move?to=down']")
        assert not has(await site.page("/tasks"), "[formaction*='/move']")
        part = await site.press(f"/tasks/{task_id}/move?to=down", {"listed": "sort=own"})
        assert targets(part) == RESULTS
        assert shown(part) == ["Second", "Third", "First"]
        assert text(part, ".toast-text") == "“Third” is now below “Second”."
        button = part.css_first(".toast button[formaction]")
        assert button is not None
        back = await site.press(str(button.attributes["formaction"]), {"listed": "sort=own"})
        assert shown(back) == ["Third", "Second", "First"]

    async def test_without_scripts(self, site: Site, stage: Stage) -> None:
        first, second = await stage.add("First"), await stage.add("Second")
        answer = await site.submit(f"/tasks/{second}/move?after={first}", {"listed": "sort=own"})
        assert answer.headers["location"] == "/tasks?sort=own"
        page = await site.page("/tasks?sort=own")
        assert shown(page) == ["First", "Second"]
        assert text(page, ".toast-text") == "“Second” is now below “First”."
        assert has(page, f".toast button[formaction='/tasks/{second}/move?before={first}']")

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        mine, hers = await stage.add("Mine"), await stage.add("Hers", stage.eve)
        for path in (f"{mine}/move?before={hers}", f"{hers}/move?before={mine}", f"{mine}/move?after=999"):
            assert has(await site.press(f"/tasks/{path}", {"listed": ""}, 404), ".toast[data-kind=error]")

    @pytest.mark.parametrize("query", ["", "?to=sideways", "?before=x", "?before=1"])
    async def test_invalid(self, site: Site, stage: Stage, query: str) -> None:
        task_id = await stage.add("Alone")
        await site.press(f"/tasks/{task_id}/move{query}", {"listed": "sort=own"}, 422)
