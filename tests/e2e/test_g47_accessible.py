"""G47: anyone can use it. axe finds no violation of WCAG 2.2 AA on any page, nor in what opens on top of one.

Pages are found by walking the navigation, so that a new entry is judged as soon as it is there. Test size: each page once, in
turn wide and light, narrow and dark. Long size: every page in both themes at three widths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, WIDE, OpenTab
from tests.e2e.server import ROOT, AppServer
from tests.e2e.steps import open_dialog
from tests.guarantees.report import Tally
from tests.support.databases import is_ci

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations.map(
    (found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)"""
TABLET = (768, 900)
REPORT = "Write report"
TASKS = (f"{REPORT} 2h by tomorrow 17:00 !1 #desk", "Call Bob 15min", "Pay rent 15min", "Paint the house 30h by tomorrow")
LEAST_PAGES = 13


@pytest.fixture
def furnished(app: AppServer) -> AppServer:
    """A day with something of everything."""
    today = app.client.get("/").text.partition('name="day" value="')[2][:10]
    app.post("/events", {"title": "Standup", "start_at": f"{today}T10:45", "end_at": f"{today}T11:00"})
    for number, text in enumerate(TASKS):
        app.post("/tasks", {"text": text, "token": f"axe-{number}"})
    app.post("/tasks/2/start", {})
    app.post("/tasks/3/complete", {})
    app.post("/chat", {"text": "what do I have tomorrow?"})
    app.wait_for(lambda: 'data-state="idle"' in app.client.get("/today/regions").text)
    return app


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    if not AXE.exists():
        missing = "axe-core is missing: `make test` installs it"
        pytest.fail(missing) if is_ci() else pytest.skip(missing)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN, list(RULES))
    return found


def pages(app: AppServer, page: Page) -> list[str]:
    """Every page that the navigation leads to, and those that lie behind others."""
    page.goto(app.url)
    found: list[str] = page.locator(".nav a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    behind = ("/chat", "/plan/versions", "/plan/what-if", "/palette?q=re", "/quick-add", "/tasks/1", "/events/1", "/offline")
    return [*found, *behind, "/nowhere"]


def openings(page: Page) -> Iterator[tuple[str, Callable[[], object], str]]:
    """What opens on top of Today: its name, how it is opened, and what is there then."""
    yield "task dialog", lambda: open_dialog(page, REPORT), "#dialog form"
    yield "chat", lambda: page.locator("#chat-open").click(), "#chat-drawer #chat-text"
    yield "palette", lambda: page.keyboard.press("Control+k"), "#palette [role=option]"
    yield "shortcuts", lambda: page.keyboard.press("?"), "#shortcuts"


def judge(tally: Tally, page: Page, what: str) -> None:
    found = violations(page)
    tally.case(not found, f"{what}: {found}")


def judge_openings(tally: Tally, app: AppServer, page: Page, what: str) -> None:
    for name, act, there in openings(page):
        page.goto(app.url)
        act()
        expect(page.locator(there).first).to_be_visible()
        judge(tally, page, f"{name}, {what}")


def test_each_page_once(furnished: AppServer, open_tab: OpenTab) -> None:
    tabs = [open_tab(furnished.url, WIDE), open_tab(furnished.url, NARROW, scheme="dark")]
    for tab in tabs:
        tab.watch.allow(404)
    paths = pages(furnished, tabs[0].page)
    tally = Tally("G47", seed=0, floor=LEAST_PAGES + 4)
    for number, path in enumerate(paths):
        page = tabs[number % 2].page
        page.goto(f"{furnished.url}{path}")
        judge(tally, page, f"{path}, {'narrow and dark' if number % 2 else 'wide and light'}")
    judge_openings(tally, furnished, tabs[0].page, "wide and light")
    tally.close()


@pytest.mark.guarantees
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, TABLET, WIDE], ids=["360", "768", "1200"])
def test_every_page_in_every_look(furnished: AppServer, open_tab: OpenTab, size: tuple[int, int], scheme: str) -> None:
    tab = open_tab(furnished.url, size, scheme=scheme)
    tab.watch.allow(404)
    tally = Tally(f"G47 {size[0]} {scheme}", seed=0, floor=LEAST_PAGES + 4)
    for path in pages(furnished, tab.page):
        tab.page.goto(f"{furnished.url}{path}")
        judge(tally, tab.page, f"{path}, {size[0]} px, {scheme}")
    judge_openings(tally, furnished, tab.page, f"{size[0]} px, {scheme}")
    tally.close()
