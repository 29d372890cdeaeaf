"""The command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import cli
from tests.test_config import is_one_line, run, told

NOW = "2026-11-23T09:00:00+01:00"


class TestParse:
    def test_valid(self) -> None:
        done = run("parse", "Write report 3h by Friday 5pm high", "--now", NOW, "--tz", "Europe/Berlin")
        assert done.returncode == 0
        assert json.loads(done.stdout) == {
            "title": "Write report",
            "duration_min": 180,
            "deadline": "2026-11-27T17:00:00",
            "priority": 2,
        }

    def test_problems(self) -> None:
        done = told("parse", "Pay rent by 31 Feb", "--now", NOW, "--tz", "Europe/Berlin")
        assert len(json.loads(done.stdout)["problems"]) == 1

    def test_lines(self) -> None:
        """One broken line has its own answer; those beside it are still read."""
        asked = [
            {"id": 1, "text": "Call Bob every Friday at 9", "now": "2026-11-18T10:00:00"},
            {"id": "\ud800", "text": "x"},
            [],
        ]
        lines = "\n".join([*map(json.dumps, asked), "{", ""])
        done = CliRunner().invoke(cli, ["parse", "--jsonl", "--tz", "UTC"], input=lines)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert answers[0] == {
            "id": 1,
            "result": {
                "title": "Call Bob",
                "date": "2026-11-20",
                "start": "2026-11-20T09:00:00",
                "time": "09:00",
                "recurrence": {"rrule": "FREQ=WEEKLY;BYDAY=FR"},
            },
        }
        assert answers[1] == {"id": "\ud800", "result": {"title": "x"}}
        assert [sorted(answer) for answer in answers[2:]] == [["error", "id"], ["error", "id"]]

    def test_no_text(self) -> None:
        assert told("parse").exit_code == 2

    @pytest.mark.parametrize("arguments", [("--tz", "Middle/Earth"), ("--now", "soon")])
    def test_invalid(self, arguments: tuple[str, str]) -> None:
        """A wrong option is a line about it, not a traceback."""
        done = told("parse", "Call Bob", *arguments)
        assert done.exit_code == 2
        assert is_one_line(done.stderr)


class TestMigrate:
    @pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:9/nothing", "sqlite:////proc/nowhere/x.db"])
    def test_unreachable(self, url: str) -> None:
        done = told("migrate", DATABASE_URL=url)
        assert done.exit_code == 2
        assert done.stderr.startswith("dayloom: DATABASE_URL cannot be used: ")
        assert is_one_line(done.stderr)


class TestUserLink:
    """G28: the way in without a mail server, for whoever has a shell on the machine."""

    def test_walk(self, tmp_path: Path) -> None:
        environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.db", "SECRET_KEY": "k" * 32, "AUTH": "accounts"}
        assert told("migrate", **environment).exit_code == 0
        done = run("user", "link", **environment)
        assert done.returncode == 0
        assert re.fullmatch(r"http://127\.0\.0\.1:8081/sign-in/link\?token=[\w-]{43}\n", done.stdout)
        nobody = told("user", "link", "ada@example.org", **environment)
        assert (nobody.exit_code, nobody.stdout) == (2, "")
        assert "ada@example.org" in nobody.stderr

    def test_unmigrated(self, tmp_path: Path) -> None:
        """What is wrong, and nothing of the statement that found it."""
        done = told("user", "link", DATABASE_URL=f"sqlite:///{tmp_path}/app.db", SECRET_KEY="k" * 32, AUTH="accounts")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == "dayloom: The database is not migrated to this version. Run `python cli.py migrate`.\n"

    def test_without_accounts(self) -> None:
        done = told("user", "link", DATABASE_URL="sqlite:////proc/nowhere/x.db")
        assert done.exit_code == 2
        assert done.stderr.startswith("dayloom: AUTH=local has no accounts")


class TestKeysRotate:
    def test_walk(self, tmp_path: Path) -> None:
        environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/app.db", "SECRET_KEY": "k" * 32}
        assert told("migrate", **environment).exit_code == 0
        done = told("keys", "rotate", **environment, SECRET_KEY_PREVIOUS="j" * 32)
        assert (done.exit_code, done.stdout) == (0, "0 stored keys encrypted anew, 0 were already.\n")

    def test_unreachable(self) -> None:
        done = told("keys", "rotate", DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing", SECRET_KEY="k" * 32)
        assert done.exit_code == 2
        assert done.stderr.startswith("dayloom: The database cannot be reached. ")
        assert is_one_line(done.stderr)
