"""A person's own order of their tasks: by the grip with a mouse and a finger, and by keys; another tab follows."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NARROW, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import row, swipe

NAMES = ("Alpha", "Beta", "Gamma", "Delta")


def furnish(app: AppServer) -> None:
    for name in NAMES:
        app.post("/tasks", {"text": f"{name} 10min", "token": name})
    app.wait_for(lambda: 'data-state="idle"' in app.client.get("/today/regions").text)


def in_order(page: Page, *names: str) -> None:
    expect(page.locator("#task-list .task-title")).to_have_text(list(names))


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def grip(page: Page, name: str) -> Locator:
    return row(page, name).locator(".grip")


def test_by_mouse_and_keys(app: AppServer, open_tab: OpenTab) -> None:
    furnish(app)
    tab = open_tab(f"{app.url}/tasks?sort=own")
    page, other = tab.page, open_tab(f"{app.url}/tasks?sort=own", beside=tab).page
    in_order(page, "Delta", "Gamma", "Beta", "Alpha")
    page.mouse.move(*middle(grip(page, "Delta")))
    page.mouse.down()
    _, y = middle(row(page, "Beta"))
    page.mouse.move(*middle(grip(page, "Gamma")), steps=4)
    page.mouse.move(middle(grip(page, "Beta"))[0], y + 12, steps=4)
    in_order(page, "Gamma", "Beta", "Delta", "Alpha")
    page.mouse.up()
    expect(page.locator(".toast-text")).to_have_text("“Delta” is now above “Alpha”.")
    in_order(other, "Gamma", "Beta", "Delta", "Alpha")
    page.get_by_role("button", name="Undo").click()
    in_order(page, "Delta", "Gamma", "Beta", "Alpha")
    page.mouse.move(*middle(grip(page, "Alpha")))
    page.mouse.down()
    page.mouse.move(*middle(grip(page, "Gamma")), steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    in_order(page, "Delta", "Gamma", "Beta", "Alpha")
    title = row(page, "Alpha").locator(".task-title")
    title.focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")  # while the first is on its way
    in_order(page, "Delta", "Alpha", "Gamma", "Beta")
    expect(title).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    in_order(page, "Delta", "Gamma", "Alpha", "Beta")
    expect(title).to_be_focused()
    page.keyboard.press("Alt+Shift+ArrowUp")
    in_order(page, "Alpha", "Delta", "Gamma", "Beta")
    in_order(other, "Alpha", "Delta", "Gamma", "Beta")


def test_what_could_not_be_sent_goes_back(app: AppServer, open_tab: OpenTab) -> None:
    """By a finger, on a phone."""
    furnish(app)
    tab = open_tab(f"{app.url}/tasks?sort=own", NARROW)
    page = tab.page

    def drag(name: str, onto: str) -> None:
        (x, y), (_, to) = middle(grip(page, name)), middle(row(page, onto))
        swipe(page, (x, y), (x, to + 8))

    drag("Delta", "Gamma")
    in_order(page, "Gamma", "Delta", "Beta", "Alpha")
    expect(page.locator(".toast-text")).to_have_text("“Delta” is now above “Beta”.")
    tab.watch.allow_offline()
    page.route("**/move?**", lambda route: route.abort())
    drag("Gamma", "Delta")
    expect(page.locator(".toast[data-kind=error]")).to_have_count(1)
    in_order(page, "Gamma", "Delta", "Beta", "Alpha")
