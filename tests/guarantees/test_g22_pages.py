"""G22: no input makes a page fail. Each route of the pages is asked with what its forms send, and with what hurts.

Routes come from the application, fields from the forms that it renders and from what its functions read, so that a new form
is asked too. No answer is a 5xx or shows the server's inside, and each refusal is a sentence.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi import Request
from selectolax.lexbor import LexborHTMLParser

from routers.deps import Form, read_form
from routers.rendering import FLASH, KEYS, THEME
from tests.guarantees.report import Tally
from tests.repositories.test_owner import furnish
from tests.support.cast import Cast, Member
from tests.support.garbage import PLACES, TEXTS, URLENCODED, Pairs, encoded, multipart, odd_body, odd_headers
from tests.support.oidc_server import CLIENT, SECRET, OidcServer
from tests.support.pages import HTMX
from tests.support.senders import PageRoute, Values, learn, page_routes
from tests.support.stage import NoSolver, settings_for

SEED = 20261121
ROUNDS = {"anybody": 2, "member": 1, "admin": 1}
LONG_ROUNDS = {"anybody": 20, "member": 150, "admin": 60}
LEAST_ROUTES = 120
LONGEST_QUERY = 50_000
"""Servers and proxies refuse longer addresses before anybody reads them."""
LEAST_DONE = 0.3
"""Of what the member asks, at least so much is done rather than refused: the garbage gets in."""
INSIDE = re.compile(r"Traceback|line \d+, in |Input should be|Value error|object has no attribute|sqlalchemy|NoneType")
SENTENCE = re.compile(r"[A-Z“(].{6,}[.?!]", re.DOTALL)
TOLD = ".toast, .notice, .field-error, [data-kind=error], [role=alert], .gone, .error-page"
"""Where pages tell people what is wrong."""


class Recorded(dict[str, str]):
    """The values of a form; they note what is read of them."""

    def __init__(self, values: Mapping[str, str], read: set[str]) -> None:
        super().__init__(values)
        self.read = read

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return super().__getitem__(name)


@dataclass(frozen=True)
class RecordedForm(Form):
    """The form, which notes what is read of it."""

    read: set[str]

    def all(self, name: str) -> list[str]:
        self.read.add(name)
        return super().all(name)


@dataclass
class Fuzz:
    """One application, and what is known of its routes by now."""

    cast: Cast
    tally: Tally
    chance: random.Random
    routes: list[PageRoute] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    """How many of everybody's cases were done rather than refused."""

    async def form(self, request: Request) -> Form:
        """What `read_form` gives, with an eye on what is read of it."""
        form = await read_form(request)
        return RecordedForm(Recorded(form.values, self.read), form.items, self.read)

    async def look_around(self, who: Member) -> None:
        """Learn what each page sends to which route."""
        for route in self.routes:
            if route.method == "GET":
                answer = await self.cast.site.http.get(address(route, ["1"] * 3), headers=dict(who.headers))
                learn(self.routes, answer.text)

    async def ask_all(self, name: str, who: Member | None, rounds: int) -> None:
        """Every route, as somebody, so many times."""
        for _ in range(rounds):
            for route in self.chance.sample(self.routes, len(self.routes)):
                answer = await self.ask(name, who, route)
                if who is not None and is_led_out(answer):
                    who = await self.cast.again(who)

    async def ask(self, name: str, who: Member | None, route: PageRoute) -> httpx2.Response:
        """One request, and what is wrong with its answer."""
        chance, http = self.chance, self.cast.site.http
        path = address(route, [self.place(route, place) for place in route.places])
        query = encoded(self.pairs(route.query))[:LONGEST_QUERY] if chance.random() < 0.8 else ""
        headers = {**(who.headers if who else {}), **(HTMX if chance.random() < 0.5 else {})}
        if chance.random() < 0.2:
            odd = odd_headers(chance, (FLASH, THEME, KEYS, "oidc"))
            headers = odd | headers | {"Cookie": "; ".join(filter(None, (headers.get("Cookie"), odd["Cookie"])))}
        content = b""
        if route.method != "GET":
            kind, content = self.body(route)
            headers |= {"Content-Type": kind} if kind is not None else {}
        self.read.clear()
        answer = await http.request(route.method, f"{path}?{query}" if query else path, headers=headers, content=content)
        http.cookies.clear()
        for read in self.read:
            route.form[read] |= set()
        self.done[name] += answer.status_code < 400 and not is_led_out(answer)
        wrong = fault(answer)
        asked = f"{name}: {route.method} {path[:200]}?{query[:300]} {headers} {content[:500]!r}"
        self.tally.case(not wrong, f"{wrong}: {asked}")
        learn(self.routes, answer.text if answer.headers.get("content-type", "").startswith("text/html") else "")
        return answer

    def place(self, route: PageRoute, name: str) -> str:
        """An id or a word in a path: mostly one that the pages name."""
        known = sorted(route.places[name])
        return quote(self.chance.choice(known), safe="") if known and self.chance.random() < 0.8 else self.chance.choice(PLACES)

    def body(self, route: PageRoute) -> tuple[str | None, bytes]:
        pairs = self.pairs(route.form)
        kind = self.chance.random()
        if kind < 0.15:
            return odd_body(self.chance, pairs)
        return multipart(pairs) if kind < 0.3 else (URLENCODED, encoded(pairs).encode())

    def pairs(self, known: Values) -> Pairs:
        """Most of the names that are known, each with a value that was seen, or with what hurts; some twice, or as arrays."""
        chance, pairs, hurts = self.chance, [], self.chance.choice((0.0, 0.2, 0.5, 0.9))
        for name in sorted(known):
            times = chance.choices((0, 1, 2), (10, 85, 5))[0]
            for _ in range(times):
                seen = sorted(known[name])
                value = chance.choice(seen) if seen and chance.random() >= hurts else chance.choice(TEXTS)
                pairs.append((name if chance.random() < 0.98 else f"{name}[]", value))
        return pairs


