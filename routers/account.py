"""A person's own account: name, password, the browsers in which they are signed in, and tokens for programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response

from errors import AppError, InvalidInputError
from routers.deps import FormValues, Reading, RowId, reading, writing
from routers.limits import take_attempt
from routers.rendering import Toast, redirect, render
from routers.sign_in import same_origin
from routers.signing import PASSWORDS_OF_ONE_ADDRESS
from services.own_account import TOKEN_DAYS, OwnAccountService
from services.passwords import hash_password, is_password, parse_password
from services.scope import Scope

router = APIRouter(prefix="/settings/account", include_in_schema=False)

WRONG = "This is not your present password."


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    return await _page(request, scope)


@router.post("/name")
async def rename(request: Request, form: FormValues) -> Response:
    return await _store(request, form.values, "name", "Saved.", lambda service: service.rename(form.values))


@router.post("/password")
async def set_password(request: Request, form: FormValues) -> Response:
    """The present password is asked for, since whoever finds an open browser must not be able to keep it, nor
    to find it out."""
    async with reading(request) as scope:
        stored, email = await OwnAccountService(scope).password_hash(), scope.access.email
    try:
        if stored is not None:
            await take_attempt(request, PASSWORDS_OF_ONE_ADDRESS, "present passwords", email)
            if not await is_password(stored, form.values.get("present", "")):
                raise InvalidInputError("Some fields need another look.", {"present": WRONG})
        is_removed = bool(form.values.get("remove"))
        hashed = None if is_removed else await hash_password(parse_password(form.values.get("password", ""), email))
    except InvalidInputError as error:
        return await _again(request, {}, error)
    said = "The password is removed: links sign you in." if is_removed else "The password is set."
    said += " Other browsers and programs must sign in again; tokens go on until you end them."
    return await _store(request, {}, "password", said, lambda service: service.store_password(hashed))


@router.post("/sessions/{session_id}/end")
async def end_session(request: Request, session_id: RowId) -> Response:
    return await _store(request, {}, "sessions", "That browser is signed out.", lambda service: service.end_session(session_id))


@router.post("/sessions/end")
async def end_others(request: Request) -> Response:
    said = "You are signed out everywhere else."
    return await _store(request, {}, "sessions", said, lambda service: service.end_other_sessions())


@router.post("/tokens")
async def make_token(request: Request, form: FormValues) -> Response:
    """The token stands on this one answer, and nowhere else."""
    try:
        async with writing(request) as scope:
            token = await OwnAccountService(scope).make_token(form.values)
    except InvalidInputError as error:
        return await _again(request, {"scope": "read", **form.values}, error)
    async with reading(request) as scope:
        return await _page(request, scope, token=token)


@router.post("/tokens/{token_id}/revoke")
async def revoke_token(request: Request, token_id: RowId) -> Response:
    async with writing(request) as scope:
        name = await OwnAccountService(scope).revoke_token(token_id)
    return redirect("/settings/account#account-tokens", Toast(f"“{name}” is revoked."))


async def _store(
    request: Request,
    form: Mapping[str, str],
    part: str,
    said: str,
    store: Callable[[OwnAccountService], Awaitable[None]],
) -> Response:
    try:
        async with writing(request) as scope:
            await store(OwnAccountService(scope))
    except InvalidInputError as error:
        return await _again(request, form, error)
    return redirect(f"/settings/account#account-{part}", Toast(said))


async def _again(request: Request, form: Mapping[str, str], error: AppError) -> Response:
    async with reading(request) as scope:
        return await _page(request, scope, form, error)


async def _page(
    request: Request,
    scope: Scope,
    form: Mapping[str, str] | None = None,
    error: AppError | None = None,
    token: str | None = None,
) -> Response:
    shown = await OwnAccountService(scope).show()
    # The name of a token and that of the person are two fields; the token's form has a scope.
    is_token, typed = bool(form and "scope" in form), form or {}
    response = render(
        request,
        scope,
        "account/index.html",
        status=error.status if error else 200,
        page="settings",
        shown=shown,
        name=shown.name if is_token else typed.get("name", shown.name),
        asked={"name": typed.get("name", ""), "scope": typed.get("scope", "read"), "days": typed.get("days", "90")}
        if is_token
        else {"name": "", "scope": "read", "days": "90"},
        errors={} if is_token or error is None else error.fields,
        token_errors=error.fields if is_token and error else {},
        days=[(str(count), f"{count} days") for count in TOKEN_DAYS],
        token=token,
    )
    if token:
        response.headers["Cache-Control"] = "no-store"
    return same_origin(response)
