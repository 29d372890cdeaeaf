"""The chat in a browser: by keyboard, in the drawer and on its page, confirming, choosing, undoing, and a model that thinks."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from threading import Event

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NARROW, SIZES, WIDE, OpenTab, StartApp
from tests.e2e.server import AppServer
from tests.e2e.steps import add, row
from tests.e2e.test_model import ready
from tests.support.model_server import ModelServer, Seen, in_markers


def say(page: Page, text: str) -> Locator:
    """Type a message, and press Enter; the answer."""
    answers = page.locator(".message[data-author=dayloom]:not([id^=waiting])")
    before = answers.count()
    page.get_by_label("Message").fill(text)
    page.keyboard.press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(page.get_by_label("Message")).to_have_value("")
    return answers.last


def open_drawer(page: Page) -> Locator:
    if page.evaluate("document.activeElement === document.body || document.activeElement.id === 'chat-open'"):
        page.keyboard.press("c")
    else:
        page.locator("#chat-open").press("Enter")
    drawer = page.locator("#chat-drawer")
    expect(drawer).to_be_visible()
    expect(page.get_by_label("Message")).to_be_focused()
    return drawer


@pytest.mark.parametrize("size", SIZES)
def test_drawer_by_keyboard(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    """What is said in the drawer is seen on Today beside it; Escape closes it, and the focus goes back."""
    page = open_tab(app.url, size).page
    drawer = open_drawer(page)
    expect(say(page, "add water the plants 30min")).to_contain_text("Added water the plants · 30 min")
    expect(row(page, "water the plants")).to_have_count(1)
    expect(page.get_by_label("Message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator("#chat-open")).to_be_focused()
    open_drawer(page)
    expect(page.locator(".message")).to_have_count(2)


@pytest.mark.parametrize("size", SIZES)
def test_confirm_and_undo(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    add(page, "Write report 1h")
    open_drawer(page)
    answer = say(page, "delete the report")
    expect(answer.locator(".card-preview p")).to_be_visible()
    expect(row(page, "Write report")).to_have_count(1)
    answer.get_by_role("button", name="Delete").click()
    expect(page.locator(".message").last).to_contain_text("Deleted “Write report”.")
    expect(row(page, "Write report")).to_have_count(0)
    page.locator(".message").last.get_by_role("button", name="Undo").click()
    expect(page.locator(".message").last).to_contain_text("Brought back “Write report”.")
    expect(row(page, "Write report")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
def test_choice(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    for title in ("Review budget", "Review contract"):
        add(page, f"{title} 1h")
    page.goto(f"{app.url}/chat")
    answer = say(page, "start the review")
    answer.get_by_role("button", name="Review contract").click()
    expect(page.locator(".message").last).to_contain_text("Started “Review contract”.")
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".message").last).to_contain_text("Completed “Review contract”.")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_page_fits_the_window(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(f"{app.url}/chat", size).page
    say(page, "add " + "a very long title that goes on and on " * 4)
    say(page, "what do I have tomorrow?")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    log = page.locator("#chat-log")
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight < 4")


def test_example_fills_the_field(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(f"{app.url}/chat").page
    page.get_by_role("link", name="Add write the report").click()
    expect(page.get_by_label("Message")).to_have_value("Add write the report, 2h by Friday")
    expect(page.get_by_label("Message")).to_be_focused()
    assert page.url.endswith("/chat")


def test_without_scripts(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(f"{app.url}/chat", scripts=False).page
    page.get_by_label("Message").fill("add water the plants")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message").last).to_contain_text("Added water the plants")
    page.get_by_label("Message").fill("delete it")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".message").last).to_contain_text("Deleted “water the plants”.")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".message")).to_have_count(0)


RECORD = """() => {
  window.pieces = [];
  new MutationObserver(() => {
    const said = [...document.querySelectorAll(".message:not([id^=waiting]) .message-text")].at(-1);
    const text = said?.closest("[data-author=dayloom]") ? said.innerText : "";
    if (text && text !== window.pieces.at(-1)) window.pieces.push(text);
  }).observe(document.getElementById("chat-log"), { childList: true, subtree: true, characterData: true });
}"""


def test_lines_arrive_one_after_another(app: AppServer, open_tab: OpenTab) -> None:
    """What was done is said while the rest is worked out, in a second tab too; nothing that was said is taken back."""
    for number in range(40):
        app.post("/tasks", {"text": f"Errand {number} 45min"})
    tab = open_tab(f"{app.url}/chat")
    page, other = tab.page, open_tab(f"{app.url}/chat", beside=tab).page
    page.bring_to_front()
    page.evaluate(RECORD)
    page.get_by_label("Message").fill("add buy milk. add call mum. what if I take tomorrow off?")
    page.keyboard.press("Enter")
    answer = page.locator(".message[data-author=dayloom]:not([id^=waiting])")
    expect(page.locator(".waiting-words")).to_have_text("Working out what that would change")
    expect(answer).to_contain_text("Added buy milk")
    expect(answer).to_contain_text("Added call mum")
    expect(page.locator("#chat-log")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".waiting-words")).to_have_count(0)
    expect(answer).to_contain_text("Nothing is done yet.")
    expect(page.locator("#chat-log")).to_have_attribute("aria-busy", "false")
    expect(answer.get_by_role("button", name="Undo")).to_be_visible()
    pieces = page.evaluate("window.pieces")
    assert len(pieces) > 1
    assert all(whole.startswith(part) for part, whole in pairwise(pieces))
    expect(other.locator(".message").last).to_have_text(page.locator(".message").last.inner_text(), use_inner_text=True)


def test_a_model_thinks_and_can_be_stopped(start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
    """By its button, and by Escape in the field, which leaves the drawer open; the next message is answered."""
    _, tab = ready(start_app, open_tab, model)
    page, may_answer = tab.page, Event()

    def think(_seen: Seen) -> str:
        may_answer.wait(20)
        return in_markers("steps", json.dumps([{"kind": "whats_next"}]))

    model.reply = think
    drawer, field, waiting = open_drawer(page), page.get_by_label("Message"), page.locator(".bubble-waiting")
    field.fill("would you look into the plumbing matter")
    page.keyboard.press("Enter")
    expect(waiting).to_contain_text(re.compile(r"Asking scripted\s+\d+ s"))
    waiting.get_by_role("button", name="Stop answering").click()
    expect(waiting).to_have_count(0)
    expect(page.locator(".message").last).to_contain_text("You stopped this. Nothing was done.")
    expect(field).to_be_focused()
    field.fill("would you look into the plumbing matter")
    page.keyboard.press("Enter")
    expect(waiting).to_contain_text("Asking scripted")
    page.keyboard.press("Escape")
    expect(page.locator(".message").last).to_contain_text("You stopped this. Nothing was done.")
    expect(drawer).to_be_visible()
    may_answer.set()
    answer = say(page, "would you look into the plumbing matter")
    expect(answer).to_contain_text("Nothing else is planned")
    expect(answer).to_contain_text("Understood by the model")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
