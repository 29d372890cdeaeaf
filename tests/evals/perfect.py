"""Models that know the answers of the sets: what each should say to a question, told by what the question holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.quick_add import parse
from evals.scoring import Case, read_cases
from evals.slots import person_of
from planning.hours import Span
from tests.support.model_server import Json, Seen, in_markers

STEP = timedelta(minutes=15)


def slots() -> Callable[[Seen], str]:
    """The least that will do in each field, and the first slot that suits."""
    known: dict[str, tuple[Case, Case]] = {}
    for case in read_cases("slots"):
        person = person_of(case)
        known |= {parse(task["add"], person.now, person.zone).title: (case, task) for task in case["tasks"]}
    return lambda seen: in_markers("advice", json.dumps([_advice(task, *known[str(task["title"])]) for task in seen.tasks]))


def _advice(task: Json, case: Case, wanted: Case) -> Json:
    minutes = task.get("duration_minutes", wanted.get("minutes", [30])[0])
    said: Json = {"task_id": task["id"], "duration_minutes": minutes, "energy": wanted.get("energy", ["medium"])[0]}
    if wanted.get("deadline") and "deadline_at" not in task:
        low, high = (datetime.fromisoformat(text) for text in wanted["deadline"])
        said["deadline_at"] = f"{low + (high - low) / 2:%Y-%m-%dT%H:%M}"
    if "within" in wanted:
        start, window = _first(case, wanted, int(str(minutes)))
        said |= {"suggested_start": f"{start:%Y-%m-%dT%H:%M}", "earliest_at": f"{start:%Y-%m-%dT%H:%M}"}
        said["preferred"] = [{"start": f"{window[0]:%Y-%m-%dT%H:%M}", "end": f"{window[1]:%Y-%m-%dT%H:%M}"}]
    if wanted.get("earliest"):
        said["earliest_at"] = wanted["earliest"][0]
    return said


def _first(case: Case, wanted: Case, minutes: int) -> tuple[datetime, Span]:
    """The first slot of the windows that is free, and its window, in local time."""
    person = person_of(case)
    zone = ZoneInfo(person.zone)
    for pair in wanted["within"]:
        low, high = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in pair)
        while low + timedelta(minutes=minutes) <= high:
            end = low + timedelta(minutes=minutes)
            if low >= person.now and not any(low < last and first < end for first, last in person.busy):
                return low, (low, high)
            low += STEP
    raise AssertionError(f"nothing suits {wanted}")


def priorities() -> Callable[[Seen], str]:
    """Scores in the order of the pairs, within the bands."""
    known = {json.dumps([task["title"] for task in case["tasks"]]): case for case in read_cases("priorities")}

    def reply(seen: Seen) -> str:
        case = known[json.dumps([task["title"] for task in seen.tasks])]
        pairs = [*case.get("above", ()), *case.get("not_below", ())]
        scores = {int(str(task["id"])): 3.0 for task in seen.tasks}
        for _ in scores:  # as many rounds as a chain may be long
            for first, second in pairs:
                scores[first] = max(scores[first], scores[second] + 1)
        for task_id, (low, high) in ((int(name), band) for name, band in case.get("bands", {}).items()):
            scores[task_id] = min(max(scores[task_id], low), high)
        return in_markers("priorities", json.dumps([{"task_id": one, "priority": score} for one, score in scores.items()]))

    return reply


def context() -> Callable[[Seen], str]:
    """The constraints, each said by the whole text."""
    cases = read_cases("context")

    def reply(seen: Seen) -> str:
        case = next(case for case in cases if f"\n{json.dumps(case['text'], ensure_ascii=False)}\n" in seen.prompt)
        return in_markers("constraints", json.dumps([{"words": case["text"], **item} for item in case["expected"]]))

    return reply
