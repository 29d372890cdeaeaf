"""What a person says about themselves as JSON, and what was read from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from routers.api.documented import errors
from routers.api.schemas import Schema
from routers.deps import Reading, RowId, reading, writing
from services.context import Chip, ContextService
from services.scope import Scope
from services.settings import SettingsService

router = APIRouter(tags=["context"])

TEXT = "No meetings before 10. Gym Tue 18:00. I paint before noon."


class ContextIn(BaseModel):
    """What a person says about themselves, in their own words."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": TEXT}]})

    text: Annotated[str, Field(max_length=20_000)]


class ConstraintOut(Schema):
    """One thing that the text says: what accepting it does, the words that it was read from, and who read it."""

    id: int
    says: str
    does: str
    words: str
    source: str


class LeftOut(Schema):
    """Words that nothing was made of, and why."""

    words: str
    why: str


class ContextOut(Schema):
    """The text, and what was read from it. Only what is accepted counts; `is_waiting`: a model is still to read it."""

    text: str
    proposed: tuple[ConstraintOut, ...]
    accepted: tuple[ConstraintOut, ...]
    dismissed: tuple[ConstraintOut, ...]
    not_understood: tuple[LeftOut, ...]
    source: str | None
    is_waiting: bool


@router.get("/context")
async def get_context(scope: Reading) -> ContextOut:
    """The text about the person, and what was read from it."""
    return await _shown(scope)


@router.put("/context")
async def set_context(request: Request, said: ContextIn) -> ContextOut:
    """Keep another text. Rules read it at once, a model, where one is in use, soon after."""
    async with writing(request) as scope:
        await SettingsService(scope).save_context({"context": said.text})
    async with reading(request) as scope:
        return await _shown(scope)


@router.post("/context/{constraint_id}/accept", responses=errors(404))
async def accept_constraint(request: Request, constraint_id: RowId) -> ContextOut:
    """Have a constraint obeyed from now on."""
    async with writing(request) as scope:
        await ContextService(scope).accept(constraint_id)
    async with reading(request) as scope:
        return await _shown(scope)


@router.post("/context/{constraint_id}/remove", responses=errors(404))
async def remove_constraint(request: Request, constraint_id: RowId) -> ContextOut:
    """Take back what was accepted, or do not propose it again for this text."""
    async with writing(request) as scope:
        await ContextService(scope).remove(constraint_id)
    async with reading(request) as scope:
        return await _shown(scope)


async def _shown(scope: Scope) -> ContextOut:
    shown = await ContextService(scope).show()
    form = (await SettingsService(scope).show()).form
    return ContextOut(
        text=form["context"],
        proposed=_constraints(shown.proposed),
        accepted=_constraints(shown.accepted),
        dismissed=_constraints(shown.dismissed),
        not_understood=tuple(LeftOut(words=words, why=why) for words, why in shown.left),
        source=shown.source,
        is_waiting=shown.is_waiting,
    )


def _constraints(chips: tuple[Chip, ...]) -> tuple[ConstraintOut, ...]:
    return tuple(ConstraintOut.model_validate(chip) for chip in chips)
