"""The page that describes the API: the OpenAPI document as plain HTML, with no script and nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from routers.rendering import render

router = APIRouter(include_in_schema=False)

METHODS = ("get", "post", "put", "patch", "delete")
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of a schema, or a parameter; `place` says where a parameter stands ("path", "query", "header")."""

    name: str
    kind: str
    schema: str | None
    is_required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """What may be answered: a status, what it means, and the schema of its body."""

    status: str
    description: str
    kind: str
    schema: str | None


@dataclass(frozen=True, slots=True)
class OperationShown:
    """One thing that a program can ask for."""

    id: str
    method: str
    path: str
    description: str
    parameters: tuple[FieldShown, ...]
    body: FieldShown | None
    examples: tuple[str, ...]
    answers: tuple[AnswerShown, ...]


@dataclass(frozen=True, slots=True)
class SchemaShown:
    """A type of the API with its fields."""

    name: str
    description: str
    fields: tuple[FieldShown, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """All of it: operations by tag, then the types."""

    title: str
    text: str
    tags: tuple[tuple[str, tuple[OperationShown, ...]], ...]
    schemas: tuple[SchemaShown, ...]


@router.get("/docs")
async def show(request: Request) -> Response:
    return render(request, None, "docs/index.html", page="docs", api=_described(request.app))


@lru_cache(maxsize=1)
def _described(app: FastAPI) -> Description:
    """The document does not change while the process lives."""
    document = app.openapi()
    types: Node = document["components"]["schemas"]
    tags: dict[str, list[OperationShown]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                tags.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, types))
    return Description(
        title=document["info"]["title"],
        text=document["info"]["description"],
        tags=tuple((tag, tuple(operations)) for tag, operations in tags.items()),
        schemas=tuple(_schema(name, node) for name, node in sorted(types.items())),
    )


def _operation(path: str, method: str, operation: Node, types: Node) -> OperationShown:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    body = _field("body", content, is_required=True) if content else None
    named = types.get(body.schema, {}) if body and body.schema else {}
    return OperationShown(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation.get("description", operation["summary"]),
        parameters=tuple(_parameter(parameter) for parameter in operation.get("parameters", ())),
        body=body,
        examples=_examples(named),
        answers=tuple(_answer(status, answer) for status, answer in sorted(operation["responses"].items())),
    )


def _parameter(parameter: Node) -> FieldShown:
    shown = _field(parameter["name"], parameter["schema"], is_required=parameter.get("required", False))
    return FieldShown(
        shown.name,
        shown.kind,
        shown.schema,
        shown.is_required,
        parameter.get("description", shown.description),
        parameter["in"],
    )


def _answer(status: str, answer: Node) -> AnswerShown:
    node = answer.get("content", {}).get("application/json", {}).get("schema")
    shown = _field("", node, is_required=True) if node else None
    return AnswerShown(status, answer["description"], shown.kind if shown else "", shown.schema if shown else None)


def _schema(name: str, node: Node) -> SchemaShown:
    required = {*node.get("required", ())}
    fields = tuple(_field(field, inner, is_required=field in required) for field, inner in node.get("properties", {}).items())
    return SchemaShown(name, node.get("description", ""), fields, _examples(node))


def _field(name: str, node: Node, *, is_required: bool) -> FieldShown:
    names = [*_named(node)]
    return FieldShown(name, _kind(node), names[0] if len(names) == 1 else None, is_required, node.get("description", ""))


def _kind(node: Node) -> str:
    """A type in words: "text", "list of TaskOut", "whole number or null"."""
    if "$ref" in node:
        return _last(node["$ref"])
    if "enum" in node or "const" in node:
        return " | ".join(json.dumps(word) for word in node.get("enum", [node.get("const")]))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in node:
            return " or ".join(dict.fromkeys(_kind(inner) for inner in node[several]))
    kind = node.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(node['items'])}" if "items" in node else "list"
    return _FORMATS.get(node.get("format", ""), _KINDS.get(kind, str(kind)))


def _named(node: Node) -> Iterator[str]:
    """The schemas that a type names."""
    if "$ref" in node:
        yield _last(node["$ref"])
    for several in ("anyOf", "oneOf", "allOf"):
        for inner in node.get(several, ()):
            yield from _named(inner)
    if isinstance(node.get("items"), Mapping):
        yield from _named(node["items"])


def _examples(node: Node) -> tuple[str, ...]:
    return tuple(json.dumps(example, indent=2, ensure_ascii=False) for example in node.get("examples", ()))


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS = {"date-time": "instant", "date": "day"}
