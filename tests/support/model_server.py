"""A scripted model behind a real socket: it speaks OpenAI's protocol on loopback, answers properly, or fails in all known ways.

It stands in for the network, never for our code. By hand: `python -m tests.support.model_server --port 8010 --fault stall`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET, socket
from types import TracebackType
from typing import cast

Json = dict[str, object]
ERROR_STATUSES = (400, 401, 402, 403, 404, 408, 429, 500, 502, 503, 529)
BAD_TEXTS = ("garbage", "prose", "empty", "null_content", "wrong_schema", "deep_nesting", "ten_megabytes")
BAD_BODIES = ("html", "not_json", "empty_body", "no_choices", "huge_json")
BAD_CONNECTIONS = ("reset", "hang_up", "stall", "one_byte_a_second")
BAD_VALUES = ("nan", "negative", "foreign_ids", "ten_thousand", "lone_surrogates", "past_times", "duplicates")
GOOD_SHAPES = ("json_object", "fenced_json", "bare_array", "cut_off", "slow")
FAULTS = tuple(str(status) for status in ERROR_STATUSES) + BAD_TEXTS + BAD_BODIES + BAD_CONNECTIONS + BAD_VALUES
_TASKS = re.compile(r"^\[\[ ## tasks ## \]\]\n(.*)$", re.MULTILINE)
_FIELD = re.compile(r"\[\[ ## (advice|priorities|constraints) ## \]\]")


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json

    @property
    def key(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def prompt(self) -> str:
        """The last message: the question itself."""
        messages = cast("list[Json]", self.body.get("messages") or [{}])
        return str(messages[-1].get("content", ""))

    @property
    def tasks(self) -> list[Json]:
        """The tasks asked about, as our modules put them into the prompt; empty for any other question."""
        found = _TASKS.search(self.prompt)
        return cast("list[Json]", json.loads(found[1])) if found else []


class ModelServer:
    """A context manager: a server in its own thread and loop on a port that the system chooses.

    `fault` is one of FAULTS or GOOD_SHAPES, or None for proper answers; `faults` (one for each coming request, None for a
    proper answer) come first. `advice_by_title` and `priority_by_title` set fields of the proper answers, `constraints` are
    what it reads of a text.
    """

    def __init__(self, port: int = 0, fault: str | None = None) -> None:
        self.requests: list[Seen] = []
        self.fault = fault
        self.faults: list[str | None] = []
        self.retry_after: str | None = None
        self.slow_seconds = 0.2
        self.advice_by_title: dict[str, Json] = {}
        self.priority_by_title: dict[str, float] = {}
        self.constraints: list[Json] = []
        self.reply: Callable[[Seen], str] = self.proper_text
        self.url = ""
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._handlers: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, name="model-server", daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    def __enter__(self) -> ModelServer:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the model server did not start")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def calls(self) -> list[Seen]:
        """The requests for an answer, without those for the list of models."""
        return [seen for seen in self.requests if seen.path.endswith("/chat/completions")]

    def proper_text(self, seen: Seen) -> str:
        """The answer that a good model would give, in the format that was asked for."""
        field = _FIELD.findall(seen.prompt)
        if not field:
            return "[[ ## answer ## ]]\nready\n\n[[ ## completed ## ]]"
        return in_markers(field[-1], json.dumps(self.entries(seen)))

    def entries(self, seen: Seen) -> list[Json]:
        """One entry for each task that was asked about, or what it reads of a text."""
        if "[[ ## constraints ## ]]" in seen.prompt:
            return self.constraints
        if "[[ ## priorities ## ]]" in seen.prompt:
            return [self._priority(task) for task in seen.tasks]
        return [self._advice(task) for task in seen.tasks]

    def _advice(self, task: Json) -> Json:
        entry: Json = {
            "task_id": task["id"],
            "duration_minutes": 45,
            "energy": "medium",
            "reason": f"scripted: {task['title']}",
        }
        return entry | self.advice_by_title.get(str(task["title"]), {})

    def _priority(self, task: Json) -> Json:
        score = self.priority_by_title.get(str(task["title"]), 5.0)
        return {"task_id": task["id"], "priority": score, "reason": f"scripted: {task['title']}"}

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._ready.set()
        await self._stop.wait()
        server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0.01)  # connections close in the loop's next rounds, which must still come

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.current_task()
        if handler is not None:
            self._handlers.add(handler)
            handler.add_done_callback(self._handlers.discard)
        self._writers.add(writer)
        try:
            while (seen := await _read(reader)) is not None:
                self.requests.append(seen)
                await self._answer(seen, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client gave up, or the server is stopping: both are what the tests are about
        finally:
            writer.close()

    async def _answer(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.path.endswith("/models"):
            return await _send(writer, 200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})
        fault = self.faults.pop(0) if self.faults else self.fault
        if fault is not None and fault.isdigit():
            return await self._refuse(int(fault), writer)
        if fault in BAD_CONNECTIONS:
            return await _break(fault, writer, completion(self.reply(seen)))
        if fault in BAD_BODIES:
            return await _send_raw(writer, 200, *_bad_body(fault))
        if fault == "slow":
            await asyncio.sleep(self.slow_seconds)
        return await _send(writer, 200, completion(self._text(seen, fault)))

    async def _refuse(self, status: int, writer: asyncio.StreamWriter) -> None:
        hint = {"Retry-After": self.retry_after} if self.retry_after is not None else {}
        message = {"message": f"scripted refusal {status}", "type": "scripted", "code": None}
        await _send(writer, status, {"error": message}, hint)

    def _text(self, seen: Seen, fault: str | None) -> str | None:
        if fault in BAD_TEXTS:
            return _bad_text(fault)
        if fault in BAD_VALUES or fault in GOOD_SHAPES:
            return reshaped(fault, self.entries(seen), "priorities" if "[[ ## priorities ## ]]" in seen.prompt else "advice")
        return self.reply(seen)


def in_markers(field: str, value: str) -> str:
    """DSPy's ChatAdapter format, as `assistant.wire` documents it."""
    return f"[[ ## reasoning ## ]]\nScripted.\n\n[[ ## {field} ## ]]\n{value}\n\n[[ ## completed ## ]]"


