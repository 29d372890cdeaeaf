"""The set of time slots: tasks as people type them, and what good advice about each must satisfy.

Raw, the advice as the model gave it; saved, what the product stores of the tasks and where its planner puts them. Of each task
`minutes`, `earliest` and `deadline` are the first and last value that will do (null: none may be made up), `energy` those that
will do, and `within` the times in which it must lie. All slots lie in working hours, off busy times and one another, from now
on and before the deadline, whatever a case says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from assistant.advice import ModelSettings, TaskBrief
from assistant.sanitise import SlotGuess
from evals import desk, situations
from evals.desk import Desk, Meant, Person
from evals.scoring import Case, Listener, Score, id_faults, read_cases, scored
from planning.hours import Span

FIRST_NOW = "2026-11-23T09:00"


@dataclass(frozen=True, slots=True)
class Room:
    """The time that a person has."""

    now: datetime
    zone: ZoneInfo
    work: tuple[Span, ...]
    busy: tuple[Span, ...]

    def instant(self, text: str) -> datetime:
        """A local time of the set."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def span(self, pair: Sequence[str]) -> Span:
        """Two local times of the set."""
        return self.instant(pair[0]), self.instant(pair[1])


async def run(settings: ModelSettings | None, limit: int | None) -> list[Score]:
    """Score the set, one case after the other."""
    listener = Listener()
    async with desk.opened(listener, settings) as made:
        return [await _score(case, made, listener) for case in read_cases("slots")[:limit]]


async def _score(case: Case, made: Desk, listener: Listener) -> Score:
    person = person_of(case)
    user_id = await made.seat(person)
    room = Room(person.now, ZoneInfo(person.zone), await made.work(user_id, person), tuple(person.busy))
    ids = await made.add(user_id, person.now, [task["add"] for task in case["tasks"]])
    told = await made.advise(user_id, person.now)
    guesses = None if made.model is None else listener.guesses("advice", SlotGuess)
    saved = await made.plan(user_id, person.now)
    expected = dict(zip(ids, case["tasks"], strict=True))
    raw = None
    if guesses is not None:
        said = {guess.task_id: guess for guess in guesses}
        meant = {brief.id: _meant(said[brief.id], brief, room.zone) for brief in told if brief.id in said}
        raw = id_faults([guess.task_id for guess in guesses], ids) + _faults(expected, meant, room, is_plan=False)
    return scored(case["id"], raw, _faults(expected, saved, room, is_plan=True), is_asked=made.model is not None)


def person_of(case: Case) -> Person:
    """Who the case is about."""
    zone = ZoneInfo(case.get("zone", situations.ZONE))
    now = datetime.fromisoformat(case.get("now", FIRST_NOW)).replace(tzinfo=zone).astimezone(UTC)
    room = Room(now, zone, (), ())
    ranges = [(day, _minute(start), _minute(end)) for day, start, end in case.get("hours", ())]
    return Person(now, zone.key, case.get("context", ""), ranges, [room.span(pair) for pair in case.get("busy", ())])


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _meant(guess: SlotGuess, brief: TaskBrief, zone: ZoneInfo) -> Meant:
    """A guess as it stands, over what was known already."""

    def at(value: datetime | None) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=zone)

    minutes = guess.duration_minutes if guess.duration_minutes is not None else brief.duration_minutes
    start = at(guess.suggested_start)
    spots = ((start, start + timedelta(minutes=minutes or 0)),) if start else ()
    earliest, deadline = at(guess.earliest_at) or brief.earliest_at, at(guess.deadline_at) or brief.deadline_at
    return Meant(minutes, earliest, deadline, guess.energy, spots)


def _faults(expected: dict[int, Case], found: dict[int, Meant], room: Room, *, is_plan: bool) -> list[str]:
    """All that is wrong, each with the task's line. A plan must have a place for each task; advice only where a case asks."""
    faults = []
    for task_id, wanted in expected.items():
        if task_id in found:
            one = found[task_id]
            own = [*_value_faults(wanted, one, room), *_slot_faults(wanted, one, room, is_asked=is_plan or "within" in wanted)]
            faults += [f"“{wanted['add'][:50]}” {fault}" for fault in own]
    for one, other in combinations(found.values(), 2):
        if any(low < end and start < high for low, high in one.spots for start, end in other.spots):
            faults.append("two tasks at the same time")
    return faults


def _value_faults(wanted: Case, one: Meant, room: Room) -> list[str]:
    faults = []
    if "minutes" in wanted and not (one.minutes and wanted["minutes"][0] <= one.minutes <= wanted["minutes"][1]):
        faults.append(f"takes {one.minutes} minutes, not {wanted['minutes']}")
    for name, at in (("earliest", one.earliest_at), ("deadline", one.deadline_at)):
        if name not in wanted:
            continue
        if wanted[name] is None and at is not None:
            faults.append(f"has the {name} {_spoken(at, room)}, which nobody said")
        elif wanted[name] is not None:
            low, high = room.span(wanted[name])
            if at is None or not low <= at <= high:
                faults.append(f"has the {name} {_spoken(at, room)}, not {wanted[name]}")
    if "energy" in wanted and one.energy not in wanted["energy"]:
        faults.append(f"takes {one.energy} energy, not {wanted['energy']}")
    return faults


def _slot_faults(wanted: Case, one: Meant, room: Room, *, is_asked: bool) -> list[str]:
    if is_asked and not one.spots:
        return ["has no slot"]
    faults = []
    for low, high in one.spots:
        when = f"{_spoken(low, room)} to {_spoken(high, room)}"
        if low < room.now:
            faults.append(f"lies in the past: {when}")
        if not any(start <= low and high <= end for start, end in room.work):
            faults.append(f"lies outside working hours: {when}")
        if any(start < high and low < end for start, end in room.busy):
            faults.append(f"lies on a busy time: {when}")
        if one.deadline_at is not None and high > one.deadline_at:
            faults.append(f"ends after its deadline: {when}")
        if "within" in wanted and not any(
            start <= low and high <= end for start, end in (room.span(pair) for pair in wanted["within"])
        ):
            faults.append(f"does not suit it: {when}")
    return faults


def _spoken(at: datetime | None, room: Room) -> str:
    return f"{at.astimezone(room.zone):%a %d %b %H:%M}" if at else "none"
