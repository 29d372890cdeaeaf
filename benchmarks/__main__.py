"""`python -m benchmarks [--quick]`: measure, print one table, write nothing."""

from __future__ import annotations

import argparse
import os
import platform
import time

from benchmarks import pages, planner, web
from benchmarks.measure import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test: few samples, small sizes")
    options = parser.parse_args()
    begin = time.perf_counter()
    sections = [
        web.start_up(options.quick),
        *web.busy(options.quick),
        web.today(options.quick),
        pages.today(options.quick),
        pages.calendar(options.quick),
        planner.planner(options.quick),
    ]
    print(table(sections))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.perf_counter() - begin:.0f} s in all.")


if __name__ == "__main__":
    main()
