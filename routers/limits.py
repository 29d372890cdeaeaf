"""How often one address may ask the API: told in every answer's headers. And how often one may try to sign in.

As an ASGI gate before the routes it binds on every one of them, also on what no route answers. `services.limits` counts.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network

from fastapi import Request
from limits import parse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import TooOftenError
from routers.errors import shaped
from routers.origins import is_api
from services.limits import Counters


class RateLimit:
    """Lets `rate` ("600/minute") requests of one address through, and answers the others 429 until there is room again."""

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self.app = app
        self.item = parse(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self.app(scope, receive, send)
            return
        network = network_of(scope["client"][0] if scope.get("client") else "")
        counters: Counters = scope["app"].state.requests
        standing = await counters.take(self.item, "api", network)

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Limit"] = str(self.item.amount)
                headers["RateLimit-Remaining"] = str(standing.remaining)
                headers["RateLimit-Reset"] = str(standing.wait_seconds)
                headers["RateLimit-Policy"] = f"{self.item.amount};w={self.item.get_expiry()}"
            await send(message)

        if standing.is_let_in:
            await self.app(scope, receive, send_told)
            return
        wait = max(standing.wait_seconds, 1)
        sentence = f"You ask more often than {self.item}. Nothing was done: wait {wait} s, then ask again."
        refusal = shaped(429, sentence, headers={"Retry-After": str(wait)})
        await refusal(scope, receive, send_told)


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """Where somebody asks from, as it is counted: who has one IPv6 address has 2**64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 or found.ipv4_mapped else str(ip_network((int(found), 64), strict=False))


async def take_attempt(request: Request, rate: str, *who: str) -> None:
    """Count one try of `who`, for what has limits of its own: signing in. Raises TooOftenError beyond `rate` ("5/15minute")."""
    counters: Counters = request.app.state.attempts
    standing = await counters.take(parse(rate), *who)
    if not standing.is_let_in:
        wait = max(1, standing.wait_seconds)
        raise TooOftenError(f"That was tried too often. Wait {-(-wait // 60)} minutes, then try again.", wait)
