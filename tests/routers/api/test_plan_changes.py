"""The JSON API of the plan: versions, previews, applying, explanations and repairs."""

from __future__ import annotations

import pytest

from tests.support.pages import Site
from tests.support.stage import Stage, local

DAY_OFF = {"operations": [{"kind": "take_off", "first_on": "2026-11-23", "last_on": "2026-11-23"}]}


async def planned(stage: Stage, text: str = "Write 2h") -> int:
    task_id = await stage.add(text)
    await stage.planned()
    return task_id


class TestPreview:
    async def test_preview_then_apply(self, site: Site, stage: Stage) -> None:
        task_id = await planned(stage)
        found = (await site.http.post("/api/v1/plan/preview", json=DAY_OFF)).json()
        assert (found["summary"], found["total"], found["new_risks"]) == ("moved 1 of 1 block", 1, [])
        assert [change["task_id"] for change in found["changes"]] == [task_id]
        assert (await stage.blocks(task_id))[0].start_at == local(23, "09:00")
        assert (await site.http.post("/api/v1/plan/apply", json=DAY_OFF)).json() == ["Mon 23 Nov is off."]
        await stage.planned()
        assert (await stage.blocks(task_id))[0].start_at == local(24, "09:00")

    @pytest.mark.parametrize("path", ["preview", "apply"])
    async def test_invalid(self, site: Site, stage: Stage, path: str) -> None:
        theirs = await stage.add("Secret", stage.eve)
        bad: tuple[dict[str, object], ...] = (
            {"operations": [{"kind": "obey"}]},
            {"operations": [{"kind": "take_off"}]},
            {"operations": [DAY_OFF["operations"][0]] * 51},
            {"orders": []},
        )
        for body in bad:
            assert (await site.http.post(f"/api/v1/plan/{path}", json=body)).status_code == 422
        for task_id in (theirs, 999):
            body = {"operations": [{"kind": "delete_task", "task_id": task_id}]}
            answer = await site.http.post(f"/api/v1/plan/{path}", json=body)
            assert (answer.status_code, answer.json()["detail"]) == (404, "This task does not exist, or it was deleted.")
        assert (await stage.task(theirs, stage.eve)).deleted_at is None


class TestVersions:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        await planned(stage)
        (version,) = (await site.http.get("/api/v1/plan/versions")).json()
        assert (version["summary"], version["can_undo"]) == ("added 1", True)
        assert version["cost"]["total"] > 0
        undone = await site.http.post(f"/api/v1/plan/versions/{version['id']}/undo")
        assert undone.json() == {"restored": ["Write"], "placed_anew": ["Write"], "left": []}
        assert (await site.http.post(f"/api/v1/plan/versions/{version['id']}/undo")).status_code == 409
        assert (await site.http.post("/api/v1/plan/versions/999/undo")).status_code == 404


class TestExplain:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        task_id = await planned(stage)
        found = (await site.http.get(f"/api/v1/plan/explain/{task_id}")).json()
        assert found["reason"].startswith("First free 2 h")
        assert found["alternatives"][0]["change_set"]["operations"][0]["kind"] == "pin_task"

    async def test_repairs(self, site: Site, stage: Stage) -> None:
        task_id = await planned(stage, "Write 9h by today 22:00")
        found = (await site.http.get(f"/api/v1/plan/repairs/{task_id}")).json()
        preview = (await site.http.post("/api/v1/plan/preview", json=found[0]["change_set"])).json()
        assert [risk["task_id"] for risk in preview["solved_risks"]] == [task_id]

    @pytest.mark.parametrize("path", ["explain", "repairs"])
    async def test_other_user(self, site: Site, stage: Stage, path: str) -> None:
        theirs = await planned(stage)
        mine = await stage.add("Eve's", stage.eve)
        assert (await site.http.get(f"/api/v1/plan/{path}/{mine}")).status_code == 404
        assert (await site.http.get(f"/api/v1/plan/{path}/999")).status_code == 404
        assert (await site.http.get(f"/api/v1/plan/{path}/{theirs}")).status_code == 200
