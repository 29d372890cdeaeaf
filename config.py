"""The environment as typed settings, read once from the process environment and `.env`.

A value that cannot be used stops the start with one line that names it; nothing else reads the environment. It is longer than
other files, since the rule of each value stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parseaddr
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv.parser import parse_stream
from limits import parse as parse_limit
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from tzlocal import get_localzone_name

from addresses import OWN_MACHINE, PUBLIC_ONLY, Policy, has_port, is_here
from errors import ConfigurationError

ROOT = Path(__file__).resolve().parent
ZONES = frozenset(available_timezones())
"""The IANA zones that this machine knows; to look for them takes 20 ms."""
DEFAULT_MODEL = "openrouter/deepseek/deepseek-v3.2-exp"

Seconds = Annotated[float, Field(gt=0, le=3600)]
PositiveMinutes = Annotated[int, Field(ge=0, le=24 * 60)]
SessionDays = Annotated[int, Field(ge=1, le=400)]


class Settings(BaseSettings):
    """Every knob; `.env.example` explains each in one line. Units stand in the names."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    auth: Literal["local", "accounts"] = "local"
    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=1, le=65535)
    public_url: str = ""
    allow_remote: bool = False
    cors_origins: Annotated[frozenset[str], NoDecode] = frozenset()
    rate_limit: str = "600/minute"
    database_url: str = "sqlite:///var/dayloom.db"
    database_pool_size: int = Field(default=10, ge=1, le=200)
    redis_url: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    secret_key_previous: SecretStr = SecretStr("")
    jwt_secret: SecretStr = SecretStr("")
    session_idle_days: SessionDays = 14
    session_absolute_days: SessionDays = 90
    outbound_private: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: Annotated[str, Field(max_length=40)] = "single sign-on"
    oidc_domains: Annotated[frozenset[str], NoDecode] = frozenset()
    log_format: Literal["plain", "json"] = "plain"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    timezone: str = ""

    ai_enabled: bool = True
    ai_model: str = DEFAULT_MODEL
    ai_deadline_seconds: Seconds = 30.0
    ai_quiet_seconds: Seconds = 2.0
    ai_daily_calls: int = Field(default=500, ge=0)
    openrouter_api_key: SecretStr = SecretStr("")
    openai_api_key: SecretStr = SecretStr("")
    anthropic_api_key: SecretStr = SecretStr("")
    deepseek_api_key: SecretStr = SecretStr("")
    gemini_api_key: SecretStr = SecretStr("")
    groq_api_key: SecretStr = SecretStr("")

    poll_seconds: Seconds = 5.0
    plan_quiet_seconds: Seconds = 0.3
    plan_seconds: Seconds = 2.0
    lease_seconds: Seconds = 60.0
    frozen_minutes: PositiveMinutes = 30
    overdue_minutes: PositiveMinutes = 10

    @field_validator("host")
    @classmethod
    def _host_is_an_address(cls, host: str) -> str:
        if host != "localhost":
            ip_address(host)
        return host

    @field_validator("auth", "log_format", "log_level", "outbound_private", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("ai_model")
    @classmethod
    def _model_names_its_provider(cls, model: str) -> str:
        if "/" not in model.strip("/"):
            raise ValueError(f"must name the provider and the model, such as {DEFAULT_MODEL}")
        return model

    @field_validator("public_url")
    @classmethod
    def _url_is_an_origin(cls, url: str) -> str:
        """Pages know one another by addresses from the root, and links are made of it."""
        read = urlsplit(url.rstrip("/"))
        is_origin = read.scheme in {"http", "https"} and read.hostname and url.rstrip("/") == f"{read.scheme}://{read.netloc}"
        if url and (not is_origin or "@" in read.netloc or not has_port(read)):
            raise ValueError("is the address alone, without a page, such as https://plan.example.org")
        return url.rstrip("/")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins_are_named(cls, origins: object) -> object:
        """Origins between commas. There is no "all": without accounts, whoever may ask may do everything."""
        found = [part.rstrip("/") for part in parts(origins)] if isinstance(origins, str) else origins
        if not isinstance(found, Iterable):
            return found
        named = frozenset(str(origin).lower() for origin in found)
        for origin in named:
            read = urlsplit(origin)
            if read.scheme not in {"http", "https"} or origin != f"{read.scheme}://{read.netloc}" or "*" in origin:
                raise ValueError(f"names each origin, such as https://app.example.org, with commas between; not {origin[:100]}")
        return named

    @field_validator("rate_limit")
    @classmethod
    def _limit_is_a_rate(cls, limit: str) -> str:
        try:
            amount = parse_limit(limit).amount
        except ValueError:
            amount = 0
        if amount < 1:
            raise ValueError("is a number of requests in a time, such as 600/minute or 20/second")
        return limit

    @field_validator("outbound_private")
    @classmethod
    def _places_are_named(cls, places: str) -> str:
        Policy.of(places)
        return places

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        if zone and zone not in ZONES:
            raise ValueError("must be an IANA zone such as Europe/Berlin")
        return zone

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_secure(cls, issuer: str) -> str:
        read = urlsplit(issuer)
        is_here = read.hostname in {"localhost", "127.0.0.1", "::1"}
        if issuer and (not read.hostname or (read.scheme != "https" and not (is_here and read.scheme == "http"))):
            raise ValueError("must be an https:// address, such as https://id.example.org/realms/team")
        return issuer

    @field_validator("oidc_domains", mode="before")
    @classmethod
    def _domains_are_folded(cls, domains: object) -> object:
        return frozenset(part.lower().lstrip("@") for part in parts(domains)) if isinstance(domains, str) else domains

    @field_validator("smtp_url")
    @classmethod
    def _mail_server_is_named(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        if url.get_secret_value() and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not has_port(parts)):
            raise ValueError("must look like smtp://user:password@mail.example.org:587 or smtps://mail.example.org")
        return url

    @field_validator("mail_from")
    @classmethod
    def _sender_is_an_address(cls, sender: str) -> str:
        if sender and "@" not in parseaddr(sender)[1]:
            raise ValueError("must be an address such as dayloom@example.org or Dayloom <dayloom@example.org>")
        return sender

    @field_validator("secret_key", "jwt_secret")
    @classmethod
    def _secret_is_long(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value() and len(key.get_secret_value()) < 32:
            raise ValueError(
                "must have at least 32 characters; `python -c 'import secrets; print(secrets.token_urlsafe(48))'` makes one"
            )
        return key

    @field_validator("secret_key_previous")
    @classmethod
    def _previous_are_long(cls, keys: SecretStr) -> SecretStr:
        if any(len(key) < 32 for key in parts(keys.get_secret_value())):
            raise ValueError("lists former values of SECRET_KEY (at least 32 characters each), with commas between")
        return keys

    @field_validator("database_url")
    @classmethod
    def _driver_is_async(cls, url: str) -> str:
        """A plain URL gets the driver that the project uses; a relative SQLite path is relative to the project."""
        try:
            make_url(url)
        except (ArgumentError, ValueError):
            raise ValueError("is not a URL such as sqlite:///var/dayloom.db or postgresql://user@host/name") from None
        scheme, separator, rest = url.partition("://")
        if not separator:
            raise ValueError("must look like sqlite:///var/dayloom.db or postgresql://user@host/name")
        if scheme in {"postgres", "postgresql", "postgresql+asyncpg"}:
            # libpq's name for it, which hosts print, is not asyncpg's.
            return f"postgresql+asyncpg://{rest}".replace("sslmode=", "ssl=")
        if scheme in {"sqlite", "sqlite+aiosqlite"} and rest.startswith("/") and len(rest) > 1:
            return f"sqlite+aiosqlite:///{(ROOT / rest[1:]).as_posix()}"
        raise ValueError("must be a SQLite file (sqlite:///path) or a PostgreSQL URL (postgresql://user@host/name)")

    @field_validator("redis_url")
    @classmethod
    def _redis_is_named(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        is_named = bool(parts.path if parts.scheme == "unix" else parts.hostname and has_port(parts))
        if url.get_secret_value() and (parts.scheme not in {"redis", "rediss", "unix"} or not is_named):
            raise ValueError("must look like redis://:password@redis.example.org:6379/0, rediss:// or unix:///path")
        return url

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_here(self.host)

    @property
    def url(self) -> str:
        """The address that people use."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def outbound(self) -> Policy:
        """Which addresses people may have opened. Who sits at the machine, alone, could open its network without Dayloom."""
        if self.outbound_private:
            return Policy.of(self.outbound_private)
        return PUBLIC_ONLY if self.has_accounts or not self.is_loopback else OWN_MACHINE

    @property
    def has_accounts(self) -> bool:
        """Whether people sign in; otherwise whoever reaches the server is its one person."""
        return self.auth == "accounts"

    @property
    def has_oidc(self) -> bool:
        """Whether people may sign in by a provider of identities."""
        return self.has_accounts and bool(self.oidc_issuer)

    @property
    def is_https(self) -> bool:
        """Whether people reach the server over TLS, as PUBLIC_URL says."""
        return self.url.startswith("https://")

    @property
    def default_zone(self) -> str:
        """The zone of a new person: the configured one, else this machine's, else UTC."""
        local = self.timezone or get_localzone_name()
        return local if local in ZONES else "UTC"


@cache
def get_settings() -> Settings:
    """The settings of this process. Raises ConfigurationError with one line that names the first bad variable."""
    try:
        _refuse_unreadable_lines(ROOT / ".env")
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "The environment"
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{name} cannot be used: {reason}.") from None
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f".env cannot be read: {error}.") from None
    _refuse_open_doors(settings)
    return settings


def parts(text: str) -> list[str]:
    """What stands between the commas."""
    return [found for part in text.split(",") if (found := part.strip())]


def _refuse_open_doors(settings: Settings) -> None:
    """What each value allows alone and both together do not."""
    if not settings.has_accounts and not settings.is_loopback and not settings.allow_remote:
        raise ConfigurationError(
            f"HOST={settings.host} would let others in without asking who they are: use 127.0.0.1, set AUTH=accounts, "
            "or set ALLOW_REMOTE=true behind a proxy that asks."
        )
    if settings.has_accounts and not settings.is_loopback and not settings.public_url:
        raise ConfigurationError("PUBLIC_URL is needed with AUTH=accounts: links are made of it (https://plan.example.org).")
    if settings.smtp_url.get_secret_value() and not settings.mail_from:
        raise ConfigurationError("MAIL_FROM is needed with SMTP_URL: the address that mails come from.")
    if settings.oidc_issuer and not settings.oidc_client_id:
        raise ConfigurationError("OIDC_CLIENT_ID is needed with OIDC_ISSUER: the name under which the provider knows Dayloom.")
    if settings.session_idle_days > settings.session_absolute_days:
        raise ConfigurationError("SESSION_IDLE_DAYS cannot be more than SESSION_ABSOLUTE_DAYS.")


def _refuse_unreadable_lines(path: Path) -> None:
    """A line of `.env` that nobody can read would be ignored in silence."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in parse_stream(file):
            if line.error:
                raise ConfigurationError(f".env cannot be read at line {line.original.line}: write NAME=value.")
