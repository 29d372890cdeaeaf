"""How much work a call does, whatever the machine is busy with: the calls that Python makes for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

TIMES = 2


def calls_of(act: Callable[[], object]) -> int:
    """How many functions, of Python and of C, are called while `act` runs in this thread: the least of some times.

    It runs once before: what is kept for the next time, and the counting of lines by `make test`, which ends at lines that it
    has seen, are no part of the work.
    """
    act()
    return min(_counted(act) for _ in range(TIMES))


def _counted(act: Callable[[], object]) -> int:
    count = 0

    def profiler(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(profiler)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count
