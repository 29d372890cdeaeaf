"""With a language model: a scripted server that speaks OpenAI's protocol on loopback, set up as people do, in Settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenTab, StartApp, Tab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, dismiss, open_dialog, planned, row, slot_of, until
from tests.support.model_server import ModelServer

KEY = "sk-e2e-secret-9876"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def choose_model(page: Page, app: AppServer, model: ModelServer, key: str = KEY) -> None:
    """Fill in the model's part of Settings, without saving it."""
    page.goto(f"{app.url}/settings")
    page.get_by_role("combobox", name="Model").fill("openai/scripted")
    page.get_by_label("Address").fill(model.url)
    page.get_by_label("API key").fill(key)


def save_model(page: Page) -> None:
    part = page.locator("#settings-model")
    part.get_by_role("button", name="Save").click()
    expect(part.get_by_text("Saved", exact=True)).to_be_visible()


def ready(start_app: StartApp, open_tab: OpenTab, model: ModelServer, **environment: str) -> tuple[AppServer, Tab]:
    """A server with the scripted model set, and a tab on Today."""
    app = start_app(**environment)
    chosen = {"model": "openai/scripted", "api_base": model.url, "api_key": KEY, "max_tokens": "2000", "temperature": "0.2"}
    app.post("/settings/model", chosen)
    return app, open_tab(app.url)


def tomorrow_at(app: AppServer, clock: str) -> str:
    """A local time of tomorrow as the model writes it."""
    plan = app.json("/api/v1/plan")
    return f"{_now(plan).date() + timedelta(days=1)}T{clock}"


def _now(plan: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(plan["now"])).astimezone(ZoneInfo(str(plan["timezone"])))


