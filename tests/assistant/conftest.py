"""Fixtures of the assistant's tests: a scripted model on loopback, and what is true around the tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from assistant.advice import ModelSettings, Situation, TaskBrief
from assistant.gateway import Gateway, RetryPolicy
from tests.support.model_server import ModelServer

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday; 10:00 in Berlin


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def settings(model_server: ModelServer) -> ModelSettings:
    return ModelSettings(model="openai/scripted", api_key="sk-ada-0001", api_base=model_server.url, deadline_seconds=5)


@pytest.fixture
def gateway() -> Gateway:
    """With two requests at most for a call, and hardly a wait between them."""
    return Gateway(retry=RetryPolicy(attempts=2, first_wait_seconds=0.01))


@pytest.fixture
def situation() -> Situation:
    return Situation(now=NOW, timezone="Europe/Berlin", context="No meetings before 10.", working_hours="Mon-Fri 09:00-17:00")


@pytest.fixture
def tasks() -> tuple[TaskBrief, ...]:
    return (
        TaskBrief(id=11, title="Call Bob"),
        TaskBrief(id=12, title="Write report", deadline_at=datetime(2026, 11, 27, 16, 0, tzinfo=UTC), importance=1),
        TaskBrief(id=13, title="Fix login bug", duration_minutes=120, waits_for=(11,)),
    )
