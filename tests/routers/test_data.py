"""The file with everything, and the deletion of everything, as a browser meets them."""

from __future__ import annotations

import json

from sqlalchemy import select

from models import AuditEntry
from tests.support.cast import Cast
from tests.support.pages import HTMX, Site, has, parse, text, value
from tests.support.stage import Stage


async def test_download(site: Site, stage: Stage) -> None:
    await stage.add("Schönes \u200fschreiben 🎉 1h")
    answer = await site.http.get("/settings/data/download")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="dayloom-2026-11-23.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert [task["title"] for task in json.loads(answer.text)["tasks"]] == ["Schönes \u200fschreiben 🎉"]


async def test_delete(site: Site, stage: Stage) -> None:
    await stage.add("Write 1h")
    answer = await site.submit("/settings/data/delete", {"word": "dele"})
    assert answer.status_code == 422
    assert text(parse(answer), "#field-word-error").endswith("that you mean it.")
    assert value(await site.press("/settings/data/delete", {"word": "dele"}, 422), "#field-word") == "dele"
    assert has(await site.page("/"), "#task-list .task")
    answer = await site.submit("/settings/data/delete", {"word": "delete"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = await site.page("/")
    assert not has(page, "#task-list .task")
    assert "All your data is deleted." in text(page, "#toasts")


async def test_delete_with_scripts(site: Site, stage: Stage) -> None:
    """The page goes to Today: nothing of it is still so."""
    answer = await site.http.post("/settings/data/delete", data={"word": "delete"}, headers=HTMX)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/")
    assert "location" not in answer.headers


async def test_account_stays(cast: Cast) -> None:
    """Eve deletes what is hers: she is still signed in, and those who run the instance can read that she did."""
    answer = await cast.site.http.post("/settings/data/delete", data={"word": "delete"}, headers=dict(cast.member.headers))
    assert answer.status_code == 303
    assert (await cast.site.http.get("/settings", headers=dict(cast.member.headers))).status_code == 200
    async with cast.stage.database.read_scope() as session:
        noted = (await session.scalars(select(AuditEntry).where(AuditEntry.act == "data deleted"))).all()
    assert [(entry.user_id, entry.actor_id) for entry in noted] == [(cast.member.id, cast.member.id)]