def completion(text: str | None) -> Json:
    """The body of a successful chat completion."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
    return {"id": "c1", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice], "usage": usage}


def reshaped(fault: str, entries: list[Json], field: str) -> str:
    """A proper answer in another shape, or one with values that no task may ever get."""
    number = "priority" if field == "priorities" else "duration_minutes"
    if fault == "nan":
        return in_markers(field, json.dumps([entry | {number: float("nan"), "deadline_at": "NaN"} for entry in entries]))
    shapes: dict[str, Callable[[], str]] = {
        "negative": lambda: json.dumps([entry | {number: -30, "suggested_start": -1} for entry in entries]),
        "foreign_ids": lambda: json.dumps(
            [entry | {"task_id": cast("int", entry["task_id"]) + 1_000_000} for entry in entries]
        ),
        "ten_thousand": lambda: json.dumps([{"task_id": n, number: 10} for n in range(9_000_000, 9_010_000)]),
        "lone_surrogates": lambda: json.dumps([entry | {"reason": "bad \ud800\u0000 text"} for entry in entries]),
        "past_times": lambda: json.dumps([entry | {"deadline_at": "1999-01-01T09:00", "earliest_at": 0} for entry in entries]),
        "duplicates": lambda: json.dumps(entries + [entry | {number: 9} for entry in entries]),
        "cut_off": lambda: json.dumps(entries)[: -len(json.dumps(entries[-1])) // 2],
        "slow": lambda: json.dumps(entries),
    }
    whole = json.dumps({"reasoning": "Scripted.", field: entries}, indent=1)
    unmarked = {"json_object": whole, "fenced_json": f"Here you are:\n```json\n{whole}\n```", "bare_array": json.dumps(entries)}
    return unmarked[fault] if fault in unmarked else in_markers(field, shapes[fault]())


def _bad_text(fault: str | None) -> str | None:
    texts: dict[str | None, str | None] = {
        "garbage": "\x00\x01}{][ \u202e" * 50 + "{" * 3_000,
        "prose": "Certainly! Here is your plan for a wonderful day.",
        "empty": "",
        "null_content": None,
        "wrong_schema": in_markers("advice", '"soon"') + "\n" + in_markers("priorities", "42"),
        "deep_nesting": in_markers("advice", "[" * 30_000) + "\n" + in_markers("priorities", '{"a":' * 10_000),
        "ten_megabytes": in_markers("advice", '[{"a":"' + "x" * 10_000_000),
    }
    return texts[fault]


def _bad_body(fault: str | None) -> tuple[bytes, str]:
    bodies: dict[str | None, tuple[bytes, str]] = {
        "html": (b"<html><body><h1>It works!</h1></body></html>", "text/html"),
        "not_json": (b"\xff\xfe{{{{not json", "application/json"),
        "empty_body": (b"", "application/json"),
        "no_choices": (b'{"object": "chat.completion", "choices": []}', "application/json"),
        "huge_json": (b"[" * 200_000, "application/json"),
    }
    return bodies[fault]


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = first.split(" ", 2)
    return Seen(method, path, headers, json.loads(body) if body else {})


async def _send(writer: asyncio.StreamWriter, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
    await _send_raw(writer, status, json.dumps(body).encode(), "application/json", headers)


async def _send_raw(
    writer: asyncio.StreamWriter, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
) -> None:
    writer.write(_head(status, len(body), kind, headers or {}) + body)
    await writer.drain()


def _head(status: int, length: int, kind: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {kind}", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


async def _break(fault: str | None, writer: asyncio.StreamWriter, body: Json) -> None:
    """Misbehave below HTTP; ends with the connection closed, or when the client has gone."""
    if fault == "reset":
        plug = cast("socket", writer.get_extra_info("socket"))
        plug.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))  # close with RST
    elif fault == "hang_up":
        writer.write(_head(200, 5_000, "application/json", {}) + b'{"id":')
        await writer.drain()
    else:
        payload = json.dumps(body).encode()
        writer.write(_head(200, len(payload), "application/json", {}))
        for at in range(len(payload)):
            await asyncio.sleep(1 if fault == "one_byte_a_second" else 3_600)
            writer.write(payload[at : at + 1])
            await writer.drain()
    writer.close()
    raise ConnectionResetError(fault)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--fault", choices=FAULTS + GOOD_SHAPES)
    options = parser.parse_args()
    with ModelServer(options.port, options.fault) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
