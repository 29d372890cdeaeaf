"""The door: links, passwords, sessions, and the way out."""

from __future__ import annotations

import asyncio
import logging
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from limits import parse as rate_of

from app import create_app
from routers.signing import PASSWORDS_OF_ONE_ADDRESS
from services.door import Door
from services.own_account import OwnAccountService
from services.passwords import hash_password
from services.sign_in import SignInService
from tests.support.cast import COOKIE, Cast, browser_of
from tests.support.pages import HTMX, Site, filled, has, parse, text
from tests.support.stage import Stage, settings_for

PASSWORD = "four words of mine"
LINK = re.compile(r"http://\S+/sign-in/link\?token=([\w-]+)")


class TestSignedOut:
    """Nobody is let in, and each kind of request learns it in its own way."""

    async def test_page(self, cast: Cast) -> None:
        answer = await cast.site.http.get("/tasks?status=open")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Ftasks%3Fstatus%3Dopen")
        assert (await cast.site.http.get("/")).headers["location"] == "/sign-in"

    async def test_htmx_keeps_what_was_typed(self, cast: Cast) -> None:
        answer = await cast.site.http.post("/tasks", data={"text": "Write it"}, headers=HTMX)
        part = parse(answer)
        assert answer.status_code == 401
        assert "What you typed is still here" in text(part, "hx-partial #signed-out")
        assert "hx-redirect" not in answer.headers

    async def test_form_without_scripts(self, cast: Cast) -> None:
        answer = await cast.site.http.post("/tasks", data={"text": "Write it"})
        assert (answer.status_code, "go back one page" in answer.text) == (401, True)

    async def test_program(self, cast: Cast) -> None:
        answer = await cast.site.http.get("/api/v1/tasks")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert {*answer.json()} == {"error", "detail", "status_code", "fields"}

    async def test_before_anything_is_read(self, cast: Cast) -> None:
        """What is wrong with a request is told to those who are signed in."""
        assert (await cast.site.http.get("/api/v1/tasks?page=zero")).status_code == 401
        assert (await cast.site.http.post("/api/v1/tasks", json={"nonsense": 1})).status_code == 401


