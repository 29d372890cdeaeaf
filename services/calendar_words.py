"""What the calendar says of a move: where something is now, and what else a drop would move."""

from __future__ import annotations

from datetime import datetime

from services import wording
from services.scope import Scope
from services.what_if import Preview

MOST_TITLES = 2


def where(title: str, at: datetime, scope: Scope) -> str:
    """ "“Write report” is at Tue 14:00"."""
    return f"“{title}” is at {wording.when(at, scope.now, scope.person.zone)}"


def moves(preview: Preview, task_id: int) -> str:
    """ "Moves 2 of 31 blocks. “Tax return” would be late." The task that is moved itself is not counted."""
    others = [change for change in preview.changes if change.task_id != task_id and change.kind == "moved"]
    count = sum(change.moved_blocks for change in others)
    said = [f"Moves {count} of {wording.plural(preview.total, 'block')}." if count else "Moves nothing else."]
    late = [risk for risk in preview.new_risks if risk.late_minutes is not None]
    lost = [risk for risk in preview.new_risks if risk.late_minutes is None]
    for risks, words in ((late, "would be late"), (lost, "would have no place")):
        if risks:
            titles = ", ".join(f"“{risk.title}”" for risk in risks[:MOST_TITLES])
            more = f" and {len(risks) - MOST_TITLES} more" if len(risks) > MOST_TITLES else ""
            said.append(f"{titles}{more} {words}.")
    return " ".join(said)
