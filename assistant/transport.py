"""How DSPy's own engine reaches an address that a person has set: through `outbound`, and no other way.

Importing this module imports DSPy, as `wire` does. The engine is handed to DSPy as one of ours, because only then may its
connections be somebody else's; it is the same engine that DSPy would make.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from dspy.clients.engines import AsyncLM15Engine  # type: ignore[import-untyped]
from dspy.lm15 import (  # type: ignore[import-untyped]
    ConfigurationError,
    ProviderError,
    RouterConfig,
    TransportError,
    UnsupportedFeatureError,
)

from addresses import RefusedAddressError
from outbound import Answer, Outbound, TooLargeError, UnreachableError


class OnlyAsync:
    """DSPy wants a synchronous engine beside the other one. Nothing here calls it."""

    def complete(self, request: object) -> object:
        raise UnsupportedFeatureError("Models are asked asynchronously.")


class Request(Protocol):
    """What the engine hands to a transport, as far as it is read."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What the engine reads of an answer."""

    answer: Answer
    reason: str = ""
    http_version: str = "HTTP/1.1"

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> list[tuple[str, str]]:
        return list(self.answer.headers)

    async def read(self) -> bytes:
        return b"".join([chunk async for chunk in self.answer.chunks])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.answer.chunks


class Transport:
    """The engine's way to the network. `seconds` bounds each wait; the gateway bounds the whole."""

    def __init__(self, outbound: Outbound, seconds: float) -> None:
        self._outbound, self._seconds = outbound, seconds

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Response]:
        """Raises the engine's own errors: what was refused is not asked again, what did not answer may be."""
        opened = self._outbound.stream(
            request.method, request.url, headers=request.headers, body=request.body or b"", seconds=self._seconds
        )
        try:
            async with opened as answer:
                _refuse_redirect(answer)
                yield Response(answer)
        except RefusedAddressError as error:
            raise ConfigurationError(str(error)) from error
        except TooLargeError as error:
            raise ProviderError(str(error)) from error
        except UnreachableError as error:
            raise TransportError(str(error)) from error


def engine_for(model: str, api_key: str, api_base: str, outbound: Outbound, seconds: float) -> AsyncLM15Engine:
    """The engine for a model (`provider/name`) at a person's address: nothing of the environment goes into it."""
    provider = AsyncLM15Engine(RouterConfig(env={})).resolve(model).provider
    transport = Transport(outbound, seconds)
    config = RouterConfig(env={}, api_keys={provider: api_key}, base_urls={provider: api_base}, transport=transport)
    return AsyncLM15Engine(config)


def _refuse_redirect(answer: Answer) -> None:
    """Nobody has checked where it leads."""
    if 300 <= answer.status < 400:
        where = (answer.header("location") or "elsewhere")[:200]
        raise RefusedAddressError(
            f"The address redirects to {where!r}, which is not followed", "write the final address in Settings"
        )
