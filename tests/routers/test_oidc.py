"""Signing in by a provider of identities: the way there and back, who may enter, and every lie that is not believed."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import select, update

from models import Account, AuditEntry, Role, User
from services.door import digest_of
from tests.support.cast import COOKIE, Cast
from tests.support.oidc_server import (
    CLIENT,
    SECRET,
    Json,
    OidcServer,
    changed,
    signed_by_another,
    signed_with_the_public_key,
    signed_with_the_secret,
    unsigned,
)
from tests.support.pages import Site, has, parse, text
from tests.support.stage import settings_for

DEEP = base64.urlsafe_b64encode(b"[" * 2_500).decode()
SURROGATE = base64.urlsafe_b64encode(b'{"state":"\\ud800","nonce":"n","verifier":"v","wanted":"/"}').decode()
BACK = "http://127.0.0.1:8081/sign-in/oidc/back"


@pytest.fixture(scope="module")
def shared_provider() -> Iterator[OidcServer]:
    with OidcServer() as server:
        yield server


@pytest.fixture
def provider(shared_provider: OidcServer) -> OidcServer:
    """Honest again, whatever the test before has made it say."""
    fresh = OidcServer(key=shared_provider.key, foreign_key=shared_provider.foreign_key)
    for name in ("claims", "sign", "info", "describes", "asked", "grants"):
        setattr(shared_provider, name, getattr(fresh, name))
    return shared_provider


@pytest.fixture
async def browser(cast: Cast, provider: OidcServer) -> AsyncIterator[httpx2.AsyncClient]:
    """Eve's browser, which has never been here; the provider lives in the same time."""
    use(cast, provider)
    provider.clock = cast.stage.clock
    async with cast.browser() as browser:
        yield browser


def use(cast: Cast, provider: OidcServer, **more: object) -> None:
    """Let the application know the provider."""
    values: dict[str, object] = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    settings = settings_for(cast.stage.database.url, auth="accounts", oidc_name="Example ID", **values | more)
    cast.stage.settings = cast.site.app.state.settings = settings


async def at_the_provider(browser: httpx2.AsyncClient, page: str = "/sign-in/oidc") -> str:
    """Follow the button to the provider, and what it sends the browser back to."""
    gone = await browser.get(page)
    assert gone.status_code == 303
    async with httpx2.AsyncClient(trust_env=False) as elsewhere:
        answer = await elsewhere.get(gone.headers["location"])
    return str(answer.headers["location"])


async def signed_in(browser: httpx2.AsyncClient) -> httpx2.Response:
    """All of it: the answer to the browser that comes back."""
    return await browser.get(await at_the_provider(browser))


async def acts(cast: Cast) -> list[tuple[str, str]]:
    async with cast.stage.database.read_scope() as session:
        rows = await session.execute(select(AuditEntry.act, AuditEntry.detail).order_by(AuditEntry.id))
        return [(act, detail) for act, detail in rows]


async def account(cast: Cast, email: str) -> Account | None:
    async with cast.stage.database.read_scope() as session:
        return await session.scalar(select(Account).where(Account.email == email))


