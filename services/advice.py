"""The assistant's run: ask it about new tasks and about all priorities, in one batch each, and keep what it says as advice.

It never waits inside a transaction and never places anything: what it stores only asks the planner to look again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from assistant.advice import Advice, Answer, Assistant, CallRecord, ModelSettings, Priority, Situation, TaskBrief
from assistant.context import Reading
from assistant.context_reader import read_by_model
from assistant.context_rules import read_context
from assistant.gateway import Gateway
from assistant.model import ModelAssistant
from assistant.rules import RulesAssistant
from models import LeaseKind, ModelCall, Task
from repositories.events import EventRepository
from repositories.model_calls import ModelCallRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.users import UserRepository
from services import hours, model_settings
from services.briefs import brief_of, situation_of
from services.context import ContextService, Unread
from services.scope import Scope

SIGHT_DAYS = 14
CALLS_A_RUN = 2
FALLBACK = "fallback"
"""The source of advice that rules gave although a model was asked."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What the assistant is asked: about the new tasks, the priorities of all, and the person's own words where a model is to
    read them. `model` None: rules answer."""

    situation: Situation
    new: tuple[TaskBrief, ...]
    everything: tuple[TaskBrief, ...]
    versions: dict[int, int]
    model: ModelSettings | None
    over_budget: str | None = None
    context: Unread | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What it answered."""

    advice: Answer
    priorities: Answer
    reading: Reading | None = None


