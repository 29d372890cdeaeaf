"""The one renderer of errors: a toast for htmx, JSON for programs, a page for everybody else; always with the true status."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from errors import AppError
from routers.deps import is_htmx
from routers.rendering import Toast, render

TITLES = {
    404: "Not here",
    405: "Not possible",
    409: "Somebody was faster",
    413: "Too much",
    422: "That does not work",
    500: "Something broke",
    503: "Not available now",
}
SENTENCES = {
    404: "There is nothing at this address. It may have been deleted.",
    405: "This address does not take that kind of request.",
}
BROKEN = "Something went wrong on our side, and nothing was changed. Try again; the server's log says more."


def register(app: FastAPI) -> None:
    """Let every error of the application be rendered here."""

    @app.exception_handler(AppError)
    async def expected(request: Request, error: AppError) -> Response:
        return answer(request, error.status, error.message, error.fields)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = {str(item["loc"][-1]): str(item["msg"]) for item in error.errors()}
        if any(item["loc"][0] == "path" for item in error.errors()):
            return answer(request, 404, SENTENCES[404])
        return answer(request, 422, "This request cannot be read.", fields)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, SENTENCES.get(error.status_code, str(error.detail)))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _error: Exception) -> Response:
        return answer(request, 500, BROKEN)


def answer(request: Request, status: int, message: str, fields: dict[str, str] | None = None) -> Response:
    """The error in the form in which the request was made."""
    if request.url.path.startswith("/api/"):
        error = TITLES.get(status, "Error")
        return JSONResponse({"error": error, "detail": message, "status_code": status, "fields": fields or {}}, status)
    if is_htmx(request):
        return render(request, None, "shared/toasts.oob.html", status=status, toasts=(Toast(message, "error"),))
    title = TITLES.get(status, "That did not work")
    return render(request, None, "errors/error.html", page="", status=status, title=title, message=message)
