"""The one renderer of errors: a toast for htmx, JSON for programs, a page for everybody else; always with the true status."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from errors import AppError, TooOftenError, UnauthenticatedError
from routers.deps import NOTHING, is_htmx
from routers.origins import SAFE_METHODS, is_api
from routers.rendering import Toast, redirect, render

SIGN_IN = "/sign-in"
TITLES = {
    400: "Not understood",
    401: "Not signed in",
    403: "Refused",
    404: "Not here",
    405: "Not possible",
    409: "Somebody was faster",
    412: "Changed meanwhile",
    413: "Too much",
    415: "Not JSON",
    421: "Not this server",
    422: "That does not work",
    429: "Too often",
    500: "Something broke",
    503: "Not available now",
}
SENTENCES = {
    400: "This request cannot be read.",
    404: NOTHING,
    405: "This address does not take that kind of request.",
}
BROKEN = "Something went wrong on our side. Look whether it was done before you try again; the server's log says more."


def register(app: FastAPI) -> None:
    """Let every error of the application be rendered here."""

    @app.exception_handler(AppError)
    async def expected(request: Request, error: AppError) -> Response:
        if isinstance(error, UnauthenticatedError):
            return _signed_out(request, error)
        headers = {"Retry-After": str(error.wait_seconds)} if isinstance(error, TooOftenError) else None
        return answer(request, error.status, error.message, error.fields, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = {_field(item["loc"]): str(item["msg"]).removeprefix("Value error, ") for item in error.errors()}
        if any(item["loc"][0] == "path" for item in error.errors()):
            return answer(request, 404, SENTENCES[404])
        return answer(request, 422, "This request cannot be read.", fields)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        sentence = SENTENCES.get(error.status_code, str(error.detail))
        return answer(request, error.status_code, sentence, headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _error: Exception) -> Response:
        return answer(request, 500, BROKEN)


def _signed_out(request: Request, error: UnauthenticatedError) -> Response:
    """Pages lead to the door and back. Whoever was typing keeps what they typed: they sign in beside it, and try again."""
    if is_api(request.url.path):
        return shaped(error.status, error.message, headers={"WWW-Authenticate": "Bearer"})
    if is_htmx(request):
        return render(request, None, "sign-in/signed-out.oob.html", status=error.status)
    if request.method not in SAFE_METHODS:
        return render(request, None, "sign-in/signed-out.html", page="", status=error.status)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return redirect(SIGN_IN + (f"?{urlencode({'next': wanted})}" if wanted != "/" else ""))


def answer(
    request: Request,
    status: int,
    message: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The error in the form in which the request was made; `headers` are those that its status asks for, such as Allow."""
    if is_api(request.url.path):
        return shaped(status, message, fields, headers)
    if is_htmx(request):
        response = render(request, None, "shared/toasts.oob.html", status=status, toasts=(Toast(message, "error"),))
    else:
        title = TITLES.get(status, "That did not work")
        response = render(request, None, "errors/error.html", page="", status=status, title=title, message=message)
    response.headers.update(headers or {})
    return response


def shaped(
    status: int, message: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The one shape of the API's errors."""
    body = {"error": TITLES.get(status, "Error"), "detail": message, "status_code": status, "fields": dict(fields or {})}
    return JSONResponse(body, status, headers=dict(headers or {}))


def _field(place: tuple[int | str, ...]) -> str:
    """Where in the request something is wrong: "page", "labels.2", or "body" for all of it."""
    inner = place[1:]
    return ".".join(str(part) for part in inner) if inner and isinstance(inner[0], str) else str(place[0])
