"""Circles of waiting, found or ruled out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planning.graph import find_circle


def test_none() -> None:
    assert find_circle({}) == []
    assert find_circle({"a": [], "b": ["a"], "c": ["a", "b"]}) == []


def test_only_the_circle_is_named() -> None:
    circle = find_circle({"in front": ["a"], "a": ["b", "behind"], "b": ["c"], "c": ["a"], "behind": []})
    assert sorted(circle) == ["a", "b", "c"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3, unique=True)))
def test_a_circle_is_one(waits: dict[str, list[str]]) -> None:
    waits = {name: waits.get(name, []) for name in "abcdef"}
    circle = find_circle(waits)
    assert all(after in waits[name] for name, after in zip(circle, [*circle[1:], *circle[:1]], strict=True))
    reached = {name: set(others) for name, others in waits.items()}
    for _ in waits:
        reached = {name: others.union(*(reached[other] for other in others)) for name, others in reached.items()}
    assert bool(circle) == any(name in others for name, others in reached.items())
