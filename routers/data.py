"""A person's data on the settings page: all of it as a file, and all of it deleted."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from errors import InvalidInputError
from routers.deps import FormValues, Reading, is_htmx, reading, writing
from routers.rendering import Toast, redirect
from routers.settings import page
from services.archive import archive, check_word, delete_some
from services.hours_settings import Typed

router = APIRouter(prefix="/settings/data", include_in_schema=False)


@router.get("/download")
async def download(request: Request, scope: Reading) -> Response:
    """Everything as JSON, read in small steps while it is sent."""
    name = f"dayloom-{scope.now:%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(archive(partial(reading, request)), media_type="application/json", headers=headers)


@router.post("/delete")
async def delete_all(request: Request, form: FormValues) -> Response:
    """Everything but the account, once the word is typed."""
    try:
        check_word(form.values)
    except InvalidInputError as error:
        typed, block = Typed("data", form.values, error.fields), "data" if is_htmx(request) else None
        async with reading(request) as scope:
            return await page(request, scope, block=block, typed=typed, status=error.status)
    is_more = True
    while is_more:
        async with writing(request) as scope:
            is_more = await delete_some(scope)
    response = redirect("/", Toast("All your data is deleted."))
    if is_htmx(request):  # the whole page is of before
        response.status_code, response.headers["HX-Redirect"] = 200, "/"
        del response.headers["location"]
    return response
