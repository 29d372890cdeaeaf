"""The chat over HTTP: the page without scripts, fragments, cards, waiting, and what is refused."""

from __future__ import annotations

import asyncio

from selectolax.lexbor import LexborHTMLParser

from assistant.operations import AddTask
from services.chat import ChatService
from services.chat_acts import Reply
from tests.support.pages import Site, has, parse, targets, text, value
from tests.support.stage import Stage

REGIONS = ["#chat-log", "#chat-suggestions", "#chat-error"]


async def say(site: Site, message: str) -> LexborHTMLParser:
    """What htmx shows of a message once it is answered: at once, or after waiting for it."""
    shown = await site.press("/chat", {"text": message})
    while (waiting := shown.css_first("[id^=waiting] [hx-get]")) is not None:
        shown = await site.part(str(waiting.attributes["hx-get"]))
    return shown


class TestPage:
    async def test_empty(self, site: Site) -> None:
        page = await site.page("/chat")
        assert "Say it in your own words" in text(page, ".chat-empty")
        assert has(page, "a.suggestion[href^='/chat?text=Add']")
        assert not has(page, "#chat-open")

    async def test_words_for_the_field(self, site: Site) -> None:
        assert value(await site.page("/chat?text=Add%20%3Cb%3E"), "#chat-text") == "Add <b>"

    async def test_every_other_page_opens_it(self, site: Site) -> None:
        for path in ("/", "/settings", "/history"):
            page = await site.page(path)
            assert has(page, "a#chat-open[href='/chat']")
            assert has(page, "dialog#chat-drawer")

    async def test_drawer(self, site: Site) -> None:
        assert has(await site.part("/chat/drawer"), "section.chat #chat-log")
        answer = await site.http.get("/chat/drawer", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/chat")

    async def test_older_messages(self, site: Site) -> None:
        for _ in range(31):
            await site.submit("/chat", {"text": "help"})
        page = await site.page("/chat")
        link = page.css_first("#chat-log .pager a")
        assert link is not None
        older = await site.page(str(link.attributes["href"]))
        assert len(older.css(".message")) == 2


class TestSay:
    async def test_without_scripts(self, site: Site) -> None:
        answer = await site.submit("/chat", {"text": "add buy bread"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/chat#chat-text")
        page = await site.page("/chat")
        assert "Added buy bread" in text(page, ".message[data-author=dayloom]")
        assert has(page, ".card-offer[data-purpose=undo] button[name=pick][value='0']")

    async def test_with_htmx(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report 2h")
        answer = await say(site, "when is the report?")
        assert targets(answer) == REGIONS
        assert has(answer, "a[href='/tasks/1'][hx-target='#dialog']")

    async def test_suggestion(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report 2h")
        page = await site.page("/chat")
        assert [node.text() for node in page.css(".suggestion")] == [
            "Start the next task",
            "What is next?",
            "What do I have tomorrow?",
        ]
        await site.submit("/chat", {"suggestion": "Start the next task"})
        assert [node.text() for node in (await site.page("/chat")).css(".suggestion")][:2] == ["Stop", "Done"]

    async def test_invalid(self, site: Site) -> None:
        assert text(await site.press("/chat", {"text": " "}, 422), "#chat-error") == "Say something first."
        answer = await site.submit("/chat", {"text": "x" * 2001})
        assert answer.status_code == 422
        assert "at most 2,000 characters" in text(parse(answer), "#chat-error")

    async def test_markup_stays_text(self, site: Site) -> None:
        answer = await say(site, "add <img src=x onerror=alert(1)>")
        assert not has(answer, ".message img")


class TestPieces:
    async def ask(self, stage: Stage, message: str) -> int:
        """A message that nobody answers."""
        async with stage.writing() as scope:
            return await ChatService(scope).ask(message)

    async def test_waits_with_what_is_being_done(self, site: Site, stage: Stage) -> None:
        """The log is busy meanwhile, so that it is read out once; what asks for more says what it has seen."""
        message_id = await self.ask(stage, "add buy milk. add call mum")
        shown = await site.part("/chat/log")
        assert text(shown, ".waiting-words") == "Reading your tasks"
        assert has(shown, "#chat-log[aria-busy=true]")
        assert has(shown, f"[hx-get='/chat/{message_id}/answer?seen=reading-0'][hx-trigger^=load]")
        async with stage.writing() as scope:
            await ChatService(scope).tell(Reply(reply_to_id=message_id), "asking", "openrouter/deepseek/v3")
        stage.clock.advance(seconds=3)
        assert text(await site.page("/chat"), ".waiting-words") == "Asking v3 3 s"

    async def test_a_step_and_its_end(self, site: Site, stage: Stage) -> None:
        message_id = await self.ask(stage, "add buy milk. add call mum")
        async with stage.writing() as scope:
            await ChatService(scope).step(AddTask(text="buy milk"), Reply(reply_to_id=message_id))
        shown = await site.part(f"/chat/{message_id}/answer?seen=reading-0")
        assert text(shown, ".message[data-author=dayloom] .message-text").startswith("Added buy milk")
        assert text(shown, ".waiting-words") == "Doing the rest"
        assert not has(shown, ".card-offer")
        ended = await site.press(f"/chat/{message_id}/cancel")
        assert "You stopped this here." in text(ended, ".message[data-author=dayloom] .message-text")
        assert has(ended, "#chat-log[aria-busy=false] .card-offer[data-purpose=undo]")
        assert not has(ended, "[id^=waiting]")

    async def test_more_wakes_who_waits(self, site: Site, stage: Stage) -> None:
        """Who has seen all that there is hears of the next piece; nobody hears of another's."""
        message_id = await self.ask(stage, "add buy milk. add call mum")
        stage.database.listeners.append(site.app.state.hub.wake)
        waiting = asyncio.create_task(site.part(f"/chat/{message_id}/answer?seen=reading-0"))
        async with stage.writing(stage.eve) as scope:
            await ChatService(scope).ask("add rob the bank")
        async with stage.writing() as scope:
            await ChatService(scope).step(AddTask(text="buy milk"), Reply(reply_to_id=message_id))
        shown = await waiting
        assert "Added buy milk" in text(shown, ".message[data-author=dayloom] .message-text")
        assert "rob" not in str(shown.html)

    async def test_the_drawer_hears_the_page(self, site: Site) -> None:
        assert has(await site.part("/chat/drawer"), "section.chat[hx-get='/chat/log'][hx-trigger^='changed from:#stream']")


class TestAnswer:
    async def test_is_there(self, site: Site) -> None:
        await site.submit("/chat", {"text": "help"})
        assert targets(await site.part("/chat/1/answer")) == REGIONS

    async def test_of_a_message_that_is_not_there(self, site: Site) -> None:
        assert targets(await site.part("/chat/77/answer")) == REGIONS
        await site.press("/chat/77/cancel")


class TestCards:
    async def offered(self, site: Site, message: str) -> str:
        answer = await say(site, message)
        form = answer.css_first(".card-offer")
        assert form is not None
        return str(form.attributes["action"])

    async def test_confirmed_once(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        url = await self.offered(site, "delete the report")
        assert "Nothing else" in text(await site.part(f"{url}/preview"), ".card-preview")
        assert (await stage.task(task_id)).deleted_at is None
        assert "Deleted “Write report”" in str((await site.press(url, {"pick": "0"})).html)
        assert (await stage.task(task_id)).deleted_at is not None
        assert "answered already" in text(await site.press(url, {"pick": "0"}, 409), ".toast-text")
        await site.part(f"{url}/preview", 404)

    async def test_declined_without_scripts(self, site: Site, stage: Stage) -> None:
        task_id = await stage.add("Write report 2h")
        url = await self.offered(site, "delete the report")
        assert (await site.submit(url, {"pick": "no"})).status_code == 303
        assert (await site.submit(url, {"pick": "0"})).status_code == 303
        assert "answered already" in text(await site.page("/chat"), "#toasts .toast-text")
        assert (await stage.task(task_id)).deleted_at is None

    async def test_choice(self, site: Site, stage: Stage) -> None:
        for title in ("Review budget", "Review contract"):
            await stage.add(f"{title} 1h")
        url = await self.offered(site, "complete the review")
        assert "Completed “Review contract”" in str((await site.press(url, {"pick": "1"})).html)

    async def test_no_such_offer(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report 2h")
        url = await self.offered(site, "delete the report")
        for pick in ("1", "999"):
            await site.press(url, {"pick": pick}, 404)
        await site.press("/chat/cards/999", {"pick": "0"}, 404)

    async def test_clear(self, site: Site) -> None:
        await site.submit("/chat", {"text": "help"})
        assert not has(await site.press("/chat/clear"), ".message")

    async def test_what_if_shows_its_preview_once(self, site: Site, stage: Stage) -> None:
        await stage.add("Write report 2h")
        shown = await say(site, "what if I take tomorrow off?")
        assert "Nothing is done yet." in text(shown, ".message[data-author=dayloom] .message-text")
        assert has(shown, ".card-offer[data-purpose=confirm]")
        assert not has(shown, ".card-preview")
