"""`python -m benchmarks [--quick] [--only NAME] [--people N --seconds N]`: measure, print one table, write nothing."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import checks, pages, planner, team, web
from benchmarks.measure import Section, table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test: few samples, small sizes")
    parser.add_argument("--only", choices=("web", "pages", "planner", "checks", "team"), help="one part of it")
    parser.add_argument("--people", type=int, default=200, help="how many of a team work at once (quick: 10)")
    parser.add_argument("--seconds", type=float, default=60, help="for how long (quick: 5)")
    parser.add_argument("--pause", type=float, default=20, help="seconds from one task of a person to the next (quick: 2)")
    options = parser.parse_args()
    quick = options.quick
    morning = team.Morning(10, 5, 2) if quick else team.Morning(options.people, options.seconds, options.pause)
    parts: dict[str, Callable[[], list[Section]]] = {
        "web": lambda: [web.start_up(quick), *web.busy(quick), web.today(quick)],
        "pages": lambda: [pages.today(quick), pages.calendar(quick)],
        "planner": lambda: [planner.planner(quick)],
        "checks": lambda: [checks.signing_in(quick), _api_list(quick)],
        "team": lambda: [team.people(morning)],
    }
    begin = time.perf_counter()
    sections = [section for name, part in parts.items() if options.only in {None, name} for section in part()]
    print(table(sections))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.perf_counter() - begin:.0f} s in all.")


def _api_list(is_quick: bool) -> Section:
    with tempfile.TemporaryDirectory(prefix="dayloom-bench-") as name:
        return checks.api_list(is_quick, Path(name))


if __name__ == "__main__":
    main()
