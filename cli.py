"""The command line: serving, migrating, and reading a line of text as the quick-add field would."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from config import Settings, get_settings
from errors import ConfigurationError

if TYPE_CHECKING:
    from fastapi import FastAPI

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Dayloom: a day planner that people can trust.")

GRACE_SECONDS = 5


@contextmanager
def _told() -> Iterator[None]:
    """A broken environment is one line, not a traceback."""
    try:
        yield
    except ConfigurationError as error:
        typer.echo(f"dayloom: {error}", err=True)
        raise typer.Exit(2) from None


def _bound(settings: Settings) -> socket.socket:
    """The socket to serve on; a taken port is said before anything else begins."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        raise ConfigurationError(f"HOST={settings.host} PORT={settings.port} cannot be used: {error.strerror}.") from None
    return listener


def _made(create_app: Callable[[], FastAPI]) -> FastAPI:
    try:
        return create_app()
    except OSError as error:
        raise ConfigurationError(f"DATABASE_URL cannot be used: {error}.") from None


@cli.command()
def serve() -> None:
    """Run the web process and its background planner."""
    import uvicorn

    from app import create_app

    with _told():
        settings = get_settings()
        listener = _bound(settings)
        app = _made(create_app)
    typer.echo(f"Dayloom is at {settings.url}", err=True)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.allow_remote,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


@cli.command()
def migrate() -> None:
    """Bring the database to this version; safe to repeat, and when two processes do it at once."""
    from sqlalchemy.exc import SQLAlchemyError

    import migrations

    with _told():
        url = get_settings().database_url
    try:
        migrations.upgrade(url)
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        typer.echo(f"dayloom: DATABASE_URL cannot be used: {reason}", err=True)
        raise typer.Exit(2) from None


@cli.command()
def parse(
    text: Annotated[str, typer.Argument(help="A line such as “Write report 3h by Friday 5pm high”.")],
    now: Annotated[
        str, typer.Option(help="The time to read it at, ISO 8601, in the zone unless it says; the present one when left out.")
    ] = "",
    zone: Annotated[str, typer.Option(help="An IANA zone; this machine's when left out.")] = "",
    day_first: Annotated[bool, typer.Option("--day-first", help="3/9 is 3 September.")] = False,
) -> None:
    """Print how the quick-add field would understand a line of text, as JSON."""
    from assistant import quick_add

    with _told():
        zone = zone or get_settings().default_zone
    try:
        tz = ZoneInfo(zone)
        at = datetime.fromisoformat(now) if now else datetime.now(UTC)
    except (ValueError, KeyError, OSError) as error:
        typer.echo(f"dayloom: --zone and --now must be an IANA zone and an ISO 8601 time: {error}", err=True)
        raise typer.Exit(2) from None
    draft = quick_add.parse(text, at if at.tzinfo else at.replace(tzinfo=tz), zone, day_first=day_first)
    fields = {
        "title": draft.title,
        "duration_min": draft.duration_minutes,
        "start": draft.start_at and draft.start_at.isoformat(),
        "earliest": draft.earliest_at and draft.earliest_at.isoformat(),
        "deadline": draft.deadline_at and draft.deadline_at.isoformat(),
        "importance": draft.importance,
        "context": draft.context or None,
        "problems": [*draft.problems] or None,
    }
    json.dump({name: value for name, value in fields.items() if value is not None}, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    cli()
