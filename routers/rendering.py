"""Templates to responses: the one Jinja environment, its filters, and the choice between a whole page and a fragment.

It knows the web and the templates; it never reads the database.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from services import wording

ROOT = Path(__file__).resolve().parent.parent


class HasId(Protocol):
    id: int


@cache
def environment() -> Environment:
    """The environment with all filters and macros; `zone` and `now` of a template's context say how times read."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {
        "clock": _clock,
        "moment": _moment,
        "day_name": _day_name,
        "local": _local,
        "plus_days": _plus_days,
        "short_day": wording.short_day,
        "minutes": wording.minutes,
        "plural": wording.plural,
    }
    env.globals |= {"dom_id": dom_id, "priority_level": priority_level}
    # Macros as globals: a block that is rendered alone does not run its file's imports. In this order: buttons use icons.
    for name in ("icons", "forms", "buttons"):
        env.globals[name] = env.get_template(f"components/{name}.html").module
    return env


def dom_id(thing: HasId, prefix: str | None = None) -> str:
    """ "task-42": the id of the element that shows the thing, the same in Jinja and Python."""
    return f"{prefix or _PREFIXES[type(thing).__name__]}-{thing.id}"


def priority_level(priority: float | None) -> str:
    """The colour of a priority: "high" from 7.0, "medium" from 4.0, else "low"; "none" without one."""
    if priority is None:
        return "none"
    return "high" if priority >= 7 else "medium" if priority >= 4 else "low"


@pass_context
def _clock(context: Context, at: datetime) -> str:
    return wording.clock(at, context["zone"])


@pass_context
def _moment(context: Context, at: datetime) -> str:
    return wording.moment(at, context["now"], context["zone"])


@pass_context
def _day_name(context: Context, day: date) -> str:
    now: datetime = context["now"]
    return wording.day_name(day, now.astimezone(ZoneInfo(context["zone"])).date())


@pass_context
def _local(context: Context, at: datetime | None) -> str:
    """The value of a `datetime-local` field in the person's zone; empty for None."""
    return f"{at.astimezone(ZoneInfo(context['zone'])):%Y-%m-%dT%H:%M}" if at else ""


def _plus_days(day: date, count: int) -> date:
    return day + timedelta(days=count)


_PREFIXES = {"TaskRow": "task", "TimelineItem": "block", "CallRow": "call", "DoneRow": "done"}
