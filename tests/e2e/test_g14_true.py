"""G14: what the page says is true. Whatever sends a change, and however that fails, no page says that it was done.

Senders are found in the pages themselves, so that a new form is tried as soon as it is there. Test size: each kind of sender
once, with the failures taking turns, on a page that is loaded again where a failure has left its mark. Long size: every kind
with every failure, each on a page of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Literal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import open_dialog
from tests.guarantees.report import Tally

Failure = Literal["409", "500", "offline"]
FAILURES: tuple[Failure, ...] = ("409", "500", "offline")
LATE_MS = 3000
REPORT = "Write report"
PLACES = ("/", "task dialog", "/calendar", "/tasks", "/projects", "/settings", "/chat", "/plan/versions", "/plan/what-if")
"""Paths, and what opens on top of Today."""
QUIET = re.compile(r"/(parse|suggestions)$")
"""What asks while a person types, and changes nothing."""
LEAST_KINDS = 34
SENDERS = """
    const senders = [...document.querySelectorAll("[hx-post], [hx-put], [hx-patch], [hx-delete], form[method=post]")];
    const urlOf = (sender) => sender.getAttribute("hx-post") || sender.getAttribute("action") || "";
    const kindOf = (sender) =>
        `${sender.tagName} ${urlOf(sender).split("?")[0].replace(/[0-9]+/g, "1")} ${sender.getAttribute("name") || ""}`;
    // Forms that gather fields for buttons elsewhere send nothing themselves; a long run can be stopped for a moment only.
    const gathers = (one) => !one.hasAttribute("hx-post") && (one.id === "actions" || one.querySelector("[hx-post]"));
    const isQuiet = (sender) => sender.closest("[data-quiet], template, [hx-ignore]") || urlOf(sender) === "/plan/stop";
    const found = senders.filter((sender) => !gathers(sender) && !isQuiet(sender));
