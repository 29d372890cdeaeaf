"""Full text: what a person typed as a condition on tasks. Titles and notes are searched by words, the last by its beginning.

It takes any text; the engines' own signs mean nothing in it.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Dialect, and_, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, String, Text, TypeDecorator

from models import Task

MOST_WORDS, LONGEST_WORD = 16, 64
_SPACES = str.maketrans(string.punctuation, " " * len(string.punctuation))


class Words(TypeDecorator[str]):
    """Words between spaces, in the language of each engine: all must be there, the last one may go on."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        words = (value or "").split()
        if dialect.name == "sqlite":
            return " ".join(f'"{word}"' for word in words) + "*"
        return " & ".join(f"'{word}'" for word in words) + ":*"


class has_words(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function that it is
    """Whether the task has the words: its id, title and context, and the words."""

    type = Boolean()
    inherit_cache = True


@compiles(has_words, "sqlite")
def _has_words_sqlite(element: has_words, compiler: SQLCompiler, **options: Any) -> str:
    asked = element.clauses.clauses
    task_id, words = compiler.process(asked[0], **options), compiler.process(asked[3], **options)
    # The sum keeps SQLite on the order of the page: it looks each task up in what was found, and stops where the page is full.
    return f"{task_id} + 0 IN (SELECT rowid FROM task_search WHERE task_search MATCH {words})"  # noqa: S608 - compiled


@compiles(has_words, "postgresql")
def _has_words_postgresql(element: has_words, compiler: SQLCompiler, **options: Any) -> str:
    _id, title, context, words = (compiler.process(clause, **options) for clause in element.clauses.clauses)
    signs = compiler.render_literal_value(string.punctuation, String())
    # The very terms of the index of migration 0007.
    known = f"to_tsvector('simple', translate({title} || ' ' || {context}, {signs}, repeat(' ', 32)))"
    return f"{known} @@ to_tsquery('simple', {words})"


def contains_text(text: str) -> ColumnElement[bool] | None:
    """The condition that a task has what was typed; None for nothing.

    Emoji are no words to either engine: they, and a text of nothing but signs, are looked for in the title as they stand.
    """
    typed = unicodedata.normalize("NFC", "".join(" " if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in text))
    words = [word[:LONGEST_WORD] for word in typed.translate(_SPACES).split() if any(sign.isalnum() for sign in word)]
    signs = [part[:LONGEST_WORD] for part in typed.split() if not any(sign.isalnum() for sign in part)]
    signs = [part for part in signs if not words or any(unicodedata.category(sign) == "So" for sign in part)]
    conditions: list[ColumnElement[bool]] = [Task.title.contains(part, autoescape=True) for part in signs[:MOST_WORDS]]
    if words:
        conditions.append(has_words(Task.id, Task.title, Task.context, literal(" ".join(words[:MOST_WORDS]), Words())))
    return and_(*conditions) if conditions else None
