"""A network of its own, in which private, link-local and metadata addresses are this machine's: one server listens on all of
them and remembers who reached it, a name server answers as it is told, and the product runs in between.

`unshare -rnm python -m tests.support.namespace DATABASE` reads steps as JSON from its standard input and writes what came of
each. It knows what was asked and what was reached, and judges nothing.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from tests.e2e.server import AppServer
from tests.support.forks import ForkedServer
from tests.support.model_server import completion

FORM = {"model": "openai/scripted", "api_key": "sk-a-secret-key", "max_tokens": "2000", "temperature": "0"}
BY_HTMX = {"HX-Request": "true"}
NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "public.example": (("93.184.216.34",),),
    "six.example": (("2606:2800:220:1::1",),),
    "inside.example": (("10.0.0.1",),),
    "loop.example": (("127.0.0.1",),),
    "meta.example": (("169.254.169.254",),),
    "meta6.example": (("fd00:ec2::254",),),
    "nat64.example": (("64:ff9b::a00:1",),),
    "mixed.example": (("93.184.216.34", "10.0.0.1"),),
    "mixed6.example": (("93.184.216.34", "fd00::1"),),
    "rebind.example": (("93.184.216.34",), ("169.254.169.254",)),
    "rebound.example": (("169.254.169.254",), ("93.184.216.34",)),
    "metadata.google.internal": (("169.254.169.254",),),
}
"""What a name stands for: the first time, the second, ...; the last stays. Another has no address."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A connection that the server got: at which of its addresses, and for what."""

    address: str
    path: str
    host: str


class Everywhere(ThreadingHTTPServer):
    """Port 80 of every address: a model that answers, and sends on to wherever a path says (`/to/10.0.0.1/`)."""

    daemon_threads = True
    address_family = socket.AF_INET6

    def __init__(self) -> None:
        self.reached: list[Reached] = []
        super().__init__(("::", 80), _Handler)

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def __enter__(self) -> Everywhere:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Everywhere
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_CONNECT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        address = self.connection.getsockname()[0].removeprefix("::ffff:")
        self.server.reached.append(Reached(address, self.path, self.headers.get("host", "")))
        _, first, *rest = [*self.path.split("/"), ""]
        body = json.dumps(completion("[[ ## answer ## ]]\nready\n\n[[ ## completed ## ]]")).encode()
        if first in {"301", "302", "303", "307", "308"}:
            self.send_response(int(first))
            self.send_header("Location", f"http://{rest[0]}/latest/meta-data")
            body = b""
        else:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


class NameServer:
    """Answers A and AAAA on 127.0.0.1:53 out of NAMES, with no time to live; each name's questions for A are counted."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            question, peer = self._socket.recvfrom(1500)
            self._socket.sendto(self._answer(question), peer)

    def _answer(self, message: bytes) -> bytes:
        labels, at = [], 12
        while length := message[at]:
            labels.append(message[at + 1 : at + 1 + length].decode().lower())
            at += 1 + length
        name, (kind,) = ".".join(labels), struct.unpack("!H", message[at + 1 : at + 3])
        turns = NAMES.get(name, ())
        family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
        found = turns[min(self.asked[name], len(turns) - 1)] if turns else ()
        packed = [socket.inet_pton(family, text) for text in found if family and (":" in text) == (kind == 28)]
        self.asked[name] += kind == 28  # glibc asks for A, then for AAAA: both belong to one turn
        flags = 0x8180 if turns else 0x8183
        head = message[:2] + struct.pack("!HHHHH", flags, 1, len(packed), 0, 0) + message[12 : at + 5]
        records = [b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(address)) + address for address in packed]
        return head + b"".join(records)


def run(*words: str) -> None:
    subprocess.run(words, check=True)


def furnish() -> None:
    """Make every address one of this namespace, and its resolver ours."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo")
    run("ip", "-6", "route", "add", "local", "::/0", "dev", "lo")
    for name, text in (
        ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions single-request\n"),
        ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ):
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o644)
        run("mount", "--bind", file.name, str(Path(name).resolve()))


def main() -> None:
    """Furnish, then for each environment of the steps: start the product, try each address by both forms, and say."""
    steps = json.load(sys.stdin)
    furnish()
    names, told = NameServer(), []
    with Everywhere() as world, tempfile.TemporaryDirectory() as folder:
        proxy = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"), "http://10.0.0.1:80")
        for number, step in enumerate(steps):
            own = Path(folder) / str(number)
            own.mkdir()
            environment = proxy | {"NO_PROXY": "", "AI_DEADLINE_SECONDS": "10"} | step["environment"]
            with ForkedServer(own, environment, Path(sys.argv[1])) as app:
                for address in step["addresses"]:
                    found = _tried(app, world, names, address) | {"step": number, "address": address}
                    told.append(found | ({"saved": _saved(app, address)} if "is_saved" in step else {}))
    json.dump(told, sys.stdout)


def _tried(app: AppServer, world: Everywhere, names: NameServer, address: str) -> dict[str, object]:
    """The connection test of Settings: what it said, and who was reached meanwhile."""
    world.reached.clear()
    names.asked.clear()
    tested = app.client.post("/settings/model/test", data=FORM | {"api_base": address}, headers=BY_HTMX)
    notice = LexborHTMLParser(tested.text).css_first("#test-result strong")
    said = " ".join(notice.text().split()) if notice else tested.text[:300]
    return {"said": said, "reached": [asdict(one) for one in world.reached]}


def _saved(app: AppServer, address: str) -> int:
    """The status with which Settings answers when it is to be kept."""
    return app.client.post("/settings/model", data=FORM | {"api_base": address}, headers=BY_HTMX).status_code


if __name__ == "__main__":
    main()
