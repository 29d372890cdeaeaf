"""The JSON Schema of the exchange format, made from the dataclasses that it carries, so that it cannot differ from them.

`python -m planning.schema` prints it; docs/problem.schema.json is a copy. It must not know anything that the classes do not.
"""

from __future__ import annotations

import json
import sys
import types
from dataclasses import MISSING, fields, is_dataclass
from inspect import cleandoc
from typing import Literal, Union, get_args, get_origin, get_type_hints

from planning.exchange import PLAN_FORMAT, PROBLEM_FORMAT
from planning.problem import Plan, Problem

SCALARS: dict[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema() -> dict[str, object]:
    """The schema of a document: a problem, or a plan."""
    definitions: dict[str, object] = {}
    for shape, name in ((Problem, PROBLEM_FORMAT), (Plan, PLAN_FORMAT)):
        definition = _define(shape, definitions)
        properties, required = definition["properties"], definition["required"]
        assert isinstance(properties, dict)
        assert isinstance(required, list)
        definition["properties"] = {"format": {"const": name}, **properties}
        definition["required"] = ["format", *required]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dayloom's problems and plans",
        "oneOf": [{"$ref": "#/$defs/Problem"}, {"$ref": "#/$defs/Plan"}],
        "$defs": definitions,
    }


def _define(shape: type, definitions: dict[str, object]) -> dict[str, object]:
    """The definition of a dataclass, entered with all that it needs. Fields at their default may be left out."""
    hints = get_type_hints(shape)
    own: dict[str, object] = {"description": cleandoc(shape.__doc__ or ""), "type": "object", "additionalProperties": False}
    definitions[shape.__name__] = own
    own["required"] = [entry.name for entry in fields(shape) if entry.default is MISSING]
    own["properties"] = {entry.name: _typed(hints[entry.name], definitions) for entry in fields(shape)}
    return own


def _typed(hint: object, definitions: dict[str, object]) -> dict[str, object]:
    origin, choices = get_origin(hint), get_args(hint)
    if origin is tuple:
        return {"type": "array", "items": _typed(choices[0], definitions)}
    if origin in {Union, types.UnionType}:
        return {"anyOf": [_typed(choice, definitions) for choice in choices]}
    if origin is Literal:
        return {"enum": [*choices]}
    if hint is type(None):
        return {"type": "null"}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            _define(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": SCALARS[hint]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
