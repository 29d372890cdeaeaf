"""What a message was understood as, in the short form of the case files: local times, no defaults.

It translates and compares; it asks nobody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from assistant.chat import Understood


def shape(understood: Understood, zone: str) -> dict[str, Any]:
    """{"do": operations, "ask": questions, "choose": labels of each choice, "say": the sentence}, without what is empty."""
    whole = {
        "do": [short(operation, zone) for operation in understood.operations],
        "ask": [short(question, zone) for question in understood.questions],
        "choose": [[option.label for option in choice.options] for choice in understood.choices],
        "say": understood.sentence,
    }
    return {name: value for name, value in whole.items() if value}


def short(value: BaseModel, zone: str) -> dict[str, Any]:
    """One operation or question, its kind first."""
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    given = {name: _plain(item, zone) for name, item in fields.items() if name != "kind" and item != _default(value, name)}
    return {"kind": fields["kind"], **given}


def _default(value: BaseModel, name: str) -> object:
    return type(value).model_fields[name].default


def _plain(value: object, zone: str) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
    if isinstance(value, tuple):
        return [_plain(item, zone) for item in value]
    if isinstance(value, BaseModel):
        return short(value, zone) if "kind" in type(value).model_fields else value.model_dump(mode="json")
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
