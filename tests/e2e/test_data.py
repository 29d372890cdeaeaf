"""A person takes all their data with them, then deletes it."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, row


def test_download_then_delete(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(app.url)
    tab.watch.allow(422)
    page = tab.page
    add(page, "Write report 1h")
    page.goto(f"{app.url}/settings")
    part = page.locator("#settings-data")
    with page.expect_download() as waiting:
        part.get_by_text("Download my data").click()
    assert [task["title"] for task in json.loads(waiting.value.path().read_text())["tasks"]] == ["Write report"]
    word = part.get_by_label("Type “delete” to delete all your data")
    word.fill("remove")
    part.get_by_role("button", name="Delete all my data").click()
    expect(part.get_by_text("Type “delete” to say that you mean it.")).to_be_visible()
    expect(word).to_have_value("remove")
    word.fill("delete")
    part.get_by_role("button", name="Delete all my data").click()
    expect(page.locator("#toasts")).to_contain_text("All your data is deleted.")
    expect(page).to_have_url(f"{app.url}/")
    expect(row(page, "Write report")).to_have_count(0)
