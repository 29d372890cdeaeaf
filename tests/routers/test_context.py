"""What the page About you shows of a person's words: chips to accept or remove, and what was not understood."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from services.settings import SettingsService
from tests.support.model_server import ModelServer
from tests.support.pages import Site, has, targets, text, value
from tests.support.stage import Stage

TEXT = "Lunch at noon, gym Tue at 18. My wife works 9-5. I work Mon-Fri 8-4."


def chips(page: LexborHTMLParser, state: str) -> list[str]:
    """What the chips of a part say."""
    return [node.text() for node in page.css(f".found[data-state={state}] .found-words b")]


async def saved(site: Site) -> LexborHTMLParser:
    return await site.press("/settings/context", {"context": TEXT})


class TestShow:
    async def test_nothing(self, site: Site) -> None:
        page = await site.page("/settings")
        assert text(page, "#context-found") == ""

    async def test_valid(self, site: Site) -> None:
        part = await saved(site)
        assert [node.attributes["id"] for node in part.css("section.part")] == ["settings-context"]
        for shown in (part, await site.page("/settings")):
            assert chips(shown, "proposed") == [
                "Lunch every day 12:00–13:00",
                "Gym Tue 18:00–19:00",
                "Work Mon–Fri 08:00–16:00",
            ]
            assert text(shown, ".found[data-state=left] li q") == "My wife works 9-5"
            assert "about somebody" in text(shown, ".found[data-state=left] li .muted")
            assert text(shown, "#context-found > .field-hint") == "Read by rules."
            assert not has(shown, "#context-found[hx-get]")

    async def test_while_the_model_reads(self, site: Site, stage: Stage, model: ModelServer) -> None:
        await stage.use_model(model.url)
        part = await saved(site)
        assert "The model is reading" in text(part, "#context-found [role=status]")
        assert has(part, "#context-found[hx-get='/settings/context']")
        await stage.planned()
        part = await site.part("/settings/context")
        assert not has(part, "#context-found[hx-get]")
        assert "rules were used" in text(part, "#context-found > .field-hint")
        model.constraints = [{"words": "Lunch at noon", "kind": "focus", "start": "12:00", "end": "13:00"}]
        await saved(site)
        await stage.planned()
        page = await site.page("/settings")
        assert text(page, "#context-found > .field-hint") == "Read by openai/scripted."
        assert chips(page, "proposed") == ["Focus time 12:00–13:00"]

    async def test_hostile_words(self, site: Site) -> None:
        await site.press("/settings/context", {"context": '<b onclick="x()">Gym</b> <script>x()</script> on Tuesdays at 18'})
        page = await site.page("/settings")
        assert not has(page, "#context-found script")
        assert not has(page, "#context-found [onclick]")


class TestAccept:
    async def test_valid(self, site: Site) -> None:
        await saved(site)
        part = await site.press("/settings/context/3/accept")
        assert targets(part)[:3] == ["#settings-hours", "#settings-rhythm", "#context-found"]
        assert "Accepted: Work Mon–Fri 08:00–16:00." in text(part, ".toast")
        assert chips(part, "accepted") == ["Work Mon–Fri 08:00–16:00"]
        page = await site.page("/settings")
        assert value(page, "input[name=mon_start_1]") == "08:00"
        assert (len(chips(page, "proposed")), chips(page, "accepted")) == (2, ["Work Mon–Fri 08:00–16:00"])

    async def test_all(self, site: Site) -> None:
        await saved(site)
        part = await site.press("/settings/context/accept")
        assert (chips(part, "proposed"), len(chips(part, "accepted"))) == ([], 3)

    async def test_without_scripts(self, site: Site) -> None:
        await saved(site)
        answer = await site.submit("/settings/context/1/accept")
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings#settings-context")
        assert chips(await site.page("/settings"), "accepted") == ["Lunch every day 12:00–13:00"]
        answer = await site.http.get("/settings/context")
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings#settings-context")

    @pytest.mark.parametrize("verb", ["accept", "remove"])
    async def test_missing(self, site: Site, verb: str) -> None:
        await site.press(f"/settings/context/7/{verb}", status=404)
        await site.press(f"/settings/context/{2**63}/{verb}", status=404)

    async def test_refused(self, site: Site) -> None:
        await site.press("/settings/context", {"context": "I work Mon 9-13. I work on Mon 12-17."})
        await site.press("/settings/context/1/accept")
        part = await site.press("/settings/context/2/accept", status=422)
        assert "overlap" in str(part.html)
        assert chips(await site.page("/settings"), "accepted") == ["Work Mon 09:00–13:00"]

    async def test_other_user(self, site: Site, stage: Stage) -> None:
        """Ada is who asks here: what is eve's looks like what does not exist."""
        async with stage.writing(stage.eve) as scope:
            await SettingsService(scope).save_context({"context": TEXT})
        await site.press("/settings/context/1/accept", status=404)
        await site.press("/settings/context/1/remove", status=404)


class TestRemove:
    async def test_valid(self, site: Site) -> None:
        await saved(site)
        part = await site.press("/settings/context/2/remove")
        assert len(chips(part, "proposed")) == 2
        assert text(part, "#found-dismissed .found-words b") == "Gym Tue 18:00–19:00"
        await site.press("/settings/context/1/accept")
        part = await site.press("/settings/context/1/remove")
        assert chips(part, "accepted") == []
        assert len(part.css("#found-dismissed .found-chip")) == 2
        assert len(chips(await saved(site), "proposed")) == 1


async def test_timeline(site: Site) -> None:
    """A routine is shown as a busy time that leads to where it can be removed."""
    await saved(site)
    await site.press("/settings/context/1/accept")
    page = await site.page("/")
    block = page.css_first(".block[data-kind=routine]")
    assert block is not None
    assert block.attributes["href"] == "/settings#settings-context"
    assert block.attributes["aria-label"] == "Lunch, 12:00–13:00, busy"
    assert "hx-get" not in block.attributes
