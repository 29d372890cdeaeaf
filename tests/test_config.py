"""The environment as settings: each bad value is one line that names it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import SecretStr, ValidationError
from typer.testing import CliRunner, Result

from cli import cli
from config import ROOT, Settings, get_settings
from services.secret_keys import secret_key
from tests.support.stage import BareSettings, settings_for


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line with that environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "cli.py", *arguments], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False
    )


def told(*arguments: str, **environment: str) -> Result:
    """The same in this process, where a command line takes no second of its own; with no more of the environment."""
    get_settings.cache_clear()
    try:
        with patch.dict(os.environ, environment, clear=True):
            return CliRunner().invoke(cli, arguments)
    finally:
        get_settings.cache_clear()


class TestSettings:
    @pytest.mark.parametrize(
        ("given", "url"),
        [
            ("sqlite:///var/x.db", f"sqlite+aiosqlite:///{ROOT}/var/x.db"),
            ("sqlite:////data/x.db", "sqlite+aiosqlite:////data/x.db"),
            ("postgres://ada@host/day", "postgresql+asyncpg://ada@host/day"),
            ("postgresql://ada:p%40ss@host:5433/day?ssl=require", "postgresql+asyncpg://ada:p%40ss@host:5433/day?ssl=require"),
            ("postgresql+asyncpg://ada@/day?host=/run", "postgresql+asyncpg://ada@/day?host=/run"),
        ],
    )
    def test_database_url(self, given: str, url: str) -> None:
        assert BareSettings.model_validate({"database_url": given}).database_url == url

    def test_origins(self) -> None:
        said = BareSettings.model_validate({"cors_origins": " https://App.example.org/ ,http://localhost:3000,"})
        assert said.cors_origins == {"https://app.example.org", "http://localhost:3000"}
        assert BareSettings.model_validate({"cors_origins": ""}).cors_origins == frozenset()

    @pytest.mark.parametrize(
        ("name", "bad"),
        [
            ("database_url", "mysql://host/day"),
            ("database_url", "day.db"),
            ("database_url", "sqlite:///"),
            ("host", "example.org"),
            ("public_url", "dayloom.example"),
            ("timezone", "Berlin"),
            ("secret_key", "short"),
            ("port", 0),
            ("port", 65536),
            ("log_format", "xml"),
            ("poll_seconds", 0),
            ("ai_daily_calls", -1),
            ("cors_origins", "*"),
            ("cors_origins", "https://a.example, *"),
            ("cors_origins", "https://*.example.org"),
            ("cors_origins", "https://a.example/page"),
            ("cors_origins", "a.example"),
            ("cors_origins", "null"),
            ("auth", "none"),
            ("jwt_secret", "short"),
            ("secret_key_previous", f"{'k' * 32},short"),
            ("outbound_private", "http://ollama"),
            ("oidc_issuer", "http://id.example.org"),
            ("oidc_issuer", "https://"),
            ("session_idle_days", 0),
            ("smtp_url", "mail.example.org"),
            ("smtp_url", "http://mail.example.org"),
            ("mail_from", "dayloom"),
            ("rate_limit", "often"),
            ("redis_url", "redis.example.org"),
            ("redis_url", "http://redis.example.org"),
            ("redis_url", "redis://"),
            ("redis_url", "redis://host:port"),
            ("rate_limit", "0"),
            ("rate_limit", "0/minute"),
            *(
                ("public_url", f"https://{bad}")
                for bad in ("", "day.example/plan", "ada@day.example", "day.example:0", "day.example?x")
            ),
            ("smtp_url", "smtp://mail.example.org:99999"),
        ],
    )
    def test_invalid(self, name: str, bad: str | int) -> None:
        with pytest.raises(ValidationError) as caught:
            BareSettings.model_validate({name: bad})
        assert [error["loc"] for error in caught.value.errors()] == [(name,)]

    @pytest.mark.parametrize(
        ("host", "is_loopback"),
        [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True), ("0.0.0.0", False), ("10.0.0.1", False)],
    )
    def test_loopback(self, host: str, is_loopback: bool) -> None:
        assert settings_for("sqlite:///x.db", host=host).is_loopback is is_loopback

    @pytest.mark.parametrize(
        ("values", "url"),
        [
            ({"port": 9000}, "http://127.0.0.1:9000"),
            ({"host": "::1"}, "http://[::1]:8081"),
            ({"public_url": "https://day.example/"}, "https://day.example"),
        ],
    )
    def test_url(self, values: dict[str, object], url: str) -> None:
        assert settings_for("sqlite:///x.db", **values).url == url

    def test_secrets_are_not_printed(self) -> None:
        settings = settings_for("sqlite:///x.db", openai_api_key=SecretStr("sk-canary"))
        assert "sk-canary" not in repr(settings)
        assert "forty-eight" not in repr(settings)


class TestStart:
    """What a person sees: one line that names the variable, and no traceback."""

    @pytest.mark.parametrize(
        ("environment", "name"),
        [
            ({"PORT": "ninety"}, "PORT"),
            ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
            ({"SECRET_KEY": "short"}, "SECRET_KEY"),
            ({"HOST": "0.0.0.0"}, "HOST"),
            ({"HOST": "0.0.0.0", "AUTH": "accounts"}, "PUBLIC_URL"),
            ({"SMTP_URL": "smtp://127.0.0.1:25"}, "MAIL_FROM"),
            ({"SESSION_IDLE_DAYS": "91"}, "SESSION_IDLE_DAYS"),
        ],
    )
    def test_invalid(self, environment: dict[str, str], name: str) -> None:
        done = told("serve", **environment)
        assert done.exit_code == 2
        assert is_one_line(done.stderr)
        assert name in done.stderr

    def test_process(self) -> None:
        """The same of a process as people start it."""
        done = run("serve", PORT="ninety")
        assert (done.returncode, done.stdout) == (2, "")
        assert is_one_line(done.stderr)
        assert "PORT" in done.stderr


def is_one_line(said: str) -> bool:
    return said.startswith("dayloom: ") and said.count("\n") == 1


class TestSecretKey:
    def test_made_once(self, tmp_path: Path) -> None:
        settings = settings_for("sqlite:///x.db", secret_key=SecretStr(""))
        first, second = (secret_key(settings, tmp_path / "var") for _ in range(2))
        assert first == second
        assert len(first) >= 48
        assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600

    def test_configured(self, tmp_path: Path) -> None:
        assert secret_key(settings_for("sqlite:///x.db", secret_key=SecretStr("k" * 32)), tmp_path) == "k" * 32
        assert [*tmp_path.iterdir()] == []


def test_example_names_every_variable() -> None:
    names = {line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"}
    assert names == {name.upper() for name in Settings.model_fields}
