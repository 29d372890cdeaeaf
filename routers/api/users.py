"""Who there is, as JSON: whoever asks sees themselves."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import AwareDatetime, ConfigDict

from errors import NotFoundError
from routers.api.documented import errors
from routers.api.schemas import Example, Schema
from routers.deps import NOTHING, Reading, RowId
from services import users
from services.scope import Scope

router = APIRouter(tags=["users"])

EXAMPLE: Example = {"id": 1, "name": "You", "timezone": "Europe/Berlin", "uses_model": False, "created": "2026-11-23T08:00:00Z"}


class UserOut(Schema):
    """A person: their zone, and whether a model is asked for them."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: int
    name: str
    timezone: str
    uses_model: bool
    created: AwareDatetime


@router.get("/users")
async def list_users(scope: Reading) -> tuple[UserOut, ...]:
    """The people that you may see: you."""
    return (await _me(scope),)


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


async def _me(scope: Scope) -> UserOut:
    shown = await users.show(scope.session, scope.person)
    return UserOut(
        id=scope.person.id,
        name=shown.name,
        timezone=scope.person.zone,
        uses_model=scope.person.uses_model,
        created=shown.created_at,
    )
