"""Why a block lies where it lies, and why a task has no place: the kernel's facts as sentences in the person's zone."""

from __future__ import annotations

from datetime import datetime

from models import Task
from planning.explain import Explanation
from planning.problem import Budget, Unplaced
from services import wording
from services.jobs import Dates, dates_of
from services.snapshot import Framed, Rows

PROVISIONAL = "First free slot; the planner is looking for the best one."
PINNED = "Pinned by you."
MAX_NAME = 60


class Words:
    """Sentences about one plan."""

    def __init__(self, rows: Rows, framed: Framed) -> None:
        self.rows = rows
        self.framed = framed
        self.tasks = {str(task.id): task for task in rows.tasks}
        self.jobs = {job.id: job for job in framed.problem.jobs}

    def block(self, why: Explanation) -> str:
        """ "First free 3 h in your Work hours after “Standup”; due Fri 17:00, 5 h to spare"."""
        task = self.tasks[why.job_id]
        parts = [self._place(why), *self._due(why, task)]
        if why.budgets:
            parts.append(f"the weekly budget of {' and '.join(f'“{name}”' for name in why.budgets)} was used up before")
        if note := _rules_note(task):
            parts.append(note)
        return "; ".join(parts)

    def unplaced(self, entry: Unplaced) -> str:
        """Why there is no place for a task, and what would help."""
        task = self.tasks[entry.job_id]
        length = wording.hours(task.duration_minutes)
        deadline_at = self._dates(task).deadline_at
        other = self._name(entry.because_of) if entry.because_of else "another task"
        release = self.jobs[entry.job_id].release
        if release >= self.framed.problem.horizon:
            start = self._moment(self.framed.frame.instant(release))
            return f"It may not start before {start}, which is further away than the plan reaches."
        match entry.code:
            case "hard_deadline":
                due = f" {self._moment(deadline_at)}" if deadline_at else ""
                return f"There are no free {length} before the hard deadline{due}. Move the deadline, or shorten the task."
            case "no_window" | "too_long" if self.jobs[entry.job_id].allowed is not None:
                return f"The times in which it must lie have no {length} within your hours. Widen them, or shorten the task."
            case "no_window" | "too_long":
                return f"No stretch of your hours is {length} long. Shorten the task, or widen your hours."
            case "predecessor":
                return f"It waits for “{other}”, which has no place itself."
            case "successor_fixed":
                return f"It must end before “{other}”, which is fixed, and nothing is free before that. Move “{other}”."
            case "budget":
                names = " and ".join(f"“{budget.name}”" for budget in self._budgets(entry.job_id))
                return f"The weekly budget of {names} has no room for {length}. Raise it, or shorten the task."
            case _:
                return f"There are no free {length} in the time that is planned. Widen your hours, or drop something."

    def _budgets(self, job_id: str) -> list[Budget]:
        """The weekly budgets that a job counts against."""
        return [budget for budget in self.framed.problem.budgets if job_id in budget.job_ids]

    def _place(self, why: Explanation) -> str:
        length = wording.hours(why.length)
        hours = f" in your {' and '.join(why.calendars)} hours" if why.calendars else ""
        match why.kind:
            case "pinned":
                return PINNED.rstrip(".")
            case "running":
                return "Running now"
            case "frozen":
                return "Starts so soon that it stays where it is"
            case "suggested":
                return f"The slot that the assistant suggested: {length}{hours}{self._after(why)}"
            case "preferred":
                return f"{length.capitalize()} in a time that suits it{hours}{self._after(why)}"
            case "kept":
                return f"Kept where it was: {length}{hours}{self._after(why)}"
            case "later" if self._suggested(why.job_id) is not None:
                at = self._moment(self.framed.frame.instant(self._suggested(why.job_id) or 0))
                return f"As near as possible to {at}, which the assistant suggested: {length}{hours}{self._after(why)}"
            case "later":
                return f"{length.capitalize()}{hours}{self._after(why)}, later than it could be because other tasks come first"
            case _:
                return f"First free {length}{hours}{self._after(why)}"

    def _suggested(self, job_id: str) -> int | None:
        return self.jobs[job_id].suggested_start

    def _after(self, why: Explanation) -> str:
        if why.waits_for:
            return f" after “{', '.join(self._name(job_id) for job_id in why.waits_for[:3])}”, which it waits for"
        if why.after_job:
            return f" after “{self._name(why.after_job)}”"
        return f" after “{_short(why.after_busy)}”" if why.after_busy else ""

    def _due(self, why: Explanation, task: Task) -> list[str]:
        if why.deadline is None or why.slack is None:
            return []
        said = self._dates(task).deadline_at
        deadline = said or self.framed.frame.instant(why.deadline)
        due = f"due {self._moment(deadline)}" if said else f"the assistant reads it as due {self._moment(deadline)}"
        if why.slack < 0:
            return [f"{due}, {wording.minutes(-why.slack)} late"]
        return [f"{due}, {wording.minutes(why.slack)} to spare"]

    def _dates(self, task: Task) -> Dates:
        return dates_of(task, self.tasks.get(str(task.parent_id)))

    def _moment(self, at: datetime) -> str:
        return wording.when(at, self.rows.now, self.rows.zone)

    def _name(self, job_id: str) -> str:
        return _short(self.tasks[job_id].title) if job_id in self.tasks else "another task"


def _rules_note(task: Task) -> str:
    """Say that rules stood in for a model that was asked."""
    return "rules were used instead of the model" if task.advice_source == "fallback" else ""


def _short(name: str | None) -> str:
    name = name or "a busy time"
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1].rstrip()}…"
