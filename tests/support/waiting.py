"""Waiting for what another process brings about, in tests that have no loop."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 20.0


def wait_until(is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """Ask again until the answer is yes; the seconds that it took. Raises TimeoutError."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"It did not come within {seconds:g} s.")
        time.sleep(0.01)
    return time.monotonic() - started
