"""What went wrong with a model, in words for the person: what happened, and what to do about it.

It reads DSPy's error codes and never imports DSPy; provider text goes only into the log, bounded and without the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from addresses import RefusedAddressError
from assistant.advice import CallRecord, ModelSettings

FailureKind = Literal[
    "settings",
    "key",
    "billing",
    "rate",
    "timeout",
    "unreachable",
    "server",
    "model",
    "request",
    "size",
    "protocol",
    "answer",
    "resting",
    "bug",
]

MAX_DETAIL_CHARS = 300

_KINDS: dict[str, FailureKind] = {  # DSPyError.code -> kind
    "auth": "key",
    "not_configured": "settings",
    "configuration": "settings",
    "unsupported_feature": "settings",
    "billing": "billing",
    "rate_limit": "rate",
    "timeout": "timeout",
    "transport": "unreachable",
    "server": "server",
    "unsupported_model": "model",
    "invalid_request": "request",
    "context_window_exceeded": "size",
    "provider": "protocol",
    "adapter_parse_error": "answer",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """`what` is a clause without a full stop ("The model did not answer within 30 s"), `todo` an imperative one."""

    kind: FailureKind
    what: str
    todo: str

    @property
    def is_final(self) -> bool:
        """Whether asking again is pointless until the person changes something."""
        return self.kind in {"key", "billing"}

    @property
    def blames_model(self) -> bool:
        """Whether it counts against the model: not a bad setting, and not a question that was too long."""
        return self.kind not in {"settings", "size", "resting"}


class ModelUnavailable(Exception):  # noqa: N818 - read as a state, "the model is unavailable"
    """No usable answer came from the model. `record` is the call as logged, or None where no call was made."""

    def __init__(self, failure: Failure, record: CallRecord | None = None) -> None:
        super().__init__(f"{failure.what}: {failure.todo}.")
        self.failure = failure
        self.record = record

    @property
    def reason(self) -> str:
        """One plain sentence that says what to do."""
        return str(self)


def too_slow(settings: ModelSettings) -> Failure:
    return Failure(
        "timeout",
        f"The model did not answer within {settings.deadline_seconds:g} s",
        "try again later, or choose a faster model in Settings",
    )


def failure_of(error: Exception, settings: ModelSettings) -> Failure:
    """The failure that an exception of a call means; whatever is not DSPy's own counts as a bug here."""
    if refused := _refused(error):
        return Failure("settings", refused.what, refused.todo)
    kind = _KINDS.get(str(getattr(error, "code", "")), "bug")
    status = getattr(error, "status", None)
    if kind == "request" and status == 404:  # servers differ on how they say that a model is unknown
        kind = "model"
    if kind == "request" and status == 402:
        kind = "billing"
    what, todo = _words(kind, settings)
    suffix = f" (HTTP {status})" if isinstance(status, int) and status >= 400 else ""
    return Failure(kind, what + suffix, todo)


def _refused(error: BaseException | None) -> RefusedAddressError | None:
    """The refusal of an address that lies behind an error of DSPy."""
    while error is not None and not isinstance(error, RefusedAddressError):
        error = error.__cause__
    return error


def detail_of(error: Exception) -> str:
    """The technical line for the log: the error's class and the first line of its message (the rest is for programmers)."""
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first[:MAX_DETAIL_CHARS]}"


def _words(kind: FailureKind, settings: ModelSettings) -> tuple[str, str]:
    words: dict[FailureKind, tuple[str, str]] = {
        "settings": (
            f"The model {settings.model!r} cannot be used with these settings",
            "check model, key and address in Settings",
        ),
        "key": ("The provider refused the API key", "check the key in Settings"),
        "billing": (
            "The provider reports no credit or an exhausted quota for this key",
            "top up the account or change the model",
        ),
        "rate": ("The provider is limiting requests", "wait a little, or change the model in Settings"),
        "timeout": ("The model took too long", "try again later, or choose a faster model in Settings"),
        "unreachable": ("The model's address could not be reached", "check the address in Settings and that its server runs"),
        "server": ("The model's server had an error", "try again later"),
        "model": (f"The provider does not know the model {settings.model!r}", "check the model's name in Settings"),
        "request": ("The provider refused the request", "check the model and the address in Settings"),
        "size": ("The question was too long for the model", "choose a model with a larger context in Settings"),
        "protocol": ("The address did not answer like a model's server", "check the address in Settings"),
        "answer": ("The model's answer could not be read", "try again, or choose another model in Settings"),
    }
    return words.get(kind, ("The call to the model failed unexpectedly", "see the AI log"))
