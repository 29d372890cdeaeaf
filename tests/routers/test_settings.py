"""The settings page: each section by itself, and the test of the model."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from selectolax.lexbor import LexborHTMLParser

from app import create_app
from tests.support.model_server import ModelServer
from tests.support.pages import Site, fragment, has, parse, text, value
from tests.support.stage import KEY, Stage, settings_for


def model_form(url: str, **changes: str) -> dict[str, str]:
    base = {"model": "openai/scripted", "api_base": url, "api_key": KEY, "max_tokens": "2000", "temperature": "0.2"}
    return base | changes


WEIGHED = ("taste_deadlines", "taste_importance", "taste_times", "taste_calm")


def chosen(tree: LexborHTMLParser) -> dict[str, str]:
    """What is chosen in the planner's part."""
    nodes = tree.css("#settings-planner input[checked]")
    return {str(node.attributes["name"]): str(node.attributes["value"]) for node in nodes}


class TestShow:
    async def test_valid(self, site: Site) -> None:
        page = await site.page("/settings")
        assert value(page, "#field-zone") == "Europe/Berlin"
        assert value(page, "input[name=mon_start_1]") == "09:00"
        assert value(page, "input[name=sat_start_1]") == ""
        parts = ["hours", "days", "rhythm", "planner", "zone", "context", "model", "ai", "notifications", "look", "data"]
        assert [node.attributes["id"] for node in page.css("section.part")] == [f"settings-{key}" for key in parts]
        assert [link.attributes["href"] for link in page.css(".settings-nav a")] == [f"#settings-{key}" for key in parts]

    async def test_environments_key(self, stage: Stage, site: Site) -> None:
        """Its being there is said; the key itself is nowhere."""
        secret = SecretStr("sk-environment-7777")
        site.app.state.settings = settings_for(stage.database.url, openai_api_key=secret)
        await site.press("/settings/model", model_form("", api_key=""))
        answer = await site.http.get("/settings")
        assert "The key comes from the server's environment" in " ".join(
            parse(answer).css_first("#settings-model").text().replace("’", "'").split()  # type: ignore[union-attr]
        )
        assert "7777" not in answer.text


class TestModel:
    async def test_valid(self, site: Site, model: ModelServer) -> None:
        part = await site.press("/settings/model", model_form(model.url))
        assert has(part, "#settings-model .saved")
        page = await site.http.get("/settings")
        assert f"•••• {KEY[-4:]}" in page.text
        assert KEY not in page.text
        assert value(parse(page), "#field-api_key") == ""

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"model": "gpt"}, "model"), ({"max_tokens": "50"}, "max_tokens"), ({"api_base": "file:///x"}, "api_base")],
    )
    async def test_invalid(self, site: Site, changes: dict[str, str], field: str) -> None:
        form = model_form("http://127.0.0.1:9/v1") | changes
        part = await site.press("/settings/model", form, 422)
        assert text(part, f"#field-{field}-error").endswith(".")
        assert value(part, f"#field-{field}") == changes[field]
        assert KEY not in str(part.html)

    async def test_without_scripts(self, site: Site, model: ModelServer) -> None:
        answer = await site.submit("/settings/model", model_form(model.url))
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings#settings-model")
        answer = await site.submit("/settings/model", model_form(model.url, max_tokens="1"))
        assert answer.status_code == 422
        assert value(parse(answer), "#field-max_tokens") == "1"


class TestTestConnection:
    async def test_valid(self, site: Site, model: ModelServer) -> None:
        part = await site.press("/settings/model/test", model_form(model.url))
        assert text(part, "#test-result[data-kind=ok] strong") == "openai/scripted answers."
        assert [seen.key for seen in model.calls] == [KEY]

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            ("401", "refused the API key"),
            ("402", "credit"),
            ("500", "server had an error"),
            ("html", "did not answer like a model"),
        ],
    )
    async def test_failing(self, site: Site, model: ModelServer, fault: str, words: str) -> None:
        model.fault = fault
        part = await site.press("/settings/model/test", model_form(model.url))
        assert words in text(part, "#test-result[data-kind=error] strong")
        assert KEY not in str(part.html)

    async def test_unreachable(self, site: Site) -> None:
        part = await site.press("/settings/model/test", model_form("http://127.0.0.1:9/v1"))
        assert "could not be reached" in text(part, "#test-result[data-kind=error] strong")

    async def test_invalid(self, site: Site, model: ModelServer) -> None:
        part = await site.press("/settings/model/test", model_form(model.url, max_tokens="x"))
        assert "100 to 10000" in text(part, "#test-result[data-kind=error] strong")
        assert model.requests == []

    async def test_stored_key(self, site: Site, model: ModelServer) -> None:
        """An empty field means the stored key."""
        await site.press("/settings/model", model_form(model.url))
        await site.press("/settings/model/test", model_form(model.url, api_key=""))
        assert [seen.key for seen in model.calls] == [KEY]

    async def test_environments_key_stays(self, stage: Stage, model: ModelServer, site: Site) -> None:
        """To an address that a person gives, the environment's key is never sent."""
        site.app.state.settings = settings_for(stage.database.url, openai_api_key=SecretStr("sk-environment-7777"))
        await site.press("/settings/model/test", model_form(model.url, api_key=""))
        assert all("sk-environment" not in str(seen.headers) for seen in model.requests)

    async def test_is_logged(self, site: Site, model: ModelServer) -> None:
        model.fault = "401"
        await site.press("/settings/model/test", model_form(model.url))
        page = await site.page("/ai-log")
        assert has(page, ".call[data-status=error]")
        assert KEY not in str(page.html)


