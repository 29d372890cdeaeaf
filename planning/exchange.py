"""Problem and Plan to and from JSON, for bug reports, benchmarks, tests and the solver's process.

The format is the dataclasses of `planning.problem`, field by field, under a "format" key that names its version; fields at
their default are left out, ids are text, times are whole minutes. Reading is strict: it must not guess or drop anything.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, partial
from typing import Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from planning.problem import Plan, Problem, ProblemError

PROBLEM_FORMAT = "dayloom-problem/1"
PLAN_FORMAT = "dayloom-plan/1"

Value = TypeVar("Value")
Where: TypeAlias = "str | tuple[Where, str | int]"
"""A place in a document: its name, or where it lies in and the field or the number there."""
Reader: TypeAlias = Callable[[object, Where], object]


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
        return cast("object", json.loads(text, object_pairs_hook=_object))
    except ProblemError:
        raise
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise ProblemError("The text is not JSON.") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twin = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise ProblemError(f"There are two of the field {twin!r} in one object.")
    return found


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


def _read(kind: type[Value], value: object, where: Where) -> Value:
    """A dataclass from an object: every key known, every field without a default there, every value of its type."""
    if not isinstance(value, dict):
        raise ProblemError(f"There must be an object at {_path(where)}.")
    readers, required = _readers(cast("Hashable", kind))  # mypy does not take classes for hashable
    if not value.keys() <= readers.keys():
        unknown = min(str(key) for key in value if key not in readers)
        raise ProblemError(f"There is an unknown field, {unknown!r}, at {_path(where)}.")
    if missing := [name for name in required if name not in value]:
        raise ProblemError(f"The field {missing[0]!r} is missing at {_path(where)}.")
    return kind(**{name: readers[name](item, (where, f".{name}")) for name, item in value.items()})


def _reader(hint: object) -> Reader:
    """What reads the values of a type."""
    origin, choices = get_origin(hint), get_args(hint)
    if origin is tuple:
        return partial(_list, _reader(choices[0]))
    if origin in {Union, types.UnionType}:  # only ever `X | None` here
        return partial(_optional, _reader(choices[0]))
    if origin is Literal:
        return partial(_choice, choices)
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(_read, hint)
    return partial(_scalar, cast("type", hint))


def _list(reader: Reader, value: object, where: Where) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ProblemError(f"There must be a list at {_path(where)}.")
    return tuple([reader(item, (where, index)) for index, item in enumerate(value)])


def _optional(reader: Reader, value: object, where: Where) -> object:
    return None if value is None else reader(value, where)


def _choice(choices: tuple[str, ...], value: object, where: Where) -> str:
    if value not in choices or not isinstance(value, str):
        raise ProblemError(f"There must be one of {', '.join(choices)} at {_path(where)}.")
    return value


def _scalar(hint: type, value: object, where: Where) -> object:
    """Text, a whole number, a number or a truth value; True is not a number."""
    if type(value) is hint:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53:
        return float(value)
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    raise ProblemError(f"There must be {names[hint]} at {_path(where)}.")


def _path(where: Where) -> str:
    """A place in words ("problem.jobs[3].duration"), put together only when something is amiss there."""
    if isinstance(where, str):
        return where
    before, last = where
    return _path(before) + (f"[{last}]" if isinstance(last, int) else last)


@cache
def _defaults(shape: Hashable) -> dict[str, object]:
    return {entry.name: entry.default for entry in fields(cast("type", shape))}


@cache
def _readers(shape: Hashable) -> tuple[dict[str, Reader], list[str]]:
    """By field of a dataclass what reads it, and the fields that must be there."""
    hints = get_type_hints(shape)
    readers = {name: _reader(hints[name]) for name in _defaults(shape)}
    return readers, [name for name, default in _defaults(shape).items() if default is MISSING]
