"""The first minutes: a demo week that comes and goes with one click each, and the working hours in one line."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from errors import ConflictError, InvalidInputError
from routers.deps import FormValues, writing
from routers.rendering import Toast, redirect
from services import demo
from services.demo import DemoService
from services.wording import plural

router = APIRouter(prefix="/welcome", include_in_schema=False)


@router.post("/demo")
async def add(request: Request) -> Response:
    try:
        async with writing(request) as scope:
            await DemoService(scope).add()
    except ConflictError as error:
        return redirect("/", Toast(error.message, "error"))
    return redirect("/", Toast("Here is a week to play with. Take it away again whenever you like."))


@router.post("/demo/remove")
async def remove(request: Request) -> Response:
    async with writing(request) as scope:
        kept = await DemoService(scope).remove()
    stays = f" {plural(kept, 'thing')} that you made your own stay{'s' if kept == 1 else ''}." if kept else ""
    return redirect("/", Toast(f"The demo week is gone.{stays}"))


@router.post("/hours")
async def save_hours(request: Request, form: FormValues) -> Response:
    try:
        async with writing(request) as scope:
            await demo.set_hours(scope, form.values)
    except InvalidInputError as error:
        return redirect("/", Toast(error.message, "error"))
    return redirect("/", Toast("Your working hours are set. Settings has more: breaks, days off, several sets."))
