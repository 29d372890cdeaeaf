"""What is around every page: the palette, the keys, the bar of a phone, the theme."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, PATIENCE_MS, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_width, go, row, until


def test_palette_by_keyboard(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url).page
    add(page, "Write report 2h")
    page.goto(f"{app.url}/history")
    palette, field = page.locator("#palette"), page.get_by_role("combobox", name="Search tasks, pages and actions")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("report")
    expect(palette.locator("[data-answers=report]")).to_be_attached()
    chosen = palette.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Write report")
    expect(field).to_have_attribute("aria-activedescendant", "hit-1")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("Add “report”")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("Write report")
    page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(page.get_by_role("dialog", name="Write report")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    field.fill("start rep")
    expect(chosen).to_contain_text("Start: Write report")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Started “Write report”.")
    page.keyboard.press("Control+k")
    field.fill("")
    expect(chosen).to_contain_text("Stop: Write report")
    field.fill("settings")
    field.press("Enter")  # before the answer to these words: it is for them, not for what is shown still
    expect(page).to_have_title("Settings · Dayloom")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    field.fill("Call Ann 15min")
    expect(chosen).to_contain_text("Add “Call Ann 15min”")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Call Ann · 15 min")
    page.keyboard.press("Control+k")
    field.fill("home")
    expect(chosen).to_contain_text("Today")
    page.keyboard.press("Enter")
    expect(row(page, "Call Ann")).to_be_visible()


def test_keys(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(f"{app.url}/history").page
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("q")
    expect(page.get_by_label("New task")).to_be_focused()
    page.keyboard.type("Call Ann 15min")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Call Ann · 15 min")
    expect(page.get_by_role("dialog", name="Add a task")).to_be_hidden()
    page.keyboard.press("1")
    expect(page).to_have_title("Today · Dayloom")
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(row(page, "Call Ann").get_by_role("link", name="Call Ann")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#now")).to_contain_text("Running since")
    app.post("/tasks", {"text": "Call Ben 15min", "token": "ben"})
    expect(row(page, "Call Ben")).to_be_visible()
    page.keyboard.press("x")
    expect(row(page, "Call Ben").get_by_role("link", name="Call Ben")).to_be_focused()
    page.keyboard.press("q")
    page.keyboard.type("j")
    expect(page.get_by_label("New task")).to_have_value("j")


def test_theme_and_keys_are_chosen(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(f"{app.url}/settings", scheme="light").page
    look, root = page.locator("#settings-look"), page.locator("html")
    light = page.evaluate("() => getComputedStyle(document.body).color")
    look.get_by_label("Dark", exact=True).check()
    look.get_by_role("button", name="Save").first.click()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).not_to_have_css("color", light)
    look.get_by_label("Single keys act").uncheck()
    look.get_by_role("button", name="Save").last.click()
    expect(page.locator("body")).to_have_attribute("data-keys", "off")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.get_by_role("combobox", name="Search tasks, pages and actions").fill("light th")
    expect(page.locator("#palette").get_by_role("option", selected=True)).to_contain_text("Light theme")
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-theme", "light")


def test_bar_of_a_phone(app: AppServer, open_tab: OpenTab) -> None:
    for scripts in (True, False):
        page = open_tab(app.url, NARROW, scripts=scripts).page
        bar = page.get_by_role("navigation", name="Main")
        box = bar.bounding_box()
        assert box is not None
        assert round(box["y"] + box["height"]) == NARROW[1]
        expect(bar.get_by_role("link", name="Settings")).to_be_hidden()
        go(page, "Settings")
        expect(page).to_have_title("Settings · Dayloom")
        check_width(page)


def test_today_can_be_read_offline(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(app.url, worker=True)
    page, line = tab.page, tab.page.locator(".offline-line")
    add(page, "Write report 2h")
    expect(line).to_be_hidden()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = "() => caches.match('/').then((answer) => answer.text()).then((text) => text.includes('Write report'))"
    until(lambda: bool(page.evaluate("() => caches.match('/').then(Boolean)")), page, "something is kept")
    until(lambda: bool(page.evaluate(kept)), page, "the newest Today is kept")
    tab.watch.allow_offline()
    page.context.set_offline(True)
    page.reload()
    expect(line).to_contain_text("You are offline: this is Today as of")
    expect(row(page, "Write report")).to_be_visible()
    page.goto(f"{app.url}/history")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    page.get_by_role("link", name="Open Today").click()
    expect(line).to_be_visible()
    page.context.set_offline(False)
    expect(line).to_be_hidden(timeout=3 * PATIENCE_MS)  # it asks every few seconds
    assert page.evaluate("() => caches.match('/history').then(Boolean)") is False
