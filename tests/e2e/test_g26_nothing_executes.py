"""G26: nothing executes. Hostile texts in every field that a person can fill in, looked at in a real browser, without the
content security policy and with it.

The fields are read from the forms of the pages, so that a new one is filled as soon as it is there. All texts of an account are
there at once, so that a page is loaded once. Test size: each field gets some of the texts, each text many fields; the answer of
every page is read, those that show texts are looked at without the policy, and some with it. Long: every text in every field,
every page looked at both ways.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.e2e.conftest import WITHOUT_WORKER, StartApp
from tests.e2e.server import AppServer
from tests.e2e.team import ACCOUNTS, let_in, set_up
from tests.guarantees.report import Tally

SEED = 26
CANARY = "canary.invalid"
ACT = f"window.__pwned=1;fetch('//{CANARY}')"
PAYLOADS = (
    f"<script data-pwned>{ACT}</script>",
    f"</title></textarea></script><script data-pwned>{ACT}</script>",
    f'<img data-pwned src=x onerror="{ACT}">',
    f"<svg data-pwned onload={ACT}>",
    f"<svg data-pwned><script>{ACT}</script></svg>",
    f"<math data-pwned><mtext><style><img src=x onerror={ACT}></style></mtext></math>",
    f'<iframe data-pwned srcdoc="<script>{ACT}</script>"></iframe>',
    f'<object data-pwned data="javascript:{ACT}"></object>',
    f'<a data-pwned href="javascript:{ACT}" autofocus onfocus="{ACT}">x</a>',
    f"<details data-pwned open ontoggle={ACT}>",
    f'<form data-pwned action="//{CANARY}"><button autofocus onfocus={ACT}>',
    f'<meta data-pwned http-equiv="refresh" content="0;url=//{CANARY}">',
    f'<base data-pwned href="//{CANARY}/">',
    f'<link data-pwned rel=stylesheet href="//{CANARY}/x.css">',
    f"<style data-pwned>@import '//{CANARY}/x.css';</style>",
    f'" data-pwned autofocus onfocus="{ACT}" x="',
    f"' data-pwned autofocus onfocus='{ACT}' x='",
    f" data-pwned autofocus onfocus={ACT} ",
    f"` data-pwned onmouseover={ACT} `",
    f'"><img data-pwned src=x onerror={ACT}>',
    f"'-({ACT.split(';', maxsplit=1)[0]})-'",
    f"javascript:{ACT}",
    f"JaVaScRiPt\t:{ACT}",
    f"data:text/html,<script data-pwned>{ACT}</script>",
    f"//{CANARY}/x",
    f'<div data-pwned hx-get="//{CANARY}" hx-trigger="load"></div>',
    f'<div data-pwned data-hx-get="//{CANARY}" data-hx-trigger="load"></div>',
    f'" data-pwned hx-get="//{CANARY}" hx-trigger="load" x="',
    f"<div data-pwned hx-on:load={ACT} hx-on--load={ACT}></div>",
    '<hx-partial data-pwned hx-target="body" hx-swap="innerHTML">gone</hx-partial>',
    '<p data-pwned id="toasts" hx-swap-oob="true">gone</p>',
    '<i data-pwned data-behavior="chat dialog"></i>',
    "{{ 1733*1733 }}",
    "{% for n in range(3) %}pwned{{ 1733*1733 }}{% endfor %}",
    "${1733*1733} #{1733*1733} <%= 1733*1733 %>",
    "{{ ''.__class__.__mro__ }}",
    "\u202e<script data-pwned>tpircs\u202c\u2066\u2069",
    "\uff1cscript data-pwned\uff1e\u2028\u2029",
    "\ufeff<\u0000img data-pwned src=x onerror=1>",
    "&lt;img data-pwned src=x onerror=1&gt;&#60;svg data-pwned&#62;",
    "%3Cimg data-pwned src=x onerror=1%3E",
    "\\x3cimg data-pwned\\x3e \\u003cimg\\u003e </script>",
    "<!--><img data-pwned src=x onerror=1>-->",
    "<![CDATA[<img data-pwned src=x>]]>",
    '=HYPERLINK("//canary.invalid","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:pwned",
    "x\r\nSet-Cookie: pwned=1\r\n\r\n<script data-pwned>1</script>",
)
COMPUTED = "3003289"
"""What a template that is run makes of 1733*1733."""
FREE = {"text", "search", "textarea"}
SKIPPED = {"submit", "button", "reset", "checkbox", "radio", "file"}
NEVER = re.compile(r"/(delete|complete|sign-out|end)$|/settings/look|/settings/data/delete")
"""They would take away what is to be seen; their fields are those of other actions."""
WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)_")
NAMED = "Canary"
SOON, LATER = (f"{datetime.now(UTC).date() + timedelta(days=days)}" for days in (3, 30))
HOURS = {"start_at": f"{SOON}T10:00", "end_at": f"{SOON}T11:00", "deadline_at": f"{SOON}T18:00", "minutes": "30"}
COMPANIONS = {**HOURS, "first_on": LATER, "last_on": LATER, "from": "09:00", "to": "10:00"}
"""What a form must have besides its free text."""
TAKEN = {
    *("/tasks text", "/tasks/N title", "/tasks/N context", "/tasks/N project", "/tasks/N labels", "/tasks/N/parts text"),
    *("/tasks/bulk/edit add_label", "/projects/project/N name", "/chat text", "/filters name", "/filters/N name"),
    *("/events title", "/events/N title", "/calendar/tasks text", "/plan/what-if text", "/settings/context context"),
    *("/settings/hours name", "/settings/hours/N name", "/settings/days note", "/settings/people name"),
    *("/settings/account/name name", "/settings/account/tokens name"),
}
"""Fields that take any text: it must have got in."""
PAGES = (
    *("/", "/tasks?status=any", "/tasks?status=any&sort=own", "/projects", "/history", "/insights", "/chat", "/ai-log"),
    *(f"/calendar?view={view}" for view in ("day", "week", "month", "agenda")),
    *("/plan/versions", "/plan/what-if", "/settings", "/settings/account", "/settings/people", "/settings/people/log"),
    *("/tasks/1", "/tasks/2", "/events/1", "/calendar/new", "/events/new", "/quick-add", "/docs"),
)
ASKED = (
    f"/tasks?{urlencode({'text': ''.join(PAYLOADS[:6])})}",
    f"/palette?{urlencode({'q': PAYLOADS[2]})}",
    f"/calendar/new?{urlencode({'view': PAYLOADS[15], 'date': PAYLOADS[19]})}",
    f"/nowhere/{quote(PAYLOADS[2])}",
)
"""What an address says is shown, too."""
SHOWING = (
    *("/", "/tasks?status=any", "/projects", "/chat", "/calendar?view=week", "/settings", "/settings/account", "dialog"),
    *("/settings/people/log", "/plan/versions", "/tasks/1", "/events/1"),
)
"""There some of the texts must be seen, or nothing would be proven."""
WITH_POLICY = ("/", "/calendar?view=week", "/chat")
LEAST_FIELDS = 80
LENGTHS = (480, 95)
"""What titles and names take."""
LONGEST = 600
"""Of a text that may be as long as it likes."""
FOUND = """() => {
    const isData = ({ name, value }) => name === "hx-vals" && value.startsWith("{");
    const isCode = (it) => /^(on|hx-|data-hx-)/.test(it.name) && /pwned|canary/.test(it.value) && !isData(it);
    const isAway = ({ name, value }) => /^(href|src|action|formaction|data|srcdoc|hx-get|hx-post)$/.test(name)
        && /^\\s*(javascript:|data:|\\/\\/)/i.test(value);
    const isBad = (it) => it.hasAttribute("data-pwned") || [...it.attributes].some((one) => isCode(one) || isAway(one));
    return [...document.querySelectorAll("*")].filter(isBad).map((it) => it.outerHTML.slice(0, 200));
}"""
"""Elements that came of a text, or do what one says. `hx-vals` may hold a text, as JSON."""


@dataclass(frozen=True)
class Target:
    """A form: the page that has it, where it goes, what it would send as it is, and which fields a person fills in, with their
    most characters and whether any text will do."""

    page: str
    path: str
    values: dict[str, str]
    fields: tuple[tuple[str, int, bool], ...]

    @property
    def kind(self) -> str:
        return re.sub(r"\d+", "N", self.path.partition("?")[0])

    @property
    def names(self) -> tuple[str, ...]:
        """What its fields are for: those of seven weekdays, or of four windows, are one."""
        return tuple(f"{self.kind} {kind_of(name)}" for name, *_ in self.fields)

    @property
    def key(self) -> str:
        return " ".join(sorted({*self.names}))


def kind_of(name: str) -> str:
    return re.sub(r"\d+", "N", WEEKDAY.sub("", name))


@dataclass
class Filling:
    """The corpus, and who has had what of it."""

    client: httpx2.Client
    tally: Tally
    most: int
    fields: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    turn: deque[str] = field(default_factory=lambda: deque(random.Random(SEED).sample(PAYLOADS, len(PAYLOADS))))

    def fill(self, target: Target) -> None:
        """Send the form with all of its free fields hostile; what is refused so, each by itself, and shorter.

        Each other field by itself, too: what is said of a refused one shows it.
        """
        free = [(name, most) for name, most, is_free in target.fields if is_free]
        for _ in range(self.most if free else 0):
            if not self.send(target, {name: self.text(most) for name, most in free}):
                for name, most in free:
                    any(self.send(target, {name: self.text(min(most, length))}) for length in LENGTHS)
        strict = {kind_of(name): (name, most) for name, most, is_free in target.fields if not is_free}
        for name, most in strict.values():
            for _ in range(max(1, self.most // 4)):
                self.send(target, {name: self.text(most)})

    def text(self, most: int) -> str:
        """As many of the next texts as the field takes; of the first, what it takes."""
        chosen = [self.next()]
        while sum(map(len, chosen)) + len(chosen) + len(self.turn[0]) <= min(most, LONGEST):
            chosen.append(self.next())
        self.used.update(text for text in chosen if len(text) <= most)
        return " ".join(chosen)[:most]

    def next(self) -> str:
        self.turn.rotate(-1)
        return self.turn[-1]

    def send(self, target: Target, hostile: dict[str, str]) -> bool:
        """Post it, with and without scripts in turn; whether it was taken. Whatever the answer shows, it is text."""
        headers = {"HX-Request": "true"} if self.tally.cases % 4 else {}
        values = self.fresh(target) | hostile
        answer = self.client.post(target.path, data=values, headers=headers, follow_redirects=True)
        where = f"{target.path} {sorted(hostile)}"
        found = injected(LexborHTMLParser(answer.text)) if "html" in answer.headers["content-type"] else []
        self.tally.case(answer.status_code < 500, f"{where}: {answer.status_code}")
        self.tally.case(not found and COMPUTED not in answer.text, f"{where}: {found or COMPUTED} for {hostile}")
        assert "pwned" not in self.client.cookies, where
        names = {f"{target.kind} {kind_of(name)}" for name in hostile}
        self.fields |= names
        self.taken |= names if answer.status_code < 400 else set()
        return answer.status_code < 400

    def fresh(self, target: Target) -> dict[str, str]:
        """What the form sends of itself: as it is by now, where it says which version it has; and what it must have besides."""
        values = target.values
        if "version" in values:
            values = targets(self.client, [target.page])[target.key].values
        known = {"email": f"person{self.tally.cases}@example.org", "day": "", **COMPANIONS}
        is_task = target.kind == "/tasks/N"
        return {name: value or ("" if is_task else known.get(name, "")) for name, value in values.items()}


def injected(tree: LexborHTMLParser) -> list[str]:
    """Elements that came of a text."""
    found = tree.css("[data-pwned], script:not([src]):not([type]), [onerror], [onload], [onfocus]")
    return [str(node.html)[:200] for node in found]


def targets(client: httpx2.Client, pages: Iterable[str]) -> dict[str, Target]:
    """The forms of the pages by what they are for: their own address and those of their buttons."""
    found: dict[str, Target] = {}
    for page in pages:
        answer = client.get(page, follow_redirects=True)
        tree = LexborHTMLParser(answer.text)
        for form in tree.css("form[method=post]"):
            for target in of_form(page, tree, form):
                if target.fields and not NEVER.search(target.path):
                    found.setdefault(target.key, target)
    return found


def of_form(page: str, tree: LexborHTMLParser, form: LexborNode) -> Iterator[Target]:
    name = form.attributes.get("id")
    inside = "input[name], textarea[name], select[name], button[formaction]"
    nodes = [*form.css(inside), *(tree.css(f"[form='{name}']") if name else ())]
    values: dict[str, str] = {}
    fields: list[tuple[str, int, bool]] = []
    for node in nodes:
        kind = node.tag if node.tag == "textarea" else node.attributes.get("type") or "text"
        key = node.attributes.get("name")
        if not key or node.tag == "button":
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            values[key] = (chosen.attributes.get("value") or "") if chosen else ""
        elif kind not in SKIPPED or "checked" in node.attributes or key == "ids":
            values[key] = node.text().removeprefix("\n") if node.tag == "textarea" else node.attributes.get("value") or ""
        is_typed = node.tag != "select" and kind not in SKIPPED and "readonly" not in node.attributes
        if is_typed and not (kind == "hidden" and key in {"version", "token", "listed", "shown"}):
            fields.append((key, int(node.attributes.get("maxlength") or 2000), kind in FREE))
    actions = [str(node.attributes["formaction"]) for node in nodes if node.tag == "button" and "formaction" in node.attributes]
    for path in dict.fromkeys([form.attributes.get("action") or "", *(actions if name != "actions" else ())]):
        yield Target(page, path, values, tuple(dict.fromkeys(fields)))


def furnish(app: AppServer) -> None:
    """One of everything that has a form of its own."""
    today = app.client.get("/").text.partition('name="day" value="')[2][:10]
    for number, text in enumerate((f"{NAMED} 2h by tomorrow 17:00 #desk +Garden", "Call Bob 15min", "Water plants every day")):
        app.post("/tasks", {"text": text, "token": f"g26-{number}"})
    app.post("/events", {"title": "Standup", "start_at": f"{today}T10:45", "end_at": f"{today}T11:00"})
    app.post("/filters", {"name": NAMED, "query": "due=week"})
    app.client.post("/settings/people", data={"email": "bob@example.org", "name": "Bob", "role": "member"})


def look(context: BrowserContext, app: AppServer, paths: Iterable[str], tally: Tally) -> set[str]:
    """Open the pages, and what opens on top of them: nothing of the texts is an element, runs, or is asked for.

    Where they are to be seen.
    """
    page = context.new_page()
    seen: list[str] = []
    shown: set[str] = set()

    def ask(request: Request) -> None:
        if not request.url.startswith(app.url):
            seen.append(request.url)

    def close(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    def read(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            seen.append(said.text)

    context.on("request", ask)
    page.on("dialog", close)
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", read)
    for path in paths:
        page.goto(f"{app.url}{path}")
        page.wait_for_function("() => 'htmx' in window || !document.querySelector('script[src*=htmx]')")
        shown |= {path} if judge(page, path, seen, tally) else set()
    if tally.failures:
        return shown
    page.goto(app.url)
    page.keyboard.press("Control+k")
    page.keyboard.type("can")
    page.locator("#palette [role=option]").first.wait_for()
    judge(page, "palette", seen, tally)
    page.keyboard.press("Escape")
    page.locator("#task-list .task-title").first.click()
    page.locator("#dialog form").first.wait_for()
    shown |= {"dialog"} if judge(page, "dialog", seen, tally) else set()
    page.close()
    return shown


def judge(page: Page, where: str, seen: list[str], tally: Tally) -> bool:
    """Three cases; whether the page shows any of the texts."""
    found = page.evaluate(FOUND)
    pwned = page.evaluate("() => '__pwned' in window")
    text = page.evaluate("() => document.documentElement.outerHTML")
    tally.case(not found, f"{where}: {found[:3]}")
    tally.case(not pwned and not seen, f"{where}: ran, or was asked for: {seen[:3]}")
    tally.case(COMPUTED not in text, f"{where}: a template was run")
    seen.clear()
    return "pwned" in text


def read(client: httpx2.Client, tally: Tally) -> None:
    """A case for every page: nothing of the texts is an element of what the server answers."""
    for path in PAGES:
        answer = client.get(path, follow_redirects=True).text
        found = injected(LexborHTMLParser(answer))
        tally.case(not found and COMPUTED not in answer, f"{path}: {found or COMPUTED}")


def run(browser: Browser, app: AppServer, most: int, bare: Iterable[str], guarded: Iterable[str], floor: int) -> None:
    tally = Tally("G26", SEED, floor)
    furnish(app)
    filling = Filling(app.client, tally, most)
    for target in targets(app.client, PAGES).values():
        filling.fill(target)
    with httpx2.Client(base_url=app.url, trust_env=False) as nobody:
        door = Filling(nobody, tally, most)
        for target in targets(nobody, ("/sign-in",)).values():
            door.fill(target)
    read(app.client, tally)
    for is_open, wanted in ((True, (*bare, *ASKED)), (False, guarded)):
        context = browser.new_context(bypass_csp=is_open, reduced_motion="reduce", viewport={"width": 1200, "height": 760})
        context.add_init_script(WITHOUT_WORKER)
        let_in(context, app)
        shown = look(context, app, wanted, tally)
        assert {*SHOWING} & {*wanted} <= shown, "the texts are there to be seen"
        context.close()
    assert len(filling.fields | door.fields) >= LEAST_FIELDS, sorted(filling.fields | door.fields)
    tally.close()
    assert filling.taken >= TAKEN, TAKEN - filling.taken
    assert {*PAYLOADS} == filling.used, "each text went somewhere"


@pytest.fixture
def team(start_app: StartApp) -> AppServer:
    server = start_app(**ACCOUNTS)
    set_up(server)
    return server


def test_some_texts_in_every_field(team: AppServer, browser: Browser) -> None:
    run(browser, team, 1, [path for path in SHOWING if path != "dialog"], WITH_POLICY, 250)


@pytest.mark.guarantees
def test_every_text_in_every_field(team: AppServer, browser: Browser) -> None:
    run(browser, team, len(PAYLOADS), PAGES, PAGES, 4000)
