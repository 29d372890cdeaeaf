"""G47: anyone can use it. axe finds no violation of WCAG 2.2 AA on any page, nor in what opens on top of one.

Pages are found by walking the navigation, so that a new entry is judged as soon as it is there. One server and one tab: a page
is loaded once, in the first of its looks, since to draw it anew takes longer than to judge it. Test size: each page in one of
the six looks, in turn; long: in all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle, islice

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, WIDE, OpenTab, StartApp
from tests.e2e.server import ROOT, AppServer
from tests.e2e.steps import look_as, open_dialog
from tests.e2e.team import ACCOUNTS, invite, let_in, set_up, setup_link
from tests.guarantees.report import Tally
from tests.support.databases import is_ci

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """async (rules) => {
    for (const alike of [...document.querySelectorAll(".docs-operation, .docs-schema")].slice(9)) alike.remove();
    const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"], preload: false });
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
    return found.filter((words) => !/^target-size: .*ec-event/.test(words)).slice(0, 5);
}"""
"""A short block of the grid is as high as it is long; the agenda does the same with large targets (WCAG 2.5.8, equivalent).
Of the API's many operations and types, all alike, the first are judged."""
SETTLED = """async () => {
    let calm = 0;
    const watch = new MutationObserver(() => { calm = 0; });
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    while (calm++ < 10) await new Promise(requestAnimationFrame);
    watch.disconnect();
    const finite = document.getAnimations().filter((it) => it.effect.getTiming().iterations !== Infinity);
    await Promise.allSettled(finite.map((it) => it.finished));
}"""
"""The calendar is drawn anew, in several steps, when its width changes; colours change over a moment when the theme does."""
UNBLURRED = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { backdrop-filter: none !important; transition: none !important }");
    document.adoptedStyleSheets.push(style);
}"""
"""Colours and sizes are as they are; axe does not look at what is blurred behind them, and to draw it takes long."""
Look = tuple[tuple[int, int], str]
LOOKS: tuple[Look, ...] = (
    (WIDE, "light"),
    (NARROW, "dark"),
    ((768, 900), "light"),
    (WIDE, "dark"),
    (NARROW, "light"),
    ((768, 900), "dark"),
)
BEHIND = (
    *(f"/calendar?view={view}" for view in ("day", "work-week", "month", "agenda")),
    *("/insights", "/docs", "/chat", "/plan/versions", "/plan/what-if", "/palette?q=re", "/quick-add", "/offline", "/nowhere"),
    *("/tasks?text=report", "/tasks?sort=own", "/tasks/1", "/events/1", "/calendar/new", "/?day=2030-01-01"),
)
"""Pages that lie behind those of the navigation."""
REPORT = "Write report"
TASKS = (f"{REPORT} 2h by tomorrow 17:00 !1 #desk", "Call Bob 15min", "Pay rent 15min", "Paint the house 30h by tomorrow")
OPENINGS = 6
LEAST = 7 + len(BEHIND) + OPENINGS


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
    return [*dict.fromkeys((*found, *BEHIND))]


def unblurred(open_tab: OpenTab) -> Page:
    """A tab in which pages are drawn quickly."""
    tab = open_tab("about:blank")
    tab.watch.allow(401, 404)
    tab.page.add_init_script(f"({UNBLURRED})()")
    return tab.page


def visit(page: Page, url: str) -> None:
    """Load it; a calendar is there when its blocks are."""
    page.goto(url)
    if page.locator("#calendar-grid").count():
        expect(page.locator(".ec-event, .ec-bg-event").first).to_be_attached()


def open_up(page: Page, url: str, act: Callable[[], object], there: str) -> None:
    """On a wide page, which has all that opens something."""
    resize(page, WIDE)
    visit(page, url)
    act()
    expect(page.locator(there).first).to_be_visible()


def openings(page: Page) -> Iterator[tuple[str, str, Callable[[], object], str]]:
    """What opens on top of a page: its name, that page, how it is opened, and what is there then."""
    yield "task dialog", "/", lambda: open_dialog(page, REPORT), "#dialog form"
    yield "task dialog on the calendar", "/calendar", page.locator(".ec-event.is-task").first.click, "#dialog form"
    yield "chosen tasks", "/tasks", page.locator(".pick").first.click, "#bulk"
    yield "chat", "/", lambda: page.locator("#chat-open").click(), "#chat-drawer #chat-text"
    yield "palette", "/", lambda: page.keyboard.press("Control+k"), "#palette [role=option]"
    yield "shortcuts", "/", lambda: page.keyboard.press("?"), "#shortcuts"


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def judge(tally: Tally, page: Page, what: str, show: Callable[[], object], looks: Iterable[Look]) -> None:
    """Show it in the first look; a case for each."""
    for number, (size, scheme) in enumerate(looks):
        look_as(page, scheme)
        resize(page, size)
        if number == 0:
            show()
            resize(page, size)
        page.evaluate(SETTLED)
        found = violations(page)
        tally.case(not found, f"{what}, {size[0]} px, {scheme}: {found}")


def judge_all(app: AppServer, open_tab: OpenTab, looks_each: int) -> None:
    page, tally, looks = unblurred(open_tab), Tally("G47", seed=0, floor=LEAST * looks_each), cycle(LOOKS)
    for path in pages(app, page):
        judge(tally, page, path, partial(visit, page, f"{app.url}{path}"), islice(looks, looks_each))
    for name, path, act, there in openings(page):
        judge(tally, page, name, partial(open_up, page, f"{app.url}{path}", act, there), islice(looks, looks_each))
    tally.close()


def doors(team: AppServer) -> Iterator[tuple[str, str]]:
    """The pages of whoever is not signed in, each when it is there."""
    yield "nobody owns it yet", "/sign-in"
    yield "set up", setup_link(team)
    set_up(team)
    yield "sign in", "/sign-in"
    yield "invited", invite(team, "bob@example.org", "Bob")
    yield "a link that is over", "/sign-in/link?token=none"
    yield "signed out", "/settings"


def judge_accounts(team: AppServer, open_tab: OpenTab, looks_each: int) -> None:
    page, tally, looks = unblurred(open_tab), Tally("G47", seed=0, floor=11 * looks_each), cycle(LOOKS)
    for name, path in doors(team):
        url = path if path.startswith("http") else f"{team.url}{path}"
        judge(tally, page, name, partial(visit, page, url), islice(looks, looks_each))
    let_in(page.context, team)
    for path in ("/settings", "/settings/account", "/settings/people", "/settings/people/log"):
        judge(tally, page, path, partial(visit, page, f"{team.url}{path}"), islice(looks, looks_each))
    judge(tally, page, "a new token", partial(make_token, page, f"{team.url}/settings/account"), islice(looks, looks_each))
    tally.close()


def make_token(page: Page, url: str) -> None:
    visit(page, url)
    page.get_by_label("What it is for").fill("Backups")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("#new-token")).to_be_visible()


@pytest.fixture
def team(start_app: StartApp) -> AppServer:
    return start_app(**ACCOUNTS)


def test_each_account_page_in_one_look(team: AppServer, open_tab: OpenTab) -> None:
    judge_accounts(team, open_tab, 1)


@pytest.mark.guarantees
def test_every_account_page_in_every_look(team: AppServer, open_tab: OpenTab) -> None:
    judge_accounts(team, open_tab, len(LOOKS))


def test_each_page_in_one_look(furnished: AppServer, open_tab: OpenTab) -> None:
    judge_all(furnished, open_tab, 1)


@pytest.mark.guarantees
def test_every_page_in_every_look(furnished: AppServer, open_tab: OpenTab) -> None:
    judge_all(furnished, open_tab, len(LOOKS))
