"""Asking the application over ASGI, and reading what it answers as parsed HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser, LexborNode

HTMX = {"HX-Request": "true"}
ADDRESS = "http://127.0.0.1:8081"
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Site:
    """The application as a browser meets it: `page` and `submit` without scripts, `part` and `press` with htmx."""

    app: FastAPI
    http: httpx2.AsyncClient

    async def page(self, path: str, status: int = 200) -> LexborHTMLParser:
        """A whole page."""
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text[:2000]
        parsed = parse(answer)
        assert parsed.css_first("html body main") is not None
        assert "<main" in answer.text
        return parsed

    async def part(self, path: str, status: int = 200) -> LexborHTMLParser:
        """A fragment."""
        return fragment(await self.http.get(path, headers=HTMX), status)

    async def submit(self, path: str, fields: Fields | None = None) -> httpx2.Response:
        """Post a form as a browser without scripts does."""
        return await self.http.post(path, data=dict(fields or {}))

    async def press(self, path: str, fields: Fields | None = None, status: int = 200) -> LexborHTMLParser:
        """Post a form as htmx does."""
        return fragment(await self.http.post(path, data=dict(fields or {}), headers=HTMX), status)


def fragment(answer: httpx2.Response, status: int) -> LexborHTMLParser:
    """The answer, which must be a part of a page and have that status."""
    assert answer.status_code == status, answer.text[:2000]
    assert "<html" not in answer.text
    return parse(answer)


def parse(answer: httpx2.Response) -> LexborHTMLParser:
    """The answer's HTML."""
    assert answer.headers["content-type"].startswith("text/html")
    return LexborHTMLParser(answer.text)


def text(tree: LexborHTMLParser, selector: str) -> str:
    """The words of the one element that the selector names."""
    found = tree.css(selector)
    assert len(found) == 1, f"{selector}: {len(found)} elements in {tree.html and tree.html[:2000]}"
    return " ".join(found[0].text().split())


def has(tree: LexborHTMLParser, selector: str) -> bool:
    """Whether there is such an element."""
    return tree.css_first(selector) is not None


def value(tree: LexborHTMLParser, selector: str) -> str:
    """The value of the one field that the selector names."""
    found = tree.css(selector)
    assert len(found) == 1, f"{selector}: {len(found)} elements"
    if found[0].tag == "textarea":
        return found[0].text().removeprefix("\n")
    return found[0].attributes.get("value") or ""


def filled(tree: LexborHTMLParser, form_id: str) -> dict[str, str]:
    """What a browser would send of a form; of a name that repeats, the last."""
    nodes = tree.css(f"#{form_id} [name], [name][form='{form_id}']")
    is_sent = (node.attributes.get("type") != "checkbox" or "checked" in node.attributes for node in nodes)
    return {str(node.attributes["name"]): _filled(node) for node, sent in zip(nodes, is_sent, strict=True) if sent}


def _filled(node: LexborNode) -> str:
    if node.tag == "textarea":
        return node.text().removeprefix("\n")
    chosen = (node.css_first("option[selected]") or node.css_first("option")) if node.tag == "select" else node
    return (chosen.attributes.get("value") or "") if chosen else ""


def targets(tree: LexborHTMLParser) -> list[str]:
    """The regions of the page that an answer redraws."""
    return [str(node.attributes["hx-target"]) for node in tree.css("hx-partial")]
