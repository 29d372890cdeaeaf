"""The AI log: every call to a model as it happened, found again by module, outcome and task, and what calls cost by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from errors import NotFoundError
from models import ModelCall
from planning.hours import to_utc
from repositories.model_calls import ModelCallRepository
from repositories.tasks import TaskRepository
from services import call_texts
from services.call_texts import Part
from services.scope import Scope

PAGE_ROWS = 50
USAGE_DAYS = 30
MOST_CHOICES = 100
TITLE_CHARS = 60
Status = Literal["ok", "error"]


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted; None is any."""

    module: str | None = None
    status: Status | None = None
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One model call; of a list, without what went in and came out. `tasks` are those that it was about."""

    id: int
    at: datetime
    module: str
    model: str
    status: Status
    duration_ms: int
    attempts: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    error: str | None
    tasks: tuple[tuple[int, str], ...] = ()
    inputs: tuple[Part, ...] = ()
    outputs: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class DayUsage:
    """The calls of one local day. `cost_usd` sums what is known of it."""

    on: date
    calls: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Usage:
    """The last days, the oldest first."""

    days: tuple[DayUsage, ...]

    @property
    def calls(self) -> int:
        return sum(day.calls for day in self.days)

    @property
    def tokens(self) -> int:
        return sum(day.prompt_tokens + day.completion_tokens for day in self.days)

    @property
    def cost_usd(self) -> float:
        return sum(day.cost_usd for day in self.days)


@dataclass(frozen=True, slots=True)
class CallChoices:
    """What the log can be filtered by: the modules that were called, and the tasks that calls were about last."""

    modules: tuple[str, ...]
    tasks: tuple[tuple[int, str], ...]


class AiLogService:
    """Reads the log; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.calls = ModelCallRepository(scope.session)

    async def page(self, wanted: CallFilter, before_id: int | None) -> tuple[tuple[CallRow, ...], int | None]:
        """The newest of the wanted calls, and below which id the next page begins (None: there is none)."""
        found = await self.calls.list_newest(self.scope.person.id, PAGE_ROWS + 1, before_id, **asdict(wanted))
        shown = found[:PAGE_ROWS]
        tasks = await self.calls.list_tasks(self.scope.person.id, [call.id for call in shown])
        rows = tuple(_row(call, tasks.get(call.id, ())) for call in shown)
        return rows, shown[-1].id if len(found) > PAGE_ROWS else None

    async def show(self, call_id: int) -> CallRow:
        """One call with its texts; NotFoundError for a missing or foreign one."""
        call = await self.calls.get(self.scope.person.id, call_id)
        if call is None:
            raise NotFoundError("This call is not in the log.")
        tasks = await self.calls.list_tasks(self.scope.person.id, [call.id])
        texts = call_texts.inputs_of(call.inputs), call_texts.outputs_of(call.outputs)
        return _row(call, tasks.get(call.id, ()), *texts)

    async def choices(self, chosen_task: int | None) -> CallChoices:
        """What to filter by; the task that is chosen is among them, if it exists."""
        user_id = self.scope.person.id
        tasks = dict(await self.calls.list_called_tasks(user_id, MOST_CHOICES))
        if chosen_task is not None and chosen_task not in tasks:
            task = await TaskRepository(self.scope.session).get(user_id, chosen_task)
            tasks |= {task.id: task.title} if task else {}
        modules = await self.calls.list_modules(user_id)
        return CallChoices((*modules,), tuple((task_id, _short(title)) for task_id, title in tasks.items()))

    async def usage(self, wanted: CallFilter) -> Usage:
        """The wanted calls of the last `USAGE_DAYS` days, by the person's days."""
        zone = ZoneInfo(self.scope.person.zone)
        today = self.scope.now.astimezone(zone).date()
        days = [today - timedelta(days=number) for number in reversed(range(USAGE_DAYS))]
        rows = await self.calls.list_usage(self.scope.person.id, to_utc(days[0], 0, zone), **asdict(wanted))
        by_day: dict[date, list[Row[*tuple[Any, ...]]]] = {}
        for row in rows:
            by_day.setdefault(row.started_at.astimezone(zone).date(), []).append(row)
        return Usage(tuple(_usage(day, by_day.get(day, ())) for day in days))


def _usage(day: date, rows: Sequence[Row[*tuple[Any, ...]]]) -> DayUsage:
    return DayUsage(
        on=day,
        calls=len(rows),
        failed=sum(row.status != "ok" for row in rows),
        prompt_tokens=sum(row.prompt_tokens or 0 for row in rows),
        completion_tokens=sum(row.completion_tokens or 0 for row in rows),
        cost_usd=sum(row.cost_usd or 0 for row in rows),
    )


def _row(
    call: ModelCall, tasks: tuple[tuple[int, str], ...], inputs: tuple[Part, ...] = (), outputs: tuple[Part, ...] = ()
) -> CallRow:
    return CallRow(
        id=call.id,
        at=call.started_at,
        module=call.module,
        model=call.model,
        status="ok" if call.status == "ok" else "error",
        duration_ms=call.duration_ms,
        attempts=call.attempts,
        prompt_tokens=call.prompt_tokens,
        completion_tokens=call.completion_tokens,
        cost_usd=call.cost_usd,
        error=call.error,
        tasks=tasks,
        inputs=inputs,
        outputs=outputs,
    )


def _short(title: str) -> str:
    """As an option of a select, which breaks no lines."""
    return title if len(title) <= TITLE_CHARS else f"{title[: TITLE_CHARS - 1]}…"
