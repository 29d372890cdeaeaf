"""G25: pages of other sites change nothing: every route that may change something, with each way in which a browser says that
another site asks. That nothing is changed by looking, `test_g36_secrets.py` sees in passing.
"""

from __future__ import annotations

from itertools import product

import pytest

from tests.guarantees.report import Tally
from tests.guarantees.test_g23_isolation import declared, things_of
from tests.support.cast import Cast

LEAST_FORGED = 1000
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8081"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)
KINDS = ("application/x-www-form-urlencoded", "text/plain", "application/json")
"""The first two are what a page may send without being asked whether it may."""


@pytest.mark.parametrize("templates", ["sqlite"], indirect=True)
async def test_foreign_pages_change_nothing(cast: Cast) -> None:
    before = await things_of(cast.stage, cast.owner.id)
    tally = Tally("G25 forged", 0, LEAST_FORGED)
    for route in (route for route in declared() if not route.is_safe):
        path = route.at(1, cast.owner.id)
        for says, kind in product(FOREIGN, KINDS):
            headers = {**cast.owner.headers, **says, "Content-Type": kind}
            answer = await cast.site.http.request(route.method, path, headers=headers, content=b"{}")
            is_refused = answer.status_code == 403 and "another site" in answer.text and "set-cookie" not in answer.headers
            tally.case(is_refused, f"{route} {says} {kind}: {answer.status_code}")
    tally.close()
    assert await things_of(cast.stage, cast.owner.id) == before
