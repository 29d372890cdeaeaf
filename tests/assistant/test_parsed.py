"""What people type and what the parser says of it, as JSON: `cases/`, each debatable reading with its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.parsed import Json, as_json
from assistant.quick_add import parse

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday
CASES = Path(__file__).parent / "cases"
SETS = {
    name: [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    for name in ("dates", "recurrences", "marks")
}
ORDINARY = (CASES / "ordinary.txt").read_text("utf-8").splitlines()


def read(text: str, zone: str = "Europe/London", *, day_first: bool = False) -> dict[str, Json]:
    return as_json(parse(text, NOW, zone, day_first=day_first))


class TestCases:
    @pytest.mark.parametrize("case", [case for cases in SETS.values() for case in cases], ids=lambda case: case["text"][:60])
    def test_valid(self, case: dict[str, Any]) -> None:
        assert read(case["text"]) == case["expected"], case.get("why", "")

    @pytest.mark.parametrize("text", ORDINARY)
    def test_ordinary_text_is_a_title(self, text: str) -> None:
        assert read(text) == {"title": text}

    def test_there_are_enough(self) -> None:
        sizes = {name: len({case["text"] for case in cases}) for name, cases in SETS.items()}
        assert all(len(cases) == sizes[name] for name, cases in SETS.items())
        assert sizes["dates"] >= 300
        assert sizes["recurrences"] >= 150
        assert len({*ORDINARY}) == len(ORDINARY) >= 450


class TestFields:
    def test_times_are_local_and_naive(self) -> None:
        assert read("Call tomorrow 3pm", "America/New_York")["start"] == "2026-11-19T15:00:00"

    def test_order_of_day_and_month(self) -> None:
        assert read("Call 3/9")["date"] == "2027-03-09"
        assert read("Call 3/9", day_first=True)["date"] == "2027-09-03"

    def test_a_deadline_is_no_date(self) -> None:
        assert read("Call by Friday") == {"title": "Call", "deadline": "2026-11-20T23:59:00"}

    def test_an_instant_in_utc_is_said_in_local_time(self) -> None:
        assert read("Call 2026-11-27T10:00:00Z", "Asia/Tokyo")["start"] == "2026-11-27T19:00:00"

    def test_notes_and_problems(self) -> None:
        assert read("Call by 31 Feb // twice") == {
            "title": "Call",
            "context": "twice",
            "problems": ["There is no 31 February."],
        }
