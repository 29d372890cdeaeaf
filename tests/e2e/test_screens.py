"""The pictures of docs/screens: every page in both themes at three widths, written by `make screens`.

In the ordinary suite only the first is taken, and thrown away. One server, one tab: a page is loaded once for its six looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from models import Block, BlockSource, Label, Task, TaskLabel, TaskStatus, TimeEntry
from tests.e2e.conftest import NARROW, WIDE, OpenTab, StartApp
from tests.e2e.server import AppServer
from tests.e2e.steps import dismiss, look_as, open_dialog, planned, press, until
from tests.e2e.team import ACCOUNTS, invite, let_in, set_up, setup_link
from tests.e2e.test_model import choose_model, save_model
from tests.support.model_server import ModelServer

QUALITY = 50
LARGEST_BYTES = 110_000
MOST_BYTES = 6_000_000
LOOKS = tuple(product((WIDE, (768, 1024), NARROW), ("light", "dark")))
RUNNING = "Draft the quarterly report"
TASKS = (
    f"{RUNNING} 1h30 !1 #writing +Launch",
    "Review Ada's pull request 45min !2 #code",
    "Call the dentist 15min #home",
    "Prepare slides for the board 1h30 by tomorrow 17:00 !1 +Launch",
    "Answer the supplier's questions 30min #mail",
    "Plan the team offsite 1h !3",
    "Tidy the backlog 45min !4",
    "Order new chairs 20min !4",
    "Write release notes 1h by tomorrow 15:00 !2 #writing +Launch",
    "Interview notes 1h #writing",
    "Fix the login bug 2h !2 #code",
    "Pay the invoices 30min by tomorrow 12:00 #mail",
)
EVENTS = ((0, "Standup", "10:45", "11:00"), (0, "Lunch with Carol", "12:30", "13:30"), (1, "Customer call", "15:00", "15:45"))
PAST = ("Write the proposal", "Fix the import", "Answer the mail", "Review the contract", "Water the plants", "Plan the sprint")
PAST_DAYS = 40

SCROLLED = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (location.hash) document.querySelector(location.hash).scrollIntoView({ behavior: "instant" });
    else window.scrollTo(0, 0);
}"""
"""After the window has its new size."""

