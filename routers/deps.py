"""What every route gets: the scope of its one transaction, the form as text, and how it was asked for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Annotated, get_args

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator, Field
from starlette.datastructures import FormData, UploadFile

from assistant.gateway import Gateway
from db import AsyncSession
from errors import InvalidInputError, NotFoundError
from routers.doors import OfRequest, database_of, identified, now_of, settings_of
from services import views
from services.access import Visitor, note_seen
from services.chat_turns import ChatTurns
from services.efforts import Efforts
from services.mailer import Mailer
from services.planning import Solver
from services.scope import Scope
from services.signals import Hub
from services.task_fields import submit_key

LARGEST_ID = 2**63 - 1
VISITOR = "visitor"
AT_NOON_TWELVE = re.compile(r"en-(US|CA|AU|NZ|IN|PH|PK|BD|MY)\b", re.IGNORECASE)
"""Languages of browsers whose people say 2:30 pm (Unicode CLDR, supplemental timeData); where they have not said otherwise."""
NOTHING = "There is nothing at this address. It may have been deleted."
NO_TASK = "This task does not exist, or it was deleted."
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """A posted form: single values by name, and all values of a name that repeats."""

    values: Mapping[str, str]
    items: FormData

    def all(self, name: str) -> list[str]:
        return [value for value in self.items.getlist(name) if isinstance(value, str)]

    @property
    def submit_key(self) -> str | None:
        """What makes the same text that is sent twice by one form one task; None for a form without a token."""
        token = self.values.get("token")
        return submit_key(token, self.values.get("text", "")) if token else None


async def read_form(request: Request) -> Form:
    """The form's text fields; files are closed and ignored. Raises InvalidInputError for another charset than the pages': some
    of those that Python knows read no text, or one that nobody can write."""
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        raise InvalidInputError("This form cannot be read: send it as UTF-8.")
    async with request.form(max_fields=1000, max_part_size=2**20) as items:
        return Form({name: value for name, value in items.multi_items() if not isinstance(value, UploadFile)}, items)


async def signed_in(request: Request) -> None:
    """Lets nobody in who is nobody: every route but those of `app.OPEN` depends on it, before anything of it is read.

    A route that depends on `Reading` finds them in the transaction in which it reads.
    """
    database = database_of(request)
    if not settings_of(request).has_accounts or _is_reading(request):
        return
    async with database.read_scope() as session:
        visitor = await identified(request, session)
    await _note_seen(request, visitor)
    setattr(request.state, VISITOR, visitor)


def _is_reading(request: Request) -> bool:
    """Whether the route depends on `Reading`."""
    return any(needed.call is read_scope for needed in request.scope["route"].dependant.dependencies)


async def _note_seen(request: Request, visitor: Visitor) -> None:
    if visitor.until is not None:
        async with database_of(request).session_scope() as session:
            await note_seen(session, visitor, now_of(request))


@asynccontextmanager
async def reading(request: Request) -> AsyncIterator[Scope]:
    """A scope that only reads; it never waits for a writer."""
    async with database_of(request).read_scope() as session:
        yield await _scope(request, session)


@asynccontextmanager
async def writing(request: Request) -> AsyncIterator[Scope]:
    """A scope whose changes are committed at its end, or rolled back by an error. Keep it short: render outside of it."""
    async with database_of(request).session_scope() as session:
        yield await _scope(request, session)


@asynccontextmanager
async def rehearsing(request: Request) -> AsyncIterator[Scope]:
    """A scope whose changes are always rolled back: for previews."""
    async with database_of(request).rehearsal_scope() as session:
        yield await _scope(request, session)


async def _scope(request: Request, session: AsyncSession) -> Scope:
    """The scope of who asks; `signed_in` has found them for the first one of a request, later ones look again."""
    visitor: Visitor | None = getattr(request.state, VISITOR, None)
    if visitor is None:
        visitor = await identified(request, session)
    setattr(request.state, VISITOR, None)
    return _scope_of(request, session, visitor)


def _scope_of(request: Request, session: AsyncSession, visitor: Visitor) -> Scope:
    _refuse_other(request, visitor.person.id)
    person = visitor.person
    if person.clock is None and AT_NOON_TWELVE.match(request.headers.get("accept-language", "")):
        person = replace(person, clock="12")
    return Scope(session, person, now_of(request), settings_of(request), visitor.access)


def _refuse_other(request: Request, person_id: int) -> None:
    """A path that names a person (`{user_id}`) is of the person who asks, or not here: as a missing thing is."""
    named = request.path_params.get("user_id")
    if named is not None and str(named) != str(person_id):
        raise NotFoundError(NO_TASK if "task_id" in request.path_params else NOTHING)


async def read_scope(request: Request) -> AsyncIterator[Scope]:
    """`reading` as a dependency, which finds who asks by itself."""
    async with database_of(request).read_scope() as session:
        visitor = await identified(request, session)
        yield _scope_of(request, session, visitor)
    await _note_seen(request, visitor)


def shown_day(request: Request) -> date | None:
    """`?day=`: the day whose timeline is shown; None for today. Raises NotFoundError for what is no day."""
    return parse_day(request.query_params.get("day", ""))


def parse_day(text: str) -> date | None:
    """A day such as 2026-11-27, within a lifetime of now; None for nothing."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFoundError("There is no such day. A day looks like 2026-11-27.") from None
    if not 2000 <= day.year <= 2100:
        raise NotFoundError("That day is too far away to plan.")
    return day


@dataclass(frozen=True, slots=True)
class Showing:
    """What a page shows at this moment, so that its redraw shows the same: the timeline's day, and unfolded groups; or of the
    list of all tasks (`listed`, a query) so many rows."""

    day: date | None
    groups: Mapping[views.GroupKey, int]
    listed: str | None = None
    rows: str = ""

    @property
    def url(self) -> str:
        """The address of the page."""
        if self.listed is not None:
            return f"/tasks?{self.listed}"
        return f"/?day={self.day}" if self.day else "/"


def showing(values: Mapping[str, str]) -> Showing:
    """Read `day` and `shown_<group>`, or `listed` and `shown`, from a query or a form. Raises NotFoundError for no day."""
    counts = {key: values.get(f"shown_{key}", "") for key in get_args(views.GroupKey)}
    groups = {key: int(count) for key, count in counts.items() if count.isdecimal() and len(count) < 7}
    return Showing(parse_day(values.get("day", "")), groups, values.get("listed"), values.get("shown", ""))


def shown_in_query(request: Request) -> Showing:
    """`showing` of the query."""
    return showing(request.query_params)


gateway_of: OfRequest[Gateway] = attrgetter("app.state.gateway")
solver_of: OfRequest[Solver] = attrgetter("app.state.solver")
turns_of: OfRequest[ChatTurns] = attrgetter("app.state.turns")
efforts_of: OfRequest[Efforts] = attrgetter("app.state.efforts")
hub_of: OfRequest[Hub] = attrgetter("app.state.hub")
mailer_of: OfRequest[Mailer] = attrgetter("app.state.mailer")


def is_htmx(request: Request) -> bool:
    """Whether htmx asks, and wants fragments."""
    return request.headers.get("hx-request") == "true"


Reading = Annotated[Scope, Depends(read_scope, scope="function")]
FormValues = Annotated[Form, Depends(read_form)]
ShownDay = Annotated[date | None, Depends(shown_day)]
Shown = Annotated[Showing, Depends(shown_in_query)]
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
OptionalId = Annotated[Annotated[int, Field(ge=1, le=LARGEST_ID)] | None, BeforeValidator(lambda text: text or None), Query()]
"""An id in the query; a form that leaves it empty names none."""