class TestWay:
    async def test_there_and_back(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        page = parse(await browser.get("/sign-in?next=/calendar"))
        button = page.css_first("#door-oidc")
        assert button is not None
        assert text(page, "#door-oidc") == "Continue with Example ID"
        answer = await browser.get(await at_the_provider(browser, button.attributes["href"] or ""))
        assert (answer.status_code, answer.headers["location"]) == (303, "/calendar")
        (asked,) = provider.asked
        assert (asked["response_type"], asked["client_id"], asked["redirect_uri"]) == ("code", CLIENT, BACK)
        assert (asked["code_challenge_method"], asked["scope"].split()) == ("S256", ["openid", "email", "profile"])
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 40
        assert "oidc" not in browser.cookies
        assert (await browser.get("/tasks")).status_code == 200
        found = await account(cast, "eve@example.org")
        assert found is not None
        assert found.user_id == cast.member.id
        assert (await acts(cast))[-1] == ("signed in", "by Example ID")

    async def test_the_cookie_of_the_way(self, browser: httpx2.AsyncClient) -> None:
        cookie = (await browser.get("/sign-in/oidc")).headers["set-cookie"]
        assert all(word in cookie for word in ("oidc=", "HttpOnly", "SameSite=lax", "Max-Age=600", "Path=/"))

    async def test_it_is_the_same_kind_of_session(self, cast: Cast, browser: httpx2.AsyncClient) -> None:
        """A new secret, the former session of this browser ended."""
        former = cast.member.cookie
        browser.cookies.set(COOKIE, former, domain="127.0.0.1", path="/")
        await signed_in(browser)
        assert browser.cookies[COOKIE] != former
        async with cast.browser({COOKIE: former}) as old:
            assert (await old.get("/tasks")).status_code == 303
        assert digest_of(former) != digest_of(browser.cookies[COOKIE])

    @pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example"])
    async def test_it_leads_nowhere_else(self, wanted: str, browser: httpx2.AsyncClient) -> None:
        back = await at_the_provider(browser, f"/sign-in/oidc?next={wanted}")
        assert (await browser.get(back)).headers["location"] == "/"

    async def test_a_code_works_once(self, browser: httpx2.AsyncClient) -> None:
        gone = await at_the_provider(browser)
        kept = dict(browser.cookies)
        assert (await browser.get(gone)).status_code == 303
        browser.cookies.clear()
        for name, value in kept.items():
            browser.cookies.set(name, value, domain="127.0.0.1", path="/")
        assert (await browser.get(gone)).status_code == 401

    async def test_another_browser(self, cast: Cast, browser: httpx2.AsyncClient) -> None:
        """Nobody signs somebody else's browser in with a link of theirs, not even with a way of its own begun."""
        gone = await at_the_provider(browser)
        async with cast.browser() as other:
            assert "begun in another browser" in text(parse(await other.get(gone)), "#door-refused")
            await at_the_provider(other)
            assert (await other.get(gone)).status_code == 401
            assert COOKIE not in other.cookies

    @pytest.mark.parametrize("cookie", ["", "x", "e30=", "W10=", "eyJzdGF0ZSI6MX0=", DEEP, SURROGATE])
    async def test_cookies_that_are_none(self, cookie: str, cast: Cast, browser: httpx2.AsyncClient) -> None:
        async with cast.browser({"oidc": cookie}) as other:
            assert (await other.get("/sign-in/oidc/back?code=x&state=")).status_code == 401


class TestLies:
    """Nobody is let in, the page says so, and nothing is said of how near it was; no database has a part in it."""

    @pytest.fixture
    def templates(self, request: pytest.FixtureRequest) -> object:
        return request.getfixturevalue("sqlite_templates")

    @pytest.mark.parametrize(
        "lie",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"iss": "https://id.example.com"},
            {"iss": None},
            {"aud": "another client"},
            {"aud": ["another client"]},
            {"aud": [CLIENT, "another client"]},
            {"aud": [CLIENT, "another client"], "azp": "another client"},
            {"aud": None},
            {"exp": 0},
            {"exp": None},
            {"exp": "soon"},
            {"iat": 4_000_000_000},
            {"nbf": 4_000_000_000},
            {"sub": None},
            {"at_hash": "of another token"},
        ],
    )
    async def test_claims(self, lie: Json, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.claims = lambda claims: {name: value for name, value in (claims | lie).items() if value is not None}
        answer = await signed_in(browser)
        assert (answer.status_code, COOKIE in browser.cookies) == (401, False)
        assert "did not say who you are" in text(parse(answer), "#door-refused")

    @pytest.mark.parametrize(
        "sign",
        [
            unsigned,
            signed_by_another,
            signed_with_the_secret,
            signed_with_the_public_key,
            changed,
            lambda *_: "a.b",
            lambda *_: 5,
        ],
    )
    async def test_signatures(
        self, sign: Callable[[OidcServer, Json], str], provider: OidcServer, browser: httpx2.AsyncClient
    ) -> None:
        provider.sign = sign
        assert ((await signed_in(browser)).status_code, COOKIE in browser.cookies) == (401, False)

    @pytest.mark.parametrize("verified", [False, "false", None, 0, [], "yes"])
    async def test_unverified_address(self, verified: object, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.claims = lambda claims: claims | {"email_verified": verified}
        answer = await signed_in(browser)
        assert answer.status_code == 401
        assert "has not verified that eve@example.org is your address" in text(parse(answer), "#door-refused")

    @pytest.mark.parametrize("email", [None, "", "eve", 5, ["eve@example.org"]])
    async def test_no_address(self, email: object, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.claims = lambda claims: claims | {"email": email}
        assert "does not say which mail address" in text(parse(await signed_in(browser)), "#door-refused")

    async def test_the_answer_of_another_issuer(self, browser: httpx2.AsyncClient) -> None:
        gone = await at_the_provider(browser)
        assert (await browser.get(gone.replace("iss=", "iss=https%3A%2F%2Fevil.example"))).status_code == 401

    async def test_a_provider_by_another_name(self, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.describes = lambda known: known | {"issuer": "https://id.example.com"}
        assert (await browser.get("/sign-in/oidc")).status_code == 401

    async def test_it_says_no(self, browser: httpx2.AsyncClient) -> None:
        state = parse_qs(urlsplit(await at_the_provider(browser)).query)["state"][0]
        assert (await browser.get(f"/sign-in/oidc/back?error=access_denied&state={state}")).status_code == 401

    async def test_wrong_secret(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        use(cast, provider, oidc_client_secret="another")
        assert (await signed_in(browser)).status_code == 401

    async def test_nobody_answers(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        use(cast, provider, oidc_issuer="http://127.0.0.1:9")
        answer = await browser.get("/sign-in/oidc")
        assert (answer.status_code, "Example ID does not answer" in answer.text) == (503, True)


class TestWho:
    async def test_userinfo_says_the_address(self, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.claims = lambda claims: {name: claims[name] for name in claims if "email" not in name}
        provider.info = {"sub": "s-1", "email": "EVE@Example.org", "email_verified": "true"}
        assert (await signed_in(browser)).status_code == 303
        provider.info = provider.info | {"sub": "s-2"}
        assert (await signed_in(browser)).status_code == 401

    async def test_nobody_here(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.claims = lambda claims: claims | {"email": "zoe@elsewhere.example"}
        answer = await signed_in(browser)
        assert answer.status_code == 401
        assert "Nobody who may sign in here has the address zoe@elsewhere.example" in text(parse(answer), "#door-refused")
        assert (await acts(cast))[-1] == ("refused", "zoe@elsewhere.example by Example ID")
        assert await account(cast, "zoe@elsewhere.example") is None

    async def test_shut_out(self, cast: Cast, browser: httpx2.AsyncClient) -> None:
        await cast.disable(cast.member)
        assert ((await signed_in(browser)).status_code, COOKIE in browser.cookies) == (401, False)

    async def test_invited(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        provider.claims = lambda claims: claims | {"email": "amy@example.org"}
        async with cast.stage.database.session_scope() as session:
            await session.execute(update(Account).where(Account.email == "amy@example.org").values(signed_in_at=None))
        assert (await signed_in(browser)).status_code == 303
        amy = await account(cast, "amy@example.org")
        assert amy is not None
        assert (amy.signed_in_at is not None, amy.role) == (True, Role.ADMIN)

    async def test_a_domain_may_come_by_itself(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        use(cast, provider, oidc_domains="elsewhere.example, @Other.example")
        provider.claims = lambda claims: claims | {"email": "Zoe@Elsewhere.example", "name": " Zoe\u202e \n Z "}
        assert [(await signed_in(browser)).status_code for _ in range(2)] == [303, 303]
        zoe = await account(cast, "zoe@elsewhere.example")
        assert zoe is not None
        assert zoe.role is Role.MEMBER
        async with cast.stage.database.read_scope() as session:
            assert "Zoe" in str(await session.scalar(select(User.name).where(User.id == zoe.user_id)))
        assert [act for act, _ in await acts(cast)][-3:] == ["joined", "signed in", "signed in"]
        provider.claims = lambda claims: claims | {"email": "zoe@sub.elsewhere.example"}
        assert (await signed_in(browser)).status_code == 401

    async def test_not_before_somebody_owns_it(self, cast: Cast, provider: OidcServer, browser: httpx2.AsyncClient) -> None:
        use(cast, provider, oidc_domains="elsewhere.example")
        provider.claims = lambda claims: claims | {"email": "zoe@elsewhere.example"}
        async with cast.stage.database.session_scope() as session:
            await session.execute(update(Account).values(role=Role.MEMBER))
        assert (await signed_in(browser)).status_code == 401


class TestWithout:
    async def test_no_provider(self, cast: Cast) -> None:
        assert not has(parse(await cast.site.http.get("/sign-in")), "#door-oidc")
        assert [(await cast.site.http.get(f"/sign-in/oidc{end}")).status_code for end in ("", "/back")] == [404, 404]

    async def test_no_accounts(self, site: Site) -> None:
        assert (await site.http.get("/sign-in/oidc")).status_code == 404

    async def test_too_often(self, browser: httpx2.AsyncClient) -> None:
        statuses = [(await browser.get("/sign-in/oidc/back")).status_code for _ in range(31)]
        assert statuses == [401] * 30 + [429]
