"""One task by the API: reading, changing what is sent, its buttons, what it waits for, entity tags, the person in the path."""

from __future__ import annotations

import pytest

from services.tasks import TaskService
from tests.support.pages import Site
from tests.support.stage import Stage, local

PATH = "/api/v1/tasks"
NO_TASK = "This task does not exist, or it was deleted."


class TestPatch:
    async def test_only_what_is_sent(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 3h by Friday 5pm high +Book #desk // in the cellar")
        before = (await site.http.get(f"{PATH}/{task_id}")).json()
        after = (await site.http.patch(f"{PATH}/{task_id}", json={"title": "Rewrite"})).json()
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"title", "version", "updated"}
        assert (after["title"], after["version"]) == ("Rewrite", before["version"] + 1)

    async def test_null_takes_away(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 3h by Friday 5pm high +Book #desk // in the cellar")
        sent: dict[str, object] = {"deadline": None, "importance": None, "project": None, "labels": [], "context": None}
        task = (await site.http.patch(f"{PATH}/{task_id}", json=sent)).json()
        assert [task[name] for name in sent] == [None, None, None, [], ""]

    async def test_hard_without_a_deadline(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 3h by Friday 5pm")
        assert (await site.http.patch(f"{PATH}/{task_id}", json={"deadline_is_hard": True})).json()["deadline_is_hard"]
        assert not (await site.http.patch(f"{PATH}/{task_id}", json={"deadline": None})).json()["deadline_is_hard"]

    async def test_hard_needs_a_deadline(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 3h")
        for sent in ({"deadline_is_hard": True}, {"deadline_is_hard": True, "deadline": None}):
            answer = await site.http.patch(f"{PATH}/{task_id}", json=sent)
            assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["deadline_is_hard"])

    async def test_fields_that_are_at_odds(self, site: Site, stage: Stage) -> None:
        """What does not fit together already refuses what touches it, and nothing else."""
        task_id = await stage.add("Write 3h")
        async with stage.writing() as scope:
            task = await TaskService(scope).get(task_id)
            task.earliest_at, task.deadline_at = local(25, "9:00"), local(25, "10:00")
            task.min_chunk_minutes, task.max_chunk_minutes, task.duration_minutes = 30, 60, 120
        assert (await site.http.patch(f"{PATH}/{task_id}", json={"title": "Rewrite"})).status_code == 200
        answer = await site.http.patch(f"{PATH}/{task_id}", json={"duration_minutes": 90})
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["deadline"])
        answer = await site.http.patch(f"{PATH}/{task_id}", json={"min_chunk_minutes": 90})
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["max_chunk_minutes"])

    async def test_done(self, site: Site, stage: Stage) -> None:
        """What is done asks the planner for nothing."""
        task_id = await stage.add("Write 3h")
        await site.http.patch(f"{PATH}/{task_id}/complete")
        changed = await site.http.patch(f"{PATH}/{task_id}", json={"duration_minutes": 90, "deadline": "2026-12-01T09:00:00Z"})
        assert (changed.status_code, changed.json()["needs_scheduling"]) == (200, False)

    async def test_pin(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        pinned = (await site.http.patch(f"{PATH}/{task_id}", json={"start": "2026-11-25T14:00:00+01:00"})).json()
        assert [block["pinned"] for block in pinned["blocks"]] == [True]
        kept = (await site.http.patch(f"{PATH}/{task_id}", json={"title": "Rewrite"})).json()
        assert kept["blocks"] == pinned["blocks"]
        free = (await site.http.patch(f"{PATH}/{task_id}", json={"start": None})).json()
        assert [block["pinned"] for block in free["blocks"]] == [False]

    async def test_nothing(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        version = (await stage.task(task_id)).version
        assert (await site.http.patch(f"{PATH}/{task_id}", json={})).json()["version"] == version

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": None}, "title"),
            ({"duration_minutes": None}, "duration_minutes"),
            ({"deadline": "2026-11-20T09:00:00Z"}, "deadline"),
            ({"importance": 5}, "importance"),
            ({"status": "completed"}, "status"),
            ({"start": "yesterday"}, "start"),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, sent: dict[str, object], field: str) -> None:
        task_id = await stage.add("Write 1h")
        answer = await site.http.patch(f"{PATH}/{task_id}", json=sent)
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, [field])


