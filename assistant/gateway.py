"""The only door to a model: settings in, one answer or one plain sentence out, and a record of every call either way.

It keeps no prompt, answer or key between calls, shares nothing between two people but the code, and never decides what an
answer means.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from addresses import OWN_MACHINE
from assistant.advice import CallRecord, ModelSettings
from assistant.breaker import BreakerKey, BreakerPolicy, Breakers
from assistant.failures import Failure, ModelUnavailable, detail_of, failure_of, too_slow
from assistant.providers import unusable
from assistant.sanitise import clean
from outbound import Outbound

if TYPE_CHECKING:
    from assistant.wire import RecordingLM

MAX_LOGGED_CHARS = 20_000
MAX_RETRY_AFTER_SECONDS = 30.0
CLOSE_SECONDS = 0.3
MIN_SECRET_CHARS = 6  # a shorter key is a placeholder, and blotting it out would mangle the log


class Program(Protocol):
    """What the gateway runs: a dspy.Module, seen from where DSPy may not be imported."""

    async def acall(self, **inputs: str) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """The output fields of one successful call, and its record."""

    outputs: Mapping[str, object]
    record: CallRecord


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most `attempts` requests for a call, all within its deadline; waits double from `first_wait_seconds`, with jitter."""

    attempts: int = 3
    first_wait_seconds: float = 0.5


@dataclass(slots=True)
class _Call:
    """One call while it runs: what its record will say."""

    settings: ModelSettings
    name: str
    inputs: Mapping[str, str]
    task_ids: tuple[int, ...]
    started_at: datetime
    started: float
    attempts: int = 0
    outputs: str = ""
    usage: Mapping[str, object] = field(default_factory=dict)
    cost_usd: float | None = None


