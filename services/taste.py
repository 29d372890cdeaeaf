"""What a person wants the planner to weigh less or more: their taste, stored in their preferences.

The words for each choice are here; what it weighs is `planning.taste`'s business. Hard rules have no place here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import get_args

from errors import InvalidInputError
from models import Emphasis, LeaseKind, Preferences
from planning.problem import Taste
from repositories.users import UserRepository
from services.scope import Scope

EMPHASES: tuple[Emphasis, ...] = get_args(Emphasis)


@dataclass(frozen=True, slots=True)
class Wish:
    """One choice in plain words: what it is about, and what less, normal and more of it do to a plan."""

    name: str
    label: str
    about: str
    less: str
    normal: str
    more: str

    def sentence(self, emphasis: str) -> str:
        """What a choice does."""
        return {"less": self.less, "more": self.more}.get(emphasis, self.normal)


WISHES = (
    Wish(
        "taste_deadlines",
        "Room before deadlines",
        "Being done before the last day counts.",
        less="Ending shortly before a deadline is as good as any time before it.",
        normal="The last day before a deadline is kept free where nothing else speaks for it.",
        more="Work is done a day ahead, even if other tasks wait or it lies at a time that suits less.",
    ),
    Wish(
        "taste_importance",
        "Important things first",
        "How far a high priority goes before a low one.",
        less="All tasks count nearly alike: what is short or due soon goes first.",
        normal="Higher priority goes first where two tasks want the same time.",
        more="High priority goes well ahead; small and minor tasks wait longer.",
    ),
    Wish(
        "taste_times",
        "Times that suit",
        "Preferred times, focus time, and the time that the assistant would pick.",
        less="A time that suits is worth waiting a day for; else the task goes earlier.",
        normal="A time that suits is worth waiting three days for.",
        more="A time that suits is worth waiting more than a week for.",
    ),
    Wish(
        "taste_calm",
        "A calm plan",
        "How much better a new plan must be before a block moves.",
        less="Blocks move whenever the plan gets a little better.",
        normal="A block moves when it gains hours, today more than next week.",
        more="Blocks stay where they are unless something must give way.",
    ),
)


def of(preferences: Preferences) -> Taste:
    """A person's taste as the kernel takes it."""
    likes = preferences
    return Taste(likes.taste_deadlines, likes.taste_importance, likes.taste_times, likes.taste_calm)


class TasteService:
    """One person's taste. A change asks the planner to look again."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.users = UserRepository(scope.session)

    async def get(self) -> Taste:
        """As it is stored."""
        return of(await self.users.get_preferences(self.scope.person.id))

    async def set_taste(self, taste: Taste) -> None:
        """Store it."""
        await self.scope.lock()
        stored = await self.users.get_preferences(self.scope.person.id)
        for name, emphasis in taste_form(taste).items():
            setattr(stored, name, emphasis)
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)


def parse_taste(form: Mapping[str, str]) -> Taste:
    """Read the form; what is not said is normal. Raises InvalidInputError with a sentence for each field at fault."""
    said = {entry.name: form.get(f"taste_{entry.name}", "normal") for entry in fields(Taste)}
    known = {name: emphasis for name, value in said.items() for emphasis in EMPHASES if emphasis == value}
    errors = {f"taste_{name}": "Choose less, normal or more." for name in said if name not in known}
    if errors:
        raise InvalidInputError("Some fields need another look.", errors)
    return Taste(**known)


def taste_form(taste: Taste) -> dict[str, str]:
    """It as it stands in the form, and in the columns of the preferences."""
    return {f"taste_{name}": emphasis for name, emphasis in asdict(taste).items()}
