"""Processes of the product that begin with everything loaded: forked by multiprocessing's server, which loads it once.

To load the product takes a process longer than most of what a test asks of it. tests/test_serve.py starts it as people do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.e2e.server import AppServer

LOADED = ["app", "cli", "tests.support.worker"]


def fork(target: Callable[..., None], environment: Mapping[str, str], *arguments: object) -> ForkServerProcess:
    """A process that does `target`, with this and nothing else as its environment."""
    forks = get_context("forkserver")
    forks.set_forkserver_preload(LOADED)
    process = forks.Process(target=_begin, args=(target, dict(environment), *arguments), daemon=True)
    process.start()
    return process


def _begin(target: Callable[..., None], environment: dict[str, str], *arguments: object) -> None:
    os.environ.clear()
    os.environ.update(environment)
    target(*arguments)


class ForkedServer(AppServer):
    """The server, without the start of an interpreter."""

    def launch(self) -> None:
        self._process = _Handle(fork(serve, self.environment, self.log))


def serve(log: Path) -> None:
    """`cli.py serve`."""
    import cli

    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    cli.serve()


class _Handle(subprocess.Popen[bytes]):
    """A fork as `subprocess` would show it."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._forked = process
        self.pid = process.pid or 0
        self.returncode = None

    def poll(self) -> int | None:
        self.returncode = self._forked.exitcode
        return self._forked.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self._forked.kill()

    def wait(self, timeout: float | None = None) -> int:
        self._forked.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("fork", timeout or 0)
        return code

    def __del__(self) -> None:
        """There is nothing of `subprocess` to end."""
