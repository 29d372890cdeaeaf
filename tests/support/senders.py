"""What the pages of the application send, and where: every form, button and link of their HTML, by the route that it goes to.

Nothing is listed by hand: routes come from the application, fields and values from what it renders and from what is read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from selectolax.lexbor import LexborHTMLParser, LexborNode

from routers.origins import is_api

Values = dict[str, set[str]]
"""Values that were seen, by the name under which they are sent."""
ADDRESSES = {"action": "", "formaction": "POST", "href": "GET", "hx-get": "GET", "hx-post": "POST"}
"""Attributes that name an address, and the method by which it is asked; a form says its own."""


@dataclass(eq=False)
class PageRoute:
    """A route of the pages, and what is known to be sent to it."""

    method: str
    path: str
    pattern: re.Pattern[str]
    places: Values
    query: Values = field(default_factory=lambda: defaultdict(set))
    form: Values = field(default_factory=lambda: defaultdict(set))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def page_routes(app: FastAPI) -> list[PageRoute]:
    """Every route that programs are not meant for, in the order in which they are looked up."""
    found = []
    for context in iter_route_contexts(app.routes):
        path = str(context.path)
        for method in sorted({*(getattr(context, "methods", None) or ())} - {"HEAD"}):
            if not is_api(path):
                pattern = re.compile(re.sub(r"\\?\{(\w+)\\?\}", r"(?P<\1>[^/]+)", re.escape(path)))
                route = PageRoute(method, path, pattern, {name: set() for name in re.findall(r"\{(\w+)\}", path)})
                _note_declared(route, getattr(context, "endpoint", None))
                found.append(route)
    return found


def _note_declared(route: PageRoute, endpoint: Callable[..., Any] | None) -> None:
    """What the function's signature says: words of the path, and names of the query."""
    for name, hint in get_type_hints(endpoint, include_extras=True).items() if endpoint else ():
        if name in route.places and get_origin(hint) is Literal:
            route.places[name] |= {*get_args(hint)}
        elif get_origin(hint) is Annotated and any(type(part).__name__ == "Query" for part in _parts(hint)):
            route.query[name] |= set()


def _parts(hint: Any) -> Iterator[Any]:
    for part in get_args(hint):
        yield part
        yield from _parts(part) if get_origin(part) is Annotated else ()


def learn(routes: list[PageRoute], html: str) -> None:
    """Note for each address in the HTML what is sent to it."""
    tree = LexborHTMLParser(html)
    for attribute, method in ADDRESSES.items():
        for node in tree.css(f"[{attribute}]"):
            form = _form_of(tree, node)
            said = method or (node.attributes.get("method") or "get").upper()
            _note(routes, said, node.attributes[attribute] or "", _fields(tree, form) if form else {})


def _note(routes: list[PageRoute], method: str, address: str, fields: Values) -> None:
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/"):
        return
    found = ((route, route.pattern.fullmatch(parts.path)) for route in routes if route.method == method)
    route, match = next(((route, match) for route, match in found if match), (None, None))
    if route is None or match is None:
        return
    for name, place in match.groupdict().items():
        route.places[name].add(unquote(place))
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        route.query[name].add(value)
    for name, values in fields.items():
        (route.query if method == "GET" else route.form)[name] |= values


def _form_of(tree: LexborHTMLParser, node: LexborNode) -> LexborNode | None:
    """The form that an element is, is in, or names."""
    if named := node.attributes.get("form"):
        return tree.css_first(f"form[id='{named}']")
    above: LexborNode | None = node
    while above is not None and above.tag != "form":
        above = above.parent
    return above


def _fields(tree: LexborHTMLParser, form: LexborNode) -> Values:
    """Names of a form with every value that they might have."""
    nodes = form.css("[name]")
    if identity := form.attributes.get("id"):
        nodes += tree.css(f"[name][form='{identity}']")
    found: Values = defaultdict(set)
    for node in nodes:
        options = [option.attributes.get("value") or "" for option in node.css("option")]
        value = node.text() if node.tag == "textarea" else node.attributes.get("value")
        found[node.attributes["name"] or ""] |= {*options} if node.tag == "select" else {value or ""}
    return found
