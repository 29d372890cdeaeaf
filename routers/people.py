"""The people of this instance: inviting them, handing on their links, roles, shutting somebody out; and what was done."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from errors import AppError, InvalidInputError
from models import LinkUse, Role
from routers.deps import FormValues, OptionalId, Reading, RowId, mailer_of, reading, writing
from routers.letters import invitation
from routers.rendering import Toast, redirect, render
from routers.sign_in import same_origin
from services.accounts import PAGE_ENTRIES, AccountService, HandedLink
from services.scope import Scope

router = APIRouter(prefix="/settings/people", include_in_schema=False)

PEOPLE = "/settings/people"


@router.get("")
async def show(request: Request, scope: Reading) -> Response:
    return await _page(request, scope)


@router.post("")
async def invite(request: Request, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            link = await AccountService(scope).invite(form.values)
    except InvalidInputError as error:
        async with reading(request) as scope:
            return await _page(request, scope, form=form.values, error=error)
    return await _handed(request, link)


@router.post("/{person_id}/link")
async def make_link(request: Request, person_id: RowId) -> Response:
    async with writing(request) as scope:
        link = await AccountService(scope).make_link(person_id)
    return await _handed(request, link)


@router.post("/{person_id}/role")
async def set_role(request: Request, person_id: RowId, form: FormValues) -> Response:
    async with writing(request) as scope:
        row = await AccountService(scope).set_role(person_id, form.values.get("role", ""))
    # Whoever gave up their own role may not see this page any more.
    where = "/settings" if row.is_self and row.role is Role.MEMBER else PEOPLE
    return redirect(
        where, Toast(f"{row.name} is now {'an' if row.role in {Role.OWNER, Role.ADMIN} else 'a'} {row.role.value}.")
    )


@router.post("/{person_id}/disable")
async def disable(request: Request, person_id: RowId) -> Response:
    async with writing(request) as scope:
        row = await AccountService(scope).disable(person_id)
    return redirect(PEOPLE, Toast(f"{row.name} is shut out, in every browser and program."))


@router.post("/{person_id}/enable")
async def enable(request: Request, person_id: RowId) -> Response:
    async with writing(request) as scope:
        row = await AccountService(scope).enable(person_id)
    return redirect(PEOPLE, Toast(f"{row.name} may sign in again."))


@router.get("/log")
async def show_log(request: Request, scope: Reading, before: OptionalId = None) -> Response:
    entries = await AccountService(scope).list_audit(before)
    older = entries[-1].id if len(entries) == PAGE_ENTRIES else None
    return render(request, scope, "people/log.html", page="settings", entries=entries, older=older)


async def _handed(request: Request, link: HandedLink) -> Response:
    """The link on this one page; an invitation goes by mail too, where there is a mail server."""
    mailer = mailer_of(request)
    async with reading(request) as scope:
        is_mailed = mailer.has_server and link.meant_for is LinkUse.INVITE
        if is_mailed:
            mailer.begin(mailer.send(invitation(link.email, link.url, link.name, scope.access.name)))
        return await _page(request, scope, link=link, is_mailed=is_mailed)


async def _page(
    request: Request,
    scope: Scope,
    *,
    link: HandedLink | None = None,
    is_mailed: bool = False,
    form: Mapping[str, str] | None = None,
    error: AppError | None = None,
) -> Response:
    service = AccountService(scope)
    roles = Role if service.is_owner else (Role.MEMBER,)
    response = render(
        request,
        scope,
        "people/index.html",
        status=error.status if error else 200,
        page="settings",
        people=await service.list_people(),
        is_owner=service.is_owner,
        roles=[(role.value, role.value.capitalize()) for role in reversed([*roles])],
        form={"name": "", "email": "", "role": Role.MEMBER.value} | {k: v for k, v in (form or {}).items() if k in FIELDS},
        errors=error.fields if error else {},
        link=link,
        is_mailed=is_mailed,
    )
    return same_origin(response)


FIELDS = ("name", "email", "role")
