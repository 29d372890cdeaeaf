"""G22: no input makes the API fail. Schemathesis asks, as anybody, a member and an admin, what its description allows.

No answer is a 5xx, and each keeps the description's word: its status, type, headers and body are the described ones.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from db import Database
from models import Grant
from tests.guarantees.report import Tally
from tests.repositories.test_owner import furnish
from tests.support.cast import Headers, gather
from tests.support.pages import ADDRESS, Site
from tests.support.stage import Clock, Stage, person, settings_for

TEST_SIZE, LONG_SIZE = 30, 5_000
"""Cases for each kind of person."""
SEED = 20261121
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Request = schemathesis.Case[Any]
UNSAID = {400, 413, 415}
"""What any request with a body may be answered, described once for the whole API."""
IDS = ["1", "2", "3", "4", "5", "6", "999", "0", "-1", "x", "9223372036854775807", "9223372036854775808", "\x00", "1e3"]
INSTANTS = [
    *("2026-11-24T09:00:00Z", "2026-11-24T10:00:00+01:00", "2026-11-20T09:00:00Z"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"),
]
DAYS = ["2026-11-24", "2026-12-24", "2020-01-01", "0001-01-01", "9999-12-31"]


async def furnished(database_url: str) -> tuple[Stage, Site, dict[str, Headers]]:
    """Eve has one of everything, ada a task, amy runs the instance and has nothing; how they come to the API."""
    clock, database = Clock(), Database(database_url)
    ada = await person(database, "ada")
    values = {"auth": "accounts", "rate_limit": "1000000/second"}
    stage = Stage(database, settings_for(database_url, **values), clock, ada, await person(database, "eve"))
    await furnish(replace(stage, ada=stage.eve, eve=ada))
    await stage.add("Ada's")
    app = create_app(stage.settings, clock)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    site = Site(app, httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False))
    cast = await gather(stage, site)
    member = await cast.api_token(cast.member, Grant.WRITE)
    admin = await cast.api_token(cast.admin, Grant.ADMIN)
    return stage, site, {"anybody": {}, "member": member.headers, "admin": admin.headers}


def cases(document: Mapping[str, Any]) -> st.SearchStrategy[Request]:
    """Requests to every operation, as described and not; ids, days and instants are such as there are, or such as hurt."""
    for name, values in {"date-time": INSTANTS, "date": DAYS}.items():
        schemathesis.openapi.format(name, st.sampled_from(values))
    schema = schemathesis.openapi.from_dict(dict(document))

    @schema.hook
    def flatmap_path_parameters(context: schemathesis.HookContext, path_parameters: dict[str, Any] | None) -> Any:
        return st.fixed_dictionaries({name: st.sampled_from(IDS) for name in path_parameters or ()})

    return st.one_of(*(schema.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)))


def sent(runner: asyncio.Runner, http: httpx2.AsyncClient, headers: Headers, case: Request) -> httpx2.Response:
    return runner.run(ask(http, case, headers))


async def ask(http: httpx2.AsyncClient, case: Request, headers: Headers) -> httpx2.Response:
    asked = requests.Request(**case.as_transport_kwargs(ADDRESS, dict(headers))).prepare()
    named = {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in asked.headers.items()}
    body = asked.body
    assert body is None or isinstance(body, (str, bytes))
    return await http.request(asked.method or "", asked.url or "", headers=named, content=body)


def broken(case: Request, answer: httpx2.Response) -> str:
    """What the description says otherwise, or nothing."""
    checks = [check for check in CHECKS if check is not status_code_conformance or answer.status_code not in UNSAID]
    try:
        case.validate_response(answer, checks=checks)
    except (Failure, FailureGroup) as failure:
        return "; ".join(str(one) for one in getattr(failure, "exceptions", [failure]))
    return ""


def walk(database_url: str, size: int, name: str, number: int) -> None:
    with asyncio.Runner() as runner:
        stage, site, cast = runner.run(furnished(database_url))
        tally = Tally(name, number, size * len(cast))
        asked = cases(site.app.openapi())
        try:
            for who, headers in cast.items():
                check_as(who, size, asked, tally, partial(sent, runner, site.http, headers))
        finally:
            state = site.app.state
            runner.run(closed(state.turns.close, state.solver.close, site.http.aclose, state.database.close))
            runner.run(stage.database.close())
        tally.close()


def check_as(
    who: str,
    size: int,
    asked: st.SearchStrategy[Request],
    tally: Tally,
    send: Callable[[Request], httpx2.Response],
) -> None:
    @seed(tally.seed)
    @settings(max_examples=size, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    @given(case=asked)
    def check(case: Request) -> None:
        failure = broken(case, send(case))
        tally.case(not failure, f"{who}: {case.as_curl_command()}: {failure}")

    check()


async def closed(*acts: Callable[[], Any]) -> None:
    for act in acts:
        await act()


def test_any_request(database_url: str) -> None:
    walk(database_url, TEST_SIZE, "G22 test", SEED)


@pytest.mark.guarantees
def test_any_request_long(database_url: str) -> None:
    walk(database_url, LONG_SIZE, "G22 long", random.SystemRandom().randrange(10**6))
