"""Where a request comes from and what it is for, by its headers and path alone: for the gate, and for finding the person."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

API = ("/api/", "/auth/")
"""What programs ask: JSON, with errors in the one shape."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_api(path: str) -> bool:
    """Whether programs ask for it."""
    return path.startswith(API)


def is_cross_site(headers: Mapping[str, str], host: str) -> bool:
    """Whether another site's page asks: `Sec-Fetch-Site` says so, or for browsers without it `Origin` is another host."""
    fetched_from = headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from not in {"same-origin", "none"}
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc.lower() != host
    except ValueError:  # "http://[" is nobody's
        return True
