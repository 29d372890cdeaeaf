"""Reading one form field after another: each reader returns a typed value, or notes a sentence under the field's name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from assistant.words import TURNS


@dataclass(slots=True)
class Fields:
    """A form as it came, and what was wrong with it so far. Instants are read in the person's zone."""

    form: Mapping[str, str]
    now: datetime
    zone: str
    errors: dict[str, str] = field(default_factory=dict)

    def line(self, name: str, longest: int, if_empty: str) -> str:
        """One line of text: trimmed, without control characters, never empty."""
        value = " ".join(clean(self.form.get(name, "")).split())
        if not value:
            self.errors[name] = if_empty
        elif len(value) > longest:
            self.errors[name] = f"At most {longest} characters; this has {len(value)}."
        return value

    def optional_line(self, name: str, longest: int) -> str:
        """One line of text, or nothing."""
        return self.line(name, longest, "") if clean(self.form.get(name, "")).strip() else ""

    def text(self, name: str, longest: int) -> str:
        """Any text, lines kept."""
        value = clean(self.form.get(name, "").replace("\r\n", "\n"), keep="\n\t").strip()
        if len(value) > longest:
            self.errors[name] = f"At most {longest:,} characters; this has {len(value):,}."
        return value

    def whole(self, name: str, low: int, high: int, sentence: str) -> int | None:
        """A whole number from low to high."""
        raw = self.form.get(name, "").strip()
        if raw.isascii() and raw.isdecimal() and len(raw) < 12 and low <= int(raw) <= high:
            return int(raw)
        self.errors[name] = f"{sentence}." if raw == "" else f"{sentence}, from {low} to {high:,}."
        return None

    def optional_whole(self, name: str, low: int, high: int, sentence: str) -> int | None:
        """A whole number, or nothing."""
        return self.whole(name, low, high, sentence) if self.form.get(name, "").strip() else None

    def day(self, name: str, if_empty: str | None = None) -> date | None:
        """A date ("2026-11-27")."""
        raw = self.form.get(name, "").strip()
        if not raw:
            if if_empty:
                self.errors[name] = if_empty
            return None
        try:
            return date.fromisoformat(raw)
        except ValueError:
            self.errors[name] = "This is not a day, such as 2026-11-27."
            return None

    def moment(
        self, name: str, farthest_days: int, if_empty: str | None = None, *, after: datetime | None = None
    ) -> datetime | None:
        """A local date and time ("2026-11-27T09:00") as an instant in UTC, so that a length added to it is one of real time;
        within reach of now. Of a time that the clocks have twice it is the first, unless only the second is `after`."""
        raw = self.form.get(name, "").strip()
        if not raw:
            if if_empty:
                self.errors[name] = if_empty
            return None
        try:
            local = datetime.fromisoformat(raw)
        except ValueError:
            self.errors[name] = "This is not a date and time, such as 2026-11-27 09:00."
            return None
        at = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(self.zone))
        reach = timedelta(days=farthest_days)
        if not (self.now - reach).replace(tzinfo=None) < at.replace(tzinfo=None) < (self.now + reach).replace(tzinfo=None):
            self.errors[name] = f"The year {at.year} is too far away to plan."
            return None
        at = at.replace(second=0, microsecond=0)
        instant = at.astimezone(UTC)
        return at.replace(fold=1).astimezone(UTC) if after is not None and instant <= after else instant


def clean(text: str, keep: str = "") -> str:
    """NFC without forced directions, and a space for each control character and lone surrogate that is not in `keep`."""
    composed = "".join(sign for sign in unicodedata.normalize("NFC", text) if sign not in TURNS)
    return "".join(sign if sign in keep or unicodedata.category(sign) not in {"Cc", "Cs"} else " " for sign in composed)
