"""The house rules that import-linter cannot see: the root modules, the one commit, templates and routes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from app import create_app
from config import ROOT
from routers.rendering import environment
from tests.support.stage import settings_for

PACKAGES = ("planning", "assistant", "repositories", "services", "routers")
LEAST_TEMPLATES = 25
LEAST_ROUTES = 35
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "logs": set(),
    "addresses": set(),
    "outbound": {"addresses"},
    "config": {"addresses", "errors"},
    "sqlite": set(),
    "db": {"errors", "sqlite"},
    "models": {"db"},
    "migrations": {"config"},
    "protocol": set(),
    "scheduler": {"services"},
    "app": {"logs", "assistant", "config", "db", "outbound", "planning", "routers", "scheduler", "services"},
    "cli": {"app", "assistant", "config", "db", "errors", "migrations", "protocol", "services"},
    "repositories": {"db", "models"},
    "services": {
        *{"addresses", "assistant", "config", "db", "errors", "logs", "migrations", "models", "planning", "repositories"}
    },
    "routers": {"assistant", "config", "db", "errors", "logs", "models", "services"},
    "planning": set(),
    "assistant": {"addresses", "outbound"},
}
"""Which of the project's own modules each part may import; what is imported within a function counts too."""


def sources(part: str) -> list[Path]:
    path = ROOT / part
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def imported(path: Path) -> set[str]:
    """The first names of all imports of a file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def product_files() -> list[Path]:
    return [path for part in MAY_IMPORT for path in sources(part)]


def test_every_root_module_has_a_rule() -> None:
    assert {path.stem for path in ROOT.glob("*.py")} == {*MAY_IMPORT} - {*PACKAGES}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports(part: str) -> None:
    strays = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(part)
        for name in (imported(path) & {*MAY_IMPORT}) - MAY_IMPORT[part] - {part}
    }
    assert strays == set()


@pytest.mark.parametrize(
    ("part", "forbidden"),
    [
        ("routers", {"sqlalchemy", "repositories", "dspy", "ortools"}),
        ("services", {"fastapi", "starlette", "jinja2"}),
        ("app", {"sqlalchemy"}),
        ("scheduler", {"sqlalchemy", "fastapi"}),
        ("models", {"fastapi"}),
    ],
)
def test_libraries(part: str, forbidden: set[str]) -> None:
    assert {path.name: imported(path) & forbidden for path in sources(part) if imported(path) & forbidden} == {}


def test_tests_stay_outside() -> None:
    """No file of the product knows its tests."""
    assert [path for path in product_files() if imported(path) & {"tests", "pytest"}] == []


def test_nobody_commits() -> None:
    """The one commit is that of `db.session_scope`, and the one savepoint that of `db.attempt`."""
    calls = [
        (path.relative_to(ROOT).as_posix(), node.attr)
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "begin_nested"}
    ]
    assert sorted(calls) == [("db.py", "begin_nested"), ("db.py", "commit")]


def test_services_read_no_clock() -> None:
    """`now` is read once for each request or run and handed on."""
    strays = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for part in ("services", "repositories", "planning", "routers")
        for path in sources(part)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        if isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
    ]
    assert strays == []


def templates() -> list[str]:
    folder = ROOT / "templates"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def test_templates_are_found() -> None:
    assert len(templates()) >= LEAST_TEMPLATES


@pytest.mark.parametrize("name", templates())
class TestTemplates:
    def test_compiles(self, name: str) -> None:
        assert environment().get_template(name).name == name

    def test_says_what_it_expects(self, name: str) -> None:
        """A page extends a layout; all others begin with what they expect."""
        text = (ROOT / "templates" / name).read_text()
        is_page = text.startswith("{% extends") or name.startswith("layouts/")
        assert is_page or text.startswith("{# expects: ")

    def test_fragment_extends_nothing(self, name: str) -> None:
        text = (ROOT / "templates" / name).read_text()
        assert ("{% extends" in text) == ("_" not in name.replace("ai_log", "") and not name.endswith(".oob.html")) or (
            name.startswith(("layouts/", "components/"))
        )

    @pytest.mark.parametrize("forbidden", ["<script>", "onclick", "hx-on", "js:", "javascript:", " style=", "|safe"])
    def test_content_security_policy(self, name: str, forbidden: str) -> None:
        assert forbidden not in (ROOT / "templates" / name).read_text().lower()


def test_routes() -> None:
    """Every route has a name and its own methods and path, and none is lost in a tree."""
    app = create_app(settings_for("sqlite+aiosqlite:////tmp/never-asked/x.db"))
    routes = [context for context in iter_route_contexts(app.routes) if getattr(context, "methods", None)]
    found = {(method, str(context.path)) for context in routes for method in context.methods or ()}
    assert len(routes) >= LEAST_ROUTES
    assert all(context.name for context in routes)
    assert {("POST", "/tasks"), ("GET", "/tasks/{task_id}"), ("GET", "/api/v1/plan"), ("GET", "/stream")} <= found
    assert {method for method, path in found if not path.startswith(("/api/", "/openapi"))} == {"GET", "POST"}
