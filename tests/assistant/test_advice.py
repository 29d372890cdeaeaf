"""The typed values: they are immutable, bounded, and keep secrets out of what is printed."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from assistant.advice import Advice, ModelSettings, Priority, Situation, TaskBrief, Window


@pytest.mark.parametrize("minutes", [4, 0, -30, 24 * 60 + 1])
def test_a_duration_out_of_range_is_refused(minutes: int) -> None:
    with pytest.raises(ValidationError):
        Advice(task_id=1, duration_minutes=minutes)


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 10.1])
def test_a_priority_out_of_range_is_refused(score: float) -> None:
    with pytest.raises(ValidationError):
        Priority(task_id=1, priority=score)


def test_naive_times_are_refused() -> None:
    naive = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValidationError):
        TaskBrief(id=1, title="x", deadline_at=naive)
    with pytest.raises(ValidationError):
        Situation(now=naive, timezone="UTC")


def test_values_cannot_be_changed() -> None:
    advice = Advice(task_id=1)
    with pytest.raises(ValidationError):
        setattr(advice, "task_id", 2)  # noqa: B010 - the type checker would refuse the plain form


def test_at_most_five_windows() -> None:
    window = Window(start=datetime(2026, 11, 20, 9, tzinfo=UTC), end=datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert len(Advice(task_id=1, preferred=(window,) * 5).preferred) == 5
    with pytest.raises(ValidationError):
        Advice(task_id=1, preferred=(window,) * 6)


def test_a_key_is_not_printed() -> None:
    settings = ModelSettings(model="openai/gpt", api_key="sk-secret-1234")
    assert "sk-secret-1234" not in repr(settings)
    assert "sk-secret-1234" not in str(settings)


@pytest.mark.parametrize("bounds", [{"max_tokens": 99}, {"max_tokens": 10_001}, {"temperature": 2.1}, {"deadline_seconds": 0}])
def test_model_settings_are_bounded(bounds: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate({"model": "openai/gpt", **bounds})
