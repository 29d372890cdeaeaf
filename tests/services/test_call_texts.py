"""The texts of a model's call in readable parts."""

from __future__ import annotations

import json

import pytest

from services.call_texts import FOLDED_CHARS, Part, inputs_of, outputs_of


class TestInputs:
    def test_valid(self) -> None:
        stored = json.dumps({"open_tasks": '[{"id":1}]', "now": "Monday 09:00", "limit": 3})
        tasks = Part("open tasks", '[\n  {\n    "id": 1\n  }\n]')
        assert inputs_of(stored) == (tasks, Part("now", "Monday 09:00"), Part("limit", "3"))

    @pytest.mark.parametrize("stored", ["half of {", "[1, 2]", '"words"', "[" * 100_000])
    def test_other(self, stored: str) -> None:
        """A text that was cut, or never was an object, is shown as it is."""
        assert inputs_of(stored) == (Part("", stored),)

    def test_nothing(self) -> None:
        assert inputs_of("") == ()


class TestOutputs:
    def test_by_markers(self) -> None:
        stored = "Sure!\n[[ ## reasoning ## ]]\nit is due\n[[ ## advice ## ]]\n[1]\n[[ ## completed ## ]]"
        assert outputs_of(stored) == (Part("", "Sure!"), Part("reasoning", "it is due"), Part("advice", "[\n  1\n]"))

    def test_without_markers(self) -> None:
        assert outputs_of('{"advice": []}') == (Part("", '{\n  "advice": []\n}'),)
        assert outputs_of("I am sorry.") == (Part("", "I am sorry."),)
        assert outputs_of("") == ()


@pytest.mark.parametrize(("escaped", "shown"), [(r"\ud800 x", "  x"), (r"\ud83d\ude00", "\U0001f600")])
def test_what_no_page_can_hold(escaped: str, shown: str) -> None:
    """JSON may escape half of a surrogate pair; a whole pair is one sign."""
    (whole,), (answer,) = inputs_of(f'{{"{escaped}": "{escaped}"}}'), outputs_of(f'{{"title": "{escaped}"}}')
    assert (whole, answer.text.splitlines()[1].strip()) == (Part(shown, shown), f'"title": "{shown}"')
    assert answer.text.encode()


class TestPart:
    def test_long(self) -> None:
        assert not Part("", "x" * FOLDED_CHARS).is_long
        assert Part("", "x" * (FOLDED_CHARS + 1)).is_long
        lines = Part("", "\n".join(str(number) for number in range(100)))
        assert lines.is_long
        assert lines.head == "0\n1\n2\n3\n4\n5\n6\n7\n…"
