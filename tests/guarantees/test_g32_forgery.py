"""G32: nobody makes the server open an address that is not theirs to open.

In a network namespace every address is this machine's, and one server listens on all of them: what must not be opened would
answer, and would remember it. The product runs there as a process, with a resolver that changes its mind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from config import ROOT
from tests.guarantees.report import Tally
from tests.support.databases import SqliteTemplates, is_ci

NEVER = (
    *("http://169.254.169.254/v1", "http://169.254.169.254:80/latest", "http://169.254.170.2", "http://100.100.100.200/v1"),
    *("http://192.0.0.192", "http://168.63.129.16", "http://[fd00:ec2::254]/v1", "http://[fe80::1]/", "http://[fe80::1%25lo]/"),
    *(
        "http://0.0.0.0/",
        "http://0.0.0.1/",
        "http://[::]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[ff02::1]/",
    ),
    *(
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[::a9fe:a9fe]/",
    ),
    *("http://[2002:a9fe:a9fe::1]/", "http://[2001:0:a9fe:a9fe::1]/", "http://198.18.0.1/", "http://169.254.169.254./v1"),
    *("http://metadata.google.internal/computeMetadata/v1", "http://METADATA.google.internal./", "http://metadata/"),
)
ODD = (
    *("http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.16689662/", "http://0x7f.1/"),
    *("http://127.1/", "http://0177.0.0.1/", "http://2130706433/", "http://10.0.0.01/", "http://127.0.0.1..:80/"),
    *("http://93.184.216.34@10.0.0.1/", "http://ada:key@10.0.0.1/", "http://93.184.216.34:80@10.0.0.1:80/"),
    *(
        "http://10.0.0.1\\@93.184.216.34/",
        "http:\\\\10.0.0.1/",
        "http://93.184.216.34\\.10.0.0.1/",
        "http:/10.0.0.1/",
        "//10.0.0.1/",
    ),
    *(
        "file:///etc/passwd",
        "gopher://10.0.0.1:80/",
        "ftp://10.0.0.1/",
        "ws://10.0.0.1/",
        "unix:///run/x",
        "http://",
        "http:///v1",
    ),
    *("http://%31%30.0.0.1/", "http://10.0.0.1%2f@93.184.216.34/", "http://93.184.216.34:0/", "http://93.184.216.34:99999/"),
    *(
        "http://１６９.２５４.１６９.２５４/",
        "http://169。254。169。254/",
        "http://①⓪.0.0.1/",
        "http://[10.0.0.1]/",
        "http://[::1/",
    ),
)
INSIDE = (
    *(
        "http://10.0.0.1/v1",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://127.0.0.1/",
        "http://[::1]/",
    ),
    *("http://localhost/", "http://LOCALHOST./", "http://ada.localhost/", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/"),
    *("http://[64:ff9b::a00:1]/", "http://[::ffff:0:10.0.0.1]/", "http://127.8.8.8/"),
)
REACHABLE = tuple(address for address in INSIDE if "ada." not in address)  # a name that no resolver knows
BY_NAME_INSIDE = ("inside", "loop", "nat64", "mixed", "mixed6")
BY_NAME_NEVER = ("meta", "meta6")
REDIRECTS = tuple(
    f"http://{host}/{status}/{to}/"
    for host in ("public.example", "93.184.216.34")
    for status, to in (
        (301, "169.254.169.254"),
        (302, "10.0.0.1"),
        (303, "127.0.0.1"),
        (307, "169.254.169.254"),
        (308, "[::1]"),
    )
)
PUBLIC = ("http://93.184.216.34/v1", "http://public.example/v1", "http://[2606:2800:220:1::1]/", "http://six.example/")
FLOOR = 220


@cache
def lacks_namespaces() -> str:
    """Why there is no network namespace to be had here; empty when there is."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare and ip are needed for a network of its own"
    tried = subprocess.run(["unshare", "-rnm", "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


@pytest.fixture
def database(sqlite_templates: SqliteTemplates) -> Path:
    """A migrated file: which engine there is makes no difference to what is opened."""
    if missing := lacks_namespaces():
        (pytest.fail if is_ci() else pytest.skip)(f"no network namespace: {missing}")
    return Path(sqlite_templates.create().removeprefix("sqlite+aiosqlite:///"))


def world(database: Path, steps: list[dict[str, object]]) -> list[dict[str, object]]:
    """What came of each address of each step."""
    command = ["unshare", "-rnm", sys.executable, "-m", "tests.support.namespace", str(database)]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(steps), capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    told: list[dict[str, object]] = json.loads(done.stdout)
    return told


def test_what_is_closed_is_never_reached(database: Path) -> None:
    names = [f"http://{name}.example/v1" for name in (*BY_NAME_INSIDE, *BY_NAME_NEVER)]
    changing = ["http://rebind.example/v1", "http://rebound.example/v1"]
    shut = [*NEVER, *ODD, *INSIDE, *names, *REDIRECTS, *changing, *PUBLIC]
    steps: list[dict[str, object]] = [
        {"environment": {"OUTBOUND_PRIVATE": "none"}, "addresses": shut, "is_saved": True},
        {"environment": {}, "addresses": [*NEVER, *REACHABLE, "http://meta.example/v1"]},
        {
            "environment": {"OUTBOUND_PRIVATE": "inside.example:80,127.0.0.1"},
            "addresses": [*names, "http://127.0.0.1/", *INSIDE[:1]],
        },
    ]
    tally = Tally("G32", 0, FLOOR)
    for found in world(database, steps):
        step, address, said = found["step"], str(found["address"]), str(found["said"])
        reached = {str(one["address"]) for one in found["reached"]}  # type: ignore[attr-defined]
        is_open = {
            0: address in PUBLIC,
            1: address in REACHABLE,
            2: address in {"http://inside.example/v1", "http://loop.example/v1", "http://127.0.0.1/"},
        }[int(str(step))]
        if address in REDIRECTS or address == changing[0]:  # the first place may be asked; nothing else is
            told = "redirects to" in said if address in REDIRECTS else said == "openai/scripted answers."
            tally.case(reached == {"93.184.216.34"} and told, f"{step} {address}: {reached} {said}")
        elif is_open:
            tally.case(len(reached) == 1 and said.endswith("answers."), f"{step} {address} is open: {reached} {said}")
        else:
            tally.case(not reached and "The address" in said, f"{step} {address} is shut: {reached} {said}")
        is_named = ".example" in address and "://" in address
        if step == 0:  # what a name stands for is seen when it is opened
            expected = 200 if is_open or is_named or address in REDIRECTS else 422
            tally.case(found["saved"] == expected, f"{address} was answered {found['saved']}")
    tally.close()
