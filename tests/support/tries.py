"""How many random cases a property is tried on."""

from __future__ import annotations

import os

from hypothesis import settings

TIMES = int(os.environ.get("TIMES_AS_MANY_TRIES", "1"))
"""1 in the ordinary run; `make guarantees` says more."""


def tries(count: int) -> settings:
    """What to decorate a property with: so many cases in the ordinary run, however long each takes."""
    return settings(max_examples=count * TIMES, deadline=None)
