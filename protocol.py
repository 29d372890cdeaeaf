"""HTTP as uvicorn reads it, with an end to what it waits for: requests that no browser sends, whose one connection would keep
the process from everybody else.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD_BYTES = 64 * 1024
REFUSAL = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """Hangs up on a request that has too much beside its body (its parser copies what is not whole yet again and again: 60 MB
    took eight seconds of the loop), or that is not there after `patience_seconds`."""

    patience_seconds = 120.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._beside_body = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._beside_body += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._beside_body > LARGEST_HEAD_BYTES:
            self.transport.write(REFUSAL)
            self.transport.close()
        elif self._beside_body and self._patience is None:
            self._wait()

    def on_body(self, body: bytes) -> None:
        self._beside_body -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._beside_body = 0
        self._wait_no_more()
        super().on_message_complete()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(self.patience_seconds, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None