class AdviceService:
    """One person's advice."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.users = UserRepository(scope.session)
        self.calls = ModelCallRepository(scope.session)

    async def load(self) -> Questions:
        """Read all that the assistant may know."""
        person, now, session = self.scope.person, self.scope.now, self.scope.session
        tasks = await self.tasks.list_live(person.id)
        waits: dict[int, list[int]] = {}
        for task_id, other in await self.tasks.list_dependencies(person.id):
            waits.setdefault(task_id, []).append(other)
        by_id = {task.id: task for task in tasks}
        briefs = {
            task.id: brief_of(task, waits_for=waits.get(task.id, ()), parent=by_id.get(task.parent_id or 0)) for task in tasks
        }
        new = {task.id for task in tasks if task.needs_advice}
        blocks = await PlanRepository(session).list_blocks(person.id, now, now + timedelta(days=SIGHT_DAYS))
        situation = situation_of(
            now,
            person.zone,
            await self.users.get_context(person.id),
            await hours.load(session, person.id, now),
            await EventRepository(session).list_between(person.id, now, now + timedelta(days=SIGHT_DAYS)),
            # The first slots of the very tasks that are asked about are no obstacle to them.
            [block for block in blocks if block.pinned or block.task_id not in new],
        )
        unread = await ContextService(self.scope).unread()
        return Questions(
            situation=situation,
            new=tuple(briefs[task.id] for task in tasks if task.id in new),
            everything=tuple(briefs[task.id] for task in sorted(tasks, key=_most_pressing)),
            versions={task.id: task.version for task in tasks},
            model=await self._model(),
            over_budget=await self._over_budget(CALLS_A_RUN + (unread is not None)),
            context=unread,
        )

    async def store(self, questions: Questions, answers: Answers) -> None:
        """Keep the answers on those tasks that the person has not changed meanwhile, and the calls in the log."""
        await self.scope.lock()
        standing = {
            task.id: task
            for task in await self.tasks.list_live(self.scope.person.id)
            if task.version == questions.versions.get(task.id)
        }
        asked = {brief.id for brief in questions.new}
        pinned = await PlanRepository(self.scope.session).list_pinned_tasks(self.scope.person.id)
        longest = await self._longest_stretch()
        changed = [
            await self._keep_advice(standing[item.task_id], item, answers.advice, 0 if item.task_id in pinned else longest)
            for item in answers.advice.advice
            if item.task_id in standing and item.task_id in asked
        ] + [
            await self._keep_priority(standing[item.task_id], item, answers.priorities)
            for item in answers.priorities.priorities
            if item.task_id in standing
        ]
        if questions.context is not None and answers.reading is not None:
            await ContextService(self.scope).keep(questions.context, answers.reading)
        for call in (*answers.advice.calls, *answers.priorities.calls):
            await self._log(call)
        if any(changed):
            await self.scope.changed(LeaseKind.PLAN)
        elif self.scope.person.uses_model or questions.context is not None:  # else no page shows that rules were asked
            await self.scope.changed(is_replanned=False)

    async def ask_again(self) -> None:
        """Have all priorities computed anew, and advice for what only rules have looked at although a model is in use."""
        await self.scope.lock()
        if self.scope.person.uses_model:
            for task in await self.tasks.list_live(self.scope.person.id):
                if task.advice_source != "model":
                    await self.tasks.update_quietly(task.user_id, task.id, needs_advice=True)
        await self.scope.changed(LeaseKind.ADVISE, is_replanned=False)

    async def _model(self) -> ModelSettings | None:
        if not self.scope.person.uses_model:
            return None
        return model_settings.resolve(await self.users.get_preferences(self.scope.person.id), self.scope.settings)

    async def _over_budget(self, calls: int) -> str | None:
        most = self.scope.settings.ai_daily_calls
        used = await self.calls.count_since(self.scope.person.id, self.scope.now - timedelta(days=1))
        return f"The {most} model calls of 24 hours are used up, so rules were used." if used + calls > most else None

    async def _keep_advice(self, task: Task, advice: Advice, answer: Answer, most_minutes: int) -> bool:
        """Returns whether the planner must look at the task again. No duration above `most_minutes` is taken over."""
        is_by_model = answer.source == "model" and task.id not in answer.by_rules
        source = "model" if is_by_model else FALLBACK if self.scope.person.uses_model else "rules"
        reason = advice.reason if is_by_model else " ".join(filter(None, [answer.fallback_reason, advice.reason]))
        values: dict[str, object] = {"needs_advice": False, "advice_source": source, "advice_reason": reason}
        if is_by_model:
            values["advice"] = advice.model_dump(mode="json")
        duration = advice.duration_minutes
        is_new_length = (
            duration is not None
            and duration <= most_minutes
            and task.duration_source != "person"
            and duration != task.duration_minutes
        )
        if is_new_length:
            values |= {"duration_minutes": duration, "duration_source": "assistant" if is_by_model else "rules"}
        is_news = is_new_length or is_by_model or source == FALLBACK
        if is_news:
            values["needs_scheduling"] = True
            self.tasks.note(task.user_id, task.id, self.scope.now, "assistant", reason or "Advice was given.")
        await self.tasks.update_quietly(task.user_id, task.id, **values)
        return is_news

    async def _longest_stretch(self) -> int:
        """Minutes of the longest stretch of working hours: a longer task would find no place, whatever a model says."""
        sets = await hours.load(self.scope.session, self.scope.person.id, self.scope.now)
        return max((item.longest_minutes for item in sets[:1]), default=0)

    async def _keep_priority(self, task: Task, priority: Priority, answer: Answer) -> bool:
        """Returns whether the score moved."""
        is_by_model = answer.source == "model" and task.id not in answer.by_rules
        score = round(priority.priority, 1)
        if (task.priority, task.priority_reason) == (score, priority.reason):
            return False
        await self.tasks.update_quietly(
            task.user_id,
            task.id,
            priority=score,
            priority_reason=priority.reason,
            priority_source="model" if is_by_model else "rules",
        )
        return task.priority != score

    async def _log(self, call: CallRecord) -> None:
        values = call.model_dump(exclude={"task_ids"})
        await self.calls.add(ModelCall(user_id=self.scope.person.id, **values), call.task_ids)


async def think(questions: Questions, gateway: Gateway) -> Answers:
    """Ask the model, or rules; all questions at once, each one call at most. Always answers."""
    assistant: Assistant = RulesAssistant()
    if questions.model is not None and questions.over_budget is None:
        assistant = ModelAssistant(gateway, questions.model)
    advice, priorities, reading = await asyncio.gather(
        _advise(assistant, questions),
        assistant.prioritise(questions.everything, questions.situation),
        _read(questions, gateway),
    )
    if questions.model is not None and questions.over_budget:
        advice = advice.model_copy(update={"fallback_reason": questions.over_budget})
    return Answers(advice, priorities, reading)


async def _read(questions: Questions, gateway: Gateway) -> Reading | None:
    """What the person's own words say, where they wait to be read."""
    if questions.context is None:
        return None
    if questions.model is None or questions.over_budget is not None:
        return read_context(questions.context.text).model_copy(update={"fallback_reason": questions.over_budget})
    return await read_by_model(questions.context.text, gateway, questions.model)


async def _advise(assistant: Assistant, questions: Questions) -> Answer:
    if not questions.new:
        return Answer(source="rules")
    return await assistant.advise(questions.new, questions.situation)


def _most_pressing(task: Task) -> tuple[float, int]:
    """New tasks and high priorities first: of very many, only the first are sent to a model."""
    return (-(task.priority if task.priority is not None else 11.0), task.id)
