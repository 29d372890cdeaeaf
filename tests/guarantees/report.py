"""What every suite of guarantees says at its end: how many cases, how many failures, from which seed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts cases and collects failures; `close` fails below the floor and for any failure."""

    guarantee: str
    seed: int
    floor: int
    cases: int = 0
    failures: list[str] = field(default_factory=list)

    def case(self, is_kept: bool, failure: str) -> None:
        """One case: the promise was kept, or else the sentence says how it was broken."""
        self.cases += 1
        if not is_kept:
            self.failures.append(failure)

    def close(self) -> None:
        """Say how it went, past pytest's capture."""
        words = f"{self.guarantee}: {self.cases} cases / {len(self.failures)} failures / seed {self.seed}"
        sys.__stderr__ and sys.__stderr__.write(f"{words}\n")
        print(words)  # noqa: T201 - the report of a suite
        assert self.failures == [], self.failures[:10]
        assert self.cases >= self.floor, f"only {self.cases} cases ran, of {self.floor}"
