"""A way to a PostgreSQL that is cut in the middle of a statement: before the server hears of it, or after it has done it."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass
class Gate:
    """Connections go through until one asks for `cut_at`: then that one is ended. With `is_heard` the server has answered it
    by then, and the answer is lost."""

    socket: str
    port: int = 0
    cut_at: bytes | None = None
    is_heard: bool = False

    def url(self, url: str) -> str:
        """The same database, through here."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}{urlsplit(url).path}?ssl=disable"

    async def serve(self, client: StreamReader, back: StreamWriter) -> None:
        """One connection, both ways, until either side ends it."""
        server, forth = await asyncio.open_unix_connection(self.socket)
        is_cut = asyncio.Event()
        ways = [asyncio.create_task(self._ask(client, forth, is_cut)), asyncio.create_task(self._answer(server, back, is_cut))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for writer in (forth, back):
                writer.close()

    async def _ask(self, client: StreamReader, forth: StreamWriter, is_cut: asyncio.Event) -> None:
        while said := await client.read(65536):
            if self.cut_at and self.cut_at in said:
                self.cut_at = None
                is_cut.set()
                if not self.is_heard:
                    return
            forth.write(said)
            await forth.drain()
            if is_cut.is_set():
                await asyncio.Event().wait()

    async def _answer(self, server: StreamReader, back: StreamWriter, is_cut: asyncio.Event) -> None:
        while said := await server.read(65536):
            if is_cut.is_set():
                return
            back.write(said)
            await back.drain()


@asynccontextmanager
async def gate_to(url: str) -> AsyncIterator[Gate]:
    """A gate to the PostgreSQL of a test's database."""
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    gate = Gate(f"{folder}/.s.PGSQL.5432")
    async with await asyncio.start_server(gate.serve, "127.0.0.1", 0) as listener:
        gate.port = listener.sockets[0].getsockname()[1]
        yield gate
