"""G22: no input makes the API fail. Requests are made of its own description, right and wrong; none is answered 5xx.

Each answer keeps the description's word too: its status is described, and every error has the one shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from db import Database
from tests.guarantees.report import Tally
from tests.support.pages import ADDRESS
from tests.support.stage import Clock, Stage, person, settings_for

TEST_SIZE, LONG_SIZE = 120, 6_000
SHAPE = {"error", "detail", "status_code", "fields"}
UNSAID = {400, 413, 415}
"""What any request with a body may be answered, described once for the whole API."""
Node = Mapping[str, Any]

IDS = st.sampled_from(["1", "2", "3", "4", "999", "0", "-1", "x", "9223372036854775807", "9223372036854775808", "%00", "1e3"])
WORDS = st.sampled_from(["Write 2h by Friday", "Call @ann after #1", "Run every weekday at 9:30", "undo", "what if I stop?"])
TEXTS = st.one_of(WORDS, st.text(max_size=40), st.sampled_from(["", " ", "\x00", "\U0001f600", "'; --", "%", "*", "x" * 600]))
INSTANTS = st.sampled_from(
    [
        *("2026-11-24T09:00:00Z", "2026-11-24T10:00:00+01:00", "2026-11-20T09:00:00Z"),
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"),
    ]
)
DAYS = st.sampled_from(["2026-11-24", "2026-12-24", "2020-01-01", "0001-01-01", "9999-12-31"])
CLOCKS = st.sampled_from(["00:00", "09:00", "17:00", "23:59", "24:00"])
NUMBERS = st.one_of(st.integers(-2, 2000), st.sampled_from([2**31, 2**63, -(2**63), 10**30]))
NONSENSE = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


def values(node: Node, types: Node) -> st.SearchStrategy[Any]:
    """What a schema describes, mostly."""
    if "$ref" in node:
        return st.deferred(lambda: values(types[node["$ref"].rpartition("/")[2]], types))
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum", [node.get("const")]))
    for several in ("anyOf", "oneOf"):
        if several in node:
            return st.one_of(*(values(inner, types) for inner in node[several]))
    match node.get("type"):
        case "object":
            return objects(node, types)
        case "array":
            return st.lists(values(node.get("items", {}), types), max_size=3)
        case "string":
            return strings(node)
        case "integer":
            low, high = node.get("minimum", node.get("exclusiveMinimum", -5)), node.get("maximum", 2000)
            return st.one_of(st.integers(int(low), int(high)), st.integers(1, 5))
        case "number":
            return st.floats(0, 3)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return NONSENSE


def objects(node: Node, types: Node) -> st.SearchStrategy[dict[str, Any]]:
    named = {name: values(inner, types) for name, inner in node.get("properties", {}).items()}
    required = {name: named[name] for name in node.get("required", ()) if name in named}
    return st.fixed_dictionaries(required, optional={name: one for name, one in named.items() if name not in required})


def strings(node: Node) -> st.SearchStrategy[str]:
    by_format = {"date-time": INSTANTS, "date": DAYS}
    usual = by_format.get(node.get("format", ""), CLOCKS if ":" in node.get("pattern", "") else TEXTS)
    return st.one_of(usual, usual, TEXTS)


def requests(document: Node) -> st.SearchStrategy[dict[str, Any]]:
    """Any operation of the document, with what it asks for."""
    types = document["components"]["schemas"]
    made = [
        one_request(path, method, operation, types)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return st.one_of(*made)


def one_request(path: str, method: str, operation: Node, types: Node) -> st.SearchStrategy[dict[str, Any]]:
    parameters = operation.get("parameters", ())
    in_path = {item["name"]: IDS for item in parameters if item["in"] == "path"}
    query = {item["name"]: st.one_of(values(item["schema"], types), TEXTS) for item in parameters if item["in"] == "query"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return st.fixed_dictionaries(
        {
            "method": st.just(method.upper()),
            "path": st.just(path),
            "described": st.just({int(status) for status in operation["responses"]}),
            "in_path": st.fixed_dictionaries(in_path),
            "query": st.fixed_dictionaries({}, optional=query),
            "body": st.one_of(*[values(body, types)] * 4, NONSENSE) if body else st.none(),
            "headers": st.fixed_dictionaries(
                {},
                optional={
                    "If-Match": st.sampled_from(["*", '"1"', '"1.abc"', "nonsense", '"']),
                    "If-None-Match": st.sampled_from(["*", '"1"', 'W/"x"']),
                    "Idempotency-Key": st.sampled_from(["a", "b", "x" * 300]),
                },
            ),
        }
    )


async def furnished(database_url: str) -> Stage:
    """Ada and eve, with a task of each and a planned day."""
    clock, database = Clock(), Database(database_url)
    ada = await person(database, "ada")
    stage = Stage(database, settings_for(database_url, rate_limit="1000000/second"), clock, ada, await person(database, "eve"))
    for text in ("Write 2h by Friday", "Call after #1", "Water plants every Friday"):
        await stage.add(text)
    await stage.add("Eve's", stage.eve)
    await stage.planned()
    return stage


def walk(database_url: str, size: int, name: str) -> None:
    with asyncio.Runner() as runner:
        stage = runner.run(furnished(database_url))
        app = create_app(stage.settings, stage.clock)
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        http = httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False)
        tally = Tally(name, 0, size)

        @settings(max_examples=size, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
        @given(asked=requests(app.openapi()))
        def check(asked: dict[str, Any]) -> None:
            answer = runner.run(ask(http, asked))
            expected = (asked["described"] | UNSAID | {304, 404}) - {500, 503}
            is_shaped = answer.status_code < 400 or {*answer.json()} == SHAPE
            tally.case(answer.status_code in expected and is_shaped, f"{asked}: {answer.status_code} {answer.text[:300]}")

        try:
            check()
        finally:
            runner.run(closed(app.state.turns.close, app.state.solver.close, http.aclose, app.state.database.close))
            runner.run(stage.database.close())
        tally.close()


async def ask(http: httpx2.AsyncClient, asked: dict[str, Any]) -> httpx2.Response:
    path = asked["path"].format(**asked["in_path"])
    query = {name: value for name, value in asked["query"].items() if value is not None}
    query |= {"wait_seconds": 5} if path.endswith("/chat") else {}
    body = {} if asked["body"] is None else {"json": asked["body"]}
    return await http.request(asked["method"], path, params=query, headers=asked["headers"], **body)


async def closed(*acts: Callable[[], Any]) -> None:
    for act in acts:
        await act()


def test_any_request(database_url: str) -> None:
    walk(database_url, TEST_SIZE, "G22 test")


@pytest.mark.guarantees
def test_any_request_long(database_url: str) -> None:
    walk(database_url, LONG_SIZE, "G22 long")