Step = tuple[str, str, Callable[[Page], object]]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def a_day(app: AppServer) -> AppServer:
    """Six weeks of finished work, a dozen tasks and some meetings."""
    today = datetime.fromisoformat(app.client.get("/").text.partition('name="day" value="')[2][:10])
    for days, title, start, end in EVENTS:
        day = (today + timedelta(days=days)).date()
        app.post("/events", {"title": title, "start_at": f"{day}T{start}", "end_at": f"{day}T{end}"})
    for number, text in enumerate(TASKS):
        app.post("/tasks", {"text": text, "token": f"screen-{number}"})
    work_before(app.log.parent / "app.db", datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    return app


def work_before(database: Path, now: datetime) -> None:
    """Two or three finished tasks on each working day of the last weeks, some quicker than planned and some slower."""
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session, session.begin():
        owner = session.scalars(select(Task.user_id).limit(1)).one()
        labels = [*session.scalars(select(Label.id).order_by(Label.id))]
        days = [at for number in range(1, PAST_DAYS) if (at := now - timedelta(days=number)).weekday() < 5]
        for day, part in product(days, range(3)):
            turn = day.day + part
            planned_minutes, at = (30, 45, 60, 90)[turn % 4], day + timedelta(hours=(2.25, 5, 7.5)[part])
            values = {"user_id": owner, "title": PAST[turn % len(PAST)], "status": TaskStatus.COMPLETED}
            times = {"created_at": at - timedelta(days=2), "updated_at": at, "completed_at": at}
            due = {"deadline_at": at + timedelta(hours=(20, 4, -3)[turn % 3])} if turn % 2 else {"deadline_at": None}
            length = {"duration_minutes": planned_minutes, "duration_source": "person", "needs_scheduling": False}
            task = session.scalars(insert(Task).returning(Task.id), [values | times | due | length]).one()
            worked = timedelta(minutes=planned_minutes * (80, 100, 125, 90, 140)[turn % 5] / 100)
            session.execute(insert(TimeEntry), [{"user_id": owner, "task_id": task, "started_at": at - worked, "ended_at": at}])
            block = {"start_at": at - worked, "end_at": at, "source": BlockSource.PLANNER, "pinned": False, "reason": "Done"}
            session.execute(insert(Block), [{"user_id": owner, "task_id": task} | block])
            session.execute(insert(TaskLabel), [{"user_id": owner, "task_id": task, "label_id": labels[turn % len(labels)]}])
    engine.dispose()


def steps(app: AppServer) -> Iterator[Step]:
    """Name, address, and what is done there before the picture is taken."""

    def blocks(page: Page) -> None:
        expect(page.locator(".ec-event").first).to_be_visible()

    def chat(page: Page) -> None:
        page.get_by_label("Message").fill("move everything from this afternoon to tomorrow")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Do it")).to_be_visible()

    def palette(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type("re")
        expect(page.locator("#palette [role=option]").first).to_be_visible()

    def stay(_: Page) -> None:
        """Nothing."""

    yield "today", "/", stay
    yield "calendar", "/calendar?view=week", blocks
    yield "calendar-day", "/calendar?view=day", blocks
    yield "calendar-month", "/calendar?view=month", blocks
    yield "calendar-agenda", "/calendar?view=agenda", stay
    yield "tasks", "/tasks", stay
    yield "tasks-own", "/tasks?sort=own", stay
    yield "task", "/", lambda page: open_dialog(page, "Prepare slides for the board")
    yield "palette", "/", palette
    yield "projects", "/projects", stay
    yield "history", "/history", stay
    yield "insights", "/insights", stay
    yield "chat", "/chat", chat
    yield "what-if", "/plan/what-if", stay
    yield "versions", "/plan/versions", stay
    yield "settings", "/settings", stay
    for part in ("planner", "zone", "notifications", "data"):
        yield f"settings-{part}", f"/settings#settings-{part}", stay
    yield "api", "/docs", stay
    yield "offline", "/offline", stay


def shoot(page: Page, name: str, folder: Path, looks: int) -> int:
    """Take the pictures of what is in the window; the bytes that they have together."""
    total = 0
    page.mouse.move(0, 0)
    for size, scheme in LOOKS[:looks]:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        look_as(page, scheme)
        page.evaluate(SCROLLED)
        path = folder / f"{name}-{size[0]}-{scheme}.jpg"
        picture = page.screenshot(path=path, quality=QUALITY, animations="disabled", caret="hide", timeout=60_000)
        assert len(picture) < LARGEST_BYTES, f"{path.name} has {len(picture)} bytes"
        total += len(picture)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    return total


def test_pictures(
    a_day: AppServer, open_tab: OpenTab, model: ModelServer, screens_folder: Path, request: pytest.FixtureRequest
) -> None:
    is_asked = request.config.getoption("--screens", default=False)
    page = open_tab(a_day.url, WIDE).page
    planned(page, a_day, len(TASKS))
    press(page, RUNNING, "Start")
    expect(page.locator("#now[data-running]")).to_have_count(1)
    until(lambda: 'data-state="idle"' in a_day.client.get("/today/regions").text, page, "a plan")
    total = 0
    for name, path, act in steps(a_day) if is_asked else [*steps(a_day)][:1]:
        page.goto(f"{a_day.url}{path}")
        act(page)
        total += shoot(page, name, screens_folder, len(LOOKS) if is_asked else 1)
    if not is_asked:
        return
    choose_model(page, a_day, model)
    save_model(page)
    a_day.post("/tasks", {"text": "Paint the fence", "token": "screen-model"})
    until(lambda: a_day.client.get("/ai-log").text.count('class="call"') >= 2, page, "two calls in the log")
    page.goto(f"{a_day.url}/ai-log")
    dismiss(page)
    total += shoot(page, "ai-log", screens_folder, len(LOOKS))
    page.locator(".call-name").last.click()
    expect(page.locator(".call-part").first).to_be_visible()
    total += shoot(page, "ai-call", screens_folder, len(LOOKS))
    assert total < MOST_BYTES, f"the pictures have {total} bytes"


def test_picture_of_the_beginning(
    app: AppServer, open_tab: OpenTab, screens_folder: Path, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--screens", default=False):
        shoot(open_tab(app.url, WIDE).page, "welcome", screens_folder, len(LOOKS))


def test_pictures_of_accounts(
    start_app: StartApp, open_tab: OpenTab, screens_folder: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--screens", default=False):
        return
    team = start_app(**ACCOUNTS)
    tab = open_tab(setup_link(team), WIDE)
    page = tab.page
    total = shoot(page, "set-up", screens_folder, len(LOOKS))
    set_up(team)
    invite(team, "carol@example.org", "Carol")
    link = invite(team, "bob@example.org", "Bob")
    for name, url in (("sign-in", f"{team.url}/sign-in"), ("invited", link)):
        page.goto(url)
        total += shoot(page, name, screens_folder, len(LOOKS))
    let_in(page.context, team)
    page.goto(f"{team.url}/settings/account")
    page.get_by_label("What it is for").fill("Backups")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("#new-token")).to_be_visible()
    page.goto(f"{team.url}/settings/account")
    total += shoot(page, "account", screens_folder, len(LOOKS))
    for name, path in (("people", "/settings/people"), ("people-log", "/settings/people/log")):
        page.goto(f"{team.url}{path}")
        total += shoot(page, name, screens_folder, len(LOOKS))
    assert total < MOST_BYTES / 4, f"the pictures have {total} bytes"