class TestLink:
    async def test_get_changes_nothing(self, cast: Cast) -> None:
        secret = await cast.link(cast.member)
        for _ in range(3):
            page = await cast.site.page(f"/sign-in/link?token={secret}")
            assert cast.member.email in text(page, ".door")
        assert COOKIE not in cast.site.http.cookies
        answer = await cast.site.submit("/sign-in/link", filled(page, "link"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await cast.site.http.get("/")).status_code == 200

    async def test_cookie(self, cast: Cast) -> None:
        answer = await cast.site.submit("/sign-in/link", {"token": await cast.link(cast.member)})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/"))
        assert "Secure" not in cookie

    async def test_over_tls(self, stage: Stage, cast: Cast) -> None:
        """G27: the cookie is this host's alone, and never sent in the clear; links are made of PUBLIC_URL."""
        state = cast.site.app.state
        state.settings = stage.settings.model_copy(update={"public_url": "https://plan.example.org"})
        async with stage.database.session_scope() as session:
            url = await SignInService(Door(session, stage.clock(), state.settings)).make_link_for(cast.member.email)
        assert url is not None
        assert url.startswith("https://plan.example.org/sign-in/link?token=")
        answer = await cast.site.submit("/sign-in/link", {"token": url.partition("token=")[2]})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/", "Secure"))
        assert "Domain" not in cookie

    async def test_once(self, cast: Cast) -> None:
        secret = await cast.link(cast.member)
        assert (await cast.site.submit("/sign-in/link", {"token": secret})).status_code == 303
        again = await cast.browser().post("/sign-in/link", data={"token": secret})
        assert again.status_code == 401
        assert "used already, or it is too old" in text(parse(again), "#door-refused")

    async def test_all_others_are_over_too(self, cast: Cast) -> None:
        first, second = await cast.link(cast.member), await cast.link(cast.member)
        assert (await cast.site.submit("/sign-in/link", {"token": second})).status_code == 303
        assert (await cast.browser().post("/sign-in/link", data={"token": first})).status_code == 401

    @pytest.mark.parametrize("where", ["page", "button"])
    async def test_too_old(self, cast: Cast, where: str) -> None:
        secret = await cast.link(cast.member)
        cast.stage.clock.advance(minutes=10)
        path = f"/sign-in/link?token={secret}" if where == "page" else "/sign-in/link"
        answer = await (cast.site.http.get(path) if where == "page" else cast.site.submit(path, {"token": secret}))
        assert answer.status_code == 401
        assert has(parse(answer), "#door-refused")
        assert COOKIE not in cast.site.http.cookies

    async def test_disabled(self, cast: Cast) -> None:
        secret = await cast.link(cast.member)
        await cast.disable(cast.member)
        assert (await cast.site.submit("/sign-in/link", {"token": secret})).status_code == 401

    async def test_parallel(self, cast: Cast) -> None:
        """G28: of 200 at once exactly one is let in."""
        secret = await cast.link(cast.member)
        browsers = [cast.browser() for _ in range(20)]
        asked = [browser.post("/sign-in/link", data={"token": secret}) for browser in browsers for _ in range(10)]
        statuses = [answer.status_code for answer in await asyncio.gather(*asked)]
        assert (len(statuses), statuses.count(303), statuses.count(401)) == (200, 1, 199)
        async with cast.stage.reading(cast.member.id) as scope:
            shown = await OwnAccountService(await cast.scope_of(scope, cast.member)).show()
        assert len(shown.browsers) == 2

    async def test_asking(self, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
        """Known, unknown and disabled addresses are answered alike, and without a mail server the log has the link."""
        gone = await cast.join("dan")
        await cast.disable(gone)
        told = set()
        with caplog.at_level(logging.WARNING):
            for email in (cast.member.email.upper(), "nobody@example.org", gone.email):
                answer = await cast.site.submit("/sign-in", {"email": email})
                assert answer.status_code == 200
                told.add(text(parse(answer), "#door-told"))
            await cast.site.app.state.mailer.settle()
        assert len(told) == 1
        links = LINK.findall(caplog.text)
        assert len(links) == 1
        assert (await cast.site.submit("/sign-in/link", {"token": links[0]})).status_code == 303
        assert cast.member.email in (await cast.site.http.get("/settings/account")).text

    async def test_limited(self, cast: Cast) -> None:
        statuses = [(await cast.site.submit("/sign-in", {"email": "eve@example.org"})).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]

    @pytest.mark.parametrize("bad", ["", "eve", "eve@", "a b@example.org", "eve@example.org\nBcc: all@example.org"])
    async def test_no_address(self, cast: Cast, bad: str) -> None:
        answer = await cast.site.submit("/sign-in", {"email": bad})
        assert answer.status_code == 422
        assert has(parse(answer), "#field-email-error")


class TestSession:
    async def test_rotated(self, cast: Cast) -> None:
        """Signing in gives a new secret, and the browser's former one is over: a planted cookie is worth nothing."""
        planted = cast.member.cookie
        browser = cast.browser({COOKIE: planted})
        answer = await browser.post("/sign-in/link", data={"token": await cast.link(cast.admin)})
        assert browser.cookies[COOKIE] != planted
        assert answer.status_code == 303
        assert (await cast.browser({COOKIE: planted}).get("/")).status_code == 303
        assert cast.admin.email in (await browser.get("/settings/account")).text

    async def test_idle(self, cast: Cast) -> None:
        """What is used stays, what is not used ends."""
        for _ in range(3):
            cast.stage.clock.advance(days=10)
            assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 200
        cast.stage.clock.advance(days=14)
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 303

    async def test_absolute(self, cast: Cast) -> None:
        for _ in range(8):
            cast.stage.clock.advance(days=11)
            assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 200
        cast.stage.clock.advance(days=2)
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 303

    async def test_sign_out(self, cast: Cast) -> None:
        answer = await cast.site.http.post("/sign-out", headers=cast.member.headers)
        assert (answer.status_code, answer.headers["clear-site-data"]) == (303, '"storage"')
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 303

    async def test_other_site(self, cast: Cast) -> None:
        headers = {**cast.member.headers, "Sec-Fetch-Site": "cross-site"}
        assert (await cast.site.http.post("/sign-out", headers=headers)).status_code == 403
        # A form of another origin of the same site has no say either, and of the API it reads nothing.
        headers["Sec-Fetch-Site"] = "same-site"
        assert (await cast.site.http.get("/api/v1/tasks", headers=headers)).status_code == 401
        assert (await cast.site.http.get("/api/v1/tasks", headers=cast.member.headers)).status_code == 200

    async def test_disabled(self, cast: Cast) -> None:
        """The next request of every kind is refused."""
        access, refresh = await cast.pair(cast.member)
        bearer = {"Authorization": f"Bearer {access}"}
        assert (await cast.site.http.get("/api/v1/tasks", headers=bearer)).status_code == 200
        await cast.disable(cast.member)
        assert (await cast.site.http.get("/", headers=cast.member.headers)).status_code == 303
        assert (await cast.site.http.get("/stream", headers={**cast.member.headers, **HTMX})).status_code == 401
        assert (await cast.site.http.get("/api/v1/tasks", headers=bearer)).status_code == 401
        assert (await cast.site.http.post("/auth/refresh", json={"refresh_token": refresh})).status_code == 401


class TestPassword:
    async def set_password(self, cast: Cast) -> None:
        hashed = await hash_password(PASSWORD)
        async with cast.stage.writing(cast.member.id) as scope:
            await OwnAccountService(await cast.scope_of(scope, cast.member)).store_password(hashed)

    async def test_valid(self, cast: Cast) -> None:
        await self.set_password(cast)
        form = {"email": " Eve@Example.org ", "password": PASSWORD, "next": "/tasks?q=a"}
        answer = await cast.site.submit("/sign-in", form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?q=a")
        assert (await cast.site.http.get("/")).status_code == 200

    @pytest.mark.parametrize("email", ["eve@example.org", "ada@example.org", "nobody@example.org"])
    async def test_invalid(self, cast: Cast, email: str) -> None:
        await self.set_password(cast)
        answer = await cast.site.submit("/sign-in", {"email": email, "password": "not my password"})
        assert answer.status_code == 401
        assert "do not belong together" in text(parse(answer), "#door-refused")
        assert COOKIE not in cast.site.http.cookies

    async def test_limited(self, cast: Cast) -> None:
        """Ten tries; nine of them are only counted here, since each real one is slow on purpose."""
        form, rate = {"email": "eve@example.org", "password": "not my password"}, rate_of(PASSWORDS_OF_ONE_ADDRESS)
        for _ in range(9):
            await cast.site.app.state.attempts.take(rate, "passwords", "127.0.0.1", "eve@example.org")
        answers = [await cast.site.submit("/sign-in", form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [401, 429]
        assert "tried too often" in text(parse(answers[1]), "#door-refused")

    async def test_disabled(self, cast: Cast) -> None:
        await self.set_password(cast)
        await cast.disable(cast.member)
        assert (await cast.site.submit("/sign-in", {"email": "eve@example.org", "password": PASSWORD})).status_code == 401


@pytest.mark.parametrize("bad", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nb", ""])
async def test_next_stays_inside(cast: Cast, bad: str) -> None:
    answer = await cast.site.http.get("/sign-in", params={"next": bad}, headers=cast.member.headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


class TestSetup:
    """The first owner, on an instance that somebody has used without accounts."""

    async def test_walk(self, stage: Stage) -> None:
        settings = settings_for(stage.database.url, auth="accounts")
        app = create_app(settings, stage.clock)
        task_id = await stage.add("From before")
        async with stage.database.session_scope() as session:
            url = await SignInService(Door(session, stage.clock(), settings)).make_setup_link()
        assert url is not None
        secret = parse_qs(urlsplit(url).query)["token"][0]
        async with browser_of(app) as browser:
            assert "Nobody owns this Dayloom yet" in (await browser.get("/sign-in")).text
            page = parse(await browser.get(f"/sign-in/link?token={secret}"))
            assert has(page, "#field-email")
            wrong = await browser.post("/sign-in/link", data={"token": secret, "name": "Ada", "email": "nowhere"})
            assert wrong.status_code == 422
            done = await browser.post("/sign-in/link", data={"token": secret, "name": "Ada", "email": "Ada@Example.org"})
            assert done.status_code == 303
            assert f"task-{task_id}" in (await browser.get("/")).text
            assert "Your account: Ada" in (await browser.get("/")).text
            assert (await browser.get("/settings/people")).status_code == 200
        async with browser_of(app) as other:
            again = await other.post("/sign-in/link", data={"token": secret, "name": "Eve", "email": "eve@example.org"})
            assert again.status_code == 401
        async with stage.database.session_scope() as session:
            assert await SignInService(Door(session, stage.clock(), settings)).make_setup_link() is None
        await app.state.solver.close()
        await app.state.database.close()


class TestWithoutAccounts:
    """AUTH=local: nobody signs in, and nothing asks them to."""

    @pytest.mark.parametrize("path", ["/sign-in", "/sign-in/link?token=x"])
    async def test_door(self, site: Site, path: str) -> None:
        assert (await site.http.get(path)).status_code == 404

    @pytest.mark.parametrize("path", ["/settings/people", "/settings/people/log", "/settings/account"])
    async def test_pages(self, site: Site, path: str) -> None:
        assert (await site.http.get(path)).status_code == 403

    async def test_no_link_to_them(self, site: Site) -> None:
        assert "/settings/account" not in (await site.http.get("/settings")).text
