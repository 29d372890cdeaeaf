"""The command line."""

from __future__ import annotations

import json

import pytest

from tests.e2e.server import AppServer
from tests.test_config import run

NOW = "2026-11-23T09:00:00+01:00"


class TestParse:
    def test_valid(self) -> None:
        done = run("parse", "Write report 3h by Friday 5pm high", "--now", NOW, "--zone", "Europe/Berlin")
        assert done.returncode == 0
        assert json.loads(done.stdout) == {
            "title": "Write report",
            "duration_min": 180,
            "deadline": "2026-11-27T17:00:00+01:00",
            "importance": 2,
        }

    def test_problems(self) -> None:
        done = run("parse", "Pay rent by 31 Feb", "--now", NOW, "--zone", "Europe/Berlin")
        assert len(json.loads(done.stdout)["problems"]) == 1

    @pytest.mark.parametrize("arguments", [("--zone", "Middle/Earth"), ("--now", "soon")])
    def test_invalid(self, arguments: tuple[str, str]) -> None:
        """A wrong option is a line about it, not a traceback."""
        done = run("parse", "Call Bob", *arguments)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr


class TestMigrate:
    @pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:9/nothing", "sqlite:////proc/nowhere/x.db"])
    def test_unreachable(self, url: str) -> None:
        done = run("migrate", DATABASE_URL=url)
        assert done.returncode == 2
        assert done.stderr.startswith("dayloom: DATABASE_URL cannot be used: ")
        assert len(done.stderr.strip().splitlines()) == 1


class TestServe:
    def test_serves_and_stops(self, server: AppServer) -> None:
        assert server.client.get("/healthz").json() == {"status": "ok"}
        assert server.client.get("/readyz").json() == {"status": "ok"}
        assert "Server" not in server.client.get("/").headers
