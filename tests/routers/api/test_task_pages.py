"""Pages of tasks by the API: whole, counted, in the shape that is described; and whom tasks are for."""

from __future__ import annotations

import pytest

from routers.api.task_schemas import TasksOut
from services.tasks import TaskService
from services.time_entries import TimeEntryService
from tests.support.pages import Site
from tests.support.stage import Stage

PATH = "/api/v1/tasks"


class TestPages:
    async def test_pages(self, site: Site, stage: Stage) -> None:
        for number in range(5):
            await stage.add(f"Errand {number}")
        answer = (await site.http.get("/api/v1/tasks?page=2&page_size=2")).json()
        assert [task["title"] for task in answer["tasks"]] == ["Errand 2", "Errand 1"]
        assert (answer["total"], answer["has_more"]) == (5, True)
        assert not (await site.http.get("/api/v1/tasks?page=3&page_size=2")).json()["has_more"]

    @pytest.mark.parametrize(("page", "found", "has_more"), [(1, 2, True), (2, 2, False), (3, 0, False)])
    async def test_end_of_pages(self, site: Site, stage: Stage, page: int, found: int, has_more: bool) -> None:
        for number in range(4):
            await stage.add(f"Errand {number} #desk")
        for label in ("", "&label=desk"):
            answer = (await site.http.get(f"/api/v1/tasks?page={page}&page_size=2{label}")).json()
            assert (len(answer["tasks"]), answer["total"], answer["has_more"]) == (found, 4, has_more)

    @pytest.mark.parametrize("sort", ["newest", "oldest", "priority", "deadline", "title"])
    async def test_pages_are_whole(self, site: Site, stage: Stage, sort: str) -> None:
        """Equal tasks are told apart by their ids: each is on one page, and on one only."""
        ids = [await stage.add("Errand") for _ in range(7)]
        found: list[int] = []
        for page in (1, 2, 3, 4):
            answer = (await site.http.get(f"/api/v1/tasks?page={page}&page_size=2&sort={sort}")).json()
            found += [task["id"] for task in answer["tasks"]]
        assert sorted(found) == ids
        assert found == (ids if sort == "oldest" else ids[::-1])

    async def test_schema(self, site: Site, stage: Stage) -> None:
        """A list is written from rows, without models: what they would say is the same, and so is what one task says."""
        text = "Write report 3h from tomorrow by Friday 5pm high energy !1 +Book #Lab #desk #Äther in 1h chunks // é “x” \u2028"
        whole, done = await stage.add(text), await stage.add("Done")
        async with stage.writing() as scope:
            await TimeEntryService(scope).complete(done)
        await stage.planned()
        answer = (await site.http.get("/api/v1/tasks")).json()
        assert TasksOut.model_validate(answer).model_dump(mode="json") == answer
        assert answer["tasks"][1]["labels"] == ["desk", "Lab", "Äther"]
        for task_id, task in zip((done, whole), answer["tasks"], strict=True):
            one = (await site.http.get(f"/api/v1/tasks/{task_id}")).json()
            assert one == {**task, "blocks": one["blocks"], "waits_for": []}


class TestAssignees:
    async def test_of_text(self, site: Site, stage: Stage) -> None:
        """People of a line of text are labels, and told apart from the others."""
        task = (await site.http.post(PATH, json={"text": "Call back 1h #desk @ann with @Bob"})).json()
        assert (task["labels"], task["assignees"]) == (["@ann", "@Bob", "desk"], ["ann", "Bob"])
        assert (await site.http.get(PATH)).json()["tasks"][0]["assignees"] == ["ann", "Bob"]

    async def test_of_fields(self, site: Site, stage: Stage) -> None:
        sent = {"title": "Call back", "labels": ["desk"], "assignees": ["ann", "Bob Ross"]}
        task = (await site.http.post(PATH, json=sent)).json()
        assert (task["labels"], task["assignees"]) == (["@ann", "@Bob Ross", "desk"], ["ann", "Bob Ross"])

    @pytest.mark.parametrize(
        ("sent", "labels"),
        [
            ({"assignees": ["bob"]}, ["@bob", "desk"]),
            ({"assignees": ["ann", "Ann"]}, ["@Ann", "desk"]),
            ({"assignees": []}, ["desk"]),
            ({"assignees": None}, ["desk"]),
            ({"assignees": ["bob"], "labels": ["lab", "@eve"]}, ["@bob", "lab"]),
            ({"labels": ["lab"]}, ["lab"]),
            ({"title": "Call"}, ["@ann", "desk"]),
        ],
    )
    async def test_patch(self, site: Site, stage: Stage, sent: dict[str, object], labels: list[str]) -> None:
        task_id = await stage.add("Call back #desk @ann")
        task = (await site.http.patch(f"{PATH}/{task_id}", json=sent)).json()
        assert [label.casefold() for label in task["labels"]] == [label.casefold() for label in labels]
        assert task["assignees"] == [label[1:] for label in task["labels"] if label.startswith("@")]

    @pytest.mark.parametrize("name", ["", " ", "@ann", "ann, bob", "a" * 100])
    async def test_invalid(self, site: Site, stage: Stage, name: str) -> None:
        answer = await site.http.post(PATH, json={"title": "Call back", "assignees": [name]})
        assert (answer.status_code, [field.partition(".")[0] for field in answer.json()["fields"]]) == (422, ["assignees"])

    async def test_too_many(self, site: Site, stage: Stage) -> None:
        """Together with the labels that stay: told where it was sent."""
        task_id = await stage.add("Call back " + " ".join(f"#l{number}" for number in range(20)))
        answer = await site.http.patch(f"{PATH}/{task_id}", json={"assignees": ["ann"]})
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["assignees"])

    async def test_filter(self, site: Site, stage: Stage) -> None:
        """A part is for whom its parent is for, and nobody finds what is for others."""
        whole = await stage.add("Move house @Ann #desk")
        async with stage.writing() as scope:
            await TaskService(scope).add("Pack", None, whole)
        await stage.add("Paint @bob")
        await stage.add("Annual report #ann")
        await stage.add("Eve's @ann", stage.eve)
        expected = {
            "assignee=ann": ["Pack", "Move house"],
            "assignee=@ANN": ["Pack", "Move house"],
            "assignee=bob&label=none": [],
            "assignee=ann&label=desk": ["Pack", "Move house"],
            "assignee=none": ["Annual report"],
            "assignee=an": [],
            "assignee=%25": [],
        }
        for query, titles in expected.items():
            answer = (await site.http.get(f"{PATH}?{query}")).json()
            assert ([task["title"] for task in answer["tasks"]], answer["total"]) == (titles, len(titles)), query
