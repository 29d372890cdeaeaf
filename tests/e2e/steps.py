"""What people do on the pages, and what must be true of every plan; it waits for conditions and never for time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypedDict, cast
from zoneinfo import ZoneInfo

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.e2e.server import AppServer

FIRST_HOUR, LAST_HOUR = 9, 17
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FAILED_LOAD = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_FAILED_STREAM = re.compile(r"SSE reconnect failed with status (\d+)")
_LOST = re.compile(r"net::ERR_|network error|Failed to fetch")


class BlockJson(TypedDict):
    """A block of `GET /api/v1/plan`."""

    task_id: int
    task: str
    start: str
    end: str
    source: str
    pinned: bool
    reason: str


@dataclass(frozen=True)
class Slot:
    """A block of the plan in the person's zone."""

    task: str
    start: datetime
    end: datetime
    source: str
    pinned: bool
    reason: str

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


class Watch:
    """Everything that a page complains about: console errors (a breach of the content security policy is one) and page errors.

    Answers with a status that the test is about, and lost connections, are allowed by name.
    """

    def __init__(self, page: Page) -> None:
        self.problems: list[str] = []
        self.statuses: set[int] = set()
        self.is_offline_allowed = False
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))

    def allow(self, *statuses: int) -> None:
        """These statuses are what the test is about."""
        self.statuses |= set(statuses)

    def allow_offline(self) -> None:
        """The server will be gone for a while."""
        self.is_offline_allowed = True

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        failed = _FAILED_LOAD.match(message.text) or _FAILED_STREAM.search(message.text)
        if failed and int(failed[1]) in self.statuses:
            return
        if self.is_offline_allowed and _LOST.search(message.text):
            return
        self.problems.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")


def until(is_so: Callable[[], bool], page: Page, what: str, seconds: float = 10.0) -> None:
    """Poll a condition outside of the page, while the page lives on. Raises AssertionError that says `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        page.wait_for_timeout(50)


def work_daily(app: AppServer, first_hour: int = FIRST_HOUR, last_hour: int = LAST_HOUR) -> None:
    """Give every weekday the same working hours, so that a test does not depend on the day on which it runs."""
    spans = {f"{day}_start_1": f"{first_hour:02d}:00" for day in WEEKDAYS}
    app.post("/settings/hours/1", {"name": "Work"} | spans | {f"{day}_end_1": f"{last_hour:02d}:00" for day in WEEKDAYS})


def add(page: Page, text: str) -> None:
    """Type a task into the field and press Enter; done when the field is empty again, which means that the server has it."""
    field = page.get_by_label("New task")
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value("")


def row(page: Page, title: str) -> Locator:
    """The row of a task in the list."""
    return page.locator("#task-list .task").filter(has=page.get_by_role("link", name=title, exact=True))


def go(page: Page, name: str) -> None:
    """Follow an entry of the navigation; on a phone it may be behind "More"."""
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True)
    if not link.is_visible():
        page.get_by_role("button", name="More", exact=True).click()
    link.click()


def dismiss(page: Page) -> None:
    """Take the messages away, which may lie over what comes next."""
    for button in reversed(page.locator("#toasts [data-dismiss]").all()):
        button.click()
    expect(page.locator("#toasts .toast")).to_have_count(0)


def press(page: Page, title: str, verb: str) -> None:
    """Press one of the buttons of a task's row."""
    dismiss(page)
    row(page, title).get_by_role("button", name=f"{verb}: {title}").click()


def open_dialog(page: Page, title: str) -> Locator:
    """Open the dialog of a task from its row."""
    row(page, title).get_by_role("link", name=title, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def slots(app: AppServer) -> list[Slot]:
    """The blocks of the plan by start, in the person's zone."""
    answer = app.json("/api/v1/plan")
    zone = ZoneInfo(str(answer["timezone"]))
    found = [
        Slot(
            block["task"],
            datetime.fromisoformat(block["start"]).astimezone(zone),
            datetime.fromisoformat(block["end"]).astimezone(zone),
            block["source"],
            block["pinned"],
            block["reason"],
        )
        for block in cast("list[BlockJson]", answer["blocks"])
    ]
    return sorted(found, key=lambda slot: slot.start)


def slot_of(app: AppServer, title: str) -> Slot:
    """The one block of a task. Raises StopIteration when it has none."""
    return next(slot for slot in slots(app) if slot.task == title)


def planned(page: Page, app: AppServer, count: int) -> list[Slot]:
    """Wait until the planner has placed that many tasks, on the server and on the page; the plan, which is sound."""
    until(lambda: [slot.source != "provisional" for slot in slots(app)] == [True] * count, page, f"{count} planned tasks")
    expect(page.locator("#task-list [data-provisional], #timeline [data-provisional]")).to_have_count(0)
    found = slots(app)
    check_sound(found)
    return found


def check_sound(found: Iterable[Slot], first_hour: int = FIRST_HOUR, last_hour: int = LAST_HOUR) -> None:
    """No two blocks overlap, and each lies in the working hours of one day."""
    in_order = sorted(found, key=lambda slot: slot.start)
    for earlier, later in pairwise(in_order):
        assert earlier.end <= later.start, f"{earlier} overlaps {later}"
    for slot in in_order:
        midnight = slot.start.replace(hour=0, minute=0, second=0, microsecond=0)
        assert midnight + timedelta(hours=first_hour) <= slot.start, f"{slot} begins too early"
        assert slot.end <= midnight + timedelta(hours=last_hour), f"{slot} ends too late"


def check_boxes(page: Page) -> None:
    """No two blocks of the timeline cover each other, and they are as high as they are long."""
    boxes = [box for block in page.locator("#timeline .block").all() if (box := block.bounding_box())]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            is_beside = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
            is_below = one["y"] + one["height"] <= other["y"] + 1 or other["y"] + other["height"] <= one["y"] + 1
            assert is_beside or is_below, f"{one} covers {other}"


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Pull a finger over the page, in steps as fingers do."""
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for step in range(1, 7):
        send("touchMove", (start[0] + (end[0] - start[0]) * step / 6, start[1] + (end[1] - start[1]) * step / 6))
    send("touchEnd")
    touch.detach()


def look_as(page: Page, scheme: str) -> None:
    """Light or dark, with the glass that journeys do without (`tests.support.browser`).

    The protocol's own word: Playwright has none for transparency, and the last word replaces all.
    """
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    wishes = {"color-scheme": scheme, "reduced-motion": "reduce", "reduced-transparency": "no-preference"}
    features = [{"name": f"prefers-{name}", "value": value} for name, value in wishes.items()]
    page.context.new_cdp_session(page).send("Emulation.setEmulatedMedia", {"features": features})


def check_width(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    page.wait_for_load_state()  # before its styles are there it is as wide as it likes
    widths = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], f"the page is {widths[0]} px wide in a window of {widths[1]} px"
