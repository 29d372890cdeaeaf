"""The door: asking for a link or giving a password, the page behind a link, and the way out.

Opening a link changes nothing, since programs that look into mails open links too: the button on its page does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from errors import AppError, ConflictError, InvalidInputError, TooOftenError, UnauthenticatedError
from models import LinkUse
from routers.deps import FormValues, writing
from routers.doors import at_door, before_door, credentials_of, database_of, now_of, refuse_without_accounts, settings_of
from routers.rendering import Toast, redirect, render
from routers.signing import ON_ITS_WAY, ask_for_link, check_password, forget_session, open_session
from services import access
from services.own_account import OwnAccountService
from services.sign_in import LinkView, SignInService

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Query(max_length=200)]
Next = Annotated[str, Query(max_length=2000)]


@router.get("/sign-in")
async def show(request: Request, next: Next = "") -> Response:  # noqa: A002 - the name in the address
    refuse_without_accounts(request)
    if await _is_signed_in(request):
        return redirect(inside(next))
    return await show_door(request, {"next": next})


@router.post("/sign-in")
async def sign_in(request: Request, form: FormValues) -> Response:
    """By password if there is one, else by a link."""
    email, password = form.values.get("email", ""), form.values.get("password", "")
    try:
        if not password:
            await ask_for_link(request, email)
            return await show_door(request, form.values, told=ON_ITS_WAY)
        user_id = await check_password(request, email, password)
        response = redirect(inside(form.values.get("next", "")))
        async with at_door(request) as door:
            await open_session(request, door, await SignInService(door).arrive_by_password(user_id), response)
    except (InvalidInputError, UnauthenticatedError, TooOftenError) as error:
        return await show_door(request, form.values, error)
    return response


@router.get("/sign-in/link")
async def show_link(request: Request, token: Token = "") -> Response:
    try:
        async with before_door(request) as door:
            link = await SignInService(door).look(token)
    except UnauthenticatedError as error:
        return await show_door(request, {}, error)
    return _link(request, link, {"token": token})


@router.post("/sign-in/link")
async def use_link(request: Request, form: FormValues) -> Response:
    token, response = form.values.get("token", ""), redirect("/")
    try:
        async with at_door(request) as door:
            service = SignInService(door)
            is_setup = (await service.look(token)).meant_for is LinkUse.SETUP
            account = await (service.set_up(token, form.values) if is_setup else service.redeem(token))
            await open_session(request, door, account, response)
    except UnauthenticatedError as error:
        return await show_door(request, {}, error)
    except (InvalidInputError, ConflictError) as error:
        return _link(request, LinkView(LinkUse.SETUP, ""), form.values, error)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    response = redirect("/sign-in", Toast("You are signed out."))
    refuse_without_accounts(request)
    try:
        async with writing(request) as scope:
            await OwnAccountService(scope).sign_out()
    except UnauthenticatedError:
        pass  # it had ended already
    forget_session(request, response)
    return response


def inside(wanted: str) -> str:
    """The page to go to after signing in: one of this site, or Today. Browsers read a second slash or a backslash as a host."""
    is_plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if is_plain and wanted.startswith("/") and not wanted.startswith("//") else "/"


async def _is_signed_in(request: Request) -> bool:
    try:
        async with database_of(request).read_scope() as session:
            await access.identify(session, settings_of(request), credentials_of(request), now_of(request))
    except UnauthenticatedError:
        return False
    return True


async def show_door(
    request: Request, form: Mapping[str, str], error: AppError | None = None, told: str | None = None
) -> Response:
    """The page at the door, with what went wrong or what was done."""
    async with before_door(request) as door:
        needs_setup = await SignInService(door).needs_setup()
    settings = settings_of(request)
    response = render(
        request,
        None,
        "sign-in/index.html",
        status=error.status if error else 200,
        form={name: form.get(name, "") for name in ("email", "next")},
        errors=error.fields if error else {},
        refused=error.message if error and not error.fields else None,
        told=told,
        has_mail=request.app.state.mailer.has_server,
        needs_setup=needs_setup,
        oidc_name=settings.oidc_name if settings.has_oidc else None,
    )
    return same_origin(response)


def _link(request: Request, link: LinkView, form: Mapping[str, str], error: AppError | None = None) -> Response:
    response = render(
        request,
        None,
        "sign-in/link.html",
        status=error.status if error else 200,
        link=link,
        form={name: form.get(name, "") for name in ("token", "name", "email")},
        errors=error.fields if error else {},
        refused=error.message if error and not error.fields else None,
    )
    return same_origin(response)


def same_origin(response: Response) -> Response:
    """Let the page's forms say where they come from: without TLS browsers send no `Sec-Fetch-Site`, and where no referrer is
    sent, no `Origin` either."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response
