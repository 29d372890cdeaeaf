"""How often one address may ask the API: a moving window, told in every answer's headers. And how often one may try to sign in.

As an ASGI gate before the routes it binds on every one of them, also on what no route answers. The count is this process's.
"""

from __future__ import annotations

import math
import time

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import TooOftenError
from routers.errors import shaped
from routers.origins import is_api


class RateLimit:
    """Lets `rate` ("600/minute") requests of one address through, and answers the others 429 until there is room again."""

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self.app = app
        self.item = parse(rate)
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self.app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        is_let_in = await self.limiter.hit(self.item, address)
        window = await self.limiter.get_window_stats(self.item, address)
        wait = max(0, math.ceil(window.reset_time - time.time()))

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Limit"] = str(self.item.amount)
                headers["RateLimit-Remaining"] = str(window.remaining)
                headers["RateLimit-Reset"] = str(wait)
                headers["RateLimit-Policy"] = f"{self.item.amount};w={self.item.get_expiry()}"
            await send(message)

        if is_let_in:
            await self.app(scope, receive, send_told)
            return
        sentence = f"You ask more often than {self.item}. Nothing was done: wait {max(wait, 1)} s, then ask again."
        refusal = shaped(429, sentence, headers={"Retry-After": str(max(wait, 1))})
        await refusal(scope, receive, send_told)


class Attempts:
    """How often something may be tried, for what has limits of its own: signing in. The count is this process's."""

    def __init__(self) -> None:
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def take(self, rate: str, *who: str) -> None:
        """Count one try of `who`. Raises TooOftenError beyond `rate` ("5/15minute")."""
        item = parse(rate)
        if await self.limiter.hit(item, *who):
            return
        window = await self.limiter.get_window_stats(item, *who)
        wait = max(1, math.ceil(window.reset_time - time.time()))
        raise TooOftenError(f"That was tried too often. Wait {-(-wait // 60)} minutes, then try again.", wait)