def address(route: PageRoute, places: list[str]) -> str:
    """The path with these ids and words, which are written as they stand in an address."""
    rest = iter(places)
    return re.sub(r"\{\w+\}", lambda _: next(rest), route.path)


def is_led_out(answer: httpx2.Response) -> bool:
    """Whether nobody is signed in by now."""
    return answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")


def fault(answer: httpx2.Response) -> str:
    """What is wrong with an answer, or nothing."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    if found := INSIDE.search(answer.text if answer.status_code >= 400 else ""):
        return f"{answer.status_code} shows {found[0]!r}"
    if answer.status_code < 400:
        return ""
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    told = " ".join(node.text() for node in LexborHTMLParser(answer.text).css(TOLD)) if is_page else answer.text
    return "" if SENTENCE.search(told) else f"{answer.status_code} says {told[:100]!r}"


@pytest.fixture
def provider() -> Iterator[OidcServer]:
    with OidcServer() as server:
        yield server


async def fuzz(cast: Cast, provider: OidcServer, name: str, seed: int, rounds: Mapping[str, int]) -> None:
    """Eve has one of everything, amy runs the instance and has nothing yet. No model is asked, and nothing outside."""
    state, url = cast.site.app.state, cast.stage.database.url
    known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    state.settings = cast.stage.settings = settings_for(url, auth="accounts", ai_enabled=False, **known)
    state.solver = NoSolver()
    state.hub.close()  # streams end at once
    await furnish(replace(cast.stage, ada=cast.member.id, eve=cast.owner.id))
    people = {"anybody": None, "member": cast.member, "admin": cast.admin}
    routes = page_routes(cast.site.app)
    tally = Tally(name, seed, floor=LEAST_ROUTES * sum(rounds.values()))
    fuzz = Fuzz(cast, tally, random.Random(seed), routes)
    cast.site.app.dependency_overrides[read_form] = fuzz.form
    try:
        for person in (cast.member, cast.admin):
            await fuzz.look_around(person)
        for who, count in rounds.items():
            await fuzz.ask_all(who, people[who], count)
    finally:
        cast.site.app.dependency_overrides.clear()
    tally.close()
    assert fuzz.done["member"] >= LEAST_DONE * len(routes) * rounds["member"], fuzz.done


async def test_any_form(cast: Cast, provider: OidcServer) -> None:
    await fuzz(cast, provider, "G22 pages", SEED, ROUNDS)


@pytest.mark.guarantees
async def test_any_form_long(cast: Cast, provider: OidcServer) -> None:
    await fuzz(cast, provider, "G22 pages long", random.SystemRandom().randrange(10**6), LONG_ROUNDS)
