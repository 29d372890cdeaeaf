"""Fixtures of the journeys: one Chromium, few servers, an empty database for each, and pages that must not complain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.server import ROOT, AppServer, ServerPool
from tests.e2e.steps import Watch, work_daily
from tests.e2e.team import setup_link
from tests.support.browser import executable_path, launch_arguments
from tests.support.databases import SqliteTemplates
from tests.support.forks import ForkedServer

PATIENCE_MS = 10_000
WIDE = (1200, 760)
NARROW = (360, 740)
QUICK = {"AI_QUIET_SECONDS": "0.5", "AI_DEADLINE_SECONDS": "10"}
"""What every server has, so that one serves the journeys with a model and those without."""
WITHOUT_WORKER = "delete Navigator.prototype.serviceWorker"
"""As in a private window. To install the service worker took a third of the time of a page in a new browser."""
SIZES = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow", marks=pytest.mark.guarantees)]
"""A journey that is the same on a phone; those whose pages differ there, and the walk to the plan, name both for every run."""

StartApp = Callable[..., AppServer]


@dataclass(frozen=True)
class Tab:
    """A page and what it complained about."""

    page: Page
    watch: Watch


OpenTab = Callable[..., Tab]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known when this folder is named on the command line, as `make screens` does."""
    parser.addoption("--screens", action="store_true", help="write the pictures to docs/screens")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; ended with the last journey, since Playwright's loop and pytest-asyncio's cannot live side by side."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable_path(), args=launch_arguments())
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def migrated(sqlite_templates: SqliteTemplates) -> Path:
    """An empty database of the newest version, to copy from."""
    return Path(sqlite_templates.create().removeprefix("sqlite+aiosqlite:///"))


@pytest.fixture(scope="package")
def servers(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[ServerPool]:
    """Servers for one test after another: working 9 to 17 on every day, or with a link for whoever will own it."""

    def prepare(server: AppServer) -> None:
        if "AUTH" in server.environment:
            setup_link(server)
        else:
            work_daily(server)

    pool = ServerPool(ForkedServer, tmp_path_factory.mktemp("servers"), migrated, prepare)
    yield pool
    pool.close()


@pytest.fixture
def start_app(servers: ServerPool) -> Iterator[StartApp]:
    """Servers with nothing in their databases; their logs must hold no error."""
    running: list[tuple[AppServer, dict[str, str]]] = []

    def start(**changes: str) -> AppServer:
        environment = QUICK | changes
        server = servers.take(environment)
        running.append((server, environment))
        return server

    yield start
    complaints = [line for server, _ in running for line in server.complaints()]
    for server, environment in running:
        servers.give_back(server, environment)
    assert not complaints, f"the server's log has errors: {complaints}"


@pytest.fixture
def app(start_app: StartApp) -> AppServer:
    """A server without a model at 9 o'clock in the morning of a working day."""
    return start_app()


@pytest.fixture
def screens_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures go: into the documentation when asked for, else away."""
    return ROOT / "docs" / "screens" if request.config.getoption("--screens", default=False) else tmp_path


@pytest.fixture
def open_tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenTab]:
    """Opens tabs of one person's browser; at the end, none may have complained.

    The service worker is there in journeys that say so, the main walk among them, and in all of the long size.
    """
    is_long = request.node.get_closest_marker("guarantees") is not None
    contexts: list[BrowserContext] = []
    tabs: list[Tab] = []

    def open_one(
        url: str,
        size: tuple[int, int] = WIDE,
        *,
        scripts: bool = True,
        worker: bool = False,
        beside: Tab | None = None,
        scheme: str = "light",
    ) -> Tab:
        if beside is None:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                java_script_enabled=scripts,
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
                locale="en-GB",
            )
            if not (worker or is_long):
                context.add_init_script(WITHOUT_WORKER)
            contexts.append(context)
        else:
            context = beside.page.context
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        tab = Tab(page, Watch(page))
        tabs.append(tab)
        page.goto(url)
        return tab

    yield open_one
    for context in contexts:
        context.close()
    problems = [problem for tab in tabs for problem in tab.watch.problems]
    assert not problems, f"the page complained: {problems}"
