"""Who there is, as JSON: whoever asks sees themselves; who runs the instance, and may use it for that, sees everybody."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import AwareDatetime, ConfigDict

from errors import NotFoundError
from models import Role
from routers.api.documented import errors
from routers.api.schemas import Example, Schema
from routers.deps import NOTHING, Reading, RowId
from services import users
from services.accounts import AccountService, PersonRow
from services.scope import Scope

router = APIRouter(tags=["users"])

EXAMPLE: Example = {
    **{"id": 1, "name": "Ada", "timezone": "Europe/Berlin", "uses_model": False, "created": "2026-11-23T08:00:00Z"},
    **{"email": "ada@example.org", "role": "owner", "is_disabled": False},
}


class UserOut(Schema):
    """A person: their zone, and whether a model is asked for them; null where they are somebody else than you. Without accounts
    `email` and `role` are null."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: int
    name: str
    timezone: str | None
    uses_model: bool | None
    created: AwareDatetime
    email: str | None
    role: Role | None
    is_disabled: bool


@router.get("/users")
async def list_users(scope: Reading) -> tuple[UserOut, ...]:
    """The people that you may see: you. Owners and admins see everybody, with a token of the scope `admin`."""
    me = await _me(scope)
    if not scope.access.runs_instance:
        return (me,)
    return tuple(me if row.is_self else _other(row) for row in await AccountService(scope).list_people())


@router.get("/users/me")
async def get_me(scope: Reading) -> UserOut:
    """The person who asks: you."""
    return await _me(scope)


@router.get("/users/{user_id}", responses=errors(404))
async def get_user(scope: Reading, user_id: RowId) -> UserOut:
    """One person; others than you look like nobody."""
    if user_id != scope.person.id:
        raise NotFoundError(NOTHING)
    return await _me(scope)


def _other(row: PersonRow) -> UserOut:
    return UserOut(
        id=row.id,
        name=row.name,
        timezone=None,
        uses_model=None,
        created=row.created_at,
        email=row.email,
        role=row.role,
        is_disabled=row.is_disabled,
    )


async def _me(scope: Scope) -> UserOut:
    shown = await users.show(scope.session, scope.person)
    return UserOut(
        id=scope.person.id,
        name=shown.name,
        timezone=scope.person.zone,
        uses_model=scope.person.uses_model,
        created=shown.created_at,
        email=scope.access.email or None,
        role=scope.access.role if scope.access.has_account else None,
        is_disabled=False,
    )