class TestLife:
    async def test_buttons(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        steps = [("post", "start", "active"), ("post", "stop", "open"), ("patch", "complete", "completed")]
        steps += [("post", "reopen", "open"), ("post", "cancel", "cancelled"), ("post", "reopen", "open")]
        for method, act, status in steps:
            answer = await site.http.request(method, f"{PATH}/{task_id}/{act}")
            assert (answer.status_code, answer.json()["status"]) == (200, status)

    @pytest.mark.parametrize(("method", "act"), [("post", "stop"), ("post", "reopen")])
    async def test_conflict(self, site: Site, stage: Stage, method: str, act: str) -> None:
        task_id = await stage.add("Write 1h")
        answer = await site.http.request(method, f"{PATH}/{task_id}/{act}")
        assert (answer.status_code, answer.json()["status_code"]) == (409, 409)

    async def test_one_runs(self, site: Site, stage: Stage) -> None:
        first, second = await stage.add("Write 1h"), await stage.add("Read 1h")
        await site.http.post(f"{PATH}/{first}/start")
        answer = await site.http.post(f"{PATH}/{second}/start")
        assert (answer.status_code, answer.json()["detail"]) == (409, "“Write” is running. Stop or complete it first.")

    async def test_delete_and_restore(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        answer = await site.http.delete(f"{PATH}/{task_id}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert (await site.http.get(f"{PATH}/{task_id}")).status_code == 404
        assert (await site.http.delete(f"{PATH}/{task_id}")).status_code == 404
        assert (await site.http.post(f"{PATH}/{task_id}/restore")).json()["blocks"]


class TestDependencies:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        first, second, third = [await stage.add(title) for title in ("First", "Second", "Third")]
        path = f"{PATH}/{third}/dependencies"
        assert (await site.http.get(path)).json() == {"waits_for": []}
        answer = await site.http.put(path, json={"waits_for": [first, second]})
        assert answer.json()["waits_for"] == [{"id": first, "title": "First"}, {"id": second, "title": "Second"}]
        assert (await site.http.delete(f"{path}/{first}")).status_code == 204
        assert (await site.http.get(f"{PATH}/{third}")).json()["waits_for"] == [second]
        assert (await site.http.delete(f"{path}/{first}")).status_code == 404

    async def test_circle(self, site: Site, stage: Stage) -> None:
        first, second = await stage.add("First"), await stage.add("Second")
        await site.http.put(f"{PATH}/{first}/dependencies", json={"waits_for": [second]})
        for task_id, other in ((second, first), (first, first)):
            answer = await site.http.put(f"{PATH}/{task_id}/dependencies", json={"waits_for": [other]})
            assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["waits_for"])

    async def test_what_is_deleted_stays(self, site: Site, stage: Stage) -> None:
        """A wait for a deleted task is out of sight, and there again with the task."""
        first, second, third = [await stage.add(text) for text in ("Ask", "Buy", "Build")]
        await site.http.put(f"{PATH}/{third}/dependencies", json={"waits_for": [first, second]})
        await site.http.delete(f"{PATH}/{first}")
        await site.http.delete(f"{PATH}/{third}/dependencies/{second}")
        assert (await site.http.get(f"{PATH}/{third}")).json()["waits_for"] == []
        await site.http.post(f"{PATH}/{first}/restore")
        assert (await site.http.get(f"{PATH}/{third}")).json()["waits_for"] == [first]


class TestEntityTags:
    async def test_unchanged(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        for path in (f"{PATH}/{task_id}", PATH, "/api/v1/plan", "/api/v1/hours", "/api/v1/settings"):
            found = await site.http.get(path)
            again = await site.http.get(path, headers={"If-None-Match": found.headers["etag"]})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", found.headers["etag"])
            other = await site.http.get(path, headers={"If-None-Match": '"other"'})
            assert other.status_code == 200

    async def test_plan_of_another_minute(self, site: Site, stage: Stage) -> None:
        """The plan tells the time, which alone is no change; a new task is one."""
        seen = {"If-None-Match": (await site.http.get("/api/v1/plan")).headers["etag"]}
        stage.clock.advance(minutes=1)
        assert (await site.http.get("/api/v1/plan", headers=seen)).status_code == 304
        await stage.add("Write 1h")
        assert (await site.http.get("/api/v1/plan", headers=seen)).status_code == 200

    async def test_stale(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write 1h")
        path = f"{PATH}/{task_id}"
        seen = {"If-Match": (await site.http.get(path)).headers["etag"]}
        assert (await site.http.patch(path, json={"title": "Mine"}, headers=seen)).status_code == 200
        stale = [
            await site.http.patch(path, json={"title": "Theirs"}, headers=seen),
            await site.http.delete(path, headers=seen),
            await site.http.patch(f"{path}/complete", headers=seen),
            await site.http.post(f"{path}/start", headers=seen),
            await site.http.put(f"{path}/dependencies", json={"waits_for": []}, headers=seen),
            await site.http.patch(path, json={"title": "Theirs"}, headers={"If-Match": "nonsense"}),
        ]
        assert [answer.json()["status_code"] for answer in stale] == [412] * 6
        assert (await site.http.get(path)).json()["title"] == "Mine"

    async def test_fresh(self, site: Site, stage: Stage) -> None:
        """What an answer to a change says is what the next change may be of; so is any."""
        task_id = await stage.add("Write 1h")
        path = f"{PATH}/{task_id}"
        tag = (await site.http.patch(path, json={"title": "One"})).headers["etag"]
        assert (await site.http.patch(path, json={"title": "Two"}, headers={"If-Match": f'"x", {tag}'})).status_code == 200
        assert (await site.http.patch(path, json={"title": "Three"}, headers={"If-Match": "*"})).status_code == 200

    async def test_the_planner_is_no_editor(self, site: Site, stage: Stage) -> None:
        """What it notes on a task makes the answer another one, and the row is still the one that was read."""
        task_id = await stage.add("Write 1h")
        path = f"{PATH}/{task_id}"
        tag = (await site.http.get(path)).headers["etag"]
        await stage.planned()
        assert (await site.http.get(path, headers={"If-None-Match": tag})).status_code == 200
        assert (await site.http.patch(path, json={"title": "Mine"}, headers={"If-Match": tag})).status_code == 200


class TestUserInPath:
    async def test_own(self, site: Site, stage: Stage) -> None:
        path = f"/api/v1/{stage.ada}/tasks"
        made = await site.http.post(path, json={"text": "Write 1h"})
        assert (made.status_code, made.headers["location"]) == (201, f"{path}/{made.json()['id']}")
        one = made.headers["location"]
        assert (await site.http.get(path)).json()["total"] == 1
        assert (await site.http.get(one)).json() == made.json()
        assert (await site.http.patch(one, json={"title": "Read"})).json()["title"] == "Read"
        assert (await site.http.patch(f"{one}/complete")).json()["status"] == "completed"
        assert (await site.http.delete(one)).status_code == 204

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        """Eve's path, nobody's and nonsense look alike, also with a task that is there."""
        mine, theirs = await stage.add("Mine"), await stage.add("Eve's", stage.eve)
        for task_id in (mine, theirs, 999):
            for who in (stage.eve, 999, "nobody", f"0{stage.ada}", f"+{stage.ada}"):
                path = f"/api/v1/{who}/tasks/{task_id}"
                answers = [
                    await site.http.get(path),
                    await site.http.patch(path, json={"title": "Eve was here"}),
                    await site.http.patch(f"{path}/complete"),
                    await site.http.delete(path),
                ]
                assert [(answer.status_code, answer.json()["detail"]) for answer in answers] == [(404, NO_TASK)] * 4
        for who in (stage.eve, 999, "nobody"):
            assert (await site.http.get(f"/api/v1/{who}/tasks")).status_code == 404
            assert (await site.http.post(f"/api/v1/{who}/tasks", json={"title": "x"})).status_code == 404
        assert (await stage.task(mine)).title == "Mine"
        assert (await stage.task(theirs, stage.eve)).deleted_at is None


async def test_other_user(site: Site, stage: Stage) -> None:
    """Every address of a single task, with eve's id and with nobody's."""
    theirs = await stage.add("Eve's", stage.eve)
    version = (await stage.task(theirs, stage.eve)).version
    for task_id in (theirs, 999, 2**63 - 1):
        path = f"{PATH}/{task_id}"
        asked: list[tuple[str, str, object]] = [("GET", path, None), ("PATCH", path, {}), ("DELETE", path, None)]
        asked += [("PATCH", f"{path}/complete", None), ("GET", f"{path}/dependencies", None)]
        asked += [("PUT", f"{path}/dependencies", {"waits_for": []}), ("DELETE", f"{path}/dependencies/1", None)]
        asked += [("POST", f"{path}/{act}", None) for act in ("start", "stop", "reopen", "cancel")]
        for method, url, body in asked:
            answer = (
                await site.http.request(method, url, json=body) if body is not None else await site.http.request(method, url)
            )
            assert (answer.status_code, answer.json()["detail"]) == (404, NO_TASK), (method, url)
        assert (await site.http.post(f"{path}/restore")).status_code == 404
    assert (await stage.task(theirs, stage.eve)).version == version
