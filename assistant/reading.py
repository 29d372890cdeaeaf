"""What a message comes to while its commands are read one after the other: operations, questions, choices and sentences.

It knows how a command finds its things and what happens when several match; the commands themselves stand elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant import stretches, telling
from assistant.chat import Choice, EventView, Option, Question, Status, TaskView, Understood, View
from assistant.operations import MAX_OPERATIONS, ActOnTask, Operation
from assistant.stretches import Stretch
from assistant.targets import LIVE, Target, Targets, Thing

MOST_OPTIONS = 6
AFTER: dict[str, Status] = {
    "start_task": "active",
    "stop_task": "open",
    "complete_task": "completed",
    "reopen_task": "open",
    "cancel_task": "cancelled",
    "delete_task": "deleted",
    "restore_task": "open",
}
"""The status of a task once one of its buttons was pressed."""
Make = Callable[[Thing], Sequence[Operation] | str]
"""What is done to a thing: operations, or a sentence that says why not."""


@dataclass
class Reading:
    """One message within one view. What is said last is what "it" means in the next command."""

    view: View
    operations: list[Operation] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    is_certain: bool = True

    @property
    def targets(self) -> Targets:
        return Targets(self.view)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.view.timezone)

    def when(self, phrase: str) -> Stretch | None:
        """The stretch that a phrase is."""
        return stretches.whole(phrase, self.view.now, self.zone)

    def find_time(self, text: str) -> tuple[Stretch, str] | None:
        """A stretch within a text, and the rest of it."""
        return stretches.find(text, self.view.now, self.zone)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def say(self, sentence: str) -> bool:
        """Answer with a sentence; nothing is done for this command."""
        self.sentences.append(sentence)
        return True

    def do(self, *operations: Operation) -> bool:
        """Have something done; what is read next sees it done."""
        self.operations += operations
        after = {item.task_id: AFTER[item.kind] for item in operations if isinstance(item, ActOnTask)}
        if after:
            tasks = (task.model_copy(update={"status": after.get(task.id, task.status)}) for task in self.view.tasks)
            self.view = self.view.model_copy(update={"tasks": tuple(tasks)})
        return True

    def ask(self, question: Question) -> bool:
        """Have a question answered."""
        self.questions.append(question)
        return True

    def on(
        self,
        phrase: str,
        make: Make,
        statuses: Sequence[Status] = LIVE,
        *,
        events: bool = False,
        which: str = "Which one do you mean?",
    ) -> bool:
        """Do something to what a phrase means: at once where that is clear, as a choice where several match alike."""
        target = self.targets.find(phrase, statuses, events=events)
        if target.rivals:
            return self._offer(target, make, which)
        if target.problem:
            return self.say(target.problem)
        made: list[Operation] = []
        for thing in target.things:
            operations = make(thing)
            if isinstance(operations, str):
                if not target.is_many:
                    return self.say(operations)
                continue
            made += operations
        if len(self.operations) + len(made) > MAX_OPERATIONS:
            return self.say(
                f"That is {len(target.things)} things, and one message changes at most {MAX_OPERATIONS}. Name a day."
            )
        if not made:
            return self.say("None of those needs that, or can be changed that way.")
        self.is_certain = self.is_certain and target.is_exact
        self.mention(target.things)
        return self.do(*made)

    def mention(self, things: Sequence[Thing]) -> None:
        """From now on "it" and "them" mean these."""
        named = tuple(thing.id for thing in things if isinstance(thing, TaskView))
        if named:
            self.view = self.view.model_copy(update={"named": named})

    def _offer(self, target: Target, make: Make, which: str) -> bool:
        options = []
        for thing in target.rivals:
            operations = make(thing)
            if not isinstance(operations, str) and operations:
                options.append(Option(label=self.label(thing), operations=tuple(operations)))
        if not options:
            refusals = [made for thing in target.rivals if isinstance(made := make(thing), str)]
            return self.say(refusals[0] if refusals else "None of those can be changed that way.")
        if len(options) == 1:
            return self.do(*options[0].operations)
        more = f" The first {MOST_OPTIONS} of {len(options)} are below." if len(options) > MOST_OPTIONS else ""
        self.choices.append(Choice(sentence=which + more, options=tuple(options[:MOST_OPTIONS])))
        self.mention(target.rivals[:MOST_OPTIONS])
        return True

    def label(self, thing: Thing) -> str:
        """A thing in a choice: its title, and when it is."""
        if isinstance(thing, EventView):
            return f"{thing.title} (busy time, {self.spoken(thing.start_at)})"
        state = {"active": "running", "completed": "completed", "cancelled": "cancelled", "deleted": "deleted"}.get(
            thing.status
        )
        place = state or (self.spoken(thing.start_at) if thing.start_at else "no place yet")
        return f"{thing.title} (task {thing.id}, {place})"

    def spoken(self, at: datetime) -> str:
        """ "Fri 27 Nov 14:00"."""
        local = self.local(at)
        return f"{local:%a} {local.day} {local:%b} {telling.time_of(local)}"

    def understood(self) -> Understood:
        """What all of it comes to."""
        return Understood(
            operations=tuple(self.operations),
            questions=tuple(self.questions),
            choices=tuple(self.choices),
            sentence=" ".join(dict.fromkeys(self.sentences)),
            is_certain=self.is_certain and not self.sentences,
        )


Handler = Callable[[Reading, "re.Match[str]"], bool]
"""Reads one command; False: the words fit the pattern and yet are none."""


def rule(pattern: str, handler: Handler) -> tuple[re.Pattern[str], Handler]:
    """A pattern that takes a whole command, and its reader."""
    return re.compile(rf"^(?:{pattern})$", re.IGNORECASE | re.DOTALL), handler