"""
FIND = f"() => {{ {SENDERS} return [...new Set(found.map(kindOf))]; }}"
"""The kinds of senders of a page."""
SEND = (
    f"(kind) => {{ {SENDERS} const sender = found.find((one) => kindOf(one) === kind);"
    + """
    const fields = sender.tagName === "FORM" ? [...sender.elements] : [];
    const isText = (field) => field.willValidate && !field.readOnly && /^(text|search|textarea)$/.test(field.type);
    const typed = fields.filter(isText);
    for (const field of typed) field.value ||= field.placeholder.startsWith("09") ? "09:00" : "words";
    for (const field of fields) field.disabled || field.removeAttribute("required");
    if (sender.tagName === "FORM") { sender.noValidate = true; sender.requestSubmit(); }
    else if (sender.tagName === "BUTTON" || sender.tagName === "A") sender.click();
    else sender.dispatchEvent(new Event("change", { bubbles: true }));
    return typed.map((field) => [field.name, field.value]);
}"""
)
SAYS = "#toasts .toast[data-kind=error], .field-error:not(:empty), [data-kind=error]:not(.toast)"

CLEAR = "() => { for (const toast of document.querySelectorAll('#toasts .toast')) toast.remove(); }"


@pytest.fixture
def furnished(app: AppServer) -> AppServer:
    """A day with something of everything."""
    today = app.client.get("/").text.partition('name="day" value="')[2][:10]
    app.post("/events", {"title": "Standup", "start_at": f"{today}T10:45", "end_at": f"{today}T11:00"})
    for number, text in enumerate((f"{REPORT} 2h +Work #desk", "Call Bob 15min", "Pay rent 15min", "Walk every day 20min")):
        app.post("/tasks", {"text": text, "token": f"true-{number}"})
    app.post("/tasks/2/start", {})
    app.post("/tasks/3/complete", {})
    app.wait_for(lambda: 'data-state="idle"' in app.client.get("/today/regions").text)
    return app


def conflict(app: AppServer) -> dict[str, object]:
    """What the server answers to what is no longer possible."""
    answer = app.client.post("/tasks/3/start", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    kept = {name: value for name, value in answer.headers.items() if name.startswith(("content-type", "hx-"))}
    return {"status": 409, "body": answer.text, "headers": kept}


def failing(app: AppServer, failure: Failure) -> Callable[[Route], None]:
    """Lets a change fail on its way."""
    refusal = conflict(app)

    def handle(route: Route) -> None:
        if route.request.method == "GET" or QUIET.search(route.request.url):
            route.continue_()
        elif failure == "offline":
            route.abort("internetdisconnected")
        elif failure == "409":
            route.fulfill(**refusal)  # type: ignore[arg-type]
        else:
            route.fulfill(status=500, content_type="text/plain", body="Internal Server Error")

    return handle


def senders(page: Page, app: AppServer) -> Iterator[tuple[str, str]]:
    """A place that has it, and every kind of sender."""
    known: set[str] = set()
    for place in PLACES:
        show(page, app, place)
        found: list[str] = page.evaluate(FIND)
        yield from ((place, kind) for kind in found if kind not in known)
        known.update(found)


def show(page: Page, app: AppServer, place: str) -> None:
    if place.startswith("/"):
        page.goto(f"{app.url}{place}")
    else:
        page.goto(app.url)
        expect(open_dialog(page, REPORT).locator("#alternatives-options .option").first).to_be_visible()


def is_untouched(page: Page, kind: str) -> bool:
    """Whether a failure before has left nothing but its message, which is taken away."""
    page.evaluate(CLEAR)
    return page.locator(SAYS).count() == 0 and kind in page.evaluate(FIND)


def trial(tally: Tally, page: Page, app: AppServer, place: str, kind: str, failure: Failure) -> None:
    """Send, and look at what the page says then."""
    what = f"{kind} on {place}, {failure}"
    page.route("**/*", failing(app, failure))
    typed: list[tuple[str, str]] = page.evaluate(SEND, kind)
    try:
        expect(page.locator(SAYS).first).to_be_attached(timeout=4000)
        said = True
    except AssertionError:
        said = False
    done = page.locator("#toasts .toast:not([data-kind=error])").all_inner_texts()
    lost = [name for name, value in typed if name and not holds(page, name, value)]
    page.unroute_all(behavior="ignoreErrors")
    tally.case(said and not done and not lost, f"{what}: said {said}, done {done}, lost {lost}")


def holds(page: Page, name: str, value: str) -> bool:
    """Whether a field of that name still has what was typed."""
    has: bool = page.evaluate(
        "([name, value]) => [...document.getElementsByName(name)].some((field) => field.value === value)", [name, value]
    )
    return has


def test_each_kind_once(furnished: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(furnished.url)
    tab.watch.allow(409, 500)
    tab.watch.allow_offline()
    tally = Tally("G14", seed=0, floor=LEAST_KINDS)
    found = [*senders(tab.page, furnished)]
    shown = ""
    for (place, kind), failure in zip(found, cycle(FAILURES), strict=False):
        if place != shown or not is_untouched(tab.page, kind):
            show(tab.page, furnished, place)
        shown = place
        trial(tally, tab.page, furnished, place, kind, failure)
    tally.close()


@pytest.mark.guarantees
@pytest.mark.parametrize("failure", FAILURES)
def test_each_kind_with_each_failure(furnished: AppServer, open_tab: OpenTab, failure: Failure) -> None:
    """Two hundred and more in all: none may waver."""
    tab = open_tab(furnished.url)
    tab.watch.allow(409, 500)
    tab.watch.allow_offline()
    tally = Tally(f"G14 {failure}", seed=0, floor=2 * LEAST_KINDS)
    found = [*senders(tab.page, furnished)]
    for place, kind in found * 2:
        show(tab.page, furnished, place)
        trial(tally, tab.page, furnished, place, kind, failure)
    tally.close()


def test_nothing_is_said_before_it_is_done(furnished: AppServer, open_tab: OpenTab) -> None:
    """The server's answer takes its time: the message comes with it, never before."""
    page = open_tab(furnished.url).page
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": LATE_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name=f"Complete: {REPORT}").click()
    page.wait_for_timeout(LATE_MS / 3)
    assert page.locator("#toasts .toast").count() == 0
    expect(page.locator("#toasts")).to_contain_text(f"Completed “{REPORT}”.")
