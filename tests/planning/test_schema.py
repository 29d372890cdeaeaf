"""The schema in docs/ is the one of the code, and admits what the exchange writes and refuses what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given

from planning.draft import draft
from planning.exchange import plan_to_dict, problem_to_dict
from planning.problem import Problem
from planning.schema import schema
from tests.planning.cases import day, job, problems
from tests.support.tries import tries

FILE = Path(__file__).resolve().parents[2] / "docs" / "problem.schema.json"


def admits(rule: object, value: object) -> bool:
    """Whether a value is as a rule of the schema says: the few keywords that the schema uses."""
    assert isinstance(rule, dict)
    if "$ref" in rule:
        return admits(DEFINITIONS[rule["$ref"].removeprefix("#/$defs/")], value)
    if "anyOf" in rule:
        return any(admits(choice, value) for choice in rule["anyOf"])
    if "enum" in rule:
        return value in rule["enum"]
    if "const" in rule:
        return bool(value == rule["const"])
    if rule["type"] == "array":
        return isinstance(value, list) and all(admits(rule["items"], item) for item in value)
    if rule["type"] == "object":
        known = rule["properties"]
        return (
            isinstance(value, dict)
            and {*rule["required"]} <= {*value} <= {*known}
            and all(admits(known[key], item) for key, item in value.items())
        )
    kinds: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}
    if rule["type"] == "null":
        return value is None
    return isinstance(value, kinds[rule["type"]]) and (rule["type"] == "boolean" or not isinstance(value, bool))


DEFINITIONS: dict[str, object] = json.loads(FILE.read_text())["$defs"]


def test_the_file_is_what_the_code_says() -> None:
    assert json.loads(FILE.read_text()) == schema()


@given(problems())
@tries(60)
def test_admits_what_is_written(problem: Problem) -> None:
    assert admits(DEFINITIONS["Problem"], problem_to_dict(problem))
    assert admits(DEFINITIONS["Plan"], plan_to_dict(draft(problem)))


def test_refuses_what_is_amiss() -> None:
    document = problem_to_dict(day(job("a")))
    for change in ({"format": "other"}, {"colour": 1}, {"jobs": None}, {"horizon": "5"}, {"objective": "speed"}):
        assert not admits(DEFINITIONS["Problem"], {**document, **change})