class TestSettings:
    def test_connection_tells_the_truth(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        app = start_app()
        page = open_tab(f"{app.url}/settings").page
        choose_model(page, app, model)
        part = page.locator("#settings-model")
        part.get_by_role("button", name="Test connection").click()
        expect(page.locator("#test-result[data-kind=ok]")).to_contain_text("openai/scripted answers.")
        assert model.calls[-1].key == KEY
        model.fault = "401"
        part.get_by_role("button", name="Test connection").click()
        expect(page.locator("#test-result[data-kind=error]")).to_contain_text("key")
        expect(part.get_by_label("API key")).to_have_value(KEY)

    def test_connection_can_be_cancelled(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        """The seconds are counted; once cancelled, the model is no longer asked, and can be asked again."""
        app = start_app()
        page = open_tab(f"{app.url}/settings").page
        choose_model(page, app, model)
        model.fault = "stall"
        part, test = page.locator("#settings-model"), page.locator("#settings-model [formaction$=test]")
        test.click()
        expect(test).to_have_text(re.compile(r"Asking the model \d+ s"), use_inner_text=True)
        part.get_by_role("button", name="Cancel").click()
        expect(page.locator("#test-result")).to_have_text("Cancelled. The model is no longer asked.")
        expect(part.get_by_role("button", name="Cancel")).to_be_hidden()
        model.fault = None
        test.click()
        expect(page.locator("#test-result[data-kind=ok]")).to_contain_text("openai/scripted answers.")

    def test_key_is_shown_by_its_end(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        app = start_app()
        page = open_tab(f"{app.url}/settings").page
        choose_model(page, app, model)
        save_model(page)
        expect(page.locator("#settings-model")).to_contain_text(KEY[-4:])
        for address in ("/settings", "/ai-log", "/"):
            page.goto(app.url + address)
            assert KEY not in page.content()
        assert KEY not in app.log.read_text()


class TestAdvice:
    def test_valid_slot_is_used_and_others_are_repaired(
        self, start_app: StartApp, open_tab: OpenTab, model: ModelServer
    ) -> None:
        """Then one that overlaps it, and one at night."""
        app, tab = ready(start_app, open_tab, model)
        model.advice_by_title["Paint the shed"] = {
            "duration_minutes": 60,
            "suggested_start": tomorrow_at(app, "13:00"),
        }
        add(tab.page, "Paint the shed")
        until(lambda: len(model.calls) == 2, tab.page, "one call for advice and one for priorities")
        until(lambda: f"{slot_of(app, 'Paint the shed').start:%H:%M}" == "13:00", tab.page, "the model's slot")
        slot = slot_of(app, "Paint the shed")
        assert slot.end - slot.start == timedelta(hours=1)
        assert slot.source == "planner"
        expect(row(tab.page, "Paint the shed").locator(".slot")).to_contain_text("Tomorrow 13:00–14:00")
        model.advice_by_title["Mow the lawn"] = {"duration_minutes": 60, "suggested_start": tomorrow_at(app, "13:00")}
        model.advice_by_title["Clean the gutter"] = {"suggested_start": tomorrow_at(app, "03:00")}
        for title in ("Mow the lawn", "Clean the gutter 1h"):
            calls = len(model.calls)
            add(tab.page, title)
            until(lambda calls=calls: len(model.calls) >= calls + 2, tab.page, "the model was asked")  # type: ignore[misc]
            expect(tab.page.locator("#summary [data-state=idle]")).to_have_count(1)
        found = planned(tab.page, app, 3)
        assert sum(f"{slot.start:%H:%M}" == "13:00" for slot in found) == 1

    def test_failing_model_says_that_rules_were_used(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        app, tab = ready(start_app, open_tab, model)
        model.fault = "401"
        add(tab.page, "Paint the shed 1h")
        planned(tab.page, app, 1)
        until(lambda: len(model.calls) >= 1, tab.page, "the model was asked")
        expect(tab.page.locator("#summary [data-state=idle]")).to_have_count(1)
        dialog = open_dialog(tab.page, "Paint the shed")
        expect(dialog.get_by_text("rules were used")).not_to_have_count(0)


class TestCalls:
    def test_log_is_linked_from_the_task(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        app, tab = ready(start_app, open_tab, model)
        page = tab.page
        add(page, "Paint the shed 1h")
        until(lambda: len(model.calls) == 2, page, "the model was asked")
        expect(page.locator("#summary [data-state=idle]")).to_have_count(1)
        planned(page, app, 1)
        open_dialog(page, "Paint the shed").get_by_role("link", name="2 model calls").click()
        expect(page.locator(".call")).to_have_count(2)
        expect(page.locator(".call[data-status=ok]")).to_have_count(2)
        page.locator(".call-name").first.click()
        expect(page.get_by_role("heading", name="Sent")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Paint the shed")
        assert KEY not in page.content()
        page.locator("main").get_by_role("link", name="Paint the shed").click()
        expect(page.get_by_role("heading", name="Paint the shed")).to_be_visible()

    def test_switched_off_nothing_leaves(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        app, tab = ready(start_app, open_tab, model)
        page = tab.page
        page.goto(f"{app.url}/settings")
        page.get_by_role("switch", name="Let the model").uncheck()
        page.locator("#settings-ai").get_by_role("button", name="Save").click()
        expect(page.locator("#settings-ai").get_by_text("Saved", exact=True)).to_be_visible()
        seen = len(model.requests)
        page.goto(app.url)
        add(page, "Paint the shed 1h")
        planned(page, app, 1)
        page.get_by_role("button", name="Reprioritise all").click()
        expect(page.locator("#toasts")).to_contain_text("Priorities are being computed again.")
        dismiss(page)
        expect(page.locator("#summary [data-state=idle]")).to_have_count(1)
        assert len(model.requests) == seen

    @pytest.mark.guarantees  # as the services do in every run, and it needs a server of its own
    def test_twenty_tasks_cost_two_calls(self, start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
        app, tab = ready(start_app, open_tab, model, AI_QUIET_SECONDS="3")  # longer than a slow machine takes to add one
        for number in range(20):
            app.post("/tasks", {"text": f"Errand {number:02d} 20min"})
        until(lambda: len(model.calls) >= 2, tab.page, "the model was asked")
        planned(tab.page, app, 20)
        expect(tab.page.locator("#summary [data-state=idle]")).to_have_count(1)
        assert len(model.calls) == 2
        assert sorted(len(call.tasks) for call in model.calls) == [20, 20]
