"""Whom tasks are for: names, each of which is kept as a label that begins with "@". So they are shown, searched, edited, copied
and exported as labels are; this module knows the one from the other, and stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

AT = "@"


def label_of(name: str) -> str:
    """ "ann" as a label."""
    return f"{AT}{name.removeprefix(AT)}"


def people_in(labels: Iterable[str]) -> tuple[str, ...]:
    """The names among these labels."""
    return tuple(label[1:] for label in labels if is_person(label))


def is_person(label: str) -> bool:
    """Whether a label names somebody."""
    return label.startswith(AT) and label != AT
