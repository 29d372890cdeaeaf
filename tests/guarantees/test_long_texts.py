"""Long texts are read in time: twice the text is at most 2.5 times the work, and 50,000 characters take less than 50 ms.

Work is counted in calls, whatever the machine is busy with; seconds are measured in the long size alone. A pattern that tries
one word in two ways makes no calls while it doubles its time with each word: the words of the chat's patterns, in any order and
many times over, have a second of the processor each.
"""

from __future__ import annotations

import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from types import FrameType

import pytest

from assistant import chat_rules
from assistant.chat import MAX_MESSAGE
from assistant.context import MAX_TEXT
from assistant.context_rules import read_context
from assistant.quick_add import SCANNED, parse
from evals.situations import VIEW
from tests.guarantees.report import Tally
from tests.support.work import calls_of

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
LONG = 50_000
MOST_SECONDS = 0.05
RATIO = 2.5
SEED = 20261121
COUNTED = 2_000
"""The longest text whose calls are counted: counting takes ten times as long as reading."""
LINES, LONG_LINES = 300, 5_000
READERS: dict[str, tuple[Callable[[str], object], int]] = {
    "quick-add": (lambda text: parse(text, NOW, "UTC"), SCANNED),
    "chat": (lambda text: chat_rules.read(text, VIEW), MAX_MESSAGE),
    "context": (read_context, MAX_TEXT),
}
"""How each text is read, and how many of its characters are."""
PIECES = (
    *(
        "a ",
        "x",
        "!",
        '"',
        "(",
        "// ",
        "\n- ",
        "é",
        "e\u0301\u0316",
        "1 ",
        "9-5 ",
        ", ",
        "and ",
        "at ",
        "to ",
        "noon ",
        "Fri, ",
    ),
    *("what ", "what my ", "what if ", "if ", "suppose ", "to be a ", "make a ", "move the a to ", "is done ", "complete "),
    *("by Friday 5pm ", "27 nov ", "3h ", "every ", "after x ", "!1 ", "add milk and ", "move the report to friday and "),
    *("I work Mon-Fri 9-5, lunch at noon. ", "no meetings or calls, ", "every 2 hours ", "gym Tue and Thu at 18 "),
)


class TooLongError(Exception):
    """A text took more than its time."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooLongError after so many seconds of the processor, in the middle of a pattern too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def repeated(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def seconds_of(read: Callable[[str], object], text: str) -> float:
    """The least of some runs, of the processor's time."""
    least = float("inf")
    for _ in range(7):
        begun = time.process_time()
        read(text)
        least = min(least, time.process_time() - begun)
    return least


def lines(count: int) -> Iterator[str]:
    """Messages as long as they may be, of some words of one of the chat's patterns."""
    chance = random.Random(SEED)
    rules = [*chat_rules.QUESTIONS_FIRST, *chat_rules.COMMANDS_FIRST]
    for number in range(count):
        words = re.findall(r"[a-z]+", rules[number % len(rules)][0].pattern)
        lead = " ".join(chance.choices(words, k=chance.randrange(3)))
        piece = "".join(f"{word}{chance.choice((' ', ' ', ', ', ' and '))}" for word in chance.choices(words, k=3))
        yield f"{lead} {repeated(piece, MAX_MESSAGE)}"[:MAX_MESSAGE].strip()


@pytest.mark.parametrize("name", ["chat", "context"])  # quick-add's is in tests/assistant/test_quick_add.py
def test_twice_the_text_is_twice_the_work(name: str) -> None:
    read, size = READERS[name][0], min(READERS[name][1], COUNTED)
    tally = Tally("Long texts", SEED, floor=len(PIECES))
    for piece in PIECES:
        half, whole = (calls_of(partial(read, repeated(piece, length))) for length in (size // 2, size))
        tally.case(whole <= RATIO * max(half, 1_000), f"{name} {piece!r}: {half} calls, then {whole}")
    tally.close()


def check_words(count: int) -> None:
    tally = Tally("Words of the chat's rules", SEED, floor=count)
    for line in lines(count):
        try:
            with limited(1.0):
                chat_rules.read(line, VIEW)
            tally.case(True, "")
        except TooLongError:
            tally.case(False, line[:120])
    tally.close()


def test_no_words_of_the_rules_blow_up() -> None:
    check_words(LINES)


@pytest.mark.guarantees
def test_no_words_blow_up_in_the_long_size() -> None:
    check_words(LONG_LINES)


@pytest.mark.guarantees
@pytest.mark.parametrize("name", READERS)
def test_fifty_thousand_characters(name: str) -> None:
    read, size = READERS[name]
    tally = Tally("Long texts in seconds", SEED, floor=2 * len(PIECES))
    for piece in PIECES:
        whole = seconds_of(read, repeated(piece, LONG))
        tally.case(whole < MOST_SECONDS, f"{name} {piece!r}: {whole * 1000:.0f} ms")
        half = seconds_of(read, repeated(piece, size // 2))
        whole = seconds_of(read, repeated(piece, size))
        tally.case(whole <= RATIO * max(half, 0.005), f"{name} {piece!r}: {half * 1000:.1f} ms, then {whole * 1000:.1f} ms")
    tally.close()
