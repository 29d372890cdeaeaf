"""How this browser shows the pages: theme and single-key shortcuts, kept in its cookies so that the first byte is right.

Another device of the same person may look otherwise; nothing of it is in the database.
"""

from __future__ import annotations

import json
from typing import Literal, get_args

from fastapi import APIRouter, Request, Response

from errors import InvalidInputError
from routers.deps import FormValues, is_htmx, reading
from routers.rendering import KEYS, THEME, Look, Theme, Toast, look_of, redirect, render

router = APIRouter(prefix="/settings", include_in_schema=False)

A_YEAR = 365 * 24 * 3600


@router.post("/theme")
async def choose_theme(request: Request, form: FormValues) -> Response:
    theme = next((theme for theme in get_args(Theme) if theme == form.values.get("theme")), None)
    if theme is None:
        raise InvalidInputError("Choose system, light or dark.")
    return await _kept(request, THEME, theme, Look(theme, look_of(request).has_keys))


@router.post("/keys")
async def switch_keys(request: Request, form: FormValues) -> Response:
    has_keys = bool(form.values.get("keys"))
    return await _kept(request, KEYS, "on" if has_keys else "off", Look(look_of(request).theme, has_keys))


async def _kept(request: Request, name: Literal["theme", "keys"], value: str, look: Look) -> Response:
    """The part of the settings as it is now, and an event by which the open page follows."""
    if is_htmx(request):
        async with reading(request) as scope:
            response: Response = render(request, scope, "settings/_look.html", look=look, saved=name)
        chosen = {"target": "body", "theme": look.theme, "keys": "on" if look.has_keys else "off"}
        response.headers["HX-Trigger"] = json.dumps({"look-chosen": chosen})
    else:
        response = redirect("/settings#settings-look", Toast("Saved."))
    response.set_cookie(name, value, max_age=A_YEAR, httponly=True, samesite="lax")
    return response
