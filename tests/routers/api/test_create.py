"""Adding tasks by the API: by a line of text, by fields, and once for each idempotency key."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from httpx2 import Response

from tests.support.pages import Site
from tests.support.stage import Stage, local

PATH = "/api/v1/tasks"


class TestText:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        answer = await site.http.post(PATH, json={"text": "Write report 3h by Friday 5pm high #desk"})
        task = answer.json()
        assert (answer.status_code, answer.headers["location"]) == (201, f"{PATH}/{task['id']}")
        assert (task["title"], task["duration_minutes"], task["importance"], task["labels"]) == (
            "Write report",
            180,
            2,
            ["desk"],
        )
        assert [datetime.fromisoformat(block["start_at"]) for block in task["blocks"]] == [local(23, "9:00")]
        assert (await site.http.get(answer.headers["location"])).json() == task

    async def test_fields_count_more(self, site: Site, stage: Stage) -> None:
        task = (await site.http.post(PATH, json={"text": "Write 3h !4", "duration_minutes": 30, "importance": 1})).json()
        assert (task["title"], task["duration_minutes"], task["importance"]) == ("Write", 30, 1)

    async def test_part(self, site: Site, stage: Stage) -> None:
        whole = await stage.add("Move house")
        task = (await site.http.post(PATH, json={"text": "Pack 1h", "parent_id": whole})).json()
        assert task["parent_id"] == whole
        answer = await site.http.post(PATH, json={"text": "Pack 1h", "parent_id": 999})
        assert (answer.status_code, answer.json()["detail"]) == (404, "This task does not exist, or it was deleted.")


class TestFields:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        first = await stage.add("First")
        sent = {
            "title": "Meet Bob at 5pm by Friday",
            "context": "in the cellar",
            "duration_minutes": 120,
            "importance": 1,
            "earliest": "2026-11-24T09:00:00+01:00",
            "deadline": "2026-11-27T17:00:00+01:00",
            "deadline_is_hard": True,
            "project": "Book",
            "labels": ["Desk", "deep"],
            "waits_for": [first],
            "energy": "high",
            "min_chunk_minutes": 30,
            "max_chunk_minutes": 60,
            "max_per_day_minutes": 60,
            "buffer_minutes": 10,
        }
        answer = await site.http.post(PATH, json=sent)
        assert answer.status_code == 201, answer.text
        task = answer.json()
        plain = {name: value for name, value in sent.items() if name not in {"earliest", "deadline", "labels"}}
        assert {name: task[name] for name in plain} == plain
        assert sorted(task["labels"]) == ["Desk", "deep"]
        assert datetime.fromisoformat(task["earliest"]) == local(24, "9:00")
        assert datetime.fromisoformat(task["deadline"]) == local(27, "17:00")
        assert all(datetime.fromisoformat(block["start_at"]) >= local(24, "9:00") for block in task["blocks"])

    async def test_title_alone(self, site: Site, stage: Stage) -> None:
        """The title is taken as it is; how long it takes is estimated."""
        task = (await site.http.post(PATH, json={"title": "Call tomorrow 3h #x"})).json()
        assert (task["title"], task["duration_source"], task["labels"]) == ("Call tomorrow 3h #x", "rules", [])
        assert not task["blocks"][0]["pinned"]

    async def test_pinned(self, site: Site, stage: Stage) -> None:
        task = (await site.http.post(PATH, json={"title": "Call", "start": "2026-11-25T14:00:00+01:00"})).json()
        (block,) = task["blocks"]
        assert (datetime.fromisoformat(block["start_at"]), block["pinned"]) == (local(25, "14:00"), True)
        assert task["earliest"] is None

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({}, "body"),
            ({"text": "A", "title": "B"}, "body"),
            ({"text": ""}, "text"),
            ({"title": "   "}, "title"),
            ({"title": None}, "title"),
            ({"title": "x" * 501}, "title"),
            ({"title": "A", "duration_minutes": 0}, "duration_minutes"),
            ({"title": "A", "duration_minutes": "long"}, "duration_minutes"),
            ({"title": "A", "deadline": "2026-11-20T09:00:00Z"}, "deadline"),
            ({"title": "A", "deadline": "2026-11-27T09:00:00"}, "deadline"),
            ({"title": "A", "deadline": "9999-11-27T09:00:00Z"}, "deadline"),
            ({"title": "A", "earliest": "2026-11-27T09:00:00Z", "deadline": "2026-11-26T09:00:00Z"}, "deadline"),
            ({"title": "A", "deadline_is_hard": True}, "deadline_is_hard"),
            ({"text": "A", "deadline_is_hard": True}, "deadline_is_hard"),
            ({"title": "A", "start": "2020-01-01T09:00:00Z"}, "start"),
            ({"text": "A", "start": "2020-01-01T09:00:00Z"}, "start"),
            ({"title": "A", "labels": ["a,b"]}, "labels.0"),
            ({"title": "A", "waits_for": [999]}, "waits_for"),
            ({"title": "A", "hour_set_id": 999}, "hour_set_id"),
            ({"title": "A", "min_chunk_minutes": 60, "max_chunk_minutes": 30}, "max_chunk_minutes"),
            ({"title": "A", "colour": "red"}, "colour"),
        ],
    )
    async def test_invalid(self, site: Site, stage: Stage, sent: dict[str, object], field: str) -> None:
        answer = await site.http.post(PATH, json=sent)
        assert answer.status_code == 422, answer.text
        assert field in answer.json()["fields"]
        assert (await site.http.get(PATH)).json()["total"] == 0

    async def test_anothers(self, site: Site, stage: Stage) -> None:
        theirs = await stage.add("Eve's", stage.eve)
        answer = await site.http.post(PATH, json={"title": "A", "waits_for": [theirs]})
        missing = await site.http.post(PATH, json={"title": "A", "waits_for": [999]})
        assert (answer.status_code, answer.json()) == (422, missing.json())


class TestIdempotency:
    async def test_again(self, site: Site, stage: Stage) -> None:
        key = {"Idempotency-Key": "a key of mine"}
        first = await site.http.post(PATH, json={"text": "Call Bob"}, headers=key)
        again = await site.http.post(PATH, json={"text": "Call Bob"}, headers=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first.headers["location"] == again.headers["location"]
        assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
        assert (await site.http.get(PATH)).json()["total"] == 1

    async def test_other_body(self, site: Site, stage: Stage) -> None:
        key = {"Idempotency-Key": "k"}
        await site.http.post(PATH, json={"title": "Call Bob"}, headers=key)
        answer = await site.http.post(PATH, json={"title": "Call Ann"}, headers=key)
        assert (answer.status_code, [*answer.json()["fields"]]) == (409, ["Idempotency-Key"])
        assert (await site.http.get(PATH)).json()["total"] == 1

    async def test_changed_meanwhile(self, site: Site, stage: Stage) -> None:
        """The task as it is now; 409 when it was deleted."""

        async def ask() -> Response:
            return await site.http.post(PATH, json={"title": "Call Bob"}, headers={"Idempotency-Key": "k"})

        path = (await ask()).headers["location"]
        await site.http.patch(path, json={"title": "Call Ann"})
        assert (await ask()).json()["title"] == "Call Ann"
        await site.http.delete(path)
        gone = await ask()
        assert (gone.status_code, [*gone.json()["fields"]]) == (409, ["Idempotency-Key"])
        assert "deleted since" in gone.json()["detail"]

    async def test_other_key(self, site: Site, stage: Stage) -> None:
        for key in ("k", "K", "k"):
            await site.http.post(PATH, json={"title": "Call"}, headers={"Idempotency-Key": key})
        assert (await site.http.get(PATH)).json()["total"] == 2

    async def test_refused_is_not_kept(self, site: Site, stage: Stage) -> None:
        key = {"Idempotency-Key": "k"}
        assert (await site.http.post(PATH, json={"title": " "}, headers=key)).status_code == 422
        assert (await site.http.post(PATH, json={"title": "Call"}, headers=key)).status_code == 201

    async def test_at_once(self, site: Site, stage: Stage) -> None:
        """Retries that overlap make one task."""
        asked = [site.http.post(PATH, json={"title": "Call"}, headers={"Idempotency-Key": "k"}) for _ in range(8)]
        answers = await asyncio.gather(*asked)
        assert [answer.status_code for answer in answers] == [201] * 8
        assert len({answer.json()["id"] for answer in answers}) == 1

    @pytest.mark.parametrize("key", ["", "x" * 256])
    async def test_invalid(self, site: Site, stage: Stage, key: str) -> None:
        answer = await site.http.post(PATH, json={"title": "Call"}, headers={"Idempotency-Key": key})
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["Idempotency-Key"])
