"""A real Redis for tests: which `redis-server` is used, getting one where there is none, and one that may be killed.

`python -m tests.support.redis_server --install` is what `make redis` calls; it prints one line.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from socket import create_connection
from types import TracebackType

from tests.e2e.server import free_port
from tests.support.browser import install_package
from tests.support.databases import UnavailableEngineError, is_ci
from tests.support.waiting import wait_until

NONE = "No redis-server was found, and none could be installed: its tests are skipped. Install the package `redis-server`."


class RedisServer:
    """A server on a port of its own that keeps nothing; a context manager. `kill` and `start` it in between."""

    def __init__(self, folder: Path) -> None:
        """Raises UnavailableEngineError where there is none."""
        path = shutil.which("redis-server")
        if path is None:
            raise UnavailableEngineError(NONE)
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": folder}
        self._command = [path, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers. One that a failed test has left running is ended first."""
        self.kill()
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 1 when CI wants a Redis and there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="get a redis-server where there is none")
    if parser.parse_args(arguments).install and shutil.which("redis-server") is None:
        install_package("redis-server")
    path = shutil.which("redis-server")
    sys.stdout.write(f"Redis: {path}\n" if path else f"{NONE}\n")
    return 1 if path is None and is_ci() else 0


if __name__ == "__main__":
    raise SystemExit(main())
