"""The entries of the navigation, in their order: every page's bar, the digit keys and the palette read them here."""

from __future__ import annotations

from dataclasses import dataclass

ON_PHONES = 4
"""So many stand in a phone's bar; the rest is behind "More"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation. `key` names it in templates and names its icon; `words` are others that people look for."""

    key: str
    label: str
    url: str
    words: str = ""


NAVIGATION = (
    Entry("today", "Today", "/", "home list timeline day plan"),
    Entry("calendar", "Calendar", "/calendar", "week month agenda"),
    Entry("tasks", "Tasks", "/tasks", "all search filter find bulk"),
    Entry("projects", "Projects", "/projects", "labels budgets hours a week"),
    Entry("history", "History", "/history", "done completed tracked time"),
    Entry("ai_log", "AI log", "/ai-log", "model calls tokens cost"),
    Entry("settings", "Settings", "/settings", "preferences working hours zone model theme days off about you"),
)
