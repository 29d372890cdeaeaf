"""The command line: serving, migrating, and reading a line of text as the quick-add field would."""

from __future__ import annotations

import gc
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from config import Settings, get_settings
from errors import ConfigurationError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from db import Database

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Dayloom: a day planner that people can trust.")

user_cli = typer.Typer(no_args_is_help=True, help="People of an instance with accounts (AUTH=accounts).")
cli.add_typer(user_cli, name="user")

keys_cli = typer.Typer(no_args_is_help=True, help="What SECRET_KEY encrypts.")
cli.add_typer(keys_cli, name="keys")

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
    gc.disable()  # what is loaded now stays: to look through it for garbage took a fifth of the time until the first answer
    import uvicorn

    from app import create_app
    from protocol import BoundedProtocol

    class Server(uvicorn.Server):
        """Ends open streams first of all: it waits for every answer to end, and they would not by themselves."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.hub.close()
            await super().shutdown(sockets)

    with _told():
        settings = get_settings()
        listener = _bound(settings)
        app = _made(create_app)
    gc.enable()
    typer.echo(f"Dayloom is at {settings.url}", err=True)
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.allow_remote or bool(settings.public_url),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Server(config).run(sockets=[listener])


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


@user_cli.command("link")
def user_link(
    email: Annotated[str, typer.Argument(help="Whose link; left out: the link that sets the instance up.")] = "",
) -> None:
    """Print a link that works once: to set the instance up, or to sign somebody in."""
    import asyncio

    from errors import AppError

    with _told():
        settings = get_settings()
        if not settings.has_accounts:
            raise ConfigurationError("AUTH=local has no accounts, so nobody signs in. Set AUTH=accounts.")
        try:
            link = asyncio.run(_link(settings, email))
        except AppError as error:
            raise ConfigurationError(error.message) from None
        if link is None:
            raise ConfigurationError(
                f"Nobody who may sign in has the address {email}."
                if email
                else "There is an owner. Say whose link: user link EMAIL."
            )
    typer.echo(link)


async def _link(settings: Settings, email: str) -> str | None:
    from services.door import Door
    from services.sign_in import SignInService, fold_email

    async with _opened(settings) as database, database.session_scope() as session:
        door = Door(session, datetime.now(UTC), settings)
        service = SignInService(door)
        link = await (service.make_link_for(fold_email(email) or "") if email else service.make_setup_link())
        if link is not None:
            await door.note("link shown", None, email or "set up")
        return link


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    """The database of these settings. Raises ConfigurationError when it cannot be worked with."""
    from db import Database
    from services.health import database_problem

    database = Database(settings.database_url, pool_size=1)
    try:
        if problem := await database_problem(database):
            raise ConfigurationError(str(problem))
        yield database
    finally:
        await database.close()


@keys_cli.command("rotate")
def rotate_keys() -> None:
    """Encrypt all stored keys with SECRET_KEY that a key of SECRET_KEY_PREVIOUS still reads. Safe to repeat."""
    import asyncio

    from errors import AppError

    with _told():
        settings = get_settings()
        try:
            typer.echo(asyncio.run(_rotated(settings)))
        except AppError as error:
            raise ConfigurationError(error.message) from None


async def _rotated(settings: Settings) -> str:
    from services import vault

    async with _opened(settings) as database:
        return (await vault.rotate(database, settings)).sentence


@cli.command()
def parse(
    text: Annotated[str, typer.Argument(help="A line such as “Write report 3h by Friday 5pm high”.")] = "",
    now: Annotated[
        str, typer.Option(help="The time to read it at, ISO 8601, in the zone unless it says; the present one when left out.")
    ] = "",
    zone: Annotated[str, typer.Option("--tz", help="An IANA zone; this machine's when left out.")] = "",
    day_first: Annotated[bool, typer.Option("--day-first", help="3/9 is 3 September.")] = False,
    lines: Annotated[
        bool, typer.Option("--jsonl", help="Read lines {id, text, now} from standard input, write {id, result}.")
    ] = False,
) -> None:
    """Print how the quick-add field would understand a line of text, as JSON."""
    with _told():
        zone = zone or get_settings().default_zone
    if not lines and not text.strip():
        typer.echo("dayloom: give a text, or --jsonl and lines on standard input.", err=True)
        raise typer.Exit(2)
    try:
        if not lines:
            _print(_understood(text, now, zone, day_first))
            return
        ZoneInfo(zone)
    except (ValueError, KeyError, OSError) as error:
        typer.echo(f"dayloom: --tz and --now must be an IANA zone and an ISO 8601 time: {error}", err=True)
        raise typer.Exit(2) from None
    for line in filter(str.strip, sys.stdin):
        _print(_answer(line, now, zone, day_first), ascii_only=True)


def _answer(line: str, now: str, zone: str, day_first: bool) -> dict[str, object]:
    """The answer to one line of JSON; to a broken one a sentence, so that the other lines are still read."""
    said: object = None
    try:
        said = json.loads(line)
        if not isinstance(said, dict) or not isinstance(said.get("text"), str):
            raise ValueError('a line must be {"id": ..., "text": "...", "now": "..."}')
        return {"id": said.get("id"), "result": _understood(said["text"], str(said.get("now") or now), zone, day_first)}
    except (ValueError, RecursionError) as error:
        return {"id": said.get("id") if isinstance(said, dict) else None, "error": str(error)}


def _understood(text: str, now: str, zone: str, day_first: bool) -> dict[str, object]:
    from assistant import parsed, quick_add

    at = datetime.fromisoformat(now) if now else datetime.now(UTC)
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    return {**parsed.as_json(quick_add.parse(text, at, zone, day_first=day_first))}


def _print(answer: dict[str, object], ascii_only: bool = False) -> None:
    """One line of JSON. An `id` may hold what no encoding can write (a lone surrogate): `ascii_only` escapes it."""
    json.dump(answer, sys.stdout, ensure_ascii=ascii_only)
    sys.stdout.write("\n")


if __name__ == "__main__":
    cli()
