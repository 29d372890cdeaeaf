"""The pages as a browser meets them: their weight, how they come up, and how a full calendar moves under the hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import cast
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import Line, Section
from benchmarks.seed import fill_week
from benchmarks.web import OPEN_TASKS, Person, served
from tests.support.browser import executable_path, launch_arguments

KIBIBYTE = 1024
MOST_KIBIBYTES = 120
MOST_SHIFT = 0.05
MOST_INTERACTIVE_MS = 500
BLOCKS = 300
LEAST_FRAMES = 50
SIZE = (1200, 760)
QUIET_MS = 1000
"""How long after its load a page is watched for late shifts and long tasks."""
LIBRARY = "event-calendar"
WATCH = """
    window.seen = { shift: 0, busyUntil: 0 };
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.seen.busyUntil = entry.startTime + entry.duration;
    }).observe({ type: "longtask", buffered: true });
"""
INTERACTIVE = "() => Math.max(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd, window.seen.busyUntil)"
COUNT_FRAMES = """() => {
    window.frames_ = []; const tick = (at) => { window.frames_.push(at); window.ticking = requestAnimationFrame(tick); };
    window.ticking = requestAnimationFrame(tick);
}"""
GRIP = """([x, y]) => {
    const boxes = [...document.querySelectorAll(".ec-event")].map((block) => block.getBoundingClientRect());
    const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
    const distance = (box) => Math.hypot(middle(box)[0] - x, middle(box)[1] - y);
    const nearest = boxes.sort((one, other) => distance(one) - distance(other))[0];
    return [...middle(nearest), nearest.width];
}"""
"""The middle of the block that is nearest to a point, and its width."""
STOP_FRAMES = "() => { cancelAnimationFrame(window.ticking); return window.frames_; }"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the tests. Raises playwright's Error when there is none."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable_path(), args=launch_arguments())
        yield browser
        browser.close()


def today(is_quick: bool) -> Section:
    """Cold loads of Today, each with an empty cache."""
    kibibytes, shifts, interactive, has_library = [], [], [], False
    with served() as server, chromium() as browser:
        person = Person(server)
        for _ in range(OPEN_TASKS):
            person.post()
        person.wait_until_idle()
        for _ in range(2 if is_quick else 10):
            page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            transferred = _transferred(page)
            page.add_init_script(WATCH)
            page.goto(server.url)
            page.wait_for_timeout(QUIET_MS)
            kibibytes.append(sum(transferred) / KIBIBYTE)
            shifts.append(float(page.evaluate("() => window.seen.shift")))
            interactive.append(float(page.evaluate(INTERACTIVE)))
            has_library |= page.locator(f"[src*={LIBRARY}]").count() > 0
            page.close()
    ready = median(interactive)
    return Section(
        f"Today in Chromium, {OPEN_TASKS} open tasks, cold cache",
        ("median", "most"),
        (
            _line("transferred, everything included", "KiB", kibibytes, MOST_KIBIBYTES),
            _line("layout shift", "", shifts, MOST_SHIFT),
            Line(
                "interactive",
                (f"{ready:.0f} ms", f"{max(interactive):.0f} ms"),
                f"median < {MOST_INTERACTIVE_MS} ms",
                ready < MOST_INTERACTIVE_MS,
            ),
            Line("the calendar library", ("loaded" if has_library else "not loaded", ""), "not loaded", not has_library),
        ),
        "Interactive: all scripts have run, and no task longer than 50 ms follows within a second.",
    )


def calendar(is_quick: bool) -> Section:
    """A block of a full week is dragged about."""
    with served() as server, chromium() as browser:
        plan = server.json("/api/v1/plan")
        now = datetime.fromisoformat(str(plan["now"])).astimezone(ZoneInfo(str(plan["timezone"])))
        server.stop()
        monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        fill_week(Path(server.log.parent / "app.db"), BLOCKS, monday)
        server.start()
        Person(server).wait_until_idle()
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(f"{server.url}/calendar?view=week")
        page.locator(".ec-event").first.wait_for()
        rates = [_drag(page) for _ in range(1 if is_quick else 5)]
        drawn = page.locator(".ec-event").count()
    rate = median(rates)
    return Section(
        f"Calendar in Chromium, {drawn} blocks in a week",
        ("median", "least"),
        (
            Line(
                "frames a second while dragging",
                (f"{rate:.0f}", f"{min(rates):.0f}"),
                f"median >= {LEAST_FRAMES}",
                rate >= LEAST_FRAMES,
            ),
        ),
    )


def _transferred(page: Page) -> list[float]:
    """The bytes of each answer of a page as they go over the wire, head and compressed body, as they come in."""
    found: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: found.append(float(event["encodedDataLength"])))
    return found


def _drag(page: Page) -> float:
    """Frames a second while a block goes up and down and to the next day and back; it ends where it was."""
    x, y, width = cast("tuple[float, float, float]", page.evaluate(GRIP, [SIZE[0] / 3, SIZE[1] / 2]))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 10)
    page.evaluate(COUNT_FRAMES)
    for turn in range(4):
        page.mouse.move(x + width * (turn % 2), y + (120, -60, 90, 0)[turn], steps=30)
    frames = cast("list[float]", page.evaluate(STOP_FRAMES))
    page.mouse.move(x, y)
    page.keyboard.press("Escape")
    page.mouse.up()
    return (len(frames) - 1) * 1000 / (frames[-1] - frames[0])


def _line(name: str, unit: str, values: list[float], most: float) -> Line:
    """The median and the greatest of some values; the target is for the greatest."""
    figures = tuple(f"{value:.{1 if unit else 3}f} {unit}".strip() for value in (median(values), max(values)))
    return Line(name, figures, f"<= {most:g} {unit}".strip(), max(values) <= most)
