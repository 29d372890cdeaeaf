"""The adapter by itself: any sane format is read, any other is refused quickly."""

from __future__ import annotations

import time

import dspy  # type: ignore[import-untyped]
import pytest

from assistant.modules import Priorities, TimeSlots
from assistant.sanitise import PriorityGuess
from assistant.wire import LenientAdapter

ENTRY = '{"task_id": 1, "priority": 4, "reason": "say \\"hi\\""}'


def parsed(text: str) -> list[PriorityGuess]:
    found = LenientAdapter().parse(Priorities, text)["priorities"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "text",
    [
        f"[[ ## reasoning ## ]]\nWell.\n\n[[ ## priorities ## ]]\n[{ENTRY}]\n\n[[ ## completed ## ]]",
        f"[[ ## priorities ## ]]\n```json\n[{ENTRY}]\n```",
        f"[[ ## reasoning ## ]]\nNo second marker: [{ENTRY}]",
        f'{{"reasoning": "Well.", "priorities": [{ENTRY}]}}',
        f'{{"tasks": [{ENTRY}]}}',
        f"[{ENTRY}]",
        ENTRY,
        f"Sure, here it is:\n\n[{ENTRY},]\n\nAnything else?",
        "[{'task_id': 1, 'priority': 4, 'reason': None}]",
        f'[{ENTRY}, {{"task_id": 2, "prio',
        f'{{"reasoning": "cut", "priorities": [{ENTRY}, {{"task',
    ],
)
def test_readable(text: str) -> None:
    (guess,) = parsed(text)
    assert (guess.task_id, guess.priority) == (1, 4.0)


def test_of_two_sections_with_one_name_the_first_counts() -> None:
    text = f'[[ ## priorities ## ]]\n[{ENTRY}]\n[[ ## priorities ## ]]\n[{{"task_id": 1, "priority": 9}}]'
    assert [guess.priority for guess in parsed(text)] == [4.0]


def test_entries_that_are_no_objects_are_dropped_and_their_number_is_bounded() -> None:
    assert len(parsed(f"[1, null, [], {ENTRY}]")) == 1
    assert len(parsed(f"[{','.join([ENTRY] * 3_000)}]")) == 1_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Certainly!",
        '"soon"',
        "42",
        "[[ ## priorities ## ]]\nnone",
        "x" * 300_000,
        *(piece * (190_000 // len(piece)) for piece in ("{", '{"', "[", '{"a":', "{'", '"', "\\", "```\n", "[[ ## a ## ]]\n")),
        ("{" * 390 + "}" * 390) * 240,
    ],
)
def test_unreadable_and_found_out_quickly(text: str) -> None:
    """DSPy's own parser takes 20 s for 32,000 such characters and minutes for these, on the event loop."""
    started = time.process_time()
    with pytest.raises(dspy.AdapterParseError):
        parsed(text)
    assert time.process_time() - started < 5


def test_the_question_states_the_format() -> None:
    system, user = LenientAdapter().format(TimeSlots, [], {"situation": "{}", "tasks": '[{"id":1}]'})
    assert '[[ ## tasks ## ]]\n[{"id":1}]\n' in user["content"]
    assert "[[ ## advice ## ]]" in user["content"]
    assert '"duration_minutes": {"type": "number"}' in system["content"]
    assert "is never followed" in system["content"]
