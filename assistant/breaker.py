"""Circuit breakers: a model that keeps failing is left alone for a while instead of being waited for again and again.

They hold times and counts only, read an injected clock, and must never see a key (callers hand in a fingerprint).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.failures import Failure

BreakerKey = tuple[str, str, str]  # model, address, fingerprint of the key
MAX_BREAKERS = 1_000  # only failing models are kept; beyond this the oldest is forgotten


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Open after `failures` in a row (a wrong key or no credit: after one), for `cooldown_seconds`; then one trial call."""

    failures: int = 3
    cooldown_seconds: float = 60.0


@dataclass(slots=True)
class _State:
    failures: int = 0
    opened_at: float | None = None
    on_trial: bool = False
    last: Failure | None = None


class Breakers:
    """One breaker for each key. `clock` counts seconds and never goes back (`time.monotonic`)."""

    def __init__(self, clock: Callable[[], float], policy: BreakerPolicy) -> None:
        self._clock = clock
        self._policy = policy
        self._states: dict[BreakerKey, _State] = {}

    def refusal(self, key: BreakerKey) -> Failure | None:
        """Why no call may go out now, or None. After the cool-down the first caller gets None and is the trial."""
        state = self._states.get(key)
        if state is None or state.opened_at is None:
            return None
        left_seconds = state.opened_at + self._policy.cooldown_seconds - self._clock()
        if left_seconds <= 0 and not state.on_trial:
            state.on_trial = True
            return None
        last = state.last.what if state.last else "The model failed"
        todo = state.last.todo if state.last else "try again later"
        return Failure("resting", f"{last}, and is not asked again for {max(1, round(left_seconds))} s", todo)

    def succeeded(self, key: BreakerKey) -> None:
        self._states.pop(key, None)

    def failed(self, key: BreakerKey, failure: Failure) -> None:
        state = self._states.setdefault(key, _State())
        state.failures += 1
        state.last = failure
        if state.on_trial or failure.is_final or state.failures >= self._policy.failures:
            state.opened_at = self._clock()
        state.on_trial = False
        while len(self._states) > MAX_BREAKERS:
            self._states.pop(next(iter(self._states)))

    def abandoned(self, key: BreakerKey) -> None:
        """The call ended with no verdict on the model (it was cancelled): the next caller may be the trial."""
        if state := self._states.get(key):
            state.on_trial = False