class TestSwitch:
    async def test_valid(self, site: Site, model: ModelServer) -> None:
        for form, is_on in (({}, False), ({"ai_enabled": "on"}, True)):
            assert has(await site.press("/settings/ai", form), "#settings-ai .saved")
            assert has(await site.page("/settings"), "#settings-ai input[checked]") is is_on


class TestZone:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        await stage.add("Write 1h")
        await site.press("/settings/zone", {"zone": "Asia/Tokyo"})
        assert text(await site.page("/"), "#task-list .slot").startswith("Today 17:00–18:00")

    async def test_invalid(self, site: Site) -> None:
        part = await site.press("/settings/zone", {"zone": "Middle/Earth"}, 422)
        assert text(part, "#field-zone-error") == "Choose a zone such as Europe/Berlin."
        assert value(part, "#field-zone") == "Middle/Earth"


class TestPlanner:
    async def test_valid(self, site: Site) -> None:
        """What is chosen stands there again, and one press takes all of it back."""
        page = await site.page("/settings")
        assert chosen(page) == dict.fromkeys(WEIGHED, "normal")
        assert not has(page, "[formaction='/settings/planner/reset']")
        part = await site.press("/settings/planner", {"taste_calm": "more", "taste_importance": "less"})
        assert has(part, "#settings-planner .saved")
        page = await site.page("/settings")
        assert chosen(page) == dict.fromkeys(WEIGHED, "normal") | {"taste_calm": "more", "taste_importance": "less"}
        assert has(page, "[formaction='/settings/planner/reset']")
        part = await site.press("/settings/planner/reset", {"taste_calm": "more"})
        assert chosen(part) == dict.fromkeys(WEIGHED, "normal")

    async def test_each_choice_has_its_words(self, site: Site) -> None:
        page = await site.page("/settings")
        for node in page.css("#settings-planner input[type=radio]"):
            assert text(page, f"#{node.attributes['aria-describedby']}").endswith(".")

    async def test_invalid(self, site: Site) -> None:
        part = await site.press("/settings/planner", {"taste_calm": "utterly"}, 422)
        assert text(part, "#taste_calm-error") == "Choose less, normal or more."

    async def test_without_scripts(self, site: Site) -> None:
        for path in ("/settings/planner", "/settings/planner/reset"):
            answer = await site.submit(path, {"taste_times": "more"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/settings#settings-planner")


class TestContext:
    async def test_valid(self, site: Site) -> None:
        await site.press("/settings/context", {"context": "\nNo meetings\r\nbefore <10>."})
        assert value(await site.page("/settings"), "#field-context") == "No meetings\nbefore <10>."

    async def test_invalid(self, site: Site) -> None:
        typed = "x" * 10_001
        part = await site.press("/settings/context", {"context": typed}, 422)
        assert "At most 10,000 characters" in text(part, "#field-context-error")
        assert value(part, "#field-context") == typed


async def test_other_user(site: Site, stage: Stage, model: ModelServer) -> None:
    """What ada sets is not eve's: the same page for her is as it was."""
    await site.press("/settings/model", model_form(model.url))
    await site.press("/settings/zone", {"zone": "Asia/Tokyo"})
    async with stage.reading(stage.eve) as scope:
        assert (scope.person.zone, scope.person.uses_model) == ("Europe/Berlin", False)


async def test_fragment_is_one_section(site: Site) -> None:
    answer = await site.http.post("/settings/zone", data={"zone": "Asia/Tokyo"}, headers={"HX-Request": "true"})
    assert [node.attributes["id"] for node in fragment(answer, 200).css("section")] == ["settings-zone"]


def test_app_has_no_state_of_a_person() -> None:
    """Two applications in one process share nothing."""
    one, other = (create_app(settings_for(f"sqlite+aiosqlite:////tmp/never-made-{name}/x.db")) for name in "ab")
    assert one.state.database is not other.state.database