@functools.cache
def warm() -> None:
    """Import DSPy and switch its caches off, once. Takes about half a second: call it in a thread at start."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else the first call fetches a price list from the network
    import dspy  # type: ignore[import-untyped]

    import assistant.modules  # noqa: F401 - the first call would pay for it otherwise

    dspy.configure_cache(enable_disk_cache=False, enable_memory_cache=False)


class Gateway:
    """One for each process. Addresses that people set are opened through `outbound`, which without settings is that of
    somebody's own machine. `clock` (seconds, monotonic) and `now` (aware) are injected for tests."""

    def __init__(
        self,
        *,
        outbound: Outbound | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        breaker: BreakerPolicy | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._outbound = outbound or Outbound(OWN_MACHINE)
        self._clock = clock
        self._now = now
        self._breakers = Breakers(clock, breaker or BreakerPolicy())
        self._retry = retry or RetryPolicy()

    async def call(
        self,
        settings: ModelSettings,
        build: Callable[[], Program],
        *,
        name: str,
        inputs: Mapping[str, str],
        task_ids: tuple[int, ...] = (),
    ) -> Reply:
        """Run the program that `build` makes against the model of `settings`, within `settings.deadline_seconds` in all.

        `build` runs in a thread after DSPy was imported. Raises ModelUnavailable; its `record` is None when nothing was sent.
        """
        key = _breaker_key(settings)
        if failure := unusable(settings, self._outbound.policy) or self._breakers.refusal(key):
            raise ModelUnavailable(failure)
        return await self._tracked(self._begin(settings, name, inputs, task_ids), build, self._retry.attempts)

    async def test_connection(self, settings: ModelSettings) -> CallRecord:
        """One tiny real request, whatever the breaker says: its record, `status` ok, or error with the sentence in `error`."""
        call = self._begin(settings, "TestConnection", {"question": "Reply with the word ready."}, ())
        if failure := unusable(settings, self._outbound.policy):
            return self._record(call, ModelUnavailable(failure).reason)
        try:
            return (await self._tracked(call, _ping, 1)).record
        except ModelUnavailable as error:
            return error.record or self._record(call, error.reason)

    async def _tracked(self, call: _Call, build: Callable[[], Program], attempts: int) -> Reply:
        """Run, and tell the breaker how it went."""
        key = _breaker_key(call.settings)
        try:
            outputs = await self._within_deadline(call, build, attempts)
        except TimeoutError:
            raise self._failed(key, call, too_slow(call.settings), "") from None
        except Exception as error:
            raise self._failed(key, call, failure_of(error, call.settings), detail_of(error)) from error
        except BaseException:
            self._breakers.abandoned(key)
            raise
        self._breakers.succeeded(key)
        return Reply(outputs, self._record(call, None))

    async def _within_deadline(self, call: _Call, build: Callable[[], Program], attempts: int) -> Mapping[str, object]:
        await asyncio.to_thread(warm)
        lm: RecordingLM | None = None
        try:
            async with asyncio.timeout(call.settings.deadline_seconds):
                lm = await asyncio.to_thread(_built_lm, call.settings, self._outbound)
                program = await asyncio.to_thread(build)
                return await self._attempts(call, lm, program, attempts)
        finally:
            if lm is not None:
                call.cost_usd = lm.cost_usd
                call.outputs = call.outputs or lm.last_text
                await _close(lm)

    async def _attempts(self, call: _Call, lm: RecordingLM, program: Program, attempts: int) -> Mapping[str, object]:
        import dspy

        from assistant.wire import LenientAdapter

        deadline = call.started + call.settings.deadline_seconds
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, Exception) and dspy.is_retryable_lm_error(error)),
            wait=self._wait_seconds,
            stop=lambda state: stop_after_attempt(attempts)(state) or self._is_too_late(state, deadline),
            reraise=True,
        )
        # DSPy's trace is a process-wide array that keeps every input and output: off. Its history goes to RecordingLM alone.
        own = dspy.context(lm=lm, adapter=LenientAdapter(), trace=None, callbacks=[], disable_history=False)
        with own, dspy.track_usage() as tracker:
            try:
                async for attempt in retrying:
                    with attempt:
                        call.attempts += 1
                        prediction = await program.acall(**call.inputs)
            except dspy.AdapterParseError as error:
                call.outputs = str(error.lm_response)
                raise
            finally:
                call.usage = tracker.get_total_tokens().get(lm.model, {})
        return dict(prediction.items())

    def _wait_seconds(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        hint = getattr(error, "retry_after", None)
        if isinstance(hint, int | float) and hint >= 0:
            return float(hint)
        return wait_random_exponential(multiplier=self._retry.first_wait_seconds, max=MAX_RETRY_AFTER_SECONDS)(state)

    def _is_too_late(self, state: RetryCallState, deadline: float) -> bool:
        """Whether the wait that is due is longer than the provider or the deadline leaves time for."""
        return state.upcoming_sleep > MAX_RETRY_AFTER_SECONDS or self._clock() + state.upcoming_sleep >= deadline

    def _begin(self, settings: ModelSettings, name: str, inputs: Mapping[str, str], task_ids: tuple[int, ...]) -> _Call:
        cleaned = {label: clean(text) for label, text in inputs.items()}
        return _Call(settings, name, cleaned, task_ids, self._now(), self._clock())

    def _failed(self, key: BreakerKey, call: _Call, failure: Failure, detail: str) -> ModelUnavailable:
        if failure.blames_model:
            self._breakers.failed(key, failure)
        else:
            self._breakers.abandoned(key)
        reason = ModelUnavailable(failure).reason
        return ModelUnavailable(failure, self._record(call, f"{reason} {detail}".strip()))

    def _record(self, call: _Call, error: str | None) -> CallRecord:
        key = call.settings.api_key
        return CallRecord(
            module=call.name,
            model=call.settings.model,
            started_at=call.started_at,
            duration_ms=max(0, round((self._clock() - call.started) * 1_000)),
            attempts=call.attempts,
            inputs=_loggable(json.dumps(dict(call.inputs), ensure_ascii=False), key),
            outputs=_loggable(call.outputs, key),
            prompt_tokens=_count(call.usage.get("prompt_tokens")),
            completion_tokens=_count(call.usage.get("completion_tokens")),
            cost_usd=call.cost_usd,
            status="ok" if error is None else "error",
            error=None if error is None else _loggable(error, key),
            task_ids=call.task_ids,
        )


def _breaker_key(settings: ModelSettings) -> BreakerKey:
    fingerprint = hashlib.sha256((settings.api_key or "").encode("utf-8", "replace")).hexdigest()[:16]
    return settings.model, settings.api_base or "", fingerprint


def _built_lm(settings: ModelSettings, outbound: Outbound) -> RecordingLM:
    from assistant.wire import build_lm

    return build_lm(settings, outbound)


def _ping() -> Program:
    import dspy

    program: Program = dspy.Predict("question -> answer")
    return program


async def _close(lm: RecordingLM) -> None:
    """Give the connections back; a peer that does not let go is left behind."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await lm.aclose()
    except TimeoutError:
        pass


def _loggable(text: str, key: str | None) -> str:
    """The text as it may be stored: valid Unicode, bounded, and without the key, wherever it came from."""
    kept = clean(text[: MAX_LOGGED_CHARS * 2])
    if key and len(key) >= MIN_SECRET_CHARS:
        kept = kept.replace(key, "[key]")
    return kept if len(kept) <= MAX_LOGGED_CHARS else f"{kept[:MAX_LOGGED_CHARS]} ... ({len(text)} characters)"


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value >= 0 else None
