"""The picture of the README, and one of each page: written by `make screens`, taken and thrown away otherwise."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, WIDE, OpenTab, StartApp
from tests.e2e.server import AppServer
from tests.e2e.steps import dismiss, planned, press, slots, until

LARGEST_BYTES = 150_000
RUNNING = "Draft the quarterly report"
TASKS = (
    f"{RUNNING} 1h30 !1",
    "Review Ada's pull request 45min !2",
    "Call the dentist 15min",
    "Prepare slides for the board 1h30 by tomorrow 17:00 !1",
    "Answer the supplier's questions 30min",
    "Plan the team offsite 1h !3",
    "Tidy the backlog 45min !4",
    "Order new chairs 20min !4",
    "Write release notes 1h by tomorrow 15:00 !2",
)
EVENTS = (("Standup", "10:45", "11:00"), ("Lunch with Carol", "12:30", "13:30"))


@pytest.fixture
def a_day(start_app: StartApp) -> AppServer:
    """Nine tasks and two meetings."""
    app = start_app()
    today = app.client.get("/").text.partition('name="day" value="')[2][:10]
    for title, start, end in EVENTS:
        app.post("/events", {"title": title, "start_at": f"{today}T{start}", "end_at": f"{today}T{end}"})
    for number, text in enumerate(TASKS):
        app.post("/tasks", {"text": text, "token": f"screen-{number}"})
    return app


def shoot(page: Page, name: str, folder: Path) -> None:
    """Take the picture of what is in the window; it must stay small enough for a repository."""
    picture = page.screenshot(path=folder / f"{name}.jpg", quality=90, animations="disabled", caret="hide")
    assert len(picture) < LARGEST_BYTES, f"{name}.jpg has {len(picture)} bytes"


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", WIDE), ("light", NARROW)], ids=["light", "dark", "narrow"]
)
def test_today(
    a_day: AppServer,
    open_tab: OpenTab,
    screens_folder: Path,
    scheme: str,
    size: tuple[int, int],
    request: pytest.FixtureRequest,
) -> None:
    page = open_tab(a_day.url, size, scheme=scheme).page
    planned(page, a_day, len(TASKS))
    press(page, RUNNING, "Start")
    until(lambda: slots(a_day)[0].task == RUNNING, page, "the running task comes first")
    expect(page.locator("#summary [data-state=idle]")).to_have_count(1)
    until(lambda: all(slot.end - slot.start >= timedelta(minutes=15) for slot in slots(a_day)), page, "a plan")
    dismiss(page)
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    page.mouse.move(0, 0)
    shoot(page, f"today-{request.node.callspec.id}", screens_folder)
