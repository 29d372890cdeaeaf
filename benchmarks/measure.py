"""Numbers and the table that they are printed in. It measures nothing of the product itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `values` are its figures in words; `is_met` None: there is no target."""

    name: str
    values: tuple[str, ...]
    target: str = ""
    is_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the table: what its columns mean, and a note on how it was measured."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""


def seconds_of(act: Callable[[], object]) -> float:
    """How long a call takes."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def percentile(samples: Sequence[float], percent: int) -> float:
    """The value below which that share of the samples lies, interpolated; one sample is itself."""
    return quantiles(samples, n=100, method="inclusive")[percent - 1] if len(samples) > 1 else samples[0]


def spoken(seconds: float) -> str:
    """ "12.3 ms", "1.24 s"."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def latency(name: str, samples: Sequence[float], most_seconds: float | None = None) -> Line:
    """A line of p50, p95, the maximum and the count; the target is for p95."""
    high = percentile(samples, 95)
    figures = (spoken(percentile(samples, 50)), spoken(high), spoken(max(samples)), str(len(samples)))
    if most_seconds is None:
        return Line(name, figures)
    return Line(name, figures, f"p95 < {spoken(most_seconds)}", high < most_seconds)


LATENCY = ("p50", "p95", "max", "n")


def table(sections: Sequence[Section]) -> str:
    """The sections as aligned text."""
    wide = max(len(line.name) for section in sections for line in section.lines)
    parts = []
    for section in sections:
        parts.append(_row(section.title, section.columns, "", wide))
        parts += [_row(f"  {line.name}", line.values, _verdict(line), wide) for line in section.lines]
        if section.note:
            parts.append(f"  {section.note}")
        parts.append("")
    return "\n".join(parts)


def _row(name: str, cells: Sequence[str], end: str, wide: int) -> str:
    return f"{name:<{wide + 4}}{''.join(f'{cell:>13}' for cell in cells)}  {end}".rstrip()


def _verdict(line: Line) -> str:
    return "" if line.is_met is None else f"{line.target}: {'met' if line.is_met else 'MISSED'}"
