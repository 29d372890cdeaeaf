"""The errors that a person may meet: each carries its HTTP status and one sentence that says what to do next.

Raise them anywhere below the routers; `app.py` has the one renderer.
"""

from __future__ import annotations

from collections.abc import Mapping


class AppError(Exception):
    """An expected failure. `fields` names the inputs at fault, each with its own sentence."""

    status = 400

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class InvalidInputError(AppError):
    """What was typed cannot be used."""

    status = 422


class UnauthenticatedError(AppError):
    """Nobody is signed in, or not any more."""

    status = 401


class ForbiddenError(AppError):
    """Who asks is known, and may not do this."""

    status = 403


class TooOftenError(AppError):
    """The same was asked too many times; `wait_seconds` until it may be asked again."""

    status = 429

    def __init__(self, message: str, wait_seconds: int) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class NotFoundError(AppError):
    """Missing, deleted or somebody else's: the three look alike."""

    status = 404


class ConflictError(AppError):
    """Somebody or something was faster; nothing was changed."""

    status = 409


class StaleError(AppError):
    """The row is not the one that the request is about: it has changed since. Nothing was changed."""

    status = 412


class UnavailableError(AppError):
    """A part that is needed does not answer now."""

    status = 503


class ConfigurationError(Exception):
    """The environment cannot be used; one line that names the variable."""
