"""How much of the product the tests ran: one line for each room from Slipcover's report, and a failure below what we promise.

Only this process and its workers are counted; what servers and solvers run in processes of their own comes on top.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

FLOORS = {"services": 90, "all": 85}
"""Per cent of lines."""


def main(report: Path) -> int:
    """Print the table of a JSON report. 1 when a room is below its floor."""
    covered, lines = Counter[str](), Counter[str]()
    for name, file in json.loads(report.read_text())["files"].items():
        ran, missed = len(file["executed_lines"]), len(file["missing_lines"])
        for room in (name.partition("/")[0] if "/" in name else "root", "all"):
            covered[room] += ran
            lines[room] += ran + missed
    below = [room for room, floor in FLOORS.items() if covered[room] * 100 < floor * lines[room]]
    for room, count in sorted(lines.items(), key=lambda item: item[1]):
        floor = f" (at least {FLOORS[room]} %)" if room in FLOORS else ""
        sys.stdout.write(f"coverage of {room}: {covered[room] / count:.1%} of {count} lines{floor}\n")
    if below:
        sys.stdout.write(f"Too little of {' and '.join(below)} is tested.\n")
    return 1 if below else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
