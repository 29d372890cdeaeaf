"""The calendar in a real browser: moving by mouse and by keyboard, what a message offers, and the list on a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NARROW, WIDE, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import Slot, check_width, slot_of, slots, until

SLOT_PIXELS = 32
"""Half an hour of the grid."""
FIRST, SECOND = "Write the report", "Call the dentist"


@pytest.fixture
def a_plan(app: AppServer) -> AppServer:
    """Two tasks of an hour each, planned for tomorrow: a whole working day ahead."""
    for number, title in enumerate((FIRST, SECOND)):
        app.post("/tasks", {"text": f"{title} 1h from tomorrow", "token": f"calendar-{number}"})
    app.wait_for(lambda: [slot.source for slot in slots(app)] == ["planner", "planner"])
    return app


def show(a_plan: AppServer, open_tab: OpenTab, view: str, size: tuple[int, int] = WIDE) -> Page:
    """The calendar on the day of the two tasks, as it hears from the server."""
    tab = open_tab(f"{a_plan.url}/calendar?view={view}&date={slots(a_plan)[0].start.date()}", size)
    tab.watch.allow(422)
    return tab.page


def block(page: Page, title: str) -> Locator:
    """A block of the grid, not the one that is being dragged."""
    return page.locator(".ec-event.is-task:not(.ec-preview)", has_text=title)


def drag(page: Page, thing: Locator, half_hours: int, *, by_end: bool = False) -> None:
    """Take a block, or its lower end, so many half hours down; the mouse holds it still."""
    box = None
    while box is None:  # it may be drawn anew at this moment
        expect(thing).to_be_visible()
        box = thing.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + (box["height"] - 4 if by_end else 12)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 10)
    page.mouse.move(x, y + half_hours * SLOT_PIXELS, steps=5)


def in_order(app: AppServer) -> tuple[Slot, Slot]:
    first, second = slots(app)
    return first, second


def starts(app: AppServer, title: str, at: datetime, page: Page) -> None:
    until(lambda: slot_of(app, title).start == at, page, f"{title} at {at}")


def test_drag_pins_and_undo(a_plan: AppServer, open_tab: OpenTab) -> None:
    """A block is dragged onto the next: the preview says so, the drop pins, the other leaves, Undo gives both back."""
    page = show(a_plan, open_tab, "day")
    first, second = in_order(a_plan)
    drag(page, block(page, first.task), 2)
    expect(page.locator("#calendar-preview")).to_have_text("Moves 1 of 2 blocks.")
    assert slot_of(a_plan, first.task).start == first.start
    page.mouse.up()
    toast = page.locator(".toast", has_text=first.task)
    expect(toast).to_contain_text("pinned")
    expect(page.locator("#calendar-preview")).not_to_be_visible()
    assert (slot_of(a_plan, first.task).start, slot_of(a_plan, first.task).pinned) == (second.start, True)
    until(lambda: slot_of(a_plan, second.task).start != second.start, page, "the other has made way")
    expect(block(page, second.task)).to_contain_text(f"{slot_of(a_plan, second.task).start:%H:%M}–")
    toast.get_by_role("button", name="Undo").click()
    starts(a_plan, first.task, first.start, page)
    starts(a_plan, second.task, second.start, page)
    expect(block(page, first.task)).to_contain_text(f"{first.start:%H:%M}")
    assert not slot_of(a_plan, first.task).pinned


def test_resize(a_plan: AppServer, open_tab: OpenTab) -> None:
    page = show(a_plan, open_tab, "day")
    last = in_order(a_plan)[1]
    drag(page, block(page, last.task), 1, by_end=True)
    page.mouse.up()
    expect(page.locator(".toast", has_text=last.task)).to_be_visible()
    assert slot_of(a_plan, last.task).end == last.end + timedelta(minutes=30)
    expect(block(page, last.task)).to_contain_text(f"{last.end + timedelta(minutes=30):%H:%M}")


def test_refused_drop_goes_back(a_plan: AppServer, open_tab: OpenTab) -> None:
    """Before the working hours: the block is where it was, and the message says why."""
    page = show(a_plan, open_tab, "day")
    first = in_order(a_plan)[0]
    drag(page, block(page, first.task), -2)
    expect(page.locator("#calendar-preview[data-refused]")).to_contain_text("outside the working hours")
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("outside the working hours")
    expect(block(page, first.task)).to_contain_text(f"{first.start:%H:%M}")
    assert slot_of(a_plan, first.task).start == first.start


def test_drop_that_does_not_arrive(a_plan: AppServer, open_tab: OpenTab) -> None:
    """The message says that nothing was saved, and the block is where it was."""
    tab = open_tab(f"{a_plan.url}/calendar?view=day&date={slots(a_plan)[0].start.date()}")
    tab.watch.allow_offline()
    page, first = tab.page, in_order(a_plan)[0]
    expect(block(page, first.task)).to_be_visible()
    page.context.set_offline(True)
    drag(page, block(page, first.task), 6)
    page.mouse.up()
    expect(page.locator(".toast[data-kind=error]").first).to_contain_text("look whether it was saved")
    expect(block(page, first.task)).to_contain_text(f"{first.start:%H:%M}–")
    page.context.set_offline(False)


def test_keyboard_in_the_grid_and_adding(a_plan: AppServer, open_tab: OpenTab) -> None:
    """Alt with an arrow moves the block that has the focus; Add opens the form, and what it stores appears by itself."""
    page = show(a_plan, open_tab, "week")
    last = in_order(a_plan)[1]
    block(page, last.task).focus()
    for _ in range(2):
        page.keyboard.press("Alt+ArrowDown")
        last = replace(last, start=last.start + timedelta(minutes=15))
        starts(a_plan, last.task, last.start, page)
        expect(block(page, last.task)).to_contain_text(f"{last.start:%H:%M}")
        expect(block(page, last.task)).to_be_focused()
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("What").fill("Order chairs")
    page.get_by_label("When").fill(f"{last.start + timedelta(hours=3):%Y-%m-%dT%H:%M}")
    page.get_by_label("Minutes").fill("45")
    page.get_by_role("button", name="Add task").click()
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(block(page, "Order chairs")).to_contain_text(f"{last.start + timedelta(hours=3):%H:%M}")
    assert slot_of(a_plan, "Order chairs").pinned


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1200px", "360px"])
def test_agenda(a_plan: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    """The same by keyboard alone, with the focus kept; at both widths without sideways scrolling."""
    page = show(a_plan, open_tab, "agenda", size)
    last = in_order(a_plan)[1]
    link = page.locator(".agenda-item").get_by_role("link", name=last.task)
    link.focus()
    page.keyboard.press("ArrowDown")  # scrolls, and moves nothing
    page.keyboard.press("Alt+ArrowDown")
    starts(a_plan, last.task, last.start + timedelta(minutes=15), page)
    expect(page.locator(".agenda-item", has_text=last.task)).to_contain_text("pinned")
    expect(link).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    starts(a_plan, last.task, last.start + timedelta(days=1, minutes=15), page)
    expect(link).to_be_focused()
    page.get_by_role("button", name=f"Unpin: {last.task}").press("Enter")
    until(lambda: not slot_of(a_plan, last.task).pinned, page, "no longer pinned")
    check_width(page)
