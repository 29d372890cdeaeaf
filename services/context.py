"""What a person says about themselves: kept, read into constraints, and each of those accepted or dismissed by the person.

Nothing is obeyed before it is accepted. Accepting calls what the buttons of the settings call; `services.context_effects` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.context import ADAPTER, Reading, key_of
from assistant.context_rules import read_context
from errors import NotFoundError
from models import ConstraintState, ContextConstraint, GlobalContext, LeaseKind, ModelCall
from repositories.context import ContextRepository
from repositories.model_calls import ModelCallRepository
from services import context_words
from services.context_effects import ContextEffects
from services.scope import Scope


@dataclass(frozen=True, slots=True)
class Chip:
    """A constraint as the page shows it: what it says, what accepting it does, and the words that it was read from."""

    id: int
    says: str
    does: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class ContextShown:
    """The constraints by what became of them; what was not understood, with the reason; who read the text (None: nobody), why
    it was not the model, and whether the model is still to read it."""

    proposed: tuple[Chip, ...] = ()
    accepted: tuple[Chip, ...] = ()
    dismissed: tuple[Chip, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    note: str = ""
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that a model is to read, as it was saved."""

    text: str
    saved_at: datetime


class ContextService:
    """One person's context."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.context = ContextRepository(scope.session)

    async def show(self) -> ContextShown:
        """All that is known of it."""
        row = await self.context.get(self.scope.person.id)
        chips: dict[ConstraintState, list[Chip]] = {state: [] for state in ConstraintState}
        for item in await self.context.list_constraints(self.scope.person.id):
            chips[item.state].append(_chip(item))
        left: Mapping[str, Sequence[Sequence[str]]] = (row.left if row else None) or {}
        return ContextShown(
            proposed=tuple(chips[ConstraintState.PROPOSED]),
            accepted=tuple(chips[ConstraintState.ACCEPTED]),
            dismissed=tuple(chips[ConstraintState.DISMISSED]),
            left=tuple((words, why) for words, why in left.get("parts", ())),
            source=row.source if row and row.text else None,
            note=row.note if row else "",
            is_waiting=bool(row and row.needs_reading and self.scope.person.uses_model),
        )

    async def save(self, text: str) -> None:
        """Keep the text, which goes to the assistant as it is. Rules read it at once, and a model, where one is used, once."""
        await self.scope.lock()
        row = await self.context.get(self.scope.person.id)
        is_read = row is not None and row.text == text and (row.source == "model" or row.needs_reading)
        if row is None:
            row = GlobalContext(user_id=self.scope.person.id, text=text, updated_at=self.scope.now)
            await self.context.add(row)
        if not is_read:
            row.text, row.updated_at = text, self.scope.now
            row.needs_reading = self.scope.person.uses_model and bool(text)
            await self._keep(row, read_context(text))
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.ADVISE, is_replanned=False)

    async def accept(self, constraint_id: int) -> str:
        """Have a constraint obeyed from now on; what it says. Raises NotFoundError and InvalidInputError."""
        await self.scope.lock()
        item = await self._get(constraint_id)
        if item.state is not ConstraintState.ACCEPTED:
            others = await self.context.list_constraints(self.scope.person.id)
            await ContextEffects(self.scope).begin(item, [other for other in others if other.state is ConstraintState.ACCEPTED])
            item.state = ConstraintState.ACCEPTED
            await self._changed()
        return context_words.says(ADAPTER.validate_python(item.value))

    async def accept_all(self) -> int:
        """Have all that is proposed obeyed; how many they are. Raises InvalidInputError at the first that cannot be."""
        await self.scope.lock()
        rows = await self.context.list_constraints(self.scope.person.id)
        proposed = [item.id for item in rows if item.state is ConstraintState.PROPOSED]
        for constraint_id in proposed:
            await self.accept(constraint_id)
        return len(proposed)

    async def remove(self, constraint_id: int) -> str:
        """Take back what was accepted, or never propose it again for this text; what it says. Raises NotFoundError."""
        await self.scope.lock()
        item = await self._get(constraint_id)
        was = item.state
        item.state = ConstraintState.DISMISSED
        if was is ConstraintState.ACCEPTED:
            others = await self.context.list_constraints(self.scope.person.id)
            await ContextEffects(self.scope).end(item, [other for other in others if other.state is ConstraintState.ACCEPTED])
            item.undo = None
        await self._changed()
        return context_words.says(ADAPTER.validate_python(item.value))

    async def unread(self) -> Unread | None:
        """The text that waits for a model; None: nothing does."""
        row = await self.context.get(self.scope.person.id)
        if row is None or not (row.needs_reading and self.scope.person.uses_model):
            return None
        return Unread(row.text, row.updated_at)

    async def keep(self, unread: Unread, reading: Reading) -> None:
        """Store what was read of a text, unless the person has saved another since, and the calls either way."""
        await self.scope.lock()
        calls = ModelCallRepository(self.scope.session)
        for call in reading.calls:
            await calls.add(ModelCall(user_id=self.scope.person.id, **call.model_dump(exclude={"task_ids"})), ())
        row = await self.context.get(self.scope.person.id)
        if row is not None and row.needs_reading and (row.text, row.updated_at) == (unread.text, unread.saved_at):
            row.needs_reading = False
            await self._keep(row, reading)
        await self.scope.session.flush()
        await self.scope.changed(is_replanned=False)

    async def _get(self, constraint_id: int) -> ContextConstraint:
        item = await self.context.get_constraint(self.scope.person.id, constraint_id)
        if item is None:
            raise NotFoundError("This is not proposed any more. Look again.")
        return item

    async def _keep(self, row: GlobalContext, reading: Reading) -> None:
        """Propose what is new; of what the text no longer says, only what was accepted stays."""
        found = {key_of(item.constraint): item for item in reading.found}
        stored = {item.key: item for item in await self.context.list_constraints(row.user_id)}
        gone = [item for key, item in stored.items() if key not in found and item.state is not ConstraintState.ACCEPTED]
        await self.context.delete_constraints(row.user_id, [item.id for item in gone])
        for key, item in found.items():
            words = reading.words(item)
            if key in stored:
                stored[key].words, stored[key].source = words, reading.source
                continue
            value = item.constraint.model_dump(mode="json")
            kind = item.constraint.kind
            await self.context.add(
                ContextConstraint(user_id=row.user_id, key=key, kind=kind, value=value, words=words, source=reading.source)
            )
        row.source, row.note = reading.source, reading.fallback_reason or ""
        row.left = {"parts": [[reading.words(part), part.why] for part in reading.left]}

    async def _changed(self) -> None:
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)


def _chip(item: ContextConstraint) -> Chip:
    constraint = ADAPTER.validate_python(item.value)
    return Chip(item.id, context_words.says(constraint), context_words.does(constraint), item.words, item.source)
