"""What a connection may send, before anything of the product has a say: real bytes to uvicorn's own reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from protocol import LARGEST_HEAD_BYTES, REFUSAL, BoundedProtocol

PART = b"a" * 2**16
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"


class Impatient(BoundedProtocol):
    patience_seconds = 0.05


async def count_bytes(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@asynccontextmanager
async def connected(kind: type[BoundedProtocol]) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server that answers with the length of what was sent to it."""
    config, state, loop = (
        Config(count_bytes, log_config=None, lifespan="off", ws="none"),
        ServerState(),
        asyncio.get_running_loop(),
    )
    server = await loop.create_server(lambda: kind(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    yield reader, writer
    writer.close()
    server.close()


async def told(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(20):
        return await reader.read()


@pytest.mark.parametrize(
    ("beginning", "body"), [(b"GET /", 0), (HEAD + b"Cookie: ", 0), (HEAD + b"X", 0), (CHUNKED + b"Trailer: ", 1)]
)
async def test_too_much_beside_the_body(beginning: bytes, body: int) -> None:
    """An address, a header, a header's name, what follows a body: one byte more than fits is refused, without its end."""
    async with connected(BoundedProtocol) as (reader, writer):
        writer.write(beginning.ljust(LARGEST_HEAD_BYTES + body + 1, b"a"))
        assert await told(reader) == REFUSAL


async def test_bodies_are_not_counted() -> None:
    """Nor are one request's bytes counted with the next one's."""
    async with connected(BoundedProtocol) as (reader, writer):
        for _ in range(3):
            writer.write(HEAD + b"X: " + PART[:40_000] + f"\r\nContent-Length: {2**20}\r\n\r\n".encode() + PART * 16)
        writer.write(HEAD + b"Connection: close\r\n\r\n")
        answer = await told(reader)
    assert answer.count(b" 200 ") == 4
    assert answer.count(str(2**20).encode()) == 3


@pytest.mark.parametrize("beginning", [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\nhalf"])
async def test_never_whole(beginning: bytes) -> None:
    """Who connects and says nothing, or not all, is not waited for."""
    async with connected(Impatient) as (reader, writer):
        writer.write(beginning)
        assert b" 200 " not in await told(reader)
