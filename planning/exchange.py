"""Problem and Plan to and from JSON, for bug reports, benchmarks, tests and the solver's process.

The format is the dataclasses of `planning.problem`, field by field, under a "format" key that names its version; fields at
their default are left out, ids are text, times are whole minutes. Reading is strict: it must not guess or drop anything.
"""

from __future__ import annotations

import json
import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from planning.problem import Plan, Problem, ProblemError

PROBLEM_FORMAT = "dayloom-problem/1"
PLAN_FORMAT = "dayloom-plan/1"

Value = TypeVar("Value")


def problem_to_dict(problem: Problem) -> dict[str, object]:
    """A problem as values that JSON has."""
    return {"format": PROBLEM_FORMAT, **_written(problem)}


def problem_from_dict(document: object) -> Problem:
    """The problem in a document. Raises ProblemError, in one sentence that names the place, for anything amiss."""
    return _read(Problem, _body(document, PROBLEM_FORMAT), "problem")


def plan_to_dict(plan: Plan) -> dict[str, object]:
    """A plan as values that JSON has."""
    return {"format": PLAN_FORMAT, **_written(plan)}


def plan_from_dict(document: object) -> Plan:
    """The plan in a document. Raises ProblemError, in one sentence that names the place, for anything amiss."""
    return _read(Plan, _body(document, PLAN_FORMAT), "plan")


def problem_to_json(problem: Problem) -> str:
    """A problem as one line of JSON."""
    return json.dumps(problem_to_dict(problem), allow_nan=False)


def problem_from_json(text: str | bytes) -> Problem:
    """The problem in a JSON text. Raises ProblemError."""
    return problem_from_dict(_parsed(text))


def plan_to_json(plan: Plan) -> str:
    """A plan as one line of JSON."""
    return json.dumps(plan_to_dict(plan), allow_nan=False)


def plan_from_json(text: str | bytes) -> Plan:
    """The plan in a JSON text. Raises ProblemError."""
    return plan_from_dict(_parsed(text))


def _parsed(text: str | bytes) -> object:
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise ProblemError("The text is not JSON.") from error


def _body(document: object, expected: str) -> Mapping[str, object]:
    if not isinstance(document, dict):
        raise ProblemError(f"A document of format {expected!r} must be an object.")
    if document.get("format") != expected:
        raise ProblemError(f"The format must be {expected!r}, not {document.get('format')!r}.")
    return {key: value for key, value in document.items() if key != "format"}


def _written(value: object) -> dict[str, object]:
    """The fields of a dataclass that differ from their defaults."""
    result: dict[str, object] = {}
    for name, default in _defaults(cast("Hashable", type(value))).items():
        own = getattr(value, name)
        if default is MISSING or own != default:
            result[name] = _plain(own)
    return result


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _written(value) if is_dataclass(value) else value


def _read(kind: type[Value], value: object, where: str) -> Value:
    """A dataclass from an object: every key known, every field without a default there, every value of its type."""
    if not isinstance(value, Mapping):
        raise ProblemError(f"There must be an object at {where}.")
    shape = cast("Hashable", kind)  # mypy does not take classes for hashable
    defaults = _defaults(shape)
    unknown = sorted(str(key) for key in value if key not in defaults)
    if unknown:
        raise ProblemError(f"There is an unknown field, {unknown[0]!r}, at {where}.")
    missing = [name for name, default in defaults.items() if default is MISSING and name not in value]
    if missing:
        raise ProblemError(f"The field {missing[0]!r} is missing at {where}.")
    hints = _hints(shape)
    return kind(**{name: _typed(hints[name], item, f"{where}.{name}") for name, item in value.items()})


def _typed(hint: object, value: object, where: str) -> object:
    origin, choices = get_origin(hint), get_args(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise ProblemError(f"There must be a list at {where}.")
        return tuple(_typed(choices[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if origin in {Union, types.UnionType}:  # only ever `X | None` here
        return None if value is None else _typed(choices[0], value, where)
    if origin is Literal:
        if value not in choices or not isinstance(value, str):
            raise ProblemError(f"There must be one of {', '.join(choices)} at {where}.")
        return value
    if isinstance(hint, type) and is_dataclass(hint):
        return _read(hint, value, where)
    return _scalar(hint, value, where)


def _scalar(hint: object, value: object, where: str) -> object:
    """Text, a whole number, a number or a truth value; True is not a number."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53:
        return float(value)
    if type(value) is not hint:
        names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
        raise ProblemError(f"There must be {names[cast('type', hint)]} at {where}.")
    return value


@cache
def _defaults(shape: Hashable) -> dict[str, object]:
    return {entry.name: entry.default for entry in fields(cast("type", shape))}


@cache
def _hints(shape: Hashable) -> dict[str, object]:
    return dict(get_type_hints(shape))
